"""The page that puts off a start for some seconds when very many come from one network at once.

Nobody is turned away for an address: a service hall or a carrier has one for thousands of people.
The page goes on by itself, without script. Its ticket is a cookie, so that no link can begin a
conversation under an id that somebody else knows.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from bot.service.composition import Service
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.middleware import is_secure
from bot.web.shared.templates import render

SECONDS = 20
TICKET_SECONDS = 600
"""Seconds for which a ticket is good; a phone may sleep meanwhile."""
CARRIED = ("l", "u", "lang")
"""The fields of the start that the waiting page carries on."""


def waiting_page(
    request: web.Request, fields: Mapping[str, str], user: str, since: int | None = None
) -> web.Response:
    """Returns the page that goes on by itself when the time is over.

    Args:
        request: the request that begins or goes on waiting.
        fields: of the start, as it was pressed.
        user: the new citizen's id.
        since: when the waiting began; None for now.
    """
    service = request.app[SERVICE]
    now = _now(service)
    since = now if since is None else since
    carried = {name: fields[name] for name in CARRIED if fields.get(name)}
    left = max(1, since + SECONDS - now)
    response = render(
        request,
        "waiting.html",
        carried.get("lang", ""),
        seconds=left,
        address=f"/start?{urlencode({**carried, 'begun': 1})}",
    )
    stamp = _stamp(service, user, since, carried)
    response.set_cookie(
        _cookie_name(service),
        f"{user}.{since}.{stamp}",
        max_age=TICKET_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=is_secure(service.settings),
    )
    return response


def has_ticket(request: web.Request) -> bool:
    """Returns whether the browser keeps a ticket, good or not."""
    return _cookie_name(request.app[SERVICE]) in request.cookies


def read_ticket(request: web.Request) -> tuple[str, int] | None:
    """Returns the citizen's id and when the waiting began; None without a ticket of ours.

    A ticket is good for the start that was pressed, and not for another link.
    """
    service = request.app[SERVICE]
    user, _, rest = request.cookies.get(_cookie_name(service), "").partition(".")
    second, _, stamp = rest.partition(".")
    if not (user and rest.isascii() and user.isascii() and second.isdecimal()):
        return None
    carried = {name: request.query[name] for name in CARRIED if request.query.get(name)}
    since = int(second[:12])
    if not hmac.compare_digest(stamp, _stamp(service, user, since, carried)):
        return None
    return (user, since) if _now(service) - since < TICKET_SECONDS else None


def is_over(request: web.Request, since: int) -> bool:
    """Returns whether somebody who waits since then has waited long enough."""
    return _now(request.app[SERVICE]) - since >= SECONDS


def forget_ticket(request: web.Request, response: web.StreamResponse) -> None:
    """Removes the ticket from the browser; otherwise a later start would take the old id."""
    service = request.app[SERVICE]
    response.del_cookie(
        _cookie_name(service), secure=is_secure(service.settings), httponly=True, samesite="Lax"
    )


def _now(service: Service) -> int:
    return int(service.clock.now().timestamp())


def _cookie_name(service: Service) -> str:
    return "__Host-w" if is_secure(service.settings) else "w"


def _stamp(service: Service, user: str, since: int, carried: Mapping[str, str]) -> str:
    content = json.dumps([user, since, *(carried.get(name, "") for name in CARRIED)])
    return service.keys.person("web waiting", content).hex()[:32]
