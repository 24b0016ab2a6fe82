"""``python -m tests.recomputation``: compares a stranger's results with ours, city by city."""

from __future__ import annotations

import argparse
from collections import Counter

from tqdm import tqdm

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.corrections import corrected
from tests.recomputation import stranger
from tests.recomputation.cities import made_city, made_correction
from tests.recomputation.test_agreement import amended, sealed, told


def main() -> int:
    """Compares as many cities as were asked for, each as it is and with a correction."""
    parser = argparse.ArgumentParser(prog="python -m tests.recomputation", description=__doc__)
    parser.add_argument("--cities", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1000, help="that of the first city")
    asked = parser.parse_args()
    seen: Counter[str] = Counter()
    for seed in tqdm(range(asked.seed, asked.seed + asked.cities)):
        given = made_city(seed)
        correction = made_correction(given, seed)
        put_right = corrected(given, [correction])
        seen[f"corrections of a {correction.kind}"] += 1
        before, after = appraise(given), appraise(put_right)
        ours, theirs = told(before), stranger.recompute(sealed(given, before))
        for kind, lines in ours.items():
            seen[kind] += len(lines)
            seen["lines that differ"] += sum(lines[it] != theirs[kind].get(it) for it in lines)
            seen["lines that differ"] += len(theirs[kind].keys() - lines.keys())
        made = amended(before, after)
        seen["amended"] += len(made)
        seen["kept what they had"] += sum(kept for _, kept in made.values())
        again = stranger.amend(sealed(given, before), sealed(put_right, after))
        seen["amendments that differ"] += again != made
    print(f"{asked.cities} cities from seed {asked.seed}")
    for name in ("lines that differ", "amendments that differ"):
        print(f"{name}: {seen.pop(name)}")
    for name, count in seen.items():
        print(f"{name}: {count}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
