"""Attacks made cities: ``python -m tests.disclosure --cities 200`` prints what an attacker finds.

It also prints how many figures disclosure control costs. With ``--record FILE`` each city is a line
of the file as soon as it is done; cities that the file has are not attacked again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic

from aggregation.disclosure.coarsening import mixed_with_few
from tests.disclosure.linear import FLOOR
from tests.disclosure.made_cities import KINDS, MadeCity, demo_cities, made_city
from tests.disclosure.twins import KINDS_OF_CELLS, Twin, attack, small_cells


@dataclass(frozen=True)
class Attacked:
    """What was found of one city; ``cells`` are by kind, and ``cost`` is that of ``costs``."""

    number: int
    kind: str
    cells: dict[str, int]
    solved: list[str] = field(default_factory=list)
    together: list[str] = field(default_factory=list)
    cost: dict[str, int] = field(default_factory=dict)
    seconds: int = 0


def main() -> None:
    """Print, by kind of city and cell, small cells and those without a twin; then the cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cities", type=int, default=30, help="cities, shared among the kinds")
    parser.add_argument("--tries", type=int, default=600, help="twins tried for each cell; 0: none")
    parser.add_argument("--cells", nargs="*", default=["code", "group"], choices=KINDS_OF_CELLS)
    parser.add_argument("--minutes", type=float, default=1e6, help="begin no city after so many")
    parser.add_argument("--first", type=int, default=0, help="go on at the city of this number")
    parser.add_argument("--only", type=int, nargs="*", help="the cities of these numbers")
    parser.add_argument("--record", type=Path, help="a file with a line for each city that is done")
    parser.add_argument("--demo", action="store_true", help="the demonstration's units instead")
    parser.add_argument("--own", action="store_true", help="compare the unit's own figures alone")
    given = parser.parse_args()
    enough = Twin.UNIT if given.own else Twin.EVERYTHING
    end = monotonic() + 60 * given.minutes
    done = _recorded(given.record)
    known = {it.number for it in done}
    drawn = demo_cities() if given.demo else _made(given.cities)
    for number, city in enumerate(drawn):
        if number < given.first or number in known or number not in (given.only or [number]):
            continue
        if monotonic() > end:
            break
        it = _attacked(number, city, given.tries, given.cells, enough)
        done.append(it)
        if given.record:
            with given.record.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(it), ensure_ascii=False) + "\n")
        print(
            f"city {number}, {city.kind}: {sum(it.cells.values())} cells, without a twin "
            f"{it.solved}, without one that agrees on everything at once {it.together}, "
            f"{it.seconds} s",
            file=sys.stderr,
            flush=True,
        )
    for line in summary(done, attacked=given.tries > 0):
        print(line)


def _recorded(file: Path | None) -> list[Attacked]:
    if file is None or not file.exists():
        return []
    return [Attacked(**json.loads(line)) for line in file.read_text("utf-8").splitlines()]


def _attacked(
    number: int, city: MadeCity, tries: int, kinds: Sequence[str], enough: Twin
) -> Attacked:
    begun = monotonic()
    cells = Counter(name for unit in city.units for name, _ in small_cells(city, unit))
    chosen = {name: cells[name] for name in kinds}
    cost = dict(costs(city))
    if not tries:
        return Attacked(number, city.kind, chosen, cost=cost)
    found = attack(city, tries, kinds, enough)
    seconds = round(monotonic() - begun)
    return Attacked(
        number, city.kind, chosen, list(found.solved), list(found.together), cost, seconds
    )


def summary(done: Sequence[Attacked], attacked: bool = True) -> Iterator[str]:
    """Yield a line for each kind of city, and one for each figure of the cost."""
    for kind in dict.fromkeys(it.kind for it in done):
        own = [it for it in done if it.kind == kind]
        cells = sum((Counter(it.cells) for it in own), Counter())
        line = f"{kind}: {len(own)} cities, small cells {dict(cells)}"
        if attacked:
            solved = [f"{it.number}: {name}" for it in own for name in it.solved]
            together = [f"{it.number}: {name}" for it in own for name in it.together]
            line += f", without a twin {len(solved)} {solved}"
            line += f", without one that agrees on everything {len(together)} {together}"
        yield line
    cost = sum((Counter(it.cost) for it in done), Counter())
    for name, count in sorted(cost.items()):
        yield f"{name}: {count}"


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
        found["intervals in steps of five points"] += it.low is not None and mixed_with_few(
            exact, FLOOR
        )
        found["intervals among others not told"] += (
            it.bounds is not None and it.low is not None and it.bounds.among is None
        )
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
