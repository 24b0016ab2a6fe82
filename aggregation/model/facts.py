"""The inputs of a year's appraisal as frozen values.

Subjects are unit codes and leader ids; the two never coincide. Ids, sources and reasons are shown
in reason trails.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

YOUNGER = {"younger": True}
"""Marks a field that older seals do not have: at its default it is not written."""


class Grade(StrEnum):
    """一等 … 四等. Units get the first three, leaders all four."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    FOURTH = "fourth"


UNIT_GRADES = (Grade.FIRST, Grade.SECOND, Grade.THIRD)


class Role(StrEnum):
    """正职, 副职 or 工作人员. Officers are appraised inside units only (R16)."""

    PRINCIPAL = "principal"
    DEPUTY = "deputy"
    OFFICER = "officer"


class FindingKind(StrEnum):
    """Findings of a court, an inquiry or an office that rules of the scheme follow from."""

    CRIMINAL_OFFENCE = "criminal_offence"
    SAFETY_ACCIDENT = "safety_accident"
    UNFITNESS = "unfitness"
    REVIEW_FINDING = "review_finding"
    MANIPULATION = "manipulation"
    VETO = "veto"


@dataclass(frozen=True, slots=True)
class Membership:
    """A unit's league from ``since`` to ``until``, both included; ``None`` is an open end."""

    league: str
    since: int | None = None
    until: int | None = None

    def covers(self, year: int) -> bool:
        """Whether ``year`` lies in this membership."""
        return (self.since is None or self.since <= year) and (
            self.until is None or year <= self.until
        )


@dataclass(frozen=True, slots=True)
class AppraisedUnit:
    """A rated unit; or a section or post, which is part of its ``parent`` (R16).

    ``memberships`` is empty for units that are graded by quota.
    """

    code: str
    zh: str
    en: str
    category: str
    memberships: tuple[Membership, ...] = ()
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Parent:
    """The unit whose parts are appraised, with its own result.

    ``total`` is None where a person graded it for want of answers; ``confirmed`` says that its
    grade, which the grades of its parts follow from, is settled. ``possible`` are the grades that
    it may have, ``error`` is the standard error of its total.
    """

    code: str
    zh: str
    en: str
    total: Decimal | None
    standing: Grade
    confirmed: bool
    possible: tuple[Grade, ...] = ()
    error: float = 0.0


@dataclass(frozen=True, slots=True)
class Leader:
    """A person in the post held at the end of the year: a leader, or an officer inside a unit.

    ``post`` is the title as it is printed.
    """

    id: str
    zh: str
    en: str
    unit: str
    role: Role
    post: str = ""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points added (> 0) to or deducted (< 0) from a unit's total, before the scheme's limits."""

    unit: str
    points: Decimal
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """An event with consequences; ``subject`` is a unit code or leader id.

    ``date`` is the day on which it occurred, ``established`` that on which it was found, empty for
    the same; ``revoked`` is the day on which the finding was overturned. All are ISO dates.
    """

    id: str
    kind: FindingKind
    subject: str
    date: str
    source: str
    note: str = ""
    established: str = ""
    revoked: str = ""


class Verdict(StrEnum):
    """A person's decision about a proposal."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Paper:
    """The document that a decision rests on: whose, its number, its ISO day, who released it."""

    organ: str
    document: str
    decided_on: str
    released_by: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision on one proposal by its key, with name, reason and time (ISO).

    ``by`` is what is printed, ``login`` the account. ``grounds`` is the digest of what the decision
    rests on: without these grounds it has no effect; empty: it was made before decisions said so.
    ``number`` is its place among the decisions on the proposal, from 1. ``heard_on`` is the ISO day
    on which the person was heard, for a disadvantage; ``paper`` is the document that it rests on.
    """

    proposal: str
    verdict: Verdict
    by: str
    reason: str
    at: str
    login: str = ""
    grounds: str = ""
    number: int = 0
    heard_on: str = ""
    paper: Paper | None = field(default=None, metadata=YOUNGER)


@dataclass(frozen=True, slots=True)
class UnitDecision:
    """The grade that a person gave a unit with too few answers to be ranked.

    ``login`` is the account, ``number`` its place among those of the unit, from 1.
    """

    unit: str
    grade: Grade
    by: str
    reason: str
    at: str
    login: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class PastGrade:
    """One line of the immutable history.

    ``grade`` is None for a year that was not appraised. ``subject`` is a leader id (it follows a
    transfer) or a unit code; ``confirmed`` is False for a provisional grade.
    """

    year: int
    subject: str
    grade: Grade | None
    confirmed: bool
    unit: str = ""
    post: str = ""
    scheme_version: str = ""
