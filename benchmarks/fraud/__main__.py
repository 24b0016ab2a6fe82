"""``python -m benchmarks.fraud``: how much of each attack, and of honest ballots, is flagged.

Seeds 1–200 are for development.
Thresholds and signals were committed before seeds from 201 on were first looked at.
The evaluation is of all hundred seeds 201–300, also those in which a target is missed.
It is printed by blocks of twenty too:
an attack on one very large unit can decide the recall of twenty seeds.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from multiprocessing import get_context

import numpy as np

from benchmarks.fraud.measure import THRESHOLDS, Figures, attack, viral, wave

EVALUATION, WAVES = (201, 300), 50
BLOCK = 20
QUICK, QUICK_WAVES = (1, 2), 4
VIRAL = 10
PROCESSES = 2
RECALL = {"sybil": 0.95, "staff": 0.95, "brigade": 0.95, "slow_bot": 0.75}
HONEST, WAVE_MEAN, WAVE_WORST, SHIFT = 0.005, 0.02, 0.05, 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fraud", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="two development seeds: a look, not an evaluation"
    )
    parser.add_argument("--seeds", metavar="A-B", help="other seeds than 201-300; waves begin at A")
    given = parser.parse_args()
    first, last = QUICK if given.quick else EVALUATION
    if given.seeds:
        first, last = (int(part) for part in given.seeds.split("-"))
    waves = QUICK_WAVES if given.quick else WAVES
    began = time.monotonic()
    figures = Figures()
    for start in range(first, last + 1, BLOCK):
        seeds = range(start, min(start + BLOCK, last + 1))
        block = gather(attack, seeds)
        print_block(seeds, block)
        figures.add(block)
    figures.add(gather(wave, range(first, first + waves)))
    figures.add(gather(viral, range(first, first + min(waves, VIRAL))))
    print(
        f"seeds {first}-{last}, waves {first}-{first + waves - 1}; thresholds {THRESHOLDS.dump()}\n"
    )
    missed = [*recalls(figures), *honest(figures), *ranks(figures)]
    others(figures)
    print(
        f"\n{time.monotonic() - began:.0f} s; "
        + ("missed: " + ", ".join(missed) if missed else "every target reached")
    )
    return 1 if missed else 0


def gather(measure: Callable[[int], Figures], seeds: Iterable[int]) -> Figures:
    total = Figures()
    with get_context("spawn").Pool(PROCESSES) as pool:
        for figures in pool.imap(measure, seeds):
            total.add(figures)
    return total


def print_block(seeds: range, figures: Figures) -> None:
    """Print the figures of a few seeds, which are part of the whole, and what is missed there."""
    found = {
        kind: figures.flagged[kind] / max(figures.total[kind], 1)
        for kind in (*RECALL, "paid_crowd")
    }
    marks = {kind: " (missed)" * (share < RECALL.get(kind, 0)) for kind, share in found.items()}
    told = "  ".join(f"{kind} {share:.3f}{marks[kind]}" for kind, share in found.items())
    wrong = figures.flagged["honest"] / max(figures.total["honest"], 1)
    print(f"seeds {seeds[0]}-{seeds[-1]}: {told}  honest {100 * wrong:.2f} %", flush=True)


def recalls(figures: Figures) -> list[str]:
    """Print the share of each attack that is found; return the missed targets."""
    print("attack       ballots   flagged  by seed: mean    least   target")
    missed = []
    for kind in (*RECALL, "paid_crowd", "rival", "cover"):
        found = figures.flagged[kind] / max(figures.total[kind], 1)
        by_seed = figures.shares.get(kind, [0.0])
        target = f"{RECALL[kind]:.2f}" if kind in RECALL else "none"
        spread = f"{np.mean(by_seed):>13.3f}  {min(by_seed):>7.3f}   {target}"
        print(f"{kind:<12}{figures.total[kind]:>8}  {found:>8.3f}  {spread}")
        if min(found, float(np.mean(by_seed))) < RECALL.get(kind, 0):
            missed.append(kind)
    return missed


def honest(figures: Figures) -> list[str]:
    """Print the share of honest ballots that is flagged; return the missed targets."""
    beside, angry = figures.shares["honest"], figures.shares["wave"]
    spread = figures.shares["viral"]
    rows = [
        ("honest flagged, mean", float(np.mean(beside)), HONEST),
        ("honest flagged, worst seed", max(beside), None),
        (
            "honest flagged beside a wave",
            float(np.mean(figures.shares["honest beside wave"])),
            HONEST,
        ),
        ("genuine wave flagged, mean", float(np.mean(angry)), WAVE_MEAN),
        ("genuine wave flagged, worst seed", max(angry), WAVE_WORST),
        ("wave by the open link alone, mean", float(np.mean(spread)), None),
    ]
    print()
    for name, value, target in rows:
        print(
            f"{name:<36}{100 * value:>7.2f} %   "
            + (f"target {100 * target:.1f} %" if target else "no target")
        )
    return [name for name, value, target in rows if target and value > target]


def ranks(figures: Figures) -> list[str]:
    """Print how far attacked units moved in rank; return the targets that were missed."""
    kinds = sorted({kind for _, kind in figures.shifts})
    print(
        f"\nranks moved by attacked units: mean (worst); target: mean at most {SHIFT} by all rules"
    )
    print(f"{'':<28}" + "".join(f"{kind:>14}" for kind in kinds) + "     honest flagged")
    missed = []
    for name in dict.fromkeys(name for name, _ in figures.shifts):
        moved = {
            kind: figures.shifts[name, kind] for kind in kinds if (name, kind) in figures.shifts
        }
        cells = "".join(f"{np.mean(values):>8.1f} ({max(values):>3})" for values in moved.values())
        wrong = figures.rules[name, "honest"] / max(figures.total["honest"], 1)
        print(f"{name:<28}{cells}     {100 * wrong:.2f} %")
        if name == "all rules":
            missed = [
                f"rank of {kind}" for kind, values in moved.items() if np.mean(values) > SHIFT
            ]
    every = np.array(
        [
            moved
            for (name, _), values in figures.shifts.items()
            if name == "all rules"
            for moved in values
        ]
    )
    print(
        f"within {SHIFT} ranks by all rules: "
        f"{(every <= SHIFT).sum()} of {len(every)} attacked units"
    )
    return missed


def others(figures: Figures) -> None:
    print("\nflagged share of each attack without a rule")
    kinds = [*RECALL, "paid_crowd", "rival"]
    print(f"{'':<28}" + "".join(f"{kind:>12}" for kind in kinds))
    for name in dict.fromkeys(name for name, _ in figures.rules):
        print(
            f"{name:<28}"
            + "".join(f"{figures.rules[name, k] / max(figures.total[k], 1):>12.3f}" for k in kinds)
        )
    print("\nposterior   ballots   organised")
    for tenth in range(10):
        right, wrong = figures.calibration[tenth, True], figures.calibration[tenth, False]
        print(
            f"{tenth / 10:.1f}–{tenth / 10 + 0.1:.1f} {right + wrong:>11} "
            f"{right / max(right + wrong, 1):>11.2f}"
        )
    c, i = figures.comments, figures.insider
    print(
        f"\ncopied comments: {c['found']} of {c['scripted']} scripted units found, "
        f"{c['wrong']} others named"
    )
    print(
        f"insider rows: {i['found']} of {i['rows']} lack a log position of their own; "
        f"voters too many: {i['voters']}"
    )


if __name__ == "__main__":
    sys.exit(main())
