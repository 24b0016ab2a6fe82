"""The peer: the same scores as a textbook pandas script computes them, without intervals. Prints JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.scores.data import categories

POINTS = {"VS": 100.0, "S": 80.0, "B": 60.0, "D": 30.0, "VD": 0.0}
CAP = 0.3


def main(path: Path) -> None:
    started = time.perf_counter()
    import pandas as pd

    from bot.scheme_files import shipped_scheme

    frame = pd.read_parquet(path)
    answers = frame["ratings"].str.split(" ", expand=True).apply(lambda column: column.map(POINTS))
    overall, dimensions = answers[0], answers[[1, 2, 3]].mean(axis=1)
    mixed = (0.4 * overall + 0.6 * dimensions).fillna(overall).fillna(dimensions)
    frame["y"] = mixed.where(answers.notna().sum(axis=1) >= 2)
    valid = frame[frame["y"].notna() & (frame["weight"] > 0)].copy()
    valid["wy"] = valid["weight"] * valid["y"]
    cells = valid.groupby(["unit", "grp", "source"])[["weight", "wy"]].sum()
    scores = {}
    for unit, category in categories().items():
        shares = shipped_scheme().categories[category].group_weights
        means = {group: group_mean(cells.loc[unit, group]) for group in shares}
        scores[unit] = round(sum(float(share) * means[group] for group, share in shares.items()) / 100, 6)
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": memory, "scores": scores}))


def group_mean(cells) -> float:  # type: ignore[no-untyped-def]
    weights = cells["weight"]
    share = min(CAP, weights.get("open", 0) / weights.sum())
    means = cells["wy"] / weights
    return share * means.get("open", 0.0) + (1 - share) * means.get("invited", 0.0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
