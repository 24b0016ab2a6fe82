"""The findings of a year: a verdict that comes late belongs to the year that is still open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.appraisal.finding_years import finding_year, findings_of_year
from aggregation.model.facts import Finding
from aggregation.scheme.parts import Late
from bot.appraisal.amended_content import sealed_material
from bot.appraisal.standing_years import read_standing
from bot.records import store
from bot.records.seals import sealed_years


async def read_year_findings(
    connection: AsyncConnection, year: int, late: Late
) -> tuple[Finding, ...]:
    """Return the findings that count in a year that is computed.

    A verdict about a sealed year counts in the first open year from its own day on, and only once:
    the year that has counted it may be sealed by now.
    """
    sealed = [it for it in await sealed_years(connection) if it != year]
    found = await store.read_findings(connection)
    counted = await _counted(connection, found, year, sealed, late)
    return findings_of_year(found, year, sealed, late, counted=counted)


async def _counted(
    connection: AsyncConnection,
    found: Sequence[Finding],
    year: int,
    sealed: Collection[int],
    late: Late,
) -> list[Finding]:
    """Return the findings of the sealed years in which a late one may have counted.

    Only those years are read: a seal takes a second to read.
    """
    moved = [it for it in found if it.established and finding_year(it, sealed, late) == year]
    since = [date.fromisoformat(it.established).year for it in moved]
    facts: list[Finding] = []
    for other in sealed:
        if any(first <= other < year for first in since):
            stands = await read_standing(connection, other)
            facts += sealed_material(stands.content).facts if stands else ()
    return facts
