"""The counters could not be read, so nothing is known of rates, links and bursts.

That is our fault: the ballot counts.
"""

from __future__ import annotations

from survey_flows.facts import Check, Facts, Level, Limits


def _holds(facts: Facts, _: Limits) -> bool:
    return facts.unchecked


CHECK = Check("unchecked", 10, Level.COUNT, _holds)
