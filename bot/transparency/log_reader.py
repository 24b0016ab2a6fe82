"""Reads the log: receipts, checkpoints and proofs, each in a few reads however long the log is.

A tile of level L holds the hashes of 256 complete subtrees of height 8·L (c2sp.org/tlog-tiles).
Only full tiles are stored; other hashes are made from entries or from tiles of the level below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.operator_needed import OperatorNeeded
from bot.storage.schema.all import (
    campaigns,
    checkpoints,
    cosignatures,
    log_entries,
    log_tiles,
)
from bot.transparency.log_entry import entry_line
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import (
    OLDER_FORM,
    Line,
    act_label,
    older_act_label,
    older_receipt_label,
    receipt_label,
)
from survey_flows.merkle import (
    SIZE,
    Subtrees,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    tree_root,
)

HEIGHT = 8
WIDTH = 1 << HEIGHT
LINE_COLUMNS = (
    log_entries.c.form,
    log_entries.c.campaign,
    log_entries.c.kind,
    log_entries.c.label,
    log_entries.c.commitment,
)
"""The columns that `entry_line` and `stored_line` take."""


class LogDamaged(OperatorNeeded):
    """What the database has of the log is not what was written; the message says what."""


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint with the witnesses' signatures so far; ``at`` is in epoch seconds."""

    size: int
    note: str
    at: int


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry's position and its line."""

    position: int
    line: Line


def stored_line(
    form: int, campaign: str, kind: str, label: bytes | None, commitment: bytes | None
) -> Line:
    """Returns an entry's line from its row."""
    data = entry_line(form, campaign, kind, label, commitment)
    if form == OLDER_FORM:
        return Line(data, form, label=label, commitment=commitment)
    return Line(data, form, campaign, kind, label, commitment)


async def latest_checkpoint(connection: AsyncConnection) -> StoredCheckpoint | None:
    """Read the newest checkpoint that the guard has confirmed; None while there is none."""
    columns = checkpoints.c
    query = select(columns.size, columns.note, columns.at).where(
        columns.shown.is_(None) | (columns.shown != 0)
    )
    row = (await connection.execute(query.order_by(columns.size.desc()).limit(1))).first()
    if row is None:
        return None
    lines = (
        select(cosignatures.c.line)
        .where(cosignatures.c.size == row.size)
        .order_by(cosignatures.c.name)
    )
    below = (await connection.execute(lines)).scalars()
    return StoredCheckpoint(
        row.size, row.note + "".join(f"{line.rstrip()}\n" for line in below), row.at
    )


async def find_receipt(connection: AsyncConnection, code: str) -> StoredEntry | None:
    """Finds the entry of a receipt, which `survey_flows.log_entries.read_code` gave.

    A label is made with its campaign's id, so that each campaign is asked for.
    """
    ids = (await connection.execute(select(campaigns.c.id))).scalars()
    labels = [older_receipt_label(code), *(receipt_label(campaign, code) for campaign in ids)]
    columns = log_entries.c
    query = select(columns.position, *LINE_COLUMNS).where(columns.label.in_(labels))
    row = (await connection.execute(query.order_by(columns.position).limit(1))).first()
    if row is None:
        return None
    position, *parts = row
    return StoredEntry(position, stored_line(*parts))


async def find_act(
    connection: AsyncConnection, kind: str, campaign: str, name: str = ""
) -> tuple[int, str] | None:
    """Finds position and text of an act, in either form; ``name`` is the campaign's if not given.

    Of the same acts of form 1 the newest is found.
    """
    named = name or campaign
    labels = [act_label(kind, campaign, named), older_act_label(kind, named)]
    columns = log_entries.c
    query = select(columns.position, columns.body).where(
        columns.label.in_(labels), columns.kind == kind, columns.campaign == campaign
    )
    row = (await connection.execute(query.order_by(columns.position.desc()).limit(1))).first()
    return (row.position, row.body) if row else None


async def prove_inclusion(connection: AsyncConnection, position: int, size: int) -> list[bytes]:
    """Return the proof that the tree of ``size`` entries includes an entry (RFC 9162 §2.1.3)."""
    return await _prove(connection, lambda subtrees: inclusion_proof(subtrees, position, size))


