"""Finds the campaign of an update, and what the citizen brought along to it.

A link that is pressed before the opening or in a pause waits in the conversation. It is taken at
the next update that finds its campaign open, in the transaction of that update. Where several
campaigns fit, the wish waits at the door until one is chosen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.links import PERSONAL
from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.stored_conversation import Conversation
from bot.core.identity import Citizen
from bot.crypto.gate_keys import GateKeys
from bot.fieldwork.audience.admission import admit_invited
from survey_flows.campaign_definition import CampaignDefinition, same_cell
from survey_flows.events import Event, Pressed, Returned, Started, TimedOut, Typed
from survey_flows.front_door import MOST_BROUGHT, START, Brought, Choice, Way, chosen
from survey_flows.outside_window import Phase, phase
from survey_flows.session import LEAD, LEAVE


@dataclass(frozen=True, slots=True)
class Arrival:
    """The campaign of an update, the events to step in order, and what still waits then."""

    campaign: CampaignDefinition
    events: tuple[Event, ...]
    brought: tuple[Brought, ...] = ()


async def admit_waiting(
    connection: AsyncConnection,
    keys: GateKeys,
    live_campaigns: LiveCampaigns,
    citizen: Citizen,
    before: Conversation | None,
    now: datetime,
) -> Conversation | None:
    """Returns the conversation with its waiting links admitted whose campaign is open now."""
    if before is None or not before.brought:
        return before
    brought: list[Brought] = []
    for one in before.brought:
        definition = live_campaigns.get(one.campaign)
        is_open = definition is not None and phase(definition, now) is Phase.OPEN
        if is_open and one.link and not one.admitted:
            event = Started(link=one.link)
            admitted = await admit_invited(connection, keys, live_campaigns, citizen, event, now)
            brought.append(replace(one, link=admitted.link, admitted=True))
        else:
            brought.append(one)
    return replace(before, brought=tuple(brought))


class Arrivals:
    """Resolves updates into arrivals.

    Args:
        live_campaigns: the campaigns that are open or were.
    """

    def __init__(self, live_campaigns: LiveCampaigns) -> None:
        self._live_campaigns = live_campaigns

    def resolve(
        self, before: Conversation | None, came: Event, event: Event, now: datetime
    ) -> Arrival | Choice | None:
        """Returns where an update leads, or None while there is no campaign.

        Args:
            before: the conversation.
            came: the update as it came, whose link may be an invitation's.
            event: the same once its link has been admitted.
            now: the present moment.
        """
        asked = door_of(before)
        picked = self._picked(before, asked, event, now)
        if isinstance(picked, Choice):
            return picked
        if picked is not None and asked is not None:
            wishes: tuple[Event, ...] = (Started(unit=asked.unit, lang=asked.lang),)
            wishes += (Typed(asked.words),) if asked.words else ()
            return self._arrive(before, picked, wishes[0], wishes, now)
        if (wanted := left_for(before, event)) and (found := self._live_campaigns.get(wanted)):
            return self._arrive(before, found, Returned(), (Returned(),), now)
        way = self._way(before, event, now)
        return (
            self._arrive(before, way, came, (event,), now)
            if isinstance(way, CampaignDefinition)
            else way
        )

    def _picked(
        self, before: Conversation | None, asked: Brought | None, event: Event, now: datetime
    ) -> Way:
        """Returns the campaign chosen at the door, or the same choice again where one is due."""
        if asked is None or isinstance(event, Started):
            return None
        held = before.campaign if before else ""
        choice = self._choice(asked, held, now)
        if choice is None:
            return None
        if (found := chosen(choice, asked.lang, event)) is not None:
            return found
        if held:
            return choice if isinstance(event, Returned) else None
        return None if isinstance(event, Typed) else choice

    def _choice(self, asked: Brought, held: str, now: datetime) -> Choice | None:
        """Returns the choice that was shown, as it is now; None when nothing is left to choose."""
        if held:
            return self._live_campaigns.elsewhere(held, asked.words, now)
        event = Typed(asked.words) if asked.words else Started(unit=asked.unit)
        way = self._live_campaigns.way(event, "", now)
        return way if isinstance(way, Choice) else None

    def _way(self, before: Conversation | None, event: Event, now: datetime) -> Way:
        """Returns the campaign of an event; for a unit that is not in it, the choice of others."""
        held, session = (before.campaign, before.session) if before else ("", None)
        searching = session is not None and session.place == "unit" and not session.overlay
        if isinstance(event, Typed) and held and searching:
            found = self._live_campaigns.elsewhere(held, event.text, now)
            if found is not None:
                return found
        return self._live_campaigns.way(event, held, now)

    def _arrive(
        self,
        before: Conversation | None,
        definition: CampaignDefinition,
        came: Event,
        events: tuple[Event, ...],
        now: datetime,
    ) -> Arrival:
        own, brought = definition.campaign, before.brought if before else ()
        if phase(definition, now) is not Phase.OPEN:
            return Arrival(definition, events[:1], _waiting(brought, definition, came))
        rest = tuple(one for one in brought if one.campaign not in ("", own))
        if before is not None and before.campaign not in ("", own):
            left = self._live_campaigns.get(before.campaign)
            rest += _left_link(before, left) if left else ()
        first = [
            Started(link=one.link, unit=one.unit, lang=one.lang)
            for one in brought
            if one.campaign == own
        ]
        return Arrival(definition, _in_order(first, events), rest[-MOST_BROUGHT:])


def left_for(before: Conversation | None, event: Event) -> str:
    """Returns the campaign for which a citizen leaves unfinished ratings, having been asked."""
    session = before.session if before else None
    if session is None or session.overlay != LEAVE or not isinstance(event, Pressed):
        return ""
    return session.query if event.data == LEAD + session.query else ""


def door_of(before: Conversation | None) -> Brought | None:
    """Returns the wish that waits for the choice of a campaign."""
    brought = before.brought if before else ()
    return next((one for one in brought if not one.campaign), None)


def _in_order(first: list[Started], events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Returns the events to step: what was brought first, then what is no mere beginning."""
    if not first:
        return events
    event = events[0]
    if isinstance(event, Pressed) and event.data.startswith(START):
        lang = event.data.removeprefix(START)
        return tuple(replace(one, lang=lang) for one in first)
    begins = isinstance(event, Returned | TimedOut) or (
        isinstance(event, Started) and not event.link and not event.unit
    )
    # Words that were typed before the first question was seen cannot be its answer.
    unseen = isinstance(event, Typed) and any(one.unit for one in first)
    return (*first, *(events[1:] if begins or unseen else events))


