"""An upheld appeal about a score publishes the corrected score from its page, once, by right."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, update

from aggregation.procedure.appeals import AppealRuling
from bot.accounts.staff import add_staff
from bot.appraisal.appeals import assign_appeal, receive_appeal, reject_appeal, uphold_appeal
from bot.appraisal.year import open_year
from bot.core.identity import Office
from bot.core.settings import Settings
from bot.results.scoring import score_campaign
from bot.service.composition import build
from bot.storage.database import writing
from bot.storage.schema import all as tables
from bot.web.server import make_web
from tests.console import PASSWORD, Console, make_sealed, texts
from tests.sealing import give_notice
from tests.web_city import Clock

APPEAL = "/admin/appeals/1"


@pytest.fixture
async def console(tmp_path: Path, valkey_server: str, valkey_url: str) -> AsyncIterator[Console]:
    await asyncio.to_thread(make_sealed, tmp_path / "made", valkey_server)
    folder = await asyncio.to_thread(shutil.move, tmp_path / "made", tmp_path / "data")
    async with (
        build(Settings(data=Path(folder), redis_url=valkey_url), Clock()) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        yield Console(client, service)


def office(console: Console, login: str) -> Office:
    return Office(login, console.service.clock, "Asia/Shanghai")


async def decide(console: Console, ruling: AppealRuling) -> None:
    """Let chen answer appeal 1, about the Finance Bureau."""
    database = console.service.database
    for login, unit in (("chen", ""), ("tan", "FIN")):
        await add_staff(console.service.roster, login, PASSWORD, "administrator", unit)
    await give_notice(database, 2010, office(console, "zhou"), console.service.desk)
    await receive_appeal(database, 2010, "FIN", "Some were counted twice", office(console, "zhou"))
    await assign_appeal(database, 1, "chen", office(console, "zhou"))
    chen = office(console, "chen")
    if ruling is AppealRuling.REJECTED:
        await reject_appeal(database, 1, "they were not", chen)
        return
    await uphold_appeal(database, console.service.approvals, 1, ["score::"], "they were", chen)


async def leave_out(console: Console, count: int) -> None:
    """Let a review decide that this many ballots of the unit count no more."""
    columns = tables.ballots.c
    some = (
        select(columns.id)
        .where(columns.unit == "FIN", columns.grp == "resident", columns.weight > 0)
        .limit(count)
    )
    async with writing(console.service.database) as connection:
        found = (await connection.execute(some)).scalars().all()
        await connection.execute(
            update(tables.ballots).where(columns.id.in_(found)).values(weight=0)
        )


async def press(console: Console, login: str) -> None:
    console.client.session.cookie_jar.clear()
    await console.sign_in(login)
    await console.open(APPEAL)
    await console.post(APPEAL, {"csrf": console.csrf, "act": "correct"})


async def test_the_corrected_score_is_published_from_the_appeal(console: Console) -> None:
    await decide(console, AppealRuling.UPHELD)
    before = await score_campaign(console.service.database, "city-2010")
    await leave_out(console, 3)
    await press(console, "tan")  # of the unit itself
    assert (console.status, "must stand aside" in texts(console.page)) == (422, True)
    await console.open(APPEAL)
    assert 'value="correct"' not in console.page
    await press(console, "chen")
    assert "The corrected score is published" in texts(console.page)
    after = await score_campaign(console.service.database, "city-2010")
    assert after.disclosed["FIN"].corrected
    assert {
        code for code in after.disclosed if after.disclosed[code] != before.disclosed[code]
    } == {"FIN"}
    made = after.release.corrections["FIN"] if after.release else None
    assert made is not None
    assert (made.by, made.reason) == ("chen", "appeal 1: they were")
    year = await open_year(console.service.database, 2010)
    assert [part.release.number for part in year.campaigns if part.release] == [2]
    assert year.inputs.disclosed["FIN"].corrected
    await press(console, "chen")
    assert (console.status, "nothing was released" in texts(console.page)) == (422, True)


async def test_an_appeal_that_was_rejected_corrects_no_score(console: Console) -> None:
    await decide(console, AppealRuling.REJECTED)
    await leave_out(console, 3)
    await press(console, "chen")
    assert (console.status, "amended no score" in texts(console.page)) == (422, True)
    assert (
        not (await score_campaign(console.service.database, "city-2010")).disclosed["FIN"].corrected
    )