async def prove_consistency(connection: AsyncConnection, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree of ``new`` entries begins with ``old`` (RFC 9162 §2.1.4).

    Raises:
        BadInput: the log has never had these sizes in this order.
    """
    newest = await latest_checkpoint(connection)
    if not 0 <= old <= new <= (newest.size if newest else 0):
        place = Place(field=f"old={old}, new={new}")
        raise BadInput(Message("transparency-sizes-unknown"), place)
    return await _prove(connection, lambda subtrees: consistency_proof(subtrees, old, new))


async def read_root(connection: AsyncConnection, size: int) -> bytes:
    """Return the root hash of the first ``size`` entries."""
    return (await _prove(connection, lambda subtrees: [tree_root(subtrees, size)]))[0]


async def _prove(
    connection: AsyncConnection, make: Callable[[Subtrees], list[bytes]]
) -> list[bytes]:
    """Make a proof twice: once to learn which hashes it needs, and then from them."""
    wanted: list[tuple[int, int]] = []

    def note(level: int, index: int) -> bytes:
        wanted.append((level, index))
        return bytes(SIZE)

    make(note)
    known = await read_subtrees(connection, wanted)
    return make(lambda level, index: known[level, index])


async def read_subtrees(
    connection: AsyncConnection, wanted: Iterable[tuple[int, int]]
) -> Mapping[tuple[int, int], bytes]:
    """Read the hashes of complete subtrees by height and number.

    Raises:
        LogDamaged: entries or tiles below them are missing.
    """
    parts = {key: _part(*key) for key in wanted}
    stored = await _read_tiles(
        connection, {(level, first // WIDTH) for level, first, _ in parts.values()}
    )
    result = {}
    for key, (level, first, count) in parts.items():
        tile = stored.get((level, first // WIDTH))
        if tile is not None:
            hashes = tile[first % WIDTH : first % WIDTH + count]
        else:
            hashes = await read_hashes(connection, level, first, count)
        result[key] = root(hashes)
    return result


async def read_hashes(
    connection: AsyncConnection, level: int, first: int, count: int
) -> list[bytes]:
    """Make ``count`` hashes of a level of tiles, from ``first`` on, in one read.

    Raises:
        LogDamaged: entries or tiles below them are missing.
    """
    if level:
        return await _roots_of_tiles(connection, level - 1, first, count)
    return await _leaf_hashes(connection, first, count)


def _part(level: int, index: int) -> tuple[int, int, int]:
    """Return the level of tiles below a subtree, and the first and the number of its hashes."""
    tiles, rest = divmod(level, HEIGHT)
    return tiles, index << rest, 1 << rest


async def _roots_of_tiles(
    connection: AsyncConnection, level: int, first: int, count: int
) -> list[bytes]:
    tiles = await _read_tiles(connection, {(level, tile) for tile in range(first, first + count)})
    if len(tiles) < count:
        raise LogDamaged(Message("transparency-tiles-missing"))
    return [root(tiles[level, tile]) for tile in range(first, first + count)]


async def _leaf_hashes(connection: AsyncConnection, first: int, count: int) -> list[bytes]:
    columns = log_entries.c
    query = select(*LINE_COLUMNS).where(columns.position >= first, columns.position < first + count)
    rows = (await connection.execute(query.order_by(columns.position))).all()
    if len(rows) < count:
        raise LogDamaged(Message("transparency-entries-missing"))
    return [leaf_hash(entry_line(*row)) for row in rows]


async def _read_tiles(
    connection: AsyncConnection, wanted: set[tuple[int, int]]
) -> dict[tuple[int, int], list[bytes]]:
    if not wanted:
        return {}
    columns = log_tiles.c
    query = select(columns.level, columns.tile, columns.hashes).where(
        tuple_(columns.level, columns.tile).in_(wanted)
    )
    return {
        (row.level, row.tile): [
            row.hashes[at : at + SIZE] for at in range(0, len(row.hashes), SIZE)
        ]
        for row in await connection.execute(query)
    }
