"""Buttons of other steps were pressed again and again, as a script does that does not read screens."""

from __future__ import annotations

from survey_flows.facts import Check, Facts, Level, Limits


def _holds(facts: Facts, limits: Limits) -> bool:
    return facts.stale >= limits.stale


CHECK = Check("stale_presses", 9, Level.COUNT, _holds)
