"""People who can sign in: their accounts and passwords."""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import dataclass
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Row, Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.accounts.roles import ADMINISTRATOR, ROLES, UNIT
from bot.core.clock import Clock
from bot.storage.database import reading, writing
from bot.storage.schema.all import second_factors, staff, units
from survey_flows.errors import BadInput

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
SHORTEST, LONGEST = 12, 256
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
INITIAL_DAYS = 7
"""Within which a password that was handed out has to be changed."""
GUESSES = 100_000_000
"""Guesses that a password must outlast: what people have chosen before, and its like, is found with fewer."""
LOOKED_AT = 72
"""Characters of a password that are weighed; what follows can only make it harder to guess."""
NOT_WEIGHED = ("minping", "民评")

# OWASP's password storage cheat sheet holds argon2id with 9 MiB and four passes as strong as 19 MiB and two: a sign-in
# must not take a fifth of the citizens' service's memory.
_HASHER = PasswordHasher(time_cost=4, memory_cost=9 * 1024, parallelism=1)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in. ``password`` is its hash, ``second`` whether a second factor is asked for.

    Sessions that began until ``signed_out`` are over. A password that was handed out opens one until
    ``initial_until``, for its owner to choose another; 0 when the password is their own. Both are epoch seconds.
    """

    login: str
    password: str
    role: str
    unit: str
    disabled: bool
    signed_out: int
    initial_until: int
    has_second_factor: bool


def generate_password() -> str:
    """100 random bits in five groups that can be read out."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(5))


async def has_staff(database: AsyncEngine) -> bool:
    """Whether there is any account."""
    async with reading(database) as connection:
        return (await connection.execute(select(staff.c.login).limit(1))).first() is not None


async def find_account(database: AsyncEngine, login: str) -> Account | None:
    """The account of this login, also one that is disabled; white space and capitals do not matter."""
    login = normalize_login(login)
    if not LOGIN.fullmatch(login):
        return None
    async with reading(database) as connection:
        row = (await connection.execute(_accounts().where(staff.c.login == login))).first()
    return _account(row) if row else None


async def list_accounts(database: AsyncEngine) -> list[Account]:
    """Every account by login."""
    async with reading(database) as connection:
        return [
            _account(row) for row in await connection.execute(_accounts().order_by(staff.c.login))
        ]


def normalize_login(login: str) -> str:
    """A login as it is stored."""
    return login.strip().lower()[:64]


def initial_password_expiry(clock: Clock) -> int:
    """Until when a password that is handed out now opens a session."""
    return int(clock.now().timestamp()) + INITIAL_DAYS * 86400


async def add_staff(
    database: AsyncEngine,
    login: str,
    password: str,
    role: str,
    unit: str = "",
    initial_until: int = 0,
) -> None:
    """Let a person sign in; ``unit`` is the code of the unit they belong to, if any.

    A password that is not of the person's own choice was drawn (`generate_password`) and has an end (`handed_out`).

    Raises:
        BadInput: the login is malformed or taken, the password cannot be had, or there is no such role or unit.
    """
    if not LOGIN.fullmatch(login):
        raise BadInput("a login has 1 to 64 characters: a–z, 0–9, dot, - and _", login)
    _require_role(login, role, unit)
    hashed = await _hash(password, login, drawn=initial_until > 0)
    try:
        async with writing(database) as connection:
            await _require_unit(connection, unit)
            row: dict[str, Any] = {
                "login": login,
                "password": hashed,
                "role": role,
                "unit": unit or None,
            }
            row |= {"initial_until": initial_until}
            await connection.execute(staff.insert(), [row])
    except IntegrityError as error:
        raise BadInput("this login is taken; choose another", login) from error


async def set_password(
    database: AsyncEngine, login: str, password: str, initial_until: int = 0
) -> None:
    """Give a person another password; their sessions end. ``initial_until`` as in `add_staff`.

    Raises:
        BadInput: no such login, or the password is too short, too long or too easy to guess.
    """
    values = {
        "password": await _hash(password, login, drawn=initial_until > 0),
        "initial_until": initial_until,
    }
    await _change(database, login, values)


