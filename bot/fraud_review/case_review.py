"""Reviews fraud cases: two checkers vote without seeing the unit or its score.

A weight changes in one transaction with its case and with the log's entry about it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, case, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.procedure.recusal import bar_of
from bot.accounts.roles import ADMINISTRATOR, CHECKER
from bot.campaigns.vote_marks import is_marked, vote_mark
from bot.core.clock import Clock
from bot.records.recusals import read_officers, read_ties
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
from bot.transparency.verdicts import (
    DECIDED,
    DROPPED,
    PROPOSED,
    RELEASE,
    REOPEN,
    UPHOLD,
    WAITING,
    weights_digest,
)
from survey_flows.errors import BadInput, Message, Place

OTHER = "other"
REASONS = {
    UPHOLD: ("same-wording", "impossible-timing", "shared-devices", "organised-order", OTHER),
    RELEASE: ("coincidence", "genuine-event", "ordinary-reminder", "insufficient-evidence", OTHER),
}
"""Codes of reasons by verdict; `OTHER` needs a note."""
UNKNOWN_REASON = {
    UPHOLD: "fraud-review-unknown-reason-to-uphold",
    RELEASE: "fraud-review-unknown-reason-to-release",
}
VOTES_NEEDED = 2
"""So many checkers have to agree."""
NO_CASE = Message("fraud-review-no-case")
MAX_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Vote:
    """A checker's vote on a case, or its reopening; ``at`` is in epoch seconds."""

    checker: str
    round: int
    verdict: str
    reason: str
    note: str
    at: int


@dataclass(frozen=True, slots=True)
class FraudCase:
    """A case as checkers may see it, without unit and ballots.

    ``evidence`` is that of `bot.fraud_review.case_finding.case_evidence`.
    ``votes`` are only those that the asker may read;
    ``voted`` says whether the asker has voted in this round.
    """

    id: str
    campaign: str
    rules: Sequence[str]
    evidence: dict[str, Any]
    state: str
    verdict: str
    votes: Sequence[Vote] = ()
    voted: bool = False


async def list_cases(database: AsyncEngine, login: str = "", campaign: str = "") -> list[FraudCase]:
    """List the cases that a person may see, waiting ones first, without their votes.

    Without a ``login`` all cases are listed.
    """
    columns = tables.cases.c
    query = (
        select(tables.cases)
        .where(columns.state != DROPPED)
        .order_by(columns.state.desc(), columns.id)
    )
    async with reading(database) as connection:
        rows = await connection.execute(
            query.where(columns.campaign == campaign) if campaign else query
        )
        kept = await _unbarred(connection, rows.all(), login)
        query = select(tables.case_votes).where(
            tables.case_votes.c.checker == login, tables.case_votes.c.act == "vote"
        )
        done = {(row.case_id, row.round) for row in await connection.execute(query)}
    return [_case(row, voted=(row.id, row.round) in done) for row in kept]


async def show_case(database: AsyncEngine, name: str, login: str = "") -> FraudCase:
    """Return a case with the votes that this person may read.

    Nobody reads the votes of a round before they have voted in it or it is decided.

    Raises:
        BadInput: there is no such case, or it is of the person's own unit.
    """
    async with reading(database) as connection:
        row = await _find(connection, name, login)
        votes = await _votes(connection, name)
    voted = any(
        vote.checker == login and vote.round == row.round and vote.verdict != REOPEN
        for vote in votes
    )
    seen = [
        v
        for v in votes
        if v.round < row.round or row.state == DECIDED or (voted and v.round == row.round)
    ]
    return _case(row, seen, voted)


async def cast_vote(
    database: AsyncEngine,
    name: str,
    login: str,
    verdict: str,
    reason: str,
    note: str,
    desk: Desk,
    clock: Clock,
) -> FraudCase:
    """Record a checker's vote; the second vote that agrees decides the case.

    Raises:
        BadInput: the person is no checker, has voted or is barred, the case is decided,
            or the verdict or its reason is unknown.
    """
    _require_reason(verdict, reason, note)
    async with writing(database) as connection:
        await _require_checker(connection, login)
        row = await _find(connection, name, login, hold=True)
        if row.state != WAITING:
            raise BadInput(Message("fraud-review-case-decided"), Place(subject=name))
        before = [
            v
            for v in await _votes(connection, name)
            if v.round == row.round and v.verdict != REOPEN
        ]
        if any(v.checker == login for v in before):
            raise BadInput(Message("fraud-review-voted-already"), Place(subject=name))
        # Whoever owns the database can write a vote, and it counts for nothing.
        before = [v for v in before if v.checker in await _marked(connection, desk, name)]
        await _append(connection, desk, row, login, verdict, reason, note, "vote", clock)
        agreeing = [v.reason for v in before if v.verdict == verdict] + [reason]
        if len(agreeing) >= VOTES_NEEDED:
            await apply_verdict(connection, desk, row, verdict, agreeing)
    return await show_case(database, name, login)


