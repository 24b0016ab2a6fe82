"""Administrators: their passwords, the throttle before them, and their sessions.

A session is a random id in a cookie; Redis keeps it under its hash. It ends after an hour without use, after twelve
hours, at sign-out, and when the person's password or account changes.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from functools import cache

from aiohttp import web
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import Service
from bot.store.database import reading, writing
from bot.store.tables import staff, units
from bot.web.guard import client_address, count, is_secure
from bot.web.pages import accepted_language
from bot.web.rights import ADMINISTRATOR, ROLES, UNIT, may
from survey_flows.errors import BadInput

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
SHORTEST, LONGEST = 12, 256
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
IDLE, ABSOLUTE = 3600, 12 * 3600
WINDOW = 900
TRIES_FOR_LOGIN, TRIES_FROM_ADDRESS = 10, 30
"""Sign-ins that may fail in `WINDOW` seconds."""

# OWASP's password storage cheat sheet holds argon2id with 9 MiB and four passes as strong as 19 MiB and two: a sign-in
# must not take a fifth of the citizens' service's memory.
_HASHER = PasswordHasher(time_cost=4, memory_cost=9 * 1024, parallelism=1)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person, who reads ``lang``. ``key`` names the session in Redis, ``csrf`` stands in their forms."""

    login: str
    role: str
    csrf: str
    key: str
    lang: str = ""

    @property
    def may_act(self) -> bool:
        """Whether this person may change anything."""
        return self.role == ADMINISTRATOR

    def may(self, method: str, path: str) -> bool:
        """Whether this person may make this request."""
        return may(self.role, method, path)


class TooManyTries(Exception):
    """Sign-ins of this login or from this address failed too often."""


