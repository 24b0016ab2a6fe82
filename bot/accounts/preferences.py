"""Preferences of administrators, from the settings page; they take effect at once, everywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, time
from typing import Any, ClassVar

from pydantic import Field, field_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.accounts.roles import ROLE_CHOICES, ROLES
from bot.core.checked_input import CheckedInput, checked
from bot.core.stale_forms import lock_settings, require_seen
from bot.storage.database import reading, upsert, writing
from bot.storage.schema.all import preferences
from survey_flows.errors import Message

HOURS = "09:00-20:30"
"""The hours in which messages are sent by default."""
FATIGUE_DAYS = 180
"""Half a year: a yearly campaign may invite everybody, and nobody is invited more than twice."""
MOST_DAYS = 3650
MOST_HOLIDAYS = 100


@dataclass(frozen=True, slots=True)
class Preferences:
    """Defaults of pushes and samples, and the roles that need a second factor.

    Attributes:
        hours: local time in which messages are sent, ``HH:MM-HH:MM``.
        not_on: local days on which nothing is sent, in ISO form.
        fatigue_days: contacts invited within so many days are not invited again.
        second_factor: roles that cannot work without one.
    """

    hours: str = HOURS
    not_on: tuple[str, ...] = ()
    fatigue_days: int = FATIGUE_DAYS
    second_factor: tuple[str, ...] = ()


_NAMES = tuple(field.name for field in fields(Preferences))


class SendingTimes(CheckedInput):
    """The hours and days of messages."""

    hours: str
    not_on: tuple[str, ...] = ()

    problems: ClassVar = {
        "hours": Message("preferences-bad-hours", example=HOURS),
        "not_on": Message("preferences-bad-day"),
    }

    @field_validator("hours")
    @classmethod
    def _span(cls, value: str) -> str:
        found = re.fullmatch(r"(\d\d:\d\d)-(\d\d:\d\d)", value)
        begin, end = map(time.fromisoformat, found.groups() if found else ("", ""))
        if begin >= end:
            raise ValueError(value)
        return value

    @field_validator("not_on")
    @classmethod
    def _days(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for day in value:
            date.fromisoformat(day)
        return value


class PreferencesInput(SendingTimes):
    """Preferences as a form or a program hands them in."""

    not_on: tuple[str, ...] = Field((), max_length=MOST_HOLIDAYS)
    fatigue_days: int = Field(ge=0, le=MOST_DAYS)
    second_factor: tuple[str, ...] = ()

    problems: ClassVar = {
        "hours": SendingTimes.problems["hours"],
        "not_on": Message("preferences-bad-days", most=MOST_HOLIDAYS),
        "fatigue_days": Message("preferences-bad-fatigue-days", most=MOST_DAYS),
        "second_factor": Message("account-unknown-role", roles=ROLE_CHOICES),
    }

    @field_validator("second_factor")
    @classmethod
    def _roles(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if set(value) - set(ROLES):
            raise ValueError(value)
        return value


def check_times(hours: str, not_on: Sequence[str]) -> None:
    """Refuses hours and days in which no message can be sent.

    Raises:
        BadInput: which of them, and how to write it.
    """
    checked(SendingTimes, hours=hours, not_on=tuple(not_on))


def chosen_preferences(
    hours: str, not_on: Sequence[str], fatigue_days: int | str, second_factor: Sequence[str]
) -> Preferences:
    """Returns the preferences that a person or a program chose.

    Raises:
        BadInput: the hours, a day, the number of days or a role is wrong.
    """
    asked = checked(
        PreferencesInput,
        hours=hours,
        not_on=tuple(not_on),
        fatigue_days=fatigue_days,
        second_factor=tuple(second_factor),
    )
    return Preferences(**asked.model_dump())


def said_preferences(found: Preferences) -> dict[str, str]:
    """Returns the preferences as a form says them."""
    days, roles = " ".join(found.not_on), " ".join(sorted(found.second_factor))
    said = {"hours": found.hours, "not_on": days, "fatigue_days": str(found.fatigue_days)}
    return said | {"second_factor": roles}


async def read_preferences(database: AsyncEngine) -> Preferences:
    """Returns the stored preferences."""
    async with reading(database) as connection:
        return await preferences_in(connection)


async def preferences_in(connection: AsyncConnection) -> Preferences:
    """Returns the stored preferences, in the caller's transaction."""
    rows: dict[str, Any] = {
        row.name: json.loads(row.value)
        for row in await connection.execute(
            select(preferences.c.name, preferences.c.value).where(preferences.c.name.in_(_NAMES))
        )
    }
    lists = {name: tuple(value) for name, value in rows.items() if isinstance(value, list)}
    return Preferences(**(rows | lists))


async def save_preferences(
    database: AsyncEngine, wanted: Preferences, seen: str | None = None
) -> None:
    """Stores the preferences.

    Args:
        database: where they are.
        wanted: what somebody chose.
        seen: the digest of those that the form showed; None: whatever stands is replaced.

    Raises:
        BadInput: as `chosen_preferences`, or others were stored meanwhile.
    """
    found = chosen_preferences(**asdict(wanted))
    rows = [{"name": name, "value": json.dumps(value)} for name, value in asdict(found).items()]
    async with writing(database) as connection:
        await lock_settings(connection)
        require_seen(said_preferences(await preferences_in(connection)), seen)
        await upsert(connection, preferences, ["name"], rows)
