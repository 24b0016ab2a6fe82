"""The console's page of the response monitor: quotas, dispositions, times and break-offs.

It shows counts in ranges, and no score.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from aggregation.disclosure.rounding import ROUNDING_BASE, round_down
from aggregation.fieldwork.dispositions import PARTICIPATION_STATES, CountRange, percent_range
from bot.campaigns.quota_file import FIELDS, SOURCES
from bot.campaigns.quotas import QuotaProgress, set_quotas
from bot.campaigns.summaries import show_campaign
from bot.core.labels import pick
from bot.fieldwork.monitoring.response_monitor import CellDispositions, Stop, read_monitor
from bot.fieldwork.monitoring.search_misses import PEOPLE, read_missed_words
from bot.storage.database import reading
from bot.web.admin.campaigns import campaign_row
from bot.web.admin.live_updates import stream
from bot.web.admin.page import Visit, staff_page
from bot.web.admin.push import cell_label
from bot.web.shared.templates import page_words
from survey_flows.errors import BadInput
from survey_flows.localized_names import in_language

LIVE_SECONDS = 5.0


@staff_page
async def show_responses(visit: Visit) -> web.Response:
    """Shows the page."""
    return await _page(visit)


async def _page(visit: Visit, status: int = 200, problem: str = "") -> web.Response:
    summary = await show_campaign(visit.service.database, visit.path_param("campaign"))
    context = await _parts(visit)
    return visit.render(
        "responses",
        status=status,
        campaign=campaign_row(summary, visit),
        fields=FIELDS,
        problem=problem,
        **context,
    )


@staff_page
async def show_live(visit: Visit) -> web.StreamResponse:
    """Streams the part of the page that can change."""
    return await stream(visit, "admin_response_parts.html", lambda: _parts(visit), LIVE_SECONDS)


@staff_page
async def take_quotas(visit: Visit) -> web.Response:
    """Gives a draft its quotas, all rows or none; problems name row and column."""
    file = visit.form.get("file") if visit.form is not None else None
    if not isinstance(file, web.FileField) or not file.filename:
        return await _page(visit, 422, problem="no-file")
    data = await asyncio.to_thread(file.file.read)
    try:
        await set_quotas(visit.service.database, visit.path_param("campaign"), file.filename, data)
    except BadInput as error:
        return await _page(visit, 422, problem=error.render(visit.lang))
    return visit.redirect(f"/admin/campaigns/{visit.path_param('campaign')}/responses", "quotas")


async def _parts(visit: Visit) -> dict[str, Any]:
    monitor = await read_monitor(
        visit.service.database, visit.path_param("campaign"), visit.service.settings.timezone
    )
    return {
        "quotas": [_quota(visit, fill, monitor.units[fill.cell.unit]) for fill in monitor.quotas],
        "whole": _cell(visit, monitor.whole) if monitor.whole else None,
        "cells": [_cell(visit, cell) for cell in monitor.cells],
        "shown": {
            name
            for cell in monitor.cells
            for name, people in cell.ranges.items()
            if people != (0, 0)
        },
        "sources": [
            (_source(visit, source), *_states(visit, counts))
            for source, counts in monitor.by_source.items()
        ],
        "days": [(day, *_states(visit, counts)) for day, counts in monitor.days.items()],
        "hours": [
            (f"{hour:02d}:00", *_states(visit, counts)) for hour, counts in monitor.hours.items()
        ],
        "missed": await _missed(visit),
        "stops": [(*_question(visit, stop), _people(visit, stop.people)) for stop in monitor.stops],
    }


async def _missed(visit: Visit) -> list[tuple[str, int]]:
    """Returns the words that ten people or more searched in vain, and how many, rounded down."""
    service = visit.service
    async with reading(service.database) as connection:
        found = await read_missed_words(connection, service.keys, visit.path_param("campaign"))
    return [(one.word, round_down(one.people, PEOPLE) or PEOPLE) for one in found]


def _quota(visit: Visit, fill: QuotaProgress, name: Mapping[str, str]) -> dict[str, Any]:
    """Returns a quota with its unit's name and how far it is filled."""
    cell, words = fill.cell, page_words()
    anybody = words.say(visit.lang, "response-whoever")
    parts = [cell_label(cell.group, visit.lang) if cell.group else anybody, cell.stratum]
    parts.append(_source(visit, cell.source) if cell.source else "")
    taken = "0" if fill.taken == 0 else words.say(visit.lang, "fewer-than", n=ROUNDING_BASE)
    if fill.taken:
        taken = words.say(visit.lang, "at-least", n=fill.taken)
    return {
        "unit": pick((name["zh-Hans"], name.get("en", name["zh-Hans"])), visit.lang),
        "who": " · ".join(filter(None, parts)),
        "capacity": fill.capacity,
        "taken": fill.taken or 0,
        "text": words.say(visit.lang, "response-full") if fill.full else taken,
    }


def _source(visit: Visit, source: str) -> str:
    known = source in SOURCES
    return page_words().say(visit.lang, f"response-source-{source}") if known else source


def _cell(visit: Visit, cell: CellDispositions) -> dict[str, Any]:
    return {
        "name": cell_label(cell.cell, visit.lang),
        "invited": cell.invited,
        "people": {name: _people(visit, people) for name, people in cell.ranges.items()},
        "rates": [
            _percent(span) for span in (cell.rates.rr1, cell.rates.rr2, cell.rates.break_off)
        ],
    }


def _states(visit: Visit, counts: Mapping[str, CountRange]) -> list[str]:
    """Returns the counts in the order of `PARTICIPATION_STATES`, and the share that broke off."""
    broken = percent_range(counts["broken"], [counts["completed"]])
    return [*(_people(visit, counts[name]) for name in PARTICIPATION_STATES), _percent(broken)]


def _people(visit: Visit, people: CountRange) -> str:
    low, high = people
    if low == high:
        return str(low)
    return page_words().say(visit.lang, "fewer-than", n=high + 1) if low <= 1 else f"{low}–{high}"


def _percent(span: CountRange | None) -> str:
    if span is None:
        return "–"
    return f"{span[0]} %" if span[0] == span[1] else f"{span[0]}–{span[1]} %"


def _question(visit: Visit, stop: Stop) -> tuple[str, str]:
    """Returns the titles of questionnaire and question."""
    words, definition = page_words(), visit.service.live_campaigns.get(visit.path_param("campaign"))
    form = definition.questionnaires.get(stop.questionnaire) if definition else None
    if definition is None or form is None:
        return stop.questionnaire, stop.question
    title = in_language(form.title, visit.lang, definition)
    if stop.question == "review":
        return title, words.say(visit.lang, "response-review")
    question = form.by_id.get(stop.question)
    label = in_language(question.label, visit.lang, definition) if question else stop.question
    return title, label.replace("{unit}", words.say(visit.lang, "response-unit"))
