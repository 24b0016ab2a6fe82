"""The keys of campaigns: made when a campaign opens, demanded until it is closed.

Gate and mixer hold one key each for a campaign (their *holders* here). The database keeps the id of
each key, so that a lost or exchanged key is found before anything is accepted under another one.
A campaign whose key is missing takes nothing until the file is back; other campaigns go on.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns.states import CLOSING, OPEN, PAUSED
from bot.core.events import event
from bot.crypto.gate_keys import GateKeys
from bot.crypto.keyrings import Keyring, key_id
from bot.storage.database import reading, upsert, writing
from bot.storage.schema import all as tables

log = logging.getLogger(__name__)

GATE, MIXER = "gate", "mixer"
USED_IN = {GATE: (OPEN, PAUSED), MIXER: (OPEN, PAUSED, CLOSING)}
"""The states of a campaign in which a holder's key has to be there."""


async def remember_key(
    connection: AsyncConnection, campaign: str, holder: str, secret: bytes
) -> None:
    """Keeps the id of a campaign's key in the transaction that opens the campaign."""
    row = {"campaign": campaign, "holder": holder, "key_id": key_id(secret), "missing": None}
    await upsert(connection, tables.campaign_keys, ["campaign", "holder"], [row])


async def make_gate_key(connection: AsyncConnection, keys: GateKeys, campaign: str) -> None:
    """Makes the gate's key of a campaign that opens, and keeps its id."""
    await remember_key(connection, campaign, GATE, keys.voters.find_or_create(campaign))


async def check_keys(
    database: AsyncEngine, holder: str, ring: Keyring, lead: str = ""
) -> Mapping[str, str]:
    """Compares a holder's keys with the ids that the campaigns keep, and stores what is missing.

    Args:
        database: where the campaigns are.
        holder: `GATE` or `MIXER`.
        ring: the holder's keys, each named by ``lead`` and the campaign.
        lead: begins the names.

    Returns:
        The file of the key, by campaign, where it is missing or another one.
    """
    async with reading(database) as connection:
        known = await _read_ids(connection, holder)
    found = {campaign: ring.find(lead + campaign) for campaign in known}
    unknown = {campaign for campaign, (kept, _) in known.items() if kept is None}
    if unknown:
        await _take_over(database, holder, ring, lead, unknown)
    wrong: dict[str, str] = {}
    for campaign, (kept, _) in known.items():
        secret = found[campaign]
        if campaign not in unknown and (secret is None or key_id(secret) != kept):
            wrong[campaign] = str(ring.path(lead + campaign))
    changed = {
        campaign: wrong.get(campaign)
        for campaign, (_, missing) in known.items()
        if campaign not in unknown and missing != wrong.get(campaign)
    }
    await _store(database, holder, changed)
    return wrong


async def read_missing_keys(connection: AsyncConnection) -> dict[str, tuple[str, ...]]:
    """Returns the files of missing keys by campaign; readiness names them ``keys``."""
    columns = tables.campaign_keys.c
    query = select(columns.campaign, columns.missing).where(columns.missing.is_not(None))
    found: dict[str, tuple[str, ...]] = {}
    for row in await connection.execute(query.order_by(columns.campaign, columns.holder)):
        found[row.campaign] = (*found.get(row.campaign, ()), row.missing)
    return found


async def _read_ids(
    connection: AsyncConnection, holder: str
) -> dict[str, tuple[str | None, str | None]]:
    """Returns id and missing file of the key of each campaign that uses one now."""
    campaigns, kept = tables.campaigns.c, tables.campaign_keys.c
    join = tables.campaigns.outerjoin(
        tables.campaign_keys, (kept.campaign == campaigns.id) & (kept.holder == holder)
    )
    query = select(campaigns.id, kept.key_id, kept.missing).select_from(join)
    rows = await connection.execute(query.where(campaigns.state.in_(USED_IN[holder])))
    return {row.id: (row.key_id, row.missing) for row in rows}


async def _store(database: AsyncEngine, holder: str, changed: Mapping[str, str | None]) -> None:
    if not changed:
        return
    columns = tables.campaign_keys.c
    async with writing(database) as connection:
        for campaign, file in changed.items():
            row = update(tables.campaign_keys).where(
                columns.campaign == campaign, columns.holder == holder
            )
            await connection.execute(row.values(missing=file))
    for campaign, file in changed.items():
        if file:
            log.error(
                "campaign %s takes nothing: its key %s is missing or another",
                campaign,
                file,
                extra=event("campaign_key", campaign=campaign, reason="missing"),
            )
        else:
            log.warning(
                "campaign %s goes on: its key at the %s is back",
                campaign,
                holder,
                extra=event("campaign_key", campaign=campaign, reason="back"),
            )


async def _take_over(
    database: AsyncEngine, holder: str, ring: Keyring, lead: str, campaigns: set[str]
) -> None:
    """Keeps the ids of keys from before ids were kept.

    Older versions made a key when the first ballot came, so that an open campaign may rightly have
    none as long as nothing rests on it.
    """
    async with writing(database) as connection:
        for campaign in sorted(campaigns):
            name, secret = lead + campaign, ring.find(lead + campaign)
            if secret is None and not await _any(connection, _rests_on_key(holder, campaign)):
                secret = ring.find_or_create(name)
            if secret is not None:
                await remember_key(connection, campaign, holder, secret)
                continue
            row = {"campaign": campaign, "holder": holder, "key_id": ""}
            row["missing"] = str(ring.path(name))
            await connection.execute(tables.campaign_keys.insert(), [row])
            log.error(
                "campaign %s takes nothing: its key %s is missing",
                campaign,
                row["missing"],
                extra=event("campaign_key", campaign=campaign, reason="missing"),
            )


def _rests_on_key(holder: str, campaign: str) -> Sequence[Select[Any]]:
    logged, waiting = tables.log_entries.c, tables.staging.c
    sealed = _rows(logged.campaign == campaign, logged.body.is_(None))
    if holder == MIXER:
        return (
            sealed,
            _rows(tables.held_comments.c.id.is_not(None)),
            _rows(tables.pressure.c.campaign == campaign),
        )
    return (
        sealed,
        _rows(waiting.id.is_not(None)),
        _rows(tables.quota_places.c.campaign == campaign),
        _rows(tables.invitations.c.campaign == campaign),
    )


def _rows(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(literal(1)).where(*conditions).limit(1)


async def _any(connection: AsyncConnection, queries: Sequence[Select[Any]]) -> bool:
    for query in queries:
        if (await connection.execute(query)).first():
            return True
    return False
