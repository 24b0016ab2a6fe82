"""The mixer: opens sealed envelopes in batches, draws their order and writes ballots and log.

It never learns whose a ballot is: it gets the gate's pseudonym and stores one of its own key.
What it writes stands in another order and another transaction than what the gate wrote.
Comments and presses wait for the close (`bot.ballots.pool`), under pseudonyms that nothing joins to
the ballots'.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Sequence, Set
from contextlib import suppress
from functools import cached_property, partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ballots.accepting import Acceptance
from bot.ballots.batch import UNLOGGED_KINDS, Batch
from bot.ballots.closing import Closing
from bot.ballots.desk_orders import DeskOrders
from bot.ballots.gate import no_gate_work
from bot.ballots.held_requests import store_requests
from bot.ballots.mixed_numbers import MixedNumbers, StateChanged
from bot.ballots.mixer_envelopes import (
    BatchTaken,
    MixerEnvelopes,
    campaign_of,
    submissions_of,
    take,
    tell_refused,
)
from bot.ballots.mixer_keys import MixerKeys, key_name
from bot.ballots.numbers_at_close import NumbersAtClose
from bot.ballots.pool import Pool
from bot.ballots.public_acts import CAMPAIGN, PublicActs, ResultCheck, any_result
from bot.ballots.quota_places import rewrite_counts
from bot.ballots.refused import Opened, refuse
from bot.ballots.stored_forms import END, FOLLOW, PRESSURE, REQUEST_FORM, Submission
from bot.campaigns.campaign_keys import MIXER, check_keys
from bot.campaigns.states import CLOSING, HELD, OPEN, OPENING, PAUSED
from bot.core.clock import Clock
from bot.crypto.gate_signatures import gate_key
from bot.crypto.keyrings import KeyMissing, Keyring
from bot.crypto.note_signatures import public_key as log_key
from bot.storage.bulk import insert_all
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.acts import LostGate, announce_keys, demand_gate, lost_gates
from bot.transparency.desk import desk_name
from bot.transparency.entry_bodies import KEYS
from bot.transparency.guard import Guard
from bot.transparency.guarded_log import GuardedLog
from bot.transparency.known_desk import demand_desk
from bot.transparency.known_log import know_log
from bot.transparency.logged_acts import LoggedActs
from survey_flows.log_entries import LOG_ITSELF
from survey_flows.signed_notes import ED25519, VerifierKey

BATCH, LEAST, PATIENCE = 50, 10, 3600.0
"""A batch has `BATCH` people, or `LEAST` after `PATIENCE` seconds; fewer are mixed at the close."""
MAX_SUBMISSIONS = 75
"""The most submissions of a batch, unless few people sent them: writing makes citizens wait."""
READ_AT_ONCE = 1000
SECONDS_BETWEEN_BATCHES = 0.05
"""Seconds between two batches, in which citizens are served."""
LOG_KEY, GUARD = "log", "guard"

REGISTERED = frozenset((OPEN, PAUSED, CLOSING, HELD))
"""States of a campaign that was registered and is not closed."""


class Mixer:
    """One log's mixer; `turn` does its present work.

    ``gate_work`` is what the gate does before each turn, when it is in the same process;
    ``result_check`` says whether a result follows from the ballots (`bot.verification`).

    Args:
        database: where the gate stages its submissions.
        ring: the mixer's secrets: the log's key, mixer keys, and one for each campaign.
        gate: the gate's public key.
        desk: the desk's public key; acts that it has not signed are refused.
        origin: the log's name.
        clock: the present time.
    """

    def __init__(
        self,
        database: AsyncEngine,
        ring: Keyring,
        gate: bytes,
        desk: bytes,
        origin: str,
        clock: Clock,
    ) -> None:
        self._database = database
        self._ring = ring
        self._gate = gate
        self._desk = desk
        self._origin = origin
        self._clock = clock
        self._since: float | None = None
        self._started = False
        self._announced = False
        self._keyless: Set[str] = frozenset()
        self._turn = asyncio.Lock()
        guard = Guard(ring.folder / GUARD)
        self._log = GuardedLog(database, guard, partial(ring.demand, LOG_KEY), origin)
        self.gate_work: Callable[[], Awaitable[None]] = no_gate_work
        self.result_check: ResultCheck = any_result
        self._logged = LoggedActs(guard)
        self._lost_gates: Sequence[LostGate] = ()
        self._orders = DeskOrders(LoggedActs(guard), desk, origin)
        self.desk_key = VerifierKey(desk_name(origin), ED25519, desk) if desk else None
        """The key that signs what somebody ordered; none in a command that logs nothing."""
        self.gate_key = gate_key(origin, gate) if gate else None
        """The key with which the gate signs ballots; none in a command that mixes nothing."""

    @property
    def key(self) -> VerifierKey:
        """The public key by which everybody checks the log's checkpoints, after `start`."""
        return log_key(self._ring.demand(LOG_KEY), self._origin)

    @cached_property
    def _signing(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._ring.demand(LOG_KEY))

    @cached_property
    def _keys(self) -> MixerKeys:
        return MixerKeys(self._database, self._ring, self._signing, self._clock)

    @cached_property
    def _envelopes(self) -> MixerEnvelopes:
        return MixerEnvelopes(
            self._ring,
            lambda: [self._gate, *(gate.key.public for gate in self._lost_gates)],
            self._signing,
            lambda: self._keys.current,
        )

    @cached_property
    def _pool(self) -> Pool:
        return Pool(self._database, self._log, self._envelopes, self._now)

    @cached_property
    def _acts(self) -> PublicActs:
        parts = (self._database, self._log, self._orders, self._ring, self._now)
        return PublicActs(*parts, self.result_check)

    @cached_property
    def _closing(self) -> Closing:
        numbers = NumbersAtClose(self._campaign_secret)
        return Closing(self._database, self._log, self._pool, numbers, self._signer, self._now)

    @property
    def log(self) -> GuardedLog:
        """The log with its guard."""
        return self._log

    async def start(self) -> None:
        """Make the log's key for an empty log; demand it and its guard for every other one.

        Raises:
            KeyMissing: the log has entries, and the key that signed them is not in its file.
            LogRefused: the log's rows are not those that the guard knows.
            DeskChanged: the desk's key is not the one that the guard knows.
        """
        if self._started:
            return
        if not self._ring.path(LOG_KEY).exists():
            if self._log.guard.exists or await self._log_has_entries():
                raise KeyMissing(self._ring.path(LOG_KEY))
            self._ring.find_or_create(LOG_KEY)
        await self._log.start()
        know_log(self._database, self.key)
        await self._logged.refresh()
        bodies = self._logged.bodies(KEYS, LOG_ITSELF)
        self._lost_gates = lost_gates(bodies, self._origin)
        if self._desk:
            await asyncio.to_thread(demand_desk, self._log.guard.folder, self._desk, self._origin)
        self._started = True

    async def _announce_keys(self) -> None:
        """Log which keys sign from here on, once a process, as soon as anything needs them.

        Raises:
            GateChanged: the gate's key is another one, and a campaign is open.
        """
        if self._announced or not (self.desk_key or self.gate_key):
            return
        columns = tables.campaigns.c
        live = select(columns.state).where(columns.state.in_((OPENING, *REGISTERED))).distinct()
        async with reading(self._database) as connection:
            states = set((await connection.execute(live)).scalars())
        if self.gate_key and states & REGISTERED:
            demand_gate(self._logged.bodies(KEYS, LOG_ITSELF), self.gate_key)
        if states or await self._acts.waits():
            async with self._log.open() as opened:
                await announce_keys(opened, self.desk_key, self.gate_key, self._now())
            self._announced = True

    async def _log_has_entries(self) -> bool:
        query = select(tables.log_entries.c.position).limit(1)
        async with reading(self._database) as connection:
            return (await connection.execute(query)).first() is not None

    def holds(self, box: str) -> bool:
        """Return whether the secret of a mixer key is there."""
        return self._ring.find(key_name(box)) is not None

    async def turn(self) -> None:
        """Open and close the campaigns that wait for it, and mix when there is a batch."""
        async with self._turn:
            await self.start()
            await self._keys.renew()
            self._keyless = frozenset(await check_keys(self._database, MIXER, self._ring, CAMPAIGN))
            await self.gate_work()
            await self._announce_keys()
            await self._acts.publish()
            await self.release_requests()
            await self._merge_pool()
            over = await self._in_state(CLOSING) | await self._in_state(HELD)
            closing = await self._orders.closes(over, self._now())
            while await self.mix(closing):  # noqa: ASYNC110 - each turn mixes a batch
                await asyncio.sleep(SECONDS_BETWEEN_BATCHES)
            for campaign in sorted(closing - self._keyless):
                await self._closing.close(campaign)
            await destroy_closed_secrets(self._database, self._ring, CAMPAIGN)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    async def _in_state(self, state: str) -> set[str]:
        query = select(tables.campaigns.c.id).where(tables.campaigns.c.state == state)
        async with reading(self._database) as connection:
            return set((await connection.execute(query)).scalars())

    async def _merge_pool(self) -> None:
        # Another mixer may have changed what waits; the next turn looks again.
        with suppress(BatchTaken):
            await self._pool.merge()

    async def mix(self, closing: Set[str] = frozenset()) -> bool:
        """Mix one batch if there is one; return whether there may be another.

        Of the ``closing`` campaigns everything is mixed, however little.
        Nothing of another campaign goes with it that is not ripe by itself:
        closing one campaign must not uncover the few who have just rated in another.
        """
        staged = await self._read(tables.staging, MAX_SUBMISSIONS)
        waited = self._waited(bool(staged))
        if not _ripe(len(staged), waited) and not (closing and staged):
            return False
        most, ballots = MAX_SUBMISSIONS, await self._opened(staged)
        while len(staged) == most and not _ripe(_people(ballots), waited):
            # One person who sends without end must not keep all others waiting.
            most *= 2
            staged = await self._read(tables.staging, most)
            ballots = await self._opened(staged)
        # Neither foreign rows nor many of one person hide anybody.
        ripe = _ripe(_people(ballots), waited)
        ballots = _in_company(ballots, closing) if ripe else _of(ballots, closing)
        if not ballots:
            return False
        numbers = MixedNumbers(self._campaign_secret)
        acceptance = Acceptance(self._signer, self._lost_gates, self._origin, numbers)
        async with reading(self._database) as connection:
            ballots = await acceptance.sort(connection, ballots)
        submitted = [one for one in submissions_of(ballots) if one["kind"] != END]
        waiting = await asyncio.to_thread(self._pool.batch_rows, submitted, self._pseudonym)
        follow_ups = [self._hold_request(one) for one in submitted if one["kind"] == FOLLOW]
        batch = Batch(self._pseudonym, self._now())
        foreign = [one for one in ballots if one.refused]
        try:
            async with self._log.open() as opened:
                connection = opened.connection
                await take(connection, tables.staging, [one.row for one in ballots])
                await numbers.write(connection)
                await acceptance.remember(connection)
                await batch.write(opened, submitted)
                await rewrite_counts(connection, {one["campaign"] for one in submitted})
                await insert_all(connection, tables.held_comments, waiting)
                await insert_all(connection, tables.held_follow_ups, follow_ups)
                await refuse(connection, foreign, self._now())
        except (BatchTaken, StateChanged):
            return True
        self._since = None
        tell_refused(foreign)
        return len(staged) == most or bool(closing)

    @property
    def _signer(self) -> VerifierKey:
        return self.gate_key or gate_key(self._origin, self._gate)

    def _campaign_secret(self, campaign: str) -> bytes:
        return self._ring.demand(CAMPAIGN + campaign)

    def _waited(self, staged: bool) -> float:
        """Return the seconds since something waits, by a clock that never jumps."""
        time = asyncio.get_running_loop().time()
        self._since = (time if self._since is None else self._since) if staged else None
        return 0.0 if self._since is None else time - self._since

    async def _read(self, table: Table, most: int) -> list[Any]:
        async with reading(self._database) as connection:
            return list(await connection.execute(select(table).order_by(table.c.id).limit(most)))

    async def _opened(self, rows: Sequence[Any]) -> list[Opened]:
        """Open staged rows and leave those alone whose campaign has to wait for its key."""
        opened = await self._envelopes.open(rows, "staging")
        return [one for one in opened if campaign_of(one) not in self._keyless]

    def _hold_request(self, submission: Submission) -> dict[str, Any]:
        """Seal a request until its day is over.

        Nobody who sees it appear then can tell after which ballot it was left.
        """
        kept = {name: value for name, value in submission.items() if name != "voter"}
        return self._envelopes.sealed_row([kept], REQUEST_FORM) | {"due": submission["due"]}

    async def release_requests(self) -> None:
        """Hand the requests of past days to the offices, in an order drawn by lot."""
        columns = tables.held_follow_ups.c
        query = (
            select(tables.held_follow_ups)
            .where(columns.due <= self._now())
            # A day with more than are read at once must not be told in the order of its hours.
            .order_by(columns.due, func.random())
            .limit(READ_AT_ONCE)
        )
        async with reading(self._database) as connection:
            rows = list(await connection.execute(query))
        if not rows:
            return
        opened = await self._envelopes.open(rows, "held_follow_ups")
        foreign = [one for one in opened if one.refused]
        async with writing(self._database) as connection:
            await take(connection, tables.held_follow_ups, rows)
            await store_requests(connection, submissions_of(opened))
            await refuse(connection, foreign, self._now())
        tell_refused(foreign)

    def _pseudonym(self, purpose: str, campaign: str, voter: bytes) -> bytes:
        return hmac.digest(
            self._campaign_secret(campaign), purpose.encode() + b"|" + voter, "sha256"
        )


