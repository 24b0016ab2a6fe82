"""Checks of the inputs of an appraisal, all at once and before anything is computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.places import graded_families, with_family_places
from aggregation.appraisal.presence import last_day, main_post
from aggregation.appraisal.quota import quota_misfit
from aggregation.model.facts import AppraisedUnit, FindingKind, Grade
from aggregation.model.names import ROLES
from aggregation.scheme.inner_units import PARENT
from aggregation.scheme.scheme import PUBLIC, Scheme
from survey_flows.errors import Message, Place, Problem, gathered
from survey_flows.messages import Named

ABOUT_UNITS = (FindingKind.SAFETY_ACCIDENT, FindingKind.MANIPULATION, FindingKind.VETO)


def check_inputs(given: AppraisalInputs) -> None:
    """Checks the inputs against each other and against the scheme.

    Raises:
        BadInput: every contradiction, with its subject and what to do.
    """
    problems = [
        *_doubles(given),
        *_units(given.scheme, given.units, given.year),
        *_leaders(given),
        *_personal_scores(given),
        *_indicators(given),
        *_adjustments(given),
        *_findings(given),
        *_decisions(given),
    ]
    if problems:
        raise gathered(problems)


def unit_misfits(scheme: Scheme, units: Iterable[AppraisedUnit], year: int) -> list[Problem]:
    """The problems that keep the city's units from being appraised on a scheme, locked or not.

    Args:
        scheme: the scheme.
        units: the units of the year, without the parts inside them.
        year: the year that is appraised.
    """
    return list(_units(scheme, units, year))


def place_misfits(scheme: Scheme, units: Iterable[AppraisedUnit], year: int) -> list[Problem]:
    """The problems of places that are about to be locked, in all and in each family."""
    listed, field = list(units), Place(field="unit_quota.families")
    graded = graded_families(scheme, listed, year)
    if misfit := quota_misfit(scheme.unit_quota, sum(family.size for family in graded)):
        return [misfit]
    locked = scheme.unit_quota.families
    if not locked:  # they are apportioned when they are applied
        return []
    expected = with_family_places(scheme, listed, year).unit_quota.families
    if names := sorted(locked.keys() ^ expected.keys()):
        return [Problem(Message("appraisal-families-changed", names=tuple(names)), field)]
    return [
        Problem(_too_small(scheme, family.name, family.size), field)
        for family in graded
        if locked[family.name].first + locked[family.name].third > family.size
    ]


def _too_small(scheme: Scheme, family: str, size: int) -> Message:
    called, places = scheme.family_name(family), scheme.unit_quota.families[family]
    return Message(
        "appraisal-family-too-small",
        family=Named(called.zh, called.en),
        size=size,
        first=places.first,
        third=places.third,
    )


def league_of(unit: AppraisedUnit, year: int) -> str | None:
    """The league that the unit belonged to in ``year``; None if no membership covers it."""
    return next((m.league for m in unit.memberships if m.covers(year)), None)


def _unit(code: str) -> Place:
    return Place(subject=Message("appraisal-unit", code=code))


def _leader(id_: str) -> Place:
    return Place(subject=Message("appraisal-leader", id=id_))


def _finding(id_: str) -> Place:
    return Place(subject=Message("appraisal-finding", id=id_))


def _decision(key: str) -> Place:
    return Place(subject=Message("appraisal-decision", key=key))


def _unit_decision(code: str) -> Place:
    return Place(subject=Message("appraisal-unit-decision", code=code))


def _history(subject: str, year: int) -> Place:
    return Place(subject=Message("appraisal-history", subject=subject, year=year))


def _indicator(indicator: str, code: str) -> Place:
    return Place(subject=Message("appraisal-indicator", indicator=indicator, code=code))


def _doubles(given: AppraisalInputs) -> Iterator[Problem]:
    yield from _twice(_unit(unit.code) for unit in given.units)
    yield from _twice(_leader(leader.id) for leader in given.leaders)
    yield from _twice(_finding(fact.id) for fact in given.facts)
    yield from _twice(_decision(made.proposal) for made in given.decisions)
    yield from _twice(_unit_decision(made.unit) for made in given.unit_decisions)
    yield from _twice(_history(past.subject, past.year) for past in given.history)
    for name in sorted(_codes(given) & _ids(given)):
        yield Problem(Message("appraisal-code-of-unit-and-leader"), Place(subject=name))


def _twice(places: Iterable[Place]) -> Iterator[Problem]:
    for place, times in Counter(places).items():
        if times > 1:
            yield Problem(Message("appraisal-stands-twice"), place)


def _codes(given: AppraisalInputs) -> set[str]:
    return {unit.code for unit in given.units}


def _ids(given: AppraisalInputs) -> set[str]:
    return {leader.id for leader in given.leaders}


def _units(scheme: Scheme, units: Iterable[AppraisedUnit], year: int) -> Iterator[Problem]:
    for unit in units:
        category = scheme.categories.get(unit.category)
        if category is None:
            message = Message("appraisal-category-unknown", category=unit.category)
            yield Problem(message, _unit(unit.code))
        elif category.graded_by == "league":
            yield from _league(scheme, unit, year)


def _league(scheme: Scheme, unit: AppraisedUnit, year: int) -> Iterator[Problem]:
    covering = [m.league for m in unit.memberships if m.covers(year)]
    if len(covering) != 1:
        message = Message("appraisal-leagues-in-year", count=len(covering), year=year)
        yield Problem(message, _unit(unit.code))
    elif covering[0] not in scheme.leagues:
        message = Message("appraisal-league-unknown", league=covering[0])
        yield Problem(message, _unit(unit.code))


def _leaders(given: AppraisalInputs) -> Iterator[Problem]:
    codes = _codes(given) | {post.unit for post in given.posts}
    for leader in given.leaders:
        place = _leader(leader.id)
        if leader.unit not in codes:
            yield Problem(Message("appraisal-leader-unit-unknown", unit=leader.unit), place)
        if leader.role not in given.scheme.leaders.shares:
            yield Problem(Message("appraisal-role-without-shares", role=ROLES[leader.role]), place)
        main = main_post(
            (post for post in given.posts if post.person == leader.id), last_day(given.year)
        )
        if main is not None and main.unit != leader.unit:
            yield Problem(Message("appraisal-leader-main-post", unit=main.unit), place)


def _personal_scores(given: AppraisalInputs) -> Iterator[Problem]:
    ids = _ids(given)
    for leader_id, points in given.personal.items():
        if leader_id not in ids:
            yield Problem(Message("appraisal-personal-score-of-nobody"), _leader(leader_id))
        elif not 0 <= points <= 100:
            message = Message("appraisal-personal-score-range", points=str(points))
            yield Problem(message, _leader(leader_id))


def _indicators(given: AppraisalInputs) -> Iterator[Problem]:
    known = set(given.scheme.indicators)
    categories = {u.code: given.scheme.categories.get(u.category) for u in given.units}
    for (unit, indicator), points in given.indicators.items():
        if unit not in categories or indicator not in known:
            yield Problem(Message("appraisal-indicator-unknown"), _indicator(indicator, unit))
        elif not 0 <= points <= 100:
            message = Message("appraisal-indicator-range", points=str(points))
            yield Problem(message, _indicator(indicator, unit))
    for unit, category in categories.items():
        for indicator in category.weights if category else ():
            if indicator not in (PUBLIC, PARENT) and (unit, indicator) not in given.indicators:
                yield Problem(Message("appraisal-indicator-missing"), _indicator(indicator, unit))


def _adjustments(given: AppraisalInputs) -> Iterator[Problem]:
    codes = _codes(given)
    for adjustment in given.adjustments:
        if adjustment.unit not in codes:
            place = Place(subject=Message("appraisal-adjustment", unit=adjustment.unit))
            yield Problem(Message("appraisal-adjustment-unit-unknown"), place)


def _findings(given: AppraisalInputs) -> Iterator[Problem]:
    codes = _codes(given) | {post.unit for post in given.posts}
    ids = _ids(given) | {post.person for post in given.posts}
    for fact in given.facts:
        place = _finding(fact.id)
        if fact.kind in ABOUT_UNITS and fact.subject not in codes:
            yield Problem(Message("appraisal-finding-no-unit", subject=fact.subject), place)
        if fact.kind not in ABOUT_UNITS and fact.subject not in ids:
            yield Problem(Message("appraisal-finding-no-leader", subject=fact.subject), place)
        for text in filter(None, (fact.date, fact.established, fact.revoked)):
            if not _is_date(text):
                yield Problem(Message("appraisal-finding-date", date=text), place)
        if fact.established and fact.established < fact.date:
            yield Problem(Message("appraisal-finding-before", date=fact.established), place)
        if not fact.source.strip():
            yield Problem(Message("appraisal-finding-source-missing"), place)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _decisions(given: AppraisalInputs) -> Iterator[Problem]:
    codes = _codes(given)
    incomplete = Message("appraisal-decision-incomplete")
    for made in given.decisions:
        if not (made.by.strip() and made.reason.strip() and made.at.strip()):
            yield Problem(incomplete, _decision(made.proposal))
    for settled in given.unit_decisions:
        place = _unit_decision(settled.unit)
        if settled.unit not in codes or settled.grade is Grade.FOURTH:
            yield Problem(Message("appraisal-unit-decision-grade"), place)
        if not (settled.by.strip() and settled.reason.strip() and settled.at.strip()):
            yield Problem(incomplete, place)
