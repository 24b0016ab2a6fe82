"""Sender of queued messages through one account; any number of processes may run one each.

Each account has a sender of its own, with its own pace and silences, so that none waits for the
others.
"""

from __future__ import annotations

import asyncio
import logging
import math
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.clock import Clock
from bot.core.events import event, fault
from bot.crypto.contact_keys import ContactKeys
from bot.crypto.gate_keys import GateKeys
from bot.fieldwork.audience.contacts import set_unreachable
from bot.fieldwork.audience.opt_outs import opt_out_lookups
from bot.fieldwork.outreach.accounts import served_kinds
from bot.fieldwork.outreach.envelopes import Composer, Envelope
from bot.fieldwork.outreach.messenger import NOT_STARTED, Answer, DeliveryOutcome, Messenger
from bot.fieldwork.outreach.outbox import (
    FAILED,
    INVITATION,
    SENT,
    ClaimedMessage,
    Key,
    Push,
    PutBack,
    claim_messages,
    note_handed,
    put_back,
    read_failed_twice,
    read_pushes,
    record_outcomes,
    stop_steps,
)
from bot.fieldwork.outreach.pace import Pace
from bot.fieldwork.outreach.receipts import Awaited, await_receipts, drop_old_receipts
from bot.storage.database import reading, writing
from survey_flows.wording import Wording

log = logging.getLogger(__name__)

HANDFUL = 40
"""Messages in hand at once: the most that a dying process leaves to be sent twice."""
AT_ONCE = 8
"""Calls on their way at once; with answers in 0.2 s that is 40 messages a second."""
IDLE = 0.5
LOOK = 0.25
"""Seconds between two looks at pauses."""
NOTE = 0.05
"""Seconds between two transactions that record outcomes."""
HASTE = 30
"""Seconds before the end of a lease in which nothing is sent: another sender may soon claim it."""
TRIES = 12
FIRST_DELAY, LONGEST_DELAY = 30, 8 * 3600
"""Seconds until the next attempt, doubling: a day without Telegram misses nobody."""
FORGET = 3600.0
"""Seconds between two deletions of references whose receipt never came."""
LEAST_SILENCE = 1.0
"""Seconds of silence of an account that asks for less."""
STOPPED_FOR = 900
"""Seconds after which a message is due again that a provider refused, once the step goes on."""
STALE = 2.0
"""Seconds after which a reading of the pauses is too old to send by."""


@dataclass(slots=True)
class _Settled:
    """Outcomes that are known and not recorded yet."""

    states: dict[Key, str] = field(default_factory=dict)
    later: dict[Key, PutBack] = field(default_factory=dict)
    unreachable: set[bytes] = field(default_factory=set)
    left: set[bytes] = field(default_factory=set)
    failed: dict[Key, bytes] = field(default_factory=dict)
    awaited: list[Awaited] = field(default_factory=list)
    stops: dict[tuple[str, int], str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.states or self.later)

    def add(self, newer: _Settled) -> None:
        """Add what came to be known later."""
        self.states |= newer.states
        self.later |= newer.later
        self.unreachable |= newer.unreachable
        self.left |= newer.left
        self.failed |= newer.failed
        self.awaited += newer.awaited
        self.stops |= newer.stops


