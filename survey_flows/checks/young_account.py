"""The account is new on its channel. One citizen in ten has such a one: the ballot counts."""

from __future__ import annotations

from survey_flows.facts import CheckLevel, Limits, OnlineCheck, SubmissionFacts


def _holds(facts: SubmissionFacts, _: Limits) -> bool:
    return facts.young


CHECK = OnlineCheck("young_account", 8, CheckLevel.COUNT, _holds)
