"""The mixer: takes sealed submissions in batches, shuffles them, and writes ballots and the log.

It never learns who cast a ballot: the gate's pseudonym comes to it, and it stores another made from that under a key of
its own. What it writes stands in another order and another transaction than what the gate wrote. Comments go through it
twice, so that a comment appears in a later batch than its ballot, under a pseudonym that nothing joins to the ballot's.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Table, delete, distinct, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.batch import BALLOT, Batch, Message
from bot.clock import Clock
from bot.keys import Keyring
from bot.notary import public_key as log_key
from bot.notary import sign_checkpoint
from bot.parcels import Box, NotOurs, message_bytes, pack, public_key, seal, unpack, unseal
from bot.store import tables
from bot.store.database import reading, writing
from bot.store.ledger import Entry, append, lock_log, public_entry
from bot.store.openings import registration_body
from bot.store.yearbook import insert_all
from survey_flows.entries import commit, public_label
from survey_flows.errors import MinpingError
from survey_flows.notes import VerifierKey

log = logging.getLogger(__name__)

BATCH, LEAST, PATIENCE = 50, 10, 3600.0
"""A batch has `BATCH` submissions; after `PATIENCE` seconds `LEAST` will do; fewer are mixed only at the close."""
MOST = 75
"""Most submissions of a batch: while one is being written citizens wait."""
BOX_SECONDS = 86_400
GRACE = 3600
"""Seconds for which a gate may not have heard of a new box."""
QUARTER = 900
BREATH = 0.05
"""Seconds between two batches, in which citizens are served."""
LOG_KEY = "log"


class Lost(MinpingError):
    """Another mixer took the batch first; nothing was written."""


class Mixer:
    """One log's mixer. `turn` does what is to be done now.

    Args:
        database: where the gate stages its submissions.
        ring: the mixer's own secrets: the log's key, boxes, and one for each campaign.
        gate: the gate's public key.
        origin: the log's name.
        clock: the present time.
    """

    def __init__(self, database: AsyncEngine, ring: Keyring, gate: bytes, origin: str, clock: Clock) -> None:
        self._database = database
        self._ring = ring
        self._gate = gate
        self._origin = origin
        self._clock = clock
        self._since: float | None = None
        self._signing = Ed25519PrivateKey.from_private_bytes(ring.keep(LOG_KEY))
        self._box = Box("", b"")
        self._turn = asyncio.Lock()

    @property
    def key(self) -> VerifierKey:
        """The key by which everybody checks the log's checkpoints."""
        return log_key(self._ring.keep(LOG_KEY), self._origin)

    async def turn(self) -> None:
        """Open and close campaigns that wait for it, and mix when there is a batch."""
        async with self._turn:
            await self._keep_box()
            await self._register()
            await self._publish()
            closing = await self._closing()
            while await self.mix(flush=bool(closing)):  # noqa: ASYNC110  (nothing is polled: citizens come in between)
                await asyncio.sleep(BREATH)
            for campaign in closing:
                await self._close(campaign)

    def _sign(self, size: int, root: bytes) -> str:
        return sign_checkpoint(self._ring.keep(LOG_KEY), self._origin, size, root)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    async def _keep_box(self) -> None:
        """Have a box that is not older than a day; destroy the secrets of those that nothing is sealed to any more."""
        columns = tables.boxes.c
        async with reading(self._database) as connection:
            boxes = (await connection.execute(select(tables.boxes).order_by(columns.made, columns.id))).all()
        newest = boxes[-1] if boxes else None
        if newest is None or self._now() - newest.made >= BOX_SECONDS or self._ring.find(_box(newest.id)) is None:
            await self._make_box()
            return
        self._box = Box(newest.id, newest.public)
        for box in boxes[:-1]:
            if self._now() - newest.made >= GRACE:
                await self._drop_box(box.id)

    async def _make_box(self) -> None:
        name = secrets.token_hex(8)
        public = public_key(self._ring.keep(_box(name)))
        row = {"id": name, "public": public, "signature": self._signing.sign(box_text(name, public))}
        async with writing(self._database) as connection:
            await connection.execute(tables.boxes.insert(), [row | {"made": self._now()}])
        self._box = Box(name, public)

    async def _drop_box(self, name: str) -> None:
        async with writing(self._database) as connection:
            for table in (tables.staging, tables.held_comments):
                if (await connection.execute(select(table.c.id).where(table.c.box == name).limit(1))).first():
                    return
            await connection.execute(delete(tables.boxes).where(tables.boxes.c.id == name))
            self._ring.destroy(_box(name))  # before the commit, for who dies in between comes back to the box

    async def _register(self) -> None:
        """Put what a campaign freezes into the log, then let it take ballots (R4: rules first, answers after)."""
        columns = tables.campaigns.c
        async with writing(self._database) as connection:
            waiting = select(tables.campaigns).where(columns.state == "opening")
            if (await connection.execute(waiting)).first() is None:
                return
            frontier = await lock_log(connection)
            rows = (await connection.execute(waiting)).all()  # another mixer may have been here before us
            entries = [public_entry("registration", row.id, row.id, registration_body(row._mapping)) for row in rows]
            for position, row in enumerate(rows, frontier.size):
                values = {"state": "open", "registered": position}
                await connection.execute(update(tables.campaigns).where(columns.id == row.id).values(values))
            await append(connection, frontier, entries, self._sign, self._now())

    async def _publish(self) -> None:
        """Put the public entries that wait into the log."""
        columns = tables.notices.c
        async with writing(self._database) as connection:
            rows = (await connection.execute(select(tables.notices).order_by(columns.id))).all()
            if not rows:
                return
            frontier = await lock_log(connection)
            await _take(connection, tables.notices, rows)
            entries = [
                Entry(public_label(row.kind, row.name), commit(b"", row.body), row.kind, row.campaign, row.body)
                for row in rows
            ]
            await append(connection, frontier, entries, self._sign, self._now())

    async def _closing(self) -> list[str]:
        query = select(tables.campaigns.c.id).where(tables.campaigns.c.state == "closing")
        async with reading(self._database) as connection:
            return list((await connection.execute(query)).scalars())

    async def _close(self, campaign: str) -> None:
        """Say in the log what was counted, and destroy the key without which no pseudonym can be made again."""
        async with writing(self._database) as connection:
            frontier = await lock_log(connection)
            columns = tables.campaigns.c
            waiting = update(tables.campaigns).where(columns.id == campaign, columns.state == "closing")
            closed = await connection.execute(waiting.values(state="closed"))
            # Before the commit: whoever dies in between comes back to a campaign that still has to be closed.
            self._ring.destroy(_campaign(campaign))
            if closed.rowcount:  # else another mixer has been here before us
                entry = public_entry("closing", campaign, campaign, await _closing_body(connection, campaign))
                await append(connection, frontier, [entry], self._sign, self._now())

    async def mix(self, *, flush: bool) -> bool:
        """Mix one batch if there is one; True when there may be another."""
        staged, held = await self._read(tables.staging), await self._read(tables.held_comments)
        if not (flush and (staged or held)) and not self._ripe(len(staged)):
            return False
        held = held if flush or len(held) >= LEAST else []
        own = self._signing.public_key().public_bytes_raw()
        ballots, strange = await asyncio.to_thread(self._open, staged, self._gate)
        comments, odd = await asyncio.to_thread(self._open, held, own)
        forward = await asyncio.to_thread(self._hold, ballots)
        batch = Batch(self._pseudonym, self._now())
        try:
            async with writing(self._database) as connection:
                frontier = await lock_log(connection)
                await _take(connection, tables.staging, staged)
                await _take(connection, tables.held_comments, held)
                await batch.write(connection, frontier, ballots, comments, self._sign)
                await insert_all(connection, tables.held_comments, forward)
                await insert_all(connection, tables.refused, [_kept(row, self._now()) for row in strange + odd])
        except Lost:
            return True
        self._since = None
        if strange or odd:
            log.error("%d sealed messages are not the gate's and were kept aside", len(strange + odd))
        return len(staged) == MOST or (flush and bool(staged))

    def _ripe(self, staged: int) -> bool:
        """Whether there are enough to hide among. How long they have waited is told by a clock that never jumps."""
        time = asyncio.get_running_loop().time()
        self._since = time if self._since is None or not staged else self._since
        return staged >= BATCH or (staged >= LEAST and time - self._since >= PATIENCE)

    async def _read(self, table: Table) -> list[Any]:
        async with reading(self._database) as connection:
            return list(await connection.execute(select(table).order_by(table.c.id).limit(MOST)))

    def _open(self, rows: Sequence[Any], signer: bytes) -> tuple[list[Message], list[Any]]:
        """The messages in sealed rows, and the rows that hold none by ``signer``."""
        opened: list[Message] = []
        strange = []
        for row in rows:
            secret = self._ring.find(_box(row.box))
            try:
                opened.append(unpack(unseal(secret, row.sealed), signer) if secret else _no_box())
            except NotOurs:
                strange.append(row)
        return opened, strange

    def _hold(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """The comments of a batch for a later one. An empty one is held too, so that nobody sees who wrote one."""
        box = self._box
        held = []
        for message in messages:
            voter = self._pseudonym("comment", message["campaign"], bytes.fromhex(message["voter"])).hex()
            kept = {name: message[name] for name in ("kind", "campaign")} | {"voter": voter}
            if message["kind"] == BALLOT:
                kept |= {"unit": message["ballot"]["unit"], "text": message["text"]}
            sealed = seal(box, pack(kept, self._signing.sign(message_bytes(kept))))
            held.append({"box": box.id, "sealed": sealed})
        return held

    def _pseudonym(self, purpose: str, campaign: str, voter: bytes) -> bytes:
        return hmac.digest(self._ring.keep(_campaign(campaign)), purpose.encode() + b"|" + voter, "sha256")


def box_text(name: str, public: bytes) -> bytes:
    """What the log's key signs of a box."""
    return f"minping box {name}\n".encode() + public


def _box(name: str) -> str:
    return f"box-{name}"


def _campaign(name: str) -> str:
    return f"campaign-{name}"


def _no_box() -> Message:
    raise NotOurs("the box is gone")


def _kept(row: Any, at: int) -> dict[str, Any]:
    return {"box": row.box, "sealed": row.sealed, "at": at // QUARTER * QUARTER}


async def _take(connection: AsyncConnection, table: Table, rows: Sequence[Any]) -> None:
    """Delete what this batch was read from; all of it must still be there.

    Raises:
        Lost: another mixer has taken some of it.
    """
    if rows:
        statement = delete(table).where(table.c.id.in_([row.id for row in rows]))
        if (await connection.execute(statement)).rowcount != len(rows):
            raise Lost("the batch was taken by another mixer")


async def _closing_body(connection: AsyncConnection, campaign: str) -> dict[str, Any]:
    """How many ballots count, how many gave way to a later one, and how many entries, comments too, were withdrawn."""

    async def count(column: Any, *where: Any) -> int:
        return int((await connection.execute(select(func.count(column)).where(*where))).scalar_one())

    ballots = tables.ballots.c
    return {
        "campaign": campaign,
        "counted": await count(ballots.id, ballots.campaign == campaign),
        "superseded": await count(tables.superseded.c.position, tables.superseded.c.campaign == campaign),
        "withdrawn": await count(tables.withdrawals.c.position, tables.withdrawals.c.campaign == campaign),
        "voters": await count(distinct(ballots.voter), ballots.campaign == campaign),
    }
