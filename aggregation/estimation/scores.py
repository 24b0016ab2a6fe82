"""The public score of a unit, from counted rating patterns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from aggregation.counts.ratings import PatternReader, scale_points
from aggregation.counts.scan import Counts, PatternCount, ScoreCell, Tally, tally, tally_table
from aggregation.estimation.estimates import WIDEST, combine
from aggregation.estimation.groups import EvaluatorGroup, GroupEstimator
from aggregation.estimation.intervals import Posterior, interval, posterior
from aggregation.estimation.rater_covariance import Influence
from aggregation.estimation.weighting import RakingFit
from aggregation.estimation.weights import redistributed_weights
from aggregation.scheme.scheme import Scheme
from survey_flows.errors import BadInput, Message, Place
from survey_flows.questionnaire import NO_ANSWER, Questionnaire

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["GroupScore", "PatternCount", "UnitScore", "score_table", "score_tally", "score_units"]

PEOPLE = ("resident", "service_user")
"""Without answers of either of these that count, a unit has not been heard by the people."""

SATISFIED = ("VS", "S")
"""«Very satisfied» and «satisfied», and never a third level: the codes of the top-two rate."""


@dataclass(frozen=True, slots=True)
class GroupScore:
    """One evaluator group's part in a unit's score.

    ``score`` is 0–100, ``variance`` that of the mean, in points². ``n`` counts the ballots
    received, ``n_valid`` the valid ones that are not excluded, ``n_open`` those of `n_valid` by an
    open link. ``weight`` is the scheme's, ``weight_used`` the one after redistribution, of 100.
    ``unweighted`` is the score without fraud weights.

    ``flags`` are ``below_floor``, ``open_link_only``, ``open_link_capped`` and
    ``verified_below_floor`` (capped although fewer vouched answers than the floor stand beside).
    ``fit`` says how the vouched answers were weighted to the population, and ``strata`` counts the
    valid ones by stratum then.
    """

    group: str
    n: int
    n_valid: int
    score: Fraction | None
    variance: float
    weight: Fraction
    weight_used: Fraction
    flags: tuple[str, ...] = ()
    n_open: int = 0
    unweighted: Fraction | None = None
    fit: RakingFit | None = None
    strata: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class UnitScore:
    """A unit's public score (民评) with all figures that are published beside it.

    Ballots of own staff are in none of its figures. ``score`` is exact; ``low`` and ``high`` are
    its 95 % interval in points; ``variance`` is that of the score. ``n`` counts the ballots
    received, ``excluded`` those of fraud weight 0, ``n_valid`` the valid ones in groups with
    weight. ``distribution`` counts the overall item by code over all ballots that are not excluded,
    each as one. ``dont_know_rate`` is the share of «don't know» among those, in 0–1;
    ``top_two_rate`` (非常满意+满意率) that of VS and S among overall answers with points.
    ``unweighted`` is the score without fraud weights.
    ``effective`` is Kish's number of equal answers.
    ``squares`` is the sum of squared distances of answers from the mean of their part (points²) on
    ``degrees`` degrees of freedom. ``posterior`` underlies the interval and the rank sets.

    ``flags`` are ``insufficient`` (a person must decide), ``pooled`` (no group reached the floor:
    the score is the mean of all, for information), ``dont_know_high``, ``open_link_only`` (every
    answer that counts), and of groups with weight ``group_below_floor:<group>``,
    ``open_link_only:<group>``, ``open_link_capped:<group>`` and ``verified_below_floor:<group>``.
    """

    unit: str
    n: int
    n_valid: int
    score: Fraction | None
    variance: float
    low: float | None
    high: float | None
    dont_know_rate: Fraction | None
    top_two_rate: Fraction | None
    distribution: Mapping[str, int]
    groups: tuple[GroupScore, ...]
    flags: tuple[str, ...] = ()
    excluded: int = 0
    unweighted: Fraction | None = None
    effective: Fraction | None = None
    squares: Fraction = Fraction()
    degrees: int = 0
    posterior: Posterior | None = None


def score_units(
    rows: Iterable[PatternCount],
    categories: Mapping[str, str],
    questionnaires: Mapping[str, Questionnaire],
    scheme: Scheme,
) -> dict[str, UnitScore]:
    """Scores every unit from the rows of the one scan.

    Args:
        rows: in any order, of one campaign; the same keys may come more than once.
        categories: category of each unit by its code; the result has these units in this order.
        questionnaires: by id, as in the rows.
        scheme: scales, group weights, floors and caps.

    Raises:
        BadInput: a row names an unknown unit or questionnaire or has a pattern that cannot be read,
            or a unit's category is not in the scheme.
    """
    return score_tally(tally(rows, PatternReader(questionnaires, scheme)), categories, scheme)


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
    counted: Tally, categories: Mapping[str, str], scheme: Scheme
) -> dict[str, UnitScore]:
    """As `score_units`, from counts."""
    cells, scorer = _by_unit(counted, categories), _Scorer(counted, scheme)
    return {unit: scorer.unit(unit, category, cells[unit]) for unit, category in categories.items()}


def score_influences(
    counted: Tally, categories: Mapping[str, str], scheme: Scheme
) -> dict[ScoreCell, Influence]:
    """The effect of each cell's ballots on their unit's score; raises as `score_units`."""
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
        heard = _heard([counts for _, counts in cells])
        rate = self._dont_know_rate(heard)
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
            top_two_rate=self._top_two_rate(heard),
            distribution=self._distribution(heard),
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
        if category not in self._scheme.categories:
            message = Message("estimation-category-unknown", category=category)
            raise BadInput(message, _unit_place(unit))
        given = self._scheme.categories[category].group_weights
        names = dict.fromkeys(
            [*self._scheme.groups, *given, *sorted({cell.group for cell, _ in cells})]
        )
        return {name: Fraction(given.get(name, 0)) for name in names}

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

    def _dont_know_rate(self, heard: Mapping[int, int]) -> Fraction | None:
        total = sum(heard.values())
        unknown = sum(count for place, count in heard.items() if self._outcomes[place].dont_know)
        return Fraction(unknown, total) if total else None

    def _distribution(self, heard: Mapping[int, int]) -> dict[str, int]:
        scales = sorted({self._outcomes[place].scale for place in heard}) or [
            self._scheme.default_scale
        ]
        codes = [option.code for scale in scales for option in self._scheme.scales[scale].options]
        result = dict.fromkeys([*codes, NO_ANSWER], 0)
        for place, count in heard.items():
            result[self._outcomes[place].overall] += count
        return result

    def _top_two_rate(self, heard: Mapping[int, int]) -> Fraction | None:
        answered = top = 0
        for place, count in heard.items():
            outcome = self._outcomes[place]
            if outcome.overall != NO_ANSWER and not outcome.dont_know:
                answered += count
                top += count * (outcome.overall in SATISFIED)
        return Fraction(top, answered) if answered else None


def _named(group: GroupScore) -> list[str]:
    return [
        f"group_{flag}:{group.group}" if flag == "below_floor" else f"{flag}:{group.group}"
        for flag in group.flags
    ]


def _heard(cells: Sequence[Counts]) -> dict[int, int]:
    """Ballots that are not excluded, by outcome."""
    result: dict[int, int] = {}
    for counts in cells:
        for (weight, place), count in counts.items():
            if weight:
                result[place] = result.get(place, 0) + count
    return result


def _unit_place(code: str) -> Place:
    return Place(subject=Message("estimation-unit", code=code))
