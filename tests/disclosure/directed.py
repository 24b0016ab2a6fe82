"""Directed search for twins: an integer program around a unit's answers, solved by HiGHS.

Exact figures of a release hardly bend over a few ballots. So each kind of ballot gets the change
of every figure that one more of it makes, and the program looks for the fewest ballots to add and
take out by which a small cell changes while every figure stays in the window that its print leaves.
What it finds is only proposed: the caller compares everything that is told, exactly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from functools import cached_property
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from aggregation.counts.ratings import PatternReader
from aggregation.disclosure.coarsening import few_links
from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.disclosure.precision import (
    FIVE,
    HALF,
    TENTH,
    WHOLE,
    group_step,
    unit_precision,
)
from aggregation.estimation.scores import SATISFIED, UnitScore
from tests.disclosure.linear import FLOOR
from tests.disclosure.made_cities import CODES, Answer, MadeCity, Unit

Window = tuple[float, float]
Floats = NDArray[np.float64]
Test = Callable[[Answer], bool]

PATTERNS = 1
"""Random patterns of items that each part of a unit may answer with, besides plain ones."""
MOST = 260
"""Kinds of ballots in a program, those of few ballots drawn by chance: more take minutes."""
MARGINS = (0.1, 0.0, 0.25)
"""Parts of a window that stay free at either end, since figures bend a little."""
NODES = 500
"""Nodes of a program's search tree, so that its end hangs on no clock."""
STEPS = (1, -1, 2, -2, 3, -3, 5, -5)
CORRECTIONS = 3
"""So often a program starts anew at what the last one found."""
UNBOUND = 1000
"""More ballots than any program adds."""


