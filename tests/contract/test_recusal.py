"""Recusal (回避) at every act of a year, by account and person; challenges; on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.model.facts import Grade, Verdict
from aggregation.procedure.appeals import AppealAct, AppealRuling, AppealState
from bot.accounts.officers import Officers
from bot.accounts.staff import add_staff, change_staff
from bot.appraisal.appeal_records import show_appeal
from bot.appraisal.appeals import (
    assign_appeal,
    decide_cause,
    publish_amended_score,
    receive_appeal,
)
from bot.appraisal.challenges import (
    able_to_decide,
    decide_challenge,
    declare_kin,
    end_kin,
    list_challenges,
    make_challenge,
    name_person,
    read_kin,
)
from bot.appraisal.deciding import record_decision, seen_of, standing_proposals
from bot.appraisal.import_tables import Clearance, import_table
from bot.appraisal.year import run_year
from bot.records.recusals import find_unbarred, require_unbarred
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.contract.halls import KEY, YEAR, Hall
from tests.contract.test_year_tables import YEAR as OPEN
from tests.contract.test_year_tables import bring, hold_campaign, rows_of, small_year
from tests.deciding import decide, give_grade
from tests.desk import roster_of
from tests.sealing import approvals_of, closed_material, office_of

PASSWORD = "correct horse battery"
POSTS = "person,unit,role,begins,until\n"
OPEN_KEY = f"{OPEN}/third_grade_unit/downgrade/L3"
Step = Callable[[AsyncEngine, str], Awaitable[object]]


@pytest.fixture
async def city(store_url: str) -> AsyncIterator[AsyncEngine]:
    """An open year with the administrators zhou and chen, and tob of the unit U3."""
    async with small_year(store_url) as database:
        for login, unit in (("zhou", ""), ("chen", ""), ("tob", "U3")):
            await add_staff(roster_of(database), login, PASSWORD, "administrator", unit)
        yield database


async def with_posts(database: AsyncEngine, login: str, posts: str) -> None:
    rows = "".join(f"X-{login},U3,deputy,{period}\n" for period in posts.split())
    await bring(database, "posts", POSTS + rows)
    await name_person(database, login, f"X-{login}", office_of("zhou"))


async def challenged(database: AsyncEngine, login: str) -> None:
    number = await make_challenge(database, OPEN, "L3", login, "有过节", office_of("tob"))
    await decide_challenge(database, number, True, "属实", office_of("zhou"))


async def moved(database: AsyncEngine, login: str) -> None:
    """The account belonged to U3 until today."""
    await change_staff(roster_of(database), login, "administrator", "U3")
    await change_staff(roster_of(database), login, "administrator", "")


TIED: dict[str, tuple[Step, str]] = {
    "the-person": (lambda on, it: name_person(on, it, "L3", office_of("zhou")), "about you"),
    "a-post-now": (lambda on, it: with_posts(on, it, "2026-06-01,"), "the unit"),
    "a-post-in-the-year": (lambda on, it: with_posts(on, it, "2020-01-01,2026-01-01"), "the unit"),
    "a-former-unit": (moved, "the unit"),
    "kin": (lambda on, it: declare_kin(on, it, "L3", office_of(it)), "(kin)"),
    "challenged": (challenged, "challenged"),
}


async def test_row_own_unit_whoever_is_tied_decides_nothing_about_the_subject(
    city: AsyncEngine,
) -> None:
    for name, (tie, _) in TIED.items():
        await add_staff(roster_of(city), name, PASSWORD, "administrator")
        await tie(city, name)
    page = seen_of(standing_proposals(await run_year(city, OPEN, ()))[OPEN_KEY])

    async def declined(login: str) -> None:
        office = office_of(login)
        given = (city, OPEN, OPEN_KEY, Verdict.DECLINED, "市委常委会", "由", office, page)
        await record_decision(*given, office.today.isoformat())

    for name, (_, why) in TIED.items():
        with pytest.raises(BadInput) as refused:
            await declined(name)
        assert f"{name}: you must stand aside from L3" in str(refused.value)
        assert why in str(refused.value), name
    assert (await rows_of(city))["decisions"] == 0
    # A post that ended before the year bars nobody.
    await with_posts(city, "chen", "2020-01-01,2025-12-31")
    await declined("chen")


async def test_row_own_unit_given_grades_points_and_their_release(city: AsyncEngine) -> None:
    """Kin of a unit's principal is barred from the unit; the second person as the first."""
    await declare_kin(city, "chen", "L3", office_of("zhou"))
    await hold_campaign(city, "few", each=50)
    with pytest.raises(BadInput, match=r"stand aside from U3 \(kin\)"):
        await give_grade(city, OPEN, "U3", Grade.SECOND, ["few"], office_of("chen"))
    await add_staff(roster_of(city), "he", PASSWORD, "approver")
    await declare_kin(city, "he", "L3", office_of("he"))
    await add_staff(roster_of(city), "wu", PASSWORD, "approver")
    approvals = approvals_of(city)
    await closed_material(approvals, OPEN, office_of())
    await Officers(approvals, office_of().clock).set_profile("city", "zhou")
    table = b"subject,indicator,value\nU3,objective,20\n"

    async def entered(login: str) -> None:
        given = (city, "indicators", "late.csv", table, OPEN)
        clearance = Clearance(approvals, "补录")
        await import_table(*given, office=office_of(login), clearance=clearance)

    with pytest.raises(BadInput, match=r"stand aside from U3 \(kin\)"):
        await entered("chen")
    await entered("zhou")
    (waits,) = await approvals.list()
    with pytest.raises(BadInput, match=r"he: you must stand aside from U3 \(kin\)"):
        await approvals.approve(waits.id, "he", waits.seen)
    assert (await approvals.approve(waits.id, "wu", waits.seen)).state == "done"


