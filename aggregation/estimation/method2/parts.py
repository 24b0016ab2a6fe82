"""The parts of a group whose means have errors of their own: cells, loose channels, clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product

from aggregation.estimation.estimates import CellSums, Estimate, estimate
from aggregation.estimation.method2.clusters import ClusterSums, DesignEffect
from aggregation.estimation.method2.evidence import NOTHING, GroupEvidence, answer_sums
from aggregation.estimation.method2.own_score import GroupTerms
from aggregation.scheme.population import STROKE, WeightingTarget

PartKey = tuple[str, str]
"""(`CELL`, stratum), (`UNPLACED`, "") or (`LOOSE`, channel)."""
CELL, UNPLACED, LOOSE = "cell", "unplaced", "loose"
FINE = 10**6


@dataclass(frozen=True, slots=True)
class GroupParts:
    """A group's evidence with the estimate of each part that has an answer.

    ``strata`` are the population cells in the evidence's order; one empty name without figures.
    ``clusters`` are the answers by key of their link, where ballots keep one, by loose channel.
    """

    evidence: GroupEvidence
    estimates: Mapping[PartKey, Estimate]
    strata: tuple[str, ...] = ("",)
    clusters: Mapping[str, Sequence[ClusterSums]] = field(default_factory=dict)

    def with_effects(self, effects: Mapping[str, DesignEffect]) -> GroupParts:
        """With the variances of estimates times the design effect of their channel."""
        changed = {
            key: _widened(it, Fraction(effects[channel_of(key)].factor))
            if channel_of(key) in effects
            else it
            for key, it in self.estimates.items()
        }
        return replace(self, estimates=changed)


def channel_of(key: PartKey) -> str:
    """The loose channel of a part; empty for vouched answers."""
    return key[1] if key[0] == LOOSE else ""


def _widened(it: Estimate, times: Fraction) -> Estimate:
    return replace(
        it,
        variance=it.variance * times,
        effective=it.effective / times,
        most=Fraction(it.n) / times,
    )


def group_parts(
    share: Fraction,
    vouched: Mapping[str, CellSums],
    loose: Mapping[str, CellSums],
    target: WeightingTarget | None = None,
    clusters: Mapping[str, Sequence[ClusterSums]] | None = None,
) -> GroupParts:
    """A group's parts.

    Args:
        share: its weight a.
        vouched: vouched answers by stratum; empty where it is unknown, or without figures.
        loose: loose answers by channel.
        target: the population figures of the group's people.
        clusters: by loose channel, its answers by key of their link.
    """
    people = population_cells(target) if target else {"": Fraction(1)}
    cells = tuple(
        (portion, answer_sums(vouched[name]) if name in vouched else NOTHING)
        for name, portion in people.items()
    )
    apart = target is not None and "" in vouched
    evidence = GroupEvidence(
        share,
        cells,
        answer_sums(vouched[""]) if apart else NOTHING,
        tuple(sorted((name, answer_sums(sums)) for name, sums in loose.items())),
    )
    found = {
        (UNPLACED, "") if target and not name else (CELL, name): estimate(sums)
        for name, sums in sorted(vouched.items())
    }
    found |= {(LOOSE, name): estimate(sums) for name, sums in sorted(loose.items())}
    # A single answer has no spread of its own; the prior gives it one where its variance is 0.
    known = {
        key: it if it.n > 1 else replace(it, variance=Fraction())
        for key, it in found.items()
        if it is not None
    }
    return GroupParts(evidence, known, tuple(people), clusters or {})


def population_cells(target: WeightingTarget) -> dict[str, Fraction]:
    """The share of people in every cell: by the figures, or the product of their margins.

    Products are fixed before the first answer; shares are rounded to 10⁻⁶, the last takes the rest.
    """
    margins = [
        {value: Fraction(people, sum(values.values())) for value, people in values.items()}
        for values in target.margins.values()
    ]
    found: dict[str, Fraction] = {}
    for values in product(*margins):
        portion = Fraction(1)
        for margin, value in zip(margins, values, strict=True):
            portion *= margin[value]
        found[STROKE.join(values)] = Fraction(round(portion * FINE), FINE)
    last = next(reversed(found))
    found[last] += 1 - sum(found.values())
    return found


def part_shares(
    group: GroupParts, terms: GroupTerms, filled: Fraction, pull: Fraction
) -> dict[PartKey, tuple[Fraction, Fraction]]:
    """How much of the unit's score each part of a group has: directly, and by the general level.

    Args:
        group: the group.
        terms: its terms in the score.
        filled: the share F of the score that imagined answers fill.
        pull: Σab over the unit's groups.
    """
    evidence = group.evidence
    weights: dict[PartKey, Fraction] = {
        (CELL, name): sums.weight
        for name, (_, sums) in zip(group.strata, evidence.cells, strict=True)
    }
    weights[UNPLACED, ""] = evidence.unplaced.weight
    weights |= terms_worth(group, terms)
    if not terms.weight:
        return {}
    direct = _direct_shares(group, terms, weights)
    return {key: (direct[key], filled * direct[key] / pull) for key in group.estimates}


def terms_worth(group: GroupParts, terms: GroupTerms) -> dict[PartKey, Fraction]:
    """What each loose channel is worth, E; they sum to the terms' ``worth``."""
    return {(LOOSE, name): terms.each.get(name, Fraction()) for name, _ in group.evidence.loose}


def _direct_shares(
    group: GroupParts, terms: GroupTerms, weights: Mapping[PartKey, Fraction]
) -> dict[PartKey, Fraction]:
    spread = terms.common_share
    found = {
        key: terms.share * spread * weight for key, weight in weights.items() if key[0] != CELL
    }
    for name, (portion, sums), below in zip(
        group.strata, group.evidence.cells, terms.below, strict=True
    ):
        found[CELL, name] = terms.share * portion * sums.weight / below if below else Fraction()
    return found
