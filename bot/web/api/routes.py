"""The routes of the interface for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.web.api.operation import Operation
from bot.web.api.operation_table import OPERATIONS
from bot.web.shared.lazy_routes import lazy_module, lazy_route, loaded
from bot.web.shared.problems import PREFIX

if TYPE_CHECKING:
    from bot.web.api import openapi, request
else:
    openapi = lazy_module("bot.web.api.openapi")
    request = lazy_module("bot.web.api.request")


def api_routes() -> list[web.RouteDef]:
    """Returns a route for each operation, and for the document that describes them."""
    return [
        lazy_route("GET", f"{PREFIX}/openapi.json", openapi.send_document),
        lazy_route("GET", "/api", openapi.show_document),
        *(_route(operation) for operation in OPERATIONS),
    ]


def _route(operation: Operation) -> web.RouteDef:
    async def page(received: web.Request) -> web.StreamResponse:
        return await loaded(request.answer)(received, operation)

    return web.route(operation.method, operation.full_path, page)
