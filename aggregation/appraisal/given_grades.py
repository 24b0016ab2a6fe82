"""Grades that a person gives units with too few answers, as far as they can stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from aggregation.model.facts import Grade, UnitDecision
from survey_flows.messages import Message

BARRED = Message("appraisal-given-barred")
NO_PLACE = Message("appraisal-given-no-place")


def sift_given_grades(
    decisions: Iterable[UnitDecision], places: Mapping[Grade, int], barred: Collection[str]
) -> tuple[dict[str, UnitDecision], dict[str, Message]]:
    """Returns the given grades of a family that stand, and why the others do not, by unit.

    A unit that is barred from the first grade is not given it, and no more first or third grades
    are given than there are places: the earlier one stands. A unit whose grade does not stand waits
    as before.
    """
    standing: dict[str, UnitDecision] = {}
    refused: dict[str, Message] = {}
    taken: Counter[Grade] = Counter()
    for made in sorted(decisions, key=lambda made: (made.at, made.unit)):
        if made.grade is Grade.FIRST and made.unit in barred:
            refused[made.unit] = BARRED
        elif made.grade in places and taken[made.grade] >= places[made.grade]:
            refused[made.unit] = NO_PLACE
        else:
            standing[made.unit] = made
            taken[made.grade] += 1
    return standing, refused
