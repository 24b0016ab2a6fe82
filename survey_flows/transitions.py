"""Moves from one place of the conversation to another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from survey_flows.ballot import STAFF, Ballot
from survey_flows.box import (
    GOES,
    TO_OFFICE,
    TO_UNIT,
    box_of,
    undecided,
    without_personal_data,
)
from survey_flows.campaign_definition import CampaignDefinition, Link
from survey_flows.effects import (
    AnswerTiming,
    Effect,
    HoldRequest,
    QuotaFull,
    RatingBegun,
    Screen,
    ShowNotice,
    ShowScreen,
    StoreBallot,
)
from survey_flows.halves import FACT
from survey_flows.identity_kinds import source_of
from survey_flows.localized_names import unit_name
from survey_flows.questionnaire import NO_ANSWER, Question, QuestionKind, Questionnaire
from survey_flows.route import first_open, visible_questions, with_answer
from survey_flows.screens import current_screen
from survey_flows.session import MOST_WAITING, WHOSE, Session, WaitingRating, free_round
from survey_flows.session_repair import fit_session
from survey_flows.unit_list import full_cells

StepResult = tuple[Session | None, tuple[Effect, ...]]
QUARTER_HOUR = 900


@dataclass(frozen=True, slots=True)
class Turn:
    """One step's input: the session fits the definition; ``token`` is the event's random string."""

    definition: CampaignDefinition
    session: Session
    now: datetime
    token: str = ""

    def with_session(self, **changes: Any) -> Turn:
        """The same turn with these fields of its session changed."""
        return Turn(self.definition, replace(self.session, **changes), self.now, self.token)

    def say(self, key: str, **args: str | int) -> str:
        """A sentence in the citizen's language."""
        return self.definition.wording.say(self.session.lang, key, **args)

    def screen(self) -> Screen:
        """The screen of the place where the session is."""
        return current_screen(self.definition, self.session)

    @property
    def questionnaire(self) -> Questionnaire:
        """The questionnaire of the unit that is being rated."""
        return self.definition.asked(self.session.unit, self.session.order)

    @property
    def question(self) -> Question | None:
        """The question that is being asked, if one is."""
        place = self.session.place
        return self.questionnaire.by_id[place[2:]] if place.startswith("q:") else None


def show(turn: Turn, *notices: str) -> StepResult:
    """Notices, then the screen of the place where the session is."""
    return turn.session, (*(ShowNotice(text) for text in notices), ShowScreen(turn.screen()))


def choose_unit(turn: Turn, *notices: str) -> StepResult:
    """To the list of units; nothing of a rating stays."""
    return show(
        turn.with_session(
            place="unit",
            unit="",
            answers={},
            overlay="",
            query="",
            page=0,
            receipt="",
            redo=False,
            goes="",
        ),
        *notices,
    )


def begin(turn: Turn, unit: str, *notices: str) -> StepResult:
    """Begins a rating of a ratable unit, or goes on with the one of this unit that waits.

    Who rates a unit again is told that the new rating replaces the one before. From a browser,
    which another person may hold now, they are asked first.
    """
    waits = next((one for one in turn.session.waiting if one.unit == unit), None)
    if waits is not None:
        return show(resumed(turn, waits), *notices, turn.say("resumed"))
    rated = turn.definition.rated
    if unit not in rated.units:
        session, effects = begin_anew(turn, unit, *notices)
        return session, (RatingBegun(turn.definition.campaign, unit), *effects)
    if rated.browser:
        session, _ = choose_unit(turn)
        asked = Turn(turn.definition, session, turn.now, turn.token) if session else turn
        return show(asked.with_session(overlay=WHOSE, query=unit), *notices)
    return begin_anew(turn, unit, *notices, turn.say("redo-note"), redo=True)


def begin_anew(turn: Turn, unit: str, *notices: str, redo: bool = False) -> StepResult:
    """Begins a rating. A new round makes the buttons of the last one stale.

    ``redo``: it would replace one that was submitted.
    """
    session, number = turn.session, free_round(turn.session)
    order = session.order or turn.definition.split.draw(turn.token)
    fresh = turn.with_session(
        order=order,
        unit=unit,
        answers={},
        overlay="",
        query="",
        page=0,
        receipt="",
        round=number,
        stale=0,
        goes="",
    )
    fresh = fresh.with_session(began=int(turn.now.timestamp()), redo=redo)
    return go_to_next_question(fresh, *notices)


