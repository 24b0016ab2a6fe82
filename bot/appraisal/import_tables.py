"""The tables of a year's appraisal; each is read, checked and stored whole, or not at all."""

from __future__ import annotations

import asyncio
import csv
import io
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.scheme.scheme import Scheme
from bot.accounts.approvals import DONE, Approvals
from bot.appraisal.filing_decisions import FILING
from bot.appraisal.table_kinds import DECISIONS, store_sheet, table_kind, year_context
from bot.campaigns.registered import year_scheme
from bot.core.identity import Office
from bot.core.printed_signs import as_printed, unprinted
from bot.records import store
from bot.records.context import ImportResult, OpenProposal, first_names
from bot.records.filings import (
    Filing,
    FilingChange,
    append_filing,
    closed_years,
    dump_changes,
    is_material_closed,
)
from bot.records.recusals import require_unbarred
from bot.records.seals import sealed_years
from bot.records.unit_periods import read_units_of
from bot.spreadsheets.reader import Sheet, read_sheet
from bot.spreadsheets.template_workbook import workbook
from bot.storage.database import reading, writing
from survey_flows.errors import BadInput, Message, Place

MOST_REASON, MOST_BYTES = 4000, 1_000_000
TOLD = 40
"""So many changed rows are shown to the second person; the record has all of them."""


@dataclass(frozen=True, slots=True)
class Clearance:
    """What a filing needs once the material is closed: why, and a second person.

    Args:
        approvals: what two people decide.
        reason: why the filing comes late.
    """

    approvals: Approvals
    reason: str


async def import_table(
    database: AsyncEngine,
    kind: str,
    file: str,
    data: bytes,
    year: int = 0,
    dry_run: bool = False,
    scheme: Scheme | None = None,
    office: Office | None = None,
    clearance: Clearance | None = None,
) -> ImportResult:
    """Read, check and store one table, and record what it changed.

    Once the material of the year is closed it waits for a second person instead.

    Args:
        database: where the table is stored.
        kind: one of `TABLES`.
        file: the file's name, which gives the format and the place of problems.
        data: the file's bytes.
        year: the year that is appraised; needed by all but units.
        dry_run: check all and store nothing.
        scheme: the scheme that the table must fit; None: that of the year's last campaign.
        office: who brings the table; needed for decisions, which bar people of the subject's unit.
        clearance: what a filing needs once the material is closed.

    Raises:
        BadInput: the problems by row and column, the person is barred, or the material is closed
            and there is no reason; nothing is stored.
    """
    table_kind(kind, year)
    sheet = await asyncio.to_thread(read_sheet, file, data, others=True)
    if not sheet.rows:
        raise BadInput(Message("appraisal-table-empty"), Place(file=file))
    scheme = scheme or await year_scheme(database, year or None)
    proposals: dict[str, OpenProposal] = {}
    if kind == DECISIONS and office is not None:
        proposals = await _proposals(database, year, office)
    async with writing(database) as connection:
        outcome, changes = await store_sheet(
            connection, kind, year, sheet, scheme, office, proposals
        )
        notes = (*sheet.notes, *outcome.notes, *_unprinted(sheet))
        outcome = replace(outcome, notes=notes)
        waits = bool(changes) and await needs_clearance(connection, year)
        if waits and not dry_run:
            await _require_may_enter(connection, year, changes, office, clearance)
        elif changes and not dry_run:
            login, at = (office.login, office.second) if office else ("", 0)
            digest = sha256(data).hexdigest()
            filing = Filing(year, 0, kind, file[:200], digest, changes, "", login, "", at)
            await append_filing(connection, filing)
        if dry_run or waits:
            await connection.rollback()
    if dry_run or not waits or clearance is None or office is None:
        return replace(outcome, changes=changes)
    sent = (kind, year, file, data, changes, scheme)
    return await _prepare_filing(outcome, sent, office, clearance)


def _unprinted(sheet: Sheet) -> tuple[Message, ...]:
    """Return a note about texts with signs that no font draws: reports print their numbers."""
    texts = dict.fromkeys(text for row in sheet.rows for text in row.cells.values())
    found = [f"{text} ({as_printed(text)})" for text in texts if unprinted(text)]
    return (Message("appraisal-unprinted", texts=first_names(found)),) if found else ()


async def needs_clearance(connection: AsyncConnection, year: int) -> bool:
    """Return whether a filing needs a second person; one for every year, if any year needs it."""
    if year:
        return await is_material_closed(connection, year)
    sealed = await sealed_years(connection)
    return any(closed not in sealed for closed in await closed_years(connection))


