"""The screens over a rating: what is asked or told before it goes on."""

from __future__ import annotations

from datetime import timedelta

from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.effects import Button, OtherPerson, Screen
from survey_flows.gate_texts import PROMISE_SECONDS
from survey_flows.identity_kinds import OPENID, PHONE
from survey_flows.localized_names import in_language, show_deadline, show_end, unit_name
from survey_flows.opt_out_words import Wish, wish_of
from survey_flows.organiser import organiser_line
from survey_flows.questionnaire import QuestionKind
from survey_flows.screen_parts import column, grouped
from survey_flows.session import (
    IDENTITY,
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
from survey_flows.typed_intents import is_quit

COMMANDS = "help-commands"
"""The sentence of the help that names commands; a channel without them has words instead."""
DELETE_NOTE = "delete-office"
"""The sentence that says what a deletion leaves alone: words for an office, where it has any.

Whether somebody left such words is not asked: what waits is sealed, and the answer would show an
onlooker whether there are any.
"""
DROP = "drop"
"""The argument of a button that gives up the present rating for another unit's."""
CHOOSE = "help-choose"
"""The line of the help that says how an option is chosen; channels differ in what they take."""
CHAT = "privacy-chat"
"""The line of the privacy text about the app that a chat goes through; a page goes through none."""
PROMISE_TIME = timedelta(seconds=PROMISE_SECONDS)


def overlay_screen(definition: CampaignDefinition, session: Session) -> Screen:
    """The screen of the session's overlay; help where the overlay has no other."""
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
        text = f"{say(lang, 'delete', title=title)}\n{say(lang, DELETE_NOTE)}"
        return Screen("delete", lang, text, column(rows))
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
        return _stop(definition, session)
    if session.overlay == IDENTITY:
        return _identity(definition, session)
    buttons = [Button(say(lang, "read-on"), f"{key}:o:{session.overlay}")]
    if may_report_pressure(session):
        buttons.append(Button(say(lang, "pressured"), f"{key}:f"))
    return Screen(
        session.overlay, lang, explain(definition, lang, session.overlay), column(buttons)
    )


def _stop(definition: CampaignDefinition, session: Session) -> Screen:
    """Asks what words mean that may end the rating or the invitations, or be an opinion."""
    say, lang, key = definition.wording.say, session.lang, session.key
    name = session.place.removeprefix("q:")
    asked = definition.asked(session.unit, session.order)
    question = asked.by_id.get(name)
    opinion = question is not None and question.kind is QuestionKind.TEXT
    opting_out = wish_of(session.query) is Wish.STOP
    stopping = is_quit(session.query)
    rows = []
    if stopping:
        rows.append(Button(say(lang, "quit-yes"), f"{key}:x:{name if question else ''}"))
    if opting_out:
        rows.append(Button(say(lang, "opt-out-yes"), f"{key}:t"))
    if opinion:
        rows.append(Button(say(lang, "opt-out-opinion"), f"{key}:m"))
    rows.append(Button(say(lang, "leave-stay"), f"{key}:o:{STOP}"))
    if not stopping:
        text = say(lang, "opt-out-ask")
    elif opting_out:
        text = say(lang, "quit-which")
    else:
        text = say(lang, "quit-opinion") if opinion else say(lang, "quit-ask")
    return Screen(STOP, lang, text, column(rows))


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


def _identity(definition: CampaignDefinition, session: Session) -> Screen:
    """Says what an identity is for; who makes tickets adds the page on which it is shown.

    Who has shown one may show another, as on a telephone that is shared.
    """
    say, lang, key = definition.wording.say, session.lang, session.key
    told = say(lang, "identity-known") if session.identity else ""
    text = "\n".join(filter(None, (say(lang, _identity_words(definition)), told)))
    rows = column([Button(say(lang, "identity-back"), f"{key}:o:{IDENTITY}")])
    return Screen(IDENTITY, lang, text, rows)


def _identity_words(definition: CampaignDefinition) -> str:
    """Returns the key of what an identity is for, by the kinds that the campaign takes."""
    if OPENID not in definition.identity:
        return "identity"
    return "identity-both" if PHONE in definition.identity else "identity-openid"


def _other(definition: CampaignDefinition, session: Session) -> Screen:
    """Asks which of two units to rate first; with many unfinished ratings one has to end.

    Then each can be gone on with, or the present one be given up.
    """
    say, lang, key = definition.wording.say, session.lang, session.key
    here, there = (unit_name(definition, u, lang) for u in (session.unit, session.query))
    rows = [Button(say(lang, "other-stay", unit=here), f"{key}:o:{OTHER}")]
    if is_full(session, session.query):
        waiting = begun(session)
        text = say(lang, "other-full", unit=here, other=there, count=len(waiting))
        for one in waiting:
            name = unit_name(definition, one.unit, lang)
            rows.append(Button(say(lang, "waiting-go", unit=name), f"{key}:g:{one.unit}"))
        rows.append(Button(say(lang, "other-drop", unit=here, other=there), f"{key}:h:{DROP}"))
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
        say = definition.wording.say
        return say(lang, "privacy", date=show_end(definition, lang), chat=say(lang, CHAT))
    said = (
        definition.wording.say(lang, "help", choose=definition.wording.say(lang, CHOOSE)),
        definition.wording.say(lang, "identity-help") if definition.identity else "",
        organiser_line(definition.organiser, lang, definition.wording),
    )
    return "\n".join((*filter(None, said), definition.wording.say(lang, COMMANDS)))
