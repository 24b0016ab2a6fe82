"""Clusters: groups of ballots or comments that look organised, with their probability."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from aggregation.fraud.ballot_table import BallotTable, Comments
from aggregation.fraud.thresholds import Thresholds
from survey_flows.facts import CheckLevel


@dataclass(frozen=True, slots=True)
class Cluster:
    """One finding of a signal.

    ``members`` are rows of the table, ascending; ``comments`` are places in the comments. ``share``
    is the part of the members beyond expectation, ``log_bayes`` the natural logarithm of the Bayes
    factor of «organised» against chance. ``posterior`` is the probability that a member is
    organised, by this finding alone. ``evidence`` holds numbers only, neither unit nor direction,
    for blind checkers. ``look`` names the variant of a rule that has several; findings of one
    variant in separate clusters add up.
    """

    rule: str
    members: tuple[int, ...]
    posterior: float
    evidence: Mapping[str, float]
    level: CheckLevel
    share: float = 0.0
    log_bayes: float = 0.0
    look: str = ""
    comments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal: one analysis of a campaign's ballots."""

    name: str
    find: Callable[[BallotTable, Comments, Thresholds], Iterable[Cluster]]


def level_of(posterior: float, thresholds: Thresholds) -> CheckLevel:
    """The level that follows from a posterior; exclusion needs the check of two people."""
    if posterior < thresholds.doubt:
        return CheckLevel.COUNT
    if posterior < thresholds.half:
        return CheckLevel.DOWN_WEIGHT
    return CheckLevel.QUARANTINE if posterior < thresholds.nearly else CheckLevel.REVIEW
