"""Buttons of other steps were pressed repeatedly, as by a script that does not read screens."""

from __future__ import annotations

from survey_flows.facts import CheckLevel, Limits, OnlineCheck, SubmissionFacts


def _holds(facts: SubmissionFacts, limits: Limits) -> bool:
    return facts.stale >= limits.stale


CHECK = OnlineCheck("stale_presses", 9, CheckLevel.COUNT, _holds)
