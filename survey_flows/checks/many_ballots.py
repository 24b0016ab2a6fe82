"""One person rates more units than a person has business with."""

from __future__ import annotations

from survey_flows.facts import Check, Facts, Level, Limits


def _holds(facts: Facts, limits: Limits) -> bool:
    return facts.ballots > limits.ballots


CHECK = Check("many_ballots", 2, Level.DOWN_WEIGHT, _holds)
