"""The counters could not be read, so nothing is known of rates, links and bursts.

That is our fault: the ballot counts.
"""

from __future__ import annotations

from survey_flows.facts import CheckLevel, Limits, OnlineCheck, SubmissionFacts


def _holds(facts: SubmissionFacts, _: Limits) -> bool:
    return facts.unchecked


CHECK = OnlineCheck("unchecked", 10, CheckLevel.COUNT, _holds)
