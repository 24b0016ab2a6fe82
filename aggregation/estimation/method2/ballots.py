"""The fewest ballots that would move a score by so much, on the exact function of the score.

The contrasts are held. A search in floating point puts ballot after ballot where it moves the score
most, in blocks that grow with their number; the number that it finds is then checked, and moved,
with the exact score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from aggregation.estimation.method2.evidence import UnitEvidence
from aggregation.estimation.method2.own_score import (
    ENDS,
    GroupContrast,
    GroupTerms,
    OwnScore,
    group_terms,
    score_of_terms,
)
from aggregation.estimation.method2.trial import (
    MOST,
    Cell,
    QuickScore,
    loose_cells,
    vouched_cells,
    with_ballots,
)
from aggregation.numbers import half_up
from aggregation.scheme.evidence import EvidenceRules

SCORE_PLACES = 1
"""Decimals of a public score, to which it is rounded before it enters a total."""
ENDLESS = 10**12


def public_score(score: Fraction) -> Decimal:
    """The score as it is published and enters a total: rounded half up."""
    return half_up(score, SCORE_PLACES)


@dataclass(frozen=True, slots=True)
class NeededBallots:
    """The fewest ballots at 100 (at 0, downwards) of vouched and of loose answers.

    None: no number of them reaches it.
    """

    vouched: int | None
    loose: int | None


def needed_ballots(
    unit: UnitEvidence,
    own: OwnScore,
    channels: Sequence[str],
    rules: EvidenceRules,
    points: Fraction,
    up: bool,
) -> NeededBallots:
    """The fewest ballots that move the public score by ``points`` (at least 0.1).

    Args:
        unit: the unit's answers.
        own: their score.
        channels: every loose channel of the campaign.
        rules: the constants of the scheme.
        points: how far, up or down.
        up: which way.
    """
    least = max(points, Fraction(1, 10**SCORE_PLACES))
    now = Fraction(public_score(own.score))
    target = now + least if up else now - least
    search = _Search(unit, own, rules, target, up)
    return NeededBallots(
        search.fewest(vouched_cells(unit)), search.fewest(loose_cells(unit, channels))
    )


class _Search:
    def __init__(
        self, unit: UnitEvidence, own: OwnScore, rules: EvidenceRules, target: Fraction, up: bool
    ) -> None:
        self._unit, self._own, self._rules = unit, own, rules
        self._target, self._up = target, up
        self._known: dict[tuple[str, tuple[tuple[Cell, int], ...]], GroupTerms] = {}

    def fewest(self, cells: Sequence[Cell]) -> int | None:
        """The fewest ballots in these cells, or None."""
        if not cells or not self._reached(dict.fromkeys(cells, ENDLESS)):
            return None
        # The rounded score is reached from half a step before the target on.
        half = 0.5 / 10**SCORE_PLACES
        goal = float(self._target) - half if self._up else float(self._target) + half
        quick = QuickScore(self._unit, self._own, self._rules, self._up)
        placed: dict[Cell, int] = {}
        for cell, block in quick.path(cells, goal):
            placed[cell] = placed.get(cell, 0) + block
            if sum(placed.values()) > MOST:
                return None
        return self._settled(placed, cell, block)

    def _settled(self, placed: dict[Cell, int], last: Cell, block: int) -> int:
        """The smallest part of the last block that reaches the target exactly."""
        before = placed[last] - block
        low, high = 0, block
        while not self._reached({**placed, last: before + high}):
            low, high = high, 2 * high + 1
        while high - low > 1:
            middle = (low + high) // 2
            if self._reached({**placed, last: before + middle}):
                high = middle
            else:
                low = middle
        return sum(placed.values()) - block + high

    def _reached(self, placed: dict[Cell, int]) -> bool:
        by_group: dict[str, list[tuple[Cell, int]]] = {}
        for cell, count in placed.items():
            by_group.setdefault(cell[0], []).append((cell, count))
        changed = {name: self._terms(name, tuple(more)) for name, more in by_group.items()}
        found = score_of_terms({**self._own.terms, **changed}, self._own.contrasts)
        if found is None:
            return False
        score = Fraction(public_score(found.score))
        return score >= self._target if self._up else score <= self._target

    def _terms(self, name: str, more: tuple[tuple[Cell, int], ...]) -> GroupTerms:
        """A group's terms with more ballots; a search asks for the same ones many times."""
        if (name, more) not in self._known:
            group, end = self._unit[name], ENDS[self._up]
            for cell, count in more:
                group = with_ballots(group, cell, end, Fraction(count))
            contrast = self._own.contrasts.get(name, GroupContrast())
            self._known[name, more] = group_terms(group, contrast, self._rules)
        return self._known[name, more]
