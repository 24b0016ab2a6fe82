"""The city's logo in the console: a small PNG that an administrator brings."""

from __future__ import annotations

import json
import struct
from base64 import b64decode, b64encode
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage.database import reading, upsert, writing
from bot.storage.schema.all import preferences
from survey_flows.errors import BadInput, Message, Place

PNG = b"\x89PNG\r\n\x1a\n"
MOST_BYTES, MOST_PIXELS = 50_000, 1024
PICTURE, MARK = "logo", "logo-mark"
"""The names of its rows among the preferences: the picture, and its digest for addresses."""


def check_logo(data: bytes) -> None:
    """Refuses what is no small PNG. An SVG could hold scripts, and a large one weighs on each page.

    Raises:
        BadInput: it is no PNG, or larger than `MOST_BYTES` or `MOST_PIXELS` a side.
    """
    sides = struct.unpack(">II", data[16:24]) if len(data) >= 24 else (0, 0)
    small = len(data) <= MOST_BYTES and all(0 < side <= MOST_PIXELS for side in sides)
    if not (small and data.startswith(PNG) and data[12:16] == b"IHDR"):
        limits = {"kilobytes": MOST_BYTES // 1000, "pixels": MOST_PIXELS}
        raise BadInput(Message("account-logo-not-png", **limits), Place(field="logo"))


async def save_logo(database: AsyncEngine, data: bytes) -> None:
    """Stores the logo; raises as `check_logo`."""
    check_logo(data)
    said = {PICTURE: b64encode(data).decode(), MARK: sha256(data).hexdigest()[:12]}
    rows = [{"name": name, "value": json.dumps(text)} for name, text in said.items()]
    async with writing(database) as connection:
        await upsert(connection, preferences, ["name"], rows)


async def remove_logo(database: AsyncEngine) -> None:
    """Takes the logo away, if there is one."""
    gone = preferences.delete().where(preferences.c.name.in_((PICTURE, MARK)))
    async with writing(database) as connection:
        await connection.execute(gone)


async def read_logo(database: AsyncEngine) -> bytes | None:
    """Returns the picture; None where there is none."""
    async with reading(database) as connection:
        text = await _row(connection, PICTURE)
    return b64decode(text) if text else None


async def logo_mark(connection: AsyncConnection) -> str:
    """Returns the digest of the logo, by which its address changes with it; empty without one."""
    return await _row(connection, MARK)


async def _row(connection: AsyncConnection, name: str) -> str:
    query = select(preferences.c.value).where(preferences.c.name == name)
    found = (await connection.execute(query)).scalar_one_or_none()
    return str(json.loads(found)) if found else ""
