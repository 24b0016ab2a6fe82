"""The units that a seal knows: a bureau that appears later begins after the year of the seal."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables

KEPT = 4
"""So many seals are kept in memory as the codes of their units: one takes megabytes to read."""


@dataclass(frozen=True, slots=True)
class SealedUnits:
    """The units of a seal: the year that it seals, and their codes."""

    year: int
    codes: frozenset[str]


async def units_of_next_seal(connection: AsyncConnection, year: int) -> SealedUnits | None:
    """Return the units of the newest seal of a year, or of the first sealed year after it.

    A seal that was lifted counts too: it says what there was when the year was sealed.
    None: neither this year nor a later one was ever sealed.
    """
    columns = tables.seals.c
    query = select(columns.year, columns.content)
    query = query.where(columns.year >= year, columns.digest != "")
    newest = query.order_by(columns.year, columns.number.desc()).limit(1)
    row = (await connection.execute(newest)).first()
    return None if row is None else SealedUnits(row.year, _codes(bytes(row.content)))


@lru_cache(maxsize=KEPT)
def _codes(packed: bytes) -> frozenset[str]:
    said = json.loads(gzip.decompress(packed))
    return frozenset(it["code"] for it in (*said["inputs"]["units"], *said["not_appraised"]))
