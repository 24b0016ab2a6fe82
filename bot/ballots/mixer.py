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
from collections.abc import Sequence, Set
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Table, delete, distinct, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ballots.batch import BALLOT, FOLLOW, UNLOGGED_KINDS, Batch, Message
from bot.ballots.held_requests import store_requests
from bot.ballots.quota_places import delete_quota_marks, rewrite_counts
from bot.campaigns.registration import definition_with_seed, read_limits
from bot.core.clock import Clock
from bot.crypto.gate_keys import Keyring
from bot.crypto.note_signatures import public_key as log_key
from bot.crypto.note_signatures import sign_checkpoint
from bot.crypto.sealed_envelopes import (
    EnvelopeOpener,
    MixerKey,
    WrongMixerKey,
    mixer_key_text,
    public_key,
    seal,
    sign_and_pad,
)
from bot.storage.bulk import insert_all
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.entry_bodies import closing_body, registration_body
from bot.transparency.log_writer import append_entries, lock_log, public_entry
from survey_flows.errors import BadInput, MinpingError
from survey_flows.signed_notes import VerifierKey, read_key

log = logging.getLogger(__name__)

BATCH, LEAST, PATIENCE = 50, 10, 3600.0
"""A batch is of `BATCH` people; after `PATIENCE` seconds `LEAST` will do; fewer are mixed only at the close."""
MAX_SUBMISSIONS = 75
"""Most submissions of a batch, unless they are of few people: while one is being written citizens wait."""
KEY_SECONDS = 86_400
KEY_GRACE_SECONDS = 3600
"""Seconds for which a gate may not have heard of a new box."""
QUARTER = 900
READ_AT_ONCE = 1000
SECONDS_BETWEEN_BATCHES = 0.05
"""Seconds between two batches, in which citizens are served."""
POLL_SECONDS = 0.2
"""Seconds between two looks at what another process does."""
LOG_KEY = "log"
CAMPAIGN = "campaign-"
Opened = tuple[Any, list[Message] | None]


