"""More ballots than usual come for one unit, as after a reminder or scandal: the ballot counts."""

from __future__ import annotations

from survey_flows.facts import CheckLevel, Limits, OnlineCheck, SubmissionFacts


def _holds(facts: SubmissionFacts, _: Limits) -> bool:
    return facts.unit_rate


CHECK = OnlineCheck("unit_rate", 5, CheckLevel.COUNT, _holds)
