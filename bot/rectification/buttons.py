"""What the buttons of follow-ups send; no conversation has such buttons."""

from __future__ import annotations

from survey_flows.events import RequestAction

LEAD = "follow:"
"""What their data begins with; then the act, and the follow-up."""
LIST, OPEN, SAY, SHARE, STOP, ALL = "list", "open", "say", "share", "stop", "all"


def read_request_button(data: str) -> RequestAction | None:
    """What a button says; None for another button."""
    if not data.startswith(LEAD):
        return None
    act, _, code = data.removeprefix(LEAD).partition(":")
    return RequestAction(act, code[:8])
