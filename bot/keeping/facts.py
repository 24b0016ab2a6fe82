"""What a database is at one moment, as a backup's header says it and a restore compares it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.escrows import read_escrows
from bot.campaigns.states import CLOSING, HELD, OPEN, PAUSED
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
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
        escrows: the escrow keys of campaigns that nobody has said to be destroyed.
        boxes_of: the campaigns that ran while a mixer key of `boxes` was in use.
    """

    schema: str
    log_size: int
    log_root: bytes
    note: str
    ballots: int
    running: tuple[str, ...]
    boxes: Mapping[str, int]
    escrows: Mapping[str, str]
    boxes_of: Mapping[str, tuple[str, ...]]


async def read_facts(connection: AsyncConnection, desk: Desk | None) -> DatabaseFacts:
    """Reads what a database has, and proves its log.

    Args:
        connection: reads one moment.
        desk: has signed the acts that name escrow keys; without it none is believed.

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
    names = tuple((await connection.execute(running)).scalars())
    boxes = await _boxes(connection)
    escrows = await read_escrows(connection, desk) if desk else {}
    return DatabaseFacts(
        schema=str(schema),
        log_size=size,
        log_root=root,
        note=note,
        ballots=ballots.scalar_one(),
        running=names,
        boxes=boxes,
        escrows={name: one.recipient for name, one in escrows.items() if not one.destroyed},
        boxes_of=await _campaigns_of(connection, names, boxes),
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


async def _campaigns_of(
    connection: AsyncConnection, running: tuple[str, ...], boxes: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Returns for each mixer key the campaigns that are running, or were closed since it was made.

    One that no row tells the time of counts as made before every close.
    """
    made = tables.mixer_keys.c
    rows = await connection.execute(select(made.id, made.made))
    since = {row.id: row.made for row in rows}
    entries, notes = tables.log_entries.c, tables.checkpoints.c
    logged = select(func.min(notes.at)).where(notes.size > entries.position).scalar_subquery()
    query = select(entries.campaign, logged.label("at")).where(entries.kind == "closing")
    closed = (await connection.execute(query.where(entries.body.is_not(None)))).all()
    return {
        box: (*running, *sorted(row.campaign for row in closed if row.at >= since.get(box, 0)))
        for box in boxes
    }
