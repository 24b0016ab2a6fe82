"""Who is appraised in a year: units by their days, persons by posts, absences and discipline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from aggregation.model.dated import (
    ONE_DAY,
    Absence,
    AbsenceKind,
    Discipline,
    DisciplineKind,
    Ending,
    EndingKind,
    Held,
    Period,
    Post,
    UnitEvent,
    UnitEventKind,
    UnitPeriod,
)
from aggregation.model.facts import AppraisedUnit, Membership, Role
from aggregation.model.standings import APPRAISED, Answerable, AppraisalState, SubjectState
from aggregation.scheme.parts import Presence
from survey_flows.messages import Message

ENDINGS = {
    EndingKind.RETIRED: Message("presence-retired"),
    EndingKind.LEFT: Message("presence-left"),
    EndingKind.DIED: Message("presence-died"),
}


def last_day(year: int) -> date:
    """The day on which it is looked who holds which post in which unit."""
    return date(year, 12, 31)


# Units


def unit_as_of(periods: Iterable[UnitPeriod], code: str, day: date) -> UnitPeriod | None:
    """Returns a unit as it was on a day; None if it did not exist then."""
    return next((it for it in periods if it.code == code and it.period.covers(day)), None)


def unit_states(
    periods: Sequence[UnitPeriod], events: Sequence[UnitEvent], year: int, rules: Presence
) -> dict[str, SubjectState]:
    """Returns the state of each unit that existed in the year.

    A unit is appraised that exists on the last day and on enough days of the year; the days of its
    predecessors count if it continues them.
    """
    codes = sorted({it.code for it in periods if it.period.days_in(year)})
    return {code: _unit_state(periods, events, code, year, rules) for code in codes}


def _unit_state(
    periods: Sequence[UnitPeriod],
    events: Sequence[UnitEvent],
    code: str,
    year: int,
    rules: Presence,
) -> SubjectState:
    if unit_as_of(periods, code, last_day(year)) is None:
        until = max(it.period.until for it in periods if it.code == code and it.period.until)
        return _not_appraised(Message("presence-unit-ended", on=until.isoformat()))
    days = _unit_days(periods, events, code, year)
    if days < rules.unit_days:
        message = Message("presence-unit-young", days=days, least=rules.unit_days)
        return _not_appraised(message)
    return APPRAISED


def _unit_days(
    periods: Sequence[UnitPeriod], events: Sequence[UnitEvent], code: str, year: int
) -> int:
    """Returns on how many days of a year a unit existed, by itself or in those it continues."""
    codes = {code}
    for event in sorted(events, key=lambda it: it.on, reverse=True):
        if event.continues and codes & set(event.after):
            codes |= set(event.before)
    mine = [it.period for it in periods if it.code in codes]
    first = date(year, 1, 1)
    days = (last_day(year) - first).days + 1
    return sum(
        any(period.covers(first + number * ONE_DAY) for period in mine) for number in range(days)
    )


def unit_of_year(
    periods: Sequence[UnitPeriod],
    events: Sequence[UnitEvent],
    code: str,
    year: int,
    registered: date | None = None,
) -> AppraisedUnit | None:
    """Returns a unit as it is appraised in a year; None if it does not exist on the last day.

    Name and parent are those of the last day, category and league those of the day on which the
    campaign was registered: a unit that is recategorised meanwhile moves with the next campaign. A
    unit that was renamed in the year is printed with both names.
    """
    last = unit_as_of(periods, code, last_day(year))
    if last is None:
        return None
    then = unit_as_of(periods, code, registered) if registered else None
    graded = then or last
    zh, en = last.zh, last.en
    renames = [it for it in events if it.kind is UnitEventKind.RENAME and code in it.after]
    for event in renames:
        before = unit_as_of(periods, code, event.on - ONE_DAY)
        if event.on.year == year and before is not None and before.zh != last.zh:
            zh, en = f"{last.zh}（原{before.zh}）", f"{last.en} (formerly {before.en})"
    league = (Membership(graded.league),) if graded.league else ()
    return AppraisedUnit(code, zh, en, graded.category, league, last.parent)


# Persons


def person_states(
    posts: Sequence[Post],
    absences: Iterable[Absence],
    endings: Iterable[Ending],
    discipline: Iterable[Discipline],
    year: int,
    rules: Presence,
) -> dict[str, SubjectState]:
    """Returns the state of everybody who held a post in the year, whatever their scores."""
    ended = {it.person: it for it in endings}
    held = [_ended(post, ended.get(post.person)) for post in posts]
    away: dict[str, list[Absence]] = {}
    for absence in absences:
        away.setdefault(absence.person, []).append(absence)
    cases: dict[str, list[Discipline]] = {}
    for case in discipline:
        cases.setdefault(case.person, []).append(case)
    posts_of: dict[str, list[Post]] = {}
    for post in held:
        posts_of.setdefault(post.person, []).append(post)
    return {
        person: _person_state(
            mine,
            away.get(person, []),
            ended.get(person),
            cases.get(person, []),
            year,
            rules,
        )
        for person, mine in sorted(posts_of.items())
        if any(post.period.days_in(year) for post in mine)
    }


def _person_state(
    posts: Sequence[Post],
    absences: Sequence[Absence],
    ending: Ending | None,
    discipline: Sequence[Discipline],
    year: int,
    rules: Presence,
) -> SubjectState:
    day = last_day(year)
    if ending is not None and ending.on <= day:
        return _not_appraised(ENDINGS[ending.kind])
    if main_post(posts, day) is None:
        return _not_appraised(Message("presence-no-post"))
    days = _days([post.period for post in posts], year)
    if days < rules.post_days:
        return _not_appraised(Message("presence-late", days=days, least=rules.post_days))
    leave = [it.period for it in absences if it.kind is not AbsenceKind.PROBATION]
    absent = _days(leave, year)
    if absent > rules.absent_days:
        return _not_appraised(Message("presence-absent", days=absent, most=rules.absent_days))
    on_probation = (it.kind is AbsenceKind.PROBATION and it.period.covers(day) for it in absences)
    if any(on_probation):
        return SubjectState(AppraisalState.NO_GRADE, Message("presence-probation"))
    running = [it for it in discipline if it.period.covers(day)]
    if any(it.kind is DisciplineKind.INVESTIGATION for it in running):
        reason = Message("presence-investigation")
        return SubjectState(AppraisalState.NO_GRADE, reason, deferred=True)
    if running:
        return SubjectState(AppraisalState.NO_GRADE, Message("presence-sanction"))
    return APPRAISED


def _not_appraised(reason: Message) -> SubjectState:
    return SubjectState(AppraisalState.NOT_APPRAISED, reason)


def _ended(post: Post, ending: Ending | None) -> Post:
    """A post that ends at the latest when the person leaves the service."""
    if ending is None or not post.period.covers(ending.on - ONE_DAY):
        return post
    return replace(post, period=Period(post.period.begins, ending.on - ONE_DAY))


def _days(periods: Sequence[Period], year: int) -> int:
    """Returns on how many days of a year one of the periods holds; overlaps count once."""
    first = date(year, 1, 1)
    spans = [
        (max(period.begins, first).toordinal(), days)
        for period in periods
        if (days := period.days_in(year))
    ]
    found = reached = 0
    for begins, days in sorted(spans):
        found += max(0, begins + days - max(begins, reached))
        reached = max(reached, begins + days)
    return found


def main_post(posts: Iterable[Post], day: date) -> Post | None:
    """Returns a person's main post of a day; it gives grade, role and pool."""
    here = [post for post in posts if post.main and post.period.covers(day)]
    return max(here, key=lambda post: (post.period.begins, post.unit), default=None)


