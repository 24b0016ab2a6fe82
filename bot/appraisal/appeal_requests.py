"""What a unit or person may ask for now, by the checks that the request itself has to pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from aggregation.procedure.appeals import (
    BEGINNINGS,
    AppealAct,
    AppealState,
    AppealStep,
    check_appeal_request,
    check_appeal_step,
)
from bot.appraisal.appeal_records import Appeal
from bot.records.notices import GivenNotice
from survey_flows.errors import BadInput, Message, Place

STEPS = (AppealAct.AGAIN, AppealAct.WITHDRAWN)
"""What whoever asked may do with a request that they made."""
PROBE = "?"
"""Stands for grounds where only the time and the state are asked for."""


def requests_since(
    appeals: Sequence[Appeal], subject: str, notice: GivenNotice
) -> tuple[Appeal, ...]:
    """Return a subject's requests since the last notice that tells of it."""
    return tuple(it for it in appeals if it.subject == subject and it.received >= notice.at)


def check_request(new: AppealStep, until: date, person: bool, before: Sequence[Appeal]) -> None:
    """Refuse a request that may not be made now.

    Args:
        new: the request.
        until: the last day for it.
        person: whether a person asks.
        before: the subject's requests since the notice.

    Raises:
        BadInput: one was made already, or as `check_appeal_request`.
    """
    for it in before:
        if not it.taken_back:
            appeal = Message("appraisal-appeal", number=it.number)
            raise BadInput(Message("appraisal-review-asked"), Place(subject=appeal))
    check_appeal_request(new, until, person, len(before))


def possible_acts(
    appeals: Sequence[Appeal], notice: GivenNotice, until: date, person: bool, today: date
) -> tuple[AppealAct, ...]:
    """Return what a subject may do today about its result.

    Args:
        appeals: the subject's own appeals of the year, the newest first.
        notice: the last notice that tells of it.
        until: the last day for a request.
        person: whether it is a person.
        today: the day in the city.
    """
    before = tuple(it for it in appeals if it.received >= notice.at)
    found = [act for act in BEGINNINGS if _may_begin(act, until, person, before, today)]
    found += [act for act in STEPS if appeals and _may_follow(act, appeals[0], today)]
    # A handler is challenged while charged; somebody else decides about it.
    charged = bool(appeals) and appeals[0].standing.state is AppealState.CHARGED
    return (*found, AppealAct.CHALLENGED) if charged else tuple(found)


def _may_begin(
    act: AppealAct, until: date, person: bool, before: Sequence[Appeal], today: date
) -> bool:
    try:
        check_request(AppealStep(act, "", today, PROBE), until, person, before)
    except BadInput:
        return False
    return True


def _may_follow(act: AppealAct, appeal: Appeal, today: date) -> bool:
    try:
        check_appeal_step(appeal.steps, AppealStep(act, "", today, PROBE), ())
    except BadInput:
        return False
    return True
