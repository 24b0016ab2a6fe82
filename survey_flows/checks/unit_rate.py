"""More ballots than usual come for one unit. A reminder or a scandal does that too: the ballot counts."""

from __future__ import annotations

from survey_flows.facts import Check, Facts, Level, Limits


def _holds(facts: Facts, _: Limits) -> bool:
    return facts.unit_rate


CHECK = Check("unit_rate", 5, Level.COUNT, _holds)
