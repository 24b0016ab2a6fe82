"""The pages of a notice: the public table, a unit's own page, and the page that a code opens."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import time
import zipfile
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import AsyncMock

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer

from bot.accounts.acts import describe_act
from bot.accounts.api_tokens import create_token
from bot.accounts.audit_log import read_records
from bot.accounts.staff import add_staff
from bot.appraisal.appeal_records import list_appeals
from bot.appraisal.appeals import assign_appeal, reject_appeal
from bot.appraisal.year import open_year
from bot.appraisal.year_verifier import State, verify_year
from bot.core.identity import Office
from bot.core.settings import Settings
from bot.records.tellings import make_code, read_tellings
from bot.service.composition import build
from bot.storage.database import reading
from bot.verification.bundle_reader import VerificationRequest
from bot.web.public import code_guard
from bot.web.server import make_web
from tests.console import PASSWORD, Console, make_sealed, texts
from tests.sealing import give_notice
from tests.web_city import Clock

TABLE, LETTERS = "/results/years/2010", "/admin/years/2010/letters"


@pytest.fixture
async def console(tmp_path: Path, valkey_server: str, valkey_url: str) -> AsyncIterator[Console]:
    await asyncio.to_thread(make_sealed, tmp_path / "made", valkey_server)
    folder = await asyncio.to_thread(shutil.move, tmp_path / "made", tmp_path / "data")
    async with (
        build(Settings(data=Path(folder), redis_url=valkey_url), Clock()) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        await add_staff(service.roster, "tan", PASSWORD, "unit", "TAX")
        yield Console(client, service)


async def status(console: Console, path: str) -> int:
    async with console.client.get(path) as response:
        return response.status


async def notice(console: Console) -> None:
    office = Office("zhou", console.service.clock, "Asia/Shanghai")
    await give_notice(console.service.database, 2010, office, console.service.desk)


async def typed(console: Console, code: str, **fields: str) -> str:
    return await console.post("/result", {"code": code, **fields})


async def test_the_table_is_there_from_the_first_day_and_the_unit_reads_its_reasons(
    console: Console,
) -> None:
    assert [await status(console, path) for path in (TABLE, f"{TABLE}/table.json")] == [404, 404]
    assert TABLE not in await console.open("/results")
    await console.sign_in("tan")
    assert "No results are open" in texts(await console.open("/admin/unit"))
    await notice(console)
    assert f'href="{TABLE}?lang=en"' in await console.open("/results")
    async with console.client.get(f"{TABLE}/table.json") as response:
        said = await response.json()
        assert response.headers["Access-Control-Allow-Origin"] == "*"
    page = texts(await console.open(f"{TABLE}?lang=en"))
    row = next(it for it in said["units"] if it["unit"] == "TAX")
    assert len(said["units"]) == 108
    assert f"{row['rank']} {row['name']['en']} " in page
    assert sum(said["leaders"].values()) == 835
    own = texts(await console.open("/admin/unit"))
    assert f"{row['rank']} / {row['of']}" in own
    assert row["total"] in own
    assert "A review can be asked for until 2026-12-03," in own
    await console.post("/admin/unit", {"csrf": console.csrf, "year": "2010", "act": "seen"})
    assert "Noted with the day" in texts(console.page)
    form = {
        "csrf": console.csrf,
        "year": "2010",
        "act": "received",
        "reason": "The count is wrong.",
    }
    await console.post("/admin/unit", form)
    assert "no handler yet" in texts(console.page)
    assert "Ask for a review" not in texts(console.page)
    await console.sign_in("zhou")
    for lang, told, mark in (
        ("zh-Hans", "截至2026-11-23：1个单位或个人的复核、申诉尚待答复", "（复核中）"),
        (
            "en",
            "As of 2026-11-23: reviews and appeals that wait for an answer: 1 ",
            "(under review)",
        ),
    ):
        drawn = texts(await console.open(f"/admin/years/2010/ranking.svg?lang={lang}"))
        said = drawn.replace(" ", "") if lang != "en" else drawn
        assert (told in said, drawn.count(mark)) == (True, 1)


@pytest.fixture
async def codes(console: Console, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give notice and print the letters of a unit; return the codes in them."""
    made: list[str] = []

    def making() -> str:
        made.append(make_code())
        return made[-1]

    await notice(console)
    monkeypatch.setattr("bot.publication.reports.letters.make_code", making)
    await console.sign_in()
    await console.open(f"{LETTERS}?unit=TAX")
    await console.post(LETTERS, {"csrf": console.csrf, "act": "order", "unit": "TAX"})
    assert "Ordered" in texts(console.page)
    form = {"csrf": console.csrf, "act": "print", "unit": "TAX", "lang": "en"}
    origin = {"Origin": str(console.client.make_url("/")).rstrip("/")}
    async with console.client.post(LETTERS, data=form, headers=origin) as response:
        assert (response.content_type, (await response.read())[:4]) == ("application/pdf", b"%PDF")
        assert response.headers["Cache-Control"] == "no-store"
    await console.post(LETTERS, form)
    assert (console.status, "still to be printed" in texts(console.page)) == (422, True)
    console.client.session.cookie_jar.clear()
    return made


