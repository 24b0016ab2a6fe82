"""The mixer: opens sealed envelopes in batches, draws their order and writes ballots and log.

It never learns whose a ballot is: it gets the gate's pseudonym and stores one of its own key.
What it writes stands in another order and another transaction than what the gate wrote.
Comments pass it twice: a comment appears in a later batch than its ballot, under a pseudonym that
nothing joins to the ballot's.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ballots.batch import UNLOGGED_KINDS, Batch
from bot.ballots.close_check import check_ballots, count_all, hold_or_release, logged_closing
from bot.ballots.desk_orders import DeskOrders, keep_aside, signatures, warn_of
from bot.ballots.gate import no_gate_work
from bot.ballots.held_requests import store_requests
from bot.ballots.mixed_numbers import MixedNumbers, StateChanged
from bot.ballots.mixer_keys import MixerKeys, key_name
from bot.ballots.numbers_at_close import NumbersAtClose
from bot.ballots.quota_places import delete_quota_marks, rewrite_counts
from bot.ballots.refused import CLOSED, REPEATED, Opened, open_row, refuse
from bot.ballots.stored_forms import BALLOT, END, FOLLOW, FORM, Submission
from bot.campaigns.campaign_keys import MIXER, check_keys, remember_key
from bot.campaigns.registration import REGISTRATION
from bot.campaigns.states import CLOSED as STATE_CLOSED
from bot.campaigns.states import CLOSING, HELD, OPEN
from bot.core.clock import Clock
from bot.crypto.gate_keys import KeyMissing, Keyring
from bot.crypto.note_signatures import public_key as log_key
from bot.crypto.sealed_envelopes import (
    EnvelopeOpener,
    seal,
    sign_and_pad,
)
from bot.storage.bulk import insert_all
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.acts import announce_keys
from bot.transparency.desk import desk_name
from bot.transparency.guard import Guard
from bot.transparency.guarded_log import GuardedLog
from bot.transparency.known_desk import demand_desk
from bot.transparency.log_entry import act_entry
from bot.transparency.logged_acts import LoggedActs
from survey_flows.errors import MinpingError
from survey_flows.signed_notes import ED25519, VerifierKey

log = logging.getLogger(__name__)

BATCH, LEAST, PATIENCE = 50, 10, 3600.0
"""A batch has `BATCH` people, or `LEAST` after `PATIENCE` seconds; fewer are mixed at the close."""
MAX_SUBMISSIONS = 75
"""The most submissions of a batch, unless few people sent them: writing makes citizens wait."""
READ_AT_ONCE = 1000
SECONDS_BETWEEN_BATCHES = 0.05
"""Seconds between two batches, in which citizens are served."""
LOG_KEY, GUARD = "log", "guard"
CAMPAIGN = "campaign-"


class BatchTaken(MinpingError):
    """Another mixer took the batch first; nothing was written."""


class Mixer:
    """One log's mixer; `turn` does its present work.

    ``gate_work`` is what the gate does before each turn, when it is in the same process.

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
        self._keyless: Set[str] = frozenset()
        self._turn = asyncio.Lock()
        guard = Guard(ring.folder / GUARD)
        self._log = GuardedLog(database, guard, partial(ring.demand, LOG_KEY), origin)
        self._orders = DeskOrders(LoggedActs(guard), desk, origin)
        self._numbers_at_close = NumbersAtClose(self._campaign_secret)
        self.gate_work: Callable[[], Awaitable[None]] = no_gate_work
        self.desk_key = VerifierKey(desk_name(origin), ED25519, desk) if desk else None
        """The key that signs what somebody ordered; none where nothing is logged."""
        self.gate_key: VerifierKey | None = None
        """The key with which the gate signs ballots, once it does."""

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
        if self._desk:
            await asyncio.to_thread(demand_desk, self._log.guard.folder, self._desk, self._origin)
        if self.desk_key or self.gate_key:
            async with self._log.open() as opened:
                # An empty log tells of the keys with its first act.
                if opened.size:
                    await announce_keys(opened, self.desk_key, self.gate_key, self._now())
        self._started = True

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
            await self._publish()
            await self.release_requests()
            over = await self._in_state(CLOSING) | await self._in_state(HELD)
            closing = await self._orders.closes(over, self._now())
            while await self.mix(closing):  # noqa: ASYNC110 - each turn mixes a batch
                await asyncio.sleep(SECONDS_BETWEEN_BATCHES)
            for campaign in sorted(closing - self._keyless):
                await self._close(campaign)
            await destroy_closed_secrets(self._database, self._ring, CAMPAIGN)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    async def _publish(self) -> None:
        """Log the acts that wait, if the desk has signed them, and open what they register.

        The definition is logged before the campaign opens (R4: rules first, answers after).
        """
        rows = await self._read(tables.notices, MAX_SUBMISSIONS)
        if not rows:
            return  # Writing would take a lock that citizens need.
        # Another mixer of the same log, in a command or the service, may have been quicker.
        with suppress(BatchTaken):
            async with self._log.open() as opened:
                await _take(opened.connection, tables.notices, rows)
                acts, refused = await self._orders.judge(opened.connection, rows)
                if acts:
                    await announce_keys(opened, self.desk_key, self.gate_key, self._now())
                for position, act in enumerate(acts, opened.size):
                    if act.kind == REGISTRATION:
                        await self._open_campaign(opened.connection, act.campaign, position)
                entries = [
                    act_entry(act.kind, act.campaign, act.name, act.body, signatures(act))
                    for act in acts
                ]
                await opened.append(entries, self._now())
                await keep_aside(opened.connection, refused, self._now())
            warn_of(refused)

    async def _open_campaign(
        self, connection: AsyncConnection, campaign: str, position: int
    ) -> None:
        """Open a campaign; this alone makes the mixer's key of it."""
        await remember_key(
            connection, campaign, MIXER, self._ring.find_or_create(CAMPAIGN + campaign)
        )
        opened = update(tables.campaigns).where(tables.campaigns.c.id == campaign)
        await connection.execute(opened.values(state=OPEN, registered=position))

    async def _in_state(self, state: str) -> set[str]:
        query = select(tables.campaigns.c.id).where(tables.campaigns.c.state == state)
        async with reading(self._database) as connection:
            return set((await connection.execute(query)).scalars())

    async def _close(self, campaign: str) -> None:
        """Log what a campaign counted, once all of it has been mixed and checked."""
        async with reading(self._database) as connection:
            closed_before = await logged_closing(connection, campaign)
        # A check after the close may hold a campaign whose numbers went with its close.
        if closed_before or not await self._numbers_at_close.due(self._database, campaign):
            return
        findings = await check_ballots(self._database, campaign, self._log.guard)
        await hold_or_release(self._database, campaign, findings)
        if findings:
            found = ", ".join(finding.id for finding in findings)
            log.error("the close of campaign %s is held: %s", campaign, found)
            return
        columns = tables.campaigns.c
        async with self._log.open() as opened:
            connection = opened.connection
            lost = await self._numbers_at_close.settle(connection, campaign)
            statement = update(tables.campaigns).where(
                columns.id == campaign, columns.state == CLOSING
            )
            if (
                lost is not None
                and (await connection.execute(statement.values(state=STATE_CLOSED))).rowcount
            ):
                await delete_quota_marks(connection, campaign)
                await delete_streams(connection, campaign)
                body = await count_all(connection, campaign, lost.missing, lost.unended)
                entry = opened.own_act("closing", campaign, campaign, body)
                await opened.append([entry], self._now())

    async def mix(self, closing: Set[str] = frozenset()) -> bool:
        """Mix one batch if there is one; return whether there may be another.

        Of the ``closing`` campaigns everything is mixed, however little.
        Nothing of another campaign goes with it that is not ripe by itself:
        closing one campaign must not uncover the few who have just rated in another.
        """
        staged, held = (
            await self._read(tables.staging, MAX_SUBMISSIONS),
            await self._read(tables.held_comments, READ_AT_ONCE),
        )
        waited = self._waited(bool(staged))
        if not _ripe(len(staged), waited) and not (closing and (staged or held)):
            return False
        most, ballots = MAX_SUBMISSIONS, await self._opened(staged, "staging")
        while len(staged) == most and not _ripe(_people(ballots), waited):
            # One person who sends without end must not keep all others waiting.
            most *= 2
            staged = await self._read(tables.staging, most)
            ballots = await self._opened(staged, "staging")
        comments = await self._opened(held, "held_comments")
        # Neither foreign rows nor many of one person hide anybody.
        ripe = _ripe(_people(ballots), waited)
        ballots = ballots if ripe else _of(ballots, closing)
        comments = comments if ripe and _people(comments) >= LEAST else _of(comments, closing)
        if not ballots and not comments:
            return False
        numbers = MixedNumbers(self._campaign_secret)
        ballots, comments = await self._accepted(numbers, ballots, comments)
        submitted = [one for one in _submissions(ballots) if one["kind"] != END]
        forward = await asyncio.to_thread(self._hold, submitted)
        follow_ups = [self._hold_request(one) for one in submitted if one["kind"] == FOLLOW]
        batch = Batch(self._pseudonym, self._now())
        foreign = [one for one in (*ballots, *comments) if one.refused]
        try:
            async with self._log.open() as opened:
                connection = opened.connection
                await _take(connection, tables.staging, [one.row for one in ballots])
                await _take(connection, tables.held_comments, [one.row for one in comments])
                await numbers.write(connection)
                await batch.write(opened, submitted, _submissions(comments))
                await rewrite_counts(connection, {one["campaign"] for one in submitted})
                await insert_all(connection, tables.held_comments, forward)
                await insert_all(connection, tables.held_follow_ups, follow_ups)
                await refuse(connection, foreign, self._now())
        except (BatchTaken, StateChanged):
            return True
        self._since = None
        _warn(foreign)
        return len(staged) == most or bool(closing)

    async def _accepted(
        self, numbers: MixedNumbers, ballots: Sequence[Opened], comments: Sequence[Opened]
    ) -> tuple[list[Opened], list[Opened]]:
        """Refuse what came before, and what a closed campaign can take no more.

        The numbers are dropped here: nothing of them is stored with a ballot.
        """
        named = {one["campaign"] for one in _submissions((*ballots, *comments))}
        async with reading(self._database) as connection:
            over = await _closed(connection, named)
            await numbers.read(connection, named - over)
        return (
            [_taken(one, over, numbers) for one in ballots],
            [one.refuse(CLOSED) if _campaign(one) in over else one for one in comments],
        )

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

    async def _opened(self, rows: Sequence[Any], source: str) -> list[Opened]:
        """Open rows and leave those alone whose campaign has to wait for its key."""
        opened = await asyncio.to_thread(self._open, rows, source)
        return [one for one in opened if _campaign(one) not in self._keyless]

    def _open(self, rows: Sequence[Any], source: str) -> list[Opened]:
        """Open each row of the table ``source``; what no reader takes says why."""
        found = {name: self._ring.find(key_name(name)) for name in {row.box for row in rows}}
        own = self._signing.public_key().public_bytes_raw()
        opener = EnvelopeOpener(
            {name: secret for name, secret in found.items() if secret},
            self._gate if source == "staging" else own,
        )
        return [open_row(opener, row, source) for row in rows]

    def _hold(self, submissions: Sequence[Submission]) -> list[dict[str, Any]]:
        """Seal the comments of a batch for a later one, an envelope for each campaign.

        Empty comments are held too, so that nobody sees which ballots had one.
        """
        held: dict[str, list[Submission]] = {}
        for submission in (
            submission for submission in submissions if submission["kind"] not in UNLOGGED_KINDS
        ):
            voter = self._pseudonym(
                "comment", submission["campaign"], bytes.fromhex(submission["voter"])
            ).hex()
            kept = {name: submission[name] for name in ("kind", "campaign")} | {"voter": voter}
            if submission["kind"] == BALLOT:
                kept |= {"unit": submission["ballot"]["unit"], "text": submission["text"]}
            held.setdefault(submission["campaign"], []).append(kept)
        return [self._sealed_row(submissions) for submissions in held.values()]

    def _sealed_row(self, submissions: Sequence[Submission]) -> dict[str, Any]:
        return {
            "box": self._keys.current.id,
            "sealed": seal(self._keys.current, sign_and_pad(submissions, self._signing.sign, FORM)),
        }

    def _hold_request(self, submission: Submission) -> dict[str, Any]:
        """Seal a request until its day is over.

        Nobody who sees it appear then can tell after which ballot it was left.
        """
        kept = {name: value for name, value in submission.items() if name != "voter"}
        return self._sealed_row([kept]) | {"due": submission["due"]}

    async def release_requests(self) -> None:
        """Hand the requests of past days to the offices, in an order drawn by lot."""
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
        opened = await asyncio.to_thread(self._open, rows, "held_follow_ups")
        foreign = [one for one in opened if one.refused]
        async with writing(self._database) as connection:
            await _take(connection, tables.held_follow_ups, rows)
            await store_requests(connection, _submissions(opened))
            await refuse(connection, foreign, self._now())
        _warn(foreign)

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


