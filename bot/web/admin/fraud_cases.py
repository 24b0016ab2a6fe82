"""The checkers' pages of fraud cases; they show neither unit, score nor anybody's opinion."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.fraud_review.case_review import (
    NO_CASE,
    REASONS,
    FraudCase,
    cast_vote,
    list_cases,
    reopen_case,
    show_case,
)
from bot.web.admin.page import Visit, staff_page
from survey_flows.errors import BadInput

LOWEST = 10
"""Smaller counts are shown as «fewer than»."""


@staff_page
async def show_list(visit: Visit) -> web.Response:
    """Shows the cases that this person may see, the waiting ones first."""
    cases = await list_cases(visit.service.database, visit.visitor.login)
    return visit.render("cases", cases=cases, lowest=LOWEST)


@staff_page
async def show_one(visit: Visit) -> web.Response:
    """Shows a case and the form for a checker's vote; 404 for a checker who is barred."""
    return _show(visit, await _case(visit))


@staff_page
async def take_vote(visit: Visit) -> web.Response:
    """Records a checker's vote."""
    case = await _case(visit)
    verdict, _, reason = visit.text("reason").partition(":")
    if reason not in REASONS.get(verdict, ()):
        return _show(visit, case, status=422, wrong="case-reason-needed")
    await cast_vote(
        visit.service.database,
        case.id,
        visit.visitor.login,
        verdict,
        reason,
        visit.text("note"),
        visit.service.desk,
        visit.service.clock,
    )
    return visit.redirect(f"/admin/cases/{case.id}", "voted")


@staff_page
async def take_reopen(visit: Visit) -> web.Response:
    """Reopens a decided case; its verdict stands until two checkers agree anew."""
    case, service = await _case(visit), visit.service
    login, reason = visit.visitor.login, visit.text("reason")
    await reopen_case(service.database, case.id, login, reason, service.desk, service.clock)
    return visit.redirect(f"/admin/cases/{case.id}", "reopened")


def _show(visit: Visit, case: FraudCase, status: int = 200, wrong: str = "") -> web.Response:
    may_vote = (
        visit.visitor.may("POST", visit.request.path) and case.state == "waiting" and not case.voted
    )
    shown: dict[str, Any] = {
        "case": case,
        "reasons": REASONS,
        "may_vote": may_vote,
        "lowest": LOWEST,
    }
    return visit.render("case", status=status, wrong=wrong, **shown)


async def _case(visit: Visit) -> FraudCase:
    try:
        return await show_case(
            visit.service.database, visit.path_param("case"), visit.visitor.login
        )
    except BadInput as error:
        # A barred checker must not learn that the case exists.
        raise (web.HTTPNotFound if error.message == NO_CASE else error) from error
