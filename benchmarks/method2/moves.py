"""What the two guarantees leave out: ballots that are changed, and scales that do not end at 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from aggregation.estimation.method2.contrasts import campaign_contrasts
from aggregation.estimation.method2.evidence import (
    NOTHING,
    AnswerSums,
    GroupEvidence,
    UnitEvidence,
)
from aggregation.estimation.method2.own_score import Contrasts, OwnScore, own_score
from aggregation.estimation.method2.trial import (
    loose_cells,
    vouched_cells,
    with_ballots,
    worst_move,
)
from aggregation.scheme.evidence import EvidenceRules

SHARES = {"service_user": 45, "resident": 30, "enterprise": 20, "deputy": 5}
SIZES = (0, 0, 1, 3, 30, 300)
"""Answers of a kind of link in a group."""
LOPSIDED = 0.05
"""The parameter of a Dirichlet distribution: nearly all of a kind of link say the same."""
LEVELS = (0, 20, 40, 60, 80, 101)
"""Bounds of the scores by which units are told apart."""
FIVE = (100, 80, 60, 30, 0)
THREE = (100, 70, 30)
UNITS = 24
CHANNELS = ("open", "invited")
ONE = Fraction(1)
RULES = EvidenceRules()

Said = Mapping[tuple[str, str], Sequence[int]]
"""How many gave each answer, by group and kind of link."""


@dataclass(frozen=True)
class Scored:
    """A unit of an extreme city with its score and the contrasts that it has."""

    said: Said
    evidence: UnitEvidence
    contrasts: Contrasts
    own: OwnScore

    def moved(self, group: str, changed: GroupEvidence) -> Fraction:
        """By how many points the score moves if a group says something else."""
        after = own_score({**self.evidence, group: changed}, self.contrasts, RULES)
        return after.score - self.own.score if after else Fraction()


@dataclass(frozen=True)
class Moves:
    """Of how many units or ballots so many exceed, and the farthest."""

    tried: int
    over: int
    most: float


def extreme_units(points: Sequence[int], cities: int, seed: int) -> Iterator[Scored]:
    """Yield the units of cities whose groups are of any size and often of one mind."""
    rng = np.random.default_rng([seed, *points])
    for _ in range(cities):
        city = {f"U{at}": _said(points, rng) for at in range(UNITS)}
        evidence = {code: _evidence(points, said) for code, said in city.items()}
        contrasts = campaign_contrasts(evidence, dict.fromkeys(city, "all"), RULES)
        for code, said in city.items():
            known = contrasts.get(code, {})
            own = own_score(evidence[code], known, RULES)
            if own is not None:
                yield Scored(said, evidence[code], known, own)


def changed_ballots(cities: int, seed: int) -> dict[tuple[int, int], Moves]:
    """How far a ballot of one end that becomes one of the other moves a score, by the score.

    It is told as a multiple of the published worst move, which is that of one ballot more.
    """
    ratios: dict[tuple[int, int], list[float]] = {level: [] for level in pairwise(LEVELS)}
    for unit in extreme_units(FIVE, cities, seed):
        most = worst_move(unit.evidence, unit.own, CHANNELS, RULES)
        found = [
            abs(unit.moved(group, _turned(unit.evidence[group], (group, channel, 0), at)))
            for (group, channel), counts in unit.said.items()
            for at in (0, -1)
            if counts[at]
        ]
        for level, known in ratios.items():
            if found and level[0] <= unit.own.score < level[1]:
                known.append(float(max(found) / most))
    return {
        level: Moves(len(known), sum(ratio > 1 for ratio in known), max(known))
        for level, known in ratios.items()
        if known
    }


def worst_answers_of_three(cities: int, seed: int) -> tuple[Moves, float]:
    """How often one more ballot of 30 on a scale of 100, 70 and 30 raises a score, by how much.

    The second figure is the lowest score.
    """
    raised, tried, lowest = [], 0, 100.0
    for unit in extreme_units(THREE, cities, seed):
        lowest = min(lowest, float(unit.own.score))
        for cell in (*vouched_cells(unit.evidence), *loose_cells(unit.evidence, CHANNELS)):
            more = with_ballots(unit.evidence[cell[0]], cell, Fraction(THREE[-1]), ONE)
            by = unit.moved(cell[0], more)
            tried += 1
            raised += [float(by)] if by > 0 else []
    return Moves(tried, len(raised), max(raised, default=0.0)), lowest


def _said(points: Sequence[int], rng: np.random.Generator) -> Said:
    found = {}
    for group in SHARES:
        for channel in ("", "open"):
            shares = rng.dirichlet([LOPSIDED] * len(points))
            counts = rng.multinomial(int(rng.choice(SIZES)), shares)
            if counts.sum():
                found[group, channel] = [int(n) for n in counts]
    return found


def _evidence(points: Sequence[int], said: Said) -> UnitEvidence:
    def sums(group: str, channel: str) -> AnswerSums:
        found = NOTHING
        for point, count in zip(points, said.get((group, channel), ()), strict=False):
            found = found.with_ballots(Fraction(point), Fraction(count))
        return found

    return {
        group: GroupEvidence(
            Fraction(share, 100),
            ((ONE, sums(group, "")),),
            loose=(("open", sums(group, "open")),) if (group, "open") in said else (),
        )
        for group, share in SHARES.items()
    }


def _turned(group: GroupEvidence, cell: tuple[str, str, int], at: int) -> GroupEvidence:
    """The group in which a ballot of the best answer (0) or of the worst (−1) is the other."""
    without = with_ballots(group, cell, Fraction(FIVE[at]), -ONE)
    return with_ballots(without, cell, Fraction(FIVE[-1 - at]), ONE)