def _warn(foreign: Sequence[Opened]) -> None:
    for reason, count in sorted(Counter(one.refused for one in foreign).items()):
        log.error("%d envelopes were refused and kept aside: %s", count, reason)


def _taken(one: Opened, over: Set[str], numbers: MixedNumbers) -> Opened:
    """Return an envelope with its running numbers noted and dropped, or refused."""
    if _campaign(one) in over:
        # What the gate says twice of a campaign's end is no message of a citizen.
        ends = all(submission["kind"] == END for submission in one.submissions)
        return replace(one, submissions=[]) if ends else one.refuse(CLOSED)
    if not all(numbers.add(submission) for submission in one.submissions):
        return one.refuse(REPEATED)
    dropped = [
        {name: value for name, value in submission.items() if name not in ("stream", "number")}
        for submission in one.submissions
    ]
    return replace(one, submissions=dropped)


def _campaign(one: Opened) -> str:
    return str(one.submissions[0]["campaign"]) if one.submissions else ""


async def _closed(connection: AsyncConnection, campaigns: Set[str]) -> set[str]:
    """Return those that take nothing more; a check may hold one after its close."""
    columns = tables.campaigns.c
    query = select(columns.id, columns.state).where(columns.id.in_(campaigns))
    rows = (await connection.execute(query.where(columns.state.in_((STATE_CLOSED, HELD))))).all()
    return {
        row.id
        for row in rows
        if row.state == STATE_CLOSED or await logged_closing(connection, row.id) is not None
    }