async def test_kin_is_told_to_the_officer_alone_and_only_somebody_else_ends_it(
    city: AsyncEngine,
) -> None:
    await declare_kin(city, "chen", "L3", office_of("chen"))
    async with reading(city) as connection:
        assert [it.subject for it in await read_kin(connection, "chen")] == ["L3"]
        assert await read_kin(connection, "zhou") == []
        assert await find_unbarred(connection, OPEN, "L3", ("administrator",)) == ["zhou"]
    for given, complaint in (
        (("chen", "L3", "写错了", office_of("chen")), "own account"),
        (("chen", "L3", " ", office_of("zhou")), "say why"),
        (("zhou", "L3", "写错了", office_of("chen")), "not declared as kin"),
        (("chen", "L3", "写错了", office_of("nobody")), "no administrator"),
    ):
        with pytest.raises(BadInput, match=complaint):
            await end_kin(city, *given)
    with pytest.raises(BadInput, match="names this person"):
        await declare_kin(city, "chen", "L77", office_of("chen"))
    with pytest.raises(BadInput, match="no administrator"):
        await declare_kin(city, "chen", "L1", office_of("nobody"))
    await end_kin(city, "chen", "L3", "离婚", office_of("zhou"))
    async with reading(city) as connection:
        await require_unbarred(connection, OPEN, "L3", "chen")
    for change in (update(tables.recusals).values(subject=""), delete(tables.recusals)):
        with pytest.raises(DBAPIError, match="only grows"):
            async with writing(city) as connection:
                await connection.execute(change)


async def test_who_an_account_is_the_owner_does_not_take_back(city: AsyncEngine) -> None:
    await name_person(city, "chen", "L3", office_of("chen"))
    for person in ("", "L1"):
        with pytest.raises(BadInput, match="own account"):
            await name_person(city, "chen", person, office_of("chen"))
    with pytest.raises(BadInput, match="about you"):
        await decide(city, OPEN, OPEN_KEY, Verdict.DECLINED, office=office_of("chen"))
    await name_person(city, "chen", "L1", office_of("zhou"))
    await decide(city, OPEN, OPEN_KEY, Verdict.DECLINED, office=office_of("chen"))


async def test_a_challenge_is_decided_by_somebody_who_is_not_barred(city: AsyncEngine) -> None:
    for given, complaint in (
        (("L77", "chen", "有过节"), "no such unit or leader"),
        (("L3", "nobody", "有过节"), "nobody"),
        (("L3", "chen", " "), "say why"),
    ):
        with pytest.raises(BadInput, match=complaint):
            await make_challenge(city, OPEN, *given, office_of("tob"))
    number = await make_challenge(city, OPEN, "L3", "chen", "有过节", office_of("tob"))
    with pytest.raises(BadInput, match="waits"):
        await make_challenge(city, OPEN, "L3", "chen", "有过节", office_of("tob"))
    async with reading(city) as connection:
        (asked,) = await list_challenges(connection, OPEN)
        assert await able_to_decide(connection, asked.asked) == ("zhou",), (
            "neither who is challenged nor of the unit"
        )
        # While it waits nobody is barred.
        await require_unbarred(connection, OPEN, "L3", "chen")
    for login in ("chen", "tob"):
        with pytest.raises(BadInput, match=f"{login}: you must stand aside from L3"):
            await decide_challenge(city, number, False, "不属实", office_of(login))
    await declare_kin(city, "zhou", "L3", office_of("zhou"))
    async with reading(city) as connection:
        (asked,) = await list_challenges(connection)
        assert await able_to_decide(connection, asked.asked) == (), "nobody is left"
    await end_kin(city, "zhou", "L3", "写错了", office_of("chen"))
    await decide_challenge(city, number, False, "不属实", office_of("zhou"))
    with pytest.raises(BadInput, match="decided already"):
        await decide_challenge(city, number, True, "属实", office_of("zhou"))
    async with reading(city) as connection:
        await require_unbarred(connection, OPEN, "L3", "chen")


