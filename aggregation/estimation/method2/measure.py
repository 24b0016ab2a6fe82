"""All units of a campaign: their exact scores, then the variances of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf

from aggregation.estimation.method2.clusters import SCATTERED, design_effect, intra_class
from aggregation.estimation.method2.components import Components, MeasuredUnit, components
from aggregation.estimation.method2.contrasts import campaign_contrasts
from aggregation.estimation.method2.own_score import Contrasts, OwnScore, own_score
from aggregation.estimation.method2.parts import GroupParts, channel_of
from aggregation.estimation.method2.variance import (
    ScoreVariance,
    common_covariance,
    score_variance,
)
from aggregation.scheme.evidence import EvidenceRules

UnitParts = Mapping[str, GroupParts]
"""By evaluator group, of groups with a weight above 0."""


@dataclass(frozen=True, slots=True)
class MeasuredCampaign:
    """The scores of units that have one, and their variances.

    ``components`` are by family, and ``families`` by unit.
    """

    units: Mapping[str, MeasuredUnit]
    variances: Mapping[str, ScoreVariance]
    components: Mapping[str, Components]
    contrasts: Mapping[str, Contrasts]

    def covariances(self) -> dict[tuple[str, str], float]:
        """The covariances of two scores of a family by common contrasts, codes in order."""
        codes = sorted(self.units)
        return {
            (one, other): common_covariance(
                self.variances[one],
                self.variances[other],
                self.components[self.units[one].family],
            )
            for at, one in enumerate(codes)
            for other in codes[at + 1 :]
            if self.units[one].family == self.units[other].family
        }


def own_scores(
    parts: Mapping[str, UnitParts],
    families: Mapping[str, str],
    rules: EvidenceRules,
    frozen: Mapping[str, Contrasts] | None = None,
) -> tuple[dict[str, OwnScore], dict[str, Contrasts]]:
    """The exact scores of units with an answer that counts, and the contrasts of all.

    Args:
        parts: the answers of every unit of the campaign.
        families: the family of each unit.
        rules: the constants of the scheme.
        frozen: contrasts as they were published, which later changes of answers leave alone.
    """
    evidence = {
        code: {name: group.evidence for name, group in unit.items()} for code, unit in parts.items()
    }
    known = frozen if frozen is not None else campaign_contrasts(evidence, families, rules)
    contrasts = {code: known.get(code, {}) for code in parts}
    found = {code: own_score(evidence[code], contrasts[code], rules) for code in parts}
    return {code: own for code, own in found.items() if own is not None}, contrasts


def measure(
    parts: Mapping[str, UnitParts],
    families: Mapping[str, str],
    points: Mapping[str, Sequence[Fraction]],
    rules: EvidenceRules,
    frozen: Mapping[str, Contrasts] | None = None,
) -> MeasuredCampaign:
    """Scores with their variances.

    Args:
        parts: as `own_scores`.
        families: as `own_scores`.
        points: the points of each unit's scale.
        rules: as `own_scores`.
        frozen: as `own_scores`.
    """
    scores, contrasts = own_scores(parts, families, rules, frozen)
    clustered, freedom = _with_clusters({code: parts[code] for code in scores})
    units = {
        code: MeasuredUnit(families[code], clustered[code], own) for code, own in scores.items()
    }
    found = components(units, rules)
    variances = {
        code: score_variance(unit, found[unit.family], points[code], freedom.get(code))
        for code, unit in units.items()
    }
    return MeasuredCampaign(units, variances, found, contrasts)


def _with_clusters(
    parts: Mapping[str, UnitParts],
) -> tuple[dict[str, UnitParts], dict[str, dict[tuple[str, str], float]]]:
    """The parts with the variances that clusters give them, and degrees of freedom.

    These are by unit, then by group and loose channel.
    """
    every = [
        clusters
        for _, unit in sorted(parts.items())
        for _, group in sorted(unit.items())
        for _, clusters in sorted(group.clusters.items())
    ]
    if not any(c.key != SCATTERED for clusters in every for c in clusters):
        return dict(parts), {}
    correlation = intra_class(every)
    freedom: dict[str, dict[tuple[str, str], float]] = {}
    found: dict[str, UnitParts] = {}
    for code, unit in parts.items():
        changed: dict[str, GroupParts] = {}
        for name, group in unit.items():
            effects = {
                channel: design_effect(clusters, _plain_variance(group, channel), correlation)
                for channel, clusters in group.clusters.items()
            }
            changed[name] = group.with_effects(effects)
            for channel, effect in effects.items():
                if effect.freedom != inf:
                    freedom.setdefault(code, {})[name, channel] = effect.freedom
        found[code] = changed
    return found, freedom


def _plain_variance(group: GroupParts, channel: str) -> float:
    """The variance of the mean of a group's answers of a channel, as one simple sample."""
    parts = [it for key, it in group.estimates.items() if channel_of(key) == channel]
    n = sum(it.n for it in parts)
    if n < 2:
        return 0.0
    mean = sum((it.n * it.mean for it in parts), Fraction()) / n
    square = sum((it.n * it.square for it in parts), Fraction()) / n
    effective = sum((it.effective for it in parts), Fraction())
    return float((square - mean**2) / effective * Fraction(n, n - 1))
