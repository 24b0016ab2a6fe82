"""Who a browser is: a random number in a cookie, and ids of pages that were given to it."""

from __future__ import annotations

import hmac
import secrets

from aiohttp import web

from bot.crypto.gate_keys import GateKeys
from bot.service.composition import Service
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.middleware import is_secure

COOKIE_DAYS = 90
STAMP = 16
"""Signs of the stamp in the id of a known citizen's page."""


def new_id() -> str:
    """Returns 128 random bits as text."""
    return secrets.token_urlsafe(16)


def read_cookie(request: web.Request) -> str | None:
    """Returns the citizen's id from the cookie; None for an id that we did not issue.

    Invented ids would get round the waiting page.
    """
    service = request.app[SERVICE]
    user, _, stamp = request.cookies.get(_cookie_name(service), "").partition(".")
    if not (user and user.isascii() and stamp.isascii()):
        return None
    return user if hmac.compare_digest(stamp, _stamp(service.keys, user)) else None


def set_cookie(response: web.StreamResponse, service: Service, user: str) -> None:
    """Gives the browser the citizen's id, for `COOKIE_DAYS`."""
    response.set_cookie(
        _cookie_name(service),
        f"{user}.{_stamp(service.keys, user)}",
        max_age=COOKIE_DAYS * 86400,
        httponly=True,
        samesite="Lax",
        secure=is_secure(service.settings),
    )


def drop_cookie(response: web.StreamResponse, service: Service) -> None:
    """Takes the citizen's id out of the browser."""
    secure = is_secure(service.settings)
    response.del_cookie(_cookie_name(service), secure=secure, httponly=True, samesite="Lax")


def _cookie_name(service: Service) -> str:
    return "__Host-m" if is_secure(service.settings) else "m"


def _stamp(keys: GateKeys, user: str) -> str:
    return keys.person("web cookie", user).hex()[:32]


def form_id(request: web.Request) -> str:
    """Returns the one-time id of a page's forms; that of a known citizen shows whose page it is."""
    user, name = read_cookie(request), new_id()
    return f"{name}-{_page_stamp(request, user, name)}" if user else name


def is_own_id(request: web.Request, user: str, given: str) -> bool:
    """Returns whether an id is one that this citizen's page was given."""
    name, _, stamp = given.rpartition("-")
    return hmac.compare_digest(stamp.encode(), _page_stamp(request, user, name).encode())


def _page_stamp(request: web.Request, user: str, name: str) -> str:
    return request.app[SERVICE].keys.person("web page", f"{user} {name}").hex()[:STAMP]
