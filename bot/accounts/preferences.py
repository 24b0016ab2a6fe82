"""What administrators choose on the settings page; it takes effect at once, in every process."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.accounts.roles import ROLES
from bot.storage.database import reading, upsert, writing
from bot.storage.schema.all import choices
from survey_flows.errors import BadInput

HOURS = "09:00-20:30"
"""When messages are sent, if nothing else is asked for."""


def check_times(hours: str, not_on: Sequence[str]) -> None:
    """Refuse hours and days that are none.

    Raises:
        BadInput: which, and how to write it.
    """
    found = re.fullmatch(r"(\d\d:\d\d)-(\d\d:\d\d)", hours)
    try:
        begin, end = (
            (time.fromisoformat(part) for part in found.groups()) if found else (time(), time())
        )
    except ValueError:
        begin = end = time()
    if begin >= end:
        raise BadInput(
            f"«{hours}» is no time of the day to send in; write it like {HOURS}", "hours"
        )
    for day in not_on:
        try:
            date.fromisoformat(day)
        except ValueError:
            raise BadInput(
                f"«{day}» is no day; write it like 2026-10-01", "days without messages"
            ) from None


FATIGUE_DAYS = 180
"""Half a year: nobody is asked more than twice a year, and a yearly campaign may ask everybody again."""


MOST_DAYS = 3650
MOST_HOLIDAYS = 100


@dataclass(frozen=True, slots=True)
class Preferences:
    """What is proposed for a new push, who is left out of a new sample, and whose sign-in needs a second factor.

    Attributes:
        hours: local time in which messages are sent, ``HH:MM-HH:MM``.
        not_on: local days on which nothing is sent, in ISO form.
        fatigue_days: who was invited in so many days is not asked again.
        second_factor: roles that cannot work without one.
    """

    hours: str = HOURS
    not_on: tuple[str, ...] = ()
    fatigue_days: int = FATIGUE_DAYS
    second_factor: tuple[str, ...] = ()


async def read_preferences(database: AsyncEngine) -> Preferences:
    """What holds now."""
    async with reading(database) as connection:
        return await preferences_in(connection)


async def preferences_in(connection: AsyncConnection) -> Preferences:
    """What holds now, in a transaction that has begun."""
    rows: dict[str, Any] = {
        row.name: json.loads(row.value)
        for row in await connection.execute(select(choices.c.name, choices.c.value))
    }
    lists = {name: tuple(value) for name, value in rows.items() if isinstance(value, list)}
    return Preferences(**(rows | lists))


async def save_preferences(database: AsyncEngine, wanted: Preferences) -> None:
    """Store what holds from now on.

    Raises:
        BadInput: hours, a day, a number of days or a role that cannot be.
    """
    check_times(wanted.hours, wanted.not_on)
    if len(wanted.not_on) > MOST_HOLIDAYS:
        raise BadInput(
            f"these are more than {MOST_HOLIDAYS} days; take out those that are over", "days"
        )
    if not 0 <= wanted.fatigue_days <= MOST_DAYS:
        raise BadInput(
            f"this is no number of days from 0 to {MOST_DAYS}", str(wanted.fatigue_days)[:20]
        )
    _require_roles(wanted.second_factor)
    rows = [{"name": name, "value": json.dumps(value)} for name, value in asdict(wanted).items()]
    async with writing(database) as connection:
        await upsert(connection, choices, ["name"], rows)


def _require_roles(roles: Sequence[str]) -> None:
    for role in roles:
        if role not in ROLES:
            raise BadInput(f"there is no such role; the roles are {', '.join(ROLES)}", role)
