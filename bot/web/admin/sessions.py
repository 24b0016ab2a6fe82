"""Sessions of people who signed in to the console.

A session is a random id in a cookie; Redis keeps it under its hash. It ends after an hour without
use, after twelve hours, at sign-out, when somebody revokes it, and when the person's password
changes or the account is disabled.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.accounts.preferences import read_preferences
from bot.accounts.roles import ADMINISTRATOR, may
from bot.accounts.staff import Account, find_known_account
from bot.service.composition import Service
from bot.web.shared.middleware import is_secure
from bot.web.shared.templates import accepted_language

IDLE, ABSOLUTE = 3600, 12 * 3600
NAME = 16
"""Characters of a session's hash that name it on pages; they open nothing."""
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "MicroMessenger": "WeChat",
    "Chrome": "Chrome",
}
BROWSERS |= {"Safari": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "macOS",
}
SYSTEMS |= {"Linux": "Linux"}
"""Names by a part of the header User-Agent; the first part that is found counts."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person.

    Attributes:
        csrf: the secret that stands in the forms of this session.
        key: the session's key in Redis.
        lang: the language of the pages.
        required_page: the page of the password or second factor that must be set first, or empty.
        provider: the identity provider that opens the account; empty for a password.
        name: the real name by the provider's word, or empty.
    """

    login: str
    role: str
    csrf: str
    key: str
    lang: str = ""
    required_page: str = ""
    provider: str = ""
    name: str = ""

    @property
    def may_act(self) -> bool:
        """Whether this person is an administrator, who may change things."""
        return self.role == ADMINISTRATOR

    def may(self, method: str, path: str) -> bool:
        """Returns whether this person may make this request."""
        return may(self.role, method, path)


@dataclass(frozen=True, slots=True)
class SignInSession:
    """A session as its person sees it; times are in epoch seconds, ``device`` is coarse."""

    name: str
    device: str
    started_at: int
    last_seen_at: int


async def open_session(service: Service, account: Account, device: str = "") -> str:
    """Opens a session. Returns its token, which only the person's cookie holds."""
    token = secrets.token_urlsafe(32)
    now = int(service.clock.now().timestamp())
    session = {
        "login": account.login,
        "mark": _mark(account),
        "csrf": secrets.token_urlsafe(32),
        "device": device,
    }
    async with service.redis.pipeline(transaction=True) as pipe:
        pipe.set(session_key(token), json.dumps(session | {"begun": now, "seen": now}), ex=IDLE)
        pipe.sadd(_index(service, account.login), session_key(token))
        pipe.expire(_index(service, account.login), ABSOLUTE)
        await pipe.execute()
    return token


def session_key(token: str) -> str:
    """Returns a session's key: a hash, so that a reader of Redis cannot take the session over."""
    return f"minping:staff:session:{hashlib.sha256(token.encode()).hexdigest()}"


def _index(service: Service, login: str) -> str:
    return f"minping:staff:sessions:{service.keys.address(f'staff {login}')}"


def _mark(account: Account) -> str:
    return hashlib.sha256(account.password.encode()).hexdigest()[:16]


async def read_visitor(request: web.Request, service: Service) -> Visitor | None:
    """Returns who is signed in by the cookie of the request; None when nobody is.

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


async def _visitor(service: Service, key: str, session: dict[str, Any]) -> Visitor | None:
    now = int(service.clock.now().timestamp())
    account = await find_known_account(service.roster, session["login"])
    if account is None or _is_over(session, account, now):
        await service.redis.delete(key)
        return None
    # Only if the key is still there: a sign-out at the same moment must win.
    await service.redis.set(key, json.dumps(session | {"seen": now}), ex=IDLE, xx=True)
    required_page = await _required_page(service, account)
    of_session = (session["csrf"], key, session["lang"], required_page)
    return Visitor(account.login, account.role, *of_session, account.provider, account.name)


async def _required_page(service: Service, account: Account) -> str:
    if account.provider:
        # The provider asks for whatever a sign-in takes; there is no password here to ask for.
        return ""
    if account.initial_until:
        return "/admin/password"
    required = (
        not account.has_second_factor
        and account.role in (await read_preferences(service.database)).second_factor
    )
    return "/admin/second-factor" if required else ""


def _is_over(session: dict[str, Any], account: Account, now: int) -> bool:
    too_old = now - session["seen"] >= IDLE or now - session["begun"] >= ABSOLUTE
    ended = account.disabled or session["begun"] <= account.signed_out
    return too_old or ended or _mark(account) != session["mark"]


async def list_sessions(service: Service, account: Account) -> list[SignInSession]:
    """Returns a person's sessions, the one used last first."""
    index, now = _index(service, account.login), int(service.clock.now().timestamp())
    keys = await _keys(service, account.login)
    kept = await service.redis.mget(keys) if keys else []
    found = {key: json.loads(raw) for key, raw in zip(keys, kept, strict=True) if raw}
    live = {key: session for key, session in found.items() if not _is_over(session, account, now)}
    if gone := [key for key in keys if key not in live]:
        await service.redis.srem(index, *gone)
    sessions = [
        SignInSession(name_of(key), s.get("device", ""), s["begun"], s["seen"])
        for key, s in live.items()
    ]
    return sorted(sessions, key=lambda session: (-session.last_seen_at, session.name))


async def revoke(service: Service, login: str, name: str) -> bool:
    """Ends one session of a person by its name. Returns whether there was one."""
    return bool(await _delete(service, login, lambda key: name_of(key) == name))


async def revoke_others(service: Service, visitor: Visitor) -> int:
    """Ends a person's sessions but the present one. Returns how many."""
    return await _delete(service, visitor.login, lambda key: key != visitor.key)


async def _delete(service: Service, login: str, wanted: Callable[[str], bool]) -> int:
    ended = [key for key in await _keys(service, login) if wanted(key)]
    return int(await service.redis.delete(*ended)) if ended else 0


async def _keys(service: Service, login: str) -> list[str]:
    """Returns the keys of a person's sessions; some may have expired."""
    found = await service.redis.smembers(_index(service, login))
    return [key.decode() if isinstance(key, bytes) else key for key in found]


def name_of(key: str) -> str:
    """Returns the name of a session on pages."""
    return key.rpartition(":")[2][:NAME]


def device_of(request: web.Request) -> str:
    """Returns browser and system, such as «Firefox · Windows»: too coarse to track anybody."""
    agent = request.headers.get("User-Agent", "")
    parts = [
        next((name for mark, name in marks.items() if mark in agent), "")
        for marks in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(filter(None, parts))


def knows_csrf(visitor: Visitor, given: object) -> bool:
    """Returns whether a form came from a page of this session."""
    return isinstance(given, str) and hmac.compare_digest(given.encode(), visitor.csrf.encode())


async def sign_out(service: Service, visitor: Visitor) -> None:
    """Ends the session."""
    await service.redis.delete(visitor.key)


def cookie_name(service: Service) -> str:
    """Returns the name of the session's cookie; its prefix makes browsers insist on https."""
    return "__Host-staff" if is_secure(service.settings) else "staff"


def set_cookie(response: web.StreamResponse, service: Service, token: str) -> None:
    """Sets the cookie of a session; it lasts until the browser is closed."""
    secure = is_secure(service.settings)
    response.set_cookie(
        cookie_name(service), token, httponly=True, samesite="Strict", secure=secure
    )