async def change_staff(database: AsyncEngine, login: str, role: str, unit: str = "") -> None:
    """Give a person another role and unit, from their next request on.

    Raises:
        BadInput: no such login, role or unit, or nobody would be left to administrate.
    """
    _require_role(login, role, unit)
    await _change(
        database, login, {"role": role, "unit": unit or None}, unit, keeps=role == ADMINISTRATOR
    )


async def disable_staff(database: AsyncEngine, login: str, disabled: bool = True) -> None:
    """Close an account, which ends its sessions, or open it again. Who did what stays in the audit log.

    Raises:
        BadInput: no such login, or nobody would be left to administrate.
    """
    await _change(database, login, {"disabled": disabled}, keeps=not disabled)


async def end_sessions(database: AsyncEngine, login: str, now: int) -> None:
    """End every session of a person that began until ``now`` (epoch seconds); raises `BadInput` for no such login."""
    await _change(database, login, {"signed_out": now})


async def verify_password(hashed: str, password: str) -> bool:
    """Whether a password fits a hash, in a thread; an empty hash takes as long and never fits."""
    fits = await asyncio.to_thread(_verify, hashed, password[:LONGEST])
    return fits and len(password) <= LONGEST


async def _change(
    database: AsyncEngine, login: str, values: dict[str, Any], unit: str = "", keeps: bool = True
) -> None:
    async with writing(database) as connection:
        await _require_unit(connection, unit)
        done = await connection.execute(
            update(staff).where(staff.c.login == login).values(**values)
        )
        if not done.rowcount:
            raise BadInput("nobody has this login", login)
        if not keeps:
            await _require_administrator(connection, login)


async def _require_administrator(connection: AsyncConnection, login: str) -> None:
    query = select(staff.c.login).where(staff.c.role == ADMINISTRATOR, ~staff.c.disabled).limit(1)
    if (await connection.execute(query)).first() is None:
        raise BadInput("this is the last administrator; make another one first", login)


def _require_role(login: str, role: str, unit: str) -> None:
    if role not in ROLES:
        raise BadInput(f"there is no such role; the roles are {', '.join(ROLES)}", role)
    if role == UNIT and not unit:
        raise BadInput("somebody of this role belongs to a unit; say which (--unit CODE)", login)


async def _require_unit(connection: AsyncConnection, unit: str) -> None:
    """A slip in the code would let a person decide on their own unit."""
    if (
        unit
        and (await connection.execute(select(units.c.code).where(units.c.code == unit))).first()
        is None
    ):
        raise BadInput("there is no such unit; see `minping import units`", unit)


def _accounts() -> Select[Any]:
    factors = second_factors.c
    joined = staff.outerjoin(second_factors, factors.login == staff.c.login)
    return select(*staff.c, factors.confirmed).select_from(joined)


def _account(row: Row[Any]) -> Account:
    rest = (row.disabled, row.signed_out, row.initial_until, bool(row.confirmed))
    return Account(row.login, row.password, row.role, row.unit or "", *rest)


async def _hash(password: str, login: str, drawn: bool = False) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(f"a password has {SHORTEST} to {LONGEST} characters", "password")
    if not drawn and await asyncio.to_thread(_guesses, password, login) < GUESSES:
        raise BadInput(
            "this password is too easy to guess; take several words that do not belong together",
            "password",
        )
    return await asyncio.to_thread(_HASHER.hash, password)


def _guesses(password: str, login: str) -> float:
    from zxcvbn import zxcvbn  # its lists of common passwords and words take memory

    return float(zxcvbn(password[:LOOKED_AT], user_inputs=[login, *NOT_WEIGHED])["guesses"])


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_hex())


def _verify(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed or _nobodys_hash(), password) and bool(hashed)
    except (VerifyMismatchError, InvalidHashError):
        return False
