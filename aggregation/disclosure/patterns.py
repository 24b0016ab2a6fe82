"""Which rating patterns of a campaign may leave it, and with what counts: whole steps of the smallest cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount
from aggregation.disclosure.suppression import DisclosedScore
from survey_flows.ballot import STAFF


def disclosed_patterns(
    rows: Iterable[PatternCount],
    told: Mapping[str, DisclosedScore],
    reader: PatternReader,
    floor: int,
) -> dict[str, dict[str, int]]:
    """For each questionnaire its patterns that may be told, each with a number of ballots that gave at least it.

    Counted are ballots that are not excluded, of units and overall answers that are told: the sum over the patterns of
    an overall answer is then known anyway, and nothing hidden is in it. A pattern is told when at least ``floor``
    ballots gave it, with its count rounded down to whole floors. If the rest of an overall answer, what rounding took
    and the patterns that are not told, were 1 to ``floor`` − 1 ballots, the smallest patterns join it.
    """
    pools: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        it = told.get(row.unit)
        if row.grp == STAFF or not row.weight or it is None or it.withheld:
            continue
        overall = reader.read(row.questionnaire, row.ratings).overall
        if it.distribution.get(overall) is not None:
            pools.setdefault((row.questionnaire, overall), Counter())[row.ratings] += row.count
    found: dict[str, dict[str, int]] = {}
    for (questionnaire, _), pool in sorted(pools.items()):
        found.setdefault(questionnaire, {}).update(_listed(pool, floor))
    return found


def _listed(pool: Counter[str], floor: int) -> dict[str, int]:
    listed = {pattern: count - count % floor for pattern, count in pool.items() if count >= floor}
    smallest = sorted(listed, key=lambda pattern: (pool[pattern], pattern))
    while listed and 0 < pool.total() - sum(listed.values()) < floor:
        del listed[smallest.pop(0)]
    return dict(sorted(listed.items()))
