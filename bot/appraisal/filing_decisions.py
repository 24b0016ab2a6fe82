"""What two people decide of a year's material: its close, and each filing after the close.

The service loads this at its start; what reads tables is loaded when a filing is released.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.approvals import Approval, Approvals, Decision
from bot.accounts.roster import Book
from bot.appraisal.organ_reports import filing_heads, list_digest, read_reports
from bot.core.identity import Office
from bot.records.filings import (
    Filing,
    append_filing,
    close_material,
    count_filings,
    dump_changes,
)
from bot.records.recusals import require_others_unbarred, require_unbarred
from bot.records.seals import lock_year, refuse_sealed
from bot.transparency.desk import Desk
from survey_flows.errors import BadInput, Message, Place, gathered
from survey_flows.log_entries import LOG_ITSELF

if TYPE_CHECKING:
    from bot.appraisal.collecting import CloseOrder

FILING, CLOSE, ACT = "year-filing", "year-close", "material-closed"
"""The kinds of what is decided, and that of the act by which the log tells of the close."""


def filing_decisions(desk: Desk) -> Mapping[str, Decision]:
    """Return what two people decide of a year's material."""

    async def enter(connection: AsyncConnection, _book: Book, one: Approval, now: int) -> None:
        await carry_out_filing(connection, one, now)

    async def close(connection: AsyncConnection, _book: Book, one: Approval, now: int) -> None:
        year = int(one.details["year"])
        await refuse_sealed(connection, year)
        reports, heads = await read_reports(connection, year), await filing_heads(connection, year)
        if list_digest(year, reports, heads) != one.details["seen"]:
            raise BadInput(Message("appraisal-list-changed"), Place(subject=str(year)))
        people = (one.prepared_by, ", ".join(one.approvers))
        await close_material(connection, year, *people, now)
        facts: dict[str, object] = {"year": year, "filings": await count_filings(connection, year)}
        await desk.order(connection, ACT, LOG_ITSELF, facts, str(year))

    return {FILING: Decision(enter), CLOSE: Decision(close)}


async def prepare_close(
    approvals: Approvals, year: int, order: CloseOrder, office: Office
) -> Approval:
    """Prepare the close of a year's material (材料截止).

    Raises:
        BadInput: something that organs report or points are missing, another year was typed, the
            list is not the one that was seen, or the material is closed or sealed already.
    """
    from bot.appraisal.collecting import show_close

    found = await show_close(approvals.roster.database, year)
    if found.stops:
        raise gathered(list(found.stops))
    if order.typed.strip() != str(year):
        raise BadInput(Message("appraisal-year-not-typed"), Place(subject=str(year)))
    if order.seen != found.digest:
        raise BadInput(Message("appraisal-list-changed"), Place(subject=str(year)))
    details = {"year": year, "seen": found.digest}
    return await approvals.prepare(CLOSE, str(year), details, office.login)


async def carry_out_filing(connection: AsyncConnection, one: Approval, now: int) -> None:
    """Store a filing that a second person has cleared, if it still changes what they saw.

    Raises:
        BadInput: the year is sealed, the second person is barred, who prepared it is barred by
            now, or the filing would change something else by now.
    """
    from aggregation.scheme.scheme import parse_scheme
    from bot.appraisal.table_kinds import store_sheet
    from bot.spreadsheets.reader import read_sheet

    said = one.details
    year, kind = said["year"], said["kind"]
    await lock_year(connection, year)
    data = b64decode(said["data"])
    sheet = await asyncio.to_thread(read_sheet, said["file"], data, others=True)
    scheme = parse_scheme(said["rules"])
    _, changes = await store_sheet(connection, kind, year, sheet, scheme)
    if dump_changes(changes) != said["changes"]:
        raise BadInput(Message("appraisal-seal-changed"), Place(subject=one.subject))
    for subject in sorted({it.subject for it in changes}):
        for login in one.approvers:
            await require_unbarred(connection, year, subject, login)
        await require_others_unbarred(connection, year, (subject,), (one.prepared_by,))
    people = (one.prepared_by, ", ".join(one.approvers))
    head = (year, 0, kind, said["file"], said["sha256"], changes)
    await append_filing(connection, Filing(*head, said["reason"], *people, now))
