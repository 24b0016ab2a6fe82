"""Two administrators at once, and one who is killed between two steps: nothing is half-decided."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.model.facts import Verdict
from aggregation.procedure.appeals import AppealState
from bot.accounts.approvals import DONE, Approval, Approvals
from bot.accounts.officers import Officers
from bot.accounts.staff import add_staff
from bot.appraisal.appeal_records import list_appeals
from bot.appraisal.appeals import uphold_appeal
from bot.appraisal.executions import ExecutionAct
from bot.appraisal.letters import ordered_letters, prepare_letters, record_letters
from bot.appraisal.sealing import prepare_seal
from bot.campaigns.registered import find_registered_campaign
from bot.core.clock import SystemClock
from bot.publication.early_publication import EarlyOrder, prepare_early, show_early
from bot.publication.public_release import read_publications
from bot.records.amendments import read_amendments
from bot.records.notices import read_notices
from bot.records.seals import standing_seal
from bot.records.tellings import read_tellings
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.contract.halls import KEY, PASSWORD, YEAR, Hall
from tests.contract.test_year_tables import YEAR as OPEN
from tests.contract.test_year_tables import small_year
from tests.deciding import decide, execute
from tests.desk import roster_of
from tests.sealing import approvals_of, give_notice, office_of, order_of

DOWNGRADE = "2026/third_grade_unit/downgrade/L3"
WRITES = ("INSERT", "UPDATE", "DELETE")
Act = Callable[[], Awaitable[Any]]


class Killed(Exception):
    """The process ends here, as by a power cut."""


@contextmanager
def killed_before(database: AsyncEngine, write: int) -> Iterator[list[str]]:
    """End the process before its n-th write; its commit counts as one more."""
    done: list[str] = []

    def count(what: str) -> None:
        done.append(what)
        if len(done) == write:
            raise Killed(what)

    def statement(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        if text.lstrip().upper().startswith(WRITES):
            count(text)

    def commit(_connection: Any) -> None:
        if done:
            count("COMMIT")

    engine = database.sync_engine
    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)
    try:
        yield done
    finally:
        event.remove(engine, "before_cursor_execute", statement)
        event.remove(engine, "commit", commit)


async def everything(database: AsyncEngine) -> dict[str, list[str]]:
    async with reading(database) as connection:
        return {
            table.name: sorted(map(repr, await connection.execute(select(table))))
            for table in tables.metadata.sorted_tables
        }


async def killed_everywhere(database: AsyncEngine, act: Act) -> int:
    """Kill an act before each of its writes: nothing of it is left, and it can be done again.

    Returns how often it was killed before it came through.
    """
    before, write = await everything(database), 0
    while True:
        write += 1
        try:
            with killed_before(database, write):
                await act()
        except Killed:
            assert await everything(database) == before, f"something is left of write {write}"
        else:
            assert await everything(database) != before
            return write - 1


async def at_once(*acts: Awaitable[Any]) -> tuple[list[Any], list[BaseException]]:
    found = await asyncio.gather(*acts, return_exceptions=True)
    failed = [it for it in found if isinstance(it, BaseException)]
    return [it for it in found if not isinstance(it, BaseException)], failed


async def two_waiting(hall: Hall) -> tuple[Approvals, Approval, Approval]:
    """Two upheld appeals that wait for a second person, worked out from the same result."""
    for login, role in (("zhou", "administrator"), ("he", "approver"), ("wu", "approver")):
        if login != "zhou":
            await add_staff(roster_of(hall.database), login, PASSWORD, role)
    await hall.noticed()
    approvals = approvals_of(hall.database, hall.road.clock)
    await Officers(approvals, hall.road.clock).set_profile("city", "zhou")
    first, second = await hall.charged("U3", "chen"), await hall.charged("U2", "dai")
    made = []
    for appeal, by, chosen in (
        (first, "chen", "value:95:objective"),
        (second, "dai", "grade:first:"),
    ):
        given = (appeal.number, [chosen], "looked at", hall.who(by))
        made.append(await uphold_appeal(hall.database, approvals, *given))
    return approvals, *made


async def test_two_administrators_give_one_notice(hall: Hall) -> None:
    gave, failed = await at_once(
        *(give_notice(hall.database, YEAR, hall.who(it)) for it in ("zhou", "chen"))
    )
    assert len(gave) == 1
    assert [type(it) for it in failed] == [BadInput]
    async with reading(hall.database) as connection:
        assert len(await read_notices(connection, YEAR)) == 1


async def test_of_two_who_prepare_one_seal_the_first_waits_with_its_draft(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second is refused, and what the first has prepared is signed as it was seen."""
    async with small_year(store_url) as database:
        await decide(database, OPEN, DOWNGRADE, Verdict.DECLINED)
        for login, role in (("zhou", "administrator"), ("chen", "administrator")):
            await add_staff(roster_of(database), login, PASSWORD, role)
        await add_staff(roster_of(database), "he", PASSWORD, "approver")
        approvals = approvals_of(database)
        await Officers(approvals, SystemClock()).set_profile("city", "zhou")
        order = await order_of(database, OPEN, office_of())
        both_there, done, prepare = asyncio.Barrier(2), asyncio.Event(), approvals.prepare

        async def together(*given: Any, **more: Any) -> Approval:
            came_second = both_there.n_waiting == 1
            await both_there.wait()
            if came_second:
                await done.wait()
            try:
                return await prepare(*given, **more)
            finally:
                done.set()

        monkeypatch.setattr(approvals, "prepare", together)
        made, failed = await at_once(
            *(
                prepare_seal(database, approvals, OPEN, order, office_of(login))
                for login in ("zhou", "chen")
            )
        )
        assert [(type(it), "waits for a signature already" in str(it)) for it in failed] == [
            (BadInput, True)
        ]
        (one,) = made
        assert (await approvals.approve(one.id, "he", one.seen)).state == DONE
        async with reading(database) as connection:
            seal = await standing_seal(connection, OPEN)
        assert seal is not None
        assert (seal.digest, seal.by, seal.approved_by) == (
            one.details["digest"],
            one.prepared_by,
            "he",
        )


