"""The response quotas of a campaign: given to a draft, frozen with it, and filled."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.disclosure.rounding import round_down
from bot.campaigns.definition import read_definition
from bot.campaigns.quota_counts import read_taken_places
from bot.campaigns.quota_terms import dump_capacities
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.states import DRAFT, STATE_NAMES
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place
from survey_flows.quota import QuotaCell


@dataclass(frozen=True, slots=True)
class QuotaProgress:
    """How far a quota is filled.

    ``taken`` is rounded down for disclosure; it is None below the threshold, and exact when full.
    """

    cell: QuotaCell
    capacity: int
    taken: int | None

    @property
    def full(self) -> bool:
        """Whether the cell has no place left."""
        return self.taken == self.capacity


async def set_quotas(database: AsyncEngine, campaign: str, file: str, data: bytes) -> int:
    """Gives a draft the quotas of a table in place of its own; returns their number.

    A table without rows takes the quotas away.

    Raises:
        BadInput: the campaign does not exist or is no draft, or the table has problems, by row and
            column.
    """
    from bot.campaigns.quota_file import read_quotas
    from bot.spreadsheets.reader import read_sheet

    sheet = await asyncio.to_thread(read_sheet, file, data)
    async with writing(database) as connection:
        row = await read_campaign_row(connection, campaign, "update")
        if row.state != DRAFT:
            raise BadInput(
                Message("campaign-quotas-frozen", state=STATE_NAMES[row.state]),
                Place(subject=campaign),
            )
        definition = read_definition(row)
        capacities = read_quotas(
            sheet, definition.units, definition.scheme.groups, definition.disclosure_floor
        )
        text = definition.text_with(quotas=dump_capacities(capacities))
        changed = update(tables.campaigns).where(tables.campaigns.c.id == campaign)
        await connection.execute(changed.values(definition=text))
    return len(capacities)


async def show_quotas(database: AsyncEngine, campaign: str) -> list[QuotaProgress]:
    """Returns the quotas of a campaign and how far they are filled.

    Raises:
        BadInput: the campaign does not exist.
    """
    async with reading(database) as connection:
        definition = read_definition(await read_campaign_row(connection, campaign))
        taken = await read_taken_places(connection, [campaign])
    floor = definition.disclosure_floor
    found = []
    for cell, capacity in sorted(definition.capacities.items()):
        count = taken.get((campaign, cell), 0)
        # A full quota may be disclosed: whoever is turned away by it knows as much.
        shown = capacity if count >= capacity else round_down(count, floor)
        found.append(QuotaProgress(cell, capacity, shown))
    return found
