"""The numbers of a closing, and whether they agree with what the gate accepted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.log_loss import LOSS
from bot.storage.schema import all as tables
from bot.transparency.entry_bodies import INTAKE, closing_body
from bot.transparency.log_reader import find_act
from survey_flows.errors import Message

NUMBERS, ACCEPTED = "close-check-numbers", "close-check-accepted"
"""Checks, by the messages that say what each found."""


async def count_all(
    connection: AsyncConnection, campaign: str, missing: int = 0, unended: int = 0
) -> str:
    """Returns the text of the campaign's closing.

    Args:
        connection: reads what is stored.
        campaign: its id.
        missing: messages that two people settled as lost.
        unended: streams of the gate whose end nobody knows, which they settled too.
    """
    return closing_body(
        campaign,
        counted=await _count(connection, campaign, tables.ballots),
        superseded=await _count(connection, campaign, tables.superseded),
        withdrawn=await _count(connection, campaign, tables.withdrawals),
        comments=await _count(connection, campaign, tables.comments),
        voters=await _count(connection, campaign, tables.ballots, distinct(tables.ballots.c.voter)),
        missing=missing,
        unended=unended,
    )


async def _count(connection: AsyncConnection, campaign: str, table: Table, what: Any = None) -> int:
    counted = func.count() if what is None else func.count(what)
    query = select(counted).select_from(table).where(table.c.campaign == campaign)
    return int((await connection.execute(query)).scalar_one())


async def logged_closing(connection: AsyncConnection, campaign: str) -> str | None:
    """Returns the text of the campaign's closing in the log; None before it is closed."""
    found = await find_act(connection, "closing", campaign)
    return found[1] if found else None


async def other_numbers(connection: AsyncConnection, campaign: str) -> list[Message]:
    """Compares what is stored with the closing and the gate's act, once they are in the log."""
    closing = await logged_closing(connection, campaign)
    if closing is None:
        return []
    logged, stored = json.loads(closing), json.loads(await count_all(connection, campaign))
    same = all(logged[name] == stored[name] for name in ("counted", "superseded", "withdrawn"))
    found = [] if same else [Message(NUMBERS, count=0, positions=())]
    act = await find_act(connection, INTAKE, campaign)
    if act is None or act[1] is None:
        return found
    gaps = (logged.get("missing", 0), logged.get("unended", 0))
    return found + await differs_from_intake(connection, campaign, json.loads(act[1]), *gaps)


async def differs_from_intake(
    connection: AsyncConnection,
    campaign: str,
    intake: Mapping[str, Any],
    missing: int,
    unended: int,
) -> list[Message]:
    """Returns what the ballots lack, or have more, than the gate accepted.

    Ballots of before the gate signed are not among those it counted, and not among these.

    Args:
        connection: reads what is stored.
        campaign: its id.
        intake: the gate's act.
        missing: messages of any kind that are known to be missing.
        unended: streams of the gate whose counts nobody knows; then nothing is compared.
    """
    if unended:
        return []
    missing += await _lost(connection, campaign)
    kept = await _signed(connection, campaign, tables.ballots, tables.ballots.c.number)
    kept += await _signed(connection, campaign, tables.superseded, tables.superseded.c.unit_voter)
    waiting = tables.held_withdrawals
    gone = await _signed(connection, campaign, waiting, waiting.c.erasure)
    query = select(tables.withdrawals.c.body).where(tables.withdrawals.c.campaign == campaign)
    async for (body,) in await connection.stream(query):
        gone += "erasure" in json.loads(body)
    short = intake["accepted"] - kept - gone
    if 0 <= short <= missing and 0 <= intake["erased"] - gone <= missing:
        return []
    return [Message(ACCEPTED, accepted=intake["accepted"], stored=kept + gone)]


async def _lost(connection: AsyncConnection, campaign: str) -> int:
    """Returns how many entries of a campaign have lost their texts, as public acts say."""
    columns = tables.log_entries.c
    query = select(columns.body).where(columns.kind == LOSS, columns.campaign == campaign)
    bodies = (await connection.execute(query.where(columns.body.is_not(None)))).scalars()
    return sum(len(json.loads(body)["positions"]) for body in bodies)


async def _signed(connection: AsyncConnection, campaign: str, table: Table, column: Any) -> int:
    query = select(func.count()).select_from(table)
    query = query.where(table.c.campaign == campaign, column.is_not(None))
    return int((await connection.execute(query)).scalar_one())
