"""References to handlers and models whose module is imported when the first request needs it.

The console, the files and the interface for programs would cost the citizens' service a tenth of
its memory, so a table of routes must not import them. It must not name them by strings either:
then neither the type checker nor the import contracts see them. Such a table reads

    if TYPE_CHECKING:
        from bot.web.admin import appeals
    else:
        appeals = lazy_module("bot.web.admin.appeals")

and holds `appeals.show_list`. The type checker sees the function, and a running service sees a
`LazyAttribute`, which `loaded` turns into the function.
"""

from __future__ import annotations

import importlib
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web

from survey_flows.errors import Misuse

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LazyAttribute:
    """A function or class by its module and name."""

    module: str
    name: str


class LazyModule:
    """Stands for a module; each attribute is a `LazyAttribute`."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> LazyAttribute:
        return LazyAttribute(self._module, name)


def lazy_module(module: str) -> Any:
    """Returns a stand-in for the module of this full name; imports nothing."""
    return LazyModule(module)


def loaded(reference: T) -> T:
    """Returns what a reference stands for; imports its module if that has not happened yet."""
    if not isinstance(reference, LazyAttribute):
        return reference
    found: T = getattr(importlib.import_module(reference.module), reference.name)
    return found


def name_of(reference: Any) -> str:
    """Returns the name of a function or class; imports nothing."""
    return str(reference.name if isinstance(reference, LazyAttribute) else reference.__name__)


def lazy_route(method: str, path: str, handler: Handler) -> web.RouteDef:
    """Returns a route whose handler is loaded by the first request for it."""

    async def page(request: web.Request) -> web.StreamResponse:
        return await loaded(handler)(request)

    return web.route(method, path, page)


def check_routes(routes: Iterable[web.AbstractRoute]) -> None:
    """Checks that no two routes answer the same requests; of two, aiohttp never calls the second.

    Raises:
        Misuse: two routes have the same method and addresses.
    """
    found = Counter(_requests_of(route) for route in routes if route.resource is not None)
    twice = [" ".join(requests) for requests, count in found.items() if count > 1]
    if twice:
        raise Misuse(f"these routes are registered twice: {', '.join(twice)}")


def _requests_of(route: web.AbstractRoute) -> tuple[str, str]:
    """Returns the method and the addresses of a route, in which parameters have no name."""
    if route.resource is None:
        return route.method, ""
    pattern = route.resource.get_info().get("pattern")
    if pattern is None:
        return route.method, route.resource.canonical
    return route.method, re.sub(r"\?P<\w+>", "", pattern.pattern)
