"""One person sends ballots faster than a person can."""

from __future__ import annotations

from survey_flows.facts import Check, Facts, Level, Limits


def _holds(facts: Facts, _: Limits) -> bool:
    return facts.user_rate


CHECK = Check("user_rate", 3, Level.DOWN_WEIGHT, _holds)
