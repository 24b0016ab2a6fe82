"""The steps of a review or appeal: their order, deadlines and barred deciders.

Received → assigned → answered, and once more after an appeal. A late request waits until somebody
has decided about its cause; an accepted challenge of a handler sends back; a request may be taken
back. Steps are only added; the state follows from them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
    LATE = "late"
    """A request after its time, with a cause."""
    DIRECT = "direct"
    """A person appeals at once, without a review."""
    CAUSE = "cause"
    """Somebody decides whether the cause of a late request holds."""
    ASSIGNED = "assigned"
    CHALLENGED = "challenged"
    """The handler is challenged with success and gives the case back."""
    WITHDRAWN = "withdrawn"
    """Whoever asked takes it back in writing."""
    ANSWERED = "answered"
    AGAIN = "again"
    """A second appeal."""


BEGINNINGS = (AppealAct.RECEIVED, AppealAct.LATE, AppealAct.DIRECT)
"""The acts with which an appeal begins."""


class AppealRuling(StrEnum):
    """The ruling of an answer, or about a cause."""

    UPHELD = "upheld"
    REJECTED = "rejected"


class AppealState(StrEnum):
    """The state of an appeal."""

    LATE = "late"
    """Nobody has decided yet whether its cause holds."""
    WAITING = "waiting"
    """No handler is charged yet."""
    CHARGED = "charged"
    ANSWERED = "answered"
    REFUSED = "refused"
    """Its cause did not hold; an appeal against that is possible."""
    WITHDRAWN = "withdrawn"
    FINAL = "final"


STATES = {
    AppealState.LATE: Message("procedure-appeal-late"),
    AppealState.WAITING: Message("procedure-appeal-waiting"),
    AppealState.CHARGED: Message("procedure-appeal-charged"),
    AppealState.ANSWERED: Message("procedure-appeal-answered"),
    AppealState.REFUSED: Message("procedure-appeal-refused"),
    AppealState.WITHDRAWN: Message("procedure-appeal-withdrawn"),
    AppealState.FINAL: Message("procedure-appeal-final"),
}
OPEN = (AppealState.LATE, AppealState.WAITING, AppealState.CHARGED)
"""The states in which something is owed to whoever asked."""


@dataclass(frozen=True, slots=True)
class AppealStep:
    """One act of an appeal.

    ``by`` is a login, ``to`` the handler who is charged or challenged; ``due`` ends the time that
    the act opens.
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
        return self.state in OPEN and today > self.due


def due_day(
    act: AppealAct,
    day: date,
    round_: int,
    calendar: WorkingDays,
    days: Procedure,
    person: bool = False,
    ruling: AppealRuling | None = None,
) -> date | None:
    """The deadline that an act of ``day`` opens; None when it opens none.

    ``person``: a person asks, so that the times of the statute count. ``ruling`` is about a cause.
    """
    answer = days.person_review_answer_days if person else days.review_answer_days
    second = days.person_appeal_answer_days if person else days.second_appeal_days
    again = days.person_second_days if person else days.second_appeal_days
    if act is AppealAct.LATE:
        return calendar.after_working(day, days.late_cause_working_days)
    if act is AppealAct.CAUSE:
        held = ruling is AppealRuling.UPHELD
        return calendar.after(day, answer if held else again)
    if act is AppealAct.RECEIVED:
        return calendar.after(day, answer)
    if act in (AppealAct.AGAIN, AppealAct.DIRECT):
        return calendar.after(day, second)
    if act is AppealAct.ANSWERED and round_ == FIRST:
        return calendar.after(day, again)
    return None


def appeal_status(steps: Sequence[AppealStep], today: date) -> AppealStatus:
    """The status on a day of an appeal with these steps (at least its reception)."""
    last = steps[-1]
    round_ = SECOND if _is_second(steps) else FIRST
    until = next(step.due for step in reversed(steps) if step.due is not None)
    answers = (s.ruling for s in reversed(steps) if s.act is AppealAct.ANSWERED)
    charged = last.to if last.act is AppealAct.ASSIGNED else ""
    state = _state(last, charged, round_ == SECOND or today > until)
    return AppealStatus(state, round_, charged, until, next(answers, None))


def _is_second(steps: Sequence[AppealStep]) -> bool:
    return any(step.act in (AppealAct.AGAIN, AppealAct.DIRECT) for step in steps)


def _state(last: AppealStep, charged: str, over: bool) -> AppealState:
    if last.act is AppealAct.ANSWERED:
        return AppealState.FINAL if over else AppealState.ANSWERED
    if last.act is AppealAct.CAUSE and last.ruling is AppealRuling.REJECTED:
        return AppealState.FINAL if over else AppealState.REFUSED
    if last.act is AppealAct.LATE:
        return AppealState.LATE
    if last.act is AppealAct.WITHDRAWN:
        return AppealState.WITHDRAWN
    return AppealState.CHARGED if charged else AppealState.WAITING