class BatchTaken(MinpingError):
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

    def __init__(
        self, database: AsyncEngine, ring: Keyring, gate: bytes, origin: str, clock: Clock
    ) -> None:
        self._database = database
        self._ring = ring
        self._gate = gate
        self._origin = origin
        self._clock = clock
        self._since: float | None = None
        self._signing = Ed25519PrivateKey.from_private_bytes(ring.find_or_create(LOG_KEY))
        self._box = MixerKey("", b"")
        self._turn = asyncio.Lock()

    @property
    def key(self) -> VerifierKey:
        """The key by which everybody checks the log's checkpoints."""
        return log_key(self._ring.find_or_create(LOG_KEY), self._origin)

    async def turn(self) -> None:
        """Open and close campaigns that wait for it, and mix when there is a batch."""
        async with self._turn:
            await self._keep_box()
            await self._register()
            await self._publish()
            await self.open_follow_ups()
            closing = await self._in_state("closing")
            while await self.mix(closing):  # noqa: ASYNC110  (nothing is polled: citizens come in between)
                await asyncio.sleep(SECONDS_BETWEEN_BATCHES)
            for campaign in closing:
                await self._close(campaign)
            await destroy_closed_secrets(self._database, self._ring, CAMPAIGN)

    def _sign(self, size: int, root: bytes) -> str:
        return sign_checkpoint(self._ring.find_or_create(LOG_KEY), self._origin, size, root)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    async def _keep_box(self) -> None:
        """Have a box that is not older than a day; destroy the secrets of those that nothing is sealed to any more."""
        columns = tables.boxes.c
        async with reading(self._database) as connection:
            boxes = (
                await connection.execute(select(tables.boxes).order_by(columns.made, columns.id))
            ).all()
        newest = boxes[-1] if boxes else None
        if (
            newest is None
            or self._now() - newest.made >= KEY_SECONDS
            or self._ring.find(_box(newest.id)) is None
        ):
            await self._make_box()
            return
        self._box = MixerKey(newest.id, newest.public)
        for box in boxes[:-1]:
            if self._now() - newest.made >= KEY_GRACE_SECONDS:
                await self._drop_box(box.id)

    async def _make_box(self) -> None:
        name = secrets.token_hex(8)
        public = public_key(self._ring.find_or_create(_box(name)))
        row = {
            "id": name,
            "public": public,
            "signature": self._signing.sign(mixer_key_text(name, public)),
        }
        async with writing(self._database) as connection:
            await connection.execute(tables.boxes.insert(), [row | {"made": self._now()}])
        self._box = MixerKey(name, public)

    async def _drop_box(self, name: str) -> None:
        async with writing(self._database) as connection:
            for table in (tables.staging, tables.held_comments, tables.held_follow_ups):
                if (
                    await connection.execute(select(table.c.id).where(table.c.box == name).limit(1))
                ).first():
                    return
            await connection.execute(delete(tables.boxes).where(tables.boxes.c.id == name))
            # Before the commit: who is killed in between tries again, since the row still stands.
            self._ring.destroy(_box(name))

    async def _register(self) -> None:
        """Put what a campaign freezes into the log, then let it take ballots (R4: rules first, answers after)."""
        if not await self._in_state("opening"):
            return  # citizens need the lock that writing takes
        columns = tables.campaigns.c
        async with writing(self._database) as connection:
            frontier = await lock_log(connection)
            rows = (
                await connection.execute(select(tables.campaigns).where(columns.state == "opening"))
            ).all()
            entries = []
            for position, row in enumerate(rows, frontier.size):
                frozen = {"paper": definition_with_seed(row, await read_limits(connection, row.id))}
                entries.append(
                    public_entry(
                        "registration",
                        row.id,
                        row.id,
                        registration_body({**row._mapping, **frozen}),
                    )
                )
                values = frozen | {"state": "open", "registered": position}
                await connection.execute(
                    update(tables.campaigns).where(columns.id == row.id).values(values)
                )
            await append_entries(connection, frontier, entries, self._sign, self._now())

    async def _publish(self) -> None:
        """Put the public entries that wait into the log."""
        rows = await self._read(tables.notices, MAX_SUBMISSIONS)
        if not rows:
            return
        async with writing(self._database) as connection:
            frontier = await lock_log(connection)
            await _take(connection, tables.notices, rows)
            entries = [public_entry(row.kind, row.name, row.campaign, row.body) for row in rows]
            await append_entries(connection, frontier, entries, self._sign, self._now())

    async def _in_state(self, state: str) -> set[str]:
        query = select(tables.campaigns.c.id).where(tables.campaigns.c.state == state)
        async with reading(self._database) as connection:
            return set((await connection.execute(query)).scalars())

    async def _close(self, campaign: str) -> None:
        """Say in the log what was counted; everything of this campaign has been mixed."""
        columns = tables.campaigns.c
        async with writing(self._database) as connection:
            frontier = await lock_log(connection)
            await delete_quota_marks(connection, campaign)
            statement = update(tables.campaigns).where(
                columns.id == campaign, columns.state == "closing"
            )
            if (await connection.execute(statement.values(state="closed"))).rowcount:
                entry = public_entry(
                    "closing", campaign, campaign, await _count_all(connection, campaign)
                )
                await append_entries(connection, frontier, [entry], self._sign, self._now())

    async def mix(self, closing: Set[str] = frozenset()) -> bool:
        """Mix one batch if there is one; True when there may be another.

        Of the ``closing`` campaigns everything is taken, however little. Nothing of another campaign goes with it
        that would not go by itself: else closing one would uncover the few who have just rated in another.
        """
        staged, held = (
            await self._read(tables.staging, MAX_SUBMISSIONS),
            await self._read(tables.held_comments, READ_AT_ONCE),
        )
        waited = self._waited(bool(staged))
        if not _ripe(len(staged), waited) and not (closing and (staged or held)):
            return False
        most, ballots = MAX_SUBMISSIONS, await asyncio.to_thread(self._open, staged, self._gate)
        while len(staged) == most and not _ripe(_people(ballots), waited):
            most *= 2  # else one person who sends without end would keep all others waiting
            staged = await self._read(tables.staging, most)
            ballots = await asyncio.to_thread(self._open, staged, self._gate)
        comments = await asyncio.to_thread(
            self._open, held, self._signing.public_key().public_bytes_raw()
        )
        # Rows that somebody slipped in hide nobody, nor do many of one person.
        ripe = _ripe(_people(ballots), waited)
        ballots = ballots if ripe else _of(ballots, closing)
        comments = comments if ripe and _people(comments) >= LEAST else _of(comments, closing)
        if not ballots and not comments:
            return False
        forward = await asyncio.to_thread(self._hold, _messages(ballots))
        follow_ups = [self._hold_follow_up(m) for m in _messages(ballots) if m["kind"] == FOLLOW]
        batch = Batch(self._pseudonym, self._now())
        strange = [row for row, messages in (*ballots, *comments) if messages is None]
        try:
            async with writing(self._database) as connection:
                frontier = await lock_log(connection)
                await _take(connection, tables.staging, [row for row, _ in ballots])
                await _take(connection, tables.held_comments, [row for row, _ in comments])
                await batch.write(
                    connection, frontier, _messages(ballots), _messages(comments), self._sign
                )
                await rewrite_counts(
                    connection, {message["campaign"] for message in _messages(ballots)}
                )
                await insert_all(connection, tables.held_comments, forward)
                await insert_all(connection, tables.held_follow_ups, follow_ups)
                await insert_all(
                    connection, tables.refused, [_kept(row, self._now()) for row in strange]
                )
        except BatchTaken:
            return True
        self._since = None
        if strange:
            log.error("%d sealed messages are not the gate's and were kept aside", len(strange))
        return len(staged) == most or bool(closing)

    def _waited(self, staged: bool) -> float:
        """Seconds since something was first seen to wait, by a clock that never jumps."""
        time = asyncio.get_running_loop().time()
        self._since = (time if self._since is None else self._since) if staged else None
        return 0.0 if self._since is None else time - self._since

    async def _read(self, table: Table, most: int) -> list[Any]:
        async with reading(self._database) as connection:
            return list(await connection.execute(select(table).order_by(table.c.id).limit(most)))

    def _open(self, rows: Sequence[Any], signer: bytes) -> list[Opened]:
        """Each sealed row with its messages; with None when it holds none by ``signer``."""
        found = {name: self._ring.find(_box(name)) for name in {row.box for row in rows}}
        opener = EnvelopeOpener({name: secret for name, secret in found.items() if secret}, signer)
        return [(row, _opened(opener, row)) for row in rows]

    def _hold(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """The comments of a batch for a later one, a parcel for each campaign.

        An empty one is held too, so that nobody sees who wrote one.
        """
        held: dict[str, list[Message]] = {}
        for message in (message for message in messages if message["kind"] not in UNLOGGED_KINDS):
            voter = self._pseudonym(
                "comment", message["campaign"], bytes.fromhex(message["voter"])
            ).hex()
            kept = {name: message[name] for name in ("kind", "campaign")} | {"voter": voter}
            if message["kind"] == BALLOT:
                kept |= {"unit": message["ballot"]["unit"], "text": message["text"]}
            held.setdefault(message["campaign"], []).append(kept)
        return [self._parcel(messages) for messages in held.values()]

    def _parcel(self, messages: Sequence[Message]) -> dict[str, Any]:
        return {
            "box": self._box.id,
            "sealed": seal(self._box, sign_and_pad(messages, self._signing.sign)),
        }

    def _hold_follow_up(self, message: Message) -> dict[str, Any]:
        """A follow-up until its day is over: whoever sees it appear then cannot tell after which ballot it was left."""
        kept = {name: value for name, value in message.items() if name != "voter"}
        return self._parcel([kept]) | {"due": message["due"]}

    async def open_follow_ups(self) -> None:
        """Hand the offices what was left until midnight, in an order drawn by lot."""
        columns = tables.held_follow_ups.c
        query = (
            select(tables.held_follow_ups)
            .where(columns.due <= self._now())
            .order_by(columns.id)
            .limit(READ_AT_ONCE)
        )
        async with reading(self._database) as connection:
            rows = list(await connection.execute(query))
        if not rows:
            return
        opened = await asyncio.to_thread(
            self._open, rows, self._signing.public_key().public_bytes_raw()
        )
        async with writing(self._database) as connection:
            await _take(connection, tables.held_follow_ups, rows)
            await store_requests(connection, _messages(opened))

    def _pseudonym(self, purpose: str, campaign: str, voter: bytes) -> bytes:
        return hmac.digest(
            self._ring.find_or_create(CAMPAIGN + campaign),
            purpose.encode() + b"|" + voter,
            "sha256",
        )


class RemoteMixer:
    """Stands in the service for a mixer that is a process of its own.

    Args:
        database: where both meet.
        key: the log's public key, as `VerifierKey.write` wrote it.
        origin: the log's name.

    Raises:
        BadInput: the key is of another log.
    """

    def __init__(self, database: AsyncEngine, key: str, origin: str) -> None:
        self._database = database
        self.key = read_key(key)
        if self.key.name != origin:
            raise BadInput(
                f"this is the key of «{self.key.name}», and MINPING_LOG_ORIGIN is «{origin}»",
                "MINPING_LOG_KEY",
            )

    async def turn(self) -> None:
        """Nothing: the other process takes its turns."""

    async def wait(self, seconds: float = 15.0) -> bool:
        """Until the other process has nothing left to open, to close or to publish; False when that takes longer."""
        end = asyncio.get_running_loop().time() + seconds
        while await self._waits():
            if asyncio.get_running_loop().time() >= end:
                return False
            await asyncio.sleep(POLL_SECONDS)
        return True

    async def _waits(self) -> bool:
        states = (
            select(tables.campaigns.c.id)
            .where(tables.campaigns.c.state.in_(("opening", "closing")))
            .limit(1)
        )
        async with reading(self._database) as connection:
            for query in (states, select(tables.notices.c.id).limit(1)):
                if (await connection.execute(query)).first():
                    return True
        return False


async def destroy_closed_secrets(database: AsyncEngine, ring: Keyring, lead: str = "") -> None:
    """Destroy the secrets, named by ``lead`` and the campaign, of all campaigns that are closed.

    Looked for again and again: a process that is killed between the close and this must not leave one behind.
    """
    named = [name.removeprefix(lead) for name in ring.names() if name.startswith(lead)]
    if named:
        columns = tables.campaigns.c
        query = select(columns.id).where(columns.id.in_(named), columns.state == "closed")
        async with reading(database) as connection:
            for campaign in (await connection.execute(query)).scalars():
                ring.destroy(lead + campaign)


def _box(name: str) -> str:
    return f"box-{name}"


def _opened(opener: EnvelopeOpener, row: Any) -> list[Message] | None:
    try:
        return opener.open(row.box, row.sealed)
    except WrongMixerKey:
        return None


def _ripe(people: int, waited: float) -> bool:
    """Whether there are enough to hide among."""
    return people >= BATCH or (people >= LEAST and waited >= PATIENCE)


def _people(opened: Sequence[Opened]) -> int:
    """How many people something comes from that will be seen in the log: who sends much hides nobody."""
    seen = (message for message in _messages(opened) if message["kind"] not in UNLOGGED_KINDS)
    return len({(message["campaign"], message["voter"]) for message in seen})


def _of(opened: Sequence[Opened], campaigns: Set[str]) -> list[Opened]:
    """The parcels of some campaigns, each of which is of one, and the rows that hold none and are to be kept aside."""
    return [
        (row, messages)
        for row, messages in opened
        if not messages or messages[0]["campaign"] in campaigns
    ]


def _messages(opened: Sequence[Opened]) -> list[Message]:
    return [message for _, messages in opened for message in messages or ()]


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
            raise BatchTaken("the batch was taken by another mixer")


async def _count_all(connection: AsyncConnection, campaign: str) -> str:
    """The text of the campaign's closing."""

    async def count(column: Any, table: Table) -> int:
        query = select(func.count(column)).where(table.c.campaign == campaign)
        return int((await connection.execute(query)).scalar_one())

    return closing_body(
        campaign,
        counted=await count(tables.ballots.c.id, tables.ballots),
        superseded=await count(tables.superseded.c.position, tables.superseded),
        withdrawn=await count(tables.withdrawals.c.position, tables.withdrawals),
        voters=await count(distinct(tables.ballots.c.voter), tables.ballots),
    )