def _waiting(
    brought: Iterable[Brought], definition: CampaignDefinition, came: Event
) -> tuple[Brought, ...]:
    """Returns what waits once an event has come while its campaign takes no ballots."""
    own, kept = definition.campaign, [one for one in brought if one.campaign]
    if isinstance(came, Pressed) and came.data.startswith(START):
        lang = came.data.removeprefix(START)
        return tuple(replace(one, lang=lang) if one.campaign == own else one for one in kept)
    unit = definition.unit_code(came.unit) if isinstance(came, Started) else ""
    if not isinstance(came, Started) or not (came.link or unit):
        return tuple(kept)
    # A cell's link is internal: whoever read it in the database must gain nothing by it.
    new = Brought(own, came.link.strip(PERSONAL), unit, came.lang)
    others = (one for one in kept if (one.campaign, one.link) != (own, new.link))
    return (*others, new)[-MOST_BROUGHT:]


def _left_link(before: Conversation, left: CampaignDefinition) -> tuple[Brought, ...]:
    """Returns the link of a conversation that is left, when it vouches for something."""
    session = before.session
    link = left.links.get(session.link) if session else None
    if session is None or link is None or link.source == "open":
        return ()
    token = same_cell(left, link.token)
    return (Brought(left.campaign, token, "", session.lang, admitted=True),)
