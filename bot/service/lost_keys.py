"""What the loss of the desk's key and of the gate's have in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from survey_flows.errors import BadInput, Message, Place


@dataclass(frozen=True, slots=True)
class Loss:
    """Why a key is replaced, which the log says, and by how many people."""

    reason: str
    people: int

    def said(self, role: str, at: int) -> dict[str, object]:
        """Returns what the log says of the loss of a role's key, in epoch seconds."""
        return {"lost": role, "reason": self.reason.strip(), "people": self.people, "at": at}


def require_lost(file: Path, is_there: Message, reason: str) -> None:
    """Refuses to replace a key that is there, or without a reason.

    Args:
        file: where the key was.
        is_there: says that it is there.
        reason: is published in the log.

    Raises:
        BadInput: the key is there, or there is no reason.
    """
    if file.exists():
        raise BadInput(is_there, Place(file=str(file)))
    if not reason.strip():
        raise BadInput(Message("log-loss-without-reason"))
