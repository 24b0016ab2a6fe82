"""Weighting to the population: post-stratification to cells, raking to margins, with limits.

Post-stratification: Σ P·ȳ over the cells, P being their shares of the population, with variance Σ
P²·V and V as in `aggregation.estimation.estimates.estimate` (the cells taken as samples of their
own, which is how the sample is drawn). Raking: iterative proportional fitting (Deming and Stephan,
1940), with the linearised variance of a calibrated mean: residuals from the additive fit on the
margins (Deville, Särndal and Sautory, JASA 88, 1993). Both agree with R's `survey`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from aggregation.estimation.estimates import WIDEST, CellSums, Estimate, combine, estimate
from aggregation.scheme.population import WeightingTarget

ROUNDS = 500
CLOSE = 1e-13
"""The largest change of a share at which iteration ends."""
FINE = 10**12
"""Iterated shares are kept to 1/`FINE`, so that all later arithmetic is exact."""

Key = tuple[str, ...]
Number = TypeVar("Number", float, Fraction)
Shares = dict[Key, Fraction]


@dataclass(frozen=True, slots=True)
class RakingFit:
    """The quality of a weighting. ``margins``: raked, otherwise post-stratified.

    ``cells`` were used, after ``joined`` values of the figures had been joined to a neighbour;
    ``trimmed`` cells stand at a limit. ``rounds`` of iteration left ``gap``, the largest difference
    between a target share and the one that was reached.
    """

    margins: bool
    cells: int
    joined: int
    trimmed: int
    rounds: int
    gap: float


@dataclass(frozen=True, slots=True)
class WeightedEstimate:
    """The estimate, the joined cell of each stratum, and each cell's share and centre (points)."""

    estimate: Estimate
    fit: RakingFit
    cells: Mapping[str, Key]
    shares: Mapping[Key, Fraction]
    centres: Mapping[Key, Fraction]


def weighted_estimate(
    strata: Mapping[str, CellSums], target: WeightingTarget
) -> WeightedEstimate | None:
    """The mean of a group's answers, weighted to its population; None when none of them counts.

    Args:
        strata: sums by stratum, only of strata that the target knows (`Target.parts`).
        target: the population.
    """
    known = {
        stratum: (target.parts(stratum) or (), sums) for stratum, sums in strata.items() if sums.n
    }
    if not known:
        return None
    joins = _joins([(parts, sums.n) for parts, sums in known.values()], target)
    cells = {
        stratum: tuple(join[value] for join, value in zip(joins, parts, strict=True))
        for stratum, (parts, _) in known.items()
    }
    summed: dict[Key, CellSums] = {}
    for stratum, key in cells.items():
        sums = known[stratum][1]
        summed[key] = summed[key] + sums if key in summed else sums
    wanted = [
        _wanted(join, people) for join, people in zip(joins, target.margins.values(), strict=True)
    ]
    shares, rounds = _fitted({key: sums.w for key, sums in summed.items()}, wanted)
    shares, trimmed = _trimmed(shares, {key: sums.w for key, sums in summed.items()}, target)
    gap = max(_gap(values, _reached(shares, at)) for at, values in enumerate(wanted))
    joined = sum(len(join) - len(set(join.values())) for join in joins)
    fit = RakingFit(0 not in target.margins, len(summed), joined, trimmed, rounds, gap)
    if not fit.margins:
        parts = {key: part for key, sums in summed.items() if (part := estimate(sums))}
        whole = combine((shares[key], part) for key, part in parts.items())
        centres = {key: part.mean for key, part in parts.items()}
    else:
        centres = _additive(summed)
        whole = _calibrated(summed, shares, centres)
    return WeightedEstimate(whole, fit, cells, shares, centres) if whole else None


def _gap(wanted: Mapping[str, Fraction], reached: Mapping[str, Fraction]) -> float:
    return float(
        max(abs(share - reached.get(value, Fraction())) for value, share in wanted.items())
    )


def _joins(found: Sequence[tuple[Key, int]], target: WeightingTarget) -> list[dict[str, str]]:
    """For each margin into which value each one is joined, named after the first of them."""
    joins = []
    for at, values in enumerate(target.margins.values()):
        counts = dict.fromkeys(values, 0)
        for parts, n in found:
            counts[parts[at]] += n
        joins.append(collapse_small_cells(counts, target.least))
    return joins


def collapse_small_cells(counts: Mapping[str, int], least: int) -> dict[str, str]:
    """Joins the cell with the fewest answers to a neighbour while it has fewer than ``least``.

    Neighbours stand next to it in the order of the figures. One whose name begins with the same
    part is preferred, then the one with fewer answers, then the earlier. Returns for each cell the
    first cell of its join.
    """
    blocks = [([name], count) for name, count in counts.items()]
    while len(blocks) > 1:
        at = min(range(len(blocks)), key=lambda place: (blocks[place][1], place))
        if blocks[at][1] >= least:
            break
        beside = [place for place in (at - 1, at + 1) if 0 <= place < len(blocks)]
        to = min(
            beside,
            key=lambda place: (
                _area(blocks[place][0]) != _area(blocks[at][0]),
                blocks[place][1],
                place,
            ),
        )
        first, second = sorted((at, to))
        blocks[first : second + 1] = [
            (blocks[first][0] + blocks[second][0], blocks[first][1] + blocks[second][1])
        ]
    return {name: names[0] for names, _ in blocks for name in names}


