"""The desk's mark of a checker's vote: a vote that somebody wrote into the table has none."""

from __future__ import annotations

import hmac
from typing import Any

from bot.transparency.desk import Desk

FIELDS = ("case_id", "round", "checker", "act", "verdict", "reason", "note", "at")


def vote_mark(desk: Desk, vote: Any) -> bytes:
    """Returns the mark of a vote's fields, 32 bytes."""
    return desk.mark("vote", *(str(vote[name]) for name in FIELDS))


def is_marked(desk: Desk, vote: Any) -> bool:
    """Returns whether the desk has marked these fields."""
    return vote["mark"] is not None and hmac.compare_digest(
        bytes(vote["mark"]), vote_mark(desk, vote)
    )
