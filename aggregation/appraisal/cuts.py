"""The distance of a unit to another grade, in points and in the fewest added ballots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, sqrt

from aggregation.appraisal.quota import GradeCandidate
from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.estimation.method2.ballots import needed_ballots
from aggregation.estimation.method2.figures import BoundedFigures
from aggregation.model.facts import Grade
from aggregation.model.results import GradeCut
from aggregation.quality.stayed_away import apart, unheard_share
from aggregation.scheme.evidence import EvidenceRules

BEST = 100.0
STEPS = 200


def grade_cuts(
    entry: GradeCandidate,
    entries: Sequence[GradeCandidate],
    grades: Mapping[str, Grade],
    share: float,
    disclosed: DisclosedScore | None,
    movable: MovableScore | None = None,
) -> tuple[GradeCut, ...]:
    """The cuts above and below a ranked unit. ``share`` is the public score's weight, 0–1.

    ``movable`` is the score where it follows from method 2. A unit at the top or at the end has
    only one cut, and a barred unit has none above it.
    """
    able = [e for e in entries if not e.barred]
    own, total = grades[entry.unit], entry.key[0]
    borders: list[tuple[Grade, bool, list[Decimal]]] = []
    if own is Grade.THIRD:
        borders.append(
            (Grade.SECOND, True, [e.key[0] for e in entries if grades[e.unit] is not Grade.THIRD])
        )
    if own is Grade.SECOND and not entry.barred:
        borders.append(
            (Grade.FIRST, True, [e.key[0] for e in entries if grades[e.unit] is Grade.FIRST])
        )
    if own is Grade.SECOND:
        borders.append(
            (Grade.THIRD, False, [e.key[0] for e in entries if grades[e.unit] is Grade.THIRD])
        )
    if own is Grade.FIRST:
        borders.append(
            (Grade.SECOND, False, [e.key[0] for e in able if grades[e.unit] is not Grade.FIRST])
        )
    return tuple(
        _cut(grade, up, abs((min(there) if up else max(there)) - total), share, disclosed, movable)
        for grade, up, there in borders
        if there
    )


def _cut(
    grade: Grade,
    up: bool,
    gap: Decimal,
    share: float,
    disclosed: DisclosedScore | None,
    movable: MovableScore | None,
) -> GradeCut:
    if not share:
        return GradeCut(grade, up, gap, None, None, never=True)
    points = float(gap) / share
    if (
        disclosed is None
        or disclosed.corrected
        or disclosed.score is None
        or disclosed.n_valid is None
    ):
        return GradeCut(grade, up, gap, points, None)
    if movable is not None:
        unheard = unheard_share(movable.figures, _vouched(disclosed), movable.invited)
        away = None if unheard is None else apart(points, unheard)
        if disclosed.bounds is None or not disclosed.bounds.ballots:
            return GradeCut(grade, up, gap, points, None, apart=away)
        return replace(_exact_cut(grade, up, gap, points, movable), apart=away)
    needed = fewest_ballots(_pools(disclosed), points, up)
    return GradeCut(grade, up, gap, points, needed, needed is None)


def _vouched(disclosed: DisclosedScore) -> dict[str, int]:
    """The vouched answers of each group as far as they are told.

    A group whose loose answers are not told is left out: they would count as invited people who
    answered, and those who stayed away would seem fewer than they are.
    """
    return {
        it.group: max(0, it.n_valid - it.n_open)
        for it in disclosed.groups
        if it.n_valid is not None and it.n_open is not None
    }


@dataclass(frozen=True, slots=True)
class MovableScore:
    """A score of method 2 with the rules by which ballots move it.

    ``invited`` counts the people who were invited personally, by evaluator group.
    """

    figures: BoundedFigures
    rules: EvidenceRules
    invited: Mapping[str, int] = field(default_factory=dict)


def _exact_cut(
    grade: Grade, up: bool, gap: Decimal, points: float, movable: MovableScore
) -> GradeCut:
    """A cut with the fewest vouched and loose ballots."""
    figures = movable.figures
    needed = needed_ballots(
        figures.evidence,
        figures.own,
        figures.channels,
        movable.rules,
        Fraction(points).limit_denominator(10**6),
        up,
    )
    return GradeCut(
        grade,
        up,
        gap,
        points,
        two_figures(needed.vouched),
        needed.vouched is None,
        two_figures(needed.loose),
        needed.loose is None,
    )


def two_figures(number: int | None) -> int | None:
    """A number of ballots in two figures from 100 on, rounded down: at least so many."""
    if number is None or number < 100:
        return number
    step: int = 10 ** (len(str(number)) - 2)
    return number // step * step


AnswerMass = tuple[float, int, float]
"""Weight in the score (the weights sum to 1), answers, their mean in points."""


def _pools(disclosed: DisclosedScore) -> list[AnswerMass]:
    """The groups if all that count are disclosed; otherwise all answers as one pool."""
    groups = [
        (float(g.weight_used or 0) / 100, g.n_valid or 0, float(g.score or 0))
        for g in disclosed.groups
    ]
    counting = [pool for pool in groups if pool[0] and pool[1]]
    if abs(sum(weight for weight, _, _ in counting) - 1) < 1e-9:
        return counting
    return [(1.0, disclosed.n_valid or 0, float(disclosed.score or 0))]


def fewest_ballots(pools: Sequence[AnswerMass], points: float, up: bool) -> int | None:
    """The fewest ballots at 100 (at 0 when not ``up``) that move the score by Δ points.

    Returns None if no number does. With one pool of weight W, mean θ and n answers the number is
    W·Δ/(100 − θ − Δ). With several pools, m ballots in a pool of weight w, n answers and room r to
    the end move the score by w·r·m/(n + m), and each further ballot moves it less. The least effort
    goes where a ballot moves most, until all pools yield the same: m = √(w·r·n/λ) − n. The function
    finds λ by halving.
    """
    room = [(w, n, BEST - mean if up else mean) for w, n, mean in pools]
    if sum(w * r for w, _, r in room) <= points:
        return None
    low, high = 1e-12, max(w * r / n for w, n, r in room)
    for _ in range(STEPS):
        middle = sqrt(low * high)
        low, high = (middle, high) if _moved(room, middle) >= points else (low, middle)
    return max(1, ceil(sum(_effort(room, low)) - 1e-6))


def _effort(room: Iterable[tuple[float, int, float]], price: float) -> list[float]:
    return [max(0.0, sqrt(w * r * n / price) - n) for w, n, r in room]


def _moved(room: Sequence[tuple[float, int, float]], price: float) -> float:
    return sum(w * r * m / (n + m) for (w, n, r), m in zip(room, _effort(room, price), strict=True))