def _area(names: Sequence[str]) -> str:
    return names[0].partition("/")[0]


def _wanted(join: Mapping[str, str], people: Mapping[str, int]) -> dict[str, Fraction]:
    total, found = sum(people.values()), dict.fromkeys(join.values(), Fraction())
    for value, count in people.items():
        found[join[value]] += Fraction(count, total)
    return found


def _fitted(
    weights: Mapping[Key, int], wanted: Sequence[Mapping[str, Fraction]]
) -> tuple[Shares, int]:
    """Shares of the cells that meet the margins, and the rounds; one margin is exact at once."""
    if len(wanted) == 1:
        return {key: wanted[0][key[0]] for key in weights}, 1
    total = sum(weights.values())
    shares = {key: weight / total for key, weight in weights.items()}
    rounds, before = 0, dict.fromkeys(shares, 2.0)
    while rounds < ROUNDS and max(abs(shares[key] - before[key]) for key in shares) >= CLOSE:
        rounds, before = rounds + 1, shares
        for at, values in enumerate(wanted):
            reached = _reached(shares, at)
            shares = {
                key: share * float(values[key[at]]) / reached[key[at]]
                for key, share in shares.items()
            }
    kept = {key: Fraction(round(share * FINE), FINE) for key, share in shares.items()}
    whole = sum(kept.values())
    return {key: share / whole for key, share in kept.items()}, rounds


def _reached(shares: Mapping[Key, Number], at: int) -> dict[str, Number]:
    found: dict[str, Number] = {}
    for key, share in shares.items():
        found[key[at]] = found[key[at]] + share if key[at] in found else share
    return found


def _trimmed(
    shares: Shares, weights: Mapping[Key, int], target: WeightingTarget
) -> tuple[Shares, int]:
    """Shares within the limits; the excess of cells at a limit is spread over the others."""
    total = sum(weights.values())
    own = {key: Fraction(weight, total) for key, weight in weights.items()}
    held: Shares = {}
    for _ in range(2 * len(shares)):
        out = _beyond({key: share for key, share in shares.items() if key not in held}, own, target)
        if not out:
            break
        # Where no cell would be left to give or take, those that were held first are let go.
        held = held | out if len(held) + len(out) < len(shares) else out
        rest = sum((share for key, share in shares.items() if key not in held), Fraction())
        room = 1 - sum(held.values(), Fraction())
        shares = {
            key: held[key] if key in held else share * room / rest for key, share in shares.items()
        }
    return shares, len(held)


def _beyond(free: Shares, own: Shares, target: WeightingTarget) -> Shares:
    """The cells over the upper limit with their capped share; without such, those under the lower.

    The excess of heavy cells goes to light ones, which may need no correction then.
    """
    heavy = {
        key: own[key] * target.heaviest
        for key, share in free.items()
        if share > own[key] * target.heaviest
    }
    light = {
        key: own[key] * target.lightest
        for key, share in free.items()
        if share < own[key] * target.lightest
    }
    return heavy or light


def _additive(cells: Mapping[Key, CellSums]) -> dict[Key, Fraction]:
    """The fit of the answers by a sum of effects, one for each value of each margin.

    Least squares by backfitting, weighted as without the figures; points, to 1/`FINE`.
    """
    weights = {key: float(sums.w) for key, sums in cells.items()}
    means = {key: sums.wy / sums.w / sums.scale for key, sums in cells.items()}
    fitted = dict.fromkeys(cells, 0.0)
    for _ in range(ROUNDS):
        before = dict(fitted)
        for at in range(len(next(iter(cells)))):
            over = _reached(weights, at)
            left = _reached({key: weights[key] * (means[key] - fitted[key]) for key in cells}, at)
            fitted = {key: value + left[key[at]] / over[key[at]] for key, value in fitted.items()}
        if max(abs(fitted[key] - before[key]) for key in cells) < CLOSE:
            break
    return {key: Fraction(round(value * FINE), FINE) for key, value in fitted.items()}


def _calibrated(
    cells: Mapping[Key, CellSums], shares: Shares, centres: Mapping[Key, Fraction]
) -> Estimate:
    def over(value: Callable[[CellSums], Fraction]) -> Fraction:
        return sum((shares[key] * value(sums) for key, sums in cells.items()), Fraction())

    n = sum(sums.n for sums in cells.values())
    squares = evenness = Fraction()
    for key, sums in cells.items():
        each, centre = shares[key] / sums.w, centres[key] * sums.scale
        squares += (each / sums.scale) ** 2 * (
            sums.w2y2 - 2 * centre * sums.w2y + centre**2 * sums.w2
        )
        evenness += each**2 * sums.w2
    mean = over(lambda sums: Fraction(sums.wy, sums.w * sums.scale))
    drift = mean - sum((shares[key] * centre for key, centre in centres.items()), Fraction())
    return Estimate(
        n,
        mean,
        over(lambda sums: Fraction(sums.wy2, sums.w * sums.scale**2)),
        Fraction(n, n - 1) * (squares - drift**2 / n) if n > 1 else WIDEST,
        1 / evenness,
        over(lambda sums: Fraction(sums.all_y, sums.all_n * sums.scale)),
        most=min(Fraction(n), 1 / evenness),
    )