def put_aside(turn: Turn) -> Turn:
    """The turn with the unfinished rating among those that wait.

    One without answers waits too, for a page that may still show it, unless there is no room.
    """
    session = turn.session
    if not session.rating:
        return turn
    kept = WaitingRating(
        key=session.key,
        unit=session.unit,
        answers=dict(session.answers),
        place=session.place,
        goes=session.goes,
        seen=session.seen,
        began=session.began,
        stale=session.stale,
        redo=session.redo,
        order=session.order,
    )
    others = [one for one in session.waiting if one.unit != session.unit]
    if len(others) >= MOST_WAITING:
        empty = next((one for one in others if not one.answers), None)
        others = [one for one in others if one is not empty]
    waiting = (*others, kept) if len(others) < MOST_WAITING else tuple(others)
    aside = turn.with_session(
        waiting=waiting,
        unit="",
        answers={},
        place="unit",
        overlay="",
        query="",
        page=0,
        redo=False,
        goes="",
    )
    return aside.with_session(round=free_round(aside.session))


def resumed(turn: Turn, rating: WaitingRating) -> Turn:
    """The turn in which this rating goes on, and the one before it waits."""
    rest = tuple(one for one in turn.session.waiting if one is not rating)
    turn = put_aside(turn.with_session(waiting=rest))
    nonce, _, _ = rating.key.rpartition(".")
    session = replace(
        turn.session,
        nonce=nonce,
        round=rating.round,
        unit=rating.unit,
        answers=rating.answers,
        place=rating.place,
        goes=rating.goes,
        began=rating.began,
        stale=rating.stale,
        redo=rating.redo,
        order=rating.order,
        receipt="",
        overlay="",
        query="",
        page=0,
    )
    fitting, _ = fit_session(turn.definition, session, session.seen, timed_out=False)
    return Turn(turn.definition, fitting, turn.now, turn.token)


def go_to_next_question(turn: Turn, *notices: str) -> StepResult:
    """Goes to the first open question or to the review; away from a unit without a free place."""
    if full_cells(turn.definition, turn.session):
        return turn_away(turn, *notices)
    question = first_open(turn.questionnaire, turn.session.answers)
    place = f"q:{question.id}" if question else "review"
    if question is None and undecided(turn.questionnaire, turn.session.answers, turn.session.goes):
        place = GOES
    return show(turn.with_session(place=place, overlay=""), *notices)


def turn_away(turn: Turn, *notices: str) -> StepResult:
    """Says that enough people have rated this unit and offers others; drops the rating."""
    cells = full_cells(turn.definition, turn.session)
    notice = turn.say(
        "unit-full", unit=unit_name(turn.definition, turn.session.unit, turn.session.lang)
    )
    session, effects = choose_unit(turn, *notices, notice)
    return session, (QuotaFull(turn.definition.campaign, cells), *effects)


def answer(turn: Turn, value: str) -> StepResult:
    """Notes the answer to the question (empty: skipped, or a note that was read); goes on."""
    before = turn.session.answers
    after = with_answer(turn.questionnaire, before, turn.session.place[2:], value)
    notices = () if before.keys() <= after.keys() else (turn.say("hidden"),)
    box = box_of(turn.questionnaire, after)
    goes = "" if box is not None and turn.session.place == f"q:{box.id}" else turn.session.goes
    return go_to_next_question(turn.with_session(answers=after, goes=goes), *notices)


def choose_destination(turn: Turn, goes: str) -> StepResult:
    """Notes where the words of the box go, or that their personal data is kept."""
    return go_to_next_question(turn.with_session(goes=goes))


def hide_personal_data(turn: Turn) -> StepResult:
    """Takes out of the box what looks like personal data."""
    box = box_of(turn.questionnaire, turn.session.answers)
    if box is None:
        return go_to_next_question(turn)
    hidden = without_personal_data(turn.session.answers[box.id])
    return show(turn.with_session(answers={**turn.session.answers, box.id: hidden}))


