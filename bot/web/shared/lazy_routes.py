"""Handlers whose module is loaded when the first request for it comes.

What pages for staff and files are made with would cost the citizens' service a tenth of its memory.
"""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def lazy_handler(where: str) -> Handler:
    """The handler ``module.name`` of `bot.web`."""
    module, _, name = where.rpartition(".")

    async def page(request: web.Request) -> web.StreamResponse:
        handler = getattr(importlib.import_module(f"bot.web.{module}"), name)
        response: web.StreamResponse = await handler(request)
        return response

    return page
