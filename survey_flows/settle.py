"""Making a stored session fit: what is too old, and what the paper has no more, goes, with a notice."""

from __future__ import annotations

from dataclasses import replace

from survey_flows.paper import Paper
from survey_flows.questionnaire import Questionnaire
from survey_flows.route import first_open, kept, visible
from survey_flows.session import MEND, ROUNDS, Session

_OVERLAYS = frozenset({"", "language", "help", "privacy", "delete"})


def settled(
    paper: Paper, session: Session, now: int, *, timed_out: bool
) -> tuple[Session, tuple[str, ...]]:
    """The session as it fits paper and time, and the keys of the sentences that say what was cleared."""
    session, gone = _fitting(paper, session)
    late = timed_out or now - session.seen > paper.idle_limit.total_seconds()
    if not (late and session.rating and session.answers):
        return session, gone
    questionnaire = paper.questionnaires[paper.units[session.unit].questionnaire]
    number = (session.round + 1) % ROUNDS
    fresh = replace(
        session,
        answers={},
        round=number,
        place=_place(questionnaire, {}, ""),
        overlay="",
        seen=now,
        began=now,
        stale=0,
    )
    return fresh, (*gone, "timed-out")


def _fitting(paper: Paper, session: Session) -> tuple[Session, tuple[str, ...]]:
    if session.lang not in paper.words.languages:
        session = replace(session, lang=paper.words.languages[0])
    if session.overlay not in _OVERLAYS:
        session = replace(session, overlay="")
    if session.rating:
        return _rating(paper, session)
    return _resting(paper, session)


def _resting(paper: Paper, session: Session) -> tuple[Session, tuple[str, ...]]:
    """A session that rates nothing: only what waits to be sent has words."""
    if session.place in (MEND, "send") and session.unit not in paper.units:
        return replace(session, place="unit", unit="", answers={}, receipt=""), ("unit-gone",)
    if session.place == "send" and session.answers.keys() == {MEND}:
        return session, ()
    if session.place not in ("unit", "receipt", MEND):
        session = replace(session, place="unit")
    return (replace(session, answers={}) if session.answers else session), ()


def _rating(paper: Paper, session: Session) -> tuple[Session, tuple[str, ...]]:
    unit = paper.units.get(session.unit)
    questionnaire = paper.questionnaires.get(unit.questionnaire) if unit else None
    if questionnaire is None:
        return replace(session, place="unit", unit="", answers={}, query="", page=0), ("unit-gone",)
    answers = kept(questionnaire, session.answers)
    place = _place(questionnaire, answers, session.place)
    if answers == session.answers and place == session.place:
        return session, ()
    return replace(session, answers=answers, place=place), (
        "dropped",
    ) if answers != session.answers else ()


def _place(questionnaire: Questionnaire, answers: dict[str, str], place: str) -> str:
    """The same place if the questionnaire still has it, otherwise the first open question or the review."""
    if any(place == f"q:{question.id}" for question in visible(questionnaire, answers)):
        return place
    question = first_open(questionnaire, answers)
    return f"q:{question.id}" if question else "review"
