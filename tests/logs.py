"""Logs for the tests: entries with openings of the sealed ones, in memory and in a database."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.crypto.note_signatures import sign_checkpoint
from bot.storage.schema import all as tables
from survey_flows.log_entries import canonical, commit, public_label, receipt_label
from survey_flows.merkle import Frontier, Leaves, leaf_hash, root

SEED = bytes(range(32))
ORIGIN = "log.example/minping"


@dataclass(slots=True)
class Entry:
    """One entry as the log's keeper knows it."""

    label: bytes
    salt: bytes
    body: str
    kind: str
    campaign: str

    @property
    def data(self) -> bytes:
        return self.label + commit(self.salt, self.body)

    @property
    def public(self) -> bool:
        return not self.salt


@dataclass(slots=True)
class Log:
    """A log in memory."""

    chance: Random = field(default_factory=lambda: Random(1))
    entries: list[Entry] = field(default_factory=list)

    def code(self) -> str:
        return b32encode(self.chance.randbytes(10)).decode()

    def publish(self, kind: str, name: str, campaign: str, body: Mapping[str, object]) -> int:
        """A public entry; returns its position."""
        text = canonical({"kind": kind, **body})
        return self._add(Entry(public_label(kind, name), b"", text, kind, campaign))

    def seal(self, kind: str, campaign: str, body: Mapping[str, object], code: str = "") -> int:
        """Add a sealed entry: a ballot with its receipt's code, or such a comment or withdrawal."""
        label = receipt_label(code) if code else self.chance.randbytes(32)
        text = canonical({"kind": kind, "campaign": campaign, **body})
        return self._add(Entry(label, self.chance.randbytes(16), text, kind, campaign))

    def _add(self, entry: Entry) -> int:
        self.entries.append(entry)
        return len(self.entries) - 1

    def hashes(self) -> list[bytes]:
        return [leaf_hash(entry.data) for entry in self.entries]

    def checkpoint(self, size: int | None = None) -> str:
        """A signed checkpoint over all entries or the first ones."""
        hashes = self.hashes()[:size]
        return sign_checkpoint(SEED, ORIGIN, len(hashes), root(hashes))

    def subtrees(self) -> Leaves:
        return Leaves(self.hashes())


async def store(connection: AsyncConnection, log: Log, sizes: tuple[int, ...] = ()) -> None:
    """Write a log into an empty database, with checkpoints at ``sizes`` and at its end."""
    frontier = Frontier()
    columns: dict[int, bytearray] = {}
    tiles = []
    for entry in log.entries:
        for height, hash_ in enumerate(frontier.append(leaf_hash(entry.data))):
            if height % 8 == 0:
                column = columns.setdefault(height // 8, bytearray())
                column += hash_
                if len(column) % (256 * 32) == 0:
                    tile = len(column) // (256 * 32) - 1
                    tiles.append(
                        {"level": height // 8, "tile": tile, "hashes": bytes(column[-256 * 32 :])}
                    )
    rows = [
        {
            "position": position,
            "label": entry.label,
            "commitment": entry.data[32:],
            "kind": entry.kind,
            "campaign": entry.campaign,
            "body": entry.body if entry.public else None,
        }
        for position, entry in enumerate(log.entries)
    ]
    notes = [
        {"size": size, "note": log.checkpoint(size), "frontier": b"", "at": 1_760_000_000 + size}
        for size in sorted({*sizes, len(log.entries)})
    ]
    for table, found in (
        (tables.log_entries, rows),
        (tables.log_tiles, tiles),
        (tables.checkpoints, notes),
    ):
        if found:
            await connection.execute(insert(table), found)
