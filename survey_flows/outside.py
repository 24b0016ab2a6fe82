"""What a citizen is told when there is no conversation to go on with: before, after and between."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from survey_flows.effects import Ask, Button, Close, Effect, Say, Screen
from survey_flows.events import Asked, Event, Pressed, Started
from survey_flows.paper import Paper
from survey_flows.screens import explain
from survey_flows.session import Session
from survey_flows.speech import in_language, known_language, show_date


class Phase(Enum):
    """Whether the campaign takes ratings."""

    BEFORE = "not-open"
    OPEN = "open"
    PAUSED = "paused"
    AFTER = "closed"


def phase(paper: Paper, now: datetime) -> Phase:
    """Where the campaign stands: open in [opens_at, closes_at) while its state is ``open``."""
    if paper.state in ("closing", "closed") or now >= paper.closes_at:
        return Phase.AFTER
    if now < paper.opens_at:
        return Phase.BEFORE
    return Phase.OPEN if paper.state == "open" else Phase.PAUSED


def outside(
    paper: Paper, session: Session | None, event: Event, where: Phase, now: datetime
) -> tuple[Session | None, tuple[Effect, ...]]:
    """The answer to any event while no ratings are taken.

    Unfinished answers are dropped once the campaign has been closed, not by the time alone: a clock may be wrong.
    """
    lang = _language(paper, session, event)
    notices = [*_topic(paper, event, where, lang)]
    effects: tuple[Effect, ...] = ()
    closed = paper.state in ("closing", "closed")
    if where is Phase.AFTER and session is not None and session.answers:
        notices.insert(
            0, paper.words.say(lang, "closed-unfinished" if closed else "closed-uncounted")
        )
    if closed and session is not None:
        session, effects = None, (Close(),)
    return session, (
        *(Say(text) for text in notices),
        Ask(_notice(paper, lang, where, now)),
        *effects,
    )


def _language(paper: Paper, session: Session | None, event: Event) -> str:
    if isinstance(event, Pressed) and event.data.startswith("start:"):
        return known_language(paper, event.data.removeprefix("start:"))
    if session is not None:
        return known_language(paper, session.lang)
    return known_language(paper, event.lang if isinstance(event, Started) else "")


def _topic(paper: Paper, event: Event, where: Phase, lang: str) -> tuple[str, ...]:
    if not isinstance(event, Asked):
        return ()
    if event.topic in ("help", "privacy"):
        return (explain(paper, lang, event.topic),)
    if event.topic == "receipt":
        return (paper.words.say(lang, "receipt-how"),)
    return (
        (paper.words.say(lang, "closed-delete"),)
        if event.topic == "delete" and where is Phase.AFTER
        else ()
    )


def _notice(paper: Paper, lang: str, where: Phase, now: datetime) -> Screen:
    say, title = paper.words.say, in_language(paper.title, lang, paper)
    if where is Phase.BEFORE:
        text = say(lang, "not-open", title=title, date=show_date(paper, lang, paper.opens_at))
    elif where is Phase.PAUSED:
        text = say(lang, "paused", title=title)
    elif now < paper.closes_at:
        text = say(lang, "closed-early", title=title)
    else:
        text = say(lang, "closed", title=title, date=show_date(paper, lang, paper.closes_at))
    buttons = tuple(
        Button(say(tag, "language-name"), f"start:{tag}") for tag in paper.words.languages
    )
    return Screen(where.value, lang, text, (buttons,), selected=f"start:{lang}")


def idle(paper: Paper, lang: str) -> Screen:
    """Nothing is under way: a button in each language begins."""
    text = paper.words.say(lang, "idle", title=in_language(paper.title, lang, paper))
    return Screen("start", lang, text, _begin(paper))


def farewell(paper: Paper, lang: str) -> Screen:
    """Everything was deleted; the citizen may begin again."""
    return Screen("deleted", lang, paper.words.say(lang, "deleted"), _begin(paper))


def _begin(paper: Paper) -> tuple[tuple[Button, ...], ...]:
    say = paper.words.say
    return tuple(
        (Button(f"{say(tag, 'begin')} · {say(tag, 'language-name')}", f"start:{tag}"),)
        for tag in paper.words.languages
    )
