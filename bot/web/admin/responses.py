"""The console's page of the response monitor: targets, quotas, dispositions, days and break-offs.

It shows counts in ranges, and no score.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from aggregation.disclosure.rounding import ROUNDING_BASE, round_down
from aggregation.fieldwork.dispositions import (
    BROKEN,
    COMPLETED,
    PARTICIPATION_STATES,
    CountRange,
    percent_range,
)
from aggregation.fieldwork.nested_sums import sum_of_ranges
from aggregation.fieldwork.targets import due_by
from bot.campaigns.quota_file import FIELDS, SOURCES
from bot.campaigns.quotas import QuotaProgress, set_quotas
from bot.campaigns.registered import find_registered_campaign
from bot.campaigns.summaries import show_campaign
from bot.core.labels import pick
from bot.fieldwork.monitoring.reached import Reached
from bot.fieldwork.monitoring.response_monitor import (
    DAYS,
    CellDispositions,
    Monitor,
    Stop,
    read_monitor,
)
from bot.fieldwork.monitoring.search_misses import PEOPLE, read_missed_words
from bot.fieldwork.monitoring.targets import set_targets
from bot.storage.database import reading
from bot.web.admin.campaigns import campaign_row
from bot.web.admin.live_updates import stream
from bot.web.admin.page import Visit, staff_page
from bot.web.admin.push import cell_label
from bot.web.admin.response_charts import day_chart, target_bar
from bot.web.shared.dates import told_day
from bot.web.shared.templates import page_words
from survey_flows.ballot import STAFF
from survey_flows.errors import BadInput
from survey_flows.localized_names import in_language

LIVE_SECONDS = 5.0
DAY = 86400
TARGET = "target-"
"""Begins the fields of the form of targets; the evaluator group's code follows."""


@staff_page
async def show_responses(visit: Visit) -> web.Response:
    """Shows the page."""
    return await _page(visit)


async def _page(
    visit: Visit, status: int = 200, problem: str = "", typed: Mapping[str, str] | None = None
) -> web.Response:
    summary = await show_campaign(visit.service.database, visit.path_param("campaign"))
    context = await _parts(visit)
    wanted = {group: str(people) for group, people in context["wanted"].items()}
    return visit.render(
        "responses",
        status=status,
        campaign=campaign_row(summary, visit),
        fields=FIELDS,
        problem=problem,
        typed=typed is not None,
        targets=await _target_fields(visit, wanted if typed is None else typed),
        **context,
    )


async def _target_fields(visit: Visit, values: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Returns the fields of the form of targets: name, label and value."""
    campaign = await find_registered_campaign(visit.service.database, visit.path_param("campaign"))
    names = {
        group: pick((called["zh"], called["en"]), visit.lang)
        for group, called in campaign.scheme.groups.items()
        if group != STAFF
    }
    return [(f"{TARGET}{group}", name, values.get(group, "")) for group, name in names.items()]


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


@staff_page
async def take_targets(visit: Visit) -> web.Response:
    """Sets how many people of each evaluator group should submit."""
    campaign = visit.path_param("campaign")
    form = visit.form if visit.form is not None else {}
    typed = {
        name.removeprefix(TARGET): visit.text(name) for name in form if name.startswith(TARGET)
    }
    try:
        await set_targets(visit.service.database, campaign, typed)
    except BadInput as error:
        return await _page(visit, 422, problem=error.render(visit.lang), typed=typed)
    return visit.redirect(f"/admin/campaigns/{campaign}/responses", "targets")


async def _parts(visit: Visit) -> dict[str, Any]:
    monitor = await read_monitor(
        visit.service.database, visit.path_param("campaign"), visit.service.settings.timezone
    )
    return {
        **_progress(visit, monitor),
        "wanted": monitor.targets,
        "reached": [_reached(visit, one) for one in monitor.reached],
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
        "days": [
            (_day(visit, day), *_states(visit, counts)) for day, counts in monitor.days.items()
        ],
        "hours": [
            (f"{hour:02d}:00", *_states(visit, counts)) for hour, counts in monitor.hours.items()
        ],
        "missed": await _missed(visit),
        "stops": [
            (
                *_question(visit, stop),
                _people(visit, stop.people),
                target_bar(stop.people, 0, 0, max(one.people[1] for one in monitor.stops)),
            )
            for stop in monitor.stops
        ],
    }


def _progress(visit: Visit, monitor: Monitor) -> dict[str, Any]:
    """Returns who submitted against the targets: in all, by day, by group and by district."""
    opens, closes = monitor.window
    now = visit.service.clock.now().timestamp()
    target, done = sum(monitor.targets.values()), monitor.completed
    broken = sum_of_ranges([counts[BROKEN] for counts in monitor.by_source.values()])
    left = max(0, -(-int(closes - now) // DAY))
    each_day = -(-target // max(1, -(-(closes - opens) // DAY)))
    rows = {
        name: _against(visit, spans, targets, monitor.window)
        for name, spans, targets in (
            ("groups", monitor.groups, monitor.targets),
            ("areas", monitor.areas, monitor.area_targets),
        )
    }
    return {
        "done_people": _people(visit, done) if monitor.by_source else "",
        "target": target,
        "percent": done[0] * 100 // target if target else 0,
        "due": due_by(target, opens, closes, now),
        "days_left": left,
        "needed": -(-max(0, target - done[0]) // left) if left else 0,
        "broken_share": _percent(percent_range(broken, [done])),
        "chart": _chart(visit, monitor, each_day),
        "each_day": each_day,
        "groups": [(cell_label(name, visit.lang), *row) for name, row in rows["groups"]],
        "areas": [
            (name or page_words().say(visit.lang, "response-area-none"), *row)
            for name, row in rows["areas"]
            if name or len(rows["areas"]) > 1
        ],
    }


def _against(
    visit: Visit,
    spans: Mapping[str, CountRange],
    targets: Mapping[str, int],
    window: tuple[int, int],
) -> list[tuple[str, tuple[Any, ...]]]:
    """Returns for each name the told count, the target, and the bar of both."""
    now = visit.service.clock.now().timestamp()
    most = max((span[1] for span in spans.values()), default=0)
    rows = []
    for name in sorted({*spans, *targets}, key=lambda name: (not name, name)):
        span, target = spans.get(name, (0, 0)), targets.get(name, 0)
        bar = target_bar(span, target, due_by(target, *window, now), most)
        rows.append((name, (_people(visit, span), target, bar)))
    return rows


def _chart(visit: Visit, monitor: Monitor, each_day: int) -> Any:
    """Returns the chart of who submitted by day, without a gap; None without anybody."""
    known = {date.fromisoformat(day): counts[COMPLETED] for day, counts in monitor.days.items()}
    if not known:
        return None
    first = min(known)
    days = [first + timedelta(days=n) for n in range((max(known) - first).days + 1)][-DAYS:]
    spans = {_day(visit, day.isoformat()): known.get(day, (0, 0)) for day in days}
    return day_chart(spans, each_day)


def _day(visit: Visit, day: str) -> str:
    return told_day(date.fromisoformat(day), visit.lang, visit.today.year)


def _reached(visit: Visit, one: Reached) -> dict[str, Any]:
    words = page_words()
    if one.in_file:
        step = words.say(visit.lang, "response-in-file")
    elif one.reminder:
        step = words.say(visit.lang, "push-reminder", n=one.reminder)
    else:
        step = words.say(visit.lang, "push-invitation")
    return {"step": step, "by": words.say(visit.lang, f"contacts-by-{one.kind}"), "it": one}


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
