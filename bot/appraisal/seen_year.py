"""The digest of all that a seal's preview has read, by which a later change is noticed."""

from __future__ import annotations

import json
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.choice_records import choice_mark, read_choices
from bot.records.material_digest import material_digest
from bot.storage.schema import all as tables


async def year_digest(connection: AsyncConnection, year: int) -> str:
    """Return the digest, in hexadecimal, of a year's material and of which campaigns count.

    Choices stand in the public log and in no table of the year.
    """
    material = await material_digest(connection, year)
    columns = tables.campaigns.c
    own = set((await connection.execute(select(columns.id).where(columns.year == year))).scalars())
    made = (await read_choices(connection)).items()
    choices = {campaign: choice_mark(choice) for campaign, choice in made if campaign in own}
    said = json.dumps([material, choices], sort_keys=True)
    return sha256(said.encode()).hexdigest()
