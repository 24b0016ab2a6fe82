"""Buttons of other steps were pressed again and again, as a script does that does not read screens."""

from __future__ import annotations

from survey_flows.facts import CheckLevel, Limits, OnlineCheck, SubmissionFacts


def _holds(facts: SubmissionFacts, limits: Limits) -> bool:
    return facts.stale >= limits.stale


CHECK = OnlineCheck("stale_presses", 9, CheckLevel.COUNT, _holds)
