"""The steps of a review or appeal: their order, deadlines and barred deciders.

Received → assigned → answered, and once more after an appeal. Steps are only added; the state
follows from them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aggregation.procedure.workdays import WorkingDays
from aggregation.scheme.parts import Procedure
from survey_flows.errors import BadInput, Message, Place

FIRST, SECOND = 1, 2
"""The review, and the second appeal."""


class AppealAct(StrEnum):
    """The acts of an appeal."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    AGAIN = "again"
    """A second appeal."""


class AppealRuling(StrEnum):
    """The ruling of an answer."""

    UPHELD = "upheld"
    REJECTED = "rejected"


class AppealState(StrEnum):
    """The state of an appeal."""

    WAITING = "waiting"
    """No handler is charged yet."""
    CHARGED = "charged"
    ANSWERED = "answered"
    FINAL = "final"


STATES = {
    AppealState.WAITING: Message("procedure-appeal-waiting"),
    AppealState.CHARGED: Message("procedure-appeal-charged"),
    AppealState.ANSWERED: Message("procedure-appeal-answered"),
    AppealState.FINAL: Message("procedure-appeal-final"),
}


@dataclass(frozen=True, slots=True)
class AppealStep:
    """One act of an appeal.

    ``by`` is a login, ``to`` the handler who is charged; ``due`` ends the time that the act opens.
    """

    act: AppealAct
    by: str
    on: date
    text: str = ""
    to: str = ""
    ruling: AppealRuling | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class AppealStatus:
    """The state and round of an appeal, its handler, and the deadline of the next act."""

    state: AppealState
    round: int
    charged: str
    due: date
    ruling: AppealRuling | None

    def late(self, today: date) -> bool:
        """Whether an answer is overdue."""
        return self.state in (AppealState.WAITING, AppealState.CHARGED) and today > self.due


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """A public notice: its first and last day, and the last day for a review request."""

    begins: date
    ends: date
    until: date


def public_notice(day: date, calendar: WorkingDays, days: Procedure) -> PublicNotice:
    """The notice of results that is given on ``day``."""
    ends = calendar.after_working(day, days.public_notice_working_days)
    return PublicNotice(day, ends, calendar.after(day, days.review_request_days))


def due_day(
    act: AppealAct, day: date, round_: int, calendar: WorkingDays, days: Procedure
) -> date | None:
    """The deadline that an act of ``day`` opens; None when it opens none."""
    if act is AppealAct.RECEIVED:
        return calendar.after(day, days.review_answer_days)
    if act is AppealAct.AGAIN or (act is AppealAct.ANSWERED and round_ == FIRST):
        return calendar.after(day, days.second_appeal_days)
    return None


def appeal_status(steps: Sequence[AppealStep], today: date) -> AppealStatus:
    """The status on a day of an appeal with these steps (at least its reception)."""
    last = steps[-1]
    round_ = SECOND if any(step.act is AppealAct.AGAIN for step in steps) else FIRST
    until = next(step.due for step in reversed(steps) if step.due is not None)
    ruling = next((step.ruling for step in reversed(steps) if step.ruling is not None), None)
    if last.act is AppealAct.ANSWERED:
        over = round_ == SECOND or today > until
        return AppealStatus(
            AppealState.FINAL if over else AppealState.ANSWERED, round_, "", until, ruling
        )
    charged = last.to if last.act is AppealAct.ASSIGNED else ""
    return AppealStatus(
        AppealState.CHARGED if charged else AppealState.WAITING, round_, charged, until, ruling
    )


def barred_deciders(steps: Sequence[AppealStep], first: Collection[str]) -> frozenset[str]:
    """The people who may not decide now: those who decided ``first`` or answered this appeal."""
    return frozenset(first) | {step.by for step in steps if step.act is AppealAct.ANSWERED}


def check_appeal_step(steps: Sequence[AppealStep], new: AppealStep, first: Collection[str]) -> None:
    """Whether ``new`` may follow the steps before it.

    Raises:
        BadInput: it may not, and why.
    """
    now = appeal_status(steps, new.on)
    allowed = {
        AppealAct.ASSIGNED: (AppealState.WAITING, AppealState.CHARGED),
        AppealAct.ANSWERED: (AppealState.CHARGED,),
        AppealAct.AGAIN: (AppealState.ANSWERED,),
    }
    if now.state not in allowed.get(new.act, ()):
        message = Message("procedure-appeal-state", state=STATES[now.state])
        raise BadInput(message)
    if not new.text.strip() and new.act is not AppealAct.ASSIGNED:
        raise BadInput(Message("procedure-reason-missing"), Place(field="reason"))
    _check_who(steps, new, first, now)


def _check_who(
    steps: Sequence[AppealStep], new: AppealStep, first: Collection[str], now: AppealStatus
) -> None:
    decider = (
        new.to if new.act is AppealAct.ASSIGNED else new.by if new.act is AppealAct.ANSWERED else ""
    )
    if decider and decider in barred_deciders(steps, first):
        raise BadInput(Message("procedure-decided-before"), Place(subject=decider))
    if new.act is AppealAct.ANSWERED and new.by != now.charged:
        message = Message("procedure-handler-answers", handler=now.charged)
        raise BadInput(message, Place(subject=new.by))
    if new.act is AppealAct.ANSWERED and new.ruling is None:
        raise BadInput(Message("procedure-ruling-missing"), Place(field="ruling"))
