"""The appraisal inside units (R16): parts are appraised by the same steps as units, to any depth.

A body is a unit together with its parts and the people in them. Its parts inherit the unit's total
as one component of theirs, their places of each grade follow from the unit's grade, and all else is
as in `aggregation.appraisal`. A body never changes the results above it, so the city's figures are
the same with and without bodies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.model.facts import AppraisedUnit, Parent
from aggregation.model.reason_lines import ReasonLine
from aggregation.model.results import AppraisalResult, Certainty, UnitResult
from aggregation.scheme.inner_units import InnerScheme
from aggregation.scheme.scheme import inner_scheme, scheme_levels
from survey_flows.errors import BadInput, Message, Place, Problem, gathered

T = TypeVar("T")
CITY = ""
"""The body whose parts are the units themselves."""


@dataclass(frozen=True, slots=True)
class InnerBody:
    """The parts of one unit and their result. ``level`` is 1 for the parts of the city's units.

    ``result`` is None while the unit itself waits for a person: until then nothing inside it can be
    graded.
    """

    unit: str
    zh: str
    en: str
    level: int
    inputs: AppraisalInputs
    result: AppraisalResult | None


def city_inputs(given: AppraisalInputs) -> AppraisalInputs:
    """The inputs of the city's own units. Material about an unknown subject stays among them."""
    return _divide(given)[CITY]


def appraise_inside(given: AppraisalInputs, city: AppraisalResult) -> tuple[InnerBody, ...]:
    """The bodies of all units that have parts, level by level and by code within a level.

    Args:
        given: the whole year's material: parts among ``units``, people in them among ``leaders``.
        city: the result that `aggregation.appraisal.appraise` derives from `city_inputs`.

    Raises:
        BadInput: a part belongs to an unknown unit or to itself, the scheme has no rules for a
            level, or the material of a body contradicts itself.
    """
    bodies = {code: part for code, part in _divide(given).items() if code != CITY}
    _check_tree(given.units)
    digest = given.scheme.digest if bodies else ""
    above: Sequence[UnitResult] = city.units
    found: list[InnerBody] = []
    for level, inner in enumerate([*scheme_levels(given.scheme), None], 1):
        here = [(unit, bodies[unit.unit]) for unit in above if unit.unit in bodies]
        if here and inner is None:
            raise _no_rules(level, here[0][0].unit)
        done = [_body(unit, level, inner, part, digest) for unit, part in here if inner is not None]
        found += done
        above = [unit for body in done if body.result is not None for unit in body.result.units]
    return (*found, *_waiting(bodies, found))


def _no_rules(level: int, unit: str) -> BadInput:
    field = ".".join(["inner"] * level)
    message = Message("appraisal-level-without-rules", level=level, field=field)
    return BadInput(message, Place(subject=Message("appraisal-parts-of", unit=unit)))


def _check_tree(units: Iterable[AppraisedUnit]) -> None:
    """Raises `BadInput` if a unit is part of an unknown unit, or of itself by several steps."""
    parents = {unit.code: unit.parent for unit in units}
    for code, parent in parents.items():
        if parent != CITY and parent not in parents:
            message = Message("appraisal-parent-unknown", parent=parent)
            raise BadInput(message, Place(subject=code))
    for code in parents:
        if ring := find_cycle(code, parents):
            message = Message("appraisal-part-of-itself", ring=" → ".join(ring))
            raise BadInput(message, Place(subject=code))


def ancestors(code: str, parents: Mapping[str, str]) -> list[str]:
    """A unit and all units above it. In a ring, the last one is the first that repeats."""
    way = [code]
    while (up := parents.get(way[-1], CITY)) != CITY:
        way.append(up)
        if up in way[:-1]:
            break
    return way


def find_cycle(code: str, parents: Mapping[str, str]) -> list[str]:
    """The ring of units above ``code``; empty if they end at the city or at an unknown unit."""
    way = ancestors(code, parents)
    first = way.index(way[-1])
    return way[first:] if first < len(way) - 1 else []


def depth(code: str, parents: Mapping[str, str]) -> int:
    """The number of units above ``code``: 0 for the city's own. There must be no ring."""
    return len(ancestors(code, parents)) - 1