async def reopen_case(
    database: AsyncEngine, name: str, login: str, reason: str, desk: Desk, clock: Clock
) -> None:
    """Reopen a decided case; its verdict stands until two checkers agree anew.

    Raises:
        BadInput: there is no such case, it is not decided, the person is unknown or barred,
            or there is no reason.
    """
    if not reason.strip():
        raise BadInput(Message("fraud-review-reopen-needs-reason"), Place(subject=name))
    async with writing(database) as connection:
        await _require_staff(connection, login)
        row = await _find(connection, name, login, hold=True)
        if row.state != DECIDED:
            raise BadInput(Message("fraud-review-case-not-decided"), Place(subject=name))
        await _append(connection, desk, row, login, REOPEN, OTHER, reason, "reopen", clock)
        values = {"state": WAITING, "round": row.round + 1, "number": row.number + 1}
        await connection.execute(
            update(tables.cases).where(tables.cases.c.id == name).values(values)
        )
        await _order_log_entry(connection, desk, row, row.number + 1, REOPEN, [], row.verdict)


async def apply_verdict(
    connection: AsyncConnection, desk: Desk, row: Row[Any], verdict: str, reasons: Iterable[str]
) -> None:
    """Apply a verdict to ballots, case and log, in the caller's transaction."""
    state = {PROPOSED: WAITING, DROPPED: DROPPED}.get(verdict, DECIDED)
    number = row.number + (0 if verdict == PROPOSED else 1)
    await _weigh(connection, row.id, verdict)
    values = {"state": state, "verdict": verdict, "number": number}
    await connection.execute(update(tables.cases).where(tables.cases.c.id == row.id).values(values))
    await _order_log_entry(connection, desk, row, number, verdict, sorted(set(reasons)), verdict)


async def _weigh(connection: AsyncConnection, name: str, verdict: str) -> None:
    mine, ballots = tables.case_ballots.c, tables.ballots
    column = mine.weight if verdict in (PROPOSED, UPHOLD) else mine.before
    rows = (await connection.execute(select(mine.ballot, column).where(mine.case_id == name))).all()
    if rows:
        statement = (
            update(ballots)
            .where(ballots.c.id == bindparam("row"))
            .values(weight=bindparam("quarters"))
        )
        await connection.execute(
            statement, [{"row": ballot, "quarters": weight} for ballot, weight in rows]
        )


async def _order_log_entry(
    connection: AsyncConnection,
    desk: Desk,
    row: Row[Any],
    number: int,
    verdict: str,
    reasons: Sequence[str],
    stands: str,
) -> None:
    facts = {
        "case": row.id,
        "number": number,
        "rules": json.loads(row.rules),
        "verdict": verdict,
        "reasons": list(reasons),
        "weights": weights_digest(bytes(row.salt), await case_weights(connection, row.id, stands)),
    }
    act = f"{row.campaign}/{row.id}/{number}"
    await desk.order(connection, "decision", row.campaign, facts, act)


async def case_weights(connection: AsyncConnection, name: str, verdict: str) -> list[list[int]]:
    """Return position and weight in quarters of each ballot of a case under a verdict, ascending.

    An imported ballot has no position in the log; its row's number stands for it, negative.
    """
    mine, ballots = tables.case_ballots.c, tables.ballots.c
    weight = mine.weight if verdict in (PROPOSED, UPHOLD) else mine.before
    place = case((ballots.position.is_(None), -ballots.id), else_=ballots.position)
    query = (
        select(place, weight)
        .join(tables.ballots, ballots.id == mine.ballot)
        .where(mine.case_id == name)
    )
    return sorted([int(place), int(weight)] for place, weight in await connection.execute(query))


async def read_case_weights(connection: AsyncConnection, campaign: str) -> list[dict[str, Any]]:
    """Read the salt and the standing weights of each case of a campaign, for auditors."""
    columns = tables.cases.c
    query = (
        select(tables.cases)
        .where(columns.campaign == campaign, columns.state != DROPPED)
        .order_by(columns.id)
    )
    rows = (await connection.execute(query)).all()
    return [
        {
            "case": row.id,
            "salt": bytes(row.salt).hex(),
            "weights": await case_weights(connection, row.id, row.verdict),
        }
        for row in rows
    ]


