"""The figures of a unit as finely as allowed: a last step after suppression.

It applies to every unit scored by method 2, and by method 1 to units whose score is one more sum
over the distribution of the overall answer (`aggregation.disclosure.precision.units_alone`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from aggregation.disclosure.disclosed import (
    Count,
    DisclosedGroup,
    DisclosedScore,
    ToldBounds,
    below_floor,
)
from aggregation.disclosure.precision import (
    FIVE,
    GROUP_FROM,
    HALF,
    TENTH,
    VOUCHED_FROM,
    WHOLE,
    Precision,
    group_step,
    outward,
    rounded,
    tens,
    unit_precision,
    upward,
)
from aggregation.estimation.unit_score import UnitScore

if TYPE_CHECKING:
    from aggregation.estimation.method2.figures import BoundedFigures
    from aggregation.quality.changes import ScoreChange

PERCENT = 100


def coarsened(
    score: UnitScore, disclosed: DisclosedScore, alone: bool, floor: int
) -> DisclosedScore:
    """The unit's disclosed figures as finely as its size and kind allow.

    A kind of link is few with 1 to ``floor`` − 1 valid answers.
    """
    if disclosed.withheld:
        return disclosed
    step = unit_precision(score.n_valid, alone)
    mixed = mixed_with_few(score, floor)
    if step.interval and mixed:
        step = replace(step, interval=FIVE)
    few = few_links(score, floor)
    low, high = None, None
    if step.interval and disclosed.low is not None and disclosed.high is not None:
        low, high = outward(disclosed.low, disclosed.high, step.interval)
    return replace(
        disclosed,
        n=_tens(disclosed.n),
        n_valid=_tens(disclosed.n_valid),
        excluded=_tens(disclosed.excluded),
        score=_rounded(disclosed.score, step.score),
        low=low,
        high=high,
        unweighted=_rounded(disclosed.unweighted, step.score),
        groups=_groups(score, disclosed, step, few),
        bounds=_bounds(score.bounded, step, few, mixed) if disclosed.n_valid is not None else None,
        coarse=True,
    )


def _tens(count: Count) -> Count:
    return None if count is None else tens(count)


def _rounded(value: Fraction | None, step: Fraction | None) -> Fraction | None:
    return None if value is None or step is None else rounded(value, step)


def few_links(score: UnitScore, floor: int) -> set[str]:
    """The groups in which a kind of link has few valid answers."""
    return {
        group.group
        for group in score.groups
        for count in (group.n_open, group.n_valid - group.n_open, *group.links)
        if below_floor(count, floor)
    }


def mixed_with_few(score: UnitScore, floor: int) -> bool:
    """Whether in some group a kind of link has few valid answers beside those of another.

    The width of the interval follows mainly from the share of loose answers, and so from the number
    of these few: in halves of a point it gave it away. So did both intervals in fives: where one
    has to end below a step and the other above one, the share is known from their difference.
    """
    return any(
        below_floor(count, floor) and count < group.n_valid
        for group in score.groups
        for count in (group.n_open, group.n_valid - group.n_open, *group.links)
    )


def _groups(
    score: UnitScore, disclosed: DisclosedScore, step: Precision, few: set[str]
) -> tuple[DisclosedGroup, ...]:
    valid = {group.group: group.n_valid for group in score.groups}
    told = [_group(group, valid[group.group], step) for group in disclosed.groups]
    if score.bounded is None:
        return tuple(told)
    known = _evidence(score.bounded, told, few) if step.detail else {}
    hidden = _without_mean(told, few)
    told = [
        replace(
            group,
            evidence=known.get(group.group),
            score=None if group.group in hidden else group.score,
        )
        for group in told
    ]
    real = real_weights(told)
    return tuple(replace(group, weight_used=real.get(group.group)) for group in told)


def _without_mean(told: Sequence[DisclosedGroup], few: set[str]) -> set[str]:
    """The groups whose mean is not told.

    Few vouched people have up to the weight of all others of their group, so that whoever knows
    the others reads them off its mean. One mean that is missing follows from the unit's score:
    then the smallest other one is missing, too.
    """
    heard = [group for group in told if group.n_valid != 0]
    missing = {group.group for group in heard if group.score is None or group.group in few}
    if not few or len(missing) > 1:
        return missing
    others = [group for group in heard if group.group not in missing]
    least = sorted(others, key=lambda group: (group.n_valid or 0, group.group))[:1]
    return missing | {group.group for group in least}


def _group(group: DisclosedGroup, n_valid: int, step: Precision) -> DisclosedGroup:
    """A group with its counts in tens and its score in steps."""
    return replace(
        group,
        n=_tens(group.n),
        n_valid=_tens(group.n_valid),
        n_open=_tens(group.n_open),
        score=_rounded(group.score, group_step(n_valid, step)),
    )


def _evidence(
    figures: BoundedFigures, told: list[DisclosedGroup], few: set[str]
) -> dict[str, Fraction]:
    """The weight b of each told group of ten and more, in tenths.

    It grows with each vouched answer as with ten loose ones: from it would follow how many people
    a kind of link has that has few.
    """
    terms = figures.own.terms
    return {
        group.group: rounded(terms[group.group].weight, TENTH)
        for group in told
        if group.group in terms and (group.n_valid or 0) >= GROUP_FROM and group.group not in few
    }


def real_weights(groups: Iterable[DisclosedGroup]) -> dict[str, Fraction]:
    """The weights that answers really have, in whole percent, from disclosed figures alone.

    They are a·b/Σa·b with b in tenths. From exact ones the sizes of hidden groups would follow, so
    there are none where the b of a group with weight is not told.
    """
    pulls: dict[str, Fraction] = {}
    for group in groups:
        if group.evidence is not None:
            pulls[group.group] = group.weight * group.evidence
        elif group.weight and group.n_valid != 0:
            return {}
    whole = sum(pulls.values(), Fraction())
    return {name: rounded(PERCENT * pull / whole, WHOLE) for name, pull in pulls.items() if whole}


def imagined_share(groups: Iterable[DisclosedGroup]) -> Fraction | None:
    """The share of imagined answers in whole percent, as it follows from what is disclosed."""
    told = [group for group in groups if group.weight]
    if any(group.evidence is None and group.n_valid != 0 for group in told):
        return None
    heard = sum((group.weight * (group.evidence or 0) for group in told), Fraction())
    return rounded(PERCENT - heard, WHOLE)


def _bounds(
    figures: BoundedFigures | None, step: Precision, few: set[str], mixed: bool
) -> ToldBounds | None:
    if figures is None or step.score is None or not step.detail:
        return None
    sure = figures.vouched_weight >= VOUCHED_FROM
    among = None
    if step.interval and not mixed:
        among = outward(figures.low, figures.high, step.interval)
    return ToldBounds(
        move=upward(figures.move, FIVE if few else HALF),
        vouched=_rounded(figures.vouched, WHOLE) if sure else None,
        ballots=sure and step.interval is not None,
        among=among,
    )


P_VALUES = (0.001, 0.01, 0.05, 0.1, 0.5, 1.0)
"""The steps to which a p-value is moved upwards: from a finer one its variance would follow."""


def told_change(change: ScoreChange) -> ScoreChange:
    """A change since the year before, its error in whole points and its p-value in few steps."""
    error = float(upward(Fraction(change.error), WHOLE))
    p = None if change.p is None else next(step for step in P_VALUES if change.p <= step)
    return replace(change, error=error, p=p)


def told_shrunken(
    shrunken: float, score: UnitScore, told: DisclosedScore, floor: int
) -> Fraction | None:
    """The empirical Bayes score, in the steps of the score.

    It follows from the variance, which rests on every group and channel: so there is none where
    one of these is few, or the number of answers is suppressed.
    """
    if told.n_valid is None or told.withheld or told.corrected:
        return None
    step = unit_precision(score.n_valid, alone=False).score
    if step is None or few_links(score, floor):
        return None
    return rounded(Fraction(shrunken), step)
