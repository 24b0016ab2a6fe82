"""The update was delivered before. Channels repeat one after a lost answer: it is harmless."""

from __future__ import annotations

from survey_flows.facts import CheckLevel, Limits, OnlineCheck, SubmissionFacts


def _holds(facts: SubmissionFacts, _: Limits) -> bool:
    return facts.replayed


CHECK = OnlineCheck("replayed", 1, CheckLevel.COUNT, _holds)
