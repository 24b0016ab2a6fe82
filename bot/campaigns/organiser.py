"""Who asks: kept once for the city, and frozen into each campaign at its registration.

Whoever is asked for a rating must be able to find out who asks, to call there before answering,
and to reach somebody about their data. So no campaign is opened without it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar

from pydantic import Field, field_validator, model_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.checked_input import CheckedInput, WrongTogether, checked
from bot.core.stale_forms import lock_settings, require_seen
from bot.storage.database import reading, upsert, writing
from bot.storage.schema.all import preferences
from survey_flows.campaign_definition import Organiser
from survey_flows.errors import Message

NAME = "organiser"
"""The name of its row among the preferences, and of its part of a definition."""
CHINA = "CN"
LONGEST = 60
_PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{1,28}[0-9]")
_ICP = re.compile(r"\w{1,3}ICP备\d{6,10}号(-\d{1,3})?")
_POLICE = re.compile(r"\w{1,3}公网安备\s?\d{8,14}号")


class OrganiserInput(CheckedInput):
    """Who asks, as a form, a program or a command says it."""

    name_zh: str = Field(min_length=1, max_length=LONGEST)
    name_en: str = Field("", max_length=2 * LONGEST)
    phone: str
    privacy: str = Field(min_length=3, max_length=LONGEST)
    country: str = CHINA
    icp: str = ""
    police: str = ""

    problems: ClassVar = {
        "name_zh": Message("organiser-name-missing", most=LONGEST),
        "name_en": Message("organiser-name-missing", most=LONGEST),
        "phone": Message("organiser-bad-phone"),
        "privacy": Message("organiser-privacy-missing", most=LONGEST),
        "country": Message("organiser-bad-country"),
        "icp": Message("organiser-bad-icp"),
        "police": Message("organiser-bad-police"),
    }

    @field_validator("*", mode="before")
    @classmethod
    def _line(cls, value: object) -> object:
        text = " ".join(value.split()) if isinstance(value, str) else value
        if isinstance(text, str) and not text.isprintable():
            raise ValueError(value)
        return text

    @field_validator("phone")
    @classmethod
    def _callable(cls, value: str) -> str:
        if not _PHONE.fullmatch(value):
            raise ValueError(value)
        return value

    @field_validator("country")
    @classmethod
    def _code(cls, value: str) -> str:
        if not re.fullmatch("[A-Z]{2}", value):
            raise ValueError(value)
        return value

    @model_validator(mode="after")
    def _filed(self) -> OrganiserInput:
        for field, form in (("icp", _ICP), ("police", _POLICE)):
            given = getattr(self, field)
            if form.fullmatch(given) is None and (given or self.country == CHINA):
                raise WrongTogether(self.problems[field], field)
        return self


def chosen_organiser(**fields: Any) -> Organiser:
    """Returns the organiser that a person or a program named; raises `BadInput` by field."""
    asked = checked(OrganiserInput, **fields)
    names = {"zh-Hans": asked.name_zh, "en": asked.name_en or asked.name_zh}
    return Organiser(names, asked.phone, asked.privacy, asked.country, asked.icp, asked.police)


async def save_organiser(
    database: AsyncEngine, organiser: Organiser, seen: str | None = None
) -> None:
    """Stores who asks from now on; registered campaigns keep what they were registered with.

    Args:
        database: where it is.
        organiser: who asks.
        seen: the digest of what the form showed; None: whatever stands is replaced.

    Raises:
        BadInput: somebody else was stored meanwhile.
    """
    async with writing(database) as connection:
        await lock_settings(connection)
        require_seen(said_organiser(await organiser_in(connection)), seen)
        await write_organiser(connection, organiser)


def said_organiser(organiser: Organiser | None) -> dict[str, str]:
    """Returns who asks as a form says it; only the country while nobody has said so."""
    if organiser is None:
        return {"country": CHINA}
    names = {"name_zh": organiser.name["zh-Hans"], "name_en": organiser.name["en"]}
    rest = ("phone", "privacy", "country", "icp", "police")
    return names | {name: str(getattr(organiser, name)) for name in rest}


async def write_organiser(connection: AsyncConnection, organiser: Organiser) -> None:
    """Does what `save_organiser` does, in the caller's transaction."""
    row = {"name": NAME, "value": json.dumps(asdict(organiser), ensure_ascii=False)}
    await upsert(connection, preferences, ["name"], [row])


async def read_organiser(database: AsyncEngine) -> Organiser | None:
    """Returns who asks; None while nobody has said so."""
    async with reading(database) as connection:
        return await organiser_in(connection)


async def organiser_in(connection: AsyncConnection) -> Organiser | None:
    """Returns who asks, in the caller's transaction."""
    query = select(preferences.c.value).where(preferences.c.name == NAME)
    found = (await connection.execute(query)).scalar_one_or_none()
    return Organiser(**json.loads(found)) if found else None


def organiser_part(organiser: Organiser | None) -> dict[str, Mapping[str, Any]]:
    """Returns the part that a registered definition has of it."""
    return {NAME: asdict(organiser)} if organiser else {}
