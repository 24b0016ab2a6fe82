"""The screens that lie over a rating: help, language, promise, leaving, and other questions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.effects import Button, OtherPerson, Screen
from survey_flows.gate_texts import PROMISE_SECONDS
from survey_flows.localized_names import in_language, show_deadline, show_end, unit_name
from survey_flows.organiser import organiser_line
from survey_flows.session import (
    LEAD,
    LEAVE,
    OTHER,
    PROMISE,
    PROMISED,
    STOP,
    WHOSE,
    Session,
    begun,
    is_full,
)

COMMANDS = "help-commands"
"""The sentence of the help that names commands; a channel without them has words instead."""
PROMISE_TIME = timedelta(seconds=PROMISE_SECONDS)
Rows = tuple[tuple[Button, ...], ...]


def overlay_screen(definition: CampaignDefinition, session: Session) -> Screen:
    """The screen of the overlay that the session has open."""
    say, lang, key = definition.wording.say, session.lang, session.key
    if session.overlay in (PROMISE, PROMISED):
        return _promise(definition, session)
    if session.overlay == "language":
        rows = [
            Button(say(tag, "language-name"), f"{key}:l:{tag}")
            for tag in definition.wording.languages
        ]
        return Screen(
            "language", lang, say(lang, "language"), column(rows), selected=f"{key}:l:{lang}"
        )
    if session.overlay == "delete":
        rows = [
            Button(say(lang, "delete-yes"), f"{key}:e"),
            Button(say(lang, "delete-no"), f"{key}:o:delete"),
        ]
        title = in_language(definition.title, lang, definition)
        return Screen("delete", lang, say(lang, "delete", title=title), column(rows))
    if session.overlay == OTHER:
        return _other(definition, session)
    if session.overlay == WHOSE:
        return _whose(definition, session)
    if session.overlay == LEAVE:
        rows = [
            Button(say(lang, "leave-stay"), f"{key}:o:{LEAVE}"),
            Button(say(lang, "leave-go"), LEAD + session.query),
        ]
        return Screen(LEAVE, lang, say(lang, "leave-ask"), column(rows))
    if session.overlay == STOP:
        rows = [
            Button(say(lang, "opt-out-yes"), f"{key}:t"),
            Button(say(lang, "opt-out-opinion"), f"{key}:m"),
        ]
        return Screen(STOP, lang, say(lang, "opt-out-ask"), column(rows))
    buttons = [Button(say(lang, "read-on"), f"{key}:o:{session.overlay}")]
    if may_report_pressure(session):
        buttons.append(Button(say(lang, "pressured"), f"{key}:f"))
    return Screen(
        session.overlay, lang, explain(definition, lang, session.overlay), column(buttons)
    )


def _promise(definition: CampaignDefinition, session: Session) -> Screen:
    """Says what the gate's promise proves, or shows it once more is pressed.

    It names no unit: whoever is shown it learns of taking part, and nothing else.
    Who has the promise sealed adds it to the second screen.
    """
    say, lang, key = definition.wording.say, session.lang, session.key
    if session.overlay == PROMISE:
        date = show_deadline(definition, lang, definition.closes_at + PROMISE_TIME)
        rows = column(
            [
                Button(say(lang, "promise-show"), f"{key}:v:show"),
                Button(say(lang, "promise-back"), f"{key}:o:{PROMISE}"),
            ]
        )
        return Screen(PROMISE, lang, say(lang, "promise", date=date), rows)
    rows = column([Button(say(lang, "promise-done"), f"{key}:o:{PROMISED}")])
    text = f"{say(lang, 'promised')}\n{grouped(session.receipt)}\n{say(lang, 'promised-note')}"
    return Screen(PROMISED, lang, text, rows)


def _other(definition: CampaignDefinition, session: Session) -> Screen:
    """Asks which of two units to rate first; with many unfinished ratings one has to end."""
    say, lang, key = definition.wording.say, session.lang, session.key
    here, there = (unit_name(definition, u, lang) for u in (session.unit, session.query))
    rows = [Button(say(lang, "other-stay", unit=here), f"{key}:o:{OTHER}")]
    if is_full(session, session.query):
        count = len(begun(session))
        text = say(lang, "other-full", unit=here, other=there, count=count)
        return Screen(OTHER, lang, text, column(rows))
    rows.append(Button(say(lang, "other-go", unit=there), f"{key}:h"))
    return Screen(OTHER, lang, say(lang, "other-ask", unit=here, other=there), column(rows))


def _whose(definition: CampaignDefinition, session: Session) -> Screen:
    """Asks whether the one who rated from this browser changes that, or another person rates.

    It says that the unit was rated from here, and nothing of how. Another person begins without
    what an invitation vouches for.
    """
    say, lang, key = definition.wording.say, session.lang, session.key
    unit = unit_name(definition, session.query, lang)
    link = definition.links.get(session.link)
    rows = [
        Button(say(lang, "whose-mine"), f"{key}:q"),
        Button(say(lang, "whose-back"), f"{key}:o:{WHOSE}"),
    ]
    return Screen(
        WHOSE,
        lang,
        f"{say(lang, 'whose-ask', unit=unit)}\n{say(lang, 'whose-note')}",
        column(rows),
        other=OtherPerson(
            say(lang, "whose-other"),
            link.token if link and link.source == "open" else "",
            session.query,
        ),
    )


def may_report_pressure(session: Session) -> bool:
    """Whether the screen offers a pressure report: under the receipt and under the help."""
    return bool(session.unit) and (
        session.overlay == "help" if session.overlay else session.place == "receipt"
    )


def explain(definition: CampaignDefinition, lang: str, topic: str) -> str:
    """The text of ``help`` or ``privacy``."""
    if topic == "privacy":
        return definition.wording.say(lang, "privacy", date=show_end(definition, lang))
    said = (
        definition.wording.say(lang, "help"),
        organiser_line(definition.organiser, lang, definition.wording),
    )
    return "\n".join((*filter(None, said), definition.wording.say(lang, COMMANDS)))


def grouped(code: str) -> str:
    """A receipt in groups of four characters."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def column(buttons: Iterable[Button]) -> Rows:
    """One button a row."""
    return tuple((button,) for button in buttons)
