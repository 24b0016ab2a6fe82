"""Scores a campaign by method 2 from its counts, with all figures that a score has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from aggregation.counts.ratings import loose_channels, scale_points
from aggregation.counts.scan import Counts, ScoreCell, Tally
from aggregation.estimation.estimates import (
    WIDEST,
    CellSums,
    common_scale,
    numerators,
    sum_cell,
)
from aggregation.estimation.method2.ballots import public_score
from aggregation.estimation.method2.clusters import Clusters, ClusterSums
from aggregation.estimation.method2.evaluator_groups import (
    EvaluatorGroup,
    group_view,
    silent_group,
)
from aggregation.estimation.method2.evidence import QUARTERS, UnitEvidence
from aggregation.estimation.method2.figures import BoundedFigures
from aggregation.estimation.method2.measure import MeasuredCampaign, UnitParts, measure, own_scores
from aggregation.estimation.method2.own_score import (
    Contrasts,
    OwnScore,
    changed_score,
)
from aggregation.estimation.method2.parts import (
    CELL,
    LOOSE,
    UNPLACED,
    GroupParts,
    PartKey,
    group_parts,
    part_shares,
)
from aggregation.estimation.method2.states import UnitState, unit_state
from aggregation.estimation.method2.trial import worst_move
from aggregation.estimation.method2.variance import common_covariance, interval
from aggregation.estimation.rater_covariance import Influence
from aggregation.estimation.unit_score import (
    UnitScore,
    dont_know_rate,
    heard_ballots,
    overall_distribution,
    top_two_rate,
)
from aggregation.estimation.weighting import RakingFit
from aggregation.scheme.evidence import EvidenceRules
from aggregation.scheme.population import WeightingTarget
from aggregation.scheme.scheme import Scheme
from survey_flows.errors import BadInput, Message, Place

Cells = Mapping[str, Sequence[tuple[ScoreCell, Counts]]]
"""By unit, its cells with their counts."""


def category_weights(
    scheme: Scheme, unit: str, category: str, heard: set[str]
) -> dict[str, Fraction]:
    """The scheme's weight of every known group, and 0 for other groups with ballots.

    Raises:
        BadInput: the scheme has no such category.
    """
    if category not in scheme.categories:
        message = Message("estimation-category-unknown", category=category)
        raise BadInput(message, Place(subject=Message("estimation-unit", code=unit)))
    given = scheme.categories[category].group_weights
    names = dict.fromkeys([*scheme.groups, *given, *sorted(heard)])
    return {name: Fraction(given.get(name, 0)) for name in names}


class BoundedScorer:
    """Scores the units of a campaign by a scheme with the constants of method 2."""

    def __init__(self, counted: Tally, scheme: Scheme, clusters: Clusters | None = None) -> None:
        self._clusters: dict[tuple[str, str], dict[str, Sequence[ClusterSums]]] = {}
        for (unit, group, channel), sums in (clusters or {}).items():
            self._clusters.setdefault((unit, group), {})[channel] = sums
        self._outcomes, self._scheme = counted.outcomes, scheme
        self._rules = scheme.evidence or EvidenceRules()
        self._targets = scheme.population.targets() if scheme.population else {}
        self._scale = common_scale(counted.outcomes)
        self._scores = numerators(counted.outcomes, self._scale)

    def scores(
        self, cells: Cells, categories: Mapping[str, str], frozen: Mapping[str, Contrasts] | None
    ) -> dict[str, UnitScore]:
        """The scores of all units, in the order of ``categories``."""
        groups = self._groups(cells, categories)
        parts = _weighing(groups)
        points = {code: self._points(cells[code]) for code in categories}
        measured = measure(parts, categories, points, self._rules, frozen)
        return {code: self._unit(code, groups[code], cells[code], measured) for code in categories}

    def contrasts(self, cells: Cells, categories: Mapping[str, str]) -> dict[str, Contrasts]:
        """The contrasts of every unit, from all other units."""
        parts = _weighing(self._groups(cells, categories))
        return own_scores(parts, categories, self._rules)[1]

    def influences(self, cells: Cells, categories: Mapping[str, str]) -> dict[ScoreCell, Influence]:
        """The effect of each cell's ballots on their unit's score, for the cells that count."""
        groups = self._groups(cells, categories)
        parts = _weighing(groups)
        found: dict[ScoreCell, Influence] = {}
        for code, own in own_scores(parts, categories, self._rules)[0].items():
            for name, group in groups[code].items():
                if group.parts is not None:
                    found |= _influences(name, group, group.parts, own)
        return found

    def _groups(
        self, cells: Cells, categories: Mapping[str, str]
    ) -> dict[str, dict[str, EvaluatorGroup]]:
        return {
            code: {
                name: self._group(code, name, weight, cells[code])
                for name, weight in category_weights(
                    self._scheme, code, category, {cell.group for cell, _ in cells[code]}
                ).items()
            }
            for code, category in categories.items()
        }

    def _group(
        self, unit: str, name: str, weight: Fraction, cells: Sequence[tuple[ScoreCell, Counts]]
    ) -> EvaluatorGroup:
        own = [(cell, counts) for cell, counts in cells if cell.group == name]
        summed = {cell: sum_cell(counts, self._scores, self._scale) for cell, counts in own}
        received = sum(sum(counts.values()) for _, counts in own)
        if not weight:
            return EvaluatorGroup(weight, received, summed, None, None)
        full = {cell: sum_cell(_in_full(counts), self._scores, self._scale) for cell, counts in own}
        parts, plain = (self._parts(unit, name, weight, sums) for sums in (summed, full))
        target = self._target(unit, name)
        fit = _fit(target, parts) if target else None
        return EvaluatorGroup(weight, received, summed, parts, plain, fit)

    def _target(self, unit: str, name: str) -> WeightingTarget | None:
        return self._targets.get((unit, name)) or self._targets.get(("", name))

    def _parts(
        self, unit: str, name: str, weight: Fraction, summed: Mapping[ScoreCell, CellSums]
    ) -> GroupParts:
        known = {cell: sums for cell, sums in summed.items() if sums.n}
        return group_parts(
            weight / 100,
            {cell.stratum: sums for cell, sums in known.items() if not cell.open_link},
            {cell.channel: sums for cell, sums in known.items() if cell.open_link},
            self._target(unit, name),
            self._clusters.get((unit, name), {}),
        )

    def _points(self, cells: Sequence[tuple[ScoreCell, Counts]]) -> list[Fraction]:
        """The points of the scale that most of a unit's ballots were given on."""
        used: Counter[str] = Counter()
        for place, count in heard_ballots([counts for _, counts in cells]).items():
            used[self._outcomes[place].scale] += count
        name = min(used, key=lambda it: (-used[it], it)) if used else self._scheme.default_scale
        known = scale_points(self._scheme, name).values()
        return [point for point in known if point is not None]

    def _unit(
        self,
        code: str,
        groups: Mapping[str, EvaluatorGroup],
        cells: Sequence[tuple[ScoreCell, Counts]],
        measured: MeasuredCampaign,
    ) -> UnitScore:
        heard = heard_ballots([counts for _, counts in cells])
        received = sum(group.received for group in groups.values())
        rate = dont_know_rate(heard, self._outcomes)
        n_valid = sum(group.n_valid for group in groups.values() if group.weight)
        plain = UnitScore(
            unit=code,
            n=received,
            n_valid=n_valid,
            score=None,
            variance=float(WIDEST),
            low=None,
            high=None,
            dont_know_rate=rate,
            top_two_rate=top_two_rate(heard, self._outcomes),
            distribution=overall_distribution(heard, self._outcomes, self._scheme),
            groups=tuple(silent_group(name, group) for name, group in groups.items()),
            flags=("insufficient", *self._unknown(rate)),
            excluded=received - sum(heard.values()),
        )
        if code not in measured.units:
            return plain
        return self._scored(plain, groups, measured)

    def _unknown(self, rate: Fraction | None) -> tuple[str, ...]:
        high = rate is not None and rate * 100 > Fraction(self._scheme.dk_flag_pct)
        return ("dont_know_high",) if high else ()

    def _scored(
        self, plain: UnitScore, groups: Mapping[str, EvaluatorGroup], measured: MeasuredCampaign
    ) -> UnitScore:
        code, own = plain.unit, measured.units[plain.unit].own
        figures = self._figures(code, groups, measured, plain.n_valid)
        known = figures.variance
        low, high = interval(float(own.score), known.whole, known)
        views = tuple(group_view(name, group, own) for name, group in groups.items())
        parts = [
            it for group in measured.units[code].parts.values() for it in group.estimates.values()
        ]
        tests = {
            "insufficient": figures.state is UnitState.PERSON,
            "rank_provisional": figures.state is UnitState.PROVISIONAL,
            "dont_know_high": bool(self._unknown(plain.dont_know_rate)),
            "open_link_only": not figures.vouched_weight,
        }
        own_flags = (f"open_link_only:{g.group}" for g in views if g.weight and g.flags)
        return replace(
            plain,
            score=Fraction(public_score(own.score)),
            variance=known.whole,
            low=low,
            high=high,
            groups=views,
            flags=(*(flag for flag, holds in tests.items() if holds), *own_flags),
            unweighted=self._unweighted(groups, own),
            effective=_effective(measured, code),
            squares=sum((it.n * (it.square - it.mean**2) for it in parts), Fraction()),
            degrees=sum(it.n - 1 for it in parts),
            posterior=known.posterior,
            bounded=figures,
        )

    def _figures(
        self,
        code: str,
        groups: Mapping[str, EvaluatorGroup],
        measured: MeasuredCampaign,
        n_valid: int,
    ) -> BoundedFigures:
        unit, known = measured.units[code], measured.variances[code]
        evidence: UnitEvidence = {name: group.evidence for name, group in unit.parts.items()}
        channels = loose_channels(self._rules)
        move = worst_move(evidence, unit.own, channels, self._rules)
        enough = n_valid >= self._scheme.min_n.unit
        vouched = {name: replace(group, loose=()) for name, group in evidence.items()}
        alone = changed_score(vouched, evidence, unit.own, self._rules)
        low, high = interval(float(unit.own.score), known.own, known)
        return BoundedFigures(
            own=unit.own,
            evidence=evidence,
            channels=channels,
            state=unit_state(unit.own, move, enough, self._rules.states),
            move=move,
            vouched=alone.score if alone else None,
            variance=known,
            components=measured.components[unit.family],
            low=low,
            high=high,
            missing=tuple(name for name, it in groups.items() if it.weight and not it.n_valid),
        )

    def _unweighted(self, groups: Mapping[str, EvaluatorGroup], own: OwnScore) -> Fraction | None:
        """The score as if every valid answer had its full fraud weight."""
        full = {name: it.plain.evidence for name, it in groups.items() if it.plain is not None}
        now = {name: it.parts.evidence for name, it in groups.items() if it.parts is not None}
        found = changed_score(full, now, own, self._rules)
        return Fraction(public_score(found.score)) if found else None


