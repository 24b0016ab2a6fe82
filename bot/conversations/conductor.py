"""The one road for every channel: update → conversation → engine → store → reply.

Updates that arrive together are settled in one transaction, and none is answered before that is
durable (group commit). The next batch gathers while one is being written, so that a crowd costs
hardly more than one citizen.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ballots.gate import CampaignClosed, Gate, NoMixerKey, campaign_of
from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.arrivals import admit_waiting
from bot.conversations.contract import Delivery, Incoming, Reply
from bot.conversations.dead_letters import DeadLetterOpened, seal_event, take_letters
from bot.conversations.identity_pages import IdentityPages
from bot.conversations.lookups import Lookups
from bot.conversations.promises import Promises
from bot.conversations.sealed_conversations import Change, SealedConversations, changed_rows
from bot.conversations.step_identities import StepIdentities
from bot.conversations.step_places import StepPlaces
from bot.conversations.step_ratings import StepRatings
from bot.conversations.steps import CitizenStep, Stepper, again
from bot.conversations.store import (
    keep_dead_letter,
    lock_people,
    mark_reachable,
    mark_unreachable,
    take_updates,
    write_sessions,
)
from bot.conversations.stored_conversation import (
    AnswerMessages,
    Conversation,
    conversation_to_keep,
)
from bot.conversations.wishes import Wishes
from bot.core.clock import Clock
from bot.core.events import event, fault
from bot.core.identity import SHOWN, WEB, Address, Citizen
from bot.crypto.contact_keys import ContactKeys
from bot.crypto.gate_keys import GateKeys
from bot.crypto.keyrings import KeyMissing
from bot.fieldwork.audience.admission import admit_invited
from bot.fieldwork.audience.contacts import set_reachable
from bot.fieldwork.audience.opt_outs import opt_in, opt_out
from bot.fieldwork.monitoring.search_misses import count_misses
from bot.storage.database import writing
from survey_flows.effects import Effect, OptIn, OptOut, SearchMissed, ShowNotice, ShowScreen
from survey_flows.errors import MinpingError
from survey_flows.events import Started

log = logging.getLogger(__name__)

MOST_AT_ONCE = 128
TRIES = 3
AWAY = (OperationalError, InterfaceError, PoolTimeout, OSError, NoMixerKey, KeyMissing)
"""Errors of a store or a key that is away, as against an update that is refused."""


class Unavailable(MinpingError):
    """Nothing was stored; the channel must deliver the update again."""


@dataclass(slots=True)
class _Waiting:
    incoming: Incoming
    person: bytes
    answer: asyncio.Future[Reply]
    letter: DeadLetterOpened | None = None


class Conductor:
    """Takes updates from every channel. Start `run` once; any number of tasks may call `handle`."""

    def __init__(
        self,
        database: AsyncEngine,
        keys: GateKeys,
        live_campaigns: LiveCampaigns,
        clock: Clock,
        gate: Gate,
        contact_keys: ContactKeys | None = None,
        site: str = "",
    ) -> None:
        self._contact_keys = contact_keys
        self._database = database
        self._keys = keys
        self._live_campaigns = live_campaigns
        self._clock = clock
        self._gate = gate
        self._conversations = SealedConversations(keys, live_campaigns)
        self._stepper = Stepper(live_campaigns, clock)
        self._places = StepPlaces(keys, live_campaigns, self._stepper)
        self._ratings = StepRatings(keys, self._stepper)
        self._wishes = Wishes(live_campaigns, contact_keys)
        self._lookups = Lookups(keys, live_campaigns, clock)
        self._promises = Promises(gate, live_campaigns, site)
        self._identities = StepIdentities(keys, live_campaigns)
        self._pages = IdentityPages(keys, live_campaigns, site)
        self._queue: deque[_Waiting] = deque()
        self._wake = asyncio.Event()

    async def handle(self, incoming: Incoming) -> Reply:
        """Takes one update and returns its reply when all effects are durable.

        Raises:
            Unavailable: nothing was stored; the channel must deliver the update again.
        """
        person = self._keys.person(incoming.channel, incoming.user)
        waiting = _Waiting(incoming, person, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._wake.set()
        return await waiting.answer

    async def replay(self, letter: DeadLetterOpened, incoming: Incoming) -> Reply:
        """Takes the update of a dead letter once and deletes the letter, with `run` or without it.

        An error of the update is raised, and then nothing is stored.
        """
        person = self._keys.person(incoming.channel, incoming.user)
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        return (await self._store([_Waiting(incoming, person, answer, letter)]))[0]

    async def note(self, incoming: Incoming, delivery: Delivery) -> None:
        """Stores the outcome of the reply to an update.

        Raises:
            Unavailable: nothing was stored.
        """
        person, now = self._keys.person(incoming.channel, incoming.user), self._clock.now()
        try:
            async with writing(self._database) as connection:
                if delivery.blocked:
                    await mark_unreachable(connection, person, now)
                await lock_people(connection, [person])
                citizen = Citizen(incoming.channel, incoming.user)
                before, stored = (await self._conversations.read(connection, [citizen], now))[0]
                shown = (before.answer_messages if before else AnswerMessages()).sent(
                    delivery.shown, delivery.removed
                )
                if shown != (before.answer_messages if before else AnswerMessages()):
                    change = self._conversations.change(
                        citizen, conversation_to_keep(before, shown), stored, now
                    )
                    await write_sessions(connection, *changed_rows([change]))
        except AWAY as error:
            raise Unavailable(f"nothing can be stored: {type(error).__name__}") from None

    async def run(self) -> None:
        """Settles batches until it is cancelled."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while batch := self._next_batch():
                    await self._settle(batch)
        finally:
            for waiting in self._queue:
                _fail(waiting, Unavailable("the service is stopping"))

    def _next_batch(self) -> list[_Waiting]:
        """Returns the oldest updates, one of each person: a conversation steps one by one."""
        chosen: dict[bytes, _Waiting] = {}
        later: list[_Waiting] = []
        while self._queue and len(chosen) < MOST_AT_ONCE:
            waiting = self._queue.popleft()
            if waiting.person in chosen:
                later.append(waiting)
            else:
                chosen[waiting.person] = waiting
        self._queue.extendleft(reversed(later))
        return list(chosen.values())

    async def _settle(self, batch: list[_Waiting]) -> None:
        try:
            for waiting, outcome in zip(batch, await self._outcomes(batch), strict=True):
                if isinstance(outcome, Unavailable):
                    _fail(waiting, outcome)
                elif not waiting.answer.done():
                    waiting.answer.set_result(outcome)
        finally:
            for waiting in batch:
                _fail(waiting, Unavailable("the service is stopping"))

    async def _outcomes(self, batch: list[_Waiting]) -> list[Reply | Unavailable]:
        """Returns an outcome for each update; when a batch fails, each update is taken alone."""
        try:
            return list(await self._store(batch))
        except AWAY as error:
            log.error(
                "nothing can be stored: %s",
                type(error).__name__,
                extra=event("database_away", **fault(error)),
            )
            return [Unavailable("nothing can be stored") for _ in batch]
        except Exception as error:
            if len(batch) == 1:
                return [await self._bury(batch[0], error)]
            return [outcome for waiting in batch for outcome in await self._outcomes([waiting])]

    async def _bury(self, waiting: _Waiting, error: Exception) -> Reply | Unavailable:
        log.error(
            "an update could not be handled and was kept as a dead letter: %s",
            type(error).__name__,
            extra=event("dead_letter", reason="kept", **fault(error)),
        )
        body = seal_event(self._keys, waiting.incoming)
        try:
            async with writing(self._database) as connection:
                await keep_dead_letter(
                    connection, waiting.incoming.key, body, type(error).__name__, self._clock.now()
                )
        except (DBAPIError, PoolTimeout, OSError):
            return Unavailable("the database cannot be reached")
        return Reply(notices=(self._live_campaigns.sentence_in_each_language("trouble"),))

    async def _store(self, batch: list[_Waiting]) -> list[Reply]:
        for _ in range(TRIES):
            try:
                async with writing(self._database) as connection:
                    return await self._step_all(connection, batch)
            except CampaignClosed:
                await self._live_campaigns.refresh()
        raise OSError("campaigns keep closing")

    async def _step_all(self, connection: AsyncConnection, batch: list[_Waiting]) -> list[Reply]:
        now = self._clock.now()
        people = [waiting.person for waiting in batch]
        await lock_people(connection, people)
        new = await take_updates(connection, [waiting.incoming.key for waiting in batch], now)
        new |= await take_letters(
            connection, [(w.letter, w.incoming.key) for w in batch if w.letter]
        )
        citizens = [Citizen(waiting.incoming.channel, waiting.incoming.user) for waiting in batch]
        steps = []
        read = await self._conversations.read(connection, citizens, now)
        await self._lock_identities(connection, [before for before, _ in read])
        for waiting, citizen, (before, stored) in zip(batch, citizens, read, strict=True):
            replayed = waiting.incoming.key not in new
            event = came = again(waiting.incoming.event) if replayed else waiting.incoming.event
            event = await self._wishes.meant(connection, citizen, before, event)
            admitted = await admit_waiting(
                connection, self._keys, self._live_campaigns, citizen, before, now
            )
            if isinstance(event, Started):
                event = await admit_invited(
                    connection, self._keys, self._live_campaigns, citizen, event, now
                )
            typed = waiting.incoming.typed
            steps.append(CitizenStep(citizen, came, event, replayed, admitted, stored, typed))
            self._stepper.take(steps[-1], now)
        await self._identities.find(connection, steps, now)
        await self._ratings.find(connection, steps, now)
        await self._places.find(connection, steps, now)
        changed: list[Change] = []
        todo: list[tuple[Citizen, Effect]] = []
        replies = []
        for one, waiting, (before, _) in zip(steps, batch, read, strict=True):
            answered = await self._lookups.answered(
                connection, one.citizen, one.before, one.effects
            )
            one.after = self._promises.with_promise(one)
            answered = [self._promises.shown(effect, one.after) for effect in answered]
            answered = [self._pages.shown(effect, one, now) for effect in answered]
            reply = _reply(answered, one.replayed)
            was, place = (
                one.before.answer_messages if one.before else AnswerMessages(),
                waiting.incoming.message,
            )
            shown = was.after(reply.screen, place)
            if one.took_words:
                shown = shown.and_typed(one.typed)
            after = conversation_to_keep(one.after, shown)
            if after != before:
                changed.append(self._conversations.change(one.citizen, after, one.stored, now))
            todo += [(one.voter(campaign_of(effect)), effect) for effect in one.effects]
            replies.append(
                replace(reply, stale=shown.stale, covers=was.covers(reply.screen, place))
            )
        # Any sign of life will do: who unblocks the bot may press, write or ask for help.
        await mark_reachable(connection, people)
        await self._mark_contacts_reachable(connection, citizens)
        await write_sessions(connection, *changed_rows(changed))
        await self._gate.admit(connection, todo)
        missed = [(who, effect) for who, effect in todo if isinstance(effect, SearchMissed)]
        await count_misses(connection, self._keys, missed)
        await self._opt_out_or_in(connection, todo, now)
        return replies

    async def _lock_identities(
        self, connection: AsyncConnection, conversations: Iterable[Conversation | None]
    ) -> None:
        """Locks whom several accounts stand for; every process locks accounts before identities."""
        shown = {one.session.identity for one in conversations if one and one.session} - {""}
        await lock_people(connection, [self._keys.person(SHOWN, name) for name in shown])

    async def _mark_contacts_reachable(
        self, connection: AsyncConnection, citizens: list[Citizen]
    ) -> None:
        if self._contact_keys is not None:
            addresses = [Address(citizen.channel, citizen.user) for citizen in citizens]
            await set_reachable(connection, self._contact_keys, addresses)

    async def _opt_out_or_in(
        self, connection: AsyncConnection, todo: list[tuple[Citizen, Effect]], now: datetime
    ) -> None:
        """Stores who wants no more invitations, and who wants them again.

        Nothing is stored of a browser: its random number is no address.
        """
        for kind, change in ((OptOut, opt_out), (OptIn, opt_in)):
            people = [
                who for who, effect in todo if isinstance(effect, kind) and who.channel != WEB
            ]
            if people and self._contact_keys is not None:
                addresses = [Address(citizen.channel, citizen.user) for citizen in people]
                await change(connection, self._contact_keys, addresses, now.date())


def _reply(effects: Iterable[Effect], replayed: bool) -> Reply:
    notices = tuple(effect.text for effect in effects if isinstance(effect, ShowNotice))
    screens = [effect.screen for effect in effects if isinstance(effect, ShowScreen)]
    return Reply(notices, screens[-1] if screens else None, replayed)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(error)
