"""The pages of a notice: the public table, a unit's own page, and the page that a code opens."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.accounts.staff import add_staff
from bot.appraisal.appeal_records import list_appeals
from bot.appraisal.appeals import assign_appeal, reject_appeal
from bot.appraisal.public_notices import give_public_notice
from bot.core.identity import Office
from bot.core.settings import Settings
from bot.records.tellings import make_code, read_tellings
from bot.results.scoring import score_campaign
from bot.service.composition import build
from bot.storage.database import reading
from bot.web.public import own_page
from bot.web.server import make_web
from tests.console import PASSWORD, Console, make_data, texts
from tests.sealing import seal_at
from tests.web_city import Clock

TABLE, LETTERS = "/results/years/2010", "/admin/years/2010/letters"


@pytest.fixture
async def console(tmp_path: Path, valkey_server: str, valkey_url: str) -> AsyncIterator[Console]:
    await asyncio.to_thread(make_data, tmp_path / "made", valkey_server)
    folder = await asyncio.to_thread(shutil.move, tmp_path / "made", tmp_path / "data")
    async with (
        build(Settings(data=Path(folder), redis_url=valkey_url), Clock()) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        await score_campaign(service.database, "city-2010")
        await seal_at(service, 2010)
        await add_staff(service.roster, "tan", PASSWORD, "unit", "TAX")
        yield Console(client, service)


async def status(console: Console, path: str) -> int:
    async with console.client.get(path) as response:
        return response.status


async def notice(console: Console) -> None:
    office = Office("zhou", console.service.clock, "Asia/Shanghai")
    await give_public_notice(console.service.database, console.service.desk, 2010, office)


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
    form = {"csrf": console.csrf, "year": "2010", "act": "ask", "reason": "The count is wrong."}
    await console.post("/admin/unit", form)
    assert "no handler yet" in texts(console.page)
    assert "Ask for a review" not in texts(console.page)


async def test_a_code_opens_the_own_page_and_wrong_ones_wait_and_refuse_nobody(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes: list[str] = []

    def making() -> str:
        codes.append(make_code())
        return codes[-1]

    waits: list[float] = []

    async def waiting(seconds: float) -> None:
        waits.append(seconds)

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

    # A fetched address names nobody and uses nothing; a code in it stands behind a button.
    page = await console.open(f"/{codes[0].lower()}")
    assert codes[0] in page
    async with reading(console.service.database) as connection:
        acts = {it.act for it in await read_tellings(connection, 2010)}
        people = [it.subject for it in await read_tellings(connection, 2010, "")]
    assert acts == {"ordered", "letter"}
    assert await status(console, "/ABCDEFGHU1") == 404
    assert 'content="noindex"' in page

    own = texts(await typed(console, f"{codes[0][:5]}-{codes[0][5:]}".lower()))
    assert console.status == 200
    assert "Result of 2010" in own
    assert not [code for code in codes[1:] if code in console.page]
    asked = await typed(console, codes[0], act="ask", reason="Two days were counted twice.")
    assert "no handler yet" in texts(asked)
    again = await typed(console, codes[0], act="ask", reason="Once more.")
    assert (console.status, "a review was asked for already" in texts(again)) == (422, True)
    early = await typed(console, codes[0], act="again", reason="Once more.")
    assert (console.status, "Appeal against the answer" in texts(early)) == (422, False)
    other = await typed(console, codes[1], act="again", reason="Of somebody else.")
    assert (console.status, "no such appeal" in texts(other)) == (422, True)
    (appeal,) = await list_appeals(console.service.database, date(2026, 11, 23), 2010)
    assert (appeal.subject, appeal.steps[0].by) == (people[0], f"person:{people[0]}")

    # The person appeals against the answer on the own page, once.
    database, chen = console.service.database, "chen"
    office = Office(chen, console.service.clock, "Asia/Shanghai")
    await add_staff(console.service.roster, chen, PASSWORD, "administrator")
    await assign_appeal(database, 1, chen, office)
    await reject_appeal(database, 1, "They were counted once.", office)
    answered = texts(await typed(console, codes[0]))
    assert "They were counted once." in answered
    assert "Appeal against the answer" in answered
    again = texts(await typed(console, codes[0], act="again", reason="They were not."))
    assert (console.status, "second appeal" in again) == (200, True)
    assert "Appeal against the answer" not in again

    monkeypatch.setattr(own_page, "pause", waiting)
    for _ in range(own_page.FREE + 2):
        wrong = await typed(console, "0000000000")
        assert (console.status, "opens nothing" in texts(wrong)) == (422, True)
    assert waits == [own_page.PAUSE] * 2
    assert "Result of 2010" in texts(await typed(console, codes[0])), "slowed down, not refused"
    assert waits == [own_page.PAUSE] * 3
    own_page._wrong.extend([time.monotonic()] * own_page.MOST)
    assert "Result of 2010" in texts(await typed(console, codes[1]))
    own_page._wrong.clear()