async def test_an_accepted_challenge_sends_back_the_appeal(hall: Hall) -> None:
    await hall.noticed()
    appeal = await hall.charged("L3", "chen")
    assert appeal.standing.state is AppealState.CHARGED
    number = await make_challenge(hall.database, YEAR, "L3", "chen", "有过节", hall.who("zhou"))
    await decide_challenge(hall.database, number, True, "属实", hall.who("dai"))
    back = await show_appeal(hall.database, appeal.number, hall.who("dai").today)
    assert (back.standing.state, back.steps[-1].to, back.steps[-1].text) == (
        AppealState.WAITING,
        "chen",
        "属实",
    )
    with pytest.raises(BadInput, match="may not decide"):
        await assign_appeal(hall.database, appeal.number, "chen", hall.who("zhou"))
    chosen = f"decision:declined:{KEY}"
    assert (await hall.answered(back, "dai", AppealRuling.UPHELD, chosen)).standing.ruling


async def test_row_own_unit_charge_answer_and_score_release(hall: Hall) -> None:
    """Who must stand aside neither charges somebody, nor answers, nor releases the score."""
    await hall.noticed()
    appeal = await hall.received("U3")
    with pytest.raises(BadInput, match="tan: you must stand aside from U3"):
        await assign_appeal(hall.database, appeal.number, "chen", hall.who("tan"))
    await assign_appeal(hall.database, appeal.number, "chen", hall.who("dai"))
    # Kin of the unit's principal that becomes known after the charge bars from the answer.
    await declare_kin(hall.database, "chen", "L3", hall.who("chen"))
    with pytest.raises(BadInput, match=r"chen: you must stand aside from U3 \(kin\)"):
        await hall.upheld(appeal, "chen", ["score::"])
    await assign_appeal(hall.database, appeal.number, "dai", hall.who("dai"))
    await hall.upheld(appeal, "dai", ["score::"])
    approvals = approvals_of(hall.database, hall.road.clock)
    for login in ("chen", "tan"):
        with pytest.raises(BadInput, match=f"{login}: you must stand aside from U3"):
            await publish_amended_score(hall.database, approvals, appeal.number, hall.who(login))


async def test_row_own_unit_the_cause_of_a_late_request(hall: Hall) -> None:
    await hall.noticed()
    hall.road.clock.time += timedelta(days=11)
    given = (hall.database, YEAR, "U3", "住院，逾期", hall.who("zhou"))
    late = await receive_appeal(*given, AppealAct.LATE)
    await declare_kin(hall.database, "dai", "L3", hall.who("dai"))
    for login in ("zhou", "tan", "dai"):  # who handed in the points, of the unit, kin
        with pytest.raises(BadInput, match="may not decide"):
            await decide_cause(
                hall.database, late.number, AppealRuling.UPHELD, "属实", hall.who(login)
            )
    found = await decide_cause(
        hall.database, late.number, AppealRuling.UPHELD, "属实", hall.who("chen")
    )
    assert found.standing.state is AppealState.WAITING


async def test_the_second_signature_of_somebody_who_is_tied_is_refused(hall: Hall) -> None:
    for login in ("he", "wu"):
        await add_staff(roster_of(hall.database), login, PASSWORD, "approver")
    await declare_kin(hall.database, "he", "L3", hall.who("he"))
    await hall.noticed()
    approvals = approvals_of(hall.database, hall.road.clock)
    await Officers(approvals, hall.road.clock).set_profile("city", "zhou")
    appeal = await hall.charged("U3", "chen")
    one = await hall.upheld(appeal, "chen", ["grade:second:"])
    with pytest.raises(BadInput, match=r"he: you must stand aside from U3 \(kin\)"):
        await approvals.approve(one.id, "he", one.seen)
    # Whoever prepared it is barred meanwhile: the other is not told why.
    await declare_kin(hall.database, "chen", "L3", hall.who("chen"))
    with pytest.raises(BadInput, match="must stand aside") as refused:
        await approvals.approve(one.id, "wu", one.seen)
    assert "kin" not in str(refused.value)
    assert await hall.grade_of("U3") is Grade.THIRD
