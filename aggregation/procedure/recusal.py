"""Who must stand aside (回避): by login and by person, for a subject of a year.

Barred are the subject itself, people of its unit or of one above or below it, kin of the subject or
of its principals, whoever wrote, released or decided what is contested, and whoever was challenged
with success (公务员法 74, 76, 77). The units of a person are those since the first day of the year:
whoever has just left a unit, or has just come, still belongs to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from survey_flows.messages import Message


class Bar(StrEnum):
    """Why somebody is barred, the first that applies."""

    SELF = "self"
    UNIT = "unit"
    KIN = "kin"
    CONTESTED = "contested"
    CHALLENGE = "challenge"


BARS = {
    Bar.SELF: Message("procedure-bar-self"),
    Bar.UNIT: Message("procedure-bar-unit"),
    Bar.KIN: Message("procedure-bar-kin"),
    Bar.CONTESTED: Message("procedure-bar-contested"),
    Bar.CHALLENGE: Message("procedure-bar-challenge"),
}


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody with an account.

    Args:
        login: the account.
        persons: who it is, as the year's material names people.
        units: those of the account.
        kin: people whom the officer, or the office, declared as kin.
        challenged: subjects who challenged the officer with success in the year.
    """

    login: str
    persons: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    kin: frozenset[str] = frozenset()
    challenged: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Ties:
    """Where people belong since the first day of a year.

    Args:
        homes: the units of each person.
        heads: the principals of each unit.
        parents: the unit above each unit and part.
        same: units that were merged, split or renamed into each other, by each of them.
    """

    homes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    heads: Mapping[str, frozenset[str]] = field(default_factory=dict)
    parents: Mapping[str, frozenset[str]] = field(default_factory=dict)
    same: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def _above(self) -> dict[str, frozenset[str]]:
        return {}

    def above(self, unit: str) -> frozenset[str]:
        """The unit with all units above it, and those that became it or that it became."""
        if unit not in self._above:
            found, new = {unit}, [unit]
            while new:
                code = new.pop()
                more = self.parents.get(code, frozenset()) | self.same.get(code, frozenset())
                new += more - found
                found |= more
            self._above[unit] = frozenset(found)
        return self._above[unit]

    def are_related(self, one: str, other: str) -> bool:
        """Whether two units are the same, or one stands above the other."""
        return one in self.above(other) or other in self.above(one)

    def units_of(self, subject: str) -> frozenset[str]:
        """The units of a person; a unit is its own."""
        return self.homes.get(subject) or frozenset((subject,))


def bar_of(
    officer: Officer, subject: str, ties: Ties, contested: Collection[str] = ()
) -> Bar | None:
    """Why an officer must stand aside from a subject; None for somebody who may act.

    Args:
        officer: who would act.
        subject: a unit, a part of one, or a person.
        ties: where people belong.
        contested: the logins that wrote, released or decided what is contested.
    """
    if subject in officer.persons:
        return Bar.SELF
    own = officer.units.union(*(ties.homes.get(it, ()) for it in officer.persons))
    theirs = ties.units_of(subject)
    if any(ties.are_related(mine, other) for mine in own for other in theirs):
        return Bar.UNIT
    heads = frozenset() if subject in ties.homes else ties.heads.get(subject, frozenset())
    if officer.kin & ({subject} | heads):
        return Bar.KIN
    if officer.login in contested:
        return Bar.CONTESTED
    return Bar.CHALLENGE if subject in officer.challenged else None


def unbarred(
    officers: Sequence[Officer], subject: str, ties: Ties, contested: Collection[str] = ()
) -> list[str]:
    """The logins of those who may act on a subject, sorted; empty if nobody is left."""
    free = (it.login for it in officers if bar_of(it, subject, ties, contested) is None)
    return sorted(free)