async def test_of_two_amendments_of_one_result_one_is_made(hall: Hall) -> None:
    approvals, one, two = await two_waiting(hall)
    signed, failed = await at_once(
        approvals.approve(one.id, "he", one.seen), approvals.approve(two.id, "wu", two.seen)
    )
    assert [it.state for it in signed] == [DONE]
    assert [type(it) for it in failed] == [BadInput]
    async with reading(hall.database) as connection:
        (made,) = await read_amendments(connection, YEAR)
        notices = await read_notices(connection, YEAR)
    assert [it.amendment for it in notices] == [0, 1]
    states = {
        it.number: it.standing.state
        for it in await list_appeals(hall.database, hall.who("zhou").today, YEAR)
    }
    other = 3 - made.appeal
    assert states == {made.appeal: AppealState.ANSWERED, other: AppealState.CHARGED}


async def test_two_signatures_of_one_amendment_make_it_once(hall: Hall) -> None:
    approvals, one, _ = await two_waiting(hall)
    signed, failed = await at_once(
        approvals.approve(one.id, "he", one.seen), approvals.approve(one.id, "wu", one.seen)
    )
    assert (len(signed), [type(it) for it in failed]) == (1, [BadInput])
    async with reading(hall.database) as connection:
        assert len(await read_amendments(connection, YEAR)) == 1


async def test_letters_that_two_print_at_once_have_one_code_each(hall: Hall) -> None:
    await hall.noticed()
    approvals = approvals_of(hall.database, hall.road.clock)
    zhou = hall.who("zhou")
    await prepare_letters(hall.database, approvals, YEAR, "U1", zhou)
    ordered = await ordered_letters(hall.database, YEAR, "U1", zhou)
    assert [own.subject for own, _ in ordered] == ["U1", "L1"], "a unit without an account too"
    done, failed = await at_once(
        *(record_letters(hall.database, YEAR, "U1", {"L1": code}, zhou) for code in ("a", "b"))
    )
    assert (len(done), [type(it) for it in failed]) == (1, [BadInput])
    async with reading(hall.database) as connection:
        codes = [it.code for it in await read_tellings(connection, YEAR) if it.code]
    assert codes in (["a"], ["b"])


