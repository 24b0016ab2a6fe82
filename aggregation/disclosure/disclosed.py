"""What is disclosed of a campaign's scores: the fields, and what stands for a suppressed one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from aggregation.estimation.weighting import RakingFit

Count = int | None
"""A disclosed count; None where it is suppressed."""


@dataclass(frozen=True, slots=True)
class ShareBound:
    """A share disclosed only as below (``more`` False) or above a whole percentage."""

    percent: int
    more: bool


Share = Fraction | ShareBound | None


@dataclass(frozen=True, slots=True)
class DisclosedGroup:
    """A disclosed group. ``hidden``: only its name and its weight are disclosed.

    ``evidence`` is the weight b of its answers beside imagined ones by method 2, in tenths.
    """

    group: str
    hidden: bool
    n: Count
    n_valid: Count
    n_open: Count
    score: Fraction | None
    weight: Fraction
    weight_used: Fraction | None
    flags: tuple[str, ...]
    fit: RakingFit | None = None
    evidence: Fraction | None = None


@dataclass(frozen=True, slots=True)
class ToldBounds:
    """What is disclosed beside a score of method 2, in points.

    ``move`` is the worst move by one ballot more, ``vouched`` the score from vouched answers alone,
    and ``among`` the interval without what all units have in common. ``ballots``: the fewest
    ballots to a cut are told.
    """

    move: Fraction
    vouched: Fraction | None
    ballots: bool
    among: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class DisclosedScore:
    """A disclosed unit; the fields are those of `aggregation.estimation.scores.UnitScore`.

    ``withheld``: too few answers for any figure. ``corrected``: the score was corrected after its
    counts had been published, and the counts stay as they were. ``coarse``: counts are rounded down
    to tens and the rest to the steps of `aggregation.disclosure.precision`; ``bounds`` are then
    what is disclosed beside a score of method 2.
    """

    unit: str
    withheld: bool
    n: Count
    n_valid: Count
    excluded: Count
    score: Fraction | None
    low: float | None
    high: float | None
    unweighted: Fraction | None
    dont_know: Share
    top_two: Share
    distribution: Mapping[str, Count]
    groups: tuple[DisclosedGroup, ...]
    flags: tuple[str, ...]
    corrected: bool = False
    coarse: bool = False
    bounds: ToldBounds | None = None

    def group(self, name: str) -> DisclosedGroup:
        """The group of this name. Raises KeyError."""
        return {group.group: group for group in self.groups}[name]


def below_floor(count: int, floor: int) -> bool:
    """Whether a count is too small to be disclosed: 1 to ``floor`` − 1."""
    return 0 < count < floor
