"""What a campaign registers in the log before it takes ballots, and whether it still says the same.

Triggers keep a registered campaign from being changed by a slip. A change that gets around them is
found when the service loads the campaign, and by everybody with `minping verify`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.definition import read_definition
from bot.campaigns.organiser import organiser_in, organiser_part
from bot.campaigns.states import CLOSED
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk, facts_of
from bot.transparency.entry_bodies import registration_body
from survey_flows.campaign_definition import Organiser

REGISTRATION = "registration"


def definition_with_seed(
    row: Row[Any],
    limits: Sequence[Mapping[str, Any]] = (),
    organiser: Organiser | None = None,
) -> str:
    """Returns the definition's text as it is registered: with organiser, link limits and seed.

    The desk draws the seed when it signs the opening, so that nobody who drafts a campaign chooses
    its sample. ``limits`` come from `read_limits`.
    """
    parts: dict[str, Any] = {"links": list(limits)} if limits else {}
    parts |= organiser_part(organiser)
    return read_definition(row).text_with(**parts, seed=secrets.token_hex(32))


async def order_registration(
    connection: AsyncConnection, desk: Desk, row: Row[Any]
) -> dict[str, str]:
    """Freezes a campaign's definition and has the desk sign it; returns the columns to store."""
    limits, organiser = await read_limits(connection, row.id), await organiser_in(connection)
    frozen = {"definition": definition_with_seed(row, limits, organiser)}
    body = registration_body({**row._mapping, **frozen})
    await desk.order(connection, REGISTRATION, row.id, facts_of(body), name=row.id)
    return frozen


def registers(body: str, row: Row[Any]) -> bool:
    """Returns whether a registration's body says what the campaign's row says."""
    return facts_of(body) == facts_of(registration_body(row._mapping))


async def read_limits(connection: AsyncConnection, campaign: str) -> list[dict[str, Any]]:
    """Returns group, stratum and limit of each link that is meant for a number of people.

    The token is left out: whoever reads the log must not get into the campaign by it.
    """
    columns = tables.links.c
    query = select(columns.group_code, columns.stratum, columns.max_people).where(
        columns.campaign == campaign
    )
    rows = await connection.execute(
        query.where(columns.max_people.is_not(None)).order_by(*query.selected_columns)
    )
    return [
        {"group": row.group_code, "stratum": row.stratum, "most": row.max_people} for row in rows
    ]


async def differing_from_log(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> set[str]:
    """Returns the ids of the campaigns that differ from their registration in the log.

    A campaign that takes ballots must be in the log. A closed one may be absent from it, because
    imported campaigns are never registered.
    """
    places = {row.id: row.registered for row in rows if row.registered is not None}
    columns = tables.log_entries.c
    query = select(columns.position, columns.kind, columns.body, columns.form).where(
        columns.position.in_(list(places.values()))
    )
    logged = {row.position: row for row in await connection.execute(query)}
    return {row.id for row in rows if _differs(row, logged.get(row.registered))}


def _differs(row: Row[Any], logged: Row[*tuple[Any, ...]] | None) -> bool:
    if row.registered is None:
        return bool(row.state != CLOSED)
    return logged is None or logged.kind != REGISTRATION or not registers(logged.body, row)
