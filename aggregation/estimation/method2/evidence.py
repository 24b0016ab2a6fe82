"""The answers of one unit as method 2 takes them: sums by evaluator group, cell and channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from aggregation.estimation.estimates import CellSums

QUARTERS = 4
TOP = 100


@dataclass(frozen=True, slots=True)
class AnswerSums:
    """Sums over answers with fraud weight w (0–1) and ballot score y (0–100).

    ``weight`` is Σw in ballots, ``points`` Σwy, and ``bend`` Σwy(100 − y). A contrast is applied to
    y(100 − y), which is 0 at both ends, so that 0 and 100 stay in place.
    """

    weight: Fraction = Fraction()
    points: Fraction = Fraction()
    bend: Fraction = Fraction()

    def __add__(self, other: AnswerSums) -> AnswerSums:
        return AnswerSums(
            self.weight + other.weight, self.points + other.points, self.bend + other.bend
        )

    def with_ballots(self, score: Fraction, count: Fraction) -> AnswerSums:
        """These sums and ``count`` more ballots of full weight with this score."""
        return self + AnswerSums(count, count * score, count * score * (TOP - score))

    @property
    def mean(self) -> Fraction:
        """The weighted mean ȳ; there must be an answer."""
        return self.points / self.weight

    @property
    def mean_bend(self) -> Fraction:
        """The weighted mean h̄ of y(100 − y)."""
        return self.bend / self.weight


NOTHING = AnswerSums()


def answer_sums(sums: CellSums) -> AnswerSums:
    """The sums of a cell in ballots and points, exactly."""
    points = Fraction(sums.wy, QUARTERS * sums.scale)
    squares = Fraction(sums.wy2, QUARTERS * sums.scale**2)
    return AnswerSums(Fraction(sums.w, QUARTERS), points, TOP * points - squares)


@dataclass(frozen=True, slots=True)
class GroupEvidence:
    """One group's answers about one unit.

    Args:
        share: the group's weight a in the unit's category; the weights of a unit sum to 1.
        cells: vouched answers by population cell with the cell's share P of the population; one
            cell of share 1 without figures.
        unplaced: vouched answers whose cell is unknown, where there are population figures.
        loose: answers that nobody vouches for, by channel; each channel is bounded by itself.
    """

    share: Fraction
    cells: tuple[tuple[Fraction, AnswerSums], ...] = ((Fraction(1), NOTHING),)
    unplaced: AnswerSums = NOTHING
    loose: tuple[tuple[str, AnswerSums], ...] = ()

    @property
    def vouched(self) -> AnswerSums:
        """All vouched answers."""
        return sum((sums for _, sums in self.cells), self.unplaced)

    @property
    def weight(self) -> Fraction:
        """Σw over all answers."""
        return self.vouched.weight + sum((sums.weight for _, sums in self.loose), Fraction())

    def in_cell(self, at: int, score: Fraction, count: Fraction) -> GroupEvidence:
        """With ``count`` more ballots in a population cell."""
        cells = list(self.cells)
        cells[at] = (cells[at][0], cells[at][1].with_ballots(score, count))
        return replace(self, cells=tuple(cells))

    def out_of_cells(self, score: Fraction, count: Fraction) -> GroupEvidence:
        """With ``count`` more vouched ballots of an unknown cell."""
        return replace(self, unplaced=self.unplaced.with_ballots(score, count))

    def by_channel(self, channel: str, score: Fraction, count: Fraction) -> GroupEvidence:
        """With ``count`` more loose ballots of a channel."""
        loose = dict(self.loose)
        loose[channel] = loose.get(channel, NOTHING).with_ballots(score, count)
        return replace(self, loose=tuple(sorted(loose.items())))


UnitEvidence = Mapping[str, GroupEvidence]
"""One unit's answers by evaluator group, of groups with a share above 0."""