async def test_a_profile_whose_change_is_killed_does_not_hold(hall: Hall) -> None:
    await add_staff(roster_of(hall.database), "he", PASSWORD, "approver")
    approvals = approvals_of(hall.database, hall.road.clock)
    officers = Officers(approvals, hall.road.clock)
    raised = await killed_everywhere(hall.database, lambda: officers.set_profile("city", "zhou"))
    assert raised >= 3
    assert (await approvals.profile()).name == "city"


async def test_who_is_killed_while_carrying_out_or_publishing_leaves_nothing_half_decided(
    hall: Hall,
) -> None:
    """Of an execution, and of a publication while reviews run: prepared, and signed by another."""
    database, zhou = hall.database, hall.who("zhou")
    await hall.noticed()
    day = zhou.today.isoformat()
    done = (database, YEAR, KEY, ExecutionAct.EXECUTED, day, "组织部文件", zhou)
    assert await killed_everywhere(database, lambda: execute(*done)) >= 2
    with pytest.raises(BadInput, match="carried out already"):
        await execute(*done)
    for login in ("he", "wu"):
        await add_staff(roster_of(database), login, PASSWORD, "approver")
    approvals = approvals_of(database, hall.road.clock)
    await Officers(approvals, hall.road.clock).set_profile("city", "zhou")
    hall.road.clock.time += timedelta(days=10)
    await hall.received("U3")
    hall.road.clock.time += timedelta(days=1)
    campaign = await find_registered_campaign(database, "poll")
    found = await show_early(database, campaign, hall.who("zhou").today)
    assert found is not None
    order = EarlyOrder("市里要求按期公布", "poll", found.digest)
    given = (database, approvals, campaign, order, hall.who("zhou"))
    assert await killed_everywhere(database, lambda: prepare_early(*given)) >= 2
    assert await read_publications(database) == {}, "it waits for the second person"
    (one,) = await approvals.list()
    signed = await killed_everywhere(database, lambda: approvals.approve(one.id, "he", one.seen))
    assert signed >= 4
    assert list(await read_publications(database)) == ["poll"]
    with pytest.raises(BadInput, match="does not wait for a signature"):
        await approvals.approve(one.id, "wu", one.seen)


async def test_who_is_killed_between_two_steps_leaves_nothing_half_decided(hall: Hall) -> None:
    """Of a notice, of letters, and of an upheld appeal with its answer, amendment and telling."""
    database, zhou = hall.database, hall.who("zhou")
    assert await killed_everywhere(database, lambda: give_notice(database, YEAR, zhou)) == 3
    approvals = approvals_of(database, hall.road.clock)
    ordered = (database, approvals, YEAR, "U1", zhou)
    assert await killed_everywhere(database, lambda: prepare_letters(*ordered)) >= 3
    printed = (database, YEAR, "U1", {"L1": "digest"}, zhou)
    assert await killed_everywhere(database, lambda: record_letters(*printed)) == 2
    appeal = await hall.charged("U3", "chen")
    upheld = lambda: hall.upheld(appeal, "chen", ["value:95:objective"])  # noqa: E731
    assert await killed_everywhere(database, upheld) >= 6
    today = zhou.today
    (now,) = await list_appeals(database, today, YEAR)
    async with reading(database) as connection:
        made, notices = (
            await read_amendments(connection, YEAR),
            await read_notices(connection, YEAR),
        )
    assert (now.standing.state, [it.appeal for it in made], [it.amendment for it in notices]) == (
        AppealState.ANSWERED,
        [1],
        [0, 1],
    )