async def test_a_fetched_address_uses_nothing_and_a_button_opens_the_own_page(
    console: Console, codes: list[str]
) -> None:
    # A fetched address names nobody and uses nothing; a code in it stands behind a button.
    page = await console.open(f"/{codes[0].lower()}")
    assert codes[0] in page
    async with reading(console.service.database) as connection:
        acts = {it.act for it in await read_tellings(connection, 2010)}
    assert acts == {"ordered", "letter"}
    assert await status(console, "/ABCDEFGHU1") == 404
    assert 'content="noindex"' in page
    own = texts(await typed(console, f"{codes[0][:5]}-{codes[0][5:]}".lower()))
    assert console.status == 200
    assert "Result of 2010" in own
    assert not [code for code in codes[1:] if code in console.page]


async def test_a_person_asks_for_a_review_for_recusal_and_appeals_on_the_own_page(
    console: Console, codes: list[str]
) -> None:
    async with reading(console.service.database) as connection:
        person = (await read_tellings(connection, 2010, ""))[0].subject
    turned = await typed(console, codes[0], act="received", reason="Two \u202edays")
    assert (console.status, "hidden character U+202E" in texts(turned)) == (422, True)
    asked = await typed(console, codes[0], act="received", reason="Two days were counted twice.")
    assert "no handler yet" in texts(asked)
    again = await typed(console, codes[0], act="received", reason="Once more.")
    assert (console.status, "a review was asked for already" in texts(again)) == (422, True)
    early = await typed(console, codes[0], act="again", reason="Once more.")
    assert (console.status, "Make an appeal" in texts(early)) == (422, False)
    other = await typed(console, codes[1], act="again", reason="Of somebody else.")
    assert (console.status, "no such appeal" in texts(other)) == (422, True)
    (appeal,) = await list_appeals(console.service.database, date(2026, 11, 23), 2010)
    assert (appeal.subject, appeal.steps[0].by) == (person, f"person:{person}")

    # The person appeals against the answer on the own page, once.
    database, chen = console.service.database, "chen"
    office = Office(chen, console.service.clock, "Asia/Shanghai")
    await add_staff(console.service.roster, chen, PASSWORD, "administrator")
    await assign_appeal(database, 1, chen, office)
    assert "Ask for recusal" in texts(await typed(console, codes[0]))
    asked = texts(await typed(console, codes[0], act="challenged", reason="We quarrelled."))
    assert "Recusal of the handler asked for" in asked
    assert "waits for a decision" in asked
    twice = await typed(console, codes[0], act="challenged", reason="Once more.")
    assert (console.status, "waits" in texts(twice)) == (422, True)
    await reject_appeal(database, 1, "They were counted once.", office)
    answered = texts(await typed(console, codes[0]))
    assert "They were counted once." in answered
    assert "Make an appeal" in answered
    again = texts(await typed(console, codes[0], act="again", reason="They were not."))
    assert (console.status, "· appeal" in again) == (200, True)
    assert "Make an appeal" not in again


