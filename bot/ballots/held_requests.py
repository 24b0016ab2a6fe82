"""Follow-ups as the mixer hands them to the offices: once their day is over, shuffled, without what was stopped."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from random import SystemRandom
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballots.batch import Message
from bot.storage.schema import all as tables

STOP_MEMORY_SECONDS = 7 * 86_400
"""Seconds: nothing is held for more than a day, unless the mixer is away."""
NAME = 5


async def store_requests(connection: AsyncConnection, messages: Sequence[Message]) -> None:
    """Store them in an order drawn by lot; what a person leaves about a unit again is added to what there is."""
    wanted = [
        message for message in messages if message["at"] > await _stopped(connection, message)
    ]
    SystemRandom().shuffle(wanted)
    for message in sorted(wanted, key=lambda message: message["day"]):
        name = await _name(connection, message)
        words = {"shortcoming": name, "by": "", "on": message["day"], "state": "", "due": 0}
        words |= {"text": message["text"], "shared": message["shared"]}
        await connection.execute(tables.shortcoming_words.insert(), [words])


async def _stopped(connection: AsyncConnection, message: Message) -> int:
    """When the person last wanted no more; 0 for never."""
    columns = tables.follow_stops.c
    query = select(columns.at).where(columns.mark == bytes.fromhex(message["mark"]))
    return (await connection.execute(query)).scalar() or 0


async def _name(connection: AsyncConnection, message: Message) -> str:
    """The follow-up that the message belongs to, which can be answered from now on."""
    lookup, columns = bytes.fromhex(message["lookup"]), tables.shortcomings.c
    reach: dict[str, Any] = {"sealed": base64.b64decode(message["sealed"]), "lang": message["lang"]}
    found = (await connection.execute(select(columns.id).where(columns.lookup == lookup))).scalar()
    if found:
        await connection.execute(
            tables.shortcomings.update().where(columns.id == found).values(reach)
        )
        return str(found)
    name = base64.b32encode(secrets.token_bytes(NAME)).decode()
    row = {
        "id": name,
        "lookup": lookup,
        **{key: message[key] for key in ("campaign", "unit", "day")},
    }
    await connection.execute(tables.shortcomings.insert(), [row | reach])
    return name


async def forget_stops(connection: AsyncConnection, now: datetime) -> None:
    """Forget stops that have had their effect."""
    columns = tables.follow_stops.c
    await connection.execute(
        delete(tables.follow_stops).where(columns.at < int(now.timestamp()) - STOP_MEMORY_SECONDS)
    )
