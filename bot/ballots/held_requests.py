"""Hands held requests to the offices after their day, shuffled, without stopped ones."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from random import SystemRandom
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballots.stored_forms import Submission
from bot.storage.schema import all as tables

DAY = 86_400
STOP_MEMORY_SECONDS = 7 * DAY
"""A request is held for no more than a day, unless the mixer is away."""
ID_BYTES = 5


async def store_requests(connection: AsyncConnection, submissions: Sequence[Submission]) -> None:
    """Store requests in an order drawn by lot; a person's next words on a unit join the first."""
    wanted = [
        submission
        for submission in submissions
        if submission["at"] > await _opted_out(connection, submission)
    ]
    SystemRandom().shuffle(wanted)
    for submission in sorted(wanted, key=lambda submission: submission["day"]):
        name = await _request_id(connection, submission)
        words = {"request": name, "sender": "", "sent_on": submission["day"], "state": "", "due": 0}
        words |= {"text": submission["text"], "shared": submission["shared"]}
        await connection.execute(tables.request_messages.insert(), [words])


async def order_after_stops(connection: AsyncConnection, submissions: Sequence[Submission]) -> None:
    """Gives what people leave after they stopped a moment after their stop, which tells the day."""
    for submission in submissions:
        stopped = await _opted_out(connection, submission)
        submission["at"] = max(submission["at"], stopped + 1)


def stop_second(now: int, before: int) -> int:
    """Returns the second that stands for a stop: the end of its day (UTC), or after the one before.

    Args:
        now: epoch seconds.
        before: what stands for the person's stop before; 0 for none.
    """
    return max((now // DAY + 1) * DAY, before + 1)


async def _opted_out(connection: AsyncConnection, submission: Submission) -> int:
    """Return the epoch second at which the person last opted out; 0 for never."""
    columns = tables.request_stops.c
    query = select(columns.at).where(columns.mark == bytes.fromhex(submission["mark"]))
    return (await connection.execute(query)).scalar() or 0


async def _request_id(connection: AsyncConnection, submission: Submission) -> str:
    """Find or make the request of a submission, with a fresh way to answer it."""
    lookup, columns = bytes.fromhex(submission["lookup"]), tables.requests.c
    reach: dict[str, Any] = {
        "sealed": base64.b64decode(submission["sealed"]),
        "lang": submission["lang"],
    }
    found = (await connection.execute(select(columns.id).where(columns.lookup == lookup))).scalar()
    if found:
        await connection.execute(tables.requests.update().where(columns.id == found).values(reach))
        return str(found)
    name = base64.b32encode(secrets.token_bytes(ID_BYTES)).decode()
    row = {
        "id": name,
        "lookup": lookup,
        **{key: submission[key] for key in ("campaign", "unit", "day")},
    }
    await connection.execute(tables.requests.insert(), [row | reach])
    return name


async def forget_stops(connection: AsyncConnection, now: datetime) -> None:
    """Delete opt-outs that no held request can come before."""
    columns = tables.request_stops.c
    await connection.execute(
        delete(tables.request_stops).where(columns.at < int(now.timestamp()) - STOP_MEMORY_SECONDS)
    )
