"""The day from which the ground of a proposal can stand: no decision on it is older."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from aggregation.model.facts import Finding
from aggregation.model.results import Proposal
from aggregation.rules import registry


@dataclass(frozen=True, slots=True)
class GroundDays:
    """The days of what proposals of a year rest on.

    Args:
        closed: the day on which the last campaign that counts really closed; there is no score,
            rank or grade before.
        findings: the days on which findings were established, by id.
        past: the days from which the lines of the year before stand, by subject; a line without
            a day was imported.
    """

    closed: date
    findings: Mapping[str, date]
    past: Mapping[str, date]

    def since(self, proposal: Proposal) -> date:
        """Return the day from which a proposal can stand."""
        if proposal.fact:
            return self.findings.get(proposal.fact, self.closed)
        past = self.past.get(proposal.subject) if registry()[proposal.rule].reads_past else None
        return max(self.closed, past or self.closed)


def finding_days(facts: Iterable[Finding]) -> dict[str, date]:
    """Return the day on which each finding was established, by id; the later one of two."""
    found: dict[str, date] = {}
    for fact in facts:
        day = date.fromisoformat(fact.established or fact.date)
        found[fact.id] = max(day, found.get(fact.id, day))
    return found
