"""What the buttons of follow-ups send; no conversation has such buttons."""

from __future__ import annotations

from survey_flows.events import Followed

LEAD = "follow:"
"""What their data begins with; then the act, and the follow-up."""
LIST, OPEN, SAY, SHARE, STOP, ALL = "list", "open", "say", "share", "stop", "all"


def read_follow(data: str) -> Followed | None:
    """What a button says; None for another button."""
    if not data.startswith(LEAD):
        return None
    act, _, code = data.removeprefix(LEAD).partition(":")
    return Followed(act, code[:8])
