"""A stratified simple random sample without replacement that anybody can draw again.

Every number of the frame gets a lot, SHA-256(seed ‖ number), and in each cell the smallest lots are
drawn. Sorting by independent uniform numbers and taking the first n is simple random sampling
without replacement: Sunter, «List sequential sampling with equal or unequal probabilities without
replacement», Applied Statistics 26 (1977); Ohlsson, «Coordination of samples using permanent random
numbers», in Cox et al., Business Survey Methods (Wiley, 1995). Election audits draw ballots by lots
from a cryptographic hash of a public seed: Rivest, «Consistent sampling with replacement»,
arXiv:1808.10016 (2018).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

from aggregation.numbers import apportion
from survey_flows.errors import BadInput, Message, Place

RULE = "sha256-order/1"
"""Names the rule of `lot_of`, `draw_numbers` and `frame_digest` in registrations and samples."""
METHODS = ("proportional", "neyman", "fixed")

Frame = Mapping[str, Collection[str]]
"""The numbers of the people who can be invited, by cell."""


@dataclass(frozen=True, slots=True)
class SampleDesign:
    """The sizes of a sample by cell. `allocate` turns a design into a number for each cell.

    Attributes:
        method: ``proportional`` to the people of a cell; ``neyman``, to people times standard
            deviation; ``fixed``.
        size: people in the whole sample; with ``fixed``, the sum of ``values``.
        least: no cell gets fewer, so that small cells are oversampled.
        values: by cell, the standard deviation (``neyman``) or the number of people (``fixed``; 0
            for cells not named).
    """

    method: str
    size: int
    least: int
    values: Mapping[str, Decimal]


def lot_of(seed: str, number: str) -> str:
    """The lot of a number: SHA-256 of the seed followed by it, both as text, in hexadecimal."""
    return hashlib.sha256((seed + number).encode()).hexdigest()


def draw_numbers(seed: str, frame: Frame, sizes: Mapping[str, int]) -> dict[str, list[str]]:
    """The ``sizes[cell]`` numbers with the smallest lots of each cell, in the order of their lots.

    Raises:
        BadInput: a cell has fewer numbers than are to be drawn.
    """
    for cell, size in sizes.items():
        if size > len(frame.get(cell, ())):
            message = Message("fieldwork-cell-too-small", size=size, of=len(frame.get(cell, ())))
            raise BadInput(message, _cell(cell))
    return {
        cell: sorted(frame[cell], key=lambda number: (lot_of(seed, number), number))[:size]
        for cell, size in sorted(sizes.items())
        if size
    }


def frame_digest(frame: Frame) -> str:
    """SHA-256 of the frame as text, in hexadecimal.

    The text has a line «number cell» for each person, in the order of numbers.
    """
    lines = sorted(f"{number} {cell}\n" for cell, numbers in frame.items() for number in numbers)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def allocate(design: SampleDesign, people: Mapping[str, int]) -> dict[str, int]:
    """The number of people to draw from each cell.

    Proportional and Neyman allocation are as in Cochran, Sampling Techniques (3rd ed., Wiley 1977),
    5.5 and 5.9: cells that would get more than they have are taken whole, those below ``least`` get
    ``least``, and the rest is shared among the others anew. Whole numbers are found by largest
    remainder.

    Raises:
        BadInput: a cell is unknown or has no usable value, or the sizes do not fit.
    """
    _check(design, people)
    if design.method == "fixed":
        return _fixed(design, people)
    weights = _weights(design, people)
    least, most = sum(min(design.least, n) for n in people.values()), sum(people.values())
    if not least <= design.size <= most:
        message = Message(
            "fieldwork-size-does-not-fit",
            size=design.size,
            least=design.least,
            low=least,
            high=most,
        )
        raise BadInput(message, _SAMPLE)
    taken = _bounded(design, people, weights)
    free = {cell: weight for cell, weight in weights.items() if cell not in taken}
    room = {cell: people[cell] for cell in free}
    return dict(
        sorted({**taken, **apportion(design.size - sum(taken.values()), free, room)}.items())
    )


_SAMPLE = Place(subject=Message("fieldwork-sample"))


def _cell(cell: str) -> Place:
    return Place(subject=Message("fieldwork-cell", cell=cell))


def _check(design: SampleDesign, people: Mapping[str, int]) -> None:
    if design.method not in METHODS:
        message = Message("fieldwork-allocation-unknown", method=design.method, known=METHODS)
        raise BadInput(message, _SAMPLE)
    unknown = sorted(set(design.values) - set(people))
    if unknown:
        raise BadInput(Message("fieldwork-cell-unknown"), _cell(unknown[0]))


def _fixed(design: SampleDesign, people: Mapping[str, int]) -> dict[str, int]:
    sizes = {}
    for cell in sorted(people):
        value = design.values.get(cell, Decimal(0))
        if value != int(value) or not 0 <= value <= people[cell]:
            message = Message("fieldwork-not-drawable", value=str(value), most=people[cell])
            raise BadInput(message, _cell(cell))
        if 0 < value < design.least:
            message = Message("fieldwork-below-least", value=int(value), least=design.least)
            raise BadInput(message, _cell(cell))
        sizes[cell] = int(value)
    if sum(sizes.values()) != design.size:
        message = Message("fieldwork-sizes-sum", sum=sum(sizes.values()), size=design.size)
        raise BadInput(message, _SAMPLE)
    return sizes


def _weights(design: SampleDesign, people: Mapping[str, int]) -> dict[str, int]:
    """The whole numbers in proportion to which the sample is shared out."""
    if design.method == "proportional":
        return dict(people)
    missing = sorted(cell for cell in people if design.values.get(cell, Decimal(0)) <= 0)
    if missing:
        raise BadInput(Message("fieldwork-deviation-missing"), _cell(missing[0]))
    exact = {cell: people[cell] * Fraction(design.values[cell]) for cell in people}
    scale = lcm(*(value.denominator for value in exact.values()))
    return {cell: int(value * scale) for cell, value in exact.items()}


def _bounded(
    design: SampleDesign, people: Mapping[str, int], weights: Mapping[str, int]
) -> dict[str, int]:
    """The cells whose share lies outside their bounds, each at its bound.

    Each round settles the side with the larger error.
    """
    taken: dict[str, int] = {}
    while True:
        free = {cell: weight for cell, weight in weights.items() if cell not in taken}
        left, total = design.size - sum(taken.values()), sum(free.values())
        share = {cell: Fraction(left * weight, total) for cell, weight in free.items()}
        low = {cell: min(design.least, people[cell]) for cell in free}
        under = {cell: low[cell] - share[cell] for cell in free if share[cell] < low[cell]}
        over = {cell: share[cell] - people[cell] for cell in free if share[cell] > people[cell]}
        if not under and not over:
            return taken
        raised = sum(under.values()) >= sum(over.values())
        taken.update(
            {cell: low[cell] if raised else people[cell] for cell in (under if raised else over)}
        )


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample as it is published, with all that is needed to draw it again."""

    campaign: str
    seed: str
    design: SampleDesign
    frame: Mapping[str, Sequence[str]]
    drawn: Mapping[str, Sequence[str]]


def sample_contradiction(sample: Sample) -> Message | None:
    """Draws a published sample again. Returns the first contradiction; None if there is none.

    Raises:
        BadInput: the design does not fit the frame.
    """
    numbers = [number for listed in sample.frame.values() for number in listed]
    if len(set(numbers)) < len(numbers):
        return Message("fieldwork-number-twice")
    sizes = allocate(sample.design, {cell: len(listed) for cell, listed in sample.frame.items()})
    again = draw_numbers(sample.seed, sample.frame, sizes)
    for cell in sorted({*again, *sample.drawn}):
        if again.get(cell, []) != list(sample.drawn.get(cell, [])):
            return Message("fieldwork-others-drawn", cell=cell)
    return None
