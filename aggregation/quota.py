"""The locked quota (R4): places by category, and who gets them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from aggregation.inputs import Grade
from aggregation.results import Line
from aggregation.scheme_parts import UnitQuota
from survey_flows.errors import BadInput

Key = tuple[Decimal, ...]
"""What units are ranked by: the rounded total, then the tie-breaks. Greater is better."""


def half_up(value: Fraction | Decimal, places: int) -> Decimal:
    """``value`` rounded half up, away from zero, to ``places`` decimals; exact, without a detour through floats."""
    exact = Fraction(value)
    scaled = abs(exact) * 10**places + Fraction(1, 2)
    digits = Decimal(scaled.numerator // scaled.denominator).scaleb(-places)
    return (digits if exact >= 0 else -digits).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def check(quota: UnitQuota, departments: int) -> None:
    """Refuse counts that do not fit. Raises `BadInput` naming the field and the number that would fit."""
    if wrong := misfit(quota, departments):
        raise BadInput(wrong, "scheme field unit_quota")


def misfit(quota: UnitQuota, departments: int) -> str:
    """Why counts do not fit, with the number that would; empty when they do."""
    total = quota.first + quota.second + quota.third
    if total == departments:
        return ""
    fitting = departments - quota.first - quota.third
    return (
        f"{quota.first} first + {quota.second} second + {quota.third} third = {total}, but {departments} units"
        f" are graded by quota; make the counts sum to {departments}"
        + (f" (second: {fitting} would)" if fitting >= 0 else "")
    )


def apportion(places: int, sizes: Mapping[str, int], room: Mapping[str, int] | None = None) -> dict[str, int]:
    """``places`` shared out in proportion to ``sizes`` by largest remainder.

    Equal remainders go to the larger category, then by name. No category gets more than its ``room``, its size if None.
    The shares sum to ``places`` when there is room for them.
    """
    room = sizes if room is None else room
    total = sum(sizes.values())
    exact = {name: Fraction(places * size, total) if total else Fraction(0) for name, size in sizes.items()}
    shares = {name: min(int(share), room[name]) for name, share in exact.items()}
    order = sorted(sizes, key=lambda name: (int(exact[name]) - exact[name], -sizes[name], name))
    while (left := places - sum(shares.values())) > 0:
        takers = [name for name in order if shares[name] < room[name]][:left]
        if not takers:
            break
        shares.update({name: shares[name] + 1 for name in takers})
    return shares


def places_by_category(quota: UnitQuota, sizes: Mapping[str, int]) -> dict[str, dict[Grade, int]]:
    """The places of each grade in each category: first and third apportioned, second the rest (R4)."""
    first = apportion(quota.first, sizes)
    third = apportion(quota.third, sizes, {name: size - first[name] for name, size in sizes.items()})
    return {
        name: {Grade.FIRST: first[name], Grade.SECOND: size - first[name] - third[name], Grade.THIRD: third[name]}
        for name, size in sizes.items()
    }


@dataclass(frozen=True, slots=True)
class Entry:
    """A unit that is ranked. ``barred`` from the first grade, the next one moves up."""

    unit: str
    key: Key
    barred: bool = False


def grade(entries: Sequence[Entry], first: int, third: int, ties: str) -> dict[str, Grade]:
    """Grades of one category's ranked units with so many places.

    ``better``: first is whoever fewer than ``first`` eligible units beat. ``middle``: a tie across the cut stays out of
    the first grade. Third is whoever, with all that are equal or worse, fits into the last ``third`` places, so a tie
    across that cut is second under both. The third grade is settled before the first.
    """
    eligible = [e.key for e in entries if not e.barred]
    keys = [e.key for e in entries]
    return {e.unit: _grade(e, keys, eligible, first, third, ties) for e in entries}


def _grade(entry: Entry, keys: list[Key], eligible: list[Key], first: int, third: int, ties: str) -> Grade:
    if sum(key <= entry.key for key in keys) <= third:
        return Grade.THIRD
    ahead = sum(key > entry.key for key in eligible)
    level = sum(key == entry.key for key in eligible)
    inside = ahead < first if ties == "better" else ahead + level <= first
    return Grade.FIRST if inside and not entry.barred else Grade.SECOND


def ranks(keys: Mapping[str, Key]) -> dict[str, int]:
    """Places from 1; equal keys share the better place."""
    return {unit: 1 + sum(other > key for other in keys.values()) for unit, key in keys.items()}


def tie_notes(entries: Iterable[Entry], given: Mapping[Grade, int], places: Mapping[Grade, int]) -> list[Line]:
    """What is recorded when the grades given are not the places locked: each shortfall or overrun, with the ties."""
    tied = _tied(entries)
    notes = []
    for level in (Grade.FIRST, Grade.THIRD):
        if (gap := given[level] - places[level]) != 0:
            zh, en = ("超出", "over by") if gap > 0 else ("空缺", "short by")
            name = {Grade.FIRST: "一等名额", Grade.THIRD: "三等名额"}[level]
            place = f"places of the {level} grade"
            notes.append(Line(name, place, f"{zh} {abs(gap)}", tied, "unit_quota.ties", f"{en} {abs(gap)}"))
    return notes


def _tied(entries: Iterable[Entry]) -> tuple[str, ...]:
    groups: dict[Key, list[str]] = {}
    for entry in entries:
        groups.setdefault(entry.key, []).append(entry.unit)
    return tuple(" = ".join(sorted(units)) for _, units in sorted(groups.items(), reverse=True) if len(units) > 1)
