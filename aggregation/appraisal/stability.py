"""How ranks and grades move when something about the rules is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

from aggregation.model.facts import Grade
from aggregation.model.reason_lines import Label
from aggregation.model.results import UnitResult


@dataclass(frozen=True, slots=True)
class RankChange:
    """A unit whose grade or rank is another. Ranks are None where it is not ranked."""

    unit: str
    ranks: tuple[int | None, int | None]
    grades: tuple[Grade | None, Grade | None]


@dataclass(frozen=True, slots=True)
class ResultShift:
    """The difference that a change of the rules makes to a year's standings.

    ``tau`` is Kendall's tau-b over the pairs of units that are ranked against each other: 1 when no
    pair changes, None without a pair. ``moved`` units have another rank; ``furthest`` is the
    largest move in places and ``whose`` the first unit with it. ``graded`` are the units whose
    grade changes.
    """

    key: str
    label: Label
    tau: float | None
    moved: int
    furthest: int
    furthest_unit: str
    graded: tuple[RankChange, ...]


def result_shift(
    key: str, label: Label, before: Iterable[UnitResult], after: Iterable[UnitResult]
) -> ResultShift:
    """Compare two results for the same units."""
    old, new = {u.unit: u for u in before}, {u.unit: u for u in after}
    both = [(old[code], new[code]) for code in sorted(old.keys() & new.keys())]
    steps = {
        a.unit: abs(a.rank - b.rank) for a, b in both if a.rank is not None and b.rank is not None
    }
    furthest = max(steps.values(), default=0)
    moves = [rank_change(a, b) for a, b in both]
    return ResultShift(
        key=key,
        label=label,
        tau=kendall_tau_b(both),
        moved=sum(map(bool, steps.values())),
        furthest=furthest,
        furthest_unit=next((code for code, step in steps.items() if step == furthest), "")
        if furthest
        else "",
        graded=tuple(m for m in moves if m.grades[0] is not m.grades[1]),
    )


def rank_change(before: UnitResult, after: UnitResult) -> RankChange:
    """One unit's two ranks and grades."""
    return RankChange(before.unit, (before.rank, after.rank), (before.grade, after.grade))


def kendall_tau_b(pairs: Sequence[tuple[UnitResult, UnitResult]]) -> float | None:
    """Kendall's tau-b of two rankings over the pairs within families (Biometrika 33, 1945)."""
    families: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for a, b in pairs:
        if a.rank is not None and b.rank is not None:
            families.setdefault((a.family, b.family), []).append((a.rank, b.rank))
    signs = [
        (_sign(x[0] - y[0]), _sign(x[1] - y[1]))
        for ranks in families.values()
        for x, y in combinations(ranks, 2)
    ]
    apart = [sum(pair[side] != 0 for pair in signs) for side in (0, 1)]
    return sum(a * b for a, b in signs) / sqrt(apart[0] * apart[1]) if all(apart) else None


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


def grade_counts(units: Iterable[UnitResult]) -> Mapping[Grade | None, int]:
    """How many units that are graded by quota have each grade."""
    counts: dict[Grade | None, int] = dict.fromkeys(
        (Grade.FIRST, Grade.SECOND, Grade.THIRD, None), 0
    )
    for unit in units:
        if unit.league is None:
            counts[unit.grade] = counts.get(unit.grade, 0) + 1
    return counts
