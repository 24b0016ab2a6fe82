"""Notice, appeals and amendments on both databases.

Rows are only appended, and nobody decides an appeal against their own decision.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from aggregation.model.facts import AppraisedUnit, Decision, Grade, Leader, PastGrade, Role, Verdict
from aggregation.procedure.appeals import AppealRuling, AppealState
from bot.appraisal.appeal_records import Appeal, list_appeals, show_appeal
from bot.appraisal.appeals import (
    answer_appeal,
    appeal_again,
    assign_appeal,
    receive_appeal,
    remedies,
)
from bot.appraisal.deciders import eligible_deciders
from bot.appraisal.public_notices import give_public_notice
from bot.core.identity import Office
from bot.records import store as yearbook
from bot.records.amendments import read_amendments
from bot.records.working_days import import_calendar
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.contract.test_conductor import Road, make_road

PARTS = (("TAX-1", "section"), ("TAX-1-1", "post"))
KEY = "2026/third_grade_unit/downgrade/TAX"


@dataclass
class Hall:
    road: Road

    def who(self, login: str) -> Office:
        return Office(login, self.road.clock, "Asia/Shanghai")

    async def received(self, subject: str = "TAX") -> Appeal:
        return await receive_appeal(
            self.road.database, 2026, subject, "The count is wrong", self.who("zhou")
        )

    async def answered(
        self, appeal: Appeal, by: str, ruling: AppealRuling, remedy: str = ""
    ) -> Appeal:
        await assign_appeal(self.road.database, appeal.number, by, self.who("zhou"))
        return await answer_appeal(
            self.road.database, appeal.number, ruling, "looked at", remedy, self.who(by)
        )


@pytest.fixture
async def hall(store_url: str, tmp_path: Path) -> AsyncIterator[Hall]:
    async with make_road(store_url, tmp_path) as road:
        database = road.database
        async with writing(database) as connection:
            for code in ("TAX", "EDU"):
                unit = AppraisedUnit(code, code, code, "B_econ")
                await yearbook.write_units(connection, [yearbook.ListedUnit(unit, "window")])
            lines = [
                PastGrade(2026, code, Grade.SECOND, True, code, "", "v1") for code in ("TAX", "EDU")
            ]
            await yearbook.append_history(connection, lines, {"TAX", "EDU"})
            made = Decision(KEY, Verdict.CONFIRMED, "Zhou Min (zhou)", "so it is", "2026-11-20")
            await yearbook.append_decisions(connection, 2026, [made])
        people = [("zhou", None), ("chen", None), ("dai", None), ("tan", "TAX"), ("rui", None)]
        rows = [
            {"login": login, "password": "", "role": "administrator", "unit": unit}
            for login, unit in people
        ]
        rows[-1]["role"] = "checker"
        async with writing(database) as connection:
            await connection.execute(tables.staff.insert(), rows)
        yield Hall(road)


async def grade_of(hall: Hall, subject: str) -> Grade | None:
    async with reading(hall.road.database) as connection:
        return {x.subject: x.grade for x in await yearbook.read_history(connection, 2026, 2026)}[
            subject
        ]


async def test_notice_comes_first_and_a_review_is_asked_for_in_time(hall: Hall) -> None:
    database, zhou = hall.road.database, hall.who("zhou")
    with pytest.raises(BadInput, match="no public notice"):
        await hall.received()
    with pytest.raises(BadInput, match="nothing of this year"):
        await give_public_notice(database, 2019, zhou)
    notice = await give_public_notice(database, 2026, zhou)
    assert (notice.ends.isoformat(), notice.until.isoformat()) == ("2026-11-30", "2026-12-03")
    with pytest.raises(BadInput, match="notice of this year is given until 2026-11-30"):
        await give_public_notice(database, 2026, zhou)
    with pytest.raises(BadInput, match="no such unit or leader"):
        await hall.received("NOPE")
    hall.road.clock.time = datetime(
        2026, 12, 3, 15, 59, tzinfo=UTC
    )  # a minute before midnight in the city
    assert (await hall.received()).standing.state is AppealState.WAITING
    with pytest.raises(BadInput, match="appeal 1: a review was asked for already"):
        await hall.received()
    assert (await hall.received("EDU")).number == 2
    hall.road.clock.time += timedelta(minutes=1)
    with pytest.raises(BadInput, match="until 2026-12-03"):
        await hall.received()


async def test_a_city_s_own_holidays_move_the_deadlines(hall: Hall) -> None:
    days = b"day,kind\n2026-11-24,off\n2026-11-28,work\n"
    assert await import_calendar(hall.road.database, "own.csv", days) == {2026: 2}
    notice = await give_public_notice(hall.road.database, 2026, hall.who("zhou"))
    assert notice.ends.isoformat() == "2026-11-30"  # 25, 26, 27, Saturday 28, Monday 30
    with pytest.raises(BadInput):
        await import_calendar(
            hall.road.database, "own.csv", b"day,kind\n2026-11-23,off\nnonsense,off\n"
        )


async def test_whoever_decided_first_or_belongs_to_the_unit_decides_no_appeal(hall: Hall) -> None:
    database = hall.road.database
    await give_public_notice(database, 2026, hall.who("zhou"))
    appeal = await hall.received()
    async with reading(database) as connection:
        assert await eligible_deciders(connection, appeal) == ["chen", "dai"]
    for login, sentence in (
        ("zhou", "decided before"),
        ("tan", "decided before"),
        ("rui", "no administrator"),
    ):
        with pytest.raises(BadInput, match=sentence):
            await assign_appeal(database, appeal.number, login, hall.who("dai"))
    first = await hall.answered(appeal, "chen", AppealRuling.REJECTED)
    assert (first.standing.state, first.standing.due.isoformat()) == (
        AppealState.ANSWERED,
        "2026-12-23",
    )
    again = await appeal_again(database, appeal.number, "still wrong", hall.who("zhou"))
    async with reading(database) as connection:
        assert await eligible_deciders(connection, again) == ["dai"]
    with pytest.raises(BadInput, match="charge somebody else"):
        await assign_appeal(database, appeal.number, "chen", hall.who("zhou"))
    last = await hall.answered(again, "dai", AppealRuling.UPHELD, f"decision:declined:{KEY}")
    assert (last.standing.state, last.standing.round, last.standing.ruling) == (
        AppealState.FINAL,
        2,
        AppealRuling.UPHELD,
    )


async def test_of_a_person_inside_a_unit_nobody_decides_who_belongs_to_the_unit_or_decided_about_it(
    hall: Hall,
) -> None:
    database = hall.road.database
    parts = [AppraisedUnit(code, code, code, kind, parent=code[:-2]) for code, kind in PARTS]
    async with writing(database) as connection:
        await yearbook.replace_inner(connection, 2026, parts)
        await yearbook.replace_leaders(
            connection, 2026, [Leader("Q1", "王一", "Wang Yi", "TAX-1-1", Role.OFFICER)]
        )
        lines = [
            PastGrade(2026, who, Grade.SECOND, True, "TAX-1-1", "", "v1")
            for who in ("Q1", "TAX-1-1")
        ]
        await yearbook.append_history(connection, lines, {"TAX-1-1"})
    await give_public_notice(database, 2026, hall.who("zhou"))
    person, part = await hall.received("Q1"), await hall.received("TAX-1-1")
    async with reading(database) as connection:
        for appeal in (person, part):
            assert await eligible_deciders(connection, appeal) == [
                "chen",
                "dai",
            ]  # Zhou decided about TAX, Tan is of it
        grades = {
            appeal.subject: {way[1] for way in await remedies(connection, appeal)}
            for appeal in (person, part)
        }
    assert ("fourth" in grades["Q1"], "fourth" in grades["TAX-1-1"]) == (True, False)
    await hall.answered(part, "chen", AppealRuling.UPHELD, "grade:first:")
    assert await grade_of(hall, "TAX-1-1") is Grade.FIRST


async def test_an_appeal_that_is_upheld_appends_an_amendment_that_names_it(hall: Hall) -> None:
    database = hall.road.database
    await give_public_notice(database, 2026, hall.who("zhou"))
    appeal = await hall.received()
    async with reading(database) as connection:
        known = {":".join(way) for way in await remedies(connection, appeal)}
    assert known == {"grade:first:", "grade:third:", f"decision:declined:{KEY}", "score::"}
    await assign_appeal(database, appeal.number, "chen", hall.who("zhou"))
    for remedy in ("", "grade:second:", "grade:fourth:", "decision:declined:2026/x/downgrade/EDU"):
        with pytest.raises(BadInput, match="say what is amended"):
            await answer_appeal(
                database, appeal.number, AppealRuling.UPHELD, "so", remedy, hall.who("chen")
            )
    assert (
        await show_appeal(database, appeal.number, hall.who("chen").today)
    ).standing.state is AppealState.CHARGED
    await answer_appeal(
        database,
        appeal.number,
        AppealRuling.UPHELD,
        "the count was wrong",
        "grade:first:",
        hall.who("chen"),
    )
    assert await grade_of(hall, "TAX") is Grade.FIRST
    assert await grade_of(hall, "EDU") is Grade.SECOND
    async with reading(database) as connection:
        columns = tables.grades.c
        rows = (
            (await connection.execute(select(columns.grade).where(columns.subject == "TAX")))
            .scalars()
            .all()
        )
        (told,) = await read_amendments(connection, 2026)
    assert sorted(rows) == ["first", "second"], "what stood before is still there"
    assert (told.appeal, told.kind, told.before, told.after, told.by) == (
        1,
        "grade",
        "second",
        "first",
        "chen",
    )
    assert told.reason == "appeal 1: the count was wrong"


async def test_a_decision_is_amended_by_another_that_names_the_appeal(hall: Hall) -> None:
    database = hall.road.database
    await give_public_notice(database, 2026, hall.who("zhou"))
    await hall.answered(
        await hall.received(), "chen", AppealRuling.UPHELD, f"decision:declined:{KEY}"
    )
    async with reading(database) as connection:
        (made,) = await yearbook.read_decisions(connection, 2026)
    assert (made.verdict, made.by, made.reason) == (Verdict.DECLINED, "chen", "appeal 1: looked at")


async def test_what_was_recorded_can_be_neither_changed_nor_deleted(hall: Hall) -> None:
    database = hall.road.database
    await give_public_notice(database, 2026, hall.who("zhou"))
    await hall.answered(await hall.received(), "chen", AppealRuling.UPHELD, "grade:first:")
    changes = (
        update(tables.appeal_steps).values(text="nothing"),
        update(tables.public_notices).values(until="2027-01-01"),
        delete(tables.amendments),
        delete(tables.appeals),
    )
    for change in changes:
        with pytest.raises(DBAPIError, match="only grows"):
            async with writing(database) as connection:
                await connection.execute(change)
    assert len(await list_appeals(database, hall.who("zhou").today)) == 1


async def test_an_answer_is_for_good(hall: Hall) -> None:
    database = hall.road.database
    await give_public_notice(database, 2026, hall.who("zhou"))
    appeal = await hall.received()
    await assign_appeal(database, appeal.number, "chen", hall.who("zhou"))
    await answer_appeal(database, appeal.number, AppealRuling.REJECTED, "no", "", hall.who("chen"))
    with pytest.raises(BadInput, match="this appeal is answered"):
        await answer_appeal(
            database, appeal.number, AppealRuling.UPHELD, "yes", "grade:first:", hall.who("chen")
        )
    assert await grade_of(hall, "TAX") is Grade.SECOND
