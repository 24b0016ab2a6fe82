"""What other organs report for a year before it is appraised: something, or that there is nothing.

«Nothing handed in» and «nothing to report» (无) are two things. Who enters that there is nothing
names the organ and its document, and the record of the material keeps it, like a table that
changes no row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.model.dated import Period
from aggregation.model.names import FINDINGS
from bot.core.identity import Office
from bot.records.dated_store import read_absences, read_discipline, read_endings
from bot.records.filings import (
    EVERY_YEAR,
    NONE,
    Filing,
    FilingChange,
    append_filing,
    count_filings,
    is_material_closed,
    read_filings,
)
from bot.records.seals import lock_year, refuse_sealed
from bot.records.store import read_adjustments, read_findings
from bot.storage.database import writing
from survey_flows.errors import BadInput, Message, Place

OTHERS: Mapping[str, Message] = {
    "adjustments": Message("appraisal-report-adjustments"),
    "absences": Message("appraisal-report-absences"),
    "discipline": Message("appraisal-report-discipline"),
}
KINDS: Mapping[str, Message] = {**{str(it): word for it, word in FINDINGS.items()}, **OTHERS}
"""What organs report, by code: findings of each kind, and the tables that may well be empty."""
LONGEST_ORGAN, LONGEST_DOCUMENT = 80, 120


class ReportState(StrEnum):
    """How far a kind of report has come."""

    HANDED_IN = "handed_in"
    NONE = "none"
    """An organ has said that there is nothing (无)."""
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of one kind of report.

    Args:
        kind: one of `KINDS`.
        rows: how many of it concern the year.
        organ: the organ that has said there is nothing, where it has and nothing came since.
        document: that organ's document.
        by: the login that entered it.
    """

    kind: str
    rows: int
    organ: str = ""
    document: str = ""
    by: str = ""

    @property
    def state(self) -> ReportState:
        """Handed in, nothing to report, or missing."""
        if self.rows:
            return ReportState.HANDED_IN
        return ReportState.NONE if self.organ else ReportState.MISSING


def list_digest(year: int, reports: Sequence[Report], heads: tuple[int, int]) -> str:
    """Return the digest of what stands before the close."""
    said = [year, heads, [[it.kind, it.rows, it.organ, it.document] for it in reports]]
    return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16]


async def read_reports(connection: AsyncConnection, year: int) -> tuple[Report, ...]:
    """Return what organs have reported for a year, by kind."""
    rows = await _rows(connection, year)
    said = _said(await read_filings(connection, year))
    return tuple(
        Report(kind, rows[kind], *(said.get(kind, ()) if not rows[kind] else ())) for kind in KINDS
    )


async def _rows(connection: AsyncConnection, year: int) -> dict[str, int]:
    whole = Period(date(year, 1, 1), date(year, 12, 31))
    found = dict.fromkeys(KINDS, 0)
    for finding in await read_findings(connection, year):
        found[finding.kind] += 1
    found["adjustments"] = len(await read_adjustments(connection, year))
    away = [it.period.overlaps(whole) for it in await read_absences(connection)]
    away += [it.on.year == year for it in await read_endings(connection)]
    found["absences"] = sum(away)
    cases = await read_discipline(connection)
    found["discipline"] = sum(Period(it.begins, it.ended).overlaps(whole) for it in cases)
    return found


def _said(filings: Sequence[Filing]) -> dict[str, tuple[str, str, str]]:
    """Return who has said last that there is nothing: organ, document and login, by kind."""
    found: dict[str, tuple[str, str, str] | None] = {}
    for filing in filings:  # the newest first
        for change in filing.changes if filing.kind == NONE else ():
            after = change.after
            now = (after["organ"], after["document"], filing.by) if after else None
            found.setdefault(change.key, now)
    return {kind: said for kind, said in found.items() if said is not None}


async def say_none(
    database: AsyncEngine,
    year: int,
    kind: str,
    organ: str,
    document: str,
    office: Office,
    taken_back: bool = False,
) -> None:
    """Record that an organ has nothing to report of a kind (无), or take that back.

    Args:
        database: where the year is.
        year: the year.
        kind: one of `KINDS`.
        organ: the organ that says so.
        document: its document.
        office: who enters it.
        taken_back: whether it turned out to be wrong.

    Raises:
        BadInput: there is no such kind, something of it is handed in, it is said already or not
            said at all, organ or document are missing, the year is sealed, or the word would be
            taken back after the close.
    """
    place = Place(subject=f"{year}/{kind[:32]}")
    if kind not in KINDS:
        raise BadInput(Message("appraisal-no-report-kind", kinds=tuple(KINDS)), place)
    _check_words(organ, document, place)
    async with writing(database) as connection:
        await lock_year(connection, year)
        await refuse_sealed(connection, year)
        if taken_back and await is_material_closed(connection, year):
            # What comes late is handed in as a table, which a second person clears.
            raise BadInput(Message("appraisal-report-closed"), place)
        (known,) = (it for it in await read_reports(connection, year) if it.kind == kind)
        if known.state is ReportState.HANDED_IN:
            raise BadInput(Message("appraisal-report-handed-in", count=known.rows), place)
        if (known.state is ReportState.NONE) is not taken_back:
            name = "appraisal-report-not-said" if taken_back else "appraisal-report-said"
            raise BadInput(Message(name), place)
        said = (organ.strip(), document.strip())
        filing = none_filing(year, kind, *said, office.login, office.second)
        if taken_back:
            old = {"organ": known.organ, "document": known.document}
            change = FilingChange(NONE, kind, "", old, None)
            filing = replace(filing, changes=(change,), reason=" · ".join(said))
        await append_filing(connection, filing)


def none_filing(year: int, kind: str, organ: str, document: str, by: str, at: int) -> Filing:
    """Return the filing by which an organ says that it has nothing to report of a kind."""
    change = FilingChange(NONE, kind, "", None, {"organ": organ, "document": document})
    return Filing(year, 0, NONE, document, "", (change,), "", by, "", at)


def _check_words(organ: str, document: str, place: Place) -> None:
    for text, most in ((organ, LONGEST_ORGAN), (document, LONGEST_DOCUMENT)):
        if not text.strip():
            raise BadInput(Message("appraisal-report-without-organ"), place)
        if len(text.strip()) > most:
            raise BadInput(Message("appraisal-text-too-long", max=most), place)


def missing_reports(reports: Sequence[Report]) -> tuple[Message, ...]:
    """Return the names of what nobody has handed in, and of which nobody has said «none»."""
    return tuple(KINDS[it.kind] for it in reports if it.state is ReportState.MISSING)


async def filing_heads(connection: AsyncConnection, year: int) -> tuple[int, int]:
    """Return how many filings a year has, and how many there are of every year."""
    return await count_filings(connection, year), await count_filings(connection, EVERY_YEAR)
