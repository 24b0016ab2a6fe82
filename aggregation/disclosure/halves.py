"""How finely the difference of split halves is told: never of less than a whole campaign."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from aggregation.disclosure.precision import HALF, WHOLE, outward, rounded, tens, unit_precision
from aggregation.quality.halves import HalfDifference

NORMAL_95 = 1.96
NOTABLE = 2
"""Points from which on the method page says that the order matters."""


@dataclass(frozen=True, slots=True)
class ToldDifference:
    """A difference as it is told: both halves in tens, in steps by the smaller of them."""

    half: str
    ballots: tuple[int, int]
    difference: float
    low: float
    high: float

    @property
    def notable(self) -> bool:
        """Whether the order matters by more than `NOTABLE` points."""
        return abs(self.difference) > NOTABLE


def told_difference(found: HalfDifference) -> ToldDifference | None:
    """Return the difference, in steps by the smaller half; None where that has too few ballots."""
    step = unit_precision(min(found.ballots), alone=False).score
    if step is None:
        return None
    reach = NORMAL_95 * found.error
    low, high = outward(
        found.difference - reach, found.difference + reach, WHOLE if step == WHOLE else HALF
    )
    difference = float(rounded(Fraction(found.difference), step))
    ballots = (tens(found.ballots[0]), tens(found.ballots[1]))
    return ToldDifference(found.half, ballots, difference, low, high)
