"""Ballots that are tried: in exact sums, and in floating point where many are tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from aggregation.estimation.method2.evidence import GroupEvidence, UnitEvidence
from aggregation.estimation.method2.own_score import (
    ENDS,
    GroupContrast,
    OwnScore,
    group_terms,
    score_of_terms,
)
from aggregation.scheme.evidence import EvidenceRules

MOST = 10_000_000
"""Ballots beyond which nothing is searched."""
STEPS = 32
"""A block is this part of all ballots so far, so that the first ones are placed one by one."""
CLOSE = 1e-6
"""Moves that differ by less (points) in floating point are compared exactly."""

Cell = tuple[str, str, int]
"""A group with a population cell (`VOUCHED`, its place; −1: unknown) or a channel (its name, 0)."""
VOUCHED = ""


def vouched_cells(unit: UnitEvidence) -> list[Cell]:
    """Every population cell of every group, and the unknown one where there are figures."""
    return [
        (name, VOUCHED, at)
        for name, group in unit.items()
        for at in (*range(len(group.cells)), *([-1] if len(group.cells) > 1 else []))
    ]


def loose_cells(unit: UnitEvidence, channels: Sequence[str]) -> list[Cell]:
    """Every loose channel of every group."""
    return [
        (name, channel, 0)
        for name, group in unit.items()
        for channel in dict.fromkeys([*channels, *(known for known, _ in group.loose)])
    ]


def with_ballots(
    group: GroupEvidence, cell: Cell, score: Fraction, count: Fraction
) -> GroupEvidence:
    """The group with ``count`` more ballots of full weight in a cell of it."""
    _, channel, at = cell
    if channel != VOUCHED:
        return group.by_channel(channel, score, count)
    return group.out_of_cells(score, count) if at < 0 else group.in_cell(at, score, count)


def worst_move(
    unit: UnitEvidence, own: OwnScore, channels: Sequence[str], rules: EvidenceRules
) -> Fraction:
    """The most points by which one more ballot can move the score, exactly.

    A ballot between 0 and 100 moves it less than one of the two, so the ends are tried in every
    group, cell and channel: all in floating point, and exactly where that leaves a doubt.
    """
    cells = [*vouched_cells(unit), *loose_cells(unit, channels)]
    tried = [
        (move, up, cell)
        for up in (False, True)
        for move, cell in zip(QuickScore(unit, own, rules, up).moves(cells), cells, strict=True)
    ]
    least = max(move for move, _, _ in tried) - CLOSE
    most = Fraction()
    for move, up, cell in tried:
        if move >= least:
            changed = with_ballots(unit[cell[0]], cell, ENDS[up], Fraction(1))
            contrast = own.contrasts.get(cell[0], GroupContrast())
            terms = {**own.terms, cell[0]: group_terms(changed, contrast, rules)}
            after = score_of_terms(terms, own.contrasts)
            most = max(most, abs(after.score - own.score)) if after else most
    return most


_Terms = tuple[float, float, float, float]
"""A group's a·b, a·b·T, and a·m as a part without and a multiple of f."""


