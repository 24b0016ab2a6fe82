"""Answered faster than the questions can be read."""

from __future__ import annotations

from survey_flows.facts import CheckLevel, Limits, OnlineCheck, SubmissionFacts


def _holds(facts: SubmissionFacts, limits: Limits) -> bool:
    return (
        facts.seconds is not None and facts.seconds < facts.questions * limits.seconds_per_question
    )


CHECK = OnlineCheck("too_fast", 0, CheckLevel.DOWN_WEIGHT, _holds)