class PushSender:
    """One sender of an account's messages. `run` it until it is cancelled.

    Args:
        database: with the queue.
        keys: the gate's keys, which make the tokens of invitations.
        contact_keys: the keys of sealed addresses.
        messenger: writes to the addresses of one kind.
        pace: shared by all senders of the account.
        clock: the present time.
        timezone: the city's time zone, for the hours in which messages are sent.
        words: labels of the buttons.
        site: the service's public address, without a slash at the end, for links.
    """

    def __init__(
        self,
        database: AsyncEngine,
        keys: GateKeys,
        contact_keys: ContactKeys,
        messenger: Messenger,
        pace: Pace,
        clock: Clock,
        timezone: str,
        words: Wording,
        site: str = "",
    ) -> None:
        self._database = database
        self._composer = Composer(keys, contact_keys, messenger, words, site)
        self._contact_keys = contact_keys
        self._messenger = messenger
        self._kind = messenger.account.kind
        self._served: tuple[str, ...] = (self._kind,)
        self._silent_until = 0.0
        self._pace = pace
        self._clock = clock
        self._zone = ZoneInfo(timezone)
        self._pushes: dict[tuple[str, int], Push] = {}
        self._invitations: dict[str, Push] = {}
        self._seen = 0.0
        self._settled = _Settled()

    @property
    def _allowed(self) -> dict[tuple[str, int], Push]:
        """The pushes that may send now; none while that is unknown."""
        return self._pushes if asyncio.get_running_loop().time() - self._seen < STALE else {}

    @property
    def _silence(self) -> float:
        """Seconds for which this account takes no message; 0 when it takes them."""
        own = self._silent_until - asyncio.get_running_loop().time()
        return max(0.0, own, self._messenger.pause_seconds)

    async def run(self) -> None:
        """Send until cancelled; messages in hand are then released for other senders."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch())
                group.create_task(self._keep_noting())
                group.create_task(self._keep_sending())
                group.create_task(self._keep_forgetting())
        finally:
            # Outcomes are recorded to the end, even if a second cancellation comes.
            await asyncio.shield(self._note_quietly())

    async def _keep_sending(self) -> None:
        while True:
            try:
                busy = await self.send_batch()
            except (SQLAlchemyError, OSError) as error:
                log.warning(
                    "nothing can be sent now: %s",
                    type(error).__name__,
                    extra=event("push_failed", account=self._name, **fault(error)),
                )
                busy = False
            except Exception as error:
                # A fault here must not end the service in which citizens rate.
                # The messages in hand were released.
                log.error(
                    "a push failed: %s",
                    type(error).__name__,
                    extra=event("push_failed", account=self._name, **fault(error)),
                )
                busy = False
            if not busy:
                await asyncio.sleep(IDLE)

    async def send_batch(self) -> bool:
        """Claim a handful of messages, send and settle them; False when there were none."""
        if self._silence or not self._allowed:
            return False
        async with writing(self._database) as connection:
            claimed = await claim_messages(
                connection, self._allowed.values(), self._kind, HANDFUL, self._second()
            )
        if not claimed:
            return False
        left = {item.key: item for item in claimed}
        try:
            async with reading(self._database) as connection:
                composed = await self._composer.compose(
                    connection, claimed, self._allowed, self._invitations, self._served
                )
            self._settled.states |= composed.states
            for item in composed.untimely:
                self._put_back(item, 0, untried=True)
            for item, kind in composed.elsewhere:
                self._put_back(item, 0, untried=True, kind=kind)
            envelopes = composed.envelopes
            gate = asyncio.Semaphore(AT_ONCE)
            async with asyncio.TaskGroup() as group:
                for item in claimed:
                    if item.key in envelopes:
                        group.create_task(self._deliver(gate, item, envelopes[item.key], left))
                    else:
                        left.pop(item.key)
        finally:
            for item in left.values():
                self._put_back(item, 0, untried=True)
            # An error here would replace a cancellation, and the service would never stop.
            await asyncio.shield(self._note_quietly())
        return True

    async def _deliver(
        self,
        gate: asyncio.Semaphore,
        item: ClaimedMessage,
        envelope: Envelope,
        left: dict[Key, ClaimedMessage],
    ) -> None:
        async with gate:
            while silence := self._silence:
                if not self._may(item):
                    return
                await asyncio.sleep(min(silence, LOOK))
            try:
                await self._pace.wait_for_slot()
            except OSError:
                return
            if not self._may(item) or self._silence:
                return
            del left[item.key]
            self._settle(item, envelope, await self._send(envelope, item))

    def _settle(self, item: ClaimedMessage, envelope: Envelope, answer: Answer) -> None:
        """Note what follows from an answer, as the design of the eight outcomes says."""
        outcome, key, settled = answer.outcome, item.key, self._settled
        if outcome in (DeliveryOutcome.ACCEPTED, DeliveryOutcome.DELIVERED):
            self._settle_handed(item, envelope, answer)
        elif outcome is DeliveryOutcome.UNREACHABLE:
            settled.unreachable.add(envelope.lookup)
            if envelope.next_kind:
                self._put_back(item, 0, untried=True, kind=envelope.next_kind)
            else:
                settled.states[key] = NOT_STARTED if answer.reason == NOT_STARTED else outcome.value
        elif outcome is DeliveryOutcome.OPTED_OUT:
            settled.left.add(envelope.lookup)
            settled.states[key] = outcome.value
        elif outcome is DeliveryOutcome.LIMITED:
            due = self._second() + max(1, math.ceil(answer.seconds))
            self._put_back(item, due, untried=True)
        elif outcome is DeliveryOutcome.SILENCE:
            seconds = max(LEAST_SILENCE, answer.seconds)
            until = asyncio.get_running_loop().time() + seconds
            self._silent_until = max(self._silent_until, until)
            self._put_back(item, 0, untried=True)
        elif outcome is DeliveryOutcome.REFUSED:
            # Nobody would get it, so nobody is tried in vain: the step waits for staff.
            self._pushes.pop(key[:2], None)
            settled.stops[key[:2]] = f"{self._kind} {answer.reason}"
            log.error(
                "a step was stopped: %s refuses it (%s)",
                self._name,
                answer.reason,
                extra=event("step_stopped", account=self._name),
            )
            self._put_back(item, self._second() + STOPPED_FOR, untried=True)
        elif item.tries < TRIES:
            self._put_back(item, self._second() + min(FIRST_DELAY * 2**item.tries, LONGEST_DELAY))
        else:
            settled.failed[key] = envelope.lookup
            settled.states[key] = FAILED

    def _settle_handed(self, item: ClaimedMessage, envelope: Envelope, answer: Answer) -> None:
        self._settled.states[item.key] = SENT
        if answer.reference and envelope.awaits:
            mark = self._contact_keys.receipt_mark(self._name, answer.reference)
            self._settled.awaited.append(Awaited(mark, item.key, envelope.lookup))

    @property
    def _name(self) -> str:
        return self._messenger.account.name

    async def _send(self, envelope: Envelope, item: ClaimedMessage) -> Answer:
        """Send to the end: a service that stops waits for the answer, lest a message go twice."""
        sending = asyncio.ensure_future(_tried(envelope))
        try:
            return await asyncio.shield(sending)
        except asyncio.CancelledError:
            answer = await sending
            if answer.outcome in (DeliveryOutcome.ACCEPTED, DeliveryOutcome.DELIVERED):
                self._settle_handed(item, envelope, answer)
            else:
                self._put_back(item, 0, untried=True)
            raise

    def _may(self, item: ClaimedMessage) -> bool:
        """Return whether a message may still be sent: its push runs, and its lease lasts."""
        return item.key[:2] in self._allowed and self._second() < item.until - HASTE

    def _put_back(
        self, item: ClaimedMessage, due: int, untried: bool = False, kind: str = ""
    ) -> None:
        self._settled.later[item.key] = PutBack(item.until, due, untried, kind)

    async def _watch(self) -> None:
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, OSError):
                self._pushes = {}  # a push may have been paused meanwhile
            await asyncio.sleep(LOOK)

    async def look(self) -> None:
        """Read which pushes may send now."""
        local = datetime.fromtimestamp(self._second(), self._zone)
        async with reading(self._database) as connection:
            found = await read_pushes(connection, now=self._second())
            self._served = tuple({self._kind, *await served_kinds(connection)})
        begin, end = self._messenger.account.hours
        allowed = [push for push in found if push.may_send(local) and begin <= local.time() <= end]
        # What was refused is stopped, also where that is not recorded yet.
        stops = self._settled.stops
        steps = {(push.campaign, push.step): push for push in allowed}
        self._pushes = {step: push for step, push in steps.items() if step not in stops}
        self._invitations = {push.campaign: push for push in found if push.kind == INVITATION}
        self._seen = asyncio.get_running_loop().time()

    async def _keep_noting(self) -> None:
        while True:
            await self._note_quietly()
            await asyncio.sleep(NOTE)

    async def _keep_forgetting(self) -> None:
        while True:
            try:
                async with writing(self._database) as connection:
                    await drop_old_receipts(connection, self._second())
            except (SQLAlchemyError, OSError) as error:
                log.warning(
                    "old receipts cannot be deleted yet: %s",
                    type(error).__name__,
                    extra=event("push_failed", account=self._name, **fault(error)),
                )
            await asyncio.sleep(FORGET)

    async def _note_quietly(self) -> None:
        try:
            await self.record_outcomes()
        except (SQLAlchemyError, OSError) as error:
            log.warning(
                "outcomes of messages cannot be recorded yet: %s",
                type(error).__name__,
                extra=event("push_failed", account=self._name, **fault(error)),
            )

    async def record_outcomes(self) -> None:
        """Record the outcomes of messages; they are kept for the next time if that fails."""
        settled, self._settled = self._settled, _Settled()
        if not settled:
            return
        try:
            async with writing(self._database) as connection:
                await self._record(connection, settled)
        except BaseException:
            newer, self._settled = self._settled, settled
            self._settled.add(newer)
            raise

    async def _record(self, connection: AsyncConnection, settled: _Settled) -> None:
        now = self._second()
        day = datetime.fromtimestamp(now, self._zone).date()
        await record_outcomes(connection, settled.states)
        sent = [key[:2] for key, state in settled.states.items() if state == SENT]
        await note_handed(connection, sent, now)
        await put_back(connection, settled.later)
        twice = await read_failed_twice(connection, settled.failed)
        lost = settled.unreachable | {settled.failed[key] for key in twice}
        if lost:
            await set_unreachable(connection, lost, day)
        if settled.left:
            await opt_out_lookups(connection, settled.left, day)
        await stop_steps(connection, settled.stops)
        await await_receipts(connection, settled.awaited, now, day)

    def _second(self) -> int:
        return int(self._clock.now().timestamp())


async def _tried(envelope: Envelope) -> Answer:
    """Send and return the answer; after a fault of the messenger the message may be lost."""
    try:
        return await envelope.messenger.send(envelope.address, envelope.message)
    except Exception as error:
        log.error(
            "a message could not be sent: %s",
            type(error).__name__,
            extra=event("push_failed", account=envelope.messenger.account.name, **fault(error)),
        )
        return Answer(DeliveryOutcome.LATER)