class _QuickGroup:
    """A group's terms in floating point, to which ballots of one end are added."""

    def __init__(self, unit: UnitEvidence, name: str, own: OwnScore, rules: EvidenceRules) -> None:
        group = unit[name]
        contrast = own.contrasts.get(name, GroupContrast())
        self.share, self.k = float(group.share), float(rules.imagined)
        self.rules = rules
        self.loose, self.both = float(contrast.loose), float(contrast.both)
        self.level, self.expected = float(contrast.level), float(contrast.expected)
        self.cells = [
            (float(portion), float(sums.weight), float(sums.points), float(sums.bend))
            for portion, sums in group.cells
        ]
        apart = group.unplaced
        self.unplaced = (float(apart.weight), float(apart.points), float(apart.bend))
        self.channels = {
            channel: (float(sums.weight), float(sums.points), float(sums.bend))
            for channel, sums in group.loose
        }

    def terms(self, end: float, cell: Cell | None, more: int) -> _Terms:
        """Its terms with ``more`` ballots in a cell."""
        if cell is not None:
            kept = self.cells, self.unplaced, self.channels
            self.added(cell, end, more)
            found = self.terms(end, None, 0)
            self.cells, self.unplaced, self.channels = kept
            return found
        worth = moved = common = 0.0
        for name, (w, s, h) in self.channels.items():
            most = float(self.rules.most_worth(name))
            part = most / (w + most)
            worth, moved = worth + part * w, moved + part * (s - self.loose * h)
            common += part * (s - self.both * h)
        apart, apart_points, apart_bend = self.unplaced
        base = phantom = level = 0.0
        for p, w, s, h in self.cells:
            below = w + p * (worth + apart + self.k)
            base += p * (s + p * (moved + apart_points)) / below
            points = s - self.level * h + p * (apart_points - self.level * apart_bend + common)
            level += p * points / below
            phantom += p * p * self.k / below
        return (
            self.share * (1 - phantom),
            self.share * level,
            self.share * base,
            self.share * phantom,
        )

    def added(self, cell: Cell, end: float, more: int) -> None:
        """Adds ballots in a cell; those at an end of the scale add no bend."""
        _, channel, at = cell
        if channel != VOUCHED:
            w, s, h = self.channels.get(channel, (0.0, 0.0, 0.0))
            self.channels = {**self.channels, channel: (w + more, s + more * end, h)}
        elif at < 0:
            w, s, h = self.unplaced
            self.unplaced = (w + more, s + more * end, h)
        else:
            p, w, s, h = self.cells[at]
            self.cells = [*self.cells[:at], (p, w + more, s + more * end, h), *self.cells[at + 1 :]]


class QuickScore:
    """The score in floating point while ballots are put where they move it most."""

    def __init__(self, unit: UnitEvidence, own: OwnScore, rules: EvidenceRules, up: bool) -> None:
        self._groups = {name: _QuickGroup(unit, name, own, rules) for name in unit}
        self._end, self._up = float(ENDS[up]), up

    def moves(self, cells: Sequence[Cell]) -> list[float]:
        """By how much one more ballot moves the score, in each cell."""
        terms = {name: group.terms(self._end, None, 0) for name, group in self._groups.items()}
        now = self._joined(terms)
        return [
            abs(
                self._joined({**terms, cell[0]: self._groups[cell[0]].terms(self._end, cell, 1)})
                - now
            )
            for cell in cells
        ]

    def path(self, cells: Sequence[Cell], goal: float) -> Iterator[tuple[Cell, int]]:
        """Blocks of ballots until the score has passed the goal; at least one."""
        placed = 0
        terms = {name: group.terms(self._end, None, 0) for name, group in self._groups.items()}
        tried: dict[Cell, tuple[int, _Terms]] = {}
        while True:
            block = 1 + placed // STEPS
            for cell in cells:
                if cell not in tried or tried[cell][0] != block:
                    more = self._groups[cell[0]].terms(self._end, cell, block)
                    tried[cell] = (block, more)
            scores = [self._joined({**terms, cell[0]: tried[cell][1]}) for cell in cells]
            best = max(range(len(cells)), key=lambda at: scores[at] if self._up else -scores[at])
            name = cells[best][0]
            self._groups[name].added(cells[best], self._end, block)
            terms[name] = self._groups[name].terms(self._end, None, 0)
            # What was tried in other groups holds until the blocks grow.
            tried = {cell: found for cell, found in tried.items() if cell[0] != name}
            placed += block
            yield cells[best], block
            passed = scores[best] >= goal if self._up else scores[best] <= goal
            if passed or placed > MOST:
                return

    def _joined(self, terms: Mapping[str, _Terms]) -> float:
        pull = sum(t[0] for t in terms.values())
        level = sum(t[1] for t in terms.values()) / pull
        return sum(
            base + phantom * (level + self._groups[name].expected * level * (100 - level))
            for name, (_, _, base, phantom) in terms.items()
        )
