"""The difference of split halves against a plain oracle, and how finely it is told."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from math import sqrt
from statistics import mean, stdev

import pytest

from aggregation.disclosure.halves import told_difference
from aggregation.quality.halves import HalfDifference, Person, half_differences, person_of

Rows = list[tuple[bytes, str, Fraction]]


def drawn(people: int, shift: int, seed: int = 1, each: int = 1) -> Rows:
    chance, rows = random.Random(seed), Rows()
    for number in range(people):
        taste = chance.choice((0, 30, 60, 80))
        order = chance.choice("ABCD")
        for _ in range(each):
            points = taste + chance.choice((0, 10)) + (shift if order in "CD" else 0)
            rows.append((number.to_bytes(4), order, Fraction(points)))
    return rows


def people(rows: Rows) -> Counter[Person]:
    """The persons of these ballots."""
    own: dict[bytes, list[tuple[str, Fraction]]] = {}
    for voter, order, score in rows:
        own.setdefault(voter, []).append((order, score))
    return Counter(person_of(ballots) for ballots in own.values())


def test_one_ballot_each_gives_the_difference_and_error_of_two_samples() -> None:
    rows = drawn(400, 7)
    [items, scale] = half_differences(("items", "scale"), people(rows))
    for found, turned in ((items, "BD"), (scale, "CD")):
        second = [float(score) for _, order, score in rows if order in turned]
        first = [float(score) for _, order, score in rows if order not in turned]
        assert found.ballots == (len(first), len(second))
        assert found.difference == pytest.approx(mean(second) - mean(first))
        error = sqrt(stdev(first) ** 2 / len(first) + stdev(second) ** 2 / len(second))
        assert found.error == pytest.approx(error, rel=0.01)


def test_ballots_of_one_person_are_no_evidence_of_their_own() -> None:
    rows = drawn(100, 0)
    [once] = half_differences(("scale",), people(rows))
    [ten] = half_differences(("scale",), people(rows * 10))
    assert ten.difference == pytest.approx(once.difference)
    assert ten.error == pytest.approx(once.error), "ten copies say what one said"


def test_a_true_difference_lies_in_nineteen_of_twenty_intervals() -> None:
    hits = 0
    for seed in range(200):
        [found] = half_differences(("scale",), people(drawn(60, 5, seed, each=3)))
        hits += abs(found.difference - 5) <= 1.96 * found.error
    assert 180 <= hits <= 200


def test_without_ballots_in_one_half_there_is_no_difference() -> None:
    assert half_differences(("items",), people([(b"a", "A", Fraction(50))])) == []
    assert half_differences(("items",), Counter()) == []
    assert half_differences((), people(drawn(20, 0))) == []


@pytest.mark.parametrize(
    ("ballots", "expected"),
    [
        ((49, 900), None),
        ((50, 900), ((50, 900), 3.0, -2.0, 7.0)),
        ((123, 456), ((120, 450), 2.7, -1.5, 7.0)),
    ],
)
def test_it_is_told_by_the_smaller_half_and_its_interval_outwards(
    ballots: tuple[int, int], expected: tuple[tuple[int, int], float, float, float] | None
) -> None:
    told = told_difference(HalfDifference("items", ballots, 2.66, 2.1))
    found = told and (told.ballots, told.difference, told.low, told.high)
    assert found == expected
    assert told is None or told.notable