async def test_wrong_codes_wait_and_refuse_nobody(
    console: Console, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    async def waiting(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(code_guard, "pause", waiting)
    for _ in range(code_guard.FREE + 2):
        wrong = await typed(console, "0000000000")
        assert (console.status, "opens nothing" in texts(wrong)) == (422, True)
    assert waits == [code_guard.PAUSE] * 2
    assert "Result of 2010" in texts(await typed(console, codes[0])), "slowed down, not refused"
    assert waits == [code_guard.PAUSE] * 3
    code_guard.wrong_codes.extend([time.monotonic()] * code_guard.MOST)
    assert "Result of 2010" in texts(await typed(console, codes[1]))
    code_guard.wrong_codes.clear()


async def test_row_notice_the_page_stops_in_december_until_the_holidays_are_imported(
    console: Console,
) -> None:
    page, calendar = "/admin/years/2010/notice", "/admin/calendar"
    service = console.service
    service.clock.time += timedelta(days=35)  # type: ignore[attr-defined]
    await console.sign_in("zhou")
    stopped = texts(await console.open(page))
    assert "No notice can be given as things are" in stopped
    assert "2027: a deadline falls in 2027, whose holidays are not known" in stopped
    assert "disabled" in console.page
    found = re.findall(r'name="seen" value="(\w+)"', console.page)
    order = {"csrf": console.csrf, "act": "notice", "typed": "2010", "seen": found[0]}
    await console.post(page, order)
    assert (console.status, "whose holidays are not known" in texts(console.page)) == (422, True)

    async def bring(name: str, data: bytes) -> str:
        await console.open(calendar)
        form = FormData()
        form.add_field("csrf", console.csrf)
        form.add_field("file", data, filename=name)
        return texts(await console.post(calendar, form))

    assert "The holidays of 2027 are not known" in texts(await console.open(calendar))
    wrong = await bring("2027.csv", b"day,kind\n2027-02-30,off\n")
    assert (console.status, "2027-02-30" in wrong) == (422, True)
    assert "2027" in await bring("2027.csv", b"day,kind\n2027-01-01,off\n2027-01-04,off\n")
    days = texts(await console.open(f"{calendar}?year=2027"))
    assert "2027-01-04 Monday off" in days
    assert "are not known" not in days

    listed = texts(await console.open(page))
    assert "do not count as working days: 2027-01-01, 2027-01-04." in listed
    (told,) = re.findall(r"107 units without an account and (\d+) people are told", listed)
    assert int(told) >= 835, "those inside units too"
    await console.post(page, order | {"csrf": console.csrf})
    assert (console.status, "has changed since you saw it" in texts(console.page)) == (422, True)
    (seen,) = re.findall(r'name="seen" value="(\w+)"', console.page)
    await console.post(page, order | {"csrf": console.csrf, "seen": seen, "typed": "2011"})
    assert (console.status, "type the year" in texts(console.page)) == (422, True)
    await console.post(page, order | {"csrf": console.csrf, "seen": seen})
    assert (console.status, "The notice runs from today." in texts(console.page)) == (200, True)
    assert "notice of this year is given until 2027-01-06" in texts(console.page)


async def test_row_appeal_time_every_way_to_ask_has_a_form_and_programs_register_alone(
    console: Console,
) -> None:
    """The unit takes back and asks late; the office asks at once for a person; nobody decides."""
    service, csrf = console.service, "csrf"
    await add_staff(service.roster, "chen", PASSWORD, "administrator")
    await notice(console)
    await console.sign_in("tan")
    own = {"year": "2010", "reason": "The count is wrong."}
    page = await console.open("/admin/unit")
    assert re.findall(r'name="act" value="(\w+)"', page) == ["seen", "received"]
    for act, buttons, said in (
        ("received", ["seen", "withdrawn"], "The request is registered"),
        ("withdrawn", ["seen", "received"], "The request is taken back"),
        ("received", ["seen", "withdrawn"], "The request is registered"),
        ("withdrawn", ["seen"], "The request is taken back"),
        ("late", None, "once more while the time runs"),
        ("direct", None, "a person alone may appeal at once"),
        ("answered", None, "no such button"),
    ):
        await console.open("/admin/unit")
        await console.post("/admin/unit", own | {csrf: console.csrf, "act": act})
        assert said in texts(console.page), act
        if buttons is not None:
            assert re.findall(r'name="act" value="(\w+)"', console.page) == buttons

    # The office takes the requests of others: a leader appeals at once, a unit asks late.
    leader = (await open_year(service.database, 2010)).result.leaders[0].leader
    await console.sign_in("zhou")
    taken = {"year": "2010", "act": "receive", "reason": "They wrote to us."}
    await console.open("/admin/appeals")
    for kind, subject, said in (
        ("direct", leader, "Appeal at once received"),
        ("late", "FIN", "ask without naming a cause"),
        ("again", "FIN", "choose what is asked for"),
        ("direct", "FIN", "a person alone may appeal at once"),
    ):
        await console.open("/admin/appeals")
        form = taken | {csrf: console.csrf, "kind": kind, "subject": subject}
        await console.post("/admin/appeals", form)
        assert said in texts(console.page), kind
    service.clock.time += timedelta(days=11)  # type: ignore[attr-defined]
    await console.sign_in("zhou")
    await console.open("/admin/appeals")
    await console.post(
        "/admin/appeals", taken | {csrf: console.csrf, "kind": "late", "subject": "FIN"}
    )
    late = "/admin/appeals/4"
    decision = {"act": "cause", "ruling": "upheld", "reason": "The flood is known."}
    await console.post(late, {csrf: console.csrf, "act": "assign", "to": "chen", "seen": "1"})
    assert "late and waits for a decision" in texts(console.page)
    await console.open(late)
    await console.post(late, {csrf: console.csrf} | decision)
    assert "The cause is decided." in texts(console.page)
    assert re.findall(r'<option value="(\w+)"', console.page) == ["chen"], "zhou decided already"
    await console.post(late, {csrf: console.csrf, "act": "withdrawn", "reason": "They wrote."})
    assert "taken back" in texts(console.page)

    # A program registers and reads, and decides nothing.
    scopes = ("appeals:write", "results:internal")
    token = await create_token(service.roster, "oa", scopes, 30, "zhou", service.clock)
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    async def ask(method: str, path: str, body: dict[str, str] | None = None) -> tuple[int, str]:
        made = console.client.request(method, f"/api/v1{path}", json=body, headers=headers)
        async with made as response:
            told = await response.json()
            return response.status, told.get("detail") or told.get("state") or str(told)

    year, first = "/years/2010/appeals", "/appeals/5/steps"
    asked = {"subject": "AUD", "act": "late", "text": "The post was slow."}
    assert await ask("POST", year, asked) == (201, "late")
    status_, said = await ask("POST", year, asked)
    assert (status_, "asked for already" in said) == (409, True)
    assert await ask("POST", "/appeals/99/steps", {"act": "again", "text": "x"}) == (
        404,
        "there is no such appeal; see `minping appeals list`",
    )
    status_, said = await ask("POST", first, {"act": "answered", "text": "x"})
    assert (status_, "again" in said) == (400, True)
    service.clock.time += timedelta(days=8)  # type: ignore[attr-defined]
    assert await ask("POST", first, {"act": "again", "text": "Nobody decided."}) == (200, "waiting")
    status_, said = await ask("GET", year)
    assert (status_, said.count("'number'"), "'by': 'api:oa'" in said) == (200, 5, True)


async def failures(console: Console, path: str) -> list[str]:
    """What `minping verify-year` finds wrong with a bundle that a page hands out."""
    async with console.client.get(path) as response:
        assert response.status == 200
        body = await response.read()
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    wanted = VerificationRequest(keys=[console.service.mixer.key])
    lines = await asyncio.to_thread(verify_year, files, wanted)
    assert len(lines) > 20
    return [line.render("en") for line in lines if line.state is State.FAIL]


async def test_everybody_gets_the_bundle_of_the_year_and_auditors_by_a_grant_the_one_with_persons(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, public, whole = (
        console.service,
        f"{TABLE}/bundle.zip",
        "/admin/years/2010/auditors.zip",
    )
    assert await status(console, public) == 404
    with monkeypatch.context() as patch:
        # The service's own clock has the mixer turn every two seconds.
        patch.setattr(type(service.mixer), "turn", AsyncMock())
        await notice(console)
        assert await status(console, public) == 503, "its act waits for the log"
    await service.mixer.turn()
    assert await failures(console, public) == []
    (kept,) = (service.settings.data / "bundles").glob("-2010-*.zip")
    async with console.client.get(public) as response:
        assert await response.read() == await asyncio.to_thread(kept.read_bytes)
    assert f'href="{public}"' in await console.open(TABLE)
    await console.sign_in()
    assert f'href="{public}"' in await console.open("/admin/exports")
    assert await status(console, whole) == 403
    await add_staff(service.roster, "rui", PASSWORD, "auditor")
    page = await console.open("/admin/approvals")
    assert '<option value="-2010">the bundle of 2010 with persons</option>' in page
    await console.sign_in("rui")
    assert whole in await console.open("/admin/campaigns/city-2010/scores")
    assert "nobody has granted the bundle of this year" in texts(await console.open(whole))
    await service.officers.grant("rui", "-2010", 14, "zhou")
    assert await failures(console, whole) == []
    records = await read_records(service.database, "rui")
    (taken,) = [it for it in records if "auditors" in it.act]
    assert taken.outcome == "done"
    assert describe_act(taken, "en") == "takes the bundle of the year 2010 with persons"
