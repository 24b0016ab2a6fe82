"""What a signal finds: groups of ballots (or comments) that look organised, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from aggregation.fraud.ballot_table import BallotTable, Comments
from aggregation.fraud.thresholds import Thresholds
from survey_flows.facts import CheckLevel


@dataclass(frozen=True, slots=True)
class Cluster:
    """A finding. ``members`` are rows of the table, ascending; ``comments`` are places in the comments.

    ``share`` is the part of the members that is beyond expectation, ``log_bayes`` the natural logarithm of how much
    likelier the cluster is if it is organised than by chance. ``posterior`` is the probability that a member is
    organised, as this finding alone says. ``evidence`` holds numbers only, neither unit nor direction, for blind
    reviewers. ``look`` names the way of looking when a rule has several: what one look finds in separate clusters
    adds up.
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
    """One way to look at a campaign's ballots."""

    name: str
    find: Callable[[BallotTable, Comments, Thresholds], Iterable[Cluster]]


def level_of(posterior: float, thresholds: Thresholds) -> CheckLevel:
    """What follows from a posterior probability; whoever is excluded has been looked at by two people."""
    if posterior < thresholds.doubt:
        return CheckLevel.COUNT
    if posterior < thresholds.half:
        return CheckLevel.DOWN_WEIGHT
    return CheckLevel.QUARANTINE if posterior < thresholds.nearly else CheckLevel.REVIEW
