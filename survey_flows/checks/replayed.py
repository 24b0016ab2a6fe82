"""The update was delivered before. Channels do so after a lost answer: it is known, and harmless."""

from __future__ import annotations

from survey_flows.facts import Check, Facts, Level, Limits


def _holds(facts: Facts, _: Limits) -> bool:
    return facts.replayed


CHECK = Check("replayed", 1, Level.COUNT, _holds)