def generate_password() -> str:
    """100 random bits in five groups that can be read out."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(5))


async def has_staff(database: AsyncEngine) -> bool:
    """Whether anybody can sign in."""
    async with reading(database) as connection:
        return (await connection.execute(select(staff.c.login).limit(1))).first() is not None


async def add_staff(database: AsyncEngine, login: str, password: str, role: str, unit: str = "") -> None:
    """Let a person sign in; ``unit`` is the code of the unit they belong to, if any.

    Raises:
        BadInput: the login is malformed or taken, the password too short or too long, or there is no such role or unit.
    """
    if not LOGIN.fullmatch(login):
        raise BadInput("a login has 1 to 64 characters: a–z, 0–9, dot, - and _", login)
    if role not in ROLES:
        raise BadInput(f"there is no such role; the roles are {', '.join(ROLES)}", role)
    if role == UNIT and not unit:
        raise BadInput("somebody of this role belongs to a unit; say which (--unit CODE)", login)
    if unit:
        await _require_unit(database, unit)
    row = {"login": login, "password": await _hash(password), "role": role, "unit": unit or None}
    try:
        async with writing(database) as connection:
            await connection.execute(staff.insert(), [row])
    except IntegrityError as error:
        raise BadInput("this login is taken; choose another", login) from error


async def _require_unit(database: AsyncEngine, unit: str) -> None:
    """A slip in the code would let a person decide on their own unit."""
    async with reading(database) as connection:
        if (await connection.execute(select(units.c.code).where(units.c.code == unit))).first() is None:
            raise BadInput("there is no such unit; see `minping import units`", unit)


async def set_password(database: AsyncEngine, login: str, password: str) -> None:
    """Give a person another password; their sessions end.

    Raises:
        BadInput: no such login, or the password is too short or too long.
    """
    hashed = await _hash(password)
    async with writing(database) as connection:
        done = await connection.execute(update(staff).where(staff.c.login == login).values(password=hashed))
    if not done.rowcount:
        raise BadInput("nobody has this login", login)


async def _hash(password: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(f"a password has {SHORTEST} to {LONGEST} characters", "password")
    return await asyncio.to_thread(_HASHER.hash, password)


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_hex())


def _verify(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


async def sign_in(service: Service, login: str, password: str, address: str) -> str | None:
    """Open a session; returns its token, or None when login and password do not fit.

    An unknown login takes as long as a wrong password, and is answered in the same way.

    Raises:
        TooManyTries: nothing was verified.
        redis.exceptions.RedisError: without Redis nobody signs in.
    """
    login = login.strip().lower()[:64]
    tries = _tries(service, "login", login)
    from_address = _tries(service, "address", address)
    # Counted before the password is verified, so that many tries at once do not slip through.
    if await count(service.redis, from_address, WINDOW) > TRIES_FROM_ADDRESS:
        raise TooManyTries
    if await count(service.redis, tries, WINDOW) > TRIES_FOR_LOGIN:
        raise TooManyTries
    known = await _account(service, login) if LOGIN.fullmatch(login) else None
    hashed = known[0] if known else ""
    fits = await asyncio.to_thread(lambda: _verify(hashed or _nobodys_hash(), password[:LONGEST]))
    if not (hashed and fits):
        return None
    await service.redis.delete(tries)
    await service.redis.decr(from_address)
    return await _open_session(service, login, hashed)


async def role_of(service: Service, login: str) -> str:
    """The role of who has this login; empty when nobody has."""
    login = login.strip().lower()[:64]
    known = await _account(service, login) if LOGIN.fullmatch(login) else None
    return known[1] if known else ""


def _tries(service: Service, kind: str, what: str) -> str:
    return f"minping:staff:tries:{kind}:{service.keys.address(what)}"


async def _account(service: Service, login: str) -> tuple[str, str] | None:
    async with reading(service.database) as connection:
        row = (await connection.execute(select(staff.c.password, staff.c.role).where(staff.c.login == login))).first()
    return (row[0], row[1]) if row else None


async def _open_session(service: Service, login: str, hashed: str) -> str:
    token = secrets.token_urlsafe(32)
    now = int(service.clock.now().timestamp())
    session = {"login": login, "mark": _mark(hashed), "csrf": secrets.token_urlsafe(32), "begun": now, "seen": now}
    await service.redis.set(session_key(token), json.dumps(session), ex=IDLE)
    return token


def session_key(token: str) -> str:
    """Where a session is kept: whoever reads Redis cannot take it over."""
    return f"minping:staff:session:{hashlib.sha256(token.encode()).hexdigest()}"


def _mark(hashed: str) -> str:
    return hashlib.sha256(hashed.encode()).hexdigest()[:16]


async def read_visitor(request: web.Request, service: Service) -> Visitor | None:
    """Who is signed in, by the cookie of the request.

    Raises:
        redis.exceptions.RedisError: Redis is away.
    """
    token = request.cookies.get(cookie_name(service), "")
    kept = await service.redis.get(session_key(token)) if token and token.isascii() else None
    if not kept:
        return None
    session = json.loads(kept)
    if "lang" not in session or "lang" in request.query:
        session["lang"] = accepted_language(request)
    return await _visitor(service, session_key(token), session)


async def _visitor(service: Service, key: str, session: dict[str, str | int]) -> Visitor | None:
    now = int(service.clock.now().timestamp())
    account = await _account(service, str(session["login"]))
    over = now - int(session["seen"]) >= IDLE or now - int(session["begun"]) >= ABSOLUTE
    if over or account is None or _mark(account[0]) != session["mark"]:
        await service.redis.delete(key)
        return None
    # Only if it is still there: a sign-out at the same moment must win.
    await service.redis.set(key, json.dumps(session | {"seen": now}), ex=IDLE, xx=True)
    return Visitor(str(session["login"]), account[1], str(session["csrf"]), key, str(session["lang"]))


def knows_csrf(visitor: Visitor, given: object) -> bool:
    """Whether a form came from a page that this session was shown."""
    return isinstance(given, str) and hmac.compare_digest(given.encode(), visitor.csrf.encode())


async def sign_out(service: Service, visitor: Visitor) -> None:
    """End the session."""
    await service.redis.delete(visitor.key)


def cookie_name(service: Service) -> str:
    """The name of the session's cookie; the prefix makes browsers insist on https."""
    return "__Host-staff" if is_secure(service.settings) else "staff"


def set_cookie(response: web.StreamResponse, service: Service, token: str) -> None:
    """Give the browser a session until it is closed."""
    response.set_cookie(
        cookie_name(service), token, httponly=True, samesite="Strict", secure=is_secure(service.settings)
    )


def address_of(request: web.Request, service: Service) -> str:
    """The client's address, for the throttle."""
    return client_address(request, service.settings)
