"""More ballots than usual come from one source. Many people may share it: the ballot counts."""

from __future__ import annotations

from survey_flows.facts import CheckLevel, Limits, OnlineCheck, SubmissionFacts


def _holds(facts: SubmissionFacts, _: Limits) -> bool:
    return facts.source_rate


CHECK = OnlineCheck("source_rate", 4, CheckLevel.COUNT, _holds)
