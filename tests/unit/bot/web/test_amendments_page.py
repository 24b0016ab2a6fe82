"""The page of amendments: a task leads to the form, the form to a preview, that to the act."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from aggregation.appraisal.standing import Cause
from aggregation.model.facts import Grade, Verdict
from bot.accounts.api_tokens import create_token, revoke_token
from bot.accounts.approvals import WAITING
from bot.accounts.staff import add_staff
from bot.appraisal.cause_requests import CauseRequest
from bot.appraisal.causes import prepare_cause, preview_cause
from bot.appraisal.challenges import declare_kin
from bot.appraisal.year import open_year
from bot.appraisal.year_tasks import YearTask
from bot.commands.amend import run_material
from bot.core.settings import Settings
from bot.records.amendments import read_amendments
from bot.service.composition import build
from bot.storage.database import reading
from bot.web.server import make_web
from bot.web.shared.templates import page_words
from survey_flows.errors import BadInput, Message
from tests.console import PASSWORD, Console, texts
from tests.contract.test_causes import FOUND, FOUR, OFFENCE
from tests.contract.test_year_tables import INDICATORS, LEADERS, UNITS, YEAR, bring, hold_campaign
from tests.deciding import decide
from tests.sealing import give_notice, office_of, seal_at
from tests.web_city import Clock

PAGE = f"/admin/years/{YEAR}/amendments"


@pytest.fixture
async def console(tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    """A sealed year under notice in which L1 has the fourth grade by a conviction."""
    async with (
        build(Settings(data=tmp_path, redis_url=valkey_url), Clock()) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        database = service.database
        await bring(database, "units", UNITS, 0)
        await bring(database, "leaders", LEADERS)
        await bring(database, "indicators", INDICATORS)
        await bring(database, "findings", FOUND + OFFENCE)
        await hold_campaign(database)
        office = office_of(clock=service.clock)
        for key, verdict in (
            (FOUR, Verdict.CONFIRMED),
            (f"{YEAR}/third_grade_unit/downgrade/L3", Verdict.DECLINED),
        ):
            await decide(database, YEAR, key, verdict, office=office)
        await seal_at(service, YEAR)
        await give_notice(database, YEAR, office)
        await add_staff(service.roster, "zhou", PASSWORD, "administrator")
        yield Console(client, service)


async def test_an_amendment_is_looked_at_then_signed_and_what_was_executed_is_asked_back(
    console: Console,
) -> None:
    await console.sign_in()
    await console.open(PAGE)
    done = {"csrf": console.csrf, "act": "executed", "proposal": FOUR, "document": "文件1号"}
    await carried_out(console, done | {"on": "2026-11-23"})
    assert "carried out · " in texts(console.page)
    form = {"csrf": console.csrf, "cause": "overturned", "what": "F1", "on": "2026-10-01"}
    form |= {"document": "再审判决书", "reason": "宣告无罪", "act": "look"}
    await console.post(PAGE, form | {"what": "F9"})
    assert "no such finding counts in this year" in texts(console.page)
    await console.post(PAGE, form | {"cause": "nothing"})
    assert "choose what the amendment follows from" in texts(console.page)
    page = texts(await console.post(PAGE, form))
    assert "1 changes" in page
    assert "fourth grade → second grade" in page
    assert "0 are protected" in page
    seen = console.page.split('name="seen" value="')[1].split('"')[0]
    await console.post(PAGE, form | {"act": "sign", "seen": "0" * 16})
    assert "look at it again" in texts(console.page)
    page = texts(await console.post(PAGE, form | {"act": "sign", "seen": seen}))
    assert "The year is amended" in page
    assert "has lost its ground: take it back by" in page
    assert "amended after a finding was revoked" in page
    year = await open_year(console.service.database, YEAR)
    assert year.result.leader("L1").grade is Grade.SECOND
    assert "take it back by" in texts(await console.open(f"/admin/years/{YEAR}/ranking"))
    for address in (f"/admin/years/{YEAR}/ranking", "/admin/appeals"):
        assert "amended after a finding was revoked" in texts(await console.open(address))
    circular = texts(await console.open(f"/admin/years/{YEAR}/circular.html?audience=internal"))
    assert "1 领导1 fourth grade → second grade" in circular
    assert "after a review" not in circular
    await console.open(PAGE)
    await carried_out(console, done | {"act": "restored", "on": "2026-11-23"})
    assert "lost its ground" not in texts(console.page)


async def carried_out(console: Console, form: dict[str, str]) -> None:
    """Look at the list, type the name that it is about, and enter it."""
    await console.post(PAGE, form)
    seen = console.page.split('name="seen" value="')[1].split('"')[0]
    await console.post(PAGE, form | {"seen": seen, "typed": "领导1"})


async def test_row_execute_the_page_shows_what_stops_it_and_asks_for_the_name(
    console: Console,
) -> None:
    await console.sign_in()
    await console.open(PAGE)
    form = {"csrf": console.csrf, "act": "executed", "proposal": FOUR, "document": "文件1号"}
    early = texts(await console.post(PAGE, form | {"on": "2026-11-22"}))
    assert "the day lies between 2026-11-23 and 2026-11-23" in early
    assert 'value="executed" disabled' in console.page
    page = texts(await console.post(PAGE, form | {"on": "2026-11-23"}))
    assert "a review may still be asked for until" in page
    assert 'value="executed" disabled' not in console.page
    seen = console.page.split('name="seen" value="')[1].split('"')[0]
    page = texts(await console.post(PAGE, form | {"on": "2026-11-23", "seen": seen}))
    assert "type the name or the code (L1)" in page
    assert "carried out · " not in texts(await console.open(PAGE))


async def test_a_decision_that_has_lost_its_ground_is_shown_so(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def tasks(_connection: object, _year: int) -> list[YearTask]:
        return [YearTask("line", "L1", "2025", Message("appraisal-without-grade"), (FOUR,))]

    await console.sign_in()
    page = f"/admin/years/{YEAR}/proposals?status=all"
    lapsed = page_words().say("en", "decision-lapsed")
    assert lapsed not in texts(await console.open(page))
    monkeypatch.setattr("bot.web.admin.years.list_year_tasks", tasks)
    assert texts(await console.open(page)).count(lapsed) == 1


async def test_a_task_fills_the_form_and_who_has_a_grade_is_no_task(console: Console) -> None:
    cases = "id,person,kind,level,begins,ended\nD1,L2,investigation,,2026-06-01,2026-11-01\n"
    await bring(console.service.database, "discipline", cases, YEAR + 1)
    await console.sign_in()
    page = texts(await console.open(PAGE))
    assert "investigation D1" not in page, "L2 had a grade: nothing was left open"
    await console.open(f"{PAGE}?cause=overturned&what=F1&subject=L1")
    assert 'name="what" value="F1"' in console.page
    assert '<option value="overturned" selected>' in console.page


async def test_material_is_picked_from_a_list_and_what_was_put_right_is_told(
    console: Console,
) -> None:
    await console.sign_in()
    await console.open(PAGE)
    form = {"csrf": console.csrf, "cause": "correction", "subject": "U3", "act": "look"}
    form |= {"document": "考核办更正通知", "reason": "漏记表彰"}
    page = texts(await console.post(PAGE, form))
    assert "Bureau 3: material that can be put right" in page
    assert "A bonus or deduction that is missing · –" in page
    assert f"{PAGE}?cause=correction&amp;subject=U3&amp;what=bonus/new#form" in console.page
    await console.open(f"{PAGE}?cause=correction&subject=U3&what=bonus/new")
    assert 'name="what" value="bonus/new"' in console.page
    assert "material that can be put right" not in texts(console.page)
    nobody = texts(await console.post(PAGE, form | {"subject": "X9"}))
    assert "X9: there is no such unit" in nobody
    form |= {"what": "bonus/new", "value": "much"}
    assert "«much» is no number of points" in texts(await console.post(PAGE, form))
    form |= {"value": "1.5"}
    await console.post(PAGE, form)
    seen = console.page.split('name="seen" value="')[1].split('"')[0]
    page = texts(await console.post(PAGE, form | {"act": "sign", "seen": seen}))
    assert "The year is amended" in page
    assert "bonus or deduction «漏记表彰»: – → +1.5" in page
    page = texts(await console.open(f"{PAGE}?cause=correction&subject=L2"))
    assert f"Post in Bureau 2 · {YEAR}-01-01..{YEAR}-12-31" in page
    days = {"subject": "L2", "what": f"post/U2/{YEAR}-01-01", "value": f"{YEAR}-02-01.."}
    await console.post(PAGE, form | days)
    seen = console.page.split('name="seen" value="')[1].split('"')[0]
    page = texts(await console.post(PAGE, form | days | {"act": "sign", "seen": seen}))
    told = f"post in Bureau 2: {YEAR}-01-01..{YEAR}-12-31 → {YEAR}-02-01.."
    assert told in page
    assert told not in texts(await console.open(f"/admin/years/{YEAR}/circular.html"))


async def test_the_command_lists_the_material_that_an_amendment_takes(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = console.service.settings
    chosen = Namespace(year=YEAR, subject="L2")
    assert await run_material(settings, chosen) == 0
    assert capsys.readouterr().out.splitlines() == [
        "personal  85",
        f"post/U2/{YEAR}-01-01  {YEAR}-01-01..{YEAR}-12-31",
        "post/new",
    ]
    with pytest.raises(BadInput, match="X9"):
        await run_material(settings, Namespace(year=YEAR, subject="X9"))


async def test_a_program_prepares_an_amendment_and_a_person_signs_it(console: Console) -> None:
    service = console.service
    scopes = ("amendments:prepare", "results:internal")
    token = await create_token(service.roster, "statistics", scopes, 30, "zhou", service.clock)
    asked = {"cause": "correction", "what": "objective", "subject": "U3", "value": "70"}
    asked |= {"document": "统计局更正函", "reason": "录入有误"}

    async def ask(body: dict[str, str]) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        path = f"/api/v1/years/{YEAR}/amendments"
        async with console.client.post(path, json=body, headers=headers) as response:
            return response.status, await response.json()

    before = (await open_year(service.database, YEAR)).result.unit("U3").total
    # What is refused to a person is refused to a program, in the same words.
    for wrong, complaint in (
        ({"value": "60"}, "this stands already"),
        ({"value": "20"}, "may, after a hearing"),
        ({"what": "nothing"}, "no material of this kind"),
        ({"cause": "overturned", "what": "F9", "on": "2026-10-01"}, "no such finding"),
        ({"seen": "0" * 16}, "something changed after you looked"),
    ):
        status, told = await ask(asked | wrong)
        assert (status, complaint in told["detail"]) == (409, True), told
    status, looked = await ask(asked)
    changed = {"subject": "U3", "before": "third", "after": "third", "kept": False}
    assert (status, looked["waits"], looked["undecided"]) == (200, None, [])
    assert (looked["subject"], changed in looked["changes"]) == ("U3", True)
    assert await service.approvals.list() == [], "looking prepares nothing"

    # Also where one administrator decides alone a program amends nothing by itself.
    status, made = await ask(asked | {"seen": looked["seen"]})
    (one,) = await service.approvals.list()
    assert (status, made["waits"]) == (200, {"number": one.id, "state": "waiting"})
    assert one.prepared_by == "api:statistics"
    assert (await open_year(service.database, YEAR)).result.unit("U3").total == before
    status, told = await ask(asked | {"seen": looked["seen"]})
    assert (status, "waits" in told["detail"]) == (409, True), told
    await console.sign_in()
    page = texts(await console.open("/admin/approvals"))
    assert "Bureau 3 · objective: 60 → 70" in page
    form = {"csrf": console.csrf, "seen": one.seen, "act": "approve"}
    await console.post(f"/admin/approvals/{one.id}", form)
    after = (await open_year(service.database, YEAR)).result.unit("U3").total
    assert before is not None
    assert after is not None
    assert after > before
    async with reading(service.database) as connection:
        (kept,) = await read_amendments(connection, YEAR)
    assert (kept.by, kept.approved_by) == ("api:statistics", "zhou")


async def test_who_made_a_program_s_token_answers_for_what_it_prepares(console: Console) -> None:
    service = console.service
    roster, database, approvals = service.roster, service.database, service.approvals
    for login, role in (("chen", "administrator"), ("he", "approver"), ("wu", "approver")):
        await add_staff(roster, login, PASSWORD, role)
    for name, by in (("his", "he"), ("hers", "chen")):
        await create_token(roster, name, ("amendments:prepare",), 30, by, service.clock)
    await declare_kin(database, "chen", "L3", office_of("chen"))
    await service.officers.set_profile("city", "zhou")
    request = CauseRequest(
        Cause.CORRECTION, "objective", "统计局更正函", "录入有误", subject="U3", value="70"
    )
    barred, able = (office_of(f"api:{it}", service.clock) for it in ("hers", "his"))
    seen = (await preview_cause(database, YEAR, request, able)).seen
    with pytest.raises(BadInput, match="must stand aside from U3; let somebody else"):
        await prepare_cause(database, approvals, YEAR, request, seen, barred)
    one = await prepare_cause(database, approvals, YEAR, request, seen, able)
    assert one.state == WAITING
    with pytest.raises(BadInput, match="does not sign it"):
        await approvals.approve(one.id, "he", one.seen)
    await revoke_token(roster, "his", service.clock)
    with pytest.raises(BadInput, match="token his of the program"):
        await approvals.approve(one.id, "wu", one.seen)
    await approvals.refuse(one.id, "he")
    assert await approvals.list() == []
    async with reading(database) as connection:
        assert await read_amendments(connection, YEAR) == ()
