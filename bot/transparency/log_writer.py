"""Writes the log in the caller's transaction: entries, tiles that fill, a signed checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables
from bot.transparency.log_entry import LogEntry
from bot.transparency.log_reader import HEIGHT, WIDTH, read_hashes
from survey_flows.merkle import Frontier, leaf_hash

LOCK = 7012
"""PostgreSQL's advisory lock of the log's writer; SQLite has one writer anyway."""

Signer = Callable[[int, bytes], str]
"""Takes a size and a root hash, and returns the signed checkpoint."""


async def lock_log(connection: AsyncConnection) -> None:
    """Lock the log against other writers until this transaction ends."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))


async def append_entries(
    connection: AsyncConnection,
    frontier: Frontier,
    entries: Sequence[LogEntry],
    sign: Signer,
    at: int,
) -> None:
    """Append entries, and a checkpoint over the whole log that is not shown yet.

    Args:
        connection: a transaction that holds the log's lock.
        frontier: the log's end as the guard knows it, which this moves on.
        entries: in the order of the log.
        sign: the log's signer.
        at: epoch seconds.
    """
    if not entries:
        return
    first = frontier.size
    rows: list[dict[str, Any]] = []
    full: list[tuple[int, int]] = []
    hashes: dict[int, list[tuple[int, bytes]]] = {}
    for position, entry in enumerate(entries, first):
        rows.append(entry.row(position))
        for height, hash_ in enumerate(frontier.append(leaf_hash(entry.line))):
            if height % HEIGHT == 0:
                level, index = height // HEIGHT, position >> height
                hashes.setdefault(level, []).append((index, hash_))
                if index % WIDTH == WIDTH - 1:
                    full.append((level, index // WIDTH))
    await connection.execute(tables.log_entries.insert(), rows)
    for level, tile in full:
        await _store_tile(connection, level, tile, dict(hashes[level]))
    checkpoint = {
        "size": frontier.size,
        "note": sign(frontier.size, frontier.root()),
        "frontier": frontier.to_bytes(),
        "at": at,
        "shown": 0,
    }
    await connection.execute(tables.checkpoints.insert(), [checkpoint])


async def _store_tile(
    connection: AsyncConnection, level: int, tile: int, fresh: dict[int, bytes]
) -> None:
    """Store a tile that is full now, from its fresh hashes and the stored ones."""
    start = tile * WIDTH
    missing = [index for index in range(start, start + WIDTH) if index not in fresh]
    older = await read_hashes(connection, level, missing[0], len(missing)) if missing else []
    hashes = older + [fresh[index] for index in range(start + len(older), start + WIDTH)]
    row = {"level": level, "tile": tile, "hashes": b"".join(hashes)}
    await connection.execute(tables.log_tiles.insert(), [row])
