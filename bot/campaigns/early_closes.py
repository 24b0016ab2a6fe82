"""Campaigns that were closed before their planned end: when, and why, as the log says."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.states import EARLY_CLOSE
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place

LONGEST_REASON = 500
"""Characters of a reason, which stands in the public log."""


@dataclass(frozen=True, slots=True)
class EarlyClose:
    """A close before the planned end, both in epoch seconds; older acts say no reason."""

    at: int
    planned: int
    reason: str = ""


def checked_reason(reason: str) -> str:
    """Returns the reason of an early close.

    Raises:
        BadInput: there is none, or it is too long.
    """
    if not reason.strip():
        raise BadInput(Message("campaign-early-reason"), Place(field="reason"))
    if len(reason.strip()) > LONGEST_REASON:
        message = Message("campaign-reason-too-long", most=LONGEST_REASON)
        raise BadInput(message, Place(field="reason"))
    return reason.strip()


async def read_early_closes(connection: AsyncConnection) -> dict[str, EarlyClose]:
    """Returns the early closes by campaign."""
    columns = tables.log_entries.c
    query = select(columns.campaign, columns.body).where(columns.kind == EARLY_CLOSE)
    found: dict[str, EarlyClose] = {}
    for campaign, body in await connection.execute(query.order_by(columns.position)):
        said = json.loads(body)
        if {"at", "planned"} <= said.keys():
            reason = str(said.get("reason", ""))
            found[str(campaign)] = EarlyClose(int(said["at"]), int(said["planned"]), reason)
    return found
