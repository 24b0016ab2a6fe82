"""The quotas of a campaign: given as a draft, frozen with it in its paper, and how far they are filled."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.disclosure.rounding import rounded
from bot.campaigns.quota_counts import read_taken
from bot.campaigns.quota_terms import dump_most, read_most
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from survey_flows.quota import Cell


@dataclass(frozen=True, slots=True)
class Fill:
    """How far a quota is filled: at least ``taken`` of ``most``, None below the smallest cell that may be told."""

    cell: Cell
    most: int
    taken: int | None

    @property
    def full(self) -> bool:
        """Whether nobody else finds a place."""
        return self.taken == self.most


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
        paper, scheme = json.loads(row.paper), json.loads(row.scheme)
        most = read_quotas(
            sheet, {unit["code"] for unit in paper["units"]}, scheme["groups"], floor_of(row.scheme)
        )
        paper["quotas"] = dump_most(most)
        changed = update(tables.campaigns).where(tables.campaigns.c.id == campaign)
        await connection.execute(changed.values(paper=json.dumps(paper, ensure_ascii=False)))
    return len(most)


async def show_quotas(database: AsyncEngine, campaign: str) -> list[Fill]:
    """The quotas of a campaign and how far they are filled, in whole tens; a full one is told to be full.

    Raises:
        BadInput: no such campaign.
    """
    async with reading(database) as connection:
        row = await _campaign(connection, campaign)
        taken = await read_taken(connection, [campaign])
    cell = floor_of(row.scheme)
    return [
        Fill(
            where,
            most,
            most if (count := taken.get((campaign, where), 0)) >= most else rounded(count, cell),
        )
        for where, most in sorted(read_most(row.paper).items())
    ]


def floor_of(scheme: str) -> int:
    """The smallest number of people that a scheme lets be told."""
    return int(json.loads(scheme).get("min_n", {}).get("publish_cell", 10))


async def _campaign(connection: AsyncConnection, campaign: str) -> Row[Any]:
    query = select(tables.campaigns).where(tables.campaigns.c.id == campaign).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        raise BadInput("there is no such campaign; see `minping campaign show`", campaign)
    return row
