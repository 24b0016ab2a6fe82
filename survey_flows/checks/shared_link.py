"""A link was used by more people than it was made for."""

from __future__ import annotations

from survey_flows.facts import CheckLevel, Limits, OnlineCheck, SubmissionFacts


def _holds(facts: SubmissionFacts, _: Limits) -> bool:
    return facts.link_limit is not None and facts.link_users > facts.link_limit


CHECK = OnlineCheck("shared_link", 6, CheckLevel.QUARANTINE, _holds)
