"""Attacks made cities: ``python -m tests.disclosure --cities 200`` prints what an attacker finds.

It also prints how many figures disclosure control costs.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from time import monotonic

from tests.disclosure.made_cities import KINDS, MadeCity, demo_cities, made_city
from tests.disclosure.twins import KINDS_OF_CELLS, Twin, attack, small_cells


def main() -> None:
    """Print, by kind of city and cell, small cells and those without a twin; then the cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cities", type=int, default=30, help="cities, shared among the kinds")
    parser.add_argument("--tries", type=int, default=600, help="twins tried for each cell")
    parser.add_argument("--cells", nargs="*", default=["code", "group"], choices=KINDS_OF_CELLS)
    parser.add_argument("--minutes", type=float, default=1e6, help="begin no city after so many")
    parser.add_argument("--first", type=int, default=0, help="go on at the city of this number")
    parser.add_argument("--demo", action="store_true", help="the demonstration's units instead")
    parser.add_argument("--own", action="store_true", help="compare the unit's own figures alone")
    given = parser.parse_args()
    enough = Twin.UNIT if given.own else Twin.EVERYTHING
    end = monotonic() + 60 * given.minutes
    drawn = demo_cities() if given.demo else _made(given.cities)
    tried: Counter[str] = Counter()
    cells: Counter[tuple[str, str]] = Counter()
    solved: dict[str, list[str]] = {}
    cost: Counter[str] = Counter()
    together: Counter[str] = Counter()
    for number, city in enumerate(drawn):
        if number < given.first:
            continue
        if monotonic() > end:
            break
        tried[city.kind] += 1
        cells.update(
            (city.kind, name) for unit in city.units for name, _ in small_cells(city, unit)
        )
        found = attack(city, given.tries, given.cells, enough)
        solved.setdefault(city.kind, []).extend(f"{number}: {name}" for name in found.solved)
        together[city.kind] += len(found.together)
        cost += costs(city)
        print(
            f"city {number}, {city.kind}: {found.cells} cells, {len(found.solved)} without a twin, "
            f"{len(found.together)} without one that agrees on everything at once",
            file=sys.stderr,
            flush=True,
        )
    for kind, count in tried.items():
        shown = {name: cells[kind, name] for name in given.cells}
        without = solved[kind]
        print(
            f"{kind}: {count} cities, small cells {shown}, "
            f"without a twin {len(without)} {without}"
            + f", without one that agrees on everything at once {together[kind]}"
            * (not given.own),
            flush=True,
        )
    for name, count in sorted(cost.items()):
        print(f"{name}: {count}")


def _made(cities: int) -> Iterator[MadeCity]:
    """Yield made cities, one kind after the other, so that each has its part of the time."""
    for seed in range(cities // len(KINDS) + 1):
        for kind in KINDS:
            if seed * len(KINDS) + KINDS.index(kind) < cities:
                yield made_city(seed, kind)


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
