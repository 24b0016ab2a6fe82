"""Data of the buttons under requests; buttons of conversations never begin with `LEAD`."""

from __future__ import annotations

from survey_flows.events import RequestAction
from survey_flows.typed_commands import LIST

__all__ = ["ALL", "LEAD", "LIST", "OPEN", "SAY", "SHARE", "STOP", "read_request_button"]
LEAD = "follow:"
"""The beginning of their data; the act and the request's id follow."""
OPEN, SAY, SHARE, STOP, ALL = "open", "say", "share", "stop", "all"


def read_request_button(data: str) -> RequestAction | None:
    """Read a button's data; None for another button."""
    if not data.startswith(LEAD):
        return None
    act, _, code = data.removeprefix(LEAD).partition(":")
    return RequestAction(act, code[:8])
