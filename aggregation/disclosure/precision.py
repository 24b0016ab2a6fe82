"""How finely figures are told: by the number of answers and the kind of unit, never by the answers.

What is disclosed of a score's moments hangs on public facts alone. A rule that asked what an attack
would find would tell by its own answer what it hides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from aggregation.counts.scan import Tally
from aggregation.scheme.scheme import Scheme
from survey_flows.questionnaire import Questionnaire

SCORE_FROM = 50
"""Valid answers of a unit from which its score is told, in whole points."""
FINE_FROM = 100
"""Valid answers from which a score is told to a tenth of a point, with its interval."""
GROUP_FROM = 10
"""Valid answers of a group from which its figures are told."""
VOUCHED_FROM = 50
"""Vouched ballots from which figures that rest on these alone are told."""
TENS = 10
WHOLE, HALF, TENTH = Fraction(1), Fraction(1, 2), Fraction(1, 10)
FIVE = Fraction(5)
NINE_IN_TEN = Fraction(9, 10)
ALL = 100


@dataclass(frozen=True, slots=True)
class Precision:
    """The steps of a unit's figures in points; None: the figure is not told.

    ``detail``: the worst move, the weights of groups and what rests on vouched ballots are told.
    """

    score: Fraction | None = None
    interval: Fraction | None = None
    detail: bool = False


def unit_precision(n_valid: int, alone: bool) -> Precision:
    """The precision of a unit with so many valid answers; ``alone`` as in `units_alone`."""
    if n_valid < SCORE_FROM:
        return Precision()
    if n_valid < FINE_FROM:
        return Precision(WHOLE, None, not alone)
    return Precision(TENTH, WHOLE if alone else HALF, not alone)


def group_step(n_valid: int, unit: Precision) -> Fraction | None:
    """The step of a group's score.

    It is not told where the unit's is not: the score of a unit with one group would follow.
    """
    if unit.score is None or n_valid < GROUP_FROM:
        return None
    return max(unit.score, WHOLE if n_valid < FINE_FROM else TENTH)


def tens(count: int) -> int:
    """A count rounded down to tens."""
    return count - count % TENS


def rounded(value: Fraction, step: Fraction) -> Fraction:
    """A value rounded half up to a whole number of steps."""
    return floor(value / step + HALF) * step


def upward(value: Fraction, step: Fraction) -> Fraction:
    """A value rounded up to a whole number of steps."""
    return ceil(value / step) * step


def outward(low: float, high: float, step: Fraction) -> tuple[float, float]:
    """An interval with its ends moved outwards to whole numbers of steps."""
    ends = floor(Fraction(low) / step) * step, ceil(Fraction(high) / step) * step
    return float(ends[0]), float(ends[1])


def units_alone(
    counted: Tally,
    sheets: Mapping[str, str],
    questionnaires: Mapping[str, Questionnaire],
    scheme: Scheme,
) -> set[str]:
    """The units whose score is one more sum over the distribution of the overall answer.

    These are units with a single rated item, all units where the overall item has the whole weight,
    and by method 2 those where scores of nine in ten valid ballots follow from the overall code.

    Args:
        counted: the ballots.
        sheets: each unit's questionnaire, by id.
        questionnaires: by id.
        scheme: its ``overall_share`` is the weight of the overall item.
    """
    one = {name for name, sheet in questionnaires.items() if len(sheet.rated) == 1}
    single = {unit for unit, name in sheets.items() if name in one}
    if scheme.overall_share == ALL:
        return set(sheets)
    return single | (_followed(counted) if scheme.evidence is not None else set())


def _followed(counted: Tally) -> set[str]:
    found: dict[str, Counter[tuple[str, Fraction]]] = {}
    for cell, counts in counted.cells.items():
        own = found.setdefault(cell.unit, Counter())
        for (weight, place), count in counts.items():
            outcome = counted.outcomes[place]
            if weight and outcome.score is not None:
                own[outcome.overall, outcome.score] += count
    return {unit for unit, own in found.items() if _share_followed(own) >= NINE_IN_TEN}


def _share_followed(own: Counter[tuple[str, Fraction]]) -> Fraction:
    """The share of ballots with the most frequent score among those of their overall code."""
    most: dict[str, int] = {}
    for (overall, _), count in own.items():
        most[overall] = max(most.get(overall, 0), count)
    return Fraction(sum(most.values()), own.total()) if own else Fraction(1)
