"""The console's page of the calendar: which years' holidays are known, and their import."""

from __future__ import annotations

import asyncio
from datetime import date

from aiohttp import web

from bot.records.working_days import (
    import_calendar,
    known_years,
    read_calendar,
    unknown_years,
)
from bot.web.admin.page import Visit, staff_page
from bot.web.shared.templates import page_words
from survey_flows.errors import BadInput


@staff_page
async def show_calendar(visit: Visit) -> web.Response:
    """Shows the holidays of a year, ``?year=``; else those of the present one."""
    return await _show(visit)


@staff_page
async def take_calendar(visit: Visit) -> web.Response:
    """Stores a table of holidays, whole or not at all; it replaces the years in it."""
    file = visit.form.get("file") if visit.form is not None else None
    if not isinstance(file, web.FileField) or not file.filename:
        return await _show(visit, 422, page_words().say(visit.lang, "calendar-choose"))
    data = await asyncio.to_thread(file.file.read)
    try:
        await import_calendar(visit.service.database, file.filename, data)
    except BadInput as error:
        return await _show(visit, 422, error.render(visit.lang))
    return visit.redirect("/admin/calendar", "imported")


async def _show(visit: Visit, status: int = 200, problem: str = "") -> web.Response:
    calendar = await read_calendar(visit.service.database)
    asked = visit.query("year")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else visit.today.year
    days = sorted(day for day in calendar.off | calendar.worked if day.year == year)
    return visit.render(
        "calendar",
        status=status,
        problem=problem,
        year=year,
        known=known_years(calendar),
        unknown=unknown_years(calendar, visit.today),
        days=[(day, _weekday(visit, day), day in calendar.worked) for day in days],
    )


def _weekday(visit: Visit, day: date) -> str:
    return page_words().say(visit.lang, f"weekday-{day.isoweekday()}")
