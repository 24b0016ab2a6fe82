"""The middleware that gives each request an id, by which its events are found in the log.

Pages of the console and of the interface have a line each, without who asked: the audit log knows
that. Pages of citizens have none, only the events of what went wrong.
"""

from __future__ import annotations

import logging
from time import perf_counter

from aiohttp import web

from bot.core.events import REQUEST, RequestId, event
from bot.service.metrics.request_counts import API, CONSOLE, area_of
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.middleware import Handler

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"


@web.middleware
async def request_ids(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers under an id: that of a trusted proxy, or a new one."""
    trusted = request.app[SERVICE].settings.trusted_proxies
    own = RequestId(request.headers.get(HEADER, "") if trusted else "")
    token, began = REQUEST.set(own), perf_counter()
    try:
        response = await handler(request)
        _tell(request, response, own, perf_counter() - began)
        return response
    except web.HTTPException as error:
        # A redirection, for instance: errors have become pages by then.
        _tell(request, error, own, perf_counter() - began)
        raise
    finally:
        REQUEST.reset(token)


def _tell(
    request: web.Request,
    answer: web.StreamResponse | web.HTTPException,
    own: RequestId,
    seconds: float,
) -> None:
    """Names the id to whoever asked, where it may help, and notes the answer to an official."""
    area = area_of(request.path)
    official = area in (CONSOLE, API)
    if official or answer.status >= 400:
        answer.headers[HEADER] = str(own)
    if official:
        method, route = request.method, request.match_info.route.resource
        log.info(
            "answered",
            extra=event(
                "request",
                area=area,
                method=method,
                route=route.canonical if route else "",
                status=answer.status,
                ms=int(1000 * seconds),
            ),
        )
