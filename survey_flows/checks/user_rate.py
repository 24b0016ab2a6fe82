"""One person sends ballots faster than a person can."""

from __future__ import annotations

from survey_flows.facts import CheckLevel, Limits, OnlineCheck, SubmissionFacts


def _holds(facts: SubmissionFacts, _: Limits) -> bool:
    return facts.user_rate


CHECK = OnlineCheck("user_rate", 3, CheckLevel.DOWN_WEIGHT, _holds)
