"""What keeps passwords and codes from being guessed, without keeping their owner out.

A browser from which a person has signed in before carries a mark that we made for that person (OWASP's device cookies).
Its tries are counted apart, so that whoever fails on purpose from elsewhere cannot lock the person out of it.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from aiohttp import web

from bot.service.composition import Service
from bot.web.shared.middleware import client_address, increment_counter, is_secure

WINDOW = 900
MOST_OF_A_BROWSER, MOST_FOR_LOGIN_FROM_ADDRESS, MOST_FROM_ADDRESS, MOST_FOR_LOGIN = 10, 10, 30, 50
"""Tries that may fail in `WINDOW` seconds: from a known browser; from all others together, by what they share."""
BROWSER_DAYS = 180


class TooManyAttempts(Exception):
    """Tries of this kind failed too often."""


@dataclass(frozen=True, slots=True)
class AttemptOrigin:
    """Where a try comes from: the client's address, and the mark that its browser carries."""

    address: str
    browser: str = ""


async def count_attempt(
    service: Service, kind: str, login: str, origin: AttemptOrigin
) -> list[str]:
    """Count a try before anything is verified, so that many at once do not slip through.

    Returns what to hand to `forgive` when it was none that failed.

    Raises:
        TooManyAttempts: nothing is to be verified.
        redis.exceptions.RedisError: without Redis nobody signs in.
    """
    if is_known_browser(service, login, origin.browser):
        limits = {f"browser {kind} {login} {origin.browser}": MOST_OF_A_BROWSER}
    else:
        limits = {
            f"address {kind} {origin.address}": MOST_FROM_ADDRESS,
            f"both {kind} {login} {origin.address}": MOST_FOR_LOGIN_FROM_ADDRESS,
            f"login {kind} {login}": MOST_FOR_LOGIN,
        }
    keys = {
        f"minping:staff:tries:{service.keys.person('tries', repr(what)).hex()}": most
        for what, most in limits.items()
    }
    for key, most in keys.items():
        if await increment_counter(service.redis, key, WINDOW) > most:
            raise TooManyAttempts
    return list(keys)


async def clear_attempts(service: Service, keys: list[str]) -> None:
    """The try was none that failed. What failed before stays counted, but for a browser that is known by it."""
    for key in keys:
        await service.redis.decr(key)


def is_known_browser(service: Service, login: str, browser: str) -> bool:
    """Whether a browser's mark was made for this person."""
    nonce, _, stamp = browser.partition(".")
    return (
        bool(nonce)
        and browser.isascii()
        and hmac.compare_digest(stamp, _stamp(service, login, nonce))
    )


def _stamp(service: Service, login: str, nonce: str) -> str:
    return service.keys.person("staff browser", f"{login} {nonce}").hex()[:32]


def origin_of(request: web.Request, service: Service) -> AttemptOrigin:
    """Where a request comes from."""
    browser = request.cookies.get(_cookie_name(service), "")
    return AttemptOrigin(
        client_address(request, service.settings), browser if browser.isascii() else ""
    )


def remember_browser(
    response: web.StreamResponse, service: Service, login: str, origin: AttemptOrigin
) -> None:
    """Let a browser from which a person has signed in be known as theirs."""
    if is_known_browser(service, login, origin.browser):
        return
    nonce, secure = secrets.token_urlsafe(16), is_secure(service.settings)
    value, age = f"{nonce}.{_stamp(service, login, nonce)}", BROWSER_DAYS * 86400
    response.set_cookie(
        _cookie_name(service),
        value,
        max_age=age,
        httponly=True,
        samesite="Strict",
        secure=secure,
        path="/",
    )


def _cookie_name(service: Service) -> str:
    return "__Host-known" if is_secure(service.settings) else "known"
