"""``python -m benchmarks.method2``: scoring method 2 on made cities, with figures that miss too."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import numpy as np

from benchmarks.method2.attacks import Moved, attacks, waves
from benchmarks.method2.certainty import SHAPES, VOUCHED, calibration, rivals, states, worst_bin
from benchmarks.method2.confirmed import BOUGHT, SITUATIONS, WORTHS, honest, sold
from benchmarks.method2.families import KINDS, outcome
from benchmarks.method2.margins import product_cells
from benchmarks.method2.moves import changed_ballots, worst_answers_of_three
from benchmarks.method2.nonresponse import ANSWERS, BIASES, stayed_away

MOST_FALSE, HELD = 0.05, (0.93, 0.97)
RANKS, REVIEWED = 7, 5


def print_families(cities: int, seed: int, only: str = "") -> None:
    """Print false separations, coverage and errors of each kind of city, or of some."""
    print("| city | falsely surely better | coverage | RMSE | mean error |\n|---|---|---|---|---|")
    for kind in [kind for kind in KINDS if only in kind.name]:
        it = outcome(kind, cities, seed)
        share = it.false / it.cities
        missed = "" if share <= MOST_FALSE else " (missed)"
        held = "" if HELD[0] <= it.coverage <= HELD[1] else " (outside)"
        print(
            f"| {kind.name} | {it.false}/{it.cities} = {share:.1%}{missed} "
            f"| {it.coverage:.3f}{held} | {it.rmse:.2f} | {it.error:.2f} |",
            flush=True,
        )


def print_states(cities: int, seed: int) -> None:
    """Print the states of a first year by vouched answers."""
    print("| vouched answers a unit | ranked | provisional | a person | Kendall |")
    print("|---|---|---|---|---|")
    for vouched in VOUCHED:
        found, tau = states(vouched, cities, seed)
        cells = " | ".join(
            f"{found.get(name, 0):.0%}" for name in ("ranked", "provisional", "person")
        )
        print(f"| {vouched} | {cells} | {tau:.2f} |", flush=True)


def print_rivals(cities: int, seed: int) -> None:
    """Print by how much ballots at one rival move the others."""
    print("| ballots of 100 at one rival | units | mean | greatest |\n|---|---|---|---|")
    for ballots, loose, units in ((20, False, 24), (20, False, 8), (200, True, 24), (200, True, 8)):
        mean, most = rivals(ballots, loose, units, cities, seed)
        kind = "loose" if loose else "vouched"
        print(f"| {ballots} {kind} | {units} | {mean:.2f} | {most:.2f} |", flush=True)


def print_moves(cities: int, seed: int) -> None:
    """Print what the two guarantees leave out."""
    print("| score | units with such a ballot | moved beyond the worst move | at most, times it |")
    print("|---|---|---|---|")
    for (low, high), it in changed_ballots(cities, seed).items():
        print(f"| {low}–{min(high, 100)} | {it.tried} | {it.over} | {it.most:.2f} |", flush=True)
    raised, lowest = worst_answers_of_three(cities, seed)
    print("\n| ballots of 30 of 100, 70, 30 | raised the score | at most, points | lowest score |")
    print("|---|---|---|---|")
    print(f"| {raised.tried} | {raised.over} | {raised.most:.1f} | {lowest:.1f} |")


def print_margins(runs: int, seed: int) -> None:
    """Print the cost of products of margins."""
    print("| dependence | interaction | answers | bias | RMSE | RMSE unweighted |")
    print("|---|---|---|---|---|---|")
    for dependence in (0.0, 0.05, 0.1):
        for together in (0.0, 10.0):
            for answers in (60, 400):
                found = product_cells(dependence, together, answers, runs, seed)
                cells = " | ".join(f"{value:.2f}" for value in found)
                print(f"| {dependence} | {together} | {answers} | {cells} |", flush=True)


def print_calibration(cities: int, seed: int) -> None:
    """Print told and happened probabilities by shape, for one normal and for the library."""
    print("| true scores | prior | worst bin, standard errors | told → happened (cases) |")
    print("|---|---|---|---|")
    for shape in SHAPES:
        for shaped in (False, True):
            bins = calibration(shape, cities, seed, shaped)
            cells = ", ".join(f"{told:.2f} → {real:.2f} ({n})" for told, real, n in bins)
            name = "library" if shaped else "normal"
            print(f"| {shape} | {name} | {worst_bin(bins):.1f} | {cells} |", flush=True)


def print_attacks(seeds: int, seed: int) -> None:
    """Print ranks moved without any fraud weight, and with those that people reviewed."""
    moved = Moved()
    for at in range(seeds):
        moved.add(attacks(seed + at))
        print(f"seed {seed + at} of {seed}–{seed + seeds - 1}", file=sys.stderr, flush=True)
    print(
        "| attack | ranks of 108, mean | greatest | reviewed, mean | greatest | flagged | targets |"
    )
    print("|---|---|---|---|---|---|---|")
    for kind, ranks in moved.alone.items():
        less = moved.reviewed[kind]
        print(
            f"| {kind} | {_ranks(ranks, RANKS)} | {max(ranks)} | {_ranks(less, REVIEWED)} "
            f"| {max(less)} | {np.mean(moved.flagged[kind]):.0%} | {len(ranks)} |"
        )
    wrong = float(np.mean(moved.flagged["honest ballots"]))
    print(f"\nhonest ballots flagged beside them: {wrong:.2%}")
    kept: dict[str, list[tuple[int, int]]] = {}
    for at in range(seeds):
        for name, pair in waves(seed + 500 + at).items():
            kept.setdefault(name, []).append(pair)
    print("\n| honest anger | ranks | ranks uncapped | kept |\n|---|---|---|---|")
    for name, pairs in kept.items():
        one, all_ = (float(np.mean([pair[at] for pair in pairs])) for at in (0, 1))
        print(f"| {name} | {one:.1f} | {all_:.1f} | {one / max(all_, 1e-9):.0%} |")


def _ranks(moved: list[int], most: float) -> str:
    mean = float(np.mean(moved))
    return f"{mean:.1f}" + " (missed)" * (mean > most)


def print_nonresponse(cities: int, seed: int) -> None:
    """Print coverage and sure pairs where people stay away by what they think."""
    print("| who stays away | answers | coverage | mean error | declared bias: false, sure pairs |")
    print("|---|---|---|---|---|")
    for opposed in (False, True):
        for answers in ANSWERS:
            it = stayed_away(answers, opposed, cities, seed)
            held = "" if HELD[0] <= it.coverage <= HELD[1] else " (outside)"
            told = ", ".join(
                f"{bias:g}: {it.false[bias]:.0%}{' (missed)' * (it.false[bias] > MOST_FALSE)} "
                f"{it.sure[bias]:.0%}"
                for bias in BIASES
            )
            who = "half the other way" if opposed else "alike at all units"
            print(
                f"| {who} | {answers} | {it.coverage:.2f}{held} | {it.error:+.1f} | {told} |",
                flush=True,
            )


def print_confirmed(cities: int, seed: int) -> None:
    """Print what the worth of confirmed identities spares in error, and what it sells."""
    heads = [f"{bought} bought: points, places of 24" for bought in BOUGHT]
    print(f"| city | K | falsely surely better | coverage | RMSE | {' | '.join(heads)} |")
    print("|---|---|---|---|---|" + "---|" * len(BOUGHT))
    for kind in SITUATIONS:
        for worth in WORTHS:
            it = honest(kind, worth, cities, seed)
            moved = sold(kind, worth, cities, seed)
            cells = " | ".join(f"{one.points:.1f}, {one.places:.1f}" for one in moved)
            missed = " (missed)" * (it.false / it.cities > MOST_FALSE)
            held = "" if HELD[0] <= it.coverage <= HELD[1] else " (outside)"
            print(
                f"| {kind.name} | {worth} | {it.false / it.cities:.1%}{missed} "
                f"| {it.coverage:.3f}{held} | {it.rmse:.2f} | {cells} |",
                flush=True,
            )


FAMILIES = "families"
PARTS: dict[str, Callable[[int, int], None]] = {
    "states": print_states,
    "rivals": print_rivals,
    "moves": print_moves,
    "margins": print_margins,
    "calibration": print_calibration,
    "attacks": print_attacks,
    "nonresponse": print_nonresponse,
    "confirmed": print_confirmed,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.method2", description=__doc__)
    parser.add_argument("part", choices=[FAMILIES, *PARTS])
    parser.add_argument("--runs", type=int, default=100, help="cities, runs or seeds of each case")
    parser.add_argument("--seed", type=int, default=20261201)
    parser.add_argument("--only", default="", help="kinds of city whose names hold this text")
    chosen = parser.parse_args()
    print(f"{chosen.part}, seed {chosen.seed}, {chosen.runs} runs of each case\n")
    if chosen.part == FAMILIES:
        print_families(chosen.runs, chosen.seed, chosen.only)
    else:
        PARTS[chosen.part](chosen.runs, chosen.seed)


if __name__ == "__main__":
    main()
