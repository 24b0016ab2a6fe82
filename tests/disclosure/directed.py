"""Directed search for twins: an integer program around a unit's answers, solved by HiGHS.

Exact figures of a release hardly bend over a few ballots. So each kind of ballot gets the change
of every figure that one more of it makes, and the program looks for the fewest ballots to add and
take out by which a small cell changes while every figure stays in the window that its print leaves.
What it finds is only proposed: the caller compares everything that is told, exactly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from fractions import Fraction
from functools import cached_property
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount
from aggregation.disclosure.coarsening import few_links, mixed_with_few
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
from aggregation.quality.reliability import correlations, cronbach_alpha, item_sums
from bot.results.scoring import ScoredCampaign
from tests.disclosure.linear import FLOOR
from tests.disclosure.made_cities import CODES, SHEET, Answer, MadeCity, Unit

Window = tuple[float, float]
Floats = NDArray[np.float64]
Test = Callable[[Answer], bool]
Units = dict[str, Unit]
"""The answers by unit."""

PATTERNS = 1
"""Random patterns of items that each part of a unit may answer with, besides plain ones."""
MOST = 260
"""Kinds of ballots in a program, those of few ballots drawn by chance: more take minutes."""
MARGINS = (0.1, 0.0, 0.25)
"""Parts of a window that stay free at either end, since figures bend a little."""
NODES = 500
"""Nodes of a program's search tree, so that its end hangs on no clock."""
STEPS = (1, -1, 2, -2, 3, -3, 5, -5)
NEXT = 4
"""Of the steps so many are tried where figures may leave their windows at first."""
CORRECTIONS = 3
"""So often a program starts anew at what the last one found."""
FAR = 5
"""As often where figures may leave their windows at first."""
OUTSIDE = 100
"""What a figure outside its window costs, in ballots for each width of the window."""
UNBOUND = 1000
"""More ballots than any program adds."""
NO_CELL = ("", "")
TOGETHER = "items"
"""In the names of alpha and of the correlations of items."""
NEAR = 0.04
"""So much may a correlation of items change."""


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

    def _said(self, part: str) -> Floats:
        """How far from the best answer each kind of ballots of a kind of link is, in codes."""
        inside = [key[:2] == tuple(part.split("/")) for key in self.kinds]
        far = [CODES.index(code) if (code := self.code(key)) in CODES else 0 for key in self.kinds]
        return np.array(inside, dtype=float) * far

    def _of_code(self, code: str) -> Test:
        return lambda key: self.code(key) == code

    def points(self, key: Answer) -> float | None:
        """The score of a ballot of a kind; None if it has none."""
        reader = PatternReader({"econ": self.city.sheet}, self.city.campaign.scheme)
        score = reader.outcomes[reader.place("econ", key[2])].score
        return None if score is None else float(score)

    def changes(self, city: MadeCity) -> Floats:
        """By how much one more ballot of each kind changes each figure of a city.

        Most rest on n, Σy and Σy² of each part, so that the change is a parabola over y.
        """
        names, kinds, own = list(self.windows), self.kinds, city.units[self.unit]
        base = figures(city, self.windows)
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
                other = city.with_unit(self.unit, own + Counter({known[value]: 1}))
                more = figures(other, self.windows)
                seen.append([more.get(name, base[name]) - base[name] for name in names])
            powers = np.vander(tried, increasing=True)
            bends = np.linalg.solve(powers, np.array(seen))
            for at, (key, score) in enumerate(zip(kinds, scores, strict=True)):
                if key[:2] == part and score is not None:
                    slopes[:, at] = np.vander([score], len(tried), increasing=True)[0] @ bends
        for at, key in enumerate(kinds):
            for name, value in self._consistent(city, key).items():
                slopes[names.index(name), at] = value - base[name]
        return slopes

    def _consistent(self, city: MadeCity, key: Answer) -> dict[str, float]:
        """How items go together with one more ballot of a kind: that hangs on all of them."""
        if not any(TOGETHER in name for name in self.windows):
            return {}
        group, source, ratings = key
        row = PatternCount(self.unit, SHEET, group, "", source, 4, ratings, 1)
        found: dict[str, float] = {}
        for number, scored in enumerate(city.releases):
            more = replace(scored, counts=(*scored.counts, row))
            found |= _together(number, more, scored.disclosed)
        return {name: value for name, value in found.items() if name in self.windows}

    @cached_property
    def at_home(self) -> Floats:
        """The changes around the unit's own answers."""
        return self.changes(self.city)

    @cached_property
    def able(self) -> list[int]:
        """How many ballots of each kind may go: those that a second release excludes stay."""
        own, struck = self.city.units[self.unit], self.city.struck.get(self.unit, Counter())
        return [max(own[key] - struck[key], 0) for key in self.kinds]

    def counts(self, demand: Demand) -> Iterator[tuple[Floats, Window]]:
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
        if demand.cell[0] == "answer":
            yield self._said(demand.cell[1]), (demand.step, demand.step)
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
        for count in {own.total(), own.total() - gone.total()}:
            yield np.ones(len(self.kinds)), _of_its_tens(count)
        if shown.top_two is not None:
            # It is exact, or a bound that rests on the number of answers.
            known = [self.code(key) in CODES for key in self.kinds]
            yield np.array(known, dtype=float), (0, 0)
        if isinstance(shown.top_two, Fraction) or demand.freedom < Freedom.ALL:
            good = [self.code(key) in SATISFIED for key in self.kinds]
            yield np.array(good, dtype=float), (0, 0)


