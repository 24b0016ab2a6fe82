"""The states of a campaign, and their names in messages."""

from __future__ import annotations

from survey_flows.errors import BadInput, Message, Place

DRAFT, OPENING, OPEN, PAUSED = "draft", "opening", "open", "paused"
CLOSING, HELD, CLOSED = "closing", "held", "closed"
PAUSE, EARLY_CLOSE = "pause", "early-close"
"""The kinds of the acts by which the log shows that a person changed a state."""
OVER = (CLOSING, HELD, CLOSED)
"""The states of a campaign that takes no ballots any more."""

STATE_NAMES = {
    DRAFT: Message("campaign-state-draft"),
    OPENING: Message("campaign-state-opening"),
    OPEN: Message("campaign-state-open"),
    PAUSED: Message("campaign-state-paused"),
    CLOSING: Message("campaign-state-closing"),
    HELD: Message("campaign-state-held"),
    CLOSED: Message("campaign-state-closed"),
}


def require_state(campaign: str, state: str, allowed: tuple[str, ...]) -> None:
    """Refuses an act that does not fit the state of a campaign.

    Raises:
        BadInput: ``state`` is not one of ``allowed``.
    """
    if state not in allowed:
        names = tuple(STATE_NAMES[one] for one in allowed)
        raise BadInput(
            Message("campaign-wrong-state", state=STATE_NAMES[state], allowed=names),
            Place(subject=campaign),
        )