def unit_shares(posts: Iterable[Post], year: int) -> dict[str, tuple[tuple[str, int], ...]]:
    """Returns by person the units of the main post, each with its days of the year."""
    days: dict[str, dict[str, int]] = {}
    for post in posts:
        if post.main and (here := post.period.days_in(year)):
            mine = days.setdefault(post.person, {})
            mine[post.unit] = mine.get(post.unit, 0) + here
    return {person: tuple(sorted(mine.items())) for person, mine in days.items()}


# Who answers


def who_answers(
    posts: Iterable[Post],
    absences: Iterable[Absence],
    endings: Iterable[Ending],
    unit: str,
    day: date,
) -> tuple[Answerable, ...]:
    """Returns the principals who answer for what happened in a unit on a day, wherever they are.

    Held or acting, several if there were several. One on leave while another one acted answers only
    if a person decides so. Of somebody who has died nothing is said. Nobody: an open task.
    """
    here = [
        post
        for post in posts
        if post.unit == unit and post.role is Role.PRINCIPAL and post.period.covers(day)
    ]
    here = [post for post in here if post.held is not Held.SECONDED]
    on_leave = {
        it.person
        for it in absences
        if it.period.covers(day) and it.kind is not AbsenceKind.PROBATION
    }
    acted = any(post.held is Held.ACTING and post.person not in on_leave for post in here)
    ended = {it.person: it.kind for it in endings}
    return tuple(
        Answerable(person, acted and person in on_leave, _gone(ended.get(person)))
        for person in sorted({post.person for post in here})
        if ended.get(person) is not EndingKind.DIED
    )


def who_answers_for_year(
    posts: Iterable[Post], endings: Iterable[Ending], unit: str, year: int, rules: Presence
) -> tuple[Answerable, ...]:
    """Returns the principals who held a third-grade unit for enough days of the year."""
    ended = {it.person: it.kind for it in endings}
    held: dict[str, list[Period]] = {}
    for post in posts:
        if post.unit == unit and post.role is Role.PRINCIPAL and post.held is not Held.SECONDED:
            held.setdefault(post.person, []).append(post.period)
    return tuple(
        Answerable(person, gone=_gone(ended.get(person)))
        for person, periods in sorted(held.items())
        if _days(periods, year) >= rules.answer_days and ended.get(person) is not EndingKind.DIED
    )


def _gone(kind: EndingKind | None) -> Message | None:
    return None if kind is None else ENDINGS[kind]


def people_of(states: Mapping[str, SubjectState], state: AppraisalState) -> list[str]:
    """Returns who is in a state, sorted."""
    return sorted(person for person, it in states.items() if it.state is state)
