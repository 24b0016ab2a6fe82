"""Counts of a campaign's excluded ballots by reason, after disclosure control."""

from __future__ import annotations

from collections.abc import Mapping

from aggregation.disclosure.disclosed import Count, DisclosedScore, below_floor
from aggregation.disclosure.precision import tens
from aggregation.disclosure.suppression import suppressed_cells, unpointed_suppressed
from aggregation.estimation.scores import UnitScore
from aggregation.scheme.scheme import Scheme
from survey_flows.ballot import STAFF


def disclose_exclusions(
    fates: Mapping[str, int],
    scores: Mapping[str, UnitScore],
    disclosed: Mapping[str, DisclosedScore],
    scheme: Scheme,
) -> dict[str, Count]:
    """The disclosed counts by reason. Their sum is known, and so are the units' disclosed counts.

    Ballots of own staff (`STAFF`) are the difference between the sum and the units' counts.
    Suppressing them protects no other count, so they are suppressed only for their own sake or for
    that of a few others. By method 2 counts are rounded down to tens.
    """
    floor = scheme.min_n.publish_cell
    masses = _masses(scores, disclosed, scheme)
    few = below_floor(fates.get(STAFF, 0), floor) or below_floor(
        sum(fates.values()) - fates.get(STAFF, 0), floor
    )
    if few:
        masses[STAFF] = fates[STAFF]
    cells = {name: count for name, count in fates.items() if few or name != STAFF}
    # A disclosed reason reveals the part in suppressed units; these masses hide each other too.
    gone: set[str] = set()
    before: set[str] | None = None
    while gone != before:
        before = set(gone)
        gone |= suppressed_cells(masses, floor, also=gone & masses.keys())
        gone = suppressed_cells(cells, floor, also=gone & cells.keys())
    told = {name: None if name in gone else count for name, count in fates.items()}
    if scheme.evidence is None:
        return told
    return {name: None if count is None else tens(count) for name, count in told.items()}


def _masses(
    scores: Mapping[str, UnitScore], disclosed: Mapping[str, DisclosedScore], scheme: Scheme
) -> dict[str, int]:
    """The number of ballots with a reason in units whose counts are suppressed."""
    unknown = [(scores[unit], it) for unit, it in disclosed.items() if it.n is None]
    return {
        "counted": sum(score.n_valid for score, it in unknown if it.n_valid is None),
        "excluded": sum(score.excluded for score, it in unknown if it.excluded is None),
        "dont_know": sum(unpointed_suppressed(score, it, scheme) for score, it in unknown),
    }
