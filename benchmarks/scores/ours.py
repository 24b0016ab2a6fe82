"""One measured run of the product's road: Parquet, one scan, the full table of scores. Prints JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.scores.data import categories


def main(path: Path) -> None:
    started = time.perf_counter()
    from aggregation.scores import score_table
    from bot.resources import shipped_questionnaires
    from bot.scheme_files import shipped_scheme
    from bot.store.readout import table_from_parquet

    table = table_from_parquet([path])
    scanned = time.perf_counter()
    scores = score_table(table, categories(), shipped_questionnaires(), shipped_scheme())
    ended = time.perf_counter()
    print(
        json.dumps(
            {
                "seconds": ended - started,
                "scan_seconds": scanned - started,
                "rows": table.num_rows,
                "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "scores": {unit: round(float(score.score or 0), 6) for unit, score in scores.items()},
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