def submit(turn: Turn) -> StepResult:
    """Goes from a complete review to the receipt, which is the turn's token; drops the answers."""
    if full_cells(turn.definition, turn.session):
        return turn_away(turn)
    done = turn.with_session(
        place="receipt", answers={}, overlay="", receipt=turn.token, redo=False, goes=""
    )
    effects: tuple[Effect, ...] = (StoreBallot(_ballot(turn), _pace(turn)),)
    words = _for_an_office(turn)
    if not words:
        return done.session, (*effects, ShowScreen(done.screen()))
    notice = ShowNotice(turn.say("mend-sent"))
    return done.session, (*effects, _request(turn, words), notice, ShowScreen(done.screen()))


def _for_an_office(turn: Turn) -> str:
    """The words of the box that go to an office; empty for those that are only counted."""
    box = box_of(turn.questionnaire, turn.session.answers)
    if box is None or turn.session.goes not in (TO_OFFICE, TO_UNIT):
        return ""
    return turn.session.answers.get(box.id, "")


def _request(turn: Turn, words: str) -> HoldRequest:
    """The request for an office; its time is only a day, so that it leads to no ballot."""
    local = turn.now.astimezone(turn.definition.closes_at.tzinfo)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    session, day = turn.session, local.date().isoformat()
    shared = session.goes == TO_UNIT
    where = (turn.definition.campaign, session.unit, words, shared, session.lang)
    return HoldRequest(*where, day, int(midnight.timestamp()), int(turn.now.timestamp()))


def _pace(turn: Turn) -> AnswerTiming:
    session = turn.session
    seconds = max(0, int(turn.now.timestamp()) - session.began) if session.began else None
    link = turn.definition.links.get(session.link) or Link("")
    return AnswerTiming(seconds, len(session.answers), session.stale, session.link, link.cluster)


def _ballot(turn: Turn) -> Ballot:
    session, definition = turn.session, turn.definition
    written = definition.asked(session.unit, order="")
    shown = visible_questions(turn.questionnaire, session.answers)
    link = definition.links.get(session.link) or Link("")
    return Ballot(
        campaign=definition.campaign,
        unit=session.unit,
        questionnaire=turn.questionnaire.id,
        group=_group(link, shown, session),
        stratum=link.stratum,
        source=source_of(link.source, session.identity),
        ratings=" ".join(session.answers.get(q.id) or NO_ANSWER for q in written.rated),
        facts=tuple(
            (q.id, session.answers[q.id])
            for q in shown
            if q.kind in _FACTS and session.answers[q.id]
        )
        + (((FACT, session.order),) if session.order else ()),
        comment=_comment(shown, session, without=_for_an_office(turn)),
        bucket=int(turn.now.timestamp()) // QUARTER_HOUR,
        receipt=turn.token,
    )


_FACTS = frozenset({QuestionKind.CHOICE, QuestionKind.YES_NO, QuestionKind.INTEGER})


def _group(link: Link, shown: tuple[Question, ...], session: Session) -> str:
    """The rater's evaluator group. An invitation decides it, except for own staff.

    An open-link resident's group follows their answers. A person who says that they work in the
    unit counts as own staff in any case.
    """
    chosen = [
        q.choices[session.answers[q.id]].group for q in shown if session.answers[q.id] in q.choices
    ]
    if STAFF in chosen:
        return STAFF
    if link.source != "open" or link.group != "resident":
        return link.group
    return next(filter(None, chosen), link.group)


def _comment(shown: tuple[Question, ...], session: Session, without: str = "") -> str:
    """The free text; where there are several, each begins with the id of its question.

    ``without``: the words of the box that are a request.
    """
    asked = shown[:-1] if without else shown
    texts = [
        (q.id, session.answers[q.id])
        for q in asked
        if q.kind is QuestionKind.TEXT and session.answers[q.id]
    ]
    several = sum(q.kind is QuestionKind.TEXT for q in shown) > 1
    return "\n".join(f"[{name}] {text}" if several else text for name, text in texts)
