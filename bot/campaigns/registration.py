"""What a campaign registers in the log before it takes ballots, and whether it still runs on that.

Triggers keep a registered campaign from being changed by a slip. Whoever gets around them is found here when the
service loads the campaign, and by everybody with `minping verify`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables
from bot.transparency.entry_bodies import registration_body


def definition_with_seed(definition: str, limits: Sequence[Mapping[str, Any]] = ()) -> str:
    """The paper as it is registered: with the limits of its links (`read_limits`), and the seed of its samples.

    The mixer draws the seed at the opening: nobody who makes the campaign can choose it.
    """
    more: dict[str, Any] = {"links": list(limits)} if limits else {}
    return json.dumps(
        json.loads(definition) | more | {"seed": secrets.token_hex(32)}, ensure_ascii=False
    )


async def read_limits(connection: AsyncConnection, campaign: str) -> list[dict[str, Any]]:
    """For how many people each link of a campaign is meant that is not for anyone; what opens it is left out."""
    columns = tables.links.c
    query = select(columns.grp, columns.stratum, columns.most).where(columns.campaign == campaign)
    rows = await connection.execute(
        query.where(columns.most.is_not(None)).order_by(*query.selected_columns)
    )
    return [{"group": row.grp, "stratum": row.stratum, "most": row.most} for row in rows]


async def differing_from_log(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> set[str]:
    """Those of these campaigns that are not what the log has of them.

    One that takes ballots must be in the log; a closed one may never have been, when its ballots were imported.
    """
    places = {row.id: row.registered for row in rows if row.registered is not None}
    columns = tables.log_entries.c
    query = select(columns.position, columns.kind, columns.body).where(
        columns.position.in_(list(places.values()))
    )
    logged = {row.position: (row.kind, row.body) for row in await connection.execute(query)}
    return {
        row.id
        for row in rows
        if (row.registered is None and row.state != "closed")
        or (
            row.registered is not None
            and logged.get(row.registered) != ("registration", registration_body(row._mapping))
        )
    }
