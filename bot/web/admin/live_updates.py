"""Live parts of a page: sent again whenever they change, as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.web.admin.page import Visit
from bot.web.shared.templates import render_text

LIVE_FOR = 600.0
"""Seconds until a browser has to ask again, so that a revoked session soon sees nothing more."""


async def stream(
    visit: Visit, template: str, read: Callable[[], Awaitable[Mapping[str, Any]]], seconds: float
) -> web.StreamResponse:
    """Renders ``template`` every few ``seconds`` with the context from ``read``; sends changes."""
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
    )
    await response.prepare(visit.request)
    loop, shown = asyncio.get_running_loop(), ""
    end = loop.time() + LIVE_FOR
    try:
        while loop.time() < end:
            html = render_text(visit.request, template, visit.lang, **await read())
            if html != shown:
                shown = html
                lines = "".join(f"data: {line}\n" for line in html.splitlines())
                await response.write(f"{lines}\n".encode())
            await asyncio.sleep(seconds)
    except (ConnectionResetError, asyncio.CancelledError):
        pass  # the browser closed the connection
    return response
