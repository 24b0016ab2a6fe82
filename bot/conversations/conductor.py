"""The one road for every channel: update → conversation → engine → store → reply.

Updates that arrive together are settled in one transaction, and none is answered before that is
durable (group commit). The next batch gathers while one is being written, so that a crowd costs
hardly more than one citizen.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ballots.gate import CampaignClosed, Gate, NoMixerKey
from bot.ballots.quota_places import PlaceRequest, QuotaPlaces
from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.contract import Delivery, Incoming, Reply
from bot.conversations.dead_letters import DeadLetterOpened, seal_event, take_letters
from bot.conversations.homes import Home, Homes
from bot.conversations.store import (
    keep_dead_letter,
    lock_people,
    mark_reachable,
    mark_unreachable,
    read_sessions,
    take_updates,
    write_sessions,
)
from bot.conversations.stored_conversation import (
    AnswerMessages,
    Conversation,
    RecentConversations,
    conversation_to_keep,
    read_conversation,
)
from bot.core.clock import Clock
from bot.core.identity import Address, Citizen
from bot.core.stored_forms import UnknownForm
from bot.crypto.contact_keys import ContactKeys
from bot.crypto.gate_keys import GateKeys, KeyMissing, key_hour_of
from bot.crypto.rectification_keys import RectificationKeys
from bot.fieldwork.audience.admission import admit_invited
from bot.fieldwork.audience.contacts import opt_out
from bot.fieldwork.monitoring.progress import NOT_BEGUN, progress_after
from bot.storage.database import writing
from bot.transparency.log_reader import find_receipt
from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.effects import (
    Effect,
    EndConversation,
    HandleRequestAction,
    LookUpReceipt,
    OptOut,
    QuotaFull,
    ShowNotice,
    ShowScreen,
    StoreBallot,
)
from survey_flows.engine import step
from survey_flows.errors import BadSession, MinpingError
from survey_flows.events import (
    Event,
    OptedOut,
    Pressed,
    RequestAction,
    Returned,
    Started,
    Typed,
    Update,
)
from survey_flows.quota import QuotaCell
from survey_flows.session import Session

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


@dataclass(slots=True)
class _Step:
    """One update of a batch with its conversation before and after, and its effects.

    ``stored`` are the pseudonyms under which the conversation stands before.
    ``held`` are full quota cells in which this person has a place; ``full`` are those in which they
    found none.
    """

    waiting: _Waiting
    citizen: Citizen
    event: Update
    replayed: bool
    before: Conversation | None
    stored: list[bytes]
    after: Conversation | None = None
    effects: tuple[Effect, ...] = ()
    held: frozenset[QuotaCell] = frozenset()
    full: frozenset[QuotaCell] = frozenset()


@dataclass(frozen=True, slots=True)
class _Change:
    """A sealed conversation to store in its home, if any, and pseudonyms whose rows go."""

    kept: tuple[Home, bytes] | None
    gone: list[bytes]


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
    ) -> None:
        self._contact_keys = contact_keys
        self._database = database
        self._keys = keys
        self._live_campaigns = live_campaigns
        self._clock = clock
        self._gate = gate
        self._homes = Homes(keys, live_campaigns)
        self._places = QuotaPlaces(keys)
        self._recent = RecentConversations()
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
                before, stored = (await self._read(connection, [citizen], now))[0]
                shown = (before.answer_messages if before else AnswerMessages()).sent(
                    delivery.shown, delivery.removed
                )
                if shown != (before.answer_messages if before else AnswerMessages()):
                    change = self._change(citizen, conversation_to_keep(before, shown), stored, now)
                    await write_sessions(connection, *_changes([change]))
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
            log.error("nothing can be stored: %s", type(error).__name__)
            return [Unavailable("nothing can be stored") for _ in batch]
        except Exception as error:
            if len(batch) == 1:
                return [await self._bury(batch[0], error)]
            return [outcome for waiting in batch for outcome in await self._outcomes([waiting])]

    async def _bury(self, waiting: _Waiting, error: Exception) -> Reply | Unavailable:
        log.error(
            "an update could not be handled and was kept as a dead letter: %s", type(error).__name__
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
        read = await self._read(connection, citizens, now)
        for waiting, citizen, (before, stored) in zip(batch, citizens, read, strict=True):
            replayed = waiting.incoming.key not in new
            event = _again(waiting.incoming.event) if replayed else waiting.incoming.event
            if isinstance(event, Started):
                event = await admit_invited(
                    connection, self._keys, self._live_campaigns, citizen, event, now
                )
            steps.append(_Step(waiting, citizen, event, replayed, before, stored))
            self._take(steps[-1], now)
        await self._find_places(connection, steps, now)
        changed: list[_Change] = []
        todo: list[tuple[Citizen, Effect]] = []
        replies = []
        for one in steps:
            answered = await self._answered(connection, one.citizen, one.before, one.effects)
            reply = _reply(answered, one.replayed)
            was, place = (
                one.before.answer_messages if one.before else AnswerMessages(),
                one.waiting.incoming.message,
            )
            shown = was.after(reply.screen, place)
            after = conversation_to_keep(one.after, shown)
            if after != one.before:
                changed.append(self._change(one.citizen, after, one.stored, now))
            todo += [(one.citizen, effect) for effect in one.effects]
            replies.append(
                replace(reply, stale=shown.stale, covers=was.covers(reply.screen, place))
            )
        # Telegram makes a citizen who unblocks the bot press Start.
        back = [waiting.person for waiting in batch if isinstance(waiting.incoming.event, Started)]
        await mark_reachable(connection, back)
        await write_sessions(connection, *_changes(changed))
        await self._gate.admit(connection, todo)
        await self._opt_out(
            connection, [citizen for citizen, effect in todo if isinstance(effect, OptOut)], now
        )
        return replies

    async def _find_places(
        self, connection: AsyncConnection, steps: list[_Step], now: datetime
    ) -> None:
        """Steps holders of a place in a full cell again, and takes places for new ballots."""
        away = [
            (one, effect)
            for one in steps
            for effect in one.effects
            if isinstance(effect, QuotaFull)
        ]
        wishes = [
            PlaceRequest(one.citizen, effect.campaign, list(effect.cells)) for one, effect in away
        ]
        for (one, _), held in zip(away, await self._places.held(connection, wishes), strict=True):
            if held:
                one.held = held
                self._take(one, now)
        casts = [(one, wish) for one in steps for wish in self._wishes(one)]
        quotas = {wish.campaign: self._live_campaigns.quotas(wish.campaign) for _, wish in casts}
        for (one, _), full in zip(
            casts,
            await self._places.take(connection, [wish for _, wish in casts], quotas),
            strict=True,
        ):
            if full:
                one.full = full
                self._take(one, now)

    def _wishes(self, one: _Step) -> list[PlaceRequest]:
        """Returns the quota places that this step's ballot needs, which may be none."""
        found = []
        for effect in one.effects:
            if isinstance(effect, StoreBallot):
                ballot = effect.ballot
                quotas = self._live_campaigns.quotas(ballot.campaign)
                cells = quotas.of(ballot.unit, ballot.group, ballot.stratum, ballot.source)
                found += [PlaceRequest(one.citizen, ballot.campaign, cells)] if cells else []
        return found

    async def _opt_out(
        self, connection: AsyncConnection, people: list[Citizen], now: datetime
    ) -> None:
        if people and self._contact_keys is not None:
            addresses = [Address(citizen.channel, citizen.user) for citizen in people]
            await opt_out(connection, self._contact_keys, addresses, now.date())

    async def _read(
        self, connection: AsyncConnection, citizens: Sequence[Citizen], now: datetime
    ) -> list[tuple[Conversation | None, list[bytes]]]:
        """Returns each citizen's conversation and the pseudonyms under which rows of it stand."""
        names = [self._homes.names(citizen, now) for citizen in citizens]
        bodies = await read_sessions(connection, [name for own in names for name in own])
        found = [[name for name in own if name in bodies] for own in names]
        return [(self._open(own[0], bodies[own[0]]) if own else None, own) for own in found]

    def _change(
        self, citizen: Citizen, after: Conversation | None, stored: list[bytes], now: datetime
    ) -> _Change:
        """Returns what to write and to delete, so that one row at most is left of a citizen."""
        if after is None:
            return _Change(None, stored)
        home = self._homes.home(citizen, after.campaign, now)
        sealed = self._keys.seal(home.person, after.to_text())
        self._recent.put(key_hour_of(sealed), home.person, sealed, after)
        return _Change((home, sealed), [name for name in stored if name != home.person])

    def _open(self, person: bytes, sealed: bytes) -> Conversation | None:
        try:
            return self._recent.take(person, sealed) or read_conversation(
                self._keys.unseal(person, sealed)
            )
        except (BadSession, UnknownForm):
            # Another version or key wrote it. To begin anew is better than an error at every step.
            log.warning("a stored conversation could not be read and was begun anew")
            return None

    def _take(self, one: _Step, now: datetime) -> None:
        """Steps the conversation under the quotas as this person finds them."""
        one.after, one.effects = self._step(one, now)

    def _step(self, one: _Step, now: datetime) -> tuple[Conversation | None, tuple[Effect, ...]]:
        before, event = one.before, one.event
        if isinstance(event, OptedOut):
            lang = before.session.lang if before and before.session else ""
            notice = (
                self._live_campaigns.sentence(lang, "opted-out")
                if lang
                else self._live_campaigns.sentence_in_each_language("opted-out")
            )
            return before, (OptOut(), ShowNotice(notice))
        if isinstance(event, RequestAction):
            return before, (HandleRequestAction(event),)
        definition = self._live_campaigns.find(event, before.campaign if before else "", now)
        if definition is None:
            return None, (
                ShowNotice(self._live_campaigns.sentence_in_each_language("no-campaign")),
                EndConversation(),
            )
        if one.held or one.full:
            full = (definition.quotas.full | one.full) - one.held
            definition = replace(definition, quotas=replace(definition.quotas, full=full))
        if before is None or before.session is None or before.campaign == definition.campaign:
            session = before.session if before else None
            after, effects = step(definition, session, self._with_chance(event), now)
            course = progress_after(
                before.progress if before else NOT_BEGUN, definition, session, after, effects
            )
            return Conversation(
                definition.campaign, after, progress=course
            ) if after else None, effects
        return self._move(before, before.session, definition, event, now)

    def _move(
        self,
        before: Conversation,
        session: Session,
        definition: CampaignDefinition,
        event: Event,
        now: datetime,
    ) -> tuple[Conversation, tuple[Effect, ...]]:
        """Steps into another campaign by its link, unless that takes no ballots."""
        after, effects = step(definition, None, self._with_chance(event), now)
        if after is None:
            return before, effects
        dropped = (
            (ShowNotice(definition.wording.say(after.lang, "dropped")),) if session.answers else ()
        )
        return Conversation(definition.campaign, after), (*dropped, *effects)

    async def _answered(
        self,
        connection: AsyncConnection,
        citizen: Citizen,
        before: Conversation | None,
        effects: Iterable[Effect],
    ) -> list[Effect]:
        """Returns the effects, with answers in place of questions to the log and to requests."""
        answered: list[Effect] = []
        for effect in effects:
            if isinstance(effect, LookUpReceipt):
                found = await find_receipt(connection, effect.code)
                key = "receipt-in" if found else "receipt-not-yet"
                # A close has forgotten the language, too.
                known = before is not None and before.session is not None
                said = self._live_campaigns
                answered.append(
                    ShowNotice(
                        said.sentence(effect.lang, key)
                        if known
                        else said.sentence_in_each_language(key)
                    )
                )
            elif isinstance(effect, HandleRequestAction):
                lang = before.session.lang if before and before.session else ""
                answered += await self._follow(connection, citizen, effect, lang)
            else:
                answered.append(effect)
        return answered

    async def _follow(
        self, connection: AsyncConnection, citizen: Citizen, effect: HandleRequestAction, lang: str
    ) -> tuple[Effect, ...]:
        # These modules load the scheme's models, memory that the service saves until it is needed.
        from bot.rectification.citizen_view import handle_request_action
        from bot.rectification.requests import Requester

        person = Requester(
            RectificationKeys(self._keys.rectification),
            Address(citizen.channel, citizen.user),
            self._local(),
        )
        return await handle_request_action(
            connection, self._live_campaigns, person, effect.action, lang
        )

    def _local(self) -> datetime:
        return self._clock.now().astimezone(self._live_campaigns.zone)

    def _with_chance(self, event: Event) -> Event:
        if isinstance(event, Typed):
            return replace(event, text=_storable(event.text), token=self._clock.token())
        return (
            replace(event, token=self._clock.token())
            if isinstance(event, Started | Pressed)
            else event
        )


def _changes(changes: Sequence[_Change]) -> tuple[list[tuple[Home, bytes]], list[bytes]]:
    """Returns the conversations to store and the pseudonyms whose rows go."""
    kept = [change.kept for change in changes if change.kept]
    return kept, [name for change in changes for name in change.gone]


def _again(event: Update) -> Update:
    """Returns what an update means on its second delivery: only an opt-out has an effect again."""
    if isinstance(event, RequestAction):
        return RequestAction("open", event.code)
    return event if isinstance(event, OptedOut) else Returned()


def _storable(text: str) -> str:
    """Returns text that every database can store: no NUL, no half of a surrogate pair."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _reply(effects: Iterable[Effect], replayed: bool) -> Reply:
    notices = tuple(effect.text for effect in effects if isinstance(effect, ShowNotice))
    screens = [effect.screen for effect in effects if isinstance(effect, ShowScreen)]
    return Reply(notices, screens[-1] if screens else None, replayed)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(error)