async def _require_may_enter(
    connection: AsyncConnection,
    year: int,
    changes: Sequence[FilingChange],
    office: Office | None,
    clearance: Clearance | None,
) -> None:
    if office is None or clearance is None or not clearance.reason.strip():
        raise BadInput(Message("records-filing-needs-reason"), Place(field="reason"))
    if len(clearance.reason) > MOST_REASON:
        message = Message("appraisal-text-too-long", max=MOST_REASON)
        raise BadInput(message, Place(field="reason"))
    for subject in sorted({it.subject for it in changes}):
        await require_unbarred(connection, year, subject, office.login)


async def _prepare_filing(
    outcome: ImportResult,
    sent: tuple[str, int, str, bytes, tuple[FilingChange, ...], Scheme],
    office: Office,
    clearance: Clearance,
) -> ImportResult:
    kind, year, file, data, changes, scheme = sent
    if len(data) > MOST_BYTES:
        raise BadInput(Message("records-filing-too-large", most=MOST_BYTES), Place(file=file))
    told = [f"{it.key}: {it.told[0]} → {it.told[1]}" for it in changes]
    details = {
        "year": year,
        "kind": kind,
        "file": file[:200],
        "data": b64encode(data).decode(),
        "sha256": sha256(data).hexdigest(),
        "rules": scheme.model_dump(mode="json"),
        "changes": dump_changes(changes),
        "told": "\n".join([*told[:TOLD], *(["…"] if len(told) > TOLD else [])]),
        "reason": clearance.reason.strip(),
    }
    subject = f"{year}/{kind}" if year else kind
    made = await clearance.approvals.prepare(FILING, subject, details, office.login)
    if made.state == DONE:
        return replace(outcome, changes=changes)
    note = Message("records-filing-waits", number=made.id)
    return ImportResult(outcome.rows, (*outcome.notes, note), changes)


async def table_workbook(
    database: AsyncEngine,
    kind: str,
    year: int = 0,
    lang: str = "zh-Hans",
    scheme: Scheme | None = None,
) -> bytes:
    """Return a stored table as XLSX, to be changed and brought in again by `import_table`.

    Args:
        database: where the table is stored.
        kind: one of `TABLES`.
        year: the year that is appraised; needed by all but units.
        lang: the language of headings and names.
        scheme: the scheme whose codes are listed; None: that of the year's last campaign.

    Raises:
        BadInput: no year where one is needed.
    """
    table = table_kind(kind, year)
    scheme = scheme or await year_scheme(database, year or None)
    async with reading(database) as connection:
        known = await year_context(connection, year, scheme)
        rows = await table.current_rows(connection, known)
    fields = table.wide(known) if table.wide else table.fields
    codes = {field.name: field.choices(known) for field in fields if field.choices}
    return await asyncio.to_thread(workbook, kind, fields, rows, codes, lang)


async def take_over_leaders(
    database: AsyncEngine, year: int, before: int, office: Office, clearance: Clearance | None
) -> ImportResult:
    """Bring the leaders of an earlier year into a year that has none yet, as a table of them.

    Leaders of units that the year does not have are left out.

    Raises:
        BadInput: the year has leaders, none of the earlier one has a unit in it, or as
            `import_table`.
    """
    async with reading(database) as connection:
        if await store.read_leaders(connection, year):
            raise BadInput(Message("appraisal-leaders-there"), Place(subject=str(year)))
        units = {it.unit.code for it in await read_units_of(connection, year)}
        known = await store.read_leaders(connection, before)
    leaders = [it for it in known if it.unit in units]
    if not leaders:
        raise BadInput(Message("appraisal-leaders-none"), Place(subject=str(before)))
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(("id", "name_zh", "name_en", "unit", "role", "post"))
    table.writerows((it.id, it.zh, it.en, it.unit, it.role, it.post) for it in leaders)
    given = ("leaders", f"leaders-{before}.csv", text.getvalue().encode(), year)
    return await import_table(database, *given, office=office, clearance=clearance)


async def _proposals(database: AsyncEngine, year: int, office: Office) -> dict[str, OpenProposal]:
    """Return the proposals that stand, for a table of decisions."""
    from aggregation.model.results import HEARD, ON_PAPER
    from bot.appraisal.deciding import limits_of, standing_proposals
    from bot.appraisal.ground_days import ground_days_of
    from bot.appraisal.year import run_year

    appraised = await run_year(database, year, ())
    days = await ground_days_of(database, appraised, office.timezone)
    found = {}
    for key, it in standing_proposals(appraised).items():
        made = it.decision or it.lapsed
        number = made.number if made else 0
        limits = limits_of(days, it, office)
        needs = (it.kind in HEARD, it.kind in ON_PAPER)
        found[key] = OpenProposal(it.subject, it.digest, number, limits, *needs)
    return found
