"""One measured run of the product, from Parquet by the one scan to scores, ranks and grades.

``python -m benchmarks.scores.ours METHOD FILES`` prints JSON; METHOD is 1 or 2.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.scores.data import categories


def main(method: int, paths: list[Path]) -> None:
    started = time.perf_counter()
    from aggregation.counts.ratings import PatternReader
    from aggregation.counts.scan import tally_tables
    from aggregation.estimation.scores import score_tally
    from bot.campaigns.scheme_files import offered_scheme, shipped_scheme
    from bot.core.shipped_files import shipped_questionnaires
    from bot.results.scan import tables_from_parquet

    scheme, watch = offered_scheme() if method == 2 else shipped_scheme(), Watch()
    counted = tally_tables(
        watch.timed(tables_from_parquet(paths)), PatternReader(shipped_questionnaires(), scheme)
    )
    scores = score_tally(counted, categories(), scheme)
    table = league(scores, scheme)
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    memory, busy = used.ru_maxrss / 1024, used.ru_utime + used.ru_stime
    told = {unit: round(float(score.score or 0), 6) for unit, score in scores.items()}
    figures = {
        "seconds": seconds,
        "scan_seconds": watch.seconds,
        "cpu_seconds": busy,
        "rows": watch.rows,
    }
    print(json.dumps(figures | {"megabytes": memory, "scores": told, "table": table}))


class Watch:
    """The seconds until the tables were read, and their number of rows."""

    def __init__(self) -> None:
        self.seconds, self.rows = 0.0, 0

    def timed(self, tables: Iterable[Any]) -> Iterator[Any]:
        before = time.perf_counter()
        for table in tables:
            self.seconds += time.perf_counter() - before
            self.rows += table.num_rows
            yield table
            before = time.perf_counter()


def league(scores: Mapping[str, Any], scheme: Any) -> dict[str, tuple[Any, ...]]:
    """For each unit its rounded score, rank, rank set and grade among the units of its category."""
    from aggregation.appraisal.quota import GradeCandidate, assign_grades, places_by_family
    from aggregation.numbers import competition_ranks, half_up
    from aggregation.ranking.ranks import rank_sets, total_estimates

    members: dict[str, list[str]] = {}
    for unit, category in categories().items():
        members.setdefault(category, []).append(unit)
    quota = scheme.unit_quota
    places = places_by_family(quota, {name: len(units) for name, units in members.items()})
    table = {}
    for name, units in members.items():
        keys = {unit: (half_up(scores[unit].score, scheme.places),) for unit in units}
        sets = rank_sets(
            total_estimates({unit: (scores[unit].score, scores[unit].variance) for unit in units})
        )
        first, _, third = places[name].values()
        grades = assign_grades(
            [GradeCandidate(unit, key) for unit, key in keys.items()], first, third, quota.ties
        )
        for unit, rank in competition_ranks(keys).items():
            table[unit] = (
                str(keys[unit][0]),
                rank,
                sets[unit].low,
                sets[unit].high,
                grades[unit].value,
            )
    return table


if __name__ == "__main__":
    main(int(sys.argv[1]), [Path(word) for word in sys.argv[2:]])
