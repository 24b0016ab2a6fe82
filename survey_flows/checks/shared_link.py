"""A link was used by more people than it was made for."""

from __future__ import annotations

from survey_flows.facts import Check, Facts, Level, Limits


def _holds(facts: Facts, _: Limits) -> bool:
    return facts.link_limit is not None and facts.link_users > facts.link_limit


CHECK = Check("shared_link", 6, Level.QUARANTINE, _holds)
