"""A group of evaluators of one unit: what it gave, and how a score tells it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from aggregation.counts.scan import ScoreCell
from aggregation.estimation.estimates import WIDEST, CellSums, estimate
from aggregation.estimation.method2.own_score import OwnScore
from aggregation.estimation.method2.parts import GroupParts
from aggregation.estimation.unit_score import GroupScore
from aggregation.estimation.weighting import RakingFit


@dataclass(frozen=True, slots=True)
class EvaluatorGroup:
    """The ballots that a unit received from a group of evaluators.

    Args:
        weight: of the group in the unit's category.
        received: ballots, whatever they say.
        summed: sums of the valid answers by cell.
        parts: the parts of the group's mean; None for a group without a weight.
        plain: the parts as if every ballot had its full weight.
        fit: how the group meets its margins; None where it has none.
    """

    weight: Fraction
    received: int
    summed: Mapping[ScoreCell, CellSums]
    parts: GroupParts | None
    plain: GroupParts | None
    fit: RakingFit | None = None

    @property
    def n_valid(self) -> int:
        """Ballots with a valid answer."""
        return sum(sums.n for sums in self.summed.values())


def silent_group(name: str, group: EvaluatorGroup) -> GroupScore:
    """Returns a group of a unit without a score."""
    return GroupScore(
        group=name,
        n=group.received,
        n_valid=group.n_valid,
        score=None,
        variance=float(WIDEST),
        weight=group.weight,
        weight_used=Fraction(),
    )


def group_view(name: str, group: EvaluatorGroup, own: OwnScore) -> GroupScore:
    """Returns a group with its own mean, and the weight that its answers really have."""
    opened = [sums for cell, sums in group.summed.items() if cell.open_link and sums.n]
    vouched = [sums for cell, sums in group.summed.items() if not cell.open_link and sums.n]
    every = [*opened, *vouched]
    whole = estimate(sum(every[1:], every[0])) if every else None
    terms = own.terms.get(name)
    share = Fraction()
    if terms is not None:
        pull = own.pull
        share = terms.share * (1 - terms.phantom) + own.imagined * terms.pull / pull
        share = share if whole else Fraction()
    score = terms.mean if terms is not None else whole.mean if whole else None
    return GroupScore(
        group=name,
        n=group.received,
        n_valid=group.n_valid,
        score=score,
        variance=float(whole.variance if whole else WIDEST),
        weight=group.weight,
        weight_used=100 * share,
        flags=("open_link_only",) if opened and not vouched else (),
        n_open=sum(sums.n for sums in opened),
        unweighted=whole.plain if whole else None,
        links=_links(group.summed),
        fit=group.fit if vouched else None,
        strata=tuple(
            sorted((cell.stratum, sums.n) for cell, sums in group.summed.items() if cell.stratum)
        ),
    )


def _links(summed: Mapping[ScoreCell, CellSums]) -> tuple[int, ...]:
    """The valid answers that are vouched for, and those of each loose channel."""
    found: Counter[tuple[bool, str]] = Counter({(False, ""): 0})
    for cell, sums in summed.items():
        found[cell.open_link, cell.channel] += sums.n
    return tuple(count for _, count in sorted(found.items()))
