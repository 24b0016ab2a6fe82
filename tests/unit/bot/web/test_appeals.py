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
from bot.appraisal.appeals import answer_appeal, assign_appeal, give_public_notice, receive_appeal
from bot.core.identity import Office
from bot.core.settings import Settings
from bot.results.scoring import score_campaign
from bot.service.composition import build
from bot.storage.database import writing
from bot.storage.schema import all as tables
from bot.web.server import make_web
from tests.desk import PASSWORD, Desk, make_data, texts
from tests.web_city import Clock

APPEAL = "/admin/appeals/1"


@pytest.fixture
async def desk(tmp_path: Path, valkey_server: str, valkey_url: str) -> AsyncIterator[Desk]:
    await asyncio.to_thread(make_data, tmp_path / "made", valkey_server)
    folder = await asyncio.to_thread(shutil.move, tmp_path / "made", tmp_path / "data")
    async with (
        build(Settings(data=Path(folder), redis_url=valkey_url), Clock()) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        yield Desk(client, service)


def office(desk: Desk, login: str) -> Office:
    return Office(login, desk.service.clock, "Asia/Shanghai")


async def decide(desk: Desk, ruling: AppealRuling) -> None:
    """Appeal 1, about the Finance Bureau, answered by chen."""
    database = desk.service.database
    for login, unit in (("chen", ""), ("tan", "FIN")):
        await add_staff(database, login, PASSWORD, "administrator", unit)
    await score_campaign(database, "city-2010")
    await give_public_notice(database, 2010, office(desk, "zhou"))
    await receive_appeal(database, 2010, "FIN", "Some were counted twice", office(desk, "zhou"))
    await assign_appeal(database, 1, "chen", office(desk, "zhou"))
    await answer_appeal(database, 1, ruling, "they were", "score::", office(desk, "chen"))


async def leave_out(desk: Desk, count: int) -> None:
    """What a review decides: so many ballots of the unit count no more."""
    columns = tables.ballots.c
    some = (
        select(columns.id)
        .where(columns.unit == "FIN", columns.grp == "resident", columns.weight > 0)
        .limit(count)
    )
    async with writing(desk.service.database) as connection:
        found = (await connection.execute(some)).scalars().all()
        await connection.execute(
            update(tables.ballots).where(columns.id.in_(found)).values(weight=0)
        )


async def press(desk: Desk, login: str) -> None:
    desk.client.session.cookie_jar.clear()
    await desk.sign_in(login)
    await desk.open(APPEAL)
    await desk.post(APPEAL, {"csrf": desk.csrf, "act": "correct"})


async def test_the_corrected_score_is_published_from_the_appeal(desk: Desk) -> None:
    await decide(desk, AppealRuling.UPHELD)
    before = await score_campaign(desk.service.database, "city-2010")
    await leave_out(desk, 3)
    await press(desk, "tan")  # of the unit itself
    assert (desk.status, "may not decide" in texts(desk.page)) == (422, True)
    await desk.open(APPEAL)
    assert 'value="correct"' not in desk.page
    await press(desk, "chen")
    assert "The corrected score is published" in texts(desk.page)
    after = await score_campaign(desk.service.database, "city-2010")
    assert after.disclosed["FIN"].corrected
    assert {
        code for code in after.disclosed if after.disclosed[code] != before.disclosed[code]
    } == {"FIN"}
    made = after.release.corrections["FIN"] if after.release else None
    assert made is not None
    assert (made.by, made.reason) == ("chen", "appeal 1: they were")
    await press(desk, "chen")
    assert (desk.status, "nothing was released" in texts(desk.page)) == (422, True)


async def test_an_appeal_that_was_rejected_corrects_no_score(desk: Desk) -> None:
    await decide(desk, AppealRuling.REJECTED)
    await leave_out(desk, 3)
    await press(desk, "chen")
    assert (desk.status, "amended no score" in texts(desk.page)) == (422, True)
    assert not (await score_campaign(desk.service.database, "city-2010")).disclosed["FIN"].corrected
