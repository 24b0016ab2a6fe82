"""The public score of a unit, from counted rating patterns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from aggregation.counts.ratings import PatternReader, scale_points
from aggregation.counts.scan import Counts, PatternCount, ScoreCell, Tally, tally, tally_table
from aggregation.estimation.estimates import WIDEST, combine
from aggregation.estimation.groups import EvaluatorGroup, GroupEstimator
from aggregation.estimation.intervals import interval, posterior
from aggregation.estimation.method2.clusters import Clusters
from aggregation.estimation.method2.own_score import Contrasts
from aggregation.estimation.method2.scorer import BoundedScorer, category_weights
from aggregation.estimation.rater_covariance import Influence
from aggregation.estimation.unit_score import (
    PEOPLE,
    SATISFIED,
    GroupScore,
    UnitScore,
    dont_know_rate,
    heard_ballots,
    overall_distribution,
    top_two_rate,
)
from aggregation.estimation.weights import redistributed_weights
from aggregation.scheme.scheme import Scheme
from survey_flows.errors import BadInput, Message, Place
from survey_flows.questionnaire import Questionnaire

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "PEOPLE",
    "SATISFIED",
    "Frozen",
    "GroupScore",
    "PatternCount",
    "UnitScore",
    "score_table",
    "score_tally",
    "score_units",
]

Frozen = Mapping[str, Contrasts] | None


def score_units(
    rows: Iterable[PatternCount],
    categories: Mapping[str, str],
    questionnaires: Mapping[str, Questionnaire],
    scheme: Scheme,
    frozen: Frozen = None,
    clusters: Clusters | None = None,
) -> dict[str, UnitScore]:
    """Scores every unit from the rows of the one scan.

    Args:
        rows: in any order, of one campaign; the same keys may come more than once.
        categories: category of each unit by its code; the result has these units in this order.
        questionnaires: by id, as in the rows.
        scheme: scales, group weights, floors and caps.
        frozen: by method 2, contrasts by unit as they were published; None: from these rows.
        clusters: by method 2, answers by key of their link, which widen variances.

    Raises:
        BadInput: a row names an unknown unit or questionnaire or has a pattern that cannot be read,
            or a unit's category is not in the scheme.
    """
    counted = tally(rows, PatternReader(questionnaires, scheme))
    return score_tally(counted, categories, scheme, frozen, clusters)


def score_table(
    table: pa.Table,
    categories: Mapping[str, str],
    questionnaires: Mapping[str, Questionnaire],
    scheme: Scheme,
) -> dict[str, UnitScore]:
    """As `score_units`, from an Arrow table with the columns of `aggregation.counts.scan.scan`.

    It is made for millions of rows.
    """
    return score_tally(
        tally_table(table, PatternReader(questionnaires, scheme)), categories, scheme
    )


def score_tally(
    counted: Tally,
    categories: Mapping[str, str],
    scheme: Scheme,
    frozen: Frozen = None,
    clusters: Clusters | None = None,
) -> dict[str, UnitScore]:
    """As `score_units`, from counts.

    By method 2 ``clusters`` widen the variance of groups whose answers came by the same places.
    """
    if scheme.evidence is not None:
        return BoundedScorer(counted, scheme, clusters).scores(
            _by_unit(counted, categories), categories, frozen
        )
    cells, scorer = _by_unit(counted, categories), _Scorer(counted, scheme)
    return {unit: scorer.unit(unit, category, cells[unit]) for unit, category in categories.items()}


def score_contrasts(
    counted: Tally, categories: Mapping[str, str], scheme: Scheme
) -> dict[str, Contrasts] | None:
    """The contrasts of every unit by method 2, to be kept with the first release; else None."""
    if scheme.evidence is None:
        return None
    return BoundedScorer(counted, scheme).contrasts(_by_unit(counted, categories), categories)


def score_influences(
    counted: Tally, categories: Mapping[str, str], scheme: Scheme
) -> dict[ScoreCell, Influence]:
    """The effect of each cell's ballots on their unit's score; raises as `score_units`."""
    if scheme.evidence is not None:
        return BoundedScorer(counted, scheme).influences(_by_unit(counted, categories), categories)
    cells, scorer = _by_unit(counted, categories), _Scorer(counted, scheme)
    found = (
        scorer.influences(unit, category, cells[unit]) for unit, category in categories.items()
    )
    return {cell: influence for part in found for cell, influence in part.items()}


def _by_unit(
    counted: Tally, categories: Mapping[str, str]
) -> dict[str, list[tuple[ScoreCell, Counts]]]:
    cells: dict[str, list[tuple[ScoreCell, Counts]]] = {unit: [] for unit in categories}
    for cell, counts in counted.cells.items():
        if cell.unit not in cells:
            message = Message("estimation-ballots-of-unknown-unit")
            raise BadInput(message, _unit_place(cell.unit))
        cells[cell.unit].append((cell, counts))
    return cells


class _Scorer:
    def __init__(self, counted: Tally, scheme: Scheme) -> None:
        self._outcomes = counted.outcomes
        self._scheme = scheme
        self._grouper = GroupEstimator(counted.outcomes, scheme)
        prior = scale_points(scheme, scheme.default_scale).values()
        self._points = [point for point in prior if point is not None]

    def unit(
        self, unit: str, category: str, cells: Sequence[tuple[ScoreCell, Counts]]
    ) -> UnitScore:
        weights = self._weights(unit, category, cells)
        groups = self._groups(unit, weights, cells)
        used, pooled = self._used(weights, groups)
        whole = combine((used[g.name] / 100, g.whole) for g in groups if g.whole)
        ends = interval(whole, self._points) if whole else (None, None)
        parts = [part for _, part in whole.simple] if whole else []
        views = tuple(self._view(g, weights[g.name], used[g.name]) for g in groups)
        heard = heard_ballots([counts for _, counts in cells])
        rate = dont_know_rate(heard, self._outcomes)
        n_valid = sum(g.n_valid for g in groups if weights[g.name])
        return UnitScore(
            unit=unit,
            n=sum(g.n for g in groups),
            n_valid=n_valid,
            score=whole.mean if whole else None,
            variance=float(whole.variance if whole else WIDEST),
            low=ends[0],
            high=ends[1],
            dont_know_rate=rate,
            top_two_rate=top_two_rate(heard, self._outcomes),
            distribution=overall_distribution(heard, self._outcomes, self._scheme),
            groups=views,
            flags=self._flags(views, n_valid, pooled, rate),
            excluded=sum(g.n for g in groups) - sum(heard.values()),
            unweighted=whole.plain if whole else None,
            effective=whole.effective if whole else None,
            squares=sum((part.n * (part.square - part.mean**2) for part in parts), Fraction()),
            degrees=sum(part.n - 1 for part in parts),
            posterior=posterior(whole, self._points) if whole else None,
        )

    def influences(
        self, unit: str, category: str, cells: Sequence[tuple[ScoreCell, Counts]]
    ) -> dict[ScoreCell, Influence]:
        """The effect of each cell's ballots on the unit's score, for the cells that count in it."""
        weights = self._weights(unit, category, cells)
        groups = self._groups(unit, weights, cells)
        used, _ = self._used(weights, groups)
        pools = [(used[g.name] / 100, pool) for g in groups if used[g.name] for pool in g.pools()]
        return {cell: pool.influence(share) for share, pool in pools for cell in pool.cells}

    def _groups(
        self, unit: str, names: Iterable[str], cells: Sequence[tuple[ScoreCell, Counts]]
    ) -> list[EvaluatorGroup]:
        return [
            self._grouper.group(unit, name, [part for part in cells if part[0].group == name])
            for name in names
        ]

    def _weights(
        self, unit: str, category: str, cells: Sequence[tuple[ScoreCell, Counts]]
    ) -> dict[str, Fraction]:
        """The scheme's weight of every known group, and 0 for other groups with ballots."""
        return category_weights(self._scheme, unit, category, {cell.group for cell, _ in cells})

    def _used(
        self, weights: Mapping[str, Fraction], groups: Sequence[EvaluatorGroup]
    ) -> tuple[dict[str, Fraction], bool]:
        """The weights after redistribution, and whether all groups were pooled."""
        floor = self._scheme.min_n.group
        used = redistributed_weights(
            weights, {g.name for g in groups if g.whole and g.n_valid >= floor}
        )
        if any(used.values()):
            return used, False
        answers = {g.name: Fraction(g.weight_sum if weights[g.name] else 0) for g in groups}
        total = sum(answers.values(), Fraction())
        return {
            name: 100 * sum_ / total if total else Fraction() for name, sum_ in answers.items()
        }, bool(total)

    def _view(self, group: EvaluatorGroup, weight: Fraction, used: Fraction) -> GroupScore:
        whole = group.whole
        return GroupScore(
            group=group.name,
            n=group.n,
            n_valid=group.n_valid,
            score=whole.mean if whole else None,
            variance=float(whole.variance if whole else WIDEST),
            weight=weight,
            weight_used=used,
            flags=group.flags(self._scheme.min_n.group),
            n_open=group.open.n if group.open else 0,
            unweighted=whole.plain if whole else None,
            fit=group.placed.fit if group.placed else None,
            strata=group.strata,
        )

    def _flags(
        self, groups: Sequence[GroupScore], n_valid: int, pooled: bool, unknown: Fraction | None
    ) -> tuple[str, ...]:
        used = [g for g in groups if g.weight_used]
        counted = {g.group for g in used if "below_floor" not in g.flags}
        tests = {
            "insufficient": n_valid < self._scheme.min_n.unit or not counted.intersection(PEOPLE),
            "pooled": pooled,
            "dont_know_high": unknown is not None
            and unknown * 100 > Fraction(self._scheme.dk_flag_pct),
            "open_link_only": bool(used) and all("open_link_only" in g.flags for g in used),
        }
        own = (flag for g in groups if g.weight for flag in _named(g))
        return (*(flag for flag, holds in tests.items() if holds), *own)


def _named(group: GroupScore) -> list[str]:
    return [
        f"group_{flag}:{group.group}" if flag == "below_floor" else f"{flag}:{group.group}"
        for flag in group.flags
    ]


def _unit_place(code: str) -> Place:
    return Place(subject=Message("estimation-unit", code=code))
