"""Logs for the tests: entries with openings of the sealed ones, in memory and in a database."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.crypto.note_signatures import sign_checkpoint, sign_text
from bot.storage.schema import all as tables
from bot.transparency.log_entry import LogEntry, act_entry, receipt_entry, sealed_entry
from survey_flows.log_entries import (
    LOG_ITSELF,
    OLDER_FORM,
    canonical,
    commit,
    older_act_label,
    older_receipt_label,
    receipt_label,
    signed_act_text,
)
from survey_flows.merkle import Frontier, Leaves, leaf_hash, root

SEED = bytes(range(32))
ORIGIN = "log.example/minping"
DESK, GATE = f"{ORIGIN}/desk", f"{ORIGIN}/gate"
SEEDS = {ORIGIN: SEED, DESK: bytes(range(32, 64)), GATE: bytes(range(64, 96))}
"""The secret of each key, by its name."""


@dataclass(slots=True)
class Entry:
    """One entry as the log's keeper knows it: salt and body of a sealed one are not in the log."""

    logged: LogEntry
    salt: bytes = b""
    body: str = ""
    kind: str = ""

    @property
    def data(self) -> bytes:
        return self.logged.line

    @property
    def campaign(self) -> str:
        return self.logged.campaign

    @property
    def public(self) -> bool:
        return self.logged.body is not None

    @property
    def sealed(self) -> bool:
        return self.logged.is_sealed


@dataclass(slots=True)
class Log:
    """A log in memory; ``form`` is that of the entries that are added."""

    chance: Random = field(default_factory=lambda: Random(1))
    entries: list[Entry] = field(default_factory=list)
    form: int = 2
    origin: str = ORIGIN

    def code(self) -> str:
        return b32encode(self.chance.randbytes(10)).decode()

    def publish(
        self,
        kind: str,
        name: str,
        campaign: str,
        body: Mapping[str, object],
        signers: Sequence[str] = (ORIGIN,),
    ) -> int:
        """Add an act; return its position."""
        said = {"kind": kind, "campaign": campaign, **body}
        if self.form == OLDER_FORM:
            text = canonical(said)
            older = LogEntry(campaign, kind, older_act_label(kind, name), commit(b"", text), text)
            return self._add(Entry(as_older(older), b"", text, kind))
        text = canonical({**said, "name": name})
        return self._add(Entry(self.act(kind, name, campaign, text, signers), b"", text, kind))

    def act(
        self, kind: str, name: str, campaign: str, text: str, signers: Sequence[str] = (ORIGIN,)
    ) -> LogEntry:
        signed = signed_act_text(self.origin, text)
        signatures = [sign_text(SEEDS[signer], signer, signed) for signer in sorted(signers)]
        return act_entry(kind, campaign, name, text, signatures)

    def receipt(self, campaign: str, code: str) -> int:
        """Add the line of a ballot's receipt; return its position."""
        return self._add(Entry(receipt_entry(campaign, receipt_label(campaign, code))))

    def seal(self, kind: str, campaign: str, body: Mapping[str, object], code: str = "") -> int:
        """Add a sealed entry; return its position. In form 1 a ballot's code is its label."""
        salt = self.chance.randbytes(16)
        text = canonical({"kind": kind, "campaign": campaign, **body})
        if self.form == OLDER_FORM:
            label = older_receipt_label(code) if code else self.chance.randbytes(32)
            older = as_older(LogEntry(campaign, kind, label, commit(salt, text)))
            return self._add(Entry(older, salt, text, kind))
        return self._add(Entry(sealed_entry(campaign, commit(salt, text)), salt, text, kind))

    def take_over(self, campaigns: Mapping[str, Sequence[object]]) -> int:
        """Go on in form 2 with the act ``format``."""
        self.form = 2
        body = {"from": len(self.entries), "campaigns": dict(campaigns)}
        return self.publish("format", LOG_ITSELF, LOG_ITSELF, body)

    def _add(self, entry: Entry) -> int:
        self.entries.append(entry)
        return len(self.entries) - 1

    def hashes(self) -> list[bytes]:
        return [leaf_hash(entry.data) for entry in self.entries]

    def checkpoint(self, size: int | None = None) -> str:
        """A signed checkpoint over all entries or the first ones."""
        hashes = self.hashes()[:size]
        return sign_checkpoint(SEEDS[ORIGIN], self.origin, len(hashes), root(hashes))

    def subtrees(self) -> Leaves:
        return Leaves(self.hashes())


def as_older(entry: LogEntry) -> LogEntry:
    """The same parts as an entry of form 1."""
    parts = (entry.campaign, entry.kind, entry.label, entry.commitment, entry.body)
    return LogEntry(*parts, form=OLDER_FORM)


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
    rows = [entry.logged.row(position) for position, entry in enumerate(log.entries)]
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
