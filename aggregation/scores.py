"""The public score of a unit, from counted rating patterns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class PatternCount:
    """One row of the one scan: how many ballots share these keys and this rating pattern.

    ``weight`` is the fraud weight in quarters (0, 1, 2 or 4); ``ratings`` as in `survey_flows.ballot.Ballot`.
    """

    unit: str
    questionnaire: str
    grp: str
    stratum: str
    source: str
    weight: int
    ratings: str
    count: int


@dataclass(frozen=True, slots=True)
class GroupScore:
    """One evaluator group's part in a unit's score. ``score`` is 0–100, ``variance`` that of the mean, in points²."""

    group: str
    n: int
    n_valid: int
    score: Fraction | None
    variance: float
    weight: Fraction
    weight_used: Fraction
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitScore:
    """A unit's public score (民评) with all that is published beside it.

    ``score`` is exact; ``low`` and ``high`` are its 95 % interval in points; ``distribution`` counts the overall item by
    code; ``dont_know_rate`` and ``top_two_rate`` are shares in 0–1. ``flags``: ``insufficient``, ``dont_know_high``,
    ``group_below_floor:<group>``, ``open_link_only`` …
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
