"""Sender of queued messages at the bot's pace; any number of processes may run one each."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.clock import Clock
from bot.crypto.contact_keys import ContactKeys
from bot.crypto.gate_keys import GateKeys
from bot.fieldwork.audience.contacts import set_unreachable
from bot.fieldwork.outreach.envelopes import Composer, Envelope
from bot.fieldwork.outreach.messenger import DeliveryOutcome, Messenger
from bot.fieldwork.outreach.outbox import (
    INVITATION,
    SENT,
    ClaimedMessage,
    Key,
    Push,
    PutBack,
    claim_messages,
    note_handed,
    put_back,
    read_pushes,
    record_outcomes,
)
from bot.fieldwork.outreach.pace import Pace
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
STALE = 2.0
"""Seconds after which a reading of the pauses is too old to send by."""


@dataclass(slots=True)
class _Settled:
    """Outcomes that are known and not recorded yet."""

    states: dict[Key, str] = field(default_factory=dict)
    later: dict[Key, PutBack] = field(default_factory=dict)
    unreachable: set[bytes] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.states or self.later)


class PushSender:
    """One sender of queued messages. `run` it until it is cancelled.

    Args:
        database: with the queue.
        keys: the gate's keys, which make the tokens of invitations.
        contact_keys: the keys of sealed addresses.
        messengers: by channel.
        pace: shared by all senders of the bot.
        clock: the present time.
        timezone: the city's time zone, for the hours in which messages are sent.
        words: labels of the buttons.
    """

    def __init__(
        self,
        database: AsyncEngine,
        keys: GateKeys,
        contact_keys: ContactKeys,
        messengers: Mapping[str, Messenger],
        pace: Pace,
        clock: Clock,
        timezone: str,
        words: Wording,
    ) -> None:
        self._database = database
        self._composer = Composer(keys, contact_keys, messengers, words)
        self._messengers = messengers
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

    async def run(self) -> None:
        """Send until cancelled; messages in hand are then released for other senders."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch())
                group.create_task(self._keep_noting())
                group.create_task(self._keep_sending())
        finally:
            # Outcomes are recorded to the end, even if a second cancellation comes.
            await asyncio.shield(self._note_quietly())

    async def _keep_sending(self) -> None:
        while True:
            try:
                busy = await self.send_batch()
            except (SQLAlchemyError, OSError) as error:
                log.warning("nothing can be sent now: %s", type(error).__name__)
                busy = False
            except Exception as error:
                # A fault here must not end the service in which citizens rate.
                # The messages in hand were released.
                log.error("a push failed: %s", type(error).__name__)
                busy = False
            if not busy:
                await asyncio.sleep(IDLE)

    async def send_batch(self) -> bool:
        """Claim a handful of messages, send and settle them; False when there were none."""
        paused = any(messenger.pause_seconds for messenger in self._messengers.values())
        if paused or not self._allowed:
            return False
        async with writing(self._database) as connection:
            claimed = await claim_messages(
                connection, self._allowed.values(), HANDFUL, self._second()
            )
        if not claimed:
            return False
        left = {item.key: item for item in claimed}
        try:
            async with reading(self._database) as connection:
                composed = await self._composer.compose(
                    connection, claimed, self._allowed, self._invitations
                )
            self._settled.states |= composed.states
            for item in composed.untimely:
                self._put_back(item, 0, untried=True)
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
        messenger, address = envelope.messenger, envelope.address
        async with gate:
            while messenger.pause_seconds:
                if not self._may(item):
                    return
                await asyncio.sleep(min(messenger.pause_seconds, LOOK))
            try:
                await self._pace.wait_for_slot()
            except OSError:
                return
            if not self._may(item) or messenger.pause_seconds:
                return
            del left[item.key]
            outcome = await self._send(envelope, item)
            if outcome is DeliveryOutcome.LIMITED:
                seconds = math.ceil(messenger.recipient_pause(address))
                self._put_back(item, self._second() + seconds, untried=True)
            else:
                self._settle(item, envelope, outcome)

    def _settle(self, item: ClaimedMessage, envelope: Envelope, outcome: DeliveryOutcome) -> None:
        if outcome in (DeliveryOutcome.UNREACHABLE, DeliveryOutcome.NOT_STARTED):
            self._settled.unreachable.add(envelope.lookup)
            if not envelope.last:
                self._put_back(item, 0, untried=True)
                return
        if outcome is DeliveryOutcome.SILENCE:
            self._put_back(item, 0, untried=True)
        elif outcome is DeliveryOutcome.LATER and item.tries < TRIES:
            self._put_back(item, self._second() + min(FIRST_DELAY * 2**item.tries, LONGEST_DELAY))
        else:
            self._settled.states[item.key] = (
                DeliveryOutcome.FAILED if outcome is DeliveryOutcome.LATER else outcome
            ).value

    async def _send(self, envelope: Envelope, item: ClaimedMessage) -> DeliveryOutcome:
        """Send to the end: a service that stops waits for the answer, lest a message go twice."""
        sending = asyncio.ensure_future(_tried(envelope))
        try:
            return await asyncio.shield(sending)
        except asyncio.CancelledError:
            outcome = await sending
            if outcome is DeliveryOutcome.SENT:
                self._settled.states[item.key] = outcome.value
            else:
                self._put_back(item, 0, untried=True)
            raise

    def _may(self, item: ClaimedMessage) -> bool:
        """Return whether a message may still be sent: its push runs, and its lease lasts."""
        return item.key[:2] in self._allowed and self._second() < item.until - HASTE

    def _put_back(self, item: ClaimedMessage, due: int, untried: bool = False) -> None:
        self._settled.later[item.key] = PutBack(item.until, due, untried)

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
        self._pushes = {(push.campaign, push.step): push for push in found if push.may_send(local)}
        self._invitations = {push.campaign: push for push in found if push.kind == INVITATION}
        self._seen = asyncio.get_running_loop().time()

    async def _keep_noting(self) -> None:
        while True:
            await self._note_quietly()
            await asyncio.sleep(NOTE)

    async def _note_quietly(self) -> None:
        try:
            await self.record_outcomes()
        except (SQLAlchemyError, OSError) as error:
            log.warning("outcomes of messages cannot be recorded yet: %s", type(error).__name__)

    async def record_outcomes(self) -> None:
        """Record the outcomes of messages; they are kept for the next time if that fails."""
        settled, self._settled = self._settled, _Settled()
        if not settled:
            return
        try:
            async with writing(self._database) as connection:
                await record_outcomes(connection, settled.states)
                sent = [key[:2] for key, state in settled.states.items() if state == SENT]
                await note_handed(connection, sent, self._second())
                await put_back(connection, settled.later)
                if settled.unreachable:
                    day = datetime.fromtimestamp(self._second(), self._zone).date()
                    await set_unreachable(connection, settled.unreachable, day)
        except BaseException:
            newer, self._settled = self._settled, settled
            self._settled.states |= newer.states
            self._settled.later |= newer.later
            self._settled.unreachable |= newer.unreachable
            raise

    def _second(self) -> int:
        return int(self._clock.now().timestamp())


async def _tried(envelope: Envelope) -> DeliveryOutcome:
    """Send and return the outcome; after a fault of the messenger the message may be lost."""
    try:
        return await envelope.messenger.send(envelope.address, envelope.message)
    except Exception as error:
        log.error("a message could not be sent: %s", type(error).__name__)
        return DeliveryOutcome.LATER
