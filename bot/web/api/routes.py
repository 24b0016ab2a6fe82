"""The routes of the interface for programs."""

from __future__ import annotations

from aiohttp import web

from bot.web.api.operation import Operation
from bot.web.api.operation_table import OPERATIONS
from bot.web.shared.lazy_routes import Handler, lazy_handler
from bot.web.shared.problems import PREFIX


def api_routes() -> list[web.RouteDef]:
    """A route for each operation, and for the document that describes them."""
    described = [
        web.route("GET", f"{PREFIX}/openapi.json", lazy_handler("api.openapi.send_document")),
        web.route("GET", "/api", lazy_handler("api.openapi.show_document")),
    ]
    return [
        *described,
        *(web.route(one.method, one.full_path, _operation(one)) for one in OPERATIONS),
    ]


def _operation(operation: Operation) -> Handler:
    async def page(request: web.Request) -> web.StreamResponse:
        from bot.web.api.request import answer

        return await answer(request, operation)

    return page