async def destroy_closed_secrets(database: AsyncEngine, ring: Keyring, lead: str = "") -> None:
    """Destroy the secrets, named by ``lead`` and the campaign, of all closed campaigns.

    Callers repeat this, because a process that is killed after the close leaves a secret behind.
    """
    named = [name.removeprefix(lead) for name in ring.names() if name.startswith(lead)]
    if named:
        columns = tables.campaigns.c
        query = select(columns.id).where(columns.id.in_(named), columns.state == "closed")
        async with reading(database) as connection:
            for campaign in (await connection.execute(query)).scalars():
                ring.destroy(lead + campaign)


def _ripe(people: int, waited: float) -> bool:
    """Return whether there are enough people to hide among."""
    return people >= BATCH or (people >= LEAST and waited >= PATIENCE)


def _people(opened: Sequence[Opened]) -> int:
    """Count the people whose submissions the log will show; many of one person hide nobody."""
    seen = (
        submission
        for submission in submissions_of(opened)
        if submission["kind"] not in UNLOGGED_KINDS
    )
    return len({(submission["campaign"], submission["voter"]) for submission in seen})


def _of(opened: Sequence[Opened], campaigns: Set[str]) -> list[Opened]:
    """Return the envelopes of some campaigns, and the foreign rows, which are kept aside."""
    return [one for one in opened if not one.submissions or campaign_of(one) in campaigns]


def _in_company(opened: Sequence[Opened], closing: Set[str]) -> list[Opened]:
    """Leave presses alone in whose campaign nobody rates in this batch.

    Of a campaign with few ballots one could else guess that the latest one is the presser's.
    """
    seen = (one for one in submissions_of(opened) if one["kind"] not in UNLOGGED_KINDS)
    rated = {one["campaign"] for one in seen} | closing
    return [
        one
        for one in opened
        if campaign_of(one) in rated or all(it["kind"] != PRESSURE for it in one.submissions)
    ]
