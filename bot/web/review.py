"""The reviewers' pages: cases without unit, opinion or score, and a vote on each."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.review import REASONS, Case, find_case, list_cases, vote
from bot.web.desk import Visit, staff_page
from bot.web.pages import page_words


@staff_page
async def show_cases(visit: Visit) -> web.Response:
    """Every case that this person may see."""
    cases = await list_cases(visit.service.database, visit.visitor.login)
    waiting = [case for case in cases if case.state == "waiting" and not case.voted]
    rest = [case for case in cases if case not in waiting]
    return visit.show("review", waiting=waiting, rest=rest)


@staff_page
async def show_case(visit: Visit) -> web.Response:
    """One case."""
    return _page(visit, await find_case(visit.service.database, visit.visitor.login, _number(visit)))


@staff_page
async def take_vote(visit: Visit) -> web.Response:
    """A reviewer's vote. A form that lacks something is shown again with the reason; nothing was stored."""
    database, login = visit.service.database, visit.visitor.login
    verdict, _, reason = visit.text("choice").partition(" ")
    case, note = await find_case(database, login, _number(visit)), visit.text("note")[:2000]
    missing = "choose-reason" if reason not in REASONS.get(verdict, ()) else "write-note"
    if missing == "choose-reason" or (reason == "other" and not note):
        return _page(visit, case, status=422, problem=missing, note=note, choice=f"{verdict} {reason}")
    await vote(database, login, case.id, verdict, reason, note, visit.service.clock)
    await visit.service.mixer.turn()
    return visit.see("/admin/review", "voted")


def _page(visit: Visit, case: Case, status: int = 200, **context: Any) -> web.Response:
    told = {"problem": "", "note": "", "choice": ""} | context
    may = visit.visitor.reviews and case.state == "waiting" and not case.voted
    found = [{**row, "why": page_words().say(visit.lang, f"rule-{row['rule']}")} for row in case.evidence]
    return visit.show("case", status=status, case=case, found=found, reasons=REASONS, may=may, **told)


def _number(visit: Visit) -> int:
    return int(visit.part("case"))
