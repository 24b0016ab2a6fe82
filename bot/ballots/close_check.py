"""Checks that a campaign is the one that was registered, and its ballots those of the log.

Every row of the campaign is committed to anew and compared with its entry, every sealed entry needs
its row, and the entries of the whole log have to give the signed root. At the close, where the
guard is, each entry is also compared with the guard's, which knows whose entry it is.
Definition, weights and quotas are compared with the acts that this walk has proven.

Rows are streamed, so that a million of them need little memory. What does not agree holds the
campaign alone (`bot.campaigns.held`); others go on.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Row, Select, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ballots.campaign_walk import (
    CASES,
    LOG,
    MISSING,
    QUOTAS,
    ROWS,
    WEIGHTS,
    Answer,
    Found,
    Walk,
)
from bot.ballots.closing_counts import ACCEPTED, NUMBERS, logged_closing, other_numbers
from bot.ballots.logged_weights import Weights, logged_weights, read_stored_cases
from bot.ballots.proven_acts import read_waiting_decisions
from bot.ballots.stored_entries import stored_rows
from bot.campaigns.definition import read_definition
from bot.campaigns.held import hold, release
from bot.campaigns.states import CLOSED, CLOSING, HELD
from bot.core.operator_needed import OperatorNeeded
from bot.storage.database import snapshot, writing
from bot.storage.schema import all as tables
from bot.transparency.guard import Guard, TreeHead, Verdict, decide
from bot.transparency.known_log import has_had_entries, trusted_checkpoint
from survey_flows.errors import Message, Place, Problem
from survey_flows.merkle import EMPTY
from survey_flows.quota import QuotaCell
from survey_flows.signed_notes import Checkpoint

ROWS_AT_ONCE = 2000

ORDER, UNLOGGED = "close-check-order", "close-check-unlogged"
DEFINITION, UNCLOSED = "close-check-definition", "close-check-unclosed"
RELEASE = "close-check-release"
"""What `bot.results.proven_releases` finds: a release that does not follow from the ballots."""
CHECKS = (
    *(ROWS, MISSING, LOG, ORDER, UNLOGGED, NUMBERS, ACCEPTED),
    *(DEFINITION, UNCLOSED, WEIGHTS, CASES, QUOTAS, RELEASE),
)
"""The checks, by the messages that say what each found."""


class BallotsChanged(OperatorNeeded):
    """What is stored of a campaign is not what the log commits to; nothing is published."""

    def __init__(self, campaign: str, findings: Sequence[Message]) -> None:
        place = Place(subject=campaign)
        super().__init__(findings[0], place)
        self.problems = tuple(Problem(finding, place) for finding in findings)


@dataclass(frozen=True, slots=True)
class Examined:
    """What a check found, and what it read of rows that agreed, all at one moment.

    Attributes:
        findings: what does not agree.
        registered: whether the proven log has the campaign's registration.
        row: the campaign's row; None for a campaign that does not exist.
        releases: the rows of its releases, the newest last.
        counts: how often each answer was given by ballots in no fraud case.
        answers: of ballots in cases, by position.
        changes: what each decision in the log set weights to, in their order.
        lost: whether entries have lost their texts, so that their ballots are counted no more.
    """

    findings: list[Message]
    registered: bool = False
    row: Row[Any] | None = None
    releases: Sequence[Row[Any]] = ()
    counts: Counter[Answer] = field(default_factory=Counter)
    answers: Mapping[int, Answer] = field(default_factory=dict)
    changes: Sequence[Weights] = ()
    lost: bool = False


async def check_ballots(
    database: AsyncEngine, campaign: str, guard: Guard | None = None
) -> list[Message]:
    """Returns what `examine` found; nothing when all agrees."""
    return (await examine(database, campaign, guard)).findings


async def examine(database: AsyncEngine, campaign: str, guard: Guard | None = None) -> Examined:
    """Compares a campaign with the log.

    A campaign that was imported is not in the log: the proven entries have no registration of it,
    and nothing else is compared. That no row says so proves nothing.

    Args:
        database: has the rows.
        campaign: no ballots of it are taken or mixed any more.
        guard: the files beside the log's key, where this process has them.
    """
    async with snapshot(database) as connection:
        # While another process appends, rows are ahead of what the guard has confirmed.
        async with guard.locked() if guard else nullcontext():
            signed = await _signed_head(database, connection, guard)
        query = select(tables.campaigns).where(tables.campaigns.c.id == campaign)
        row = (await connection.execute(query)).first()
        if row is None:
            return Examined([])
        cases = await read_stored_cases(connection, campaign)
        cased = {position for case in cases.values() for position, *_ in case.ballots}
        walk = Walk(campaign, signed, cased)
        walk.expect_withdrawals(await _held_withdrawals(connection, campaign))
        for rows, body in stored_rows(campaign):
            await _each(connection, rows, partial(walk.take_rows, body))
        entries = select(tables.log_entries).where(tables.log_entries.c.position < walk.size)
        known = guard.lines() if guard else None
        work = partial(walk.take_entries, known)
        await _each(connection, entries.order_by(tables.log_entries.c.position), work)
        walk.note_withdrawn()
        acts, registered = walk.acts, walk.acts.registration is not None
        findings = [] if acts.registers(row) else [Message(DEFINITION)]
        if not registered:
            return Examined(walk.of_the_log() or findings, row=row)
        findings = walk.of_the_rows() + walk.of_the_log() + findings
        findings += await _out_of_order(connection, campaign)
        findings += await _unlogged(connection, campaign)
        if row.state == CLOSED and not acts.closed:
            findings.append(Message(UNCLOSED))
        waiting = acts.waiting(await read_waiting_decisions(connection, campaign))
        weights = logged_weights([*acts.decisions, *waiting], cases)
        if not walk.lost:
            # What was lost was counted by the closing, and nobody can count it again.
            findings += await other_numbers(connection, campaign)
            findings += walk.of_the_weights(weights.now, len(weights.contradicted))
        findings += walk.of_the_quotas(_capacities(row))
        releases = select(tables.releases).where(tables.releases.c.campaign == campaign)
        stored = await connection.execute(releases.order_by(tables.releases.c.number))
    return Examined(
        findings,
        registered,
        row,
        stored.all(),
        walk.counts,
        walk.answers,
        weights.changes,
        bool(walk.lost),
    )


async def hold_or_release(
    database: AsyncEngine, campaign: str, findings: Sequence[Message], registered: bool = True
) -> bool:
    """Holds a campaign for each finding, and withdraws the checks that found nothing any more.

    Args:
        database: has the campaign.
        campaign: its id.
        findings: what does not agree.
        registered: whether the proven log has its registration (`Examined`); an imported campaign
            is closed again without a closing in the log.

    Returns:
        Whether the campaign is held now, for these or other reasons.
    """
    async with writing(database) as connection:
        for finding in findings:
            await hold(connection, campaign, finding)
        query = select(tables.campaigns.c.state).where(tables.campaigns.c.id == campaign)
        clear = set(CHECKS) - {finding.id for finding in findings}
        for check in sorted(clear):
            if (await connection.execute(query)).scalar() == HELD:
                await release(connection, campaign, check)
        over = not registered or await logged_closing(connection, campaign) is not None
        if over and (await connection.execute(query)).scalar() == CLOSING:
            # A check after the close held it; its keys are gone, and it is closed already.
            row = update(tables.campaigns).where(tables.campaigns.c.id == campaign)
            await connection.execute(row.values(state=CLOSED))
        return (await connection.execute(query)).scalar() == HELD


async def _held_withdrawals(connection: AsyncConnection, campaign: str) -> list[int]:
    columns = tables.held_withdrawals.c
    query = select(columns.position).where(columns.campaign == campaign)
    return list((await connection.execute(query)).scalars())


def _capacities(row: Row[Any]) -> Mapping[QuotaCell, int]:
    """Returns the registered quotas; none where the definition cannot be read, which is found."""
    try:
        return read_definition(row).capacities
    except (ValueError, TypeError, KeyError):
        return {}


async def _signed_head(
    database: AsyncEngine, connection: AsyncConnection, guard: Guard | None
) -> Checkpoint | None:
    """Returns the newest checkpoint; None if the note is not signed, or older than is known.

    A log that never had an entry has no note.
    """
    columns = tables.checkpoints.c
    query = select(columns.note).order_by(columns.size.desc()).limit(1)
    note = (await connection.execute(query)).scalar()
    if note is None:
        rows = (await connection.execute(select(tables.log_entries.c.position).limit(1))).first()
        had = rows is not None or has_had_entries(database)
        found = None if had else Checkpoint("", 0, EMPTY)
    else:
        found = trusted_checkpoint(database, note)
    if found is None or guard is None or not guard.exists:
        return found
    verdict = decide(guard.read(), TreeHead(found.size, found.root))
    return None if verdict is Verdict.REFUSE else found


async def _each(
    connection: AsyncConnection, query: Select[Any], work: Callable[[Sequence[Any]], None]
) -> None:
    """Streams rows into ``work``, which computes in a thread while others are served."""
    result = await connection.stream(query)
    async for rows in result.partitions(ROWS_AT_ONCE):
        await asyncio.to_thread(work, rows)


async def _out_of_order(connection: AsyncConnection, campaign: str) -> list[Message]:
    """Finds superseded ballots without a later one of the same voter for the same unit."""
    old, new = tables.superseded.c, tables.ballots.c
    same = (new.campaign == old.campaign) & (new.unit == old.unit) & (new.voter == old.voter)
    later = exists().where(same, new.position > old.position)
    query = select(old.position).where(old.campaign == campaign, ~later)
    found = Found()
    for position in (await connection.execute(query.order_by(old.position))).scalars():
        found.add(position)
    return found.messages(ORDER)


async def _unlogged(connection: AsyncConnection, campaign: str) -> list[Message]:
    """Finds ballots and comments without an entry in the log."""
    count = 0
    for table in (tables.ballots, tables.comments):
        query = select(func.count()).select_from(table)
        query = query.where(table.c.campaign == campaign, table.c.position.is_(None))
        count += (await connection.execute(query)).scalar_one()
    return Found(count).messages(UNLOGGED)
