"""How often the 95 % interval holds the truth.

`python -m benchmarks.coverage [--runs N] [--seed S]` prints a table.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from benchmarks.coverage.cases import CASES, FLOOR, TOP, Case, covered
from benchmarks.coverage.weighted import BLIND
from benchmarks.coverage.weighted import CASES as WEIGHTED


def main() -> int:
    """Print the coverage of every case; 1 when one lies below the target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=2000, help="simulated campaigns of each case (default 2000)"
    )
    parser.add_argument(
        "--seed", type=int, default=20261125, help="of the first case; each next one's is one more"
    )
    chosen = parser.parse_args()
    error = float(np.sqrt(0.95 * 0.05 / chosen.runs))
    print(f"{chosen.runs} runs each (standard error {error:.4f}); target {FLOOR}–{TOP}\n")
    print("| case | parts | answers | seed | coverage | mean width |\n|---|---|---|---|---|---|")
    least = FLOOR - 2 * error
    low = [
        case.name
        for at, case in enumerate(CASES)
        if _print(case, chosen.runs, chosen.seed + at) < least
    ]
    print(
        "\n| weighted to the population, or compared | seed "
        "| coverage | mean width |\n|---|---|---|---|"
    )
    for at, (name, measure) in enumerate({**WEIGHTED, **BLIND}.items(), len(CASES)):
        share, width = measure(chosen.runs, np.random.default_rng(chosen.seed + at))
        print(f"| {name} | {chosen.seed + at} | {_marked(share)} | {width:.2f} |", flush=True)
        low += [name] if name in WEIGHTED and share < least else []
    print(
        f"\n{len(low)} of {len(CASES) + len(WEIGHTED)} cases more than "
        f"two standard errors below {FLOOR}"
    )
    return bool(low)


def _print(case: Case, runs: int, seed: int) -> float:
    share, width = covered(case, runs, np.random.default_rng(seed))
    answers = sum(part.answers for part in case.parts)
    print(
        f"| {case.name} | {len(case.parts)} | {answers} | {seed} | {_marked(share)} | "
        f"{width:.2f} |",
        flush=True,
    )
    return share


def _marked(share: float) -> str:
    return f"{share:.3f}" + (
        "" if FLOOR <= share <= TOP else " (wide)" if share > TOP else " (low)"
    )


if __name__ == "__main__":
    sys.exit(main())
