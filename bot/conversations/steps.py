"""Steps a citizen's conversation: which campaign an update means, and what the engine makes of it.

A step reads no store. It is repeated when a quota turns out to be full, or a place in it held,
and when a unit turns out to have been rated before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.arrivals import Arrival, Arrivals, door_of, left_for
from bot.conversations.stored_conversation import NOTHING_TYPED, Conversation
from bot.core.clock import Clock
from bot.core.identity import Citizen
from bot.fieldwork.monitoring.progress import NOT_BEGUN, progress_after
from survey_flows.campaign_definition import NOT_RATED, CampaignDefinition, RatedBefore
from survey_flows.effects import (
    Effect,
    EndConversation,
    HandleRequestAction,
    LookUpReceipt,
    OptIn,
    OptOut,
    ShowNotice,
    ShowScreen,
)
from survey_flows.engine import step
from survey_flows.events import (
    Edited,
    Event,
    Identified,
    OptedIn,
    OptedOut,
    Pressed,
    RequestAction,
    Returned,
    Started,
    TopicRequested,
    Typed,
    Update,
)
from survey_flows.front_door import MOST_BROUGHT, START, Brought, Choice, door_screen
from survey_flows.localized_names import known_language, loss_notice
from survey_flows.log_entries import find_code
from survey_flows.outside_window import Phase, phase
from survey_flows.overlays import explain
from survey_flows.quota import QuotaCell
from survey_flows.screens import current_screen
from survey_flows.session import IDENTITY, LEAVE, PROMISE, Session, begun, is_unfinished
from survey_flows.typed_commands import RECEIPT
from survey_flows.typed_intents import about_us, sentence
from survey_flows.unit_list import QUERY_LENGTH


@dataclass(slots=True)
class CitizenStep:
    """One update with its conversation before and after, and its effects.

    ``came`` is the update as it came, ``event`` the same once its link has been admitted.
    ``stored`` are the pseudonyms under which the conversation stands before.
    ``typed`` is the message of the chat with the citizen's words, 0 where it cannot be removed.
    ``held`` are full quota cells in which this person has a place; ``full`` are those in which they
    found none. ``rated`` is what they have rated before, as far as this step asks.
    """

    citizen: Citizen
    came: Update
    event: Update
    replayed: bool
    before: Conversation | None
    stored: list[bytes]
    typed: int = 0
    after: Conversation | None = None
    effects: tuple[Effect, ...] = ()
    held: frozenset[QuotaCell] = frozenset()
    full: frozenset[QuotaCell] = frozenset()
    rated: RatedBefore = NOT_RATED

    def voter(self, campaign: str) -> Citizen:
        """Returns whom the gate takes the citizen for in a campaign.

        It is the identity that they had shown before this step: what a step that brings an identity
        withdraws was rated without it.
        """
        before = self.before
        if before is None or before.session is None or before.campaign != campaign:
            return self.citizen
        return replace(self.citizen, identity=before.session.identity)

    @property
    def took_words(self) -> bool:
        """Whether the citizen's message was taken as an answer, which must not stay in the chat."""
        before = self.before.session if self.before else None
        after = self.after.session if self.after else None
        if not self.typed or before is None or after is None:
            return False
        if isinstance(self.event, Edited):
            return before.answers != after.answers
        name = before.place.removeprefix("q:")
        moved = (before.place, before.answers) != (after.place, after.answers)
        return isinstance(self.event, Typed) and moved and name in after.answers


