"""One person rates more units than a person has business with."""

from __future__ import annotations

from survey_flows.facts import CheckLevel, Limits, OnlineCheck, SubmissionFacts


def _holds(facts: SubmissionFacts, limits: Limits) -> bool:
    return facts.ballots > limits.ballots


CHECK = OnlineCheck("many_ballots", 2, CheckLevel.DOWN_WEIGHT, _holds)