async def _find(connection: AsyncConnection, name: str, login: str, hold: bool = False) -> Row[Any]:
    """Return the case, locked with ``hold`` until the transaction ends.

    A person who is barred from it gets the same refusal as for a case that does not exist.
    """
    query = select(tables.cases).where(tables.cases.c.id == name, tables.cases.c.state != DROPPED)
    row = (await connection.execute(query.with_for_update() if hold else query)).first()
    if row is None or not await _unbarred(connection, [row], login):
        raise BadInput(NO_CASE, Place(subject=name))
    return row


async def _unbarred(
    connection: AsyncConnection, rows: Sequence[Row[Any]], login: str
) -> list[Row[Any]]:
    """Return the cases from which a person need not stand aside (`bot.records.recusals`)."""
    if not login:
        return list(rows)
    columns = tables.campaigns.c
    known = await connection.execute(select(columns.id, columns.year))
    years = {row.id: int(row.year) for row in known}
    bars = {
        year: (
            (await read_officers(connection, year, login))[0],
            await read_ties(connection, year),
        )
        for year in {years[row.campaign] for row in rows}
    }
    return [
        row
        for row in rows
        for officer, ties in [bars[years[row.campaign]]]
        if bar_of(officer, row.unit, ties) is None
    ]


async def _require_staff(connection: AsyncConnection, login: str) -> str:
    role = (
        await connection.execute(select(tables.staff.c.role).where(tables.staff.c.login == login))
    ).scalar()
    if role not in (ADMINISTRATOR, CHECKER):
        raise BadInput(Message("fraud-review-no-checker-or-administrator"), Place(subject=login))
    return str(role)


async def _require_checker(connection: AsyncConnection, login: str) -> None:
    if await _require_staff(connection, login) != CHECKER:
        raise BadInput(Message("fraud-review-no-checker"), Place(subject=login))


def _require_reason(verdict: str, reason: str, note: str) -> None:
    if verdict not in REASONS:
        raise BadInput(Message("fraud-review-unknown-verdict"), Place(field="verdict"))
    if reason not in REASONS[verdict]:
        message = Message(UNKNOWN_REASON[verdict], reasons=REASONS[verdict])
        raise BadInput(message, Place(field="reason"))
    if reason == OTHER and not note.strip():
        raise BadInput(Message("fraud-review-note-missing"), Place(field="note"))
    if len(note) > MAX_NOTE:
        raise BadInput(Message("fraud-review-note-too-long", max=MAX_NOTE), Place(field="note"))


async def _votes(connection: AsyncConnection, name: str) -> list[Vote]:
    columns = tables.case_votes.c
    rows = await connection.execute(
        select(tables.case_votes).where(columns.case_id == name).order_by(columns.id)
    )
    return [Vote(row.checker, row.round, row.verdict, row.reason, row.note, row.at) for row in rows]


async def _marked(connection: AsyncConnection, desk: Desk, name: str) -> set[str]:
    """Return whose votes on a case the desk has marked, in its present round."""
    columns, cases = tables.case_votes.c, tables.cases.c
    query = (
        select(tables.case_votes)
        .join(tables.cases, cases.id == columns.case_id)
        .where(columns.case_id == name, columns.act == "vote", columns.round == cases.round)
    )
    votes = (await connection.execute(query)).all()
    return {vote.checker for vote in votes if is_marked(desk, vote._mapping)}


async def _append(
    connection: AsyncConnection,
    desk: Desk,
    row: Row[Any],
    login: str,
    verdict: str,
    reason: str,
    note: str,
    act: str,
    clock: Clock,
) -> None:
    vote: dict[str, Any] = {
        "checker": login,
        "verdict": verdict,
        "reason": reason,
        "note": note.strip(),
        "act": act,
    }
    at = int(clock.now().timestamp())
    vote_row = vote | {"case_id": row.id, "round": row.round, "at": at}
    vote_row["mark"] = vote_mark(desk, vote_row)
    await connection.execute(tables.case_votes.insert(), [vote_row])


def _case(row: Row[Any], votes: Sequence[Vote] = (), voted: bool = False) -> FraudCase:
    rules, evidence = json.loads(row.rules), json.loads(row.evidence)
    return FraudCase(row.id, row.campaign, rules, evidence, row.state, row.verdict, votes, voted)
