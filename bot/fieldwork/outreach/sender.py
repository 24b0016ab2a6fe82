"""Sends what is queued, at the bot's pace. Any number of processes may run one beside each other."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.clock import Clock
from bot.crypto.contact_keys import ContactKeys
from bot.crypto.gate_keys import GateKeys
from bot.fieldwork.audience.contacts import set_unreachable
from bot.fieldwork.outreach.messenger import DeliveryOutcome, Messenger, OutgoingMessage
from bot.fieldwork.outreach.outbox import (
    ClaimedMessage,
    Key,
    Push,
    PutBack,
    claim_messages,
    put_back,
    read_opened_contacts,
    read_people,
    read_pushes,
    record_outcomes,
)
from bot.fieldwork.outreach.pace import Pace
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadSession
from survey_flows.wording import DEFAULT, Wording

log = logging.getLogger(__name__)

HANDFUL = 40
"""Messages in hand at once: as many as a process that dies may leave to be sent again, at the very most."""
AT_ONCE = 8
"""Calls on their way at once; with answers in 0.2 s that is 40 messages a second."""
IDLE = 0.5
LOOK = 0.25
"""Seconds after which it is looked again at what is paused."""
NOTE = 0.05
"""Seconds between two transactions that note what was sent."""
HASTE = 30
"""Seconds before the end of a lease in which nothing of it is sent any more: another may be about to."""
TRIES = 12
FIRST_DELAY, LONGEST_DELAY = 30, 8 * 3600
"""Seconds until a message is tried again, doubling: a day without Telegram misses nobody."""
STALE = 2.0
"""Seconds after which what was seen of pauses is not believed any more."""
SPARED = 0.15
"""Seconds that a call takes, more or less: whoever needs no reminder is settled among those who do."""


@dataclass(slots=True)
class _Settled:
    """What is known and not yet noted."""

    states: dict[Key, str] = field(default_factory=dict)
    later: dict[Key, PutBack] = field(default_factory=dict)
    unreachable: set[bytes] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.states or self.later)


class PushSender:
    """One sender of queued messages. `run` it until it is cancelled.

    Args:
        database: with the queue.
        keys: the gate's, which make the tokens of invitations.
        contact_keys: those of the addresses.
        postmen: by channel.
        pace: shared by all senders of the bot.
        clock: the present time.
        timezone: the city's, for the hours in which messages are sent.
        words: labels of the buttons.
    """

    def __init__(
        self,
        database: AsyncEngine,
        keys: GateKeys,
        contact_keys: ContactKeys,
        postmen: Mapping[str, Messenger],
        pace: Pace,
        clock: Clock,
        timezone: str,
        words: Wording,
    ) -> None:
        self._database = database
        self._keys = keys
        self._contact_keys = contact_keys
        self._postmen = postmen
        self._pace = pace
        self._clock = clock
        self._zone = ZoneInfo(timezone)
        self._words = words
        self._pushes: dict[tuple[str, int], Push] = {}
        self._seen = 0.0
        self._settled = _Settled()

    @property
    def _allowed(self) -> dict[tuple[str, int], Push]:
        """The pushes that may send now; none when it is not known."""
        return self._pushes if asyncio.get_running_loop().time() - self._seen < STALE else {}

    async def run(self) -> None:
        """Send until cancelled; what is in hand then is put back for others."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch())
                group.create_task(self._keep_noting())
                group.create_task(self._keep_sending())
        finally:
            # What was sent is noted to the end, also when this is cancelled once more.
            await asyncio.shield(self._note_quietly())

    async def _keep_sending(self) -> None:
        while True:
            try:
                busy = await self.send_batch()
            except (SQLAlchemyError, OSError) as error:
                log.warning("nothing can be sent now: %s", type(error).__name__)
                busy = False
            except Exception as error:
                # A fault of ours must not end the service in which citizens rate; what was in hand is put back.
                log.error("a push failed: %s", type(error).__name__)
                busy = False
            if not busy:
                await asyncio.sleep(IDLE)

    async def send_batch(self) -> bool:
        """Take a handful, send it and settle it; False when there was nothing to send."""
        if not self._allowed or any(postman.pause_seconds for postman in self._postmen.values()):
            return False
        async with writing(self._database) as connection:
            taken = await claim_messages(
                connection, self._allowed.values(), HANDFUL, self._second()
            )
        if not taken:
            return False
        left = {item.key: item for item in taken}
        try:
            async with reading(self._database) as connection:
                letters = await self._write(connection, taken)
            gate = asyncio.Semaphore(AT_ONCE)
            async with asyncio.TaskGroup() as group:
                for item in taken:
                    if item.key in letters:
                        group.create_task(self._deliver(gate, item, *letters[item.key], left))
                    else:
                        left.pop(item.key)
        finally:
            for item in left.values():
                self._put_back(item, 0, untried=True)
            # Quietly: an error here would take the place of a cancellation, and the service would never stop.
            await asyncio.shield(self._note_quietly())
        return True

    async def _write(
        self, connection: AsyncConnection, taken: Sequence[ClaimedMessage]
    ) -> dict[Key, tuple[Messenger, str, OutgoingMessage]]:
        """Who is to be written to where and what; what need not or cannot be sent is settled."""
        people = await read_people(connection, [item.key for item in taken])
        for key in [
            key for key, row in people.items() if row.sealed is not None and not self._readable(row)
        ]:
            log.error(
                "a contact was sealed under another key and cannot be written to; restore contacts.key"
            )
            self._settled.states[key] = DeliveryOutcome.FAILED.value
            del people[key]
        used = await read_opened_contacts(connection, self._marks(people))
        blocked = await self._blocked(connection, people)
        letters: dict[Key, tuple[Messenger, str, OutgoingMessage]] = {}
        for item in taken:
            row, push = people.get(item.key), self._allowed.get(item.key[:2])
            if item.key in self._settled.states:
                continue
            # The key of a campaign that was closed just now is gone, and must not be made again.
            if push is None or self._keys.voters.find(push.campaign) is None:
                self._put_back(item, 0, untried=True)
            elif row is None or row.opted_out or row.sealed is None:
                self._settled.states[item.key] = "opted_out"
            elif row.unreachable or item.key[2] in blocked:
                self._settled.states[item.key] = DeliveryOutcome.UNREACHABLE.value
            elif push.step and item.key[2] in used:
                letters[item.key] = (_NullMessenger(), "", OutgoingMessage("", "", "", ""))
            else:
                letters[item.key] = self._letter(push, row)
        return letters

    def _readable(self, row: Row[Any]) -> bool:
        try:
            self._contact_keys.unseal(bytes(row.lookup), bytes(row.sealed))
        except BadSession:
            return False
        return True

    def _letter(self, push: Push, row: Row[Any]) -> tuple[Messenger, str, OutgoingMessage]:
        where = self._contact_keys.unseal(bytes(row.lookup), bytes(row.sealed))
        lang = row.lang if row.lang in push.texts else DEFAULT
        begin, stop = (
            self._words.say(lang, key) for key in ("invitation-begin", "invitation-stop")
        )
        letter = OutgoingMessage(
            push.texts[lang], begin, self._keys.invitation(push.campaign, row.number), stop
        )
        return self._postmen[where.channel], where.address, letter

    def _marks(self, people: Mapping[Key, Row[Any]]) -> dict[bytes, bytes]:
        marks: dict[bytes, bytes] = {}
        for key, row in people.items():
            if key[1] and self._keys.voters.find(key[0]):
                token = self._keys.invitation(key[0], row.number)
                marks[key[2]] = self._keys.invitation_mark(key[0], token) or b""
        return marks

    async def _blocked(
        self, connection: AsyncConnection, people: Mapping[Key, Row[Any]]
    ) -> set[bytes]:
        """The contacts who have blocked the bot and not come back since."""
        persons = {}
        for row in people.values():
            if row.sealed is not None:
                where = self._contact_keys.unseal(bytes(row.lookup), bytes(row.sealed))
                persons[self._keys.person(where.channel, where.address)] = bytes(row.lookup)
        query = select(tables.unreachable.c.person).where(
            tables.unreachable.c.person.in_(list(persons))
        )
        return {persons[bytes(person)] for person in (await connection.execute(query)).scalars()}

    async def _deliver(
        self,
        gate: asyncio.Semaphore,
        item: ClaimedMessage,
        postman: Messenger,
        address: str,
        letter: OutgoingMessage,
        left: dict[Key, ClaimedMessage],
    ) -> None:
        async with gate:
            while postman.pause_seconds:
                if not self._may(item):
                    return
                await asyncio.sleep(min(postman.pause_seconds, LOOK))
            try:
                await self._pace.wait_for_slot()
            except OSError:
                return
            if not self._may(item) or postman.pause_seconds:
                return
            del left[item.key]
            fate = await self._send(postman, address, letter, item)
            if fate is DeliveryOutcome.SILENCE:
                self._put_back(item, 0, untried=True)
            elif fate is DeliveryOutcome.LATER and item.tries < TRIES:
                self._put_back(
                    item, self._second() + min(FIRST_DELAY * 2**item.tries, LONGEST_DELAY)
                )
            else:
                self._settled.states[item.key] = (
                    DeliveryOutcome.FAILED if fate is DeliveryOutcome.LATER else fate
                ).value
                if fate is DeliveryOutcome.UNREACHABLE:
                    self._settled.unreachable.add(item.key[2])

    async def _send(
        self, postman: Messenger, address: str, letter: OutgoingMessage, item: ClaimedMessage
    ) -> DeliveryOutcome:
        """Send, to the end: a service that stops waits for the answer, so that nobody is written to twice for it."""
        sending = asyncio.ensure_future(_tried(postman, address, letter))
        try:
            return await asyncio.shield(sending)
        except asyncio.CancelledError:
            fate = await sending
            if fate is DeliveryOutcome.SENT:
                self._settled.states[item.key] = fate.value
            else:
                self._put_back(item, 0, untried=True)
            raise

    def _may(self, item: ClaimedMessage) -> bool:
        """Whether a message may still be sent: its push was not paused, and its lease lasts."""
        return item.key[:2] in self._allowed and self._second() < item.until - HASTE

    def _put_back(self, item: ClaimedMessage, due: int, untried: bool = False) -> None:
        self._settled.later[item.key] = PutBack(item.until, due, untried)

    async def _watch(self) -> None:
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, OSError):
                self._pushes = {}  # what may be paused is held
            await asyncio.sleep(LOOK)

    async def look(self) -> None:
        """See which pushes may send now."""
        local = datetime.fromtimestamp(self._second(), self._zone)
        async with reading(self._database) as connection:
            found = await read_pushes(connection, now=self._second())
        self._pushes = {(push.campaign, push.step): push for push in found if push.may_send(local)}
        self._seen = asyncio.get_running_loop().time()

    async def _keep_noting(self) -> None:
        while True:
            await self._note_quietly()
            await asyncio.sleep(NOTE)

    async def _note_quietly(self) -> None:
        try:
            await self.record_outcomes()
        except (SQLAlchemyError, OSError) as error:
            log.warning("what was sent cannot be noted yet: %s", type(error).__name__)

    async def record_outcomes(self) -> None:
        """Note what became of messages; what cannot be noted is kept for the next time."""
        settled, self._settled = self._settled, _Settled()
        if not settled:
            return
        try:
            async with writing(self._database) as connection:
                await record_outcomes(connection, settled.states)
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


class _NullMessenger:
    """Stands for the postman of who needs no reminder: takes a place and about as long as a call, and sends nothing."""

    pause_seconds = 0.0

    async def send(self, _address: str, _letter: OutgoingMessage) -> DeliveryOutcome:
        await asyncio.sleep(SPARED * random.uniform(0.5, 1.5))  # noqa: S311  (no secret)
        return DeliveryOutcome.SENT


async def _tried(postman: Messenger, address: str, letter: OutgoingMessage) -> DeliveryOutcome:
    """What became of a letter; a fault of the postman's is a letter that may have been lost."""
    try:
        return await postman.send(address, letter)
    except Exception as error:
        log.error("a message could not be sent: %s", type(error).__name__)
        return DeliveryOutcome.LATER
