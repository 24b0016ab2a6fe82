"""Steps a citizen's conversation: which campaign an update means, and what the engine makes of it.

A step reads no store. It is repeated when a quota turns out to be full, or a place in it held.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.stored_conversation import Conversation
from bot.core.clock import Clock
from bot.core.identity import Citizen
from bot.fieldwork.monitoring.progress import NOT_BEGUN, progress_after
from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.effects import (
    Effect,
    EndConversation,
    HandleRequestAction,
    OptOut,
    ShowNotice,
)
from survey_flows.engine import step
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


@dataclass(slots=True)
class CitizenStep:
    """One update with its conversation before and after, and its effects.

    ``stored`` are the pseudonyms under which the conversation stands before.
    ``held`` are full quota cells in which this person has a place; ``full`` are those in which they
    found none.
    """

    citizen: Citizen
    event: Update
    replayed: bool
    before: Conversation | None
    stored: list[bytes]
    after: Conversation | None = None
    effects: tuple[Effect, ...] = ()
    held: frozenset[QuotaCell] = frozenset()
    full: frozenset[QuotaCell] = frozenset()


class Stepper:
    """Takes the steps of every channel's citizens.

    Args:
        live_campaigns: the campaigns and their words.
        clock: the present time and chance.
    """

    def __init__(self, live_campaigns: LiveCampaigns, clock: Clock) -> None:
        self._live_campaigns = live_campaigns
        self._clock = clock

    def take(self, one: CitizenStep, now: datetime) -> None:
        """Steps the conversation under the quotas as this person finds them."""
        one.after, one.effects = self._step(one, now)

    def _step(
        self, one: CitizenStep, now: datetime
    ) -> tuple[Conversation | None, tuple[Effect, ...]]:
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

    def _with_chance(self, event: Event) -> Event:
        if isinstance(event, Typed):
            return replace(event, text=_storable(event.text), token=self._clock.token())
        return (
            replace(event, token=self._clock.token())
            if isinstance(event, Started | Pressed)
            else event
        )


def again(event: Update) -> Update:
    """Returns what an update means on its second delivery: only an opt-out has an effect again."""
    if isinstance(event, RequestAction):
        return RequestAction("open", event.code)
    return event if isinstance(event, OptedOut) else Returned()


def _storable(text: str) -> str:
    """Returns text that every database can store: no NUL, no half of a surrogate pair."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
