"""Tokens by which programs use the interface: made once, shown once, kept only as a hash.

A token is ``minping_ID_SECRET``. The id finds the row. The secret has 256 random bits, so its plain
SHA-256 is enough; it is compared in constant time.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy import Row, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.roster import Roster
from bot.core.checked_input import CheckedInput, checked
from bot.core.clock import Clock
from bot.storage.database import reading, writing
from bot.storage.schema.api import tokens
from survey_flows.errors import BadInput, Message, Place

SCOPES = {
    "campaigns:read": "see campaigns, their open links and how many have answered",
    "campaigns:write": "make drafts and links, open, pause, resume and close",
    "results:read": "read the scores and releases of closed campaigns",
    "results:internal": "read a year's appraisal with its leaders and proposals",
    "appeals:write": "register requests, appeals and withdrawals of units and leaders",
    "amendments:prepare": "prepare amendments of sealed years, which people sign",
    "exports:read": "download the files of campaigns and years",
}
"""The scopes of tokens, and what each allows."""
GIVEN = re.compile(r"minping_([a-z2-7]{10})_([A-Za-z0-9_-]{43})")
LONGEST_DAYS, USUAL_DAYS = 366, 90
_NOBODYS = bytes(32)


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token without its secret.

    Times are in epoch seconds; ``last_used_on`` is an ISO date in the city, empty for never.
    """

    name: str
    scopes: tuple[str, ...]
    created_on: int
    expires: int
    revoked: int | None
    last_used_on: str
    created_by: str

    def state(self, now: float) -> str:
        """Returns ``good``, ``expired`` or ``revoked``."""
        return (
            "revoked" if self.revoked is not None else "expired" if self.expires <= now else "good"
        )


class TokenInput(CheckedInput):
    """A token that is asked for; ``days`` is how long it is good."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,31}$")
    scopes: frozenset[Literal[*SCOPES]] = Field(min_length=1)  # type: ignore[valid-type]
    days: int = Field(ge=1, le=LONGEST_DAYS)

    problems: ClassVar = {
        "name": Message("token-bad-name"),
        "scopes": Message("token-unknown-scope", scopes=tuple(SCOPES)),
        "days": Message("token-bad-days", most=LONGEST_DAYS),
    }


async def create_token(
    roster: Roster,
    name: str,
    scopes: Collection[str],
    days: int | str,
    by: str,
    clock: Clock,
) -> str:
    """Makes a token that is good for ``days``; returns it, for the only time.

    Raises:
        BadInput: a field is wrong (`TokenInput`), or a token has or had this name.
    """
    asked = checked(TokenInput, name=name, scopes=frozenset(scopes), days=days)
    id_, secret = clock.token()[:10].lower(), secrets.token_urlsafe(32)
    now = clock.now()
    times = {
        "made": int(now.timestamp()),
        "expires": int((now + timedelta(days=asked.days)).timestamp()),
    }
    chosen = " ".join(scope for scope in SCOPES if scope in asked.scopes)
    row = {"name": name, "id": id_, "digest": _digest(secret), "scopes": chosen, "by": by, **times}
    try:
        async with roster.change() as connection:
            await connection.execute(tokens.insert(), [row])
    except IntegrityError as error:
        raise BadInput(Message("token-name-taken"), Place(subject=name)) from error
    return f"minping_{id_}_{secret}"


async def list_tokens(database: AsyncEngine) -> list[ApiToken]:
    """Returns every token that was ever made, by name."""
    async with reading(database) as connection:
        return [
            _read(row) for row in await connection.execute(select(tokens).order_by(tokens.c.name))
        ]


async def revoke_token(roster: Roster, name: str, clock: Clock) -> None:
    """Revokes a token, at once and for good.

    Raises:
        BadInput: no token has this name, or it was revoked before.
    """
    standing = update(tokens).where(tokens.c.name == name, tokens.c.revoked.is_(None))
    async with roster.change() as connection:
        if not (
            await connection.execute(standing.values(revoked=int(clock.now().timestamp())))
        ).rowcount:
            raise BadInput(Message("token-unknown"), Place(subject=name[:40]))


async def find_token(roster: Roster, given: str, clock: Clock, timezone: str) -> ApiToken | None:
    """Returns the given token if it is good now, and notes the day of its use.

    A token that the service did not write is unknown.
    An unknown token takes as long to refuse as a wrong secret.
    """
    parts = GIVEN.fullmatch(given)
    if parts is None:
        return None
    async with reading(roster.database) as connection:
        row = (await connection.execute(select(tokens).where(tokens.c.id == parts[1]))).first()
        if row is not None and not await roster.knows(connection, "tokens", row.name):
            row = None
    fits = hmac.compare_digest(_digest(parts[2]), bytes(row.digest) if row else _NOBODYS)
    now = clock.now()
    if row is None or not fits or _read(row).state(now.timestamp()) != "good":
        return None
    await _note_use(roster.database, row, now.astimezone(ZoneInfo(timezone)).date().isoformat())
    return _read(row)


async def _note_use(database: AsyncEngine, row: Row[Any], day: str) -> None:
    if row.used == day:
        return
    earlier = or_(tokens.c.used.is_(None), tokens.c.used < day)
    async with writing(database) as connection:
        await connection.execute(
            update(tokens).where(tokens.c.name == row.name, earlier).values(used=day)
        )


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _read(row: Row[Any]) -> ApiToken:
    scopes = tuple(row.scopes.split())
    return ApiToken(row.name, scopes, row.made, row.expires, row.revoked, row.used or "", row.by)
