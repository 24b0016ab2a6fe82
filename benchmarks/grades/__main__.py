"""``python -m benchmarks.grades``: coverage of rank sets and calibration of grade probabilities."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from aggregation.ranking.draws import Matrix
from aggregation.ranking.odds import GradeDraws, drawn_grades, grade_odds
from aggregation.ranking.ranks import JointInference, PairwiseComparison, TotalEstimate
from benchmarks.grades.cities import KINDS, Kind, Sample, sample

FIRST, THIRD = 4, 2
BINS = ((0.0, 0.05), (0.05, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.95), (0.95, 1.01))


def _codes(size: int) -> list[str]:
    return [f"{at:03}" for at in range(size)]


def _compared(one: Sample, seed: str, together: bool, plain: bool) -> PairwiseComparison:
    codes = _codes(len(one.seen))
    pairs = {
        (codes[a], codes[b]): float(one.covariance[a, b])
        for a in range(len(codes))
        for b in range(a + 1, len(codes))
    }
    units = dict(zip(codes, _plain(one) if plain else _judged(one), strict=True))
    return PairwiseComparison(units, together=JointInference(pairs if together else None, seed))


def _judged(one: Sample) -> list[TotalEstimate]:
    """Judge as the product judges scores."""
    known = zip(one.seen.tolist(), one.posteriors, one.counts.tolist(), strict=True)
    return [
        TotalEstimate(Fraction(seen + p.pull), p.variance**0.5, n - 1.0, p.third)
        for seen, p, n in known
    ]


def _plain(one: Sample) -> list[TotalEstimate]:
    """Judge by the plain variances."""
    known = zip(
        one.seen.tolist(), np.diag(one.covariance).tolist(), one.counts.tolist(), strict=True
    )
    return [TotalEstimate(Fraction(seen), variance**0.5, n - 1.0) for seen, variance, n in known]


def _misses(sets: Sequence[tuple[int, int]], true: Matrix) -> list[bool]:
    """Return for each unit whether a rank that it may truly hold lies outside its set."""
    low = [1 + int((true > own).sum()) for own in true]
    high = [int((true >= own).sum()) for own in true]
    return [not (a <= x and y <= b) for (a, b), x, y in zip(sets, low, high, strict=True)]


def coverage(kind: Kind, cities: int, seed: int, plain: bool = False) -> dict[str, float]:
    """Return how often rank sets hold, and their mean widths.

    The shares are of cities in which all sets hold, and of units whose own set holds.
    """
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    found: dict[str, list[float]] = {
        name: [] for name in ("simulated", "bounds", "own", "w_sim", "w_bound", "w_own")
    }
    for city in range(cities):
        one = sample(kind, rng)
        for name, width, known in (("simulated", "w_sim", True), ("bounds", "w_bound", False)):
            compared = _compared(one, f"{seed}/{kind.name}/{city}", known, plain)
            sets = [(s.low, s.high) for _, s in sorted(compared.sets().items())]
            found[name].append(not any(_misses(sets, one.true)))
            found[width].append(float(np.mean([b - a + 1 for a, b in sets])))
            if known:
                own = [(s.low, s.high) for _, s in sorted(compared.own_sets().items())]
                found["own"].append(1 - float(np.mean(_misses(own, one.true))))
                found["w_own"].append(float(np.mean([b - a + 1 for a, b in own])))
    return {name: float(np.mean(values)) for name, values in found.items()}


def calibration(kind: Kind, cities: int, seed: int, known: bool) -> list[tuple[float, float, int]]:
    """Return by bin of probabilities (all grades) their mean, the share that came true, and n."""
    rng = np.random.default_rng([seed, KINDS.index(kind), 1])
    told, real = [], []
    flat, codes = np.zeros(kind.units), _codes(kind.units)
    everybody = np.ones(kind.units, dtype=bool)
    for city in range(cities):
        one = sample(kind, rng)
        covariance = one.covariance * (1.0 if known else np.eye(kind.units))
        np.fill_diagonal(covariance, [p.variance for p in one.posteriors])
        scores = one.seen + [p.pull for p in one.posteriors]
        race = GradeDraws(codes, flat, flat + 1, scores, covariance, (), FIRST, THIRD)
        shares = grade_odds(race, f"{seed}/{kind.name}/{city}")
        first, third = (
            part[0] for part in drawn_grades(one.true[None, :], everybody, FIRST, THIRD)
        )
        for at, code in enumerate(codes):
            told += list(shares[code].values())
            real += [bool(first[at]), not (first[at] or third[at]), bool(third[at])]
    told_, real_ = np.array(told), np.array(real)
    chosen = [(told_ >= low) & (told_ < high) for low, high in BINS]
    return [
        (float(told_[c].mean()), float(real_[c].mean()), int(c.sum())) for c in chosen if c.any()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cities", type=int, default=200, help="cities of each kind")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--kind", default="", help="only kinds of this name")
    parser.add_argument(
        "--plain", action="store_true", help="sets by plain variances, to compare; no probabilities"
    )
    chosen = parser.parse_args()
    print(
        f"seed {chosen.seed}, {chosen.cities} cities of each kind, 24 units, "
        f"places first {FIRST}, third {THIRD}\n"
    )
    print(
        "| kind | all sets hold: simulated | bounds | own sets hold | mean width simulated | "
        "bounds | own |"
    )
    print("|---|---|---|---|---|---|---|")
    for kind in (k for k in KINDS if chosen.kind in k.name):
        c = coverage(kind, chosen.cities, chosen.seed, chosen.plain)
        widths = " | ".join(f"{c[name]:.1f}" for name in ("w_sim", "w_bound", "w_own"))
        print(
            f"| {kind.name} | {c['simulated']:.3f} | {c['bounds']:.3f} "
            f"| {c['own']:.3f} | {widths} |",
            flush=True,
        )
    if chosen.plain:
        return
    print("\nprobabilities of grades: told → true (how many)\n")
    for kind in (k for k in KINDS if k.shape != "equal" and chosen.kind in k.name):
        for known in (True, False):
            bins = calibration(kind, chosen.cities, chosen.seed, known)
            cells = " | ".join(f"{told:.3f} → {real:.3f} ({count})" for told, real, count in bins)
            print(
                f"| {kind.name}, {'with' if known else 'without'} covariances | {cells} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