@dataclass(frozen=True)
class Search:
    """Looks for other answers about some units of a city at once; the cell is of the first one."""

    around: tuple[Around, ...]

    @property
    def city(self) -> MadeCity:
        return self.around[0].city

    @property
    def home(self) -> Units:
        """The answers as they are."""
        return {it.unit: self.city.units[it.unit] for it in self.around}

    @cached_property
    def windows(self) -> dict[str, Window]:
        """Those of every figure of the city."""
        return self.around[0].windows

    @cached_property
    def now(self) -> Floats:
        """The exact figures of the city."""
        exact = figures(self.city, self.windows)
        return np.array([exact[name] for name in self.windows])

    @cached_property
    def slopes(self) -> Floats:
        """How one more ballot of each kind changes each figure."""
        return np.hstack([it.at_home for it in self.around])

    def twins(self, cell: tuple[str, str], tries: int) -> Iterator[Units]:
        """Propose answers about the units that differ in a cell and print the same."""
        chance = Random(f"{'/'.join(self.home)}/{cell}/directed")
        for number in range(tries):
            step = STEPS[number % len(STEPS)]
            margin = MARGINS[number // (len(Freedom) * len(STEPS)) % len(MARGINS)]
            freedom = Freedom(number // len(STEPS) % len(Freedom))
            yield from self._near(Demand(cell, step, margin, freedom), chance)

    def far_twins(self, cell: tuple[str, str], tries: int) -> Iterator[Units]:
        """Propose answers that lie further away, where figures bend more than a program sees.

        The first program of each may leave windows, by as little as it can; the next ones start
        where it led, with the changes that figures have there.
        """
        chance = Random(f"{'/'.join(self.home)}/{cell}/far")
        for number in range(tries):
            step, margin = STEPS[number % NEXT], MARGINS[number // NEXT % len(MARGINS)]
            demand = Demand(cell, step, margin, Freedom.ALL, elastic=True)
            yield from self._near(demand, chance)

    def _near(self, demand: Demand, chance: Random) -> Iterator[Units]:
        answers, now, slopes = self.home, self.now, self.slopes
        many = FAR if demand.elastic else CORRECTIONS
        for number in range(many):
            found = self._solved(demand, chance, answers, now, slopes)
            if found is None or found == answers:
                return
            yield found
            if number + 1 < many:
                # Figures bend: a second program starts where the first one led.
                city = self.city.with_units(found)
                exact = figures(city, self.windows)
                if any(name not in exact for name in self.windows):
                    return
                answers, now = found, np.array([exact[name] for name in self.windows])
                if demand.elastic:
                    slopes = np.hstack([it.changes(city) for it in self.around])

    def _solved(
        self, demand: Demand, chance: Random, answers: Units, now: Floats, slopes: Floats
    ) -> Units | None:
        """The fewest ballots, by costs with a little chance, that meet the demand."""
        kinds = [(it.unit, key) for it in self.around for key in it.kinds]
        moved = np.array(
            [answers[unit][key] - self.home[unit][key] for unit, key in kinds], dtype=float
        )
        many, measured = len(kinds), len(now)
        ends = np.array(list(self.windows.values())).reshape(-1, 2)
        wide = np.where(np.ptp(ends, axis=1) < UNBOUND, np.ptp(ends, axis=1), 0)
        spare = demand.margin * wide
        # Figures at own + d are about now + slopes·(d − moved).
        shift = slopes @ moved - now
        bounds = list(self.limits(demand))
        matrix = np.vstack([slopes, *(inside for inside, _ in bounds)])
        low = [*(ends[:, 0] + spare + shift), *(window[0] for _, window in bounds)]
        high = [*(ends[:, 1] - spare + shift), *(window[1] for _, window in bounds)]
        # By so many widths figures leave their windows, below and above.
        out = np.vstack([np.diag(np.where(wide, wide, 1.0)), np.zeros((len(bounds), measured))])
        # d = more − less, so that the sum of both can be made small.
        costs = [1 + 2 * chance.random() for _ in range(2 * many)]
        able = [n for it in self.around for n in it.able]
        most = UNBOUND if demand.elastic else 0
        result = milp(
            np.array([*costs, *[OUTSIDE] * 2 * measured]),
            integrality=np.array([1] * 2 * many + [0] * 2 * measured),
            bounds=Bounds(0, np.array([UNBOUND] * many + able + [most] * 2 * measured)),
            constraints=LinearConstraint(np.hstack([matrix, -matrix, out, -out]), low, high),
            options={"node_limit": NODES, "mip_rel_gap": 0.3},
        )
        if result.x is None:
            return None
        found = {unit: Counter(own) for unit, own in self.home.items()}
        by = np.rint(result.x[:many] - result.x[many : 2 * many])
        for (unit, key), number in zip(kinds, by, strict=True):
            found[unit][key] += int(number)
        return {unit: +own for unit, own in found.items()}

    def limits(self, demand: Demand) -> Iterator[tuple[Floats, Window]]:
        """The counts of people of all units; the log tells how many ballots the campaign has."""
        places = np.cumsum([0, *(len(it.kinds) for it in self.around)])
        for it, place in zip(self.around, places, strict=False):
            own = demand if it is self.around[0] else replace(demand, cell=NO_CELL)
            for inside, window in it.counts(own):
                row = np.zeros(places[-1])
                row[place : place + len(it.kinds)] = inside
                yield row, window
        yield np.ones(places[-1]), (0, 0)
        # The method page has the ballots of the campaign by kind of link, in tens.
        kinds = [key for it in self.around for key in it.kinds]
        gone = sum(self.city.struck.values(), Counter[Answer]())
        every = sum(self.city.units.values(), Counter[Answer]())
        for source in sorted({key[1] for key in kinds}):
            inside = np.array([key[1] == source for key in kinds], dtype=float)
            for answers in (every, every - gone):
                yield inside, _of_its_tens(sum(n for key, n in answers.items() if key[1] == source))


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
    elastic: bool = False
    """Whether figures may leave their windows where they cannot stay in them."""


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
        for name, value in _together(number, scored, scored.disclosed).items():
            found[name] = value - NEAR, value + NEAR
            if name.endswith("alpha"):
                found[name] = _half_up(Fraction(round(value, 1)), TENTH)
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
        wide = float(FIVE if mixed_with_few(score, FLOOR) else step.interval)
        found |= _ends("", shown.low, shown.high, wide)
        if told and told.among:
            found |= _ends("among ", *told.among, wide)
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


def _ends(name: str, low: float, high: float, wide: float) -> dict[str, Window]:
    """The windows of an interval's ends; one at an end of the scale was cut off there."""
    return {
        f"{name}low": (low if low > 0 else -UNBOUND, low + wide),
        f"{name}high": (high - wide, high if high < 100 else UNBOUND),
    }


def _half_up(value: Fraction, step: Fraction | None) -> Window:
    half = (step or Fraction()) / 2
    return float(value - half), float(value + half)


def _together(
    number: int, scored: ScoredCampaign, shown: Mapping[str, DisclosedScore]
) -> dict[str, float]:
    """How items go together where a release tells it: alpha, and the correlations.

    Omega hangs on these alone, and leaps where items hardly go together.
    """
    if not scored.consistency(shown):
        return {}
    patterns: Counter[str] = Counter()
    for row in scored.disclosed_rows(shown):
        patterns[row.ratings] += row.count if row.weight else 0
    campaign = scored.campaign
    reader = PatternReader(campaign.questionnaires, campaign.scheme)
    sums = item_sums(patterns, SHEET, reader)
    alpha, found = cronbach_alpha(sums), dict[str, float]()
    if alpha is not None:
        found[f"{number} {TOGETHER} alpha"] = float(alpha)
    for i, correlated in enumerate(correlations(sums) or []):
        found |= {f"{number} {TOGETHER} {i} {j}": correlated[j] for j in range(i)}
    return found


def figures(city: MadeCity, wanted: Mapping[str, Window]) -> dict[str, float]:
    """The exact figures that have a window."""
    found: dict[str, float] = {}
    for number, scored in enumerate(city.releases):
        if any(TOGETHER in name for name in wanted):
            found |= _together(number, scored, scored.disclosed)
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
