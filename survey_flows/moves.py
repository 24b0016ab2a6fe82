"""Moves from one place of the conversation to another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from survey_flows.ballot import STAFF, Ballot
from survey_flows.effects import Ask, Cast, Effect, Pace, Say, Screen, Shortcoming, TurnedAway
from survey_flows.listing import full_cells
from survey_flows.paper import Link, Paper
from survey_flows.questionnaire import NO_ANSWER, Kind, Question, Questionnaire
from survey_flows.route import first_open, visible, with_answer
from survey_flows.screens import current
from survey_flows.session import MEND, ROUNDS, Session
from survey_flows.speech import unit_name

Result = tuple[Session | None, tuple[Effect, ...]]
QUARTER_HOUR = 900


@dataclass(frozen=True, slots=True)
class Turn:
    """One step's input: the session fits the paper; ``token`` is the event's fresh random string."""

    paper: Paper
    session: Session
    now: datetime
    token: str = ""

    def at(self, **changes: Any) -> Turn:
        """The same turn with these fields of its session changed."""
        return Turn(self.paper, replace(self.session, **changes), self.now, self.token)

    def say(self, key: str, **args: str | int) -> str:
        """A sentence in the citizen's language."""
        return self.paper.words.say(self.session.lang, key, **args)

    def screen(self) -> Screen:
        """The screen of the place where the session is."""
        return current(self.paper, self.session)

    @property
    def questionnaire(self) -> Questionnaire:
        """The questionnaire of the unit that is being rated."""
        return self.paper.questionnaires[self.paper.units[self.session.unit].questionnaire]

    @property
    def question(self) -> Question | None:
        """The question that is being asked, if one is."""
        place = self.session.place
        return self.questionnaire.by_id[place[2:]] if place.startswith("q:") else None


def show(turn: Turn, *notices: str) -> Result:
    """Notices, then the screen of the place where the session is."""
    return turn.session, (*(Say(text) for text in notices), Ask(turn.screen()))


def choose_unit(turn: Turn, *notices: str) -> Result:
    """To the list of units; nothing of a rating stays."""
    return show(
        turn.at(place="unit", unit="", answers={}, overlay="", query="", page=0, receipt=""),
        *notices,
    )


def begin(turn: Turn, unit: str, *notices: str) -> Result:
    """To the first question about a unit that can be rated. A new round makes the buttons of the last one stale."""
    number = (turn.session.round + 1) % ROUNDS
    fresh = turn.at(
        unit=unit, answers={}, overlay="", query="", page=0, receipt="", round=number, stale=0
    )
    fresh = fresh.at(began=int(turn.now.timestamp()))
    return onward(fresh, *notices)


def onward(turn: Turn, *notices: str) -> Result:
    """To the first question that is still open, or to the review; away from a unit that has no place left."""
    if full_cells(turn.paper, turn.session):
        return turn_away(turn, *notices)
    question = first_open(turn.questionnaire, turn.session.answers)
    return show(turn.at(place=f"q:{question.id}" if question else "review", overlay=""), *notices)


def turn_away(turn: Turn, *notices: str) -> Result:
    """Say that enough people have rated this unit, and what else can be rated; nothing of the rating stays."""
    cells = full_cells(turn.paper, turn.session)
    told = turn.say("unit-full", unit=unit_name(turn.paper, turn.session.unit, turn.session.lang))
    session, effects = choose_unit(turn, *notices, told)
    return session, (TurnedAway(turn.paper.campaign, cells), *effects)


def answer(turn: Turn, value: str) -> Result:
    """Note the answer to the present question (empty: skipped, or a note that was read) and go on."""
    before = turn.session.answers
    after = with_answer(turn.questionnaire, before, turn.session.place[2:], value)
    notices = () if before.keys() <= after.keys() else (turn.say("hidden"),)
    return onward(turn.at(answers=after), *notices)


def submit(turn: Turn) -> Result:
    """From a complete review to the receipt, which is the turn's token; the session keeps no answer."""
    if full_cells(turn.paper, turn.session):
        return turn_away(turn)
    done = turn.at(place="receipt", answers={}, overlay="", receipt=turn.token)
    return done.session, (Cast(_ballot(turn), _pace(turn)), Ask(done.screen()))


def shortcoming(turn: Turn, *, shared: bool) -> Shortcoming:
    """What is handed to an office; of the time only the day is kept, so that it leads to no ballot."""
    local = turn.now.astimezone(turn.paper.closes_at.tzinfo)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    session, day = turn.session, local.date().isoformat()
    where = (turn.paper.campaign, session.unit, session.answers[MEND], shared, session.lang)
    return Shortcoming(*where, day, int(midnight.timestamp()), int(turn.now.timestamp()))


def _pace(turn: Turn) -> Pace:
    session = turn.session
    seconds = max(0, int(turn.now.timestamp()) - session.began) if session.began else None
    return Pace(seconds, len(session.answers), session.stale, session.link)


def _ballot(turn: Turn) -> Ballot:
    session, paper = turn.session, turn.paper
    shown = visible(turn.questionnaire, session.answers)
    link = paper.links.get(session.link) or Link("")
    return Ballot(
        campaign=paper.campaign,
        unit=session.unit,
        questionnaire=turn.questionnaire.id,
        group=_group(link, shown, session),
        stratum=link.stratum,
        source=link.source,
        ratings=" ".join(session.answers.get(q.id) or NO_ANSWER for q in turn.questionnaire.rated),
        facts=tuple(
            (q.id, session.answers[q.id])
            for q in shown
            if q.kind in _FACTS and session.answers[q.id]
        ),
        comment=_comment(shown, session),
        bucket=int(turn.now.timestamp()) // QUARTER_HOUR,
        receipt=turn.token,
    )


_FACTS = frozenset({Kind.CHOICE, Kind.YES_NO, Kind.INTEGER})


def _group(link: Link, shown: tuple[Question, ...], session: Session) -> str:
    """An invitation vouches for the group; only an open-link resident is moved by what they answered.

    Who says that they work in the unit is moved in any case: an invitation as a resident does not make its staff less
    its staff.
    """
    chosen = [
        q.choices[session.answers[q.id]].group for q in shown if session.answers[q.id] in q.choices
    ]
    if STAFF in chosen:
        return STAFF
    if link.source != "open" or link.group != "resident":
        return link.group
    return next(filter(None, chosen), link.group)


def _comment(shown: tuple[Question, ...], session: Session) -> str:
    """The free text; where there are several, each begins with the id of its question."""
    texts = [
        (q.id, session.answers[q.id])
        for q in shown
        if q.kind is Kind.TEXT and session.answers[q.id]
    ]
    several = sum(q.kind is Kind.TEXT for q in shown) > 1
    return "\n".join(f"[{name}] {text}" if several else text for name, text in texts)
