"""The locked quota (R4): places by category, and the units that get them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from aggregation.model.facts import Grade
from aggregation.model.reason_lines import ReasonLine
from aggregation.numbers import Key, apportion
from aggregation.scheme.parts import UnitQuota
from survey_flows.errors import Message, Place, Problem


def quota_misfit(quota: UnitQuota, units: int) -> Problem | None:
    """The problem of counts that do not add up to the units graded by quota; None when they do."""
    total = quota.first + quota.second + quota.third
    if total == units:
        return None
    counts = {"first": quota.first, "second": quota.second, "third": quota.third}
    message = Message("appraisal-quota-sum", **counts, total=total, units=units)
    offer = offered_quota(quota, units)
    offered = f"{offer.first}/{offer.second}/{offer.third}"
    message = Message("appraisal-quota-offered", sum=message, offered=offered)
    fitting = units - quota.first - quota.third
    if fitting >= 0:
        message = Message("appraisal-quota-fits", sum=message, second=fitting)
    return Problem(message, Place(field="unit_quota"))


def offered_quota(quota: UnitQuota, units: int) -> UnitQuota:
    """The places for ``units`` units in the ratio of ``quota``, first and third rounded down.

    ⌊18·N/99⌋ first and ⌊6·N/99⌋ third of N units, the rest second: one unit more never means fewer
    first or third places.
    """
    of = quota.first + quota.second + quota.third
    first, third = (units * count // of if of else 0 for count in (quota.first, quota.third))
    counts = {"first": first, "second": units - first - third, "third": third}
    return quota.model_copy(update={**counts, "families": {}})


def places_by_family(
    quota: UnitQuota,
    sizes: Mapping[str, int],
    no_third: Collection[str] = (),
    lots: Mapping[str, str] | None = None,
) -> dict[str, dict[Grade, int]]:
    """The places of each grade in each family.

    First and third are apportioned by largest remainder; second is the rest (R4). Families in
    ``no_third`` leave their third places to the others, or unfilled; equal remainders go by
    ``lots``.
    """
    first = apportion(quota.first, sizes, lots=lots)
    room = {name: 0 if name in no_third else size - first[name] for name, size in sizes.items()}
    third = apportion(quota.third, sizes, room, lots)
    return {
        name: {
            Grade.FIRST: first[name],
            Grade.SECOND: size - first[name] - third[name],
            Grade.THIRD: third[name],
        }
        for name, size in sizes.items()
    }


@dataclass(frozen=True, slots=True)
class GradeCandidate:
    """A unit that is ranked. ``barred`` from the first grade, the next one moves up."""

    unit: str
    key: Key
    barred: bool = False


def assign_grades(
    entries: Sequence[GradeCandidate], first: int, third: int, ties: str
) -> dict[str, Grade]:
    """The grades of one category's ranked units.

    Under ``better``, a unit is first if fewer than ``first`` eligible units are above it. Under
    ``middle``, a tie across the cut stays out of the first grade. A unit is third if it fits into
    the last ``third`` places with all units that are equal or worse, so a tie across that cut is
    second under both policies. The third grade is settled before the first.
    """
    eligible = [e.key for e in entries if not e.barred]
    keys = [e.key for e in entries]
    return {e.unit: _grade(e, keys, eligible, first, third, ties) for e in entries}


def _grade(
    entry: GradeCandidate, keys: list[Key], eligible: list[Key], first: int, third: int, ties: str
) -> Grade:
    if sum(key <= entry.key for key in keys) <= third:
        return Grade.THIRD
    ahead = sum(key > entry.key for key in eligible)
    level = sum(key == entry.key for key in eligible)
    inside = ahead < first if ties == "better" else ahead + level <= first
    return Grade.FIRST if inside and not entry.barred else Grade.SECOND


PLACES = {
    Grade.FIRST: Message("appraisal-places-first"),
    Grade.THIRD: Message("appraisal-places-third"),
}


def tie_notes(
    entries: Iterable[GradeCandidate], given: Mapping[Grade, int], places: Mapping[Grade, int]
) -> list[ReasonLine]:
    """Notes on grades that differ from the locked places: shortfalls and overruns, with ties."""
    tied = _tied(entries)
    notes = []
    for level in (Grade.FIRST, Grade.THIRD):
        if (gap := given[level] - places[level]) != 0:
            count = abs(gap)
            value = (
                Message("appraisal-places-over", count=count)
                if gap > 0
                else Message("appraisal-places-short", count=count)
            )
            notes.append(ReasonLine(PLACES[level], value, tied, "unit_quota.ties"))
    return notes


def _tied(entries: Iterable[GradeCandidate]) -> tuple[str, ...]:
    groups: dict[Key, list[str]] = {}
    for entry in entries:
        groups.setdefault(entry.key, []).append(entry.unit)
    return tuple(
        " = ".join(sorted(units))
        for _, units in sorted(groups.items(), reverse=True)
        if len(units) > 1
    )
