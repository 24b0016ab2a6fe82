"""How an appeal against a result goes on: what may follow what, who may decide, and until when. Pure.

Received → assigned → answered, and once more after a second appeal. Steps are only added; where an appeal stands
follows from them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aggregation.procedure.workdays import Calendar
from aggregation.scheme.parts import Procedure
from survey_flows.errors import BadInput

FIRST, SECOND = 1, 2
"""The review, and the second appeal."""


class Act(StrEnum):
    """What happens to an appeal."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    AGAIN = "again"
    """A second appeal."""


class Ruling(StrEnum):
    """What an answer says."""

    UPHELD = "upheld"
    REJECTED = "rejected"


class State(StrEnum):
    """Where an appeal stands."""

    WAITING = "waiting"
    """For somebody to be charged with it."""
    CHARGED = "charged"
    ANSWERED = "answered"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Step:
    """One act of an appeal.

    ``by`` is a login, ``to`` whoever is charged with it; ``due`` ends the time that the act opens.
    """

    act: Act
    by: str
    on: date
    text: str = ""
    to: str = ""
    ruling: Ruling | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an appeal stands: its state and round, who is charged, until when an answer or a second appeal may come."""

    state: State
    round: int
    charged: str
    due: date
    ruling: Ruling | None

    def late(self, today: date) -> bool:
        """Whether an answer is overdue."""
        return self.state in (State.WAITING, State.CHARGED) and today > self.due


@dataclass(frozen=True, slots=True)
class Notice:
    """A public notice: from the day it is given to its last day, and until when a review may be asked for."""

    begins: date
    ends: date
    until: date


def public_notice(day: date, calendar: Calendar, days: Procedure) -> Notice:
    """The notice of results that is given on ``day``."""
    ends = calendar.after_working(day, days.public_notice_working_days)
    return Notice(day, ends, calendar.after(day, days.review_request_days))


def due(act: Act, day: date, round_: int, calendar: Calendar, days: Procedure) -> date | None:
    """Until when what follows an act of ``day`` has to come; None when the act opens no time of its own."""
    if act is Act.RECEIVED:
        return calendar.after(day, days.review_answer_days)
    if act is Act.AGAIN or (act is Act.ANSWERED and round_ == FIRST):
        return calendar.after(day, days.second_appeal_days)
    return None


def stand(steps: Sequence[Step], today: date) -> Standing:
    """Where an appeal with these steps (at least its reception) stands on a day."""
    last = steps[-1]
    round_ = SECOND if any(step.act is Act.AGAIN for step in steps) else FIRST
    until = next(step.due for step in reversed(steps) if step.due is not None)
    ruling = next((step.ruling for step in reversed(steps) if step.ruling is not None), None)
    if last.act is Act.ANSWERED:
        over = round_ == SECOND or today > until
        return Standing(State.FINAL if over else State.ANSWERED, round_, "", until, ruling)
    charged = last.to if last.act is Act.ASSIGNED else ""
    return Standing(State.CHARGED if charged else State.WAITING, round_, charged, until, ruling)


def barred(steps: Sequence[Step], first: Collection[str]) -> frozenset[str]:
    """Who may not decide now: whoever decided ``first``, and whoever has answered this appeal already."""
    return frozenset(first) | {step.by for step in steps if step.act is Act.ANSWERED}


def check(steps: Sequence[Step], new: Step, first: Collection[str]) -> None:
    """Whether ``new`` may follow the steps before it.

    Raises:
        BadInput: it may not, and why.
    """
    now = stand(steps, new.on)
    allowed = {
        Act.ASSIGNED: (State.WAITING, State.CHARGED),
        Act.ANSWERED: (State.CHARGED,),
        Act.AGAIN: (State.ANSWERED,),
    }
    if now.state not in allowed.get(new.act, ()):
        raise BadInput(f"this appeal is {now.state}; that cannot be done with it now", new.act)
    if not new.text.strip() and new.act is not Act.ASSIGNED:
        raise BadInput("say why", "reason")
    _check_who(steps, new, first, now)


def _check_who(steps: Sequence[Step], new: Step, first: Collection[str], now: Standing) -> None:
    decider = new.to if new.act is Act.ASSIGNED else new.by if new.act is Act.ANSWERED else ""
    if decider and decider in barred(steps, first):
        raise BadInput(
            "whoever decided before may not decide on the appeal; charge somebody else", decider
        )
    if new.act is Act.ANSWERED and new.by != now.charged:
        raise BadInput(f"{now.charged} is charged with this appeal and answers it", new.by)
    if new.act is Act.ANSWERED and new.ruling is None:
        raise BadInput("an answer upholds or rejects the appeal", "ruling")
