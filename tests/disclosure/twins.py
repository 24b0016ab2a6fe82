"""Integer enumeration by twins: a hidden count is not solved if another city looks the same.

A twin differs in one small cell and has the same printed figures on every page, so that whoever
holds all of them, the exact rule of estimation and the exact contrasts besides, cannot tell which
of the two it is. A cell without a twin after so many tries counts as solved; that overstates what
an attacker finds, and never understates it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import islice
from random import Random

from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.disclosure.precision import FINE_FROM
from tests.disclosure.directed import Around, Search, Units
from tests.disclosure.linear import FLOOR
from tests.disclosure.made_cities import CODES, Answer, MadeCity, Unit

Cell = tuple[str, str]
"""What a cell counts, and of which.

``code VD`` and ``group deputy`` are numbers of people, ``channel deputy/open`` the number of one
kind of link, and ``answer deputy/open`` the sum of what these few said.
"""


KINDS_OF_CELLS = ("code", "group", "answer", "channel")


@dataclass(frozen=True)
class Found:
    """What an attacker gets of the small cells of a city.

    ``solved`` have no twin with the same figures of their unit. ``together`` have none that agrees
    on everything at once: all units on all pages, in files, answers, bundles and pictures, in each
    release. The latter grows with tries that are too few.
    """

    cells: int
    solved: tuple[str, ...]
    together: tuple[str, ...]


def cell_counts(city: MadeCity, answers: Unit) -> dict[Cell, int]:
    """Return the counts of codes, groups and channel parts of one unit."""
    place = next(at for at, q in enumerate(city.sheet.rated) if q.overall)
    found: Counter[Cell] = Counter()
    for (group, source, ratings), count in answers.items():
        found["code", ratings.split()[place]] += count
        found["group", group] += count
        found["channel", f"{group}/{source}"] += count
        code = ratings.split()[place]
        if code in CODES:
            found["answer", f"{group}/{source}"] += count * CODES.index(code)
    return dict(found)


def small_cells(city: MadeCity, unit: str) -> list[Cell]:
    """Return the cells of 1 to 9 people of a unit."""
    counts = cell_counts(city, city.units[unit])
    few = [cell for cell, count in counts.items() if cell[0] != "answer" and 0 < count < FLOOR]
    said = [("answer", name) for kind, name in few if kind == "channel"]
    return sorted(few + said)


class Twin(IntEnum):
    """How far the nearest twin of a cell agrees with its city."""

    NONE = 0
    UNIT = 1
    EVERYTHING = 2


def attack(
    city: MadeCity,
    tries: int,
    kinds: Sequence[str] = KINDS_OF_CELLS,
    enough: Twin = Twin.EVERYTHING,
) -> Found:
    """Look for a twin of each small cell of a city; one that agrees so far is ``enough``."""
    found: dict[str, Twin] = {}
    for unit in city.units:
        around = Around(city, unit)
        for cell in small_cells(city, unit):
            if cell[0] in kinds:
                name = f"{city.kind} {unit} {' '.join(cell)}"
                found[name] = nearest_twin(around, cell, tries, enough)
    solved = tuple(name for name, twin in found.items() if twin is Twin.NONE)
    together = tuple(name for name, twin in found.items() if twin is not Twin.EVERYTHING)
    return Found(len(found), solved, together)


def nearest_twin(around: Around, cell: Cell, tries: int, enough: Twin = Twin.EVERYTHING) -> Twin:
    """Return how far the nearest twin agrees of those that were tried.

    Where no change of the unit alone is enough, another unit's answers change with it.
    """
    city, unit = around.city, around.unit
    before = cell_counts(city, city.units[unit])[cell]
    quick, best = {unit: _alone(city, unit, city.units[unit])}, Twin.NONE
    for changed in _proposed(around, cell, tries):
        if cell_counts(city, changed[unit]).get(cell, 0) == before:
            continue
        for other in changed.keys() - quick.keys():
            quick[other] = _alone(city, other, city.units[other])
        if any(
            _alone(city, other, answers) != quick[other] or not _keeps_struck(city, other, answers)
            for other, answers in changed.items()
        ):
            continue
        twin = city.with_units(changed)
        if all(twin.disclosed[other] == city.disclosed[other] for other in changed):
            best = Twin.UNIT
            if enough is Twin.UNIT:
                return best
            if twin.looks_like(city):
                return Twin.EVERYTHING
    return best


def _proposed(around: Around, cell: Cell, tries: int) -> Iterator[Units]:
    """Yield other answers: simple changes, directed ones, and those of a search that climbs."""
    city, unit = around.city, around.unit
    changed = ({unit: answers} for answers in _changed(city, unit, cell, tries))
    yield from islice(changed, min(SIMPLE, tries))
    yield from Search((around,)).twins(cell, tries // DIRECTED)
    yield from Search((around,)).far_twins(cell, tries // FAR)
    for other in city.units:
        if other != unit:
            both = Search((around, Around(city, other)))
            yield from both.twins(cell, tries // FAR)
            yield from both.far_twins(cell, tries // FAR)
    yield from changed


def _keeps_struck(city: MadeCity, unit: str, answers: Unit) -> bool:
    """Return whether the ballots that a second release excludes are still there."""
    return all(answers[key] >= n for key, n in city.struck.get(unit, {}).items())


def _alone(city: MadeCity, unit: str, answers: Unit) -> DisclosedScore:
    """Return what is disclosed of a unit whoever the others are; intervals depend on them."""
    it = replace(city, units={unit: answers}, frozen=city.contrasts, struck={}).disclosed[unit]
    bounds = replace(it.bounds, among=None) if it.bounds else None
    return replace(it, low=None, high=None, bounds=bounds)


BALANCED = (
    (("VS", "B"), ("S", "S")),
    (("VD", "B"), ("D", "D")),
    (("VS", "VS", "VS", "D", "D"), ("S", "S", "S", "B", "B")),
    (("VD", "VS", "VS", "VS"), ("B", "S", "S", "S")),
    (("D", "VS"), ("B", "S")),
    (("VS",), ("S",)),
    (("D",), ("B",)),
    (("D",), ("VD",)),
    (("B",), ("VD",)),
)
"""Codes that may stand for each other: the first four keep the sum of points."""


def _changed(city: MadeCity, unit: str, cell: Cell, tries: int) -> Iterator[Unit]:
    """Yield other answers about a unit that have nearly the same mean."""
    chance = Random(f"{unit}/{cell}")
    place = next(at for at, q in enumerate(city.sheet.rated) if q.overall)
    told = city.disclosed[unit].distribution
    hidden = sorted({*CODES, *told} - {code for code, count in told.items() if count is not None})
    if cell == ("code", DONT_KNOW):
        yield from _silent_people(city, unit)
    for number in range(tries):
        answers = Counter(city.units[unit])
        if cell[0] == "answer":
            _resay(chance, answers, cell, place)
        elif cell[0] != "code" or number % 3 == 2:
            _resize(chance, answers, cell, place)
        if cell[0] == "code" and number % 2:
            _exchange(chance, answers, cell[1], hidden, place)
        else:
            for _ in range(number % 3 + (cell[0] == "code")):
                _recode(chance, answers, place)
        left = _left(answers)
        if not left or min(left.values()) < 0:
            continue
        yield left
        if (number % 4 == 3 and number > SIMPLE) or cell[0] == "answer":
            # Few people cannot make up for each other: every second time others do.
            near = "" if cell[0] == "code" or number % 2 else cell[1].partition("/")[0]
            yield _climbed(chance, city, unit, left, near, place)


DONT_KNOW = "DK"


def _silent_people(city: MadeCity, unit: str) -> Iterator[Unit]:
    """Yield the answers with one person more who knows of nothing: no mean changes by it."""
    nothing = " ".join([DONT_KNOW] * len(city.sheet.rated))
    for group, source in sorted({(group, source) for group, source, _ in city.units[unit]}):
        yield city.units[unit] + Counter({(group, source, nothing): 1})


def _left(answers: Unit) -> Unit:
    return Counter({key: count for key, count in answers.items() if count})


SIMPLE = 6
"""Simple tries before the directed ones."""
FAR = 60
"""A directed try with another unit, or one that measures figures anew, stands for so many."""
DIRECTED = 6
"""A directed try stands for so many others; one that climbs takes as long as forty."""
CLIMBS = 60
EDGE = 1e-6


def _climbed(
    chance: Random, city: MadeCity, unit: str, answers: Unit, group: str, place: int
) -> Unit:
    """Return answers with other codes by which the exact means come back to what they were.

    The others are of ``group``, or of any where it is empty.
    """
    best, gap = answers, _away(city, unit, answers)
    for _ in range(CLIMBS):
        if not gap:
            break
        other = Counter(best)
        step, many = chance.choice((-1, 1)), chance.choice((1, 1, 2, 4, 8))
        for _ in range(many):
            able = [key for key, n in other.items() if n > 0 and group in ("", key[0])]
            key = chance.choices(able, [other[key] for key in able])[0]
            other[key] -= 1
            # Another item than the overall one, whose codes are told where they are not few.
            able_at = [at for at in range(len(key[2].split())) if at != place] or [place]
            other[_moved(key, step, chance.choice(able_at))] += 1
        other = _left(other)
        found = _away(city, unit, other)
        if found < gap:
            best, gap = other, found
    return best


def _away(city: MadeCity, unit: str, answers: Unit) -> float:
    """Return by how many points exact means lie outside what any release prints of them."""
    found = _outside(city.disclosed[unit], _exact(city, unit, answers))
    struck = city.struck.get(unit)
    if struck and city.scored_later and _keeps_struck(city, unit, answers):
        later = city.scored_later.disclosed[unit]
        found += _outside(later, _exact(city, unit, answers - struck))
    return found


def _exact(city: MadeCity, unit: str, answers: Unit) -> dict[str, float]:
    """Return the exact means of the groups and of the unit."""
    alone = replace(city, units={unit: answers}, frozen=city.contrasts, struck={})
    score = alone.scored.scores[unit]
    found = {group.group: float(group.score or 0) for group in score.groups if group.n_valid}
    return found | ({"": float(score.bounded.own.score)} if score.bounded else {})


def _outside(shown: DisclosedScore, exact: Mapping[str, float]) -> float:
    """Return by how many points exact means lie outside what is printed of them."""
    told = {group.group: (group.score, group.n_valid) for group in shown.groups}
    told[""] = shown.score, shown.n_valid
    off = 0.0
    for name, value in exact.items():
        score, n = told[name]
        if score is not None:
            step = 0.1 if n is not None and n >= FINE_FROM else 1.0
            off += max(0.0, abs(value - float(score)) - step / 2 + EDGE)
    return off


def _moved(key: Answer, step: int, at: int) -> Answer:
    codes = key[2].split()
    if codes[at] not in CODES:
        return key
    near = CODES.index(codes[at]) + step
    codes[at] = CODES[min(max(near, 0), len(CODES) - 1)]
    return (*key[:2], " ".join(codes))


def _exchange(chance: Random, answers: Unit, code: str, hidden: Sequence[str], place: int) -> None:
    """Move a ballot between a code and another whose count is not told either."""
    others = [other for other in hidden if other != code]
    if not others:
        return
    pair = [code, chance.choice(others)]
    chance.shuffle(pair)
    able = [key for key, n in answers.items() if n > 0 and key[2].split()[place] == pair[0]]
    if able:
        key = chance.choice(able)
        answers[key] -= 1
        answers[_with_code(key, pair[1], place)] += 1


def _resay(chance: Random, answers: Unit, cell: Cell, place: int) -> None:
    """Let one of few people have said something else."""
    key = chance.choice([key for key in answers if _within(key, cell, place)])
    answers[key] -= 1
    answers[_with_code(key, chance.choice(CODES), place)] += 1


def _resize(chance: Random, answers: Unit, cell: Cell, place: int) -> None:
    """Add a ballot to the cell or take one out, and as many elsewhere or none."""
    inside = [key for key in answers if _within(key, cell, place)]
    outside = [key for key in answers if not _within(key, cell, place)]
    step = chance.choice((-1, 1))
    key = chance.choice(inside)
    if step > 0 and cell[0] != "code":
        key = _with_code(key, chance.choice(CODES), place)
    answers[key] += step
    if outside and chance.random() < 0.5:
        answers[chance.choice(outside)] -= step


def _recode(chance: Random, answers: Unit, place: int) -> None:
    """Give some ballots of one group and source other codes."""
    pair = chance.choice(BALANCED)
    old, new = pair if chance.random() < 0.5 else (pair[1], pair[0])
    group, source, _ = chance.choices(list(answers), [max(n, 0) for n in answers.values()])[0]
    same = chance.random() < 0.8
    for before, after in zip(old, new, strict=True):
        able = [
            key
            for key, count in answers.items()
            if count > 0
            and key[2].split()[place] == before
            and (not same or key[:2] == (group, source))
        ]
        if not able:
            return
        key = chance.choice(able)
        answers[key] -= 1
        answers[_with_code(key, after, place)] += 1


def _with_code(key: Answer, code: str, place: int) -> Answer:
    codes = key[2].split()
    codes[place] = code
    return (*key[:2], " ".join(codes))


def _within(key: Answer, cell: Cell, place: int) -> bool:
    group, source, ratings = key
    kind, name = cell
    if kind == "code":
        return ratings.split()[place] == name
    return name == (group if kind == "group" else f"{group}/{source}")
