"""More ballots than usual come from one source. Many people may share one: the ballot counts."""

from __future__ import annotations

from survey_flows.facts import Check, Facts, Level, Limits


def _holds(facts: Facts, _: Limits) -> bool:
    return facts.source_rate


CHECK = Check("source_rate", 4, Level.COUNT, _holds)
