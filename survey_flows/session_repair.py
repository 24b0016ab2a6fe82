"""Fits a stored session to the present definition and time, with a notice of what it drops."""

from __future__ import annotations

from dataclasses import replace

from survey_flows.box import GOES, box_of, undecided
from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.questionnaire import Questionnaire
from survey_flows.route import answers_that_count, first_open, visible_questions
from survey_flows.session import (
    IDENTITY,
    LEAVE,
    OTHER,
    PROMISE,
    PROMISED,
    STOP,
    WHOSE,
    Session,
    free_round,
    is_unfinished,
)

_OVERLAYS = frozenset(
    {
        *("", "language", "help", "privacy", "delete"),
        *(STOP, OTHER, LEAVE, WHOSE, PROMISE, PROMISED, IDENTITY),
    }
)


def fit_session(
    definition: CampaignDefinition, session: Session, now: int, *, timed_out: bool
) -> tuple[Session, tuple[str, ...]]:
    """The session that fits, and the keys of the sentences that say what was dropped."""
    kept = tuple(
        one
        for one in session.waiting
        if definition.unit_code(one.unit) == one.unit
        and now - one.seen <= definition.idle_limit.total_seconds()
    )
    if kept != session.waiting:
        session = replace(session, waiting=kept)
    session, gone = _fitting(definition, session)
    late = timed_out or now - session.seen > definition.idle_limit.total_seconds()
    if not (late and session.rating and session.answers):
        return session, gone
    questionnaire = definition.asked(session.unit, session.order)
    fresh = replace(
        session,
        answers={},
        round=free_round(session),
        goes="",
        place=_place(questionnaire, {}, "", ""),
        overlay="",
        seen=now,
        began=now,
        stale=0,
    )
    return fresh, (*gone, "timed-out")


def _fitting(definition: CampaignDefinition, session: Session) -> tuple[Session, tuple[str, ...]]:
    if session.lang not in definition.wording.languages:
        session = replace(session, lang=definition.wording.languages[0])
    lost = session.overlay in (PROMISE, PROMISED) and not session.receipt
    lost |= session.overlay == OTHER and not (
        session.rating and definition.unit_code(session.query)
    )
    lost |= session.overlay == STOP and not session.rating
    lost |= session.overlay == IDENTITY and not definition.identity
    lost |= session.overlay == LEAVE and not is_unfinished(session)
    lost |= session.overlay == WHOSE and not definition.unit_code(session.query)
    if session.overlay not in _OVERLAYS or lost:
        session = replace(session, overlay="")
    if session.rating:
        return _rating(definition, session)
    return _resting(session)


def _resting(session: Session) -> tuple[Session, tuple[str, ...]]:
    """A session without a rating has no words.

    An earlier version asked for a request after the receipt; what was not sent then is cleared.
    """
    said = ("mend-dropped",) if session.place == "send" and session.answers else ()
    if session.place not in ("unit", "receipt"):
        session = replace(session, place="receipt" if session.receipt else "unit")
    return (replace(session, answers={}, goes="") if session.answers else session), said


def _rating(definition: CampaignDefinition, session: Session) -> tuple[Session, tuple[str, ...]]:
    if not session.unit or definition.unit_code(session.unit) != session.unit:
        # What was asked about this rating is past, too.
        overlay = "" if session.overlay in (OTHER, STOP) else session.overlay
        session = replace(session, place="unit", unit="", overlay=overlay, query="", page=0)
        return replace(session, answers={}, goes=""), ("unit-gone",)
    questionnaire = definition.asked(session.unit, session.order)
    answers = answers_that_count(questionnaire, session.answers)
    if session.goes and not _box_holds_words(questionnaire, answers):
        session = replace(session, goes="")
    place = _place(questionnaire, answers, session.place, session.goes)
    if answers == session.answers and place == session.place:
        return session, ()
    return replace(session, answers=answers, place=place), (
        "dropped",
    ) if answers != session.answers else ()


def _box_holds_words(questionnaire: Questionnaire, answers: dict[str, str]) -> bool:
    box = box_of(questionnaire, answers)
    return box is not None and bool(answers.get(box.id))


def _place(questionnaire: Questionnaire, answers: dict[str, str], place: str, goes: str) -> str:
    """The same place if it still exists, otherwise the first open question or the review."""
    if any(place == f"q:{question.id}" for question in visible_questions(questionnaire, answers)):
        return place
    question = first_open(questionnaire, answers)
    if question:
        return f"q:{question.id}"
    wanted = place == GOES and _box_holds_words(questionnaire, answers)
    return GOES if wanted or undecided(questionnaire, answers, goes) else "review"
