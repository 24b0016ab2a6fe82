"""States of units, and the ballots to a cut, against trying all of them."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from aggregation.estimation.method2.ballots import needed_ballots, public_score
from aggregation.estimation.method2.evidence import UnitEvidence
from aggregation.estimation.method2.own_score import (
    ENDS,
    Contrasts,
    GroupContrast,
    own_score,
)
from aggregation.estimation.method2.states import UnitState, unit_state
from aggregation.estimation.method2.trial import worst_move
from aggregation.scheme.evidence import EvidenceRules, StateRules
from tests.method2 import group, mean_of

RULES = EvidenceRules()
STEEP = {
    "resident": GroupContrast(
        Fraction(3, 1000), Fraction(-4, 1000), Fraction(-1, 1000), Fraction(2, 1000)
    ),
    "deputy": GroupContrast(
        Fraction(-5, 1000), Fraction(-4, 1000), Fraction(-9, 1000), Fraction(-4, 1000)
    ),
}
UNIT = {
    "resident": group(".6", mean_of(9, 70), open=mean_of(30, 60)),
    "deputy": group(".3", mean_of(4, 90)),
    "enterprise": group(".1"),
}


@pytest.mark.parametrize("up", [True, False])
@pytest.mark.parametrize("contrasts", [{}, STEEP])
@pytest.mark.parametrize("points", [Fraction(1, 10), Fraction(1), Fraction(2), Fraction(3)])
def test_as_few_vouched_ballots_as_trying_all_of_up_to_six_in_three_cells(
    up: bool, contrasts: Contrasts, points: Fraction
) -> None:
    own = own_score(UNIT, contrasts, RULES)
    assert own is not None
    target = Fraction(public_score(own.score)) + (points if up else -points)
    least = min(
        (
            sum(split)
            for split in product(range(7), repeat=3)
            if _reaches(split, contrasts, target, up)
        ),
        default=None,
    )
    found = needed_ballots(UNIT, own, ("open",), RULES, points, up).vouched
    assert found is not None
    assert found == least if least is not None and least <= 6 else found > 6


def _reaches(split: tuple[int, ...], contrasts: Contrasts, target: Fraction, up: bool) -> bool:
    changed = {
        name: it.in_cell(0, ENDS[up], Fraction(count))
        for (name, it), count in zip(UNIT.items(), split, strict=True)
    }
    own = own_score(changed, contrasts, RULES)
    assert own is not None
    score = Fraction(public_score(own.score))
    return score >= target if up else score <= target


def test_many_ballots_are_the_fewest_to_a_ballot_or_so() -> None:
    unit = {"resident": group("1", mean_of(1000, 80))}
    own = own_score(unit, {}, RULES)
    assert own is not None
    found = needed_ballots(unit, own, ("open",), RULES, Fraction(2), True)
    # With one group imagined answers follow it: (80,000 + 100·m)/(1,000 + m) ≥ 81.95.
    assert found.vouched == 109
    assert found.loose is None


def test_no_number_of_loose_ballots_reaches_what_their_worth_does_not_bear_out() -> None:
    own = own_score(UNIT, {}, RULES)
    assert own is not None
    near = needed_ballots(UNIT, own, ("open",), RULES, Fraction(1, 2), True)
    assert near.loose is not None
    assert near.loose >= (near.vouched or 0)
    assert needed_ballots(UNIT, own, ("open",), RULES, Fraction(25), True).loose is None


def unit(vouched: int, loose: int) -> UnitEvidence:
    return {
        name: group(".25", mean_of(vouched, 75), open=mean_of(loose, 70))
        for name in ("resident", "enterprise", "deputy", "grassroots")
    }


@pytest.mark.parametrize(
    ("vouched", "loose", "enough", "first_year", "state"),
    [
        (60, 60, True, False, UnitState.RANKED),
        (60, 60, True, True, UnitState.PROVISIONAL),
        (60, 60, False, False, UnitState.PERSON),
        (2, 60, True, False, UnitState.PROVISIONAL),
        (1, 2, True, False, UnitState.PERSON),
    ],
)
def test_states(vouched: int, loose: int, enough: bool, first_year: bool, state: UnitState) -> None:
    made = unit(vouched, loose)
    own = own_score(made, {}, RULES)
    assert own is not None
    move = worst_move(made, own, ("open",), RULES)
    assert unit_state(own, move, enough, StateRules(first_year=first_year)) is state
