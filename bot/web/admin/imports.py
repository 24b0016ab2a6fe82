"""The console's page of imports: tables of a year are fetched, changed and imported again."""

from __future__ import annotations

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.accounts.approvals import DONE
from bot.appraisal.collecting import CloseOrder, show_close
from bot.appraisal.filing_decisions import prepare_close
from bot.appraisal.import_tables import Clearance, import_table, table_workbook
from bot.appraisal.organ_reports import KINDS, say_none
from bot.appraisal.table_kinds import TABLES
from bot.core.labels import label
from bot.records.context import ImportResult
from bot.records.filings import NONE, is_material_closed, read_filings
from bot.records.seals import is_sealed
from bot.storage.database import reading
from bot.web.admin.page import Visit, no_such_button, staff_page, year_of
from bot.web.shared.downloads import XLSX, download
from bot.web.shared.templates import page_words
from survey_flows.errors import BadInput
from survey_flows.messages import render

TAKE_BACK = "take-back"
FILINGS, ROWS = 20, 20
"""So many filings, and changed rows of each, are shown; `minping material show` has all."""


@staff_page
async def show_import(visit: Visit) -> web.Response:
    """Shows the form for the tables of a year."""
    return await _show_import(visit, visit.request.query.get("kind", ""))


@staff_page
async def take_import(visit: Visit) -> web.Response:
    """Checks and stores one table, whole or not at all; problems name row and column."""
    kind, file = visit.text("kind"), visit.form.get("file") if visit.form is not None else None
    if kind not in TABLES or not isinstance(file, web.FileField) or not file.filename:
        return await _show_import(
            visit, kind, status=422, problem=page_words().say(visit.lang, "import-choose")
        )
    checking = visit.text("check") == "yes"
    data = await asyncio.to_thread(file.file.read)
    try:
        outcome = await import_table(
            visit.service.database,
            kind,
            file.filename,
            data,
            year_of(visit) if TABLES[kind].dated else 0,
            checking,
            office=visit.office,
            clearance=Clearance(visit.service.approvals, visit.text("reason")),
        )
    except BadInput as error:
        return await _show_import(visit, kind, status=422, problem=error.render(visit.lang))
    if not (outcome.notes or checking):
        return visit.redirect(f"/admin/years/{year_of(visit)}/import", "imported")
    visit.clear_result_cache()
    return await _show_import(visit, kind, outcome=outcome, checked=checking)


@staff_page
async def send_table(visit: Visit) -> web.Response:
    """Sends one table as it is stored, with the codes to choose from."""
    kind, year = visit.path_param("kind"), year_of(visit)
    if kind not in TABLES:
        raise web.HTTPNotFound
    body = await table_workbook(
        visit.service.database, kind, year if TABLES[kind].dated else 0, visit.lang
    )
    return download(body, XLSX, f"minping-{year}-{kind}.xlsx")


async def _show_import(
    visit: Visit,
    kind: str,
    *,
    status: int = 200,
    problem: str | None = None,
    outcome: ImportResult | None = None,
    checked: bool = False,
) -> web.Response:
    year = year_of(visit)
    found = await show_close(visit.service.database, year)
    async with reading(visit.service.database) as connection:
        filings = await read_filings(connection, year)
        closed = await is_material_closed(connection, year)
        sealed = await is_sealed(connection, year)
    return visit.render(
        "import",
        status=status,
        filings=[(it, _day(visit, it.at)) for it in filings[:FILINGS]],
        closed=closed,
        sealed=sealed,
        close=found,
        stops=[stop.render(visit.lang) for stop in found.stops],
        asks=[render(ask, visit.lang) for ask in found.asks],
        called=lambda kind: label(KINDS[kind], visit.lang),
        rows=ROWS,
        year=year_of(visit),
        tables=TABLES,
        kind=kind,
        problem=problem,
        outcome=outcome,
        notes=[render(note, visit.lang) for note in outcome.notes] if outcome else [],
        checked=checked,
    )


@staff_page
async def take_close(visit: Visit) -> web.Response:
    """Closes the year's material, alone or with a second person."""
    service, year = visit.service, year_of(visit)
    office = visit.office
    order = CloseOrder(visit.text("typed"), visit.text("seen"))
    made = await prepare_close(service.approvals, year, order, office)
    if made.state != DONE:
        return visit.redirect("/admin/approvals", "prepared")
    return visit.redirect(f"/admin/years/{year}/import", "material-closed")


@staff_page
async def take_report(visit: Visit) -> web.Response:
    """Records that an organ has nothing to report of a kind (无), or takes that back."""
    year, act = year_of(visit), visit.text("act")
    if act not in (NONE, TAKE_BACK):
        raise no_such_button(act)
    said = (visit.text("kind"), visit.text("organ"), visit.text("document"))
    await say_none(visit.service.database, year, *said, visit.office, act == TAKE_BACK)
    return visit.redirect(f"/admin/years/{year}/import", f"report-{act}")


def _day(visit: Visit, at: int) -> str:
    zone = ZoneInfo(visit.service.settings.timezone)
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M")
