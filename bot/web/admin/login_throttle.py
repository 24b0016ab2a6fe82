"""Throttling of sign-in attempts: nobody guesses a password, nor locks out its owner.

A browser in which a person has signed in before carries a cookie that we made for that person
(OWASP's device cookies). Its attempts are counted apart, so that somebody who fails on purpose from
another browser cannot lock the person out of it.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from aiohttp import web

from bot.service.composition import Service
from bot.web.shared.middleware import client_address, increment_counter, is_secure

WINDOW = 900
MAX_OF_BROWSER, MAX_FOR_LOGIN_FROM_ADDRESS, MAX_FROM_ADDRESS, MAX_FOR_LOGIN = 10, 10, 30, 50
"""Attempts that may fail in `WINDOW` seconds: of a known browser; of others by what they share."""
BROWSER_DAYS = 180


class TooManyAttempts(Exception):
    """Attempts of this kind failed too often."""


@dataclass(frozen=True, slots=True)
class AttemptOrigin:
    """Where an attempt comes from: the client's address, and the cookie of a known browser."""

    address: str
    browser: str = ""


async def count_attempt(
    service: Service, kind: str, login: str, origin: AttemptOrigin
) -> list[str]:
    """Counts an attempt before anything is verified, so that many at once do not slip through.

    Returns the counters, for `clear_attempts` when the attempt succeeds.

    Raises:
        TooManyAttempts: nothing is to be verified.
        redis.exceptions.RedisError: without Redis nobody signs in.
    """
    if is_known_browser(service, login, origin.browser):
        limits = {f"browser {kind} {login} {origin.browser}": MAX_OF_BROWSER}
    else:
        limits = {
            f"address {kind} {origin.address}": MAX_FROM_ADDRESS,
            f"both {kind} {login} {origin.address}": MAX_FOR_LOGIN_FROM_ADDRESS,
            f"login {kind} {login}": MAX_FOR_LOGIN,
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
    """Takes back a successful attempt; earlier failures stay counted."""
    for key in keys:
        await service.redis.decr(key)


def is_known_browser(service: Service, login: str, browser: str) -> bool:
    """Returns whether a browser's cookie was made for this person."""
    nonce, _, stamp = browser.partition(".")
    return (
        bool(nonce)
        and browser.isascii()
        and hmac.compare_digest(stamp, _stamp(service, login, nonce))
    )


def _stamp(service: Service, login: str, nonce: str) -> str:
    return service.keys.person("staff browser", f"{login} {nonce}").hex()[:32]


def origin_of(request: web.Request, service: Service) -> AttemptOrigin:
    """Returns the origin of a request."""
    browser = request.cookies.get(_cookie_name(service), "")
    return AttemptOrigin(
        client_address(request, service.settings), browser if browser.isascii() else ""
    )


def remember_browser(
    response: web.StreamResponse, service: Service, login: str, origin: AttemptOrigin
) -> None:
    """Sets the cookie by which a browser is known as this person's."""
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
