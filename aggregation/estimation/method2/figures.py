"""What method 2 publishes of a unit beside its score."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from aggregation.estimation.method2.components import Components
from aggregation.estimation.method2.evidence import UnitEvidence
from aggregation.estimation.method2.own_score import OwnScore
from aggregation.estimation.method2.states import UnitState
from aggregation.estimation.method2.variance import ScoreVariance


@dataclass(frozen=True, slots=True)
class BoundedFigures:
    """A unit's exact score by method 2 and what it rests on.

    Args:
        own: the exact score with its terms and contrasts.
        evidence: the sums that it follows from, for moves that are tried.
        channels: every loose channel of the campaign.
        state: whether the unit is ranked.
        move: the most points by which one more ballot could move the score.
        vouched: the score from vouched answers alone; None without any.
        variance: its parts.
        components: the variances of the unit's family.
        low: the low end of the interval without what all units have in common.
        high: its high end.
        missing: the groups without any answer that counts, by name.
    """

    own: OwnScore
    evidence: UnitEvidence
    channels: tuple[str, ...]
    state: UnitState
    move: Fraction
    vouched: Fraction | None
    variance: ScoreVariance
    components: Components
    low: float
    high: float
    missing: tuple[str, ...] = ()

    @property
    def vouched_weight(self) -> Fraction:
        """Σw of the vouched answers."""
        return sum((group.vouched.weight for group in self.evidence.values()), Fraction())
