"""A sealed year with a road and four administrators, for the tests of appeals."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.model.facts import Grade, Verdict
from aggregation.procedure.appeals import AppealRuling
from bot.accounts.approvals import Approval
from bot.appraisal.appeal_records import Appeal, show_appeal
from bot.appraisal.appeals import (
    assign_appeal,
    receive_appeal,
    reject_appeal,
    uphold_appeal,
)
from bot.appraisal.year import AppraisedYear, open_year
from bot.core.identity import Office
from bot.storage.database import writing
from bot.storage.schema import all as tables
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_year_tables import LEADERS, UNITS, bring, hold_campaign
from tests.deciding import decide
from tests.desk import roster_of
from tests.ready import begin, keep
from tests.sealing import approvals_of, give_notice, prepared_seal

PASSWORD = "correct horse battery"
YEAR = 2025
KEY = "2025/third_grade_unit/downgrade/L3"
POINTS = """subject,objective,superior,governance,tasks,duties,personal
U1,95,95,95,,,
U2,60,80,80,,,
U3,60,95,95,,,
D1,70,70,70,,,
U3-1,,,,80,,
U3-1-1,,,,,80,
L1,,,,,,90
L2,,,,,,85
L3,,,,,,80
L4,,,,,,75
Q1,,,,,,75
"""
"""U3 is third by 54.75 points; with 95 for its objectives it would be before U2, with 70."""


@dataclass
class Hall:
    """A sealed year in a running road, with four administrators."""

    road: Road
    year: int = YEAR

    @property
    def database(self) -> AsyncEngine:
        return self.road.database

    def who(self, login: str) -> Office:
        return Office(login, self.road.clock, "Asia/Shanghai")

    async def noticed(self) -> None:
        await give_notice(self.database, YEAR, self.who("zhou"))

    async def received(self, subject: str = "U3") -> Appeal:
        return await receive_appeal(
            self.database, YEAR, subject, "The count is wrong", self.who("zhou")
        )

    async def charged(self, subject: str = "U3", to: str = "chen") -> Appeal:
        appeal = await self.received(subject)
        return await assign_appeal(self.database, appeal.number, to, self.who("zhou"))

    async def answered(self, appeal: Appeal, by: str, ruling: AppealRuling, *chosen: str) -> Appeal:
        """Charge somebody with an appeal and let them answer it."""
        await assign_appeal(self.database, appeal.number, by, self.who("zhou"))
        if ruling is AppealRuling.REJECTED:
            return await reject_appeal(self.database, appeal.number, "looked at", self.who(by))
        await self.upheld(appeal, by, chosen)
        return await show_appeal(self.database, appeal.number, self.who(by).today)

    async def upheld(self, appeal: Appeal, by: str, chosen: Sequence[str]) -> Approval:
        approvals = approvals_of(self.database, self.road.clock)
        given = (appeal.number, list(chosen), "looked at", self.who(by))
        return await uphold_appeal(self.database, approvals, *given)

    async def standing(self) -> AppraisedYear:
        return await open_year(self.database, YEAR)

    async def grade_of(self, subject: str) -> Grade | None:
        year = await self.standing()
        found = {u.unit: u.grade for body in year.bodies for u in body.units}
        return (found | {x.leader: x.grade for body in year.bodies for x in body.leaders})[subject]


@asynccontextmanager
async def a_hall(store_url: str, tmp_path: Path) -> AsyncIterator[Hall]:
    """Open the hall; it begins as a copy where one was kept (`tests.ready`)."""
    begun = begin("hall", store_url, tmp_path)
    async with make_road(store_url, tmp_path, begun=begun) as road:
        roster = tmp_path / "roster"
        roster.mkdir(exist_ok=True)
        roster_of(road.database, roster)
        if not begun:
            await fill_hall(road)
        yield Hall(road)


async def fill_hall(road: Road) -> None:
    """Hold a campaign, appraise and seal the year, and give its officials accounts."""
    database, clock = road.database, road.clock
    await bring(database, "units", UNITS, 0)
    await bring(database, "leaders", LEADERS, YEAR)
    parts = "code,name_zh,parent,category\nU3-1,一科,U3,section\nU3-1-1,一岗,U3-1,post\n"
    await bring(database, "inner", parts, YEAR)
    await bring(database, "people", "id,name_zh,unit,role\nQ1,王一,U3-1-1,工作人员\n", YEAR)
    await bring(database, "indicators", POINTS, YEAR)
    await hold_campaign(database, year=YEAR)
    office = Office("zhou", clock, "Asia/Shanghai")
    await decide(database, YEAR, KEY, Verdict.CONFIRMED, "市委常委会", "so it is", office)
    await prepared_seal(database, YEAR, clock=clock)
    rows = [
        {"login": login, "password": "", "role": "administrator", "unit": unit}
        for login, unit in (("zhou", None), ("chen", None), ("dai", None), ("tan", "U3"))
    ]
    rows.append({"login": "rui", "password": "", "role": "checker", "unit": None})
    rows.append({"login": "three", "password": "", "role": "unit", "unit": "U3"})
    async with writing(database) as connection:
        await connection.execute(tables.staff.insert(), rows)


async def keep_hall(url: str, folder: Path, into: Path) -> None:
    """Make the hall in an empty database, and keep it for the tests of this process."""
    async with a_hall(url, folder) as hall:
        keep("hall", url, folder, hall.road.clock.drawn, into)
