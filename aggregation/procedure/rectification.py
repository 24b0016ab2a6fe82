"""The steps of a rectification: their order and deadlines.

Left → assigned → planned → fixed → closed, or opened again. Steps are only added; the state follows
from them. No score follows from a rectification.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aggregation.procedure.workdays import WorkingDays
from survey_flows.errors import BadInput, Message, Place

CONTACT_DAYS = 1
"""Working days until the first contact with the person who left a request."""
THEMES = ("attitude", "speed", "rules", "openness", "fees", "quality", "other")
THEME_NAMES = {
    "attitude": Message("procedure-theme-attitude"),
    "speed": Message("procedure-theme-speed"),
    "rules": Message("procedure-theme-rules"),
    "openness": Message("procedure-theme-openness"),
    "fees": Message("procedure-theme-fees"),
    "quality": Message("procedure-theme-quality"),
    "other": Message("procedure-theme-other"),
}


class RectificationAct(StrEnum):
    """The acts of a rectification."""

    ASSIGNED = "assigned"
    PLANNED = "planned"
    FIXED = "fixed"
    RATED = "rated"
    """The person says once whether it is fixed (追评)."""
    CLOSED = "closed"
    REOPENED = "reopened"


class RectificationState(StrEnum):
    """The state of a request."""

    NEW = "new"
    ASSIGNED = "assigned"
    PLANNED = "planned"
    FIXED = "fixed"
    CLOSED = "closed"


STATES = {
    RectificationState.NEW: Message("procedure-request-new"),
    RectificationState.ASSIGNED: Message("procedure-request-assigned"),
    RectificationState.PLANNED: Message("procedure-request-planned"),
    RectificationState.FIXED: Message("procedure-request-fixed"),
    RectificationState.CLOSED: Message("procedure-request-closed"),
}


class FixRating(StrEnum):
    """The person's follow-up rating."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class RectificationStep:
    """One act of a rectification.

    ``by`` is a login, empty for the person; ``value`` is a theme or a `FixRating`; ``to`` is the
    unit that rectifies.
    """

    act: RectificationAct
    by: str
    on: date
    text: str = ""
    to: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class RectificationStatus:
    """The state of a request; ``contact`` and ``due`` are the last days for contact and fixing."""

    state: RectificationState
    theme: str
    to: str
    contact: date
    due: date
    rating: str

    def late(self, today: date) -> bool:
        """Whether it should have been fixed."""
        return (
            self.state not in (RectificationState.FIXED, RectificationState.CLOSED)
            and today > self.due
        )


_AFTER: Mapping[RectificationAct, tuple[RectificationState, ...]] = {
    RectificationAct.ASSIGNED: (
        RectificationState.NEW,
        RectificationState.ASSIGNED,
        RectificationState.PLANNED,
    ),
    RectificationAct.PLANNED: (RectificationState.ASSIGNED, RectificationState.PLANNED),
    RectificationAct.FIXED: (RectificationState.PLANNED,),
    RectificationAct.RATED: (RectificationState.FIXED, RectificationState.CLOSED),
    RectificationAct.CLOSED: (RectificationState.FIXED,),
    RectificationAct.REOPENED: (RectificationState.FIXED, RectificationState.CLOSED),
}
_BECOMES = {
    RectificationAct.ASSIGNED: RectificationState.ASSIGNED,
    RectificationAct.PLANNED: RectificationState.PLANNED,
    RectificationAct.FIXED: RectificationState.FIXED,
    RectificationAct.CLOSED: RectificationState.CLOSED,
    RectificationAct.REOPENED: RectificationState.NEW,
}


def rectification_status(
    left: date, steps: Sequence[RectificationStep], calendar: WorkingDays, days: int
) -> RectificationStatus:
    """The status of a request that was ``left`` on a day, due in ``days`` working days."""
    state, begun, theme, to, rating = RectificationState.NEW, left, "", "", ""
    for step in steps:
        state = _BECOMES.get(step.act, state)
        begun = step.on if step.act is RectificationAct.REOPENED else begun
        theme, to = (step.value, step.to) if step.act is RectificationAct.ASSIGNED else (theme, to)
        rating = step.value if step.act is RectificationAct.RATED else rating
    contact = calendar.after_working(left, CONTACT_DAYS)
    return RectificationStatus(
        state, theme, to, contact, calendar.after_working(begun, days), rating
    )


def check_rectification_step(now: RectificationStatus, new: RectificationStep) -> None:
    """Checks whether a step may come now.

    Raises:
        BadInput: it may not; the message gives the reason.
    """
    if now.state not in _AFTER[new.act] or (new.act is RectificationAct.RATED and now.rating):
        message = Message("procedure-request-state", state=STATES[now.state])
        raise BadInput(message)
    if new.act is RectificationAct.ASSIGNED and not (new.value in THEMES and new.to.strip()):
        message = Message("procedure-unit-and-theme", themes=tuple(THEME_NAMES.values()))
        raise BadInput(message, Place(field="theme"))
    if new.act is RectificationAct.RATED and new.value not in tuple(FixRating):
        raise BadInput(Message("procedure-rating-missing"), Place(field="rating"))
    if new.act not in (RectificationAct.ASSIGNED, RectificationAct.RATED) and not new.text.strip():
        raise BadInput(Message("procedure-text-missing"), Place(field="text"))