class Stepper:
    """Takes the steps of every channel's citizens.

    Args:
        live_campaigns: the campaigns and their words.
        clock: the present time and chance.
    """

    def __init__(self, live_campaigns: LiveCampaigns, clock: Clock) -> None:
        self._live_campaigns = live_campaigns
        self._arrivals = Arrivals(live_campaigns)
        self._clock = clock

    def take(self, one: CitizenStep, now: datetime) -> None:
        """Steps the conversation under the quotas as this person finds them."""
        one.after, one.effects = self._step(one, now)

    def _step(
        self, one: CitizenStep, now: datetime
    ) -> tuple[Conversation | None, tuple[Effect, ...]]:
        before, event = one.before, one.event
        if isinstance(event, OptedOut | OptedIn):
            return self._wished(one, before, event, now)
        if isinstance(event, RequestAction):
            return before, (HandleRequestAction(event),)
        if isinstance(event, Edited):
            return self._edited(one, before, event, now)
        if isinstance(event, Identified):
            return self._identified(one, before, event, now)
        return self._lead(one, before, event, now)

    def _wished(
        self,
        one: CitizenStep,
        before: Conversation | None,
        event: OptedOut | OptedIn,
        now: datetime,
    ) -> tuple[Conversation | None, tuple[Effect, ...]]:
        """Opts out or in; after words, unlike a press, the present screen is shown again.

        What is said of it depends on the channel (`bot.conversations.lookups`).
        """
        session = before.session if before else None
        shown = tuple[Effect, ...]()
        if isinstance(one.came, Typed) and session is not None:
            effects = self._lead(one, before, Returned(), now)[1]
            shown = tuple(effect for effect in effects if isinstance(effect, ShowScreen))
        wish: Effect = OptOut() if isinstance(event, OptedOut) else OptIn()
        return before, (wish, *shown)

    def _identified(
        self, one: CitizenStep, before: Conversation | None, event: Identified, now: datetime
    ) -> tuple[Conversation | None, tuple[Effect, ...]]:
        """Takes an identity in its campaign; who has gone on to another one keeps their place."""
        definition = self._live_campaigns.get(event.campaign)
        elsewhere = before is not None and before.campaign not in ("", event.campaign)
        if definition is None or elsewhere:
            return self._lead(one, before, Returned(event.lang), now)
        after, effects = self._step_in(before, definition, event, now)
        brought = before.brought if before else ()
        return self._with_brought(after, definition, brought), effects

    def _edited(
        self, one: CitizenStep, before: Conversation | None, event: Edited, now: datetime
    ) -> tuple[Conversation | None, tuple[Effect, ...]]:
        """Takes changed words for the ones before, as long as these are the last and not sent."""
        place = place_of_words(before, event.message)
        if before is not None and before.session is not None and place:
            session = replace(before.session, place=place, overlay="")
            return self._lead(one, replace(before, session=session), Typed(event.text), now)
        after, effects = self._lead(one, before, Returned(), now)
        lang = before.session.lang if before and before.session else ""
        return after, (ShowNotice(self._said(lang, "edit-late")), *effects)

    def _lead(
        self, one: CitizenStep, before: Conversation | None, event: Event, now: datetime
    ) -> tuple[Conversation | None, tuple[Effect, ...]]:
        """Steps an event in the campaign to which it leads."""
        came = one.came if isinstance(one.came, Started) else event
        where = self._arrivals.resolve(before, came, event, now)
        if isinstance(where, Choice):
            return self._ask(before, where, event)
        if where is None:
            return None, (
                ShowNotice(self._live_campaigns.sentence_in_each_language("no-campaign")),
                EndConversation(),
            )
        definition = where.campaign
        if (asked := self._asked_to_leave(before, where, event, now)) is not None:
            return asked
        if one.rated.units:
            definition = replace(definition, rated=one.rated)
        if one.held or one.full:
            full = (definition.quotas.full | one.full) - one.held
            definition = replace(definition, quotas=replace(definition.quotas, full=full))
        after, effects = before, tuple[Effect, ...]()
        for each in where.events:
            after, effects = self._step_in(after, definition, each, now)
        after = self._with_brought(after, definition, where.brought)
        if after is not None:
            after = replace(after, typed=_last_words(one, before))
        return after, (*self._told_of_loss(after, definition, came, now), *effects)

    def _told_of_loss(
        self, after: Conversation | None, definition: CampaignDefinition, came: Event, now: datetime
    ) -> tuple[Effect, ...]:
        """Tells who begins or comes back that ratings were lost: nobody knows whose they were."""
        session = after.session if after else None
        if definition.lost is None or session is None or not isinstance(came, Started | Returned):
            return ()
        if phase(definition, now) is not Phase.OPEN:
            return ()
        return (ShowNotice(loss_notice(definition, session.lang)),)

    def _asked_to_leave(
        self, before: Conversation | None, where: Arrival, event: Event, now: datetime
    ) -> tuple[Conversation, tuple[Effect, ...]] | None:
        """Asks before another campaign's link or unit clears unfinished ratings; None otherwise.

        What was wished for waits, to be taken when the citizen goes there.
        """
        session, there = (before.session if before else None), where.campaign
        if before is None or session is None or before.campaign in ("", there.campaign):
            return None
        here = self._live_campaigns.get(before.campaign)
        if here is None or not is_unfinished(session) or left_for(before, event):
            return None
        if any(phase(one, now) is not Phase.OPEN for one in (here, there)):
            return None  # either nothing can go on here, or nothing begins there
        came = next((one for one in reversed(where.events) if isinstance(one, Started)), Started())
        unit = there.unit_code(came.unit)
        wish = Brought(there.campaign, came.link, unit, came.lang, admitted=True)
        kept = tuple(one for one in before.brought if one.campaign not in ("", there.campaign))
        asking = replace(session, overlay=LEAVE, query=there.campaign)
        after = replace(before, session=asking, brought=(*kept, wish)[-MOST_BROUGHT:])
        return after, (ShowScreen(current_screen(here, asking)),)

    def _step_in(
        self,
        before: Conversation | None,
        definition: CampaignDefinition,
        event: Event,
        now: datetime,
    ) -> tuple[Conversation | None, tuple[Effect, ...]]:
        """Steps one event in a campaign."""
        if before is not None and before.session and before.campaign != definition.campaign:
            return self._move(before, before.session, definition, event, now)
        session = before.session if before else None
        after, effects = step(definition, session, self._with_chance(event), now)
        course = progress_after(
            before.progress if before else NOT_BEGUN, definition, session, after, effects
        )
        if after is None:
            return None, effects
        return Conversation(definition.campaign, after, progress=course), effects

    def _with_brought(
        self,
        after: Conversation | None,
        definition: CampaignDefinition,
        brought: tuple[Brought, ...],
    ) -> Conversation | None:
        """Returns the conversation with what waits, which may be all that there is to keep."""
        if after is not None:
            return replace(after, brought=brought)
        return Conversation(definition.campaign, brought=brought) if brought else None

    def _ask(
        self, before: Conversation | None, choice: Choice, event: Event
    ) -> tuple[Conversation | None, tuple[Effect, ...]]:
        """Shows the campaigns to choose from; what was wished for waits at the door."""
        asked = door_of(before)
        lang = known_language(choice.campaigns[0], _language(before, event))
        unit = choice.unit or (asked.unit if asked and not isinstance(event, Started) else "")
        begun = before is not None and before.session is not None
        screen = ShowScreen(door_screen(replace(choice, unit=unit), lang, begun=begun))
        if isinstance(event, Returned):
            return before, (screen,)
        lookups: tuple[Effect, ...] = ()
        notices = self._door_notices(choice, event, lang)
        if isinstance(event, Typed) and (code := find_code(event.text)[0]):
            notices, lookups = (), (LookUpReceipt(code, lang),)
        waiting = Brought("", "", unit, lang, choice.words[:QUERY_LENGTH])
        kept = [one for one in (before.brought if before else ()) if one.campaign]
        after = replace(before or Conversation(), brought=(*kept, waiting))
        return after, (*lookups, *(ShowNotice(text) for text in notices), screen)

    def _door_notices(self, choice: Choice, event: Event, lang: str) -> tuple[str, ...]:
        """Returns what is said over the choice of a campaign."""
        say = self._live_campaigns.sentence
        if isinstance(event, TopicRequested):
            if event.topic in ("help", "privacy"):
                return (explain(choice.campaigns[0], lang, event.topic),)
            told = {
                RECEIPT: "receipt-how",
                PROMISE: "promise-none",
                IDENTITY: "identity-later",
            }.get(event.topic)
            return (say(lang, told),) if told else ()
        if isinstance(event, Started):
            known = not event.unit or choice.unit
            unknown = ("link-unknown" if event.link else "", "" if known else "unit-unknown")
            return tuple(say(lang, key) for key in unknown if key)
        key = about_us(event.text, free_words=False) if isinstance(event, Typed) else ""
        if key and not choice.words:  # which name a unit in several campaigns
            return (sentence(choice.campaigns[0], lang, key),)
        return (say(lang, "units-none"),) if choice.missed else ()

    def _said(self, lang: str, key: str) -> str:
        """Returns a sentence in a language, or in each where none is known."""
        if lang:
            return self._live_campaigns.sentence(lang, key)
        return self._live_campaigns.sentence_in_each_language(key)

    def _move(
        self,
        before: Conversation,
        session: Session,
        definition: CampaignDefinition,
        event: Event,
        now: datetime,
    ) -> tuple[Conversation, tuple[Effect, ...]]:
        """Steps into another campaign, unless that takes no ballots."""
        after, effects = step(definition, None, self._with_chance(event), now)
        if after is None:
            return before, effects
        dropped = (
            (ShowNotice(definition.wording.say(after.lang, "dropped")),)
            if session.answers or begun(session)
            else ()
        )
        return Conversation(definition.campaign, after), (*dropped, *effects)

    def _with_chance(self, event: Event) -> Event:
        if isinstance(event, Typed):
            return replace(event, text=_storable(event.text), token=self._clock.token())
        return (
            replace(event, token=self._clock.token())
            if isinstance(event, Started | Pressed | Identified)
            else event
        )


