"""Response quotas by cell, and the test whether a citizen can still reach a quota place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from survey_flows.ballot import STAFF
from survey_flows.questionnaire import Questionnaire


@dataclass(frozen=True, slots=True, order=True)
class QuotaCell:
    """The raters of ``unit``, limited to a group, stratum or source where one is named."""

    unit: str
    group: str = ""
    stratum: str = ""
    source: str = ""

    def takes(self, group: str, stratum: str, source: str) -> bool:
        """Whether a rater of the unit counts here. Own staff do not: no figure contains them."""
        named = ((self.group, group), (self.stratum, stratum), (self.source, source))
        return group != STAFF and all(wanted in ("", given) for wanted, given in named)


@dataclass(frozen=True, slots=True)
class Quotas:
    """The most people by cell, and the cells that are ``full``; all of one campaign.

    ``taken`` is how many places are known to be taken, where a lower count was changed by somebody.
    """

    capacity: Mapping[QuotaCell, int] = field(default_factory=dict)
    full: frozenset[QuotaCell] = frozenset()
    taken: Mapping[QuotaCell, int] = field(default_factory=dict)

    def of(self, unit: str, group: str, stratum: str, source: str) -> list[QuotaCell]:
        """The cells in which a ballot takes a place."""
        return [
            cell
            for cell in self.capacity
            if cell.unit == unit and cell.takes(group, stratum, source)
        ]

    def full_for(self, unit: str, group: str, stratum: str, source: str) -> frozenset[QuotaCell]:
        """Those of them that are full."""
        return frozenset(
            cell for cell in self.full if cell.unit == unit and cell.takes(group, stratum, source)
        )


def possible_groups(
    questionnaire: Questionnaire, answers: Mapping[str, str], otherwise: str
) -> set[str]:
    """The evaluator groups in which a rating by an open link can still end, except own staff.

    It is empty for own staff. ``otherwise`` is the group without an answer that changes it.
    """
    asked = [
        question
        for question in questionnaire.questions
        if any(option.group for option in question.options)
    ]
    said = [
        question.choices[answers[question.id]].group
        for question in asked
        if answers.get(question.id)
    ]
    if STAFF in said:
        return set()
    if chosen := next(filter(None, said), ""):
        return {chosen}
    left = {
        option.group
        for question in asked
        if question.id not in answers
        for option in question.options
    }
    return {otherwise} | {group for group in left if group and group != STAFF}


def revealing_cells(
    most: Mapping[QuotaCell, int], floor: int
) -> Iterator[tuple[QuotaCell, QuotaCell]]:
    """Quotas that together would disclose few people once they are full, each with a narrower one.

    A person learns that a quota is full. When one for a unit and some for its groups are full, the
    number between them is known too.
    """
    for wide, number in most.items():
        within = [
            cell for cell in most if cell != wide and cell.unit == wide.unit and _inside(cell, wide)
        ]
        sums = {0}
        for cell in within:
            sums |= {total + most[cell] for total in sums if total + most[cell] <= number}
        if any(0 < number - total < floor for total in sums if total):
            yield wide, within[-1]


def _inside(narrow: QuotaCell, wide: QuotaCell) -> bool:
    pairs = (
        (getattr(narrow, name), getattr(wide, name)) for name in ("group", "stratum", "source")
    )
    return all(outer in ("", inner) for inner, outer in pairs)
