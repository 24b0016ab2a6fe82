"""The middleware that counts answers for a monitoring system."""

from __future__ import annotations

import asyncio
from time import perf_counter

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.service.metrics.request_counts import RequestCounts
from bot.web.shared.middleware import Handler

GONE = 499
"""The status of a request whose client left before its answer, as nginx writes it."""


def counting(counts: RequestCounts) -> Middleware:
    """Returns the middleware that notes each answer's status and duration in ``counts``."""

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        began, status, streamed = perf_counter(), 500, False
        try:
            response = await handler(request)
            status, streamed = response.status, not isinstance(response, web.Response)
            return response
        except web.HTTPException as error:
            status = error.status
            raise
        except asyncio.CancelledError:
            status = GONE
            raise
        finally:
            seconds = None if streamed else perf_counter() - began
            counts.note(request.method, request.path, status, seconds)

    return count
