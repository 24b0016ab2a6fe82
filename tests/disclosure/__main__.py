"""Attacks made cities: ``python -m tests.disclosure --cities 200`` prints what an attacker finds.

It also prints how many figures disclosure control costs.
"""

from __future__ import annotations

import argparse
from collections import Counter

from tests.disclosure.made_cities import KINDS, MadeCity, made_city
from tests.disclosure.twins import KINDS_OF_CELLS, attack, small_cells


def main() -> None:
    """Print, by kind of city and cell, small cells and those without a twin; then the cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cities", type=int, default=30, help="cities, shared among the kinds")
    parser.add_argument("--tries", type=int, default=120, help="twins tried for each cell")
    parser.add_argument("--cells", nargs="*", default=["code", "group"], choices=KINDS_OF_CELLS)
    given = parser.parse_args()
    cost: Counter[str] = Counter()
    for kind in KINDS:
        cells: Counter[str] = Counter()
        open_: list[str] = []
        for seed in range(given.cities // len(KINDS)):
            city = made_city(seed, kind)
            cells.update(name for unit in city.units for name, _ in small_cells(city, unit))
            open_ += [f"{seed}: {name}" for name in attack(city, given.tries, given.cells).solved]
            cost += costs(city)
        shown = {name: cells[name] for name in given.cells}
        print(f"{kind}: small cells {shown}, without a twin {len(open_)} {open_}", flush=True)
    for name, count in sorted(cost.items()):
        print(f"{name}: {count}")


def costs(city: MadeCity) -> Counter[str]:
    """Count what is disclosed and what is not, of scores, intervals, groups and codes."""
    found: Counter[str] = Counter()
    for code, it in city.disclosed.items():
        exact = city.scored.scores[code]
        found["units"] += 1
        found["scores not told"] += it.score is None and exact.score is not None
        found["scores in whole points"] += it.score is not None and exact.n_valid < 100
        found["intervals not told"] += it.low is None and exact.low is not None
        for group, own in zip(it.groups, exact.groups, strict=True):
            if own.n_valid and own.weight:
                found["groups with answers"] += 1
                found["group scores not told"] += group.score is None
                found["group scores in whole points"] += (
                    group.score is not None and own.n_valid < 100
                )
                found["real weights not told"] += group.weight_used is None
        counts = [count for count in exact.distribution.values() if count]
        found["codes with answers"] += len(counts)
        found["codes not told"] += sum(
            count is None and exact.distribution[name] > 0
            for name, count in it.distribution.items()
        )
    return found


if __name__ == "__main__":
    main()