def _divide(given: AppraisalInputs) -> dict[str, AppraisalInputs]:
    """The material by body; a subject belongs to the body that its unit is part of."""
    home = {unit.code: unit.parent for unit in given.units}
    home |= {leader.id: home.get(leader.unit, CITY) for leader in given.leaders}
    if not any(home.values()):
        return {CITY: given}

    def listed(items: Iterable[T], subject: Callable[[T], str]) -> dict[str, list[T]]:
        found: dict[str, list[T]] = {}
        for item in items:
            found.setdefault(home.get(subject(item), CITY), []).append(item)
        return found

    units, leaders = listed(given.units, lambda u: u.code), listed(given.leaders, lambda x: x.id)
    indicators = listed(given.indicators.items(), lambda it: it[0][0])
    personal, public = listed(given.personal.items(), _first), listed(given.public.items(), _first)
    adjustments = listed(given.adjustments, lambda a: a.unit)
    facts, history = (
        listed(given.facts, lambda f: f.subject),
        listed(given.history, lambda h: h.subject),
    )
    decisions = listed(given.decisions, lambda d: _subject(d.proposal))
    pinned = listed(given.pinned.items(), _first)
    unit_decisions = listed(given.unit_decisions, lambda d: d.unit)
    discipline = listed(given.discipline, lambda d: d.person)
    return {
        body: replace(
            given,
            units=tuple(units.get(body, ())),
            leaders=tuple(leaders.get(body, ())),
            indicators=dict(indicators.get(body, ())),
            personal=dict(personal.get(body, ())),
            public=dict(public.get(body, ())),
            adjustments=tuple(adjustments.get(body, ())),
            facts=tuple(facts.get(body, ())),
            decisions=tuple(decisions.get(body, ())),
            unit_decisions=tuple(unit_decisions.get(body, ())),
            history=tuple(history.get(body, ())),
            pinned=dict(pinned.get(body, ())),
            discipline=tuple(discipline.get(body, ())),
        )
        for body in sorted({CITY, *home.values()})
    }


def _first(item: tuple[str, object]) -> str:
    return item[0]


def _subject(proposal: str) -> str:
    """The subject in a proposal's key (`aggregation.model.results.Proposal`)."""
    parts = proposal.split("/")
    return parts[3] if len(parts) > 3 else ""


def _body(
    unit: UnitResult, level: int, inner: InnerScheme, part: AppraisalInputs, digest: str
) -> InnerBody:
    if unit.standing is None:
        return InnerBody(unit.unit, unit.zh, unit.en, level, part, None)
    parent = Parent(
        unit.unit,
        unit.zh,
        unit.en,
        unit.total,
        unit.standing,
        unit.certainty is Certainty.SETTLED,
        unit.possible,
        unit.error,
    )
    scheme = inner_scheme(inner, part.scheme, unit.standing, len(part.units))
    others = tuple(
        inner.unit_quota.counts(grade, len(part.units))
        for grade in unit.possible
        if grade is not unit.standing
    )
    inputs = replace(part, scheme=scheme, parent=parent, covariances=None, other_quotas=others)
    try:
        result = appraise(inputs)
    except BadInput as wrong:
        raise gathered([_inside(unit.unit, problem) for problem in wrong.problems]) from None
    where = ".".join(["inner"] * level)
    trail = {
        subject: tuple(_cited(line, where) for line in lines)
        for subject, lines in result.trail.items()
    }
    settled = replace(result, scheme_digest=digest, trail=trail)
    return InnerBody(unit.unit, unit.zh, unit.en, level, inputs, settled)


def _inside(unit: str, problem: Problem) -> Problem:
    """The problem of one body, whose place names the unit that the parts belong to."""
    place = problem.place
    parts = Message("appraisal-parts-of", unit=unit)
    if place.subject:
        parts = Message("appraisal-subject-inside", parts=parts, subject=place.subject)
    return Problem(problem.message, replace(place, subject=parts))


def _cited(line: ReasonLine, where: str) -> ReasonLine:
    """A line whose field of the scheme is said to be that of the rules inside."""
    if not line.scheme:
        return line
    return replace(line, scheme=Message("appraisal-field-inside", where=where, field=line.scheme))


def _waiting(
    bodies: Mapping[str, AppraisalInputs], found: Sequence[InnerBody]
) -> Iterator[InnerBody]:
    """Bodies below one that waits: they wait with it."""
    known = {body.unit for body in found}
    listed = {unit.code: unit for part in bodies.values() for unit in part.units}
    parents = {code: unit.parent for code, unit in listed.items()}
    for code in sorted(bodies.keys() - known):
        unit = listed[code]
        yield InnerBody(code, unit.zh, unit.en, depth(code, parents) + 1, bodies[code], None)
