"""The year to which a finding belongs: that of the act, unless it is sealed.

A verdict may come years after the act. While the year of the act is open, the finding belongs to
it. Once that year is sealed, the finding belongs to the year in which it was established, and the
sealed one stays as it was: a finding alone re-opens no year for the worse. A city may choose to
amend the sealed year instead (``late: amend``), which takes an amendment with its own notice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from aggregation.model.facts import Finding
from aggregation.scheme.parts import Late


def finding_year(finding: Finding, sealed: Collection[int], late: Late = "established") -> int:
    """Returns the year of a finding.

    Args:
        finding: what happened, with its dates.
        sealed: the years that are sealed.
        late: what becomes of a finding about a sealed year.
    """
    occurred = date.fromisoformat(finding.date).year
    if occurred not in sealed or late == "amend" or not finding.established:
        return occurred
    established = date.fromisoformat(finding.established).year
    later = (year for year in range(established, established + len(sealed) + 1))
    return next(year for year in later if year not in sealed)


def findings_of_year(
    findings: Iterable[Finding],
    year: int,
    sealed: Collection[int],
    late: Late = "established",
    on: date = date.max,
    counted: Collection[Finding] = (),
) -> tuple[Finding, ...]:
    """Returns the findings that count in a year, without those that are overturned by a day.

    Args:
        findings: all that are known.
        year: the year.
        sealed: the other years that are sealed.
        late: what becomes of a finding about a sealed year.
        on: the day by which a finding may be overturned.
        counted: those that sealed years hold; one that has counted in a year counts in no other.
    """
    before = {_identity(finding) for finding in counted}
    return tuple(
        finding
        for finding in findings
        if finding_year(finding, sealed, late) == year
        and not is_revoked(finding, on)
        and _identity(finding) not in before
    )


def _identity(finding: Finding) -> tuple[str, str, str, str]:
    """What makes a finding the same one: the numbers of documents repeat from year to year."""
    return finding.id, finding.kind, finding.subject, finding.date


def is_revoked(finding: Finding, on: date = date.max) -> bool:
    """Whether a finding is overturned by a day."""
    return bool(finding.revoked) and date.fromisoformat(finding.revoked) <= on


def amends_sealed_year(finding: Finding, sealed: Collection[int], late: Late) -> bool:
    """Whether a finding asks for an amendment of a sealed year, as the scheme chooses."""
    return finding_year(finding, sealed, late) in sealed
