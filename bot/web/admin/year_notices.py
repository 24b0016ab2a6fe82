"""The console's page before a public notice: what it would show, what stops it, and the order."""

from __future__ import annotations

from aiohttp import web

from bot.appraisal.public_notices import NoticeOrder, give_public_notice, show_notice
from bot.records.notices import read_notices
from bot.storage.database import reading
from bot.web.admin.page import Visit, staff_page, year_of
from survey_flows.errors import BadInput
from survey_flows.messages import render


@staff_page
async def show_year_notice(visit: Visit) -> web.Response:
    """Shows the notices of the year, and the list before the next one."""
    return await _show(visit)


@staff_page
async def take_year_notice(visit: Visit) -> web.Response:
    """Gives public notice from today, by somebody who has typed the year and seen the list."""
    year, database = year_of(visit), visit.service.database
    order = NoticeOrder(visit.text("typed"), visit.text("seen"))
    try:
        given = (year, order, visit.office, _address(visit))
        await give_public_notice(database, visit.service.desk, *given)
        await visit.service.mixer.turn()
    except BadInput as error:
        return await _show(visit, 422, error.render(visit.lang))
    return visit.redirect(visit.request.path, "notice")


async def _show(visit: Visit, status: int = 200, problem: str = "") -> web.Response:
    year, database = year_of(visit), visit.service.database
    async with reading(database) as connection:
        notices = await read_notices(connection, year)
    found, stopped = None, ""
    try:
        found = await show_notice(database, year, visit.office, _address(visit))
    except BadInput as error:
        stopped = error.render(visit.lang)
    return visit.render(
        "notice",
        status=status,
        year=year,
        notices=notices,
        problem=problem,
        stopped=stopped,
        found=found,
        stops=[stop.render(visit.lang) for stop in found.stops] if found else [],
        asks=[render(ask, visit.lang) for ask in found.asks] if found else [],
    )


def _address(visit: Visit) -> str:
    return visit.service.settings.public_url or str(visit.request.url.origin())
