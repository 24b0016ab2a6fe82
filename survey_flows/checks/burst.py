"""More ballots of a unit and source in this quarter of an hour than were to be expected."""

from __future__ import annotations

from survey_flows.facts import CheckLevel, Limits, OnlineCheck, SubmissionFacts


def _holds(facts: SubmissionFacts, limits: Limits) -> bool:
    usual = facts.expected or 0.0  # nothing is known yet: the floor alone decides
    return facts.burst > max(float(limits.burst_floor), usual * limits.burst_factor)


CHECK = OnlineCheck("burst", 7, CheckLevel.COUNT, _holds)
