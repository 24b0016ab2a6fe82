"""The fewest ballots that would move a score by so much, on the exact function of the score.

The contrasts are held. A search in floating point puts ballot after ballot where it moves the score
most, in blocks that grow with their number; the number that it finds is then checked, and moved,
with the exact score.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from aggregation.estimation.method2.evidence import UnitEvidence
from aggregation.estimation.method2.own_score import ENDS, GroupContrast, OwnScore, own_score
from aggregation.numbers import half_up
from aggregation.scheme.evidence import EvidenceRules

SCORE_PLACES = 1
"""Decimals of a public score, to which it is rounded before it enters a total."""
MOST = 10_000_000
"""Ballots beyond which nothing is searched."""
STEPS = 32
"""A block is this part of all ballots so far, so that the first ones are placed one by one."""
ENDLESS = 10**12

Cell = tuple[str, str, int]
"""A group with a population cell (`VOUCHED`, its place; −1: unknown) or a channel (its name, 0)."""
VOUCHED = ""


def public_score(score: Fraction) -> Decimal:
    """The score as it is published and enters a total: rounded half up."""
    return half_up(score, SCORE_PLACES)


@dataclass(frozen=True, slots=True)
class NeededBallots:
    """The fewest ballots at 100 (at 0, downwards) of vouched and of loose answers.

    None: no number of them reaches it.
    """

    vouched: int | None
    loose: int | None


def needed_ballots(
    unit: UnitEvidence,
    own: OwnScore,
    channels: Sequence[str],
    rules: EvidenceRules,
    points: Fraction,
    up: bool,
) -> NeededBallots:
    """The fewest ballots that move the public score by ``points`` (at least 0.1).

    Args:
        unit: the unit's answers.
        own: their score.
        channels: every loose channel of the campaign.
        rules: the constants of the scheme.
        points: how far, up or down.
        up: which way.
    """
    least = max(points, Fraction(1, 10**SCORE_PLACES))
    now = Fraction(public_score(own.score))
    target = now + least if up else now - least
    vouched = [
        (name, VOUCHED, at)
        for name, group in unit.items()
        for at in (*range(len(group.cells)), *([-1] if len(group.cells) > 1 else []))
    ]
    loose = [
        (name, channel, 0)
        for name, group in unit.items()
        for channel in dict.fromkeys([*channels, *(known for known, _ in group.loose)])
    ]
    search = _Search(unit, own, rules, target, up)
    return NeededBallots(search.fewest(vouched), search.fewest(loose))


class _Search:
    def __init__(
        self, unit: UnitEvidence, own: OwnScore, rules: EvidenceRules, target: Fraction, up: bool
    ) -> None:
        self._unit, self._own, self._rules = unit, own, rules
        self._target, self._up = target, up

    def fewest(self, cells: Sequence[Cell]) -> int | None:
        """The fewest ballots in these cells, or None."""
        if not cells or not self._reached(dict.fromkeys(cells, ENDLESS)):
            return None
        # The rounded score is reached from half a step before the target on.
        half = 0.5 / 10**SCORE_PLACES
        goal = float(self._target) - half if self._up else float(self._target) + half
        quick = _QuickScore(self._unit, self._own, self._rules, self._up)
        placed: dict[Cell, int] = {}
        for cell, block in quick.path(cells, goal):
            placed[cell] = placed.get(cell, 0) + block
            if sum(placed.values()) > MOST:
                return None
        return self._settled(placed, cell, block)

    def _settled(self, placed: dict[Cell, int], last: Cell, block: int) -> int:
        """The smallest part of the last block that reaches the target exactly."""
        before = placed[last] - block
        low, high = 0, block
        while not self._reached({**placed, last: before + high}):
            low, high = high, 2 * high + 1
        while high - low > 1:
            middle = (low + high) // 2
            if self._reached({**placed, last: before + middle}):
                high = middle
            else:
                low = middle
        return sum(placed.values()) - block + high

    def _reached(self, placed: dict[Cell, int]) -> bool:
        unit = dict(self._unit)
        end = ENDS[self._up]
        for (name, channel, at), count in placed.items():
            many = Fraction(count)
            if channel != VOUCHED:
                unit[name] = unit[name].by_channel(channel, end, many)
            elif at < 0:
                unit[name] = unit[name].out_of_cells(end, many)
            else:
                unit[name] = unit[name].in_cell(at, end, many)
        found = own_score(unit, self._own.contrasts, self._rules)
        if found is None:
            return False
        score = Fraction(public_score(found.score))
        return score >= self._target if self._up else score <= self._target


class _QuickGroup:
    """A group's terms in floating point, to which ballots of one end are added."""

    def __init__(self, unit: UnitEvidence, name: str, own: OwnScore, rules: EvidenceRules) -> None:
        group = unit[name]
        contrast = own.contrasts.get(name, GroupContrast())
        self.share, self.k, self.most = (
            float(group.share),
            float(rules.imagined),
            float(rules.loose_worth),
        )
        self.loose, self.both = float(contrast.loose), float(contrast.both)
        self.level, self.expected = float(contrast.level), float(contrast.expected)
        self.cells = [
            (float(portion), float(sums.weight), float(sums.points))
            for portion, sums in group.cells
        ]
        self.unplaced = (float(group.unplaced.weight), float(group.unplaced.points))
        self.bend = float(group.vouched.bend)
        self.channels = {
            channel: (float(sums.weight), float(sums.points), float(sums.bend))
            for channel, sums in group.loose
        }

    def terms(self, end: float, cell: Cell | None, more: int) -> tuple[float, float, float, float]:
        """a·b, a·b·T, and a·m as a part without and a multiple of f, with ``more`` ballots."""
        cells, (apart, apart_points), channels = self.cells, self.unplaced, self.channels
        if cell is not None:
            _, channel, at = cell
            if channel != VOUCHED:
                w, s, h = channels.get(channel, (0.0, 0.0, 0.0))
                channels = {**channels, channel: (w + more, s + more * end, h)}
            elif at < 0:
                apart, apart_points = apart + more, apart_points + more * end
            else:
                p, w, s = cells[at]
                cells = [*cells[:at], (p, w + more, s + more * end), *cells[at + 1 :]]
        worth = moved = common = 0.0
        for w, s, h in channels.values():
            part = self.most / (w + self.most)
            worth, moved = worth + part * w, moved + part * (s - self.loose * h)
            common += part * (s - self.both * h)
        weight, points = apart, apart_points
        base = phantom = 0.0
        for p, w, s in cells:
            weight, points = weight + w, points + s
            below = w + p * (worth + apart + self.k)
            base += p * (s + p * (moved + apart_points)) / below
            phantom += p * p * self.k / below
        evidence = weight + worth
        pull = self.share * evidence / (evidence + self.k)
        level = (points - self.level * self.bend + common) / evidence if evidence else 0.0
        return pull, pull * level, self.share * base, self.share * phantom

    def added(self, cell: Cell, end: float, more: int) -> None:
        _, channel, at = cell
        if channel != VOUCHED:
            w, s, h = self.channels.get(channel, (0.0, 0.0, 0.0))
            self.channels = {**self.channels, channel: (w + more, s + more * end, h)}
        elif at < 0:
            self.unplaced = (self.unplaced[0] + more, self.unplaced[1] + more * end)
        else:
            p, w, s = self.cells[at]
            self.cells[at] = (p, w + more, s + more * end)