def again(event: Update) -> Update:
    """Returns what an update means on its second delivery: only an opt-out has an effect again."""
    if isinstance(event, RequestAction):
        return RequestAction("open", event.code)
    return event if isinstance(event, OptedOut | OptedIn) else Returned()


def place_of_words(before: Conversation | None, message: int) -> str:
    """Returns the place that a message's words were meant for; empty when it is too late."""
    session = before.session if before else None
    if before is None or session is None or before.typed[0] != message or not message:
        return ""
    place = before.typed[1]
    answered = place.removeprefix("q:") in session.answers
    return place if place == session.place or answered else ""


def _last_words(one: CitizenStep, before: Conversation | None) -> tuple[int, str]:
    """Returns the citizen's last message with words and the place that it was meant for."""
    place = before.session.place if before and before.session else "unit"
    if one.typed and isinstance(one.event, Typed | Edited):
        return (one.typed, place)
    return before.typed if before else NOTHING_TYPED


def _language(before: Conversation | None, event: Event) -> str:
    """Returns the language of an event, else the conversation's."""
    if isinstance(event, Pressed) and event.data.startswith(START):
        return event.data.removeprefix(START)
    if before is not None and before.session is not None:
        return before.session.lang
    if isinstance(event, Started | Returned) and event.lang:
        return event.lang
    asked = door_of(before)
    return asked.lang if asked else ""


def _storable(text: str) -> str:
    """Returns text that every database can store: no NUL, no half of a surrogate pair."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
