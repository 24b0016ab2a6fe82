"""The peer svy: means with linearised standard errors by unit, group and source. Prints JSON."""

from __future__ import annotations

import json
import resource
import sys
import time

from benchmarks.scores.peers import POINTS, unit_scores


def main(paths: list[str]) -> None:
    started = time.perf_counter()
    import polars as pl
    import svy

    frame = pl.read_parquet(paths).filter(pl.col("weight") > 0)
    codes = frame["ratings"].cast(pl.String).str.split(" ")
    frame = frame.with_columns(
        codes.list.get(at)
        .replace_strict(POINTS, default=None, return_dtype=pl.Float64)
        .alias(f"q{at}")
        for at in range(4)
    )
    items = [f"q{at}" for at in range(4)]
    dimensions = pl.mean_horizontal(items[1:])
    mixed = pl.coalesce(0.4 * pl.col("q0") + 0.6 * dimensions, pl.col("q0"), dimensions)
    answered = pl.sum_horizontal(pl.col(item).is_not_null() for item in items)
    cell = pl.concat_str(pl.col("unit", "grp", "source").cast(pl.String), separator="|")
    frame = frame.filter(answered >= 2).select(
        mixed.alias("y"), cell.alias("cell"), pl.col("weight").cast(pl.Float64)
    )
    sums = dict(frame.group_by("cell").agg(pl.col("weight").sum()).iter_rows())
    estimate = svy.Sample(frame, svy.Design(wgt="weight")).estimation.mean("y", by="cell")
    means = {row.by_level[0]: row.est for row in estimate.estimates}
    scores = unit_scores(
        {tuple(name.split("|")): (sums[name], mean) for name, mean in means.items()}
    )
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": memory, "scores": scores}))


if __name__ == "__main__":
    main(sys.argv[1:])