class _QuickScore:
    """The score in floating point while ballots are put where they move it most."""

    def __init__(self, unit: UnitEvidence, own: OwnScore, rules: EvidenceRules, up: bool) -> None:
        self._groups = {name: _QuickGroup(unit, name, own, rules) for name in unit}
        self._end, self._up = float(ENDS[up]), up

    def path(self, cells: Sequence[Cell], goal: float) -> Iterator[tuple[Cell, int]]:
        """Blocks of ballots until the score has passed the goal; at least one."""
        placed = 0
        while True:
            block = 1 + placed // STEPS
            terms = {name: group.terms(self._end, None, 0) for name, group in self._groups.items()}
            scores = [
                self._joined(
                    {**terms, cell[0]: self._groups[cell[0]].terms(self._end, cell, block)}
                )
                for cell in cells
            ]
            best = max(range(len(cells)), key=lambda at: scores[at] if self._up else -scores[at])
            self._groups[cells[best][0]].added(cells[best], self._end, block)
            placed += block
            yield cells[best], block
            passed = scores[best] >= goal if self._up else scores[best] <= goal
            if passed or placed > MOST:
                return

    def _joined(self, terms: dict[str, tuple[float, float, float, float]]) -> float:
        pull = sum(t[0] for t in terms.values())
        level = sum(t[1] for t in terms.values()) / pull
        return sum(
            base + phantom * (level + self._groups[name].expected * level * (100 - level))
            for name, (_, _, base, phantom) in terms.items()
        )
