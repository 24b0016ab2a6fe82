"""Cases of ballots that look organised: two reviewers, who know neither unit nor opinion, say whether they count.

Until then the weights stand that the signals propose. Nothing is deleted: each decision can be taken back, has a coded
reason, and stands in the log with a commitment to the weights that it is about.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.clock import Clock
from bot.store import tables
from bot.store.database import insert, reading, writing
from bot.store.yearbook import insert_all
from survey_flows.entries import canonical, commit
from survey_flows.errors import BadInput

FULL = 4
"""The weight of a ballot that counts in full, in quarters."""
SALT = 16
AGREE = 2
"""So many reviewers of one mind decide a case: with two of different minds a third one does."""
UPHOLD, RELEASE, REOPEN = "uphold", "release", "reopen"
WAITING = "waiting"
STATES = {UPHOLD: "upheld", RELEASE: "released"}
REASONS: Mapping[str, tuple[str, ...]] = {
    UPHOLD: ("in-step", "automated", "ordered", "bought", "other"),
    RELEASE: ("genuine-event", "usual", "weak", "other"),
}
"""Why a reviewer says so, by verdict; «other» needs a note."""


@dataclass(frozen=True, slots=True)
class Suspected:
    """What a scan found: ballots of one unit, source and opinion. ``weights`` by the ballots' ids, in quarters.

    ``evidence`` is what reviewers are shown; nothing in it leads to the unit or to the opinion.
    """

    unit: str
    weights: Mapping[int, int]
    evidence: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Case:
    """A case as a reviewer sees it. ``votes`` are how many have voted in this round; not what they said."""

    id: int
    campaign: str
    state: str
    round: int
    evidence: Sequence[Mapping[str, Any]]
    votes: int
    voted: bool


async def store_cases(
    database: AsyncEngine, campaign: str, found: Iterable[Suspected], positions: Mapping[int, int | None]
) -> int:
    """Keep what was found and is not there yet, and let the proposed weights stand; returns how many are new."""
    new = 0
    async with writing(database) as connection:
        for suspected in found:
            new += await _store(connection, campaign, suspected, positions)
    return new


async def _store(
    connection: AsyncConnection, campaign: str, suspected: Suspected, positions: Mapping[int, int | None]
) -> int:
    digest = sha256(canonical({"weights": sorted(suspected.weights.items())}).encode()).hexdigest()
    row = {
        "campaign": campaign,
        "unit": suspected.unit,
        "digest": digest,
        "evidence": json.dumps(list(suspected.evidence), sort_keys=True),
        "salt": secrets.token_bytes(SALT),
        "state": WAITING,
        "round": 0,
    }
    statement = insert(connection, tables.cases).values(row).on_conflict_do_nothing()
    made = (await connection.execute(statement.returning(*tables.cases.c))).first()
    if made is None:
        return 0
    rows = [{"case": made.id, "ballot": ballot, "weight": weight} for ballot, weight in suspected.weights.items()]
    await insert_all(connection, tables.case_ballots, rows)
    await _weigh(connection, suspected.weights)
    listed = [[positions.get(ballot), weight] for ballot, weight in suspected.weights.items()]
    await _publish(connection, made, "automatic", (), listed)
    return 1


async def list_cases(database: AsyncEngine, login: str, campaign: str | None = None) -> list[Case]:
    """The cases that this person may see, those that wait first: not those of the unit where they work."""
    columns = tables.cases.c
    query = select(tables.cases).order_by(columns.state != WAITING, columns.id)
    async with reading(database) as connection:
        own = await _own_unit(connection, login)
        rows = (
            await connection.execute(query if campaign is None else query.where(columns.campaign == campaign))
        ).all()
        votes = (await connection.execute(select(tables.case_votes))).all()
    cast = Counter((vote.case, vote.round) for vote in votes if vote.verdict != REOPEN)
    mine = {(vote.case, vote.round) for vote in votes if vote.by == login and vote.verdict != REOPEN}
    return [_case(row, cast[row.id, row.round], (row.id, row.round) in mine) for row in rows if row.unit != own]


async def find_case(database: AsyncEngine, login: str, number: int) -> Case:
    """One of `list_cases`.

    Raises:
        BadInput: there is none of this number that this person may see.
    """
    for case in await list_cases(database, login):
        if case.id == number:
            return case
    raise BadInput("there is no such case, or it is not for you", str(number))


async def vote(
    database: AsyncEngine, login: str, number: int, verdict: str, reason: str, note: str, clock: Clock
) -> str:
    """A reviewer's vote; returns the state of the case after it.

    Raises:
        BadInput: this person is no reviewer, may not see the case or has voted, it is decided, or the reason is none
            of `REASONS`.
    """
    _check_reason(verdict, reason, note)
    async with writing(database) as connection:
        row = await _open_to(connection, login, number)
        cast = {"case": row.id, "round": row.round, "by": login, "verdict": verdict, "reason": reason}
        try:
            await connection.execute(tables.case_votes.insert(), [cast | {"note": note.strip(), "at": _now(clock)}])
        except IntegrityError as error:
            raise BadInput("you have voted on this case already", str(number)) from error
        columns = tables.case_votes.c
        query = select(columns.verdict, columns.reason).where(columns.case == row.id, columns.round == row.round)
        votes = (await connection.execute(query.order_by(columns.id))).all()
        same = [other.reason for other in votes if other.verdict == verdict]
        if len(same) < AGREE:
            return WAITING
        await _settle(connection, row, verdict, same)
    return STATES[verdict]


async def reopen(database: AsyncEngine, number: int, by: str, reason: str, clock: Clock) -> None:
    """Let a decided case be voted on anew; until then the proposed weights stand again.

    Raises:
        BadInput: no such case, it is not decided, or name and reason are missing.
    """
    if not by.strip() or not reason.strip():
        raise BadInput("say who opens it again (--by) and why (--reason)", str(number))
    async with writing(database) as connection:
        row = await _locked(connection, number)
        if row is None or row.state == WAITING:
            raise BadInput("there is no such case, or it is not decided", str(number))
        kept = {
            "case": row.id,
            "round": row.round,
            "by": f"reopen {by.strip()}"[:64],
            "verdict": REOPEN,
            "reason": REOPEN,
        }
        await connection.execute(tables.case_votes.insert(), [kept | {"note": reason.strip(), "at": _now(clock)}])
        columns = tables.cases.c
        again = {"state": WAITING, "round": row.round + 1}
        await connection.execute(update(tables.cases).where(columns.id == row.id).values(again))
        proposed = await _proposed(connection, row.id)
        await _weigh(connection, {ballot: weight for ballot, _, weight in proposed})
        fresh = (await connection.execute(select(tables.cases).where(columns.id == row.id))).one()
        await _publish(connection, fresh, REOPEN, (), [[position, weight] for _, position, weight in proposed])


async def _settle(connection: AsyncConnection, row: Row[Any], verdict: str, reasons: Sequence[str]) -> None:
    proposed = await _proposed(connection, row.id)
    now = {ballot: FULL if verdict == RELEASE else weight for ballot, _, weight in proposed}
    await _weigh(connection, now)
    await connection.execute(update(tables.cases).where(tables.cases.c.id == row.id).values(state=STATES[verdict]))
    await _publish(connection, row, verdict, reasons, [[position, now[ballot]] for ballot, position, _ in proposed])


async def _open_to(connection: AsyncConnection, login: str, number: int) -> Row[Any]:
    role = select(tables.staff.c.role).where(tables.staff.c.login == login)
    if (await connection.execute(role)).scalar() != "reviewer":
        raise BadInput("only reviewers vote on cases", login)
    row = await _locked(connection, number)
    if row is None or row.unit == await _own_unit(connection, login):
        raise BadInput("there is no such case, or it is not for you", str(number))
    if row.state != WAITING:
        raise BadInput("this case is decided already", str(number))
    return row


async def _locked(connection: AsyncConnection, number: int) -> Row[Any] | None:
    """The case, which no other vote can decide until this transaction ends."""
    return (await connection.execute(select(tables.cases).where(tables.cases.c.id == number).with_for_update())).first()


async def _own_unit(connection: AsyncConnection, login: str) -> str | None:
    query = select(tables.staff.c.unit).where(tables.staff.c.login == login)
    found: str | None = (await connection.execute(query)).scalar()
    return found


async def _proposed(connection: AsyncConnection, number: int) -> list[tuple[int, int | None, int]]:
    """Id, position and proposed weight of each ballot of a case."""
    own, ballots = tables.case_ballots.c, tables.ballots.c
    query = select(own.ballot, ballots.position, own.weight).join_from(
        tables.case_ballots, tables.ballots, own.ballot == ballots.id
    )
    rows = await connection.execute(query.where(own.case == number).order_by(own.ballot))
    return [(row[0], row[1], row[2]) for row in rows]


async def _weigh(connection: AsyncConnection, weights: Mapping[int, int]) -> None:
    statement = update(tables.ballots).where(tables.ballots.c.id == bindparam("which"))
    rows = [{"which": ballot, "quarters": weight} for ballot, weight in weights.items()]
    if rows:
        await connection.execute(statement.values(weight=bindparam("quarters")), rows)


async def _publish(
    connection: AsyncConnection, row: Row[Any], verdict: str, reasons: Sequence[str], weights: list[list[int | None]]
) -> None:
    """Put a decision into the log; whoever can open the ballots can tell whether it is about their weights."""
    listed = sorted(weights, key=lambda pair: (pair[0] is None, pair[0] or 0))
    body = {
        "kind": "decision",
        "campaign": row.campaign,
        "case": row.id,
        "round": row.round,
        "rules": sorted({str(found["rule"]) for found in json.loads(row.evidence)}),
        "verdict": verdict,
        "reasons": sorted(reasons),
        "weights": commit(bytes(row.salt), canonical({"weights": listed})).hex(),
    }
    name = f"{row.campaign}/{row.id}/{row.round}/{verdict}"
    notice = {"kind": "decision", "name": name, "campaign": row.campaign, "body": canonical(body)}
    await connection.execute(tables.notices.insert(), [notice])


async def count_cases(database: AsyncEngine, campaign: str) -> dict[str, int]:
    """How many cases of a campaign are in each state."""
    columns = tables.cases.c
    query = select(columns.state, func.count()).where(columns.campaign == campaign).group_by(columns.state)
    async with reading(database) as connection:
        return {row[0]: row[1] for row in await connection.execute(query)}


def _check_reason(verdict: str, reason: str, note: str) -> None:
    if reason not in REASONS.get(verdict, ()):
        listed = "; ".join(f"{name}: {', '.join(codes)}" for name, codes in REASONS.items())
        raise BadInput(
            f"choose a verdict and one of its reasons ({listed})", f"{verdict} {reason}".strip() or "verdict"
        )
    if reason == "other" and not note.strip():
        raise BadInput("write down which reason it is", "note")


def _case(row: Row[Any], votes: int, voted: bool) -> Case:
    return Case(row.id, row.campaign, row.state, row.round, json.loads(row.evidence), votes, voted)


def _now(clock: Clock) -> int:
    return int(clock.now().timestamp())
