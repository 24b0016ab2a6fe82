"""Which grades of an earlier year a later one read otherwise than they stand now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aggregation.model.facts import PastGrade
from aggregation.model.names import GRADES
from aggregation.model.results import AppraisalResult
from survey_flows.messages import Message

READ_HISTORY = ("two_year_third",)
"""The rules whose proposals rest on the grade of the year before (R7)."""


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A grade that a later year read, and that stands otherwise now."""

    year: int
    subject: str
    read: PastGrade | None
    now: PastGrade

    @property
    def was(self) -> Message:
        """The grade that was read, in words."""
        return _grade(self.read)

    @property
    def becomes(self) -> Message:
        """The grade that stands, in words."""
        return _grade(self.now)


def changed_lines(read: Iterable[PastGrade], now: Iterable[PastGrade]) -> tuple[ChangedLine, ...]:
    """The lines that differ in grade or in how sure it is, by year and subject.

    Args:
        read: what the later year read, with all that was put right since.
        now: what stands.
    """
    known = {(line.year, line.subject): line for line in read}
    found = (
        ChangedLine(line.year, line.subject, known.get((line.year, line.subject)), line)
        for line in sorted(now, key=lambda it: (it.year, it.subject))
    )
    return tuple(it for it in found if _said(it.read) != _said(it.now))


def rests_on(bodies: Iterable[AppraisalResult], line: ChangedLine) -> tuple[str, ...]:
    """The decided proposals of the later year that rest on the line, by key (依据已失)."""
    return tuple(
        p.key
        for body in bodies
        for p in body.about(line.subject)
        if p.rule in READ_HISTORY and p.decision is not None
    )


def _said(line: PastGrade | None) -> tuple[object, bool]:
    return (None, False) if line is None or line.grade is None else (line.grade, line.confirmed)


def _grade(line: PastGrade | None) -> Message:
    if line is None or line.grade is None:
        return Message("appraisal-without-grade")
    return GRADES[line.grade]
