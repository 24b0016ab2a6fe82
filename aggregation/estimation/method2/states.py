"""Whether a unit is ranked, ranked provisionally, or left to a person."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

from aggregation.estimation.method2.own_score import OwnScore
from aggregation.scheme.evidence import StateRules


class UnitState(StrEnum):
    """A ``provisional`` unit has a rank and an interval.

    It rests on answers nobody vouches for: no third grade, no proposal, first only if settled.
    """

    RANKED = "ranked"
    PROVISIONAL = "provisional"
    PERSON = "person"


def unit_state(own: OwnScore, move: Fraction, enough: bool, rules: StateRules) -> UnitState:
    """The state of a unit with a score.

    Args:
        own: its score.
        move: its worst move.
        enough: whether it has as many valid answers as a unit needs.
        rules: the scheme's.
    """
    if not enough or move > Fraction(rules.provisional_move):
        return UnitState.PERSON
    sure = move <= Fraction(rules.ranked_move) and own.support >= Fraction(rules.support)
    return UnitState.RANKED if sure and not rules.first_year else UnitState.PROVISIONAL
