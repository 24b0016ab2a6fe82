"""Answers to a citizen while no ratings are taken: before, between and after."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.effects import Button, Effect, EndConversation, Screen, ShowNotice, ShowScreen
from survey_flows.events import Event, Pressed, Returned, Started, TopicRequested
from survey_flows.localized_names import in_language, known_language, show_date, show_end
from survey_flows.overlays import explain
from survey_flows.session import IDENTITY, PROMISE, Session, begun

DELETED = "deleted"
DELETED_NOTE = "deleted-office"
"""The sentence that says after a deletion what goes out all the same (`overlays.DELETE_NOTE`)."""
OVER = ("closing", "held", "closed")
"""The states of a campaign that takes no ratings any more."""


class Phase(Enum):
    """Whether the campaign takes ratings."""

    BEFORE = "not-open"
    OPEN = "open"
    PAUSED = "paused"
    AFTER = "closed"


def phase(definition: CampaignDefinition, now: datetime) -> Phase:
    """The phase of the campaign: open in [opens_at, closes_at) while its state is ``open``."""
    if definition.state in OVER or now >= definition.closes_at:
        return Phase.AFTER
    if now < definition.opens_at:
        return Phase.BEFORE
    return Phase.OPEN if definition.state == "open" else Phase.PAUSED


def answer_outside_window(
    definition: CampaignDefinition,
    session: Session | None,
    event: Event,
    where: Phase,
    now: datetime,
) -> tuple[Session | None, tuple[Effect, ...]]:
    """The answer to any event while no ratings are taken.

    Unfinished answers are dropped once the campaign is closed, not by the time alone: a clock may
    be wrong.
    """
    lang = _language(definition, session, event)
    notices = [*_topic(definition, event, where, lang)]
    effects: tuple[Effect, ...] = ()
    closed = definition.state in OVER
    if where is Phase.AFTER and session is not None and (session.answers or begun(session)):
        notices.insert(
            0, definition.wording.say(lang, "closed-unfinished" if closed else "closed-uncounted")
        )
    if closed and session is not None:
        session, effects = None, (EndConversation(),)
    return session, (
        *(ShowNotice(text) for text in notices),
        ShowScreen(_notice(definition, lang, where, now)),
        *effects,
    )


def _language(definition: CampaignDefinition, session: Session | None, event: Event) -> str:
    if isinstance(event, Pressed) and event.data.startswith("start:"):
        return known_language(definition, event.data.removeprefix("start:"))
    if session is not None:
        return known_language(definition, session.lang)
    return known_language(definition, event.lang if isinstance(event, Started | Returned) else "")


def _topic(
    definition: CampaignDefinition, event: Event, where: Phase, lang: str
) -> tuple[str, ...]:
    if not isinstance(event, TopicRequested):
        return ()
    if event.topic in ("help", "privacy"):
        return (explain(definition, lang, event.topic),)
    if event.topic == "receipt":
        return (definition.wording.say(lang, "receipt-how"),)
    if event.topic == PROMISE:
        return (definition.wording.say(lang, "promise-none"),)
    if event.topic == IDENTITY:
        return (definition.wording.say(lang, "identity-none"),)
    return (
        (definition.wording.say(lang, "closed-delete"),)
        if event.topic == "delete" and where is Phase.AFTER
        else ()
    )


def _notice(definition: CampaignDefinition, lang: str, where: Phase, now: datetime) -> Screen:
    say, title = definition.wording.say, in_language(definition.title, lang, definition)
    if where is Phase.BEFORE:
        text = say(
            lang, "not-open", title=title, date=show_date(definition, lang, definition.opens_at)
        )
    elif where is Phase.PAUSED:
        text = say(lang, "paused", title=title)
    elif definition.state == "held":
        text = say(lang, "closed-held", title=title)
    elif now < definition.closes_at:
        text = say(lang, "closed-early", title=title)
    else:
        text = say(lang, "closed", title=title, date=show_end(definition, lang))
    buttons = tuple(
        Button(say(tag, "language-name"), f"start:{tag}") for tag in definition.wording.languages
    )
    return Screen(where.value, lang, text, (buttons,), selected=f"start:{lang}")


def idle_screen(definition: CampaignDefinition, lang: str) -> Screen:
    """The screen without a rating under way; a button in each language begins one."""
    text = definition.wording.say(
        lang, "idle", title=in_language(definition.title, lang, definition)
    )
    return Screen("start", lang, text, _begin(definition))


def deleted_screen(definition: CampaignDefinition, lang: str) -> Screen:
    """Everything was deleted; the citizen may begin again."""
    title = in_language(definition.title, lang, definition)
    say = definition.wording.say
    text = f"{say(lang, 'deleted', title=title)}\n{say(lang, DELETED_NOTE)}"
    return Screen(DELETED, lang, text, _begin(definition))


def _begin(definition: CampaignDefinition) -> tuple[tuple[Button, ...], ...]:
    say = definition.wording.say
    return tuple(
        (Button(f"{say(tag, 'begin')} · {say(tag, 'language-name')}", f"start:{tag}"),)
        for tag in definition.wording.languages
    )