def barred_deciders(steps: Sequence[AppealStep], first: Collection[str]) -> frozenset[str]:
    """The people who may not decide now.

    They decided ``first``, answered this appeal or decided about its cause, were challenged with
    success, or let its answer become overdue.
    """
    decided = {step.by for step in steps if step.act in (AppealAct.ANSWERED, AppealAct.CAUSE)}
    challenged = {step.to for step in steps if step.act is AppealAct.CHALLENGED}
    return frozenset(first) | decided | challenged | _charged_before(steps)


def _charged_before(steps: Sequence[AppealStep]) -> set[str]:
    """Who was charged with the review when an appeal followed: another one is charged now."""
    again = next((n for n, step in enumerate(steps) if step.act is AppealAct.AGAIN), 0)
    charged = [step.to for step in steps[:again] if step.act is AppealAct.ASSIGNED]
    return set(charged[-1:])


ALLOWED: Mapping[AppealAct, tuple[AppealState, ...]] = {
    AppealAct.CAUSE: (AppealState.LATE,),
    AppealAct.ASSIGNED: (AppealState.WAITING, AppealState.CHARGED),
    AppealAct.CHALLENGED: (AppealState.CHARGED,),
    AppealAct.WITHDRAWN: OPEN,
    AppealAct.ANSWERED: (AppealState.CHARGED,),
    AppealAct.AGAIN: (AppealState.ANSWERED, AppealState.REFUSED),
}
"""The states from which an act may come; an appeal may also follow an answer that is overdue."""


def check_appeal_request(
    new: AppealStep, until: date, person: bool, withdrawn: int = 0, open_: bool = False
) -> None:
    """Whether an appeal may begin with ``new``.

    Args:
        new: the request.
        until: the last day for it (`aggregation.procedure.notices.request_deadline`).
        person: whether a person asks.
        withdrawn: how many requests of the same subject were taken back since the notice.
        open_: whether another one of the same subject was not taken back.

    Raises:
        BadInput: it is late and names no cause, is no beginning, a unit appeals at once, or the
            same was asked for already; who took one back may ask once more while the time runs.
    """
    if new.act not in BEGINNINGS or (new.act is AppealAct.DIRECT and not person):
        raise BadInput(Message("procedure-appeal-no-beginning"))
    late = new.act is AppealAct.LATE
    if open_ or withdrawn > (0 if late else 1):
        raise BadInput(Message("procedure-appeal-asked"))
    if not new.text.strip():
        raise BadInput(Message("procedure-reason-missing"), Place(field="reason"))
    if new.on > until and not late:
        raise BadInput(Message("procedure-appeal-over", until=until.isoformat()))
    if late and new.on <= until:
        raise BadInput(Message("procedure-appeal-early", until=until.isoformat()))


def check_appeal_step(steps: Sequence[AppealStep], new: AppealStep, first: Collection[str]) -> None:
    """Whether ``new`` may follow the steps before it.

    Raises:
        BadInput: it may not, and why.
    """
    now = appeal_status(steps, new.on)
    overdue = new.act is AppealAct.AGAIN and now.round == FIRST and now.late(new.on)
    if now.state not in ALLOWED.get(new.act, ()) and not overdue:
        message = Message("procedure-appeal-state", state=STATES[now.state])
        raise BadInput(message)
    if not new.text.strip() and new.act is not AppealAct.ASSIGNED:
        raise BadInput(Message("procedure-reason-missing"), Place(field="reason"))
    if new.act is AppealAct.AGAIN and now.round == SECOND:
        raise BadInput(Message("procedure-appeal-state", state=STATES[AppealState.FINAL]))
    _check_who(steps, new, first, now)


def _check_who(
    steps: Sequence[AppealStep], new: AppealStep, first: Collection[str], now: AppealStatus
) -> None:
    decides = (AppealAct.ANSWERED, AppealAct.CAUSE)
    decider = new.to if new.act is AppealAct.ASSIGNED else new.by if new.act in decides else ""
    if decider and decider in barred_deciders(steps, first):
        raise BadInput(Message("procedure-decided-before"), Place(subject=decider))
    if new.act is AppealAct.ANSWERED and new.by != now.charged:
        message = Message("procedure-handler-answers", handler=now.charged)
        raise BadInput(message, Place(subject=new.by))
    if new.act is AppealAct.CHALLENGED and (new.to != now.charged or new.by == now.charged):
        raise BadInput(Message("procedure-challenge-other"), Place(subject=new.to))
    if new.act in decides and new.ruling is None:
        raise BadInput(Message("procedure-ruling-missing"), Place(field="ruling"))
