"""Who answers for the year's findings, and what a person has to see to before it is sealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.presence import (
    ENDINGS,
    last_day,
    person_states,
    who_answers,
    who_answers_for_year,
)
from aggregation.model.dated import EndingKind
from aggregation.model.facts import Finding, FindingKind
from aggregation.model.results import OpenTask
from aggregation.model.situation import Situation
from aggregation.model.standings import Answerable, SubjectState
from survey_flows.messages import Message

ANSWERED_FOR = (FindingKind.SAFETY_ACCIDENT, FindingKind.MANIPULATION)
"""Findings about a unit for which its principals answer."""


def states_of_people(given: AppraisalInputs) -> dict[str, SubjectState]:
    """Returns who is appraised and who is not, whatever their scores."""
    return person_states(
        given.held_posts,
        given.absences,
        given.endings,
        given.discipline,
        given.year,
        given.scheme.presence,
    )


def answers_by_finding(given: AppraisalInputs) -> dict[str, tuple[Answerable, ...]]:
    """Returns by finding about a unit the principals of the day on which it happened."""
    posts = given.held_posts
    return {
        fact.id: who_answers(posts, given.absences, given.endings, fact.subject, _day(given, fact))
        for fact in given.facts
        if fact.kind in ANSWERED_FOR
    }


def answers_by_unit(given: AppraisalInputs) -> dict[str, tuple[Answerable, ...]]:
    """Returns by unit the principals who held it long enough to answer for its year."""
    posts = given.held_posts
    return {
        unit.code: who_answers_for_year(
            posts, given.endings, unit.code, given.year, given.scheme.presence
        )
        for unit in given.units
    }


def _day(given: AppraisalInputs, fact: Finding) -> date:
    """The day of a finding; where posts are not dated, one in the year."""
    return date.fromisoformat(fact.date) if given.posts else last_day(given.year)


def gone_people(given: AppraisalInputs) -> frozenset[str]:
    """Returns who has left the service by the end of the year, or held a post and is no leader."""
    ended = {it.person for it in given.endings if it.on <= last_day(given.year)}
    here = {leader.id for leader in given.leaders}
    return frozenset(ended | ({post.person for post in given.posts} - here))


def open_tasks(given: AppraisalInputs, now: Situation) -> tuple[OpenTask, ...]:
    """Returns what a person has to see to: findings for which nobody answers stop the seal."""
    return tuple(sorted({*_tasks(given, now)}, key=lambda it: (it.subject, it.message.id)))


def _tasks(given: AppraisalInputs, now: Situation) -> Iterator[OpenTask]:
    ended = {it.person: it.kind for it in given.endings if it.on <= last_day(given.year)}
    dead = {person for person, kind in ended.items() if kind is EndingKind.DIED}
    for fact in now.facts:
        if fact.kind in ANSWERED_FOR:
            answers = now.answers.get(fact.id, ())
            if not answers:
                message = Message("presence-nobody-answers", finding=fact.id)
                yield OpenTask(fact.subject, message, stops=True)
            for who in answers:
                if who.gone is not None:
                    yield _recorded(who.person, fact, who.gone)
                elif who.person in now.gone:
                    yield _recorded(who.person, fact, Message("presence-no-post"))
        elif fact.subject in now.gone and fact.subject not in dead:
            kind = ended.get(fact.subject)
            how = ENDINGS[kind] if kind else Message("presence-no-post")
            yield _recorded(fact.subject, fact, how)


def _recorded(person: str, fact: Finding, how: Message) -> OpenTask:
    message = Message("presence-recorded", finding=fact.id, how=how)
    return OpenTask(person, message, stops=False)
