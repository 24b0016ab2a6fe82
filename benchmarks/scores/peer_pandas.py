"""The peer: a textbook pandas script for the same scores, without intervals.

It prints JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.scores.peers import POINTS, unit_scores


def main(paths: list[Path]) -> None:
    started = time.perf_counter()
    import pandas as pd

    frame = pd.concat([pd.read_parquet(path) for path in paths])
    answers = frame["ratings"].str.split(" ", expand=True).apply(lambda column: column.map(POINTS))
    overall, dimensions = answers[0], answers[[1, 2, 3]].mean(axis=1)
    mixed = (0.4 * overall + 0.6 * dimensions).fillna(overall).fillna(dimensions)
    frame["y"] = mixed.where(answers.notna().sum(axis=1) >= 2)
    valid = frame[frame["y"].notna() & (frame["weight"] > 0)].copy()
    valid["wy"] = valid["weight"] * valid["y"]
    cells = valid.groupby(["unit", "grp", "source"], observed=True)[["weight", "wy"]].sum()
    means = cells.assign(mean=cells["wy"] / cells["weight"])[["weight", "mean"]]
    scores = unit_scores(
        {key: tuple(row) for key, row in zip(means.index, means.to_numpy(), strict=True)}
    )
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": memory, "scores": scores}))


if __name__ == "__main__":
    main([Path(word) for word in sys.argv[1:]])
