"""The console's pages of a year's material: list, search, what is missing, and one row changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.appraisal.import_tables import Clearance, import_table
from bot.appraisal.table_kinds import TABLES, year_context
from bot.campaigns.registered import year_scheme
from bot.core.labels import pick
from bot.records.filings import Filing, FilingChange, is_material_closed, read_filings
from bot.records.indicators import needed_points
from bot.records.seals import is_sealed
from bot.spreadsheets.columns import Field
from bot.storage.database import reading
from bot.web.admin.data_rows import (
    INDICATORS,
    NEW,
    DataRow,
    DataTable,
    changed_file,
    find_rows,
    make_table,
)
from bot.web.admin.page import Visit, staff_page, year_of
from bot.web.shared.dates import told_day
from bot.web.shared.paging import page_of
from survey_flows.errors import BadInput, Message, Place
from survey_flows.messages import render

PAGE = 50
LISTED = tuple(kind for kind in TABLES if kind not in ("decisions", "history"))
"""The tables that are listed; of the others lines are only ever added."""
CHANGES = 12
"""So many changes of a row are shown."""
FILE = "console.csv"
"""The name of the file that a form makes."""


@staff_page
async def show_data(visit: Visit) -> web.Response:
    """Lists one table of the year; with ``?row=`` shows one row with its form and its history."""
    kind, table = _kind(visit), await _table(visit)
    mark = visit.query("row")
    if mark:
        row = table.row(mark)
        if row is None and mark != NEW:
            raise BadInput(Message("admin-row-changed"), Place(subject=kind))
        return await _show_row(visit, table, row, row.texts if row else {})
    return await _show_list(visit, table)


@staff_page
async def take_row(visit: Visit) -> web.Response:
    """Changes or adds one row, as a table of the office would; a refused form keeps what it said.

    A row that somebody changed meanwhile is shown beside what was typed, and nothing is stored.
    """
    kind, table = _kind(visit), await _table(visit)
    mark = visit.text("row")
    row = table.row(mark)
    typed = {field.name: visit.text(f"cell-{field.name}") for field in table.fields}
    if row is None and mark != NEW:
        now = table.now(typed[table.fields[0].name])
        return await _show_row(visit, table, now, typed, status=422, stale=True)
    try:
        outcome = await import_table(
            visit.service.database,
            kind,
            FILE,
            changed_file(table, row, typed),
            year_of(visit) if TABLES[kind].dated else 0,
            office=visit.office,
            clearance=Clearance(visit.service.approvals, visit.text("reason")),
        )
    except BadInput as error:
        problem = error.render(visit.lang)
        return await _show_row(visit, table, row, typed, status=422, problem=problem)
    visit.clear_result_cache()
    if outcome.notes:
        notes = [render(note, visit.lang) for note in outcome.notes]
        return await _show_list(visit, await _table(visit), notes=notes)
    where = urlencode({"q": typed[table.fields[0].name]})
    return visit.redirect(f"{visit.request.path}?{where}", "imported")


def _kind(visit: Visit) -> str:
    kind = visit.path_param("kind")
    if kind not in LISTED:
        raise web.HTTPNotFound
    return kind


async def _table(visit: Visit) -> DataTable:
    """Returns the table of the address as it stands."""
    kind, year = visit.path_param("kind"), year_of(visit)
    stored = TABLES[kind]
    scheme = await year_scheme(visit.service.database, year)
    async with reading(visit.service.database) as connection:
        known = await year_context(connection, year if stored.dated else 0, scheme)
        cells = await stored.current_rows(connection, known)
    fields = stored.wide(known) if stored.wide else stored.fields
    names = {
        field.name: {code: pick(pair, visit.lang) for code, pair in field.choices(known).items()}
        for field in fields
        if field.choices
    }
    needed = needed_points(known) if kind == INDICATORS else ()
    return make_table(kind, fields, cells, names, needed)


async def _show_list(visit: Visit, table: DataTable, **more: Any) -> web.Response:
    words, sort, down = visit.query("q"), visit.query("sort"), visit.query("down") == "1"
    missing = visit.query("missing") == "yes"
    found = find_rows(table, words, missing, sort, down)
    rows, pages = page_of(found, visit.request.query, PAGE)
    kept = ({"q": words} if words else {}) | ({"missing": "yes"} if missing else {})
    turned = {
        field.name: urlencode(
            kept | {"sort": field.name} | ({"down": "1"} if sort == field.name and not down else {})
        )
        for field in table.fields
    }
    return visit.render(
        "data",
        **await _around(visit, table),
        rows=rows,
        pages=pages,
        q=words,
        missing=missing,
        sort=sort,
        down=down,
        turned=turned,
        **{"notes": [], **more},
    )


async def _show_row(
    visit: Visit,
    table: DataTable,
    row: DataRow | None,
    typed: Mapping[str, str],
    *,
    status: int = 200,
    problem: str = "",
    stale: bool = False,
) -> web.Response:
    key = typed.get(table.fields[0].name, "")
    differs = []
    if stale and row is not None:
        differs = [
            (_heading(field, visit.lang), row.texts[field.name], typed[field.name])
            for field in table.fields
            if row.texts[field.name] != typed[field.name]
        ]
    return visit.render(
        "data_row",
        status=status,
        **await _around(visit, table),
        row=row,
        mark=row.mark if row else NEW,
        typed=typed,
        called=" · ".join(filter(None, list(row.told.values())[:2])) if row else "",
        problem=problem,
        differs=differs,
        fixed=_fixed(table, row),
        choices=await _choices(visit, table),
        history=await _history(visit, table, key) if row else [],
    )


def _fixed(table: DataTable, row: DataRow | None) -> set[str]:
    """Returns the columns that name a row, and are not changed."""
    if row is None:
        return set()
    return {field.name for field in table.fields[: 2 if table.kind == INDICATORS else 1]}


async def _choices(visit: Visit, table: DataTable) -> dict[str, list[tuple[str, str]]]:
    year = year_of(visit)
    scheme = await year_scheme(visit.service.database, year)
    async with reading(visit.service.database) as connection:
        known = await year_context(connection, year, scheme)
    return {
        field.name: [(code, pick(pair, visit.lang)) for code, pair in field.choices(known).items()]
        for field in table.fields
        if field.choices
    }


async def _around(visit: Visit, table: DataTable) -> dict[str, Any]:
    year = year_of(visit)
    async with reading(visit.service.database) as connection:
        closed = await is_material_closed(connection, year)
        sealed = await is_sealed(connection, year)
    return {
        "year": year,
        "kind": table.kind,
        "kinds": LISTED,
        "table": table,
        "headings": {field.name: _heading(field, visit.lang) for field in table.fields},
        "closed": closed,
        "sealed": sealed,
        "may_change": not sealed and visit.visitor.may("POST", visit.request.path),
    }


def _heading(field: Field, lang: str) -> str:
    if lang.startswith("zh") and field.headings:
        return field.headings[0]
    return field.name.replace("_", " ")


async def _history(visit: Visit, table: DataTable, key: str) -> list[dict[str, Any]]:
    """Returns the changes of what a row is about, the newest first."""
    year = year_of(visit) if TABLES[table.kind].dated else 0
    async with reading(visit.service.database) as connection:
        filings = await read_filings(connection, year)
    found = [
        _change(visit, filing, change)
        for filing in filings
        if filing.kind == table.kind
        for change in filing.changes
        if key in (change.subject, change.key.partition(" ")[0])
    ]
    return found[:CHANGES]


def _change(visit: Visit, filing: Filing, change: FilingChange) -> dict[str, Any]:
    at = datetime.fromtimestamp(filing.at, ZoneInfo(visit.service.settings.timezone))
    before, after = change.told
    return {
        "at": f"{told_day(at.date(), visit.lang, visit.today.year)} {at:%H:%M}",
        "by": filing.by or "–",
        "file": "" if filing.file == FILE else filing.file,
        "what": change.key.partition(" ")[2],
        "before": before,
        "after": after,
        "reason": filing.reason,
    }
