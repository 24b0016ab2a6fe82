"""The console's page of sensitivity: ranks and grades of a year under other rules."""

from __future__ import annotations

import asyncio

from aiohttp import web

from aggregation.model.reason_lines import worded
from bot.core.labels import name, pick
from bot.web.admin.page import Visit, staff_page, year_of
from bot.web.shared.downloads import book_file
from bot.web.shared.result_cache import RESULT_CACHE


@staff_page
async def show_sensitivity(visit: Visit) -> web.Response:
    """Shows the effect of each changed rule, and every unit whose grade would differ."""
    year = await visit.year()
    shifts = await visit.request.app[RESULT_CACHE].shifts(year)
    names = {unit.unit: pick((unit.zh, unit.en), visit.lang) for unit in year.result.units}
    return visit.render(
        "sensitivity",
        year=year_of(visit),
        shifts=[(worded(s.label, visit.lang), s) for s in shifts],
        names=names,
        name=lambda code: name(code, visit.lang),
    )


@staff_page
async def send_sensitivity(visit: Visit) -> web.Response:
    """Sends the same as a workbook, or as CSV files in an archive."""
    from bot.publication.exports import sensitivity_book

    year = await visit.year()
    shifts = await visit.request.app[RESULT_CACHE].shifts(year)
    settings = visit.service.settings
    zone, city = settings.timezone, settings.city
    book = await asyncio.to_thread(sensitivity_book, year, shifts, zone, city)
    return await book_file(book, visit.path_param("form"), f"minping-{year.year}-sensitivity")