async def delete_streams(connection: AsyncConnection, campaign: str) -> None:
    """Delete the running numbers of a campaign, and what was settled about them."""
    for table in (tables.gate_streams, tables.mixed_streams, tables.settlements):
        await connection.execute(delete(table).where(table.c.campaign == campaign))


def _ripe(people: int, waited: float) -> bool:
    """Return whether there are enough people to hide among."""
    return people >= BATCH or (people >= LEAST and waited >= PATIENCE)


def _people(opened: Sequence[Opened]) -> int:
    """Count the people whose submissions the log will show; many of one person hide nobody."""
    seen = (
        submission
        for submission in _submissions(opened)
        if submission["kind"] not in UNLOGGED_KINDS
    )
    return len({(submission["campaign"], submission["voter"]) for submission in seen})


def _of(opened: Sequence[Opened], campaigns: Set[str]) -> list[Opened]:
    """Return the envelopes of some campaigns, and the foreign rows, which are kept aside."""
    return [one for one in opened if not one.submissions or _campaign(one) in campaigns]


def _submissions(opened: Sequence[Opened]) -> list[Submission]:
    return [submission for one in opened for submission in one.submissions]


async def _take(connection: AsyncConnection, table: Table, rows: Sequence[Any]) -> None:
    """Delete the rows that this batch was read from.

    Raises:
        BatchTaken: another mixer has taken some of them.
    """
    if rows:
        statement = delete(table).where(table.c.id.in_([row.id for row in rows]))
        if (await connection.execute(statement)).rowcount != len(rows):
            raise BatchTaken("the batch was taken by another mixer")
