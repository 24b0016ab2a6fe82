"""Facts with a period: units, what becomes of them, posts, absences and discipline.

Days are inclusive, and an empty end means «still». Every fact names its source; nothing here is
overwritten, and what held on a day follows from the facts alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from aggregation.model.facts import Role

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``begins`` to ``until``, both included; None for ``until`` is an open end."""

    begins: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.begins <= day and (self.until is None or day <= self.until)

    def days_in(self, year: int) -> int:
        """The number of its days in a year."""
        first, last = date(year, 1, 1), date(year, 12, 31)
        end = last if self.until is None else min(self.until, last)
        return max(0, (end - max(self.begins, first)).days + 1)

    def overlaps(self, other: Period) -> bool:
        """Whether the two have a day in common."""
        mine, theirs = self.until or date.max, other.until or date.max
        return self.begins <= theirs and other.begins <= mine


@dataclass(frozen=True, slots=True)
class UnitPeriod:
    """A unit as it was in a period. The periods of a code never overlap."""

    code: str
    zh: str
    en: str
    category: str
    period: Period
    league: str = ""
    parent: str = ""


class UnitEventKind(StrEnum):
    """What becomes of units on a day."""

    CREATE = "create"
    MERGE = "merge"
    SPLIT = "split"
    ABOLISH = "abolish"
    RENAME = "rename"
    RECATEGORISE = "recategorise"


@dataclass(frozen=True, slots=True)
class UnitEvent:
    """What became of units, by a document.

    ``shares`` says how the public score of a merged unit follows from those of the units before; it
    is fixed before the scores. ``continues``: the days of the units before count for the new one.
    """

    on: date
    kind: UnitEventKind
    before: tuple[str, ...]
    after: tuple[str, ...]
    document: str
    shares: tuple[tuple[str, Decimal], ...] = ()
    continues: bool = False


class Held(StrEnum):
    """How a post is held."""

    HELD = "held"
    ACTING = "acting"
    SECONDED = "seconded"


@dataclass(frozen=True, slots=True)
class Post:
    """A post that a person holds in a unit for a period; one of a person's posts is the main one.

    ``elected`` posts are ended by whoever elected to them.
    """

    person: str
    unit: str
    role: Role
    title: str
    period: Period
    held: Held = Held.HELD
    main: bool = True
    elected: bool = False


class AbsenceKind(StrEnum):
    """Why somebody is away; probation is no absence, and the person gets no grade."""

    SICK = "sick"
    MATERNITY = "maternity"
    STUDY = "study"
    PERSONAL = "personal"
    OTHER = "other"
    PROBATION = "probation"


@dataclass(frozen=True, slots=True)
class Absence:
    """The days for which a person is away from the post."""

    person: str
    kind: AbsenceKind
    period: Period


class EndingKind(StrEnum):
    """How somebody leaves the service."""

    RETIRED = "retired"
    LEFT = "left"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class Ending:
    """The first day on which a person is in the service no more; it ends every post."""

    person: str
    kind: EndingKind
    on: date


class DisciplineKind(StrEnum):
    """What is under way or holds against a person."""

    INVESTIGATION = "investigation"
    SANCTION = "sanction"


class SanctionLevel(StrEnum):
    """The sanctions with a period, by the law on administrative sanctions (政务处分法 7, 8)."""

    WARNING = "warning"
    DEMERIT = "demerit"
    MAJOR_DEMERIT = "major_demerit"
    DEMOTION = "demotion"
    REMOVAL = "removal"


SANCTION_MONTHS = {
    SanctionLevel.WARNING: 6,
    SanctionLevel.DEMERIT: 12,
    SanctionLevel.MAJOR_DEMERIT: 18,
    SanctionLevel.DEMOTION: 24,
    SanctionLevel.REMOVAL: 24,
}


@dataclass(frozen=True, slots=True)
class Discipline:
    """An investigation of a person from the day it was opened, or a sanction from its day.

    ``ended`` is the day on which an investigation was closed, or a sanction was lifted. ``level``
    says how long a sanction lasts.
    """

    id: str
    person: str
    kind: DisciplineKind
    begins: date
    level: SanctionLevel | None = None
    ended: date | None = None

    @property
    def period(self) -> Period:
        """The days on which it is under way or holds."""
        until = None if self.ended is None else self.ended - ONE_DAY
        if self.level is not None:
            last = add_months(self.begins, SANCTION_MONTHS[self.level]) - ONE_DAY
            until = last if until is None else min(until, last)
        return Period(self.begins, until)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_after = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (first_after - ONE_DAY).day))
