"""Logs for the tests: entries with openings of the sealed ones, in memory and in a database."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.crypto.note_signatures import public_key, sign_checkpoint, sign_text
from bot.storage.schema import all as tables
from bot.transparency.log_entry import LogEntry, receipt_entry, sealed_entry
from survey_flows.log_entries import (
    LOG_ITSELF,
    OLDER_FORM,
    RECEIPT,
    act_commitment,
    act_label,
    canonical,
    commit,
    older_act_label,
    older_receipt_label,
    positions_digest,
    receipt_label,
    signed_act_text,
)
from survey_flows.merkle import Frontier, Leaves, leaf_hash, root
from survey_flows.signed_notes import Signature

SEED = bytes(range(32))
ORIGIN = "log.example/minping"
DESK, GATE = f"{ORIGIN}/desk", f"{ORIGIN}/gate"
SEEDS = {ORIGIN: SEED, DESK: bytes(range(32, 64)), GATE: bytes(range(64, 96))}
"""The secret of each key, by its name."""
ROLES = {"desk": DESK, "gate": GATE}


@lru_cache(maxsize=100_000)
def signature(name: str, text: str) -> Signature:
    """The signature of a text by the key of this name."""
    return sign_text(SEEDS[name], name, text)


@dataclass(eq=False, slots=True)
class Entry:
    """One entry as the log's keeper knows it; its line follows from what it says.

    ``kind`` says what a sealed entry is. A public one has no salt, a receipt no body.
    """

    campaign: str
    kind: str
    label: bytes = b""
    salt: bytes = b""
    body: str = ""
    form: int = 2
    signers: tuple[str, ...] = (ORIGIN,)

    @property
    def logged(self) -> LogEntry:
        commitment = commit(self.salt, self.body)
        if self.form == OLDER_FORM:
            body = self.body if self.public else None
            parts = (self.campaign, self.kind, self.label, commitment, body)
            return LogEntry(*parts, form=OLDER_FORM)
        if self.kind == RECEIPT:
            return receipt_entry(self.campaign, self.label)
        if not self.public:
            return sealed_entry(self.campaign, commitment)
        signed = signed_act_text(ORIGIN, self.body)
        signatures = tuple(signature(name, signed) for name in sorted(self.signers))
        commitment = act_commitment(self.body, signatures)
        return LogEntry(self.campaign, self.kind, self.label, commitment, self.body, signatures)

    @property
    def data(self) -> bytes:
        return self.logged.line

    @property
    def public(self) -> bool:
        return not self.salt and self.kind != RECEIPT

    @property
    def sealed(self) -> bool:
        return bool(self.salt)


@dataclass(slots=True)
class Log:
    """A log in memory; ``form`` is that of the entries that are added."""

    chance: Random = field(default_factory=lambda: Random(1))
    entries: list[Entry] = field(default_factory=list)
    form: int = 2

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
            label = older_act_label(kind, name)
            return self._add(Entry(campaign, kind, label, b"", canonical(said), OLDER_FORM))
        label, text = act_label(kind, campaign, name), canonical({**said, "name": name})
        return self._add(Entry(campaign, kind, label, b"", text, signers=tuple(signers)))

    def receipt(self, campaign: str, code: str) -> int:
        """Add the line of a ballot's receipt; return its position."""
        return self._add(Entry(campaign, RECEIPT, receipt_label(campaign, code)))

    def seal(self, kind: str, campaign: str, body: Mapping[str, object], code: str = "") -> int:
        """Add a sealed entry; return its position. In form 1 a ballot's code is its label."""
        text = canonical({"kind": kind, "campaign": campaign, **body})
        label = b""
        if self.form == OLDER_FORM:
            label = older_receipt_label(code) if code else self.chance.randbytes(32)
        return self._add(Entry(campaign, kind, label, self.chance.randbytes(16), text, self.form))

    def name_keys(self, number: int = 1, signers: Sequence[str] = (ORIGIN,)) -> int:
        """Add the act that names the desk's and the gate's key."""
        keys = {role: public_key(SEEDS[name], name) for role, name in ROLES.items()}
        body = {role: key.write() for role, key in keys.items()}
        return self.publish("keys", str(number), LOG_ITSELF, body, signers)

    def take_over(self) -> int:
        """Go on in form 2 with the act ``format``."""
        found: dict[str, list[int]] = {}
        for at, entry in enumerate(self.entries):
            if entry.sealed:
                found.setdefault(entry.campaign, []).append(at)
        campaigns = {name: positions_digest(positions) for name, positions in found.items()}
        self.form = 2
        body = {"from": len(self.entries), "campaigns": campaigns}
        return self.publish("format", LOG_ITSELF, LOG_ITSELF, body)

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