@dataclass(frozen=True)
class Around:
    """A unit's answers and the figures of its city around them."""

    city: MadeCity
    unit: str

    @cached_property
    def place(self) -> int:
        """The place of the overall item among the ratings."""
        return next(at for at, q in enumerate(self.city.sheet.rated) if q.overall)

    @cached_property
    def windows(self) -> dict[str, Window]:
        """Between which values each exact figure lies by what is printed of it."""
        return _windows(self.city)

    @cached_property
    def kinds(self) -> list[Answer]:
        """The kinds of ballots that may be added or taken out."""
        own = self.city.units[self.unit]
        chance = Random(self.unit)
        found = sorted(own, key=lambda key: (-own[key], chance.random()))[: MOST // 2]
        items = len(self.city.sheet.rated)
        for group, source in sorted({key[:2] for key in own}):
            for code in CODES:
                patterns = [[other] * items for other in (code, CODES[0], CODES[1])]
                patterns += [chance.choices(CODES, k=items) for _ in range(PATTERNS)]
                for pattern in patterns[: None if items > 1 else 1]:
                    pattern[self.place] = code
                    found.append((group, source, " ".join(pattern)))
        return sorted(set(found[:MOST]))

    def code(self, key: Answer) -> str:
        """The overall code of a kind of ballots."""
        return key[2].split()[self.place]

    def _of_code(self, code: str) -> Test:
        return lambda key: self.code(key) == code

    def figures(self, answers: Unit) -> dict[str, float]:
        """The exact figures of the city with other answers about the unit."""
        return _figures(self.city.with_unit(self.unit, answers), self.windows)

    def points(self, key: Answer) -> float | None:
        """The score of a ballot of a kind; None if it has none."""
        reader = PatternReader({"econ": self.city.sheet}, self.city.campaign.scheme)
        score = reader.outcomes[reader.place("econ", key[2])].score
        return None if score is None else float(score)

    def changes(self, answers: Unit, kinds: Sequence[Answer]) -> tuple[Floats, Floats]:
        """The figures at some answers, and by kind how one more ballot of it changes them.

        They rest on n, Σy and Σy² of each part, so that the change is a parabola over y.
        """
        names = list(self.windows)
        base = self.figures(answers)
        now = np.array([base[name] for name in names])
        slopes = np.zeros((len(names), len(kinds)))
        scores = [self.points(key) for key in kinds]
        for part in sorted({key[:2] for key in kinds}):
            known = {
                score: key
                for key, score in zip(kinds, scores, strict=True)
                if key[:2] == part and score is not None
            }
            tried = sorted(known)
            tried = sorted({tried[0], tried[len(tried) // 2], tried[-1]})
            seen = []
            for value in tried:
                more = self.figures(answers + Counter({known[value]: 1}))
                seen.append([more.get(name, base[name]) - base[name] for name in names])
            powers = np.vander(tried, increasing=True)
            bends = np.linalg.solve(powers, np.array(seen))
            for at, (key, score) in enumerate(zip(kinds, scores, strict=True)):
                if key[:2] == part and score is not None:
                    slopes[:, at] = np.vander([score], len(tried), increasing=True)[0] @ bends
        return now, slopes

    @cached_property
    def at_home(self) -> tuple[Floats, Floats]:
        """The changes around the unit's own answers."""
        return self.changes(self.city.units[self.unit], self.kinds)

    def twins(self, cell: tuple[str, str], tries: int) -> Iterator[Unit]:
        """Propose answers about the unit that differ in a cell and print the same."""
        chance = Random(f"{self.unit}/{cell}/directed")
        for number in range(tries):
            step = STEPS[number % len(STEPS)]
            margin = MARGINS[number // (len(Freedom) * len(STEPS)) % len(MARGINS)]
            freedom = Freedom(number // len(STEPS) % len(Freedom))
            yield from self._near(Demand(cell, step, margin, freedom), chance)

    def _near(self, demand: Demand, chance: Random) -> Iterator[Unit]:
        answers, (now, slopes) = self.city.units[self.unit], self.at_home
        for number in range(CORRECTIONS):
            found = self._solved(demand, chance, answers, now, slopes)
            if found is None:
                return
            yield found
            if number + 1 < CORRECTIONS:
                # Figures bend: a second program starts where the first one led.
                exact = self.figures(found)
                if any(name not in exact for name in self.windows):
                    return
                answers, now = found, np.array([exact[name] for name in self.windows])

    def _solved(
        self, demand: Demand, chance: Random, answers: Unit, now: Floats, slopes: Floats
    ) -> Unit | None:
        """The fewest ballots, by costs with a little chance, that meet the demand."""
        kinds, own = self.kinds, self.city.units[self.unit]
        moved = np.array([answers[key] - own[key] for key in kinds], dtype=float)
        many = len(kinds)
        ends = np.array(list(self.windows.values())).reshape(-1, 2)
        spare = demand.margin * (ends[:, 1] - ends[:, 0])
        # Figures at own + d are about now + slopes·(d − moved).
        shift = slopes @ moved - now
        bounds = list(self._counts(demand))
        matrix = np.vstack([slopes, *(inside for inside, _ in bounds)])
        low = [*(ends[:, 0] + spare + shift), *(window[0] for _, window in bounds)]
        high = [*(ends[:, 1] - spare + shift), *(window[1] for _, window in bounds)]
        # d = more − less, so that the sum of both can be made small.
        costs = np.array([1 + 2 * chance.random() for _ in range(2 * many)])
        struck = self.city.struck.get(self.unit, Counter())
        able = [max(own[key] - struck[key], 0) for key in kinds]
        result = milp(
            costs,
            integrality=np.ones(2 * many),
            bounds=Bounds(np.zeros(2 * many), np.array([UNBOUND] * many + able)),
            constraints=LinearConstraint(np.hstack([matrix, -matrix]), low, high),
            options={"node_limit": NODES, "mip_rel_gap": 0.3},
        )
        if result.x is None:
            return None
        found = Counter(own)
        for key, by in zip(kinds, np.rint(result.x[:many] - result.x[many:]), strict=True):
            found[key] += int(by)
        return Counter({key: n for key, n in found.items() if n})

    def _counts(self, demand: Demand) -> Iterator[tuple[Floats, Window]]:
        """The counts of people that stay as they are told, and the cell that changes."""
        own, shown = self.city.units[self.unit], self.city.disclosed[self.unit]
        gone = self.city.struck.get(self.unit, Counter())
        cells: dict[tuple[str, str], Test] = {}
        for code in sorted({*map(self.code, self.kinds), *map(self.code, own)}):
            cells["code", code] = self._of_code(code)
        for part in sorted({key[:2] for key in own}):
            cells["channel", "/".join(part)] = _of_part(part)
        for group in sorted({key[0] for key in own}):
            cells["group", group] = _of_part((group,))
        told = {("code", code): count for code, count in shown.distribution.items()}
        told |= {("group", group.group): group.n_valid for group in shown.groups}
        for cell, test in cells.items():
            inside = np.array([test(key) for key in self.kinds], dtype=float)
            count = sum(n for key, n in own.items() if test(key))
            if cell == demand.cell:
                yield inside, (demand.step, demand.step)
            if cell[0] == "code" and told.get(cell, 0) is not None:
                yield inside, (0, 0)
            elif cell[0] == "group" and told[cell] is not None:
                yield inside, _of_its_tens(count)
                yield inside, _of_its_tens(count - sum(n for key, n in gone.items() if test(key)))
            elif demand.freedom < Freedom.ALL or cell[0] == "channel":
                yield inside, _of_its_size(count, told=cell[0] == "channel")
        if demand.freedom is Freedom.NONE:
            few = {
                name
                for name, test in cells.items()
                if sum(n for key, n in own.items() if test(key)) < FLOOR and told.get(name) is None
            }
            for kind in ("code", "group"):
                together = [
                    any(cells[name](key) for name in few if name[0] == kind) for key in self.kinds
                ]
                yield np.array(together, dtype=float), (0, 0)
        # The log tells how many ballots the whole campaign has.
        yield np.ones(len(self.kinds)), (0, 0)
        if shown.top_two is not None:
            # It is exact, or a bound that rests on the number of answers.
            known = [self.code(key) in CODES for key in self.kinds]
            yield np.array(known, dtype=float), (0, 0)
        if isinstance(shown.top_two, Fraction) or demand.freedom < Freedom.ALL:
            good = [self.code(key) in SATISFIED for key in self.kinds]
            yield np.array(good, dtype=float), (0, 0)


def _of_part(part: tuple[str, ...]) -> Test:
    return lambda key: key[: len(part)] == part


class Freedom(IntEnum):
    """What may become of suppressed counts: which are suppressed hangs on their sizes and sums."""

    NONE = 0
    """Few stay few and many stay many, and the few together are as many as before."""
    SUMS = 1
    """Few stay few and many stay many."""
    ALL = 2


@dataclass(frozen=True)
class Demand:
    """What a program asks for: a cell that changes by a step, and room in all windows."""

    cell: tuple[str, str]
    step: int
    margin: float
    freedom: Freedom


def _of_its_size(count: int, told: bool) -> Window:
    """By how much a count may change that stays few, or many; whether anybody is, may be told."""
    if count >= FLOOR:
        return FLOOR - count, UNBOUND
    least = -count if not told else min(0, 1 - count)
    return least, FLOOR - 1 - count if count or not told else 0


def _of_its_tens(count: int) -> Window:
    """By how much a count may change that stays in its ten."""
    return -(count % FLOOR), FLOOR - 1 - count % FLOOR


def _windows(city: MadeCity) -> dict[str, Window]:
    found: dict[str, Window] = {}
    for number, scored in enumerate(city.releases):
        borrowed = scored.borrowed(scored.disclosed)
        for code, shown in scored.disclosed.items():
            score = scored.scores[code]
            own = _unit_windows(score, shown)
            if code in borrowed:
                step = unit_precision(score.n_valid, alone=False).score
                own["shrunken"] = _half_up(borrowed[code], step)
            found.update({f"{number} {code} {name}": window for name, window in own.items()})
    return found


def _unit_windows(score: UnitScore, shown: DisclosedScore) -> dict[str, Window]:
    if shown.score is None:
        return {}
    told = shown.bounds
    step = unit_precision(score.n_valid, alone=told is None)
    low, high = _half_up(shown.score, step.score)
    if step.score == WHOLE:
        # The score was rounded to tenths before.
        low, high = low - float(TENTH) / 2, high - float(TENTH) / 2
    found = {"score": (low, high)}
    if shown.low is not None and shown.high is not None and step.interval:
        wide = float(step.interval)
        found |= {"low": (shown.low, shown.low + wide), "high": (shown.high - wide, shown.high)}
        if told and told.among:
            low, high = told.among
            found |= {"among low": (low, low + wide), "among high": (high - wide, high)}
    if told:
        fine = FIVE if few_links(score, FLOOR) else HALF
        found["move"] = float(told.move - fine), float(told.move)
        if told.vouched is not None:
            found["vouched"] = _half_up(told.vouched, WHOLE)
    valid = {group.group: group.n_valid for group in score.groups}
    for group in shown.groups:
        if group.score is not None:
            name = group.group
            found[f"mean {name}"] = _half_up(group.score, group_step(valid[name], step))
        if group.evidence is not None:
            found[f"b {group.group}"] = _half_up(group.evidence, TENTH)
    return found


def _half_up(value: Fraction, step: Fraction | None) -> Window:
    half = (step or Fraction()) / 2
    return float(value - half), float(value + half)


def _figures(city: MadeCity, wanted: Mapping[str, Window]) -> dict[str, float]:
    """The exact figures that have a window."""
    found: dict[str, float] = {}
    for number, scored in enumerate(city.releases):
        for code, score in scored.scores.items():
            own = _exact(score)
            found |= {f"{number} {code} {name}": value for name, value in own.items()}
        if any(name.endswith("shrunken") for name in wanted):
            for part in scored.shrinkage().values():
                for code, it in part.units.items():
                    found[f"{number} {code} shrunken"] = it.score
    return {name: value for name, value in found.items() if name in wanted}


def _exact(score: UnitScore) -> dict[str, float]:
    bounded = score.bounded
    if bounded is None:
        return {}
    found = {
        "score": float(bounded.own.score),
        "among low": bounded.low,
        "among high": bounded.high,
        "move": float(bounded.move),
    }
    if score.low is not None and score.high is not None:
        found |= {"low": score.low, "high": score.high}
    if bounded.vouched is not None:
        found["vouched"] = float(bounded.vouched)
    for group in score.groups:
        if group.score is not None:
            found[f"mean {group.group}"] = float(group.score)
    for name, terms in bounded.own.terms.items():
        found[f"b {name}"] = float(terms.weight)
    return found
