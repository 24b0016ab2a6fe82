"""The quotas of a campaign: given as a draft, frozen with it in its paper, and how far they are filled."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.disclosure.rounding import round_down
from bot.campaigns.quota_counts import read_taken_places
from bot.campaigns.quota_terms import dump_capacities, read_capacities
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from survey_flows.quota import QuotaCell


@dataclass(frozen=True, slots=True)
class QuotaProgress:
    """How far a quota is filled: at least ``taken`` of ``most``, None below the smallest cell that may be told."""

    cell: QuotaCell
    capacity: int
    taken: int | None

    @property
    def full(self) -> bool:
        """Whether nobody else finds a place."""
        return self.taken == self.capacity


async def set_quotas(database: AsyncEngine, campaign: str, file: str, data: bytes) -> int:
    """Give a draft the quotas of a table in place of those it had; a table without rows takes them away.

    Returns how many there are.

    Raises:
        BadInput: no such campaign, no draft any more, or what is wrong with the table by row and column.
    """
    from bot.campaigns.quota_file import read_quotas
    from bot.spreadsheets.reader import read_sheet

    sheet = await asyncio.to_thread(read_sheet, file, data)
    async with writing(database) as connection:
        row = await _campaign(connection, campaign)
        if row.state != "draft":
            raise BadInput(
                f"this campaign is {row.state}: its quotas are registered in the log and cannot be changed any more;"
                " make another campaign",
                campaign,
            )
        definition, scheme = json.loads(row.paper), json.loads(row.scheme)
        most = read_quotas(
            sheet,
            {unit["code"] for unit in definition["units"]},
            scheme["groups"],
            disclosure_floor(row.scheme),
        )
        definition["quotas"] = dump_capacities(most)
        changed = update(tables.campaigns).where(tables.campaigns.c.id == campaign)
        await connection.execute(changed.values(paper=json.dumps(definition, ensure_ascii=False)))
    return len(most)


async def show_quotas(database: AsyncEngine, campaign: str) -> list[QuotaProgress]:
    """The quotas of a campaign and how far they are filled, in whole tens; a full one is told to be full.

    Raises:
        BadInput: no such campaign.
    """
    async with reading(database) as connection:
        row = await _campaign(connection, campaign)
        taken = await read_taken_places(connection, [campaign])
    cell = disclosure_floor(row.scheme)
    return [
        QuotaProgress(
            where,
            most,
            most if (count := taken.get((campaign, where), 0)) >= most else round_down(count, cell),
        )
        for where, most in sorted(read_capacities(row.paper).items())
    ]


def disclosure_floor(scheme: str) -> int:
    """The smallest number of people that a scheme lets be told."""
    return int(json.loads(scheme).get("min_n", {}).get("publish_cell", 10))


async def _campaign(connection: AsyncConnection, campaign: str) -> Row[Any]:
    query = select(tables.campaigns).where(tables.campaigns.c.id == campaign).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        raise BadInput("there is no such campaign; see `minping campaign show`", campaign)
    return row
