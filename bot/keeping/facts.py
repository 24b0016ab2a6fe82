"""What a database is at one moment, as a backup's header says it and a restore compares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.states import CLOSING, HELD, OPEN, PAUSED
from bot.storage.schema import all as tables
from bot.transparency.guarded_log import read_entries
from survey_flows.errors import BadInput, Message
from survey_flows.merkle import EMPTY, Frontier, leaf_hash
from survey_flows.signed_notes import read_checkpoint, read_note

RUNNING = (OPEN, PAUSED, CLOSING, HELD)
"""The states of a campaign that was registered and is not over: its keys are needed."""
SEALED = (tables.staging, tables.held_comments, tables.held_follow_ups, tables.refused)
"""The tables of envelopes that wait for the mixer."""


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What a database has.

    Attributes:
        schema: the number of its last migration.
        log_size: entries in the log.
        log_root: the root of their tree, made of every entry.
        note: the newest checkpoint that was signed.
        ballots: ballots that count at present.
        running: registered campaigns that are not closed, sorted.
        boxes: how many envelopes wait, by the name of their mixer key.
    """

    schema: str
    log_size: int
    log_root: bytes
    note: str
    ballots: int
    running: tuple[str, ...]
    boxes: Mapping[str, int]


async def read_facts(connection: AsyncConnection) -> DatabaseFacts:
    """Reads what a database has, and proves its log.

    Raises:
        BadInput: the entries do not give the root of the newest checkpoint.
    """
    schema = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    columns = tables.checkpoints.c
    newest = select(columns.size, columns.note).order_by(columns.size.desc()).limit(1)
    signed = (await connection.execute(newest)).first()
    size, note = (signed.size, signed.note) if signed else (0, "")
    root = await _root(connection, size)
    if note and read_checkpoint(read_note(note).text).root != root:
        raise BadInput(Message("keeping-log-not-whole", size=size))
    last = (await connection.execute(select(func.max(tables.log_entries.c.position)))).scalar()
    if (-1 if last is None else last) != size - 1:
        raise BadInput(Message("keeping-log-not-whole", size=size))
    ballots = await connection.execute(select(func.count()).select_from(tables.ballots))
    states = tables.campaigns.c
    running = select(states.id).where(states.state.in_(RUNNING)).order_by(states.id)
    return DatabaseFacts(
        schema=str(schema),
        log_size=size,
        log_root=root,
        note=note,
        ballots=ballots.scalar_one(),
        running=tuple((await connection.execute(running)).scalars()),
        boxes=await _boxes(connection),
    )


async def _root(connection: AsyncConnection, size: int) -> bytes:
    frontier = Frontier()
    async for entries in read_entries(connection, size):
        for entry in entries:
            frontier.append(leaf_hash(entry.line))
    return frontier.root() if frontier.size else EMPTY


async def _boxes(connection: AsyncConnection) -> dict[str, int]:
    """Counts the envelopes that wait by mixer key; those refused for good are empty."""
    each = union_all(
        *(select(table.c.box).where(func.length(table.c.sealed) > 0) for table in SEALED)
    ).subquery()
    query = (
        select(each.c.box, func.count().label("waiting")).group_by(each.c.box).order_by(each.c.box)
    )
    return {row.box: row.waiting for row in await connection.execute(query)}
