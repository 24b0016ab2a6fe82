"""The disclosed rating patterns of a campaign, with counts in whole steps of the smallest cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount
from aggregation.disclosure.disclosed import DisclosedScore
from survey_flows.ballot import STAFF


def disclosed_patterns(
    rows: Iterable[PatternCount],
    disclosed: Mapping[str, DisclosedScore],
    reader: PatternReader,
    floor: int,
) -> dict[str, dict[str, int]]:
    """The disclosed patterns of each questionnaire, each with a lower bound of its count.

    Only ballots that are not excluded count, of units and overall answers that are disclosed: the
    sum over the patterns of an overall answer is known anyway. A pattern is disclosed when at least
    ``floor`` ballots gave it; its count is rounded down to whole floors. If the rest of an overall
    answer (what rounding took and the suppressed patterns) were 1 to ``floor`` − 1 ballots, the
    smallest disclosed patterns join it.
    """
    pools: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        it = disclosed.get(row.unit)
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
