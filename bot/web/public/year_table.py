"""The public table of a year from the first day of its notice, as a page and for programs."""

from __future__ import annotations

import json
from datetime import date
from zoneinfo import ZoneInfo

from aiohttp import web

from aggregation.model.facts import Grade
from bot.core.labels import label, name, pick
from bot.publication.as_of import open_words
from bot.publication.public_table import (
    PublicTable,
    appeals_mark,
    public_data,
    read_public_table,
    standing_mark,
)
from bot.publication.year_bundle import save_year_bundle, year_bundle_path
from bot.storage.database import reading
from bot.web.public.results import MAX_REQUESTS, open_file
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.downloads import StoredFile
from bot.web.shared.middleware import is_over_limit
from bot.web.shared.result_cache import RESULT_CACHE
from bot.web.shared.templates import accepted_language, render
from survey_flows.errors import BadInput
from survey_flows.spoken_terms import speak


async def show_table(request: web.Request) -> web.Response:
    """Shows the table; 404 before the first day of the notice."""
    table, lang = await _table(request), accepted_language(request)
    return render(
        request,
        "year_table.html",
        lang,
        table=table,
        running=_today(request) <= table.notice.ends,
        families=[
            (pick((called.zh, called.en), lang), table.units[family])
            for family, called in table.families.items()
        ],
        leaders=[(name(grade, lang), table.leaders[grade]) for grade in Grade],
        ungraded=table.leaders[None],
        open_words=label(open_words(table.open), lang) if table.open else "",
        name=lambda code: name(code, lang),
        pick=lambda zh, en: pick((zh, en), lang),
    )


async def send_table(request: web.Request) -> web.Response:
    """Sends the table as JSON, which other sites' pages may fetch too."""
    table = await _table(request)
    body = json.dumps(public_data(table), ensure_ascii=False, indent=1).encode() + b"\n"
    return open_file(request, body, "application/json", f"minping-{table.year}.json")


async def send_bundle(request: web.Request) -> web.StreamResponse:
    """Sends the bundle by which anybody checks the year without us; it is made once as it stands.

    503 while an act of the year waits for the log.
    """
    table, service = await _table(request), request.app[SERVICE]
    key = ("year-bundle", str(year_bundle_path(service.settings.data, table)))
    try:
        path = await request.app[RESULT_CACHE].cached(
            key, lambda: save_year_bundle(service.database, service.settings.data, table)
        )
    except BadInput as error:
        raise web.HTTPServiceUnavailable from error
    return StoredFile(path, f"minping-{table.year}-bundle.zip")


async def _table(request: web.Request) -> PublicTable:
    if await is_over_limit(request, "results", MAX_REQUESTS):
        raise web.HTTPTooManyRequests
    service, year, today = request.app[SERVICE], int(request.match_info["year"]), _today(request)
    async with reading(service.database) as connection:
        mark = await standing_mark(connection, year)
        asked = await appeals_mark(connection, year)
    key = ("year-table", str(year), mark, asked, today.isoformat())
    found: PublicTable | None = await request.app[RESULT_CACHE].cached(
        key, lambda: read_public_table(service.database, year, today)
    )
    if found is None:
        raise web.HTTPNotFound
    speak(found.terms)
    return found


def _today(request: web.Request) -> date:
    service = request.app[SERVICE]
    return service.clock.now().astimezone(ZoneInfo(service.settings.timezone)).date()
