"""From the facts of a submission to its risk, one bit for each check; no ballot is refused."""

from __future__ import annotations

from survey_flows.checks import registry
from survey_flows.facts import CheckFinding, Limits, SubmissionFacts

DEFAULT = Limits()


def failed_checks(facts: SubmissionFacts, limits: Limits = DEFAULT) -> tuple[CheckFinding, ...]:
    """Every finding, in the order of the bits."""
    found = (check.examine(facts, limits) for check in registry().values())
    return tuple(sorted((finding for finding in found if finding), key=lambda finding: finding.bit))


def risk(facts: SubmissionFacts, limits: Limits = DEFAULT) -> int:
    """The findings as bits, for a ballot's ``risk``."""
    return sum(1 << finding.bit for finding in failed_checks(facts, limits))


def codes(risk: int) -> tuple[str, ...]:
    """The names of the checks whose bits are set, in the order of the bits."""
    named = sorted((check.bit, code) for code, check in registry().items())
    return tuple(code for bit, code in named if risk >> bit & 1)
