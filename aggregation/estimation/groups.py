"""One evaluator group's estimate: vouched and open answers, weighted to the population."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from aggregation.counts.ratings import PatternOutcome
from aggregation.counts.scan import Counts, ScoreCell
from aggregation.estimation.estimates import (
    CellSums,
    Estimate,
    combine,
    common_scale,
    estimate,
    numerators,
    sum_cell,
)
from aggregation.estimation.rater_covariance import Influence
from aggregation.estimation.weighting import WeightedEstimate, weighted_estimate
from aggregation.estimation.weights import open_link_share
from aggregation.scheme.population import WeightingTarget
from aggregation.scheme.scheme import Scheme

SumsByCell = Mapping[ScoreCell, CellSums]


@dataclass(frozen=True, slots=True)
class AnswerPool:
    """Cells that are summed together: their ``share`` of the group's mean, Σw, mean and n/(n−1)."""

    cells: tuple[ScoreCell, ...]
    share: Fraction
    weight: int
    centre: Fraction
    factor: Fraction

    def influence(self, share: Fraction) -> Influence:
        """Of a ballot on the unit's score, in which the group has this share."""
        return Influence(share * self.share / self.weight, self.centre, self.factor)


@dataclass(frozen=True, slots=True)
class EvaluatorGroup:
    """A group's estimate and its parts.

    ``apart`` is the share of the open-link answers where they form a part of their own; None where
    they are summed with the others or there are none. ``strata`` counts valid answers by stratum
    where population figures apply.
    """

    name: str
    n: int
    summed: SumsByCell
    whole: Estimate | None
    open: Estimate | None
    verified: Estimate | None
    capped: bool
    apart: Fraction | None = None
    placed: WeightedEstimate | None = None

    @property
    def n_valid(self) -> int:
        """Answers that count."""
        return self.whole.n if self.whole else 0

    @property
    def weight_sum(self) -> int:
        """The fraud weights of the answers, in quarters."""
        return sum(part.w for part in self.summed.values())

    @property
    def strata(self) -> tuple[tuple[str, int], ...]:
        """Valid answers by stratum, where they are weighted to the population."""
        return tuple(
            sorted((cell.stratum, part.n) for cell, part in self.summed.items() if cell.stratum)
        )

    def flags(self, floor: int) -> tuple[str, ...]:
        """As in `aggregation.estimation.scores.GroupScore`."""
        tests = {
            "below_floor": self.n_valid < floor,
            "open_link_only": self.open is not None and self.verified is None,
            "open_link_capped": self.capped,
            "verified_below_floor": self.capped
            and self.verified is not None
            and self.verified.n < floor,
        }
        return tuple(flag for flag, holds in tests.items() if holds)

    def pools(self) -> list[AnswerPool]:
        """The pools of cells that are summed together."""
        counting = {cell: part for cell, part in self.summed.items() if part.n}
        if self.placed is None and self.apart is None:
            return _pool(counting, Fraction(1))
        opened = {cell: part for cell, part in counting.items() if cell.open_link}
        vouched = {cell: part for cell, part in counting.items() if not cell.open_link}
        apart = self.apart or Fraction()
        return [*_pool(opened, apart), *_vouched_pools(vouched, 1 - apart, self.placed)]


class GroupEstimator:
    """Estimates groups from the counts of their cells."""

    def __init__(self, outcomes: Sequence[PatternOutcome], scheme: Scheme) -> None:
        self._targets = scheme.population.targets() if scheme.population else {}
        self._cap = Fraction(scheme.open_link_cap_pct) / 100
        self._scale = common_scale(outcomes)
        self._scores = numerators(outcomes, self._scale)

    def group(
        self, unit: str, name: str, cells: Sequence[tuple[ScoreCell, Counts]]
    ) -> EvaluatorGroup:
        """The estimate of one group of a unit, from its cells."""
        summed = {cell: sum_cell(counts, self._scores, self._scale) for cell, counts in cells}
        links, vouched = (
            _total(part for cell, part in summed.items() if cell.open_link is link)
            for link in (True, False)
        )
        placed = self._placed(
            unit, name, {cell.stratum: part for cell, part in summed.items() if cell.stratum}
        )
        opened, verified = estimate(links) if links else None, _vouched(summed, placed)
        total = _total(summed.values())
        whole = verified if placed and not opened else estimate(total) if total else None
        capped, apart = False, None
        if opened and verified and links and vouched:
            share = open_link_share(links.w, vouched.w, self._cap)
            capped = share < Fraction(links.w, links.w + vouched.w)
            apart = share if capped or placed else None
            whole = (
                combine([(share, opened), (1 - share, verified)]) if apart is not None else whole
            )
        n = sum(sum(counts.values()) for _, counts in cells)
        return EvaluatorGroup(name, n, summed, whole, opened, verified, capped, apart, placed)

    def _placed(
        self, unit: str, group: str, strata: Mapping[str, CellSums]
    ) -> WeightedEstimate | None:
        """Answers of known strata, weighted to the unit's own population or else to everybody's."""
        target: WeightingTarget | None = self._targets.get((unit, group)) or self._targets.get(
            ("", group)
        )
        return weighted_estimate(strata, target) if target and strata else None


def _total(parts: Iterable[CellSums]) -> CellSums | None:
    every = list(parts)
    return sum(every[1:], every[0]) if every else None


def _loose(vouched: SumsByCell) -> tuple[CellSums | None, Fraction]:
    """The answers of no known stratum, and their share of the vouched ones."""
    loose = _total(part for cell, part in vouched.items() if not cell.stratum)
    return loose, Fraction(
        loose.w, sum(part.w for part in vouched.values())
    ) if loose else Fraction()


def _vouched(summed: SumsByCell, placed: WeightedEstimate | None) -> Estimate | None:
    """The vouched answers; those of no known stratum keep their own share."""
    own = {cell: part for cell, part in summed.items() if not cell.open_link and part.n}
    if placed is None:
        total = _total(own.values())
        return estimate(total) if total else None
    loose, share = _loose(own)
    apart = estimate(loose) if loose else None
    return combine([(share, apart), (1 - share, placed.estimate)]) if apart else placed.estimate


def _vouched_pools(
    vouched: SumsByCell, share: Fraction, placed: WeightedEstimate | None
) -> list[AnswerPool]:
    if placed is None:
        return _pool(vouched, share)
    _, loose = _loose(vouched)
    pools = _pool({cell: part for cell, part in vouched.items() if not cell.stratum}, share * loose)
    inside = {cell: part for cell, part in vouched.items() if cell.stratum}
    n = sum(part.n for part in inside.values())
    for key, own in placed.shares.items():
        joined = {cell: part for cell, part in inside.items() if placed.cells[cell.stratum] == key}
        for pool in _pool(joined, share * (1 - loose) * own):
            factor = _factor(n) if placed.fit.margins else pool.factor
            pools.append(
                AnswerPool(pool.cells, pool.share, pool.weight, placed.centres[key], factor)
            )
    return pools


def _pool(cells: SumsByCell, share: Fraction) -> list[AnswerPool]:
    """One pool, or none without answers or share."""
    total = _total(cells.values())
    if not total or not total.w or not share:
        return []
    return [
        AnswerPool(
            tuple(cells),
            share,
            total.w,
            Fraction(total.wy, total.w * total.scale),
            _factor(total.n),
        )
    ]


def _factor(n: int) -> Fraction:
    return Fraction(n, max(n - 1, 1))