def _fit(target: WeightingTarget, parts: GroupParts) -> RakingFit:
    """Every cell has its share of the population in the group's mean, so that no gap is left."""
    return RakingFit(0 not in target.margins, len(parts.strata), 0, 0, 0, 0.0)


def _in_full(counts: Counts) -> Counts:
    """The counts as if every ballot had its full weight."""
    found: Counts = {}
    for (_, place), count in counts.items():
        found[QUARTERS, place] = found.get((QUARTERS, place), 0) + count
    return found


def _weighing(groups: Mapping[str, Mapping[str, EvaluatorGroup]]) -> dict[str, UnitParts]:
    return {
        code: {name: group.parts for name, group in own.items() if group.parts is not None}
        for code, own in groups.items()
    }


def _key(cell: ScoreCell, group: GroupParts) -> PartKey:
    if cell.open_link:
        return LOOSE, cell.channel
    return (CELL, cell.stratum) if cell.stratum in group.strata else (UNPLACED, "")


def _influences(
    name: str, group: EvaluatorGroup, parts: GroupParts, own: OwnScore
) -> dict[ScoreCell, Influence]:
    pull = own.pull
    shares = part_shares(parts, own.terms[name], own.imagined, pull)
    found: dict[ScoreCell, Influence] = {}
    for cell, sums in group.summed.items():
        key = _key(cell, parts)
        it = parts.estimates.get(key)
        if it is not None and sums.w:
            factor = Fraction(it.n, it.n - 1) if it.n > 1 else Fraction(1)
            found[cell] = Influence(sum(shares[key], Fraction()) / sums.w, it.mean, factor)
    return found


def _effective(measured: MeasuredCampaign, code: str) -> Fraction | None:
    """Kish's number of equal answers: 1/Σ α²/n over the parts."""
    unit = measured.units[code]
    pull = unit.own.pull
    below = Fraction()
    for name, terms in unit.own.terms.items():
        group = unit.parts[name]
        for key, shares in part_shares(group, terms, unit.own.imagined, pull).items():
            below += sum(shares, Fraction()) ** 2 / group.estimates[key].effective
    return 1 / below if below else None


def with_common_covariances(
    shared: Mapping[tuple[str, str], float], scores: Mapping[str, UnitScore]
) -> dict[tuple[str, str], float]:
    """Covariances by shared raters and by the contrasts that all scores of a family rest on."""
    found = dict(shared)
    by_family: dict[int, list[tuple[str, BoundedFigures]]] = {}
    for code, score in sorted(scores.items()):
        if score.bounded is not None:
            by_family.setdefault(id(score.bounded.components), []).append((code, score.bounded))
    for family in by_family.values():
        for at, (one, figures) in enumerate(family):
            for other, others in family[at + 1 :]:
                common = common_covariance(figures.variance, others.variance, figures.components)
                found[one, other] = found.get((one, other), 0.0) + common
    return found
