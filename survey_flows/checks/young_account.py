"""The account is new on its channel. One citizen in ten has such a one: the ballot counts."""

from __future__ import annotations

from survey_flows.facts import Check, Facts, Level, Limits


def _holds(facts: Facts, _: Limits) -> bool:
    return facts.young


CHECK = Check("young_account", 8, Level.COUNT, _holds)
