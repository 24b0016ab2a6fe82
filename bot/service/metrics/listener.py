"""The listener of the metrics: an address of its own, never the one of citizens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from bot.core.faults import NotNow, listener_fault
from bot.core.settings import metrics_place, variable
from bot.service.metrics.exposition import CONTENT_TYPE, MetricPage
from survey_flows.errors import Message, Place

FIELD = variable("metrics")


@asynccontextmanager
async def listen(page: MetricPage, address: str) -> AsyncIterator[None]:
    """Answer ``GET /metrics`` at ``host:port``, or at the path of a socket, as long as the block.

    Raises:
        NotNow: the service cannot listen there.
    """

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=page.text(), headers={"Content-Type": CONTENT_TYPE})

    app = web.Application()
    app.router.add_get("/metrics", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        place = metrics_place(address)
        await (
            _open_port(runner, *place) if isinstance(place, tuple) else _open_socket(runner, place)
        )
        yield
    finally:
        await runner.cleanup()


async def _open_port(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise listener_fault(error, host, port, (FIELD, FIELD)) from error


async def _open_socket(runner: web.AppRunner, path: Path) -> None:
    try:
        await web.UnixSite(runner, str(path)).start()
        # Owner and group read; the rights of the folder say who else comes near.
        await asyncio.to_thread(path.chmod, 0o660)
    except OSError as error:
        message = Message("core-socket-not-made", path=str(path))
        raise NotNow(message, Place(field=FIELD)) from error
