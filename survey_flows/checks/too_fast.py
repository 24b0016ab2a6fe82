"""Answered faster than the questions can be read."""

from __future__ import annotations

from survey_flows.facts import Check, Facts, Level, Limits


def _holds(facts: Facts, limits: Limits) -> bool:
    return (
        facts.seconds is not None and facts.seconds < facts.questions * limits.seconds_per_question
    )


CHECK = Check("too_fast", 0, Level.DOWN_WEIGHT, _holds)
