"""References to handlers: each can be loaded, and no route stands twice."""

from __future__ import annotations

import subprocess
import sys

import pytest
from aiohttp import web

from bot.web.admin.routes import PAGES
from bot.web.api.operation_table import OPERATIONS
from bot.web.server import RESULTS
from bot.web.shared.lazy_routes import check_routes, lazy_module, lazy_route, loaded, name_of
from survey_flows.errors import Misuse


async def page(_request: web.Request) -> web.Response:
    return web.Response()


def test_every_reference_can_be_loaded() -> None:
    handlers = [handler for _, _, handler in PAGES] + [handler for _, handler in RESULTS]
    handlers += [operation.handler for operation in OPERATIONS]
    assert [name_of(one) for one in handlers] == [loaded(one).__name__ for one in handlers]
    models = [model for it in OPERATIONS for model in (it.answer, it.query, it.body) if model]
    assert [name_of(one) for one in models] == [loaded(one).__name__ for one in models]


def test_the_server_loads_no_page_of_the_console_and_no_model_at_its_start() -> None:
    code = (
        "import sys, bot.web.server\n"
        "rare = ('bot.web.api.models', 'bot.web.api.request', 'bot.web.public.results',\n"
        "        'bot.web.admin.campaigns', 'bot.web.admin.years', 'bot.web.admin.page')\n"
        "print([name for name in rare if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("paths", "twice"),
    [
        (("/a", "/b"), False),
        (("/a", "/b", "/a"), True),
        (("/{campaign}/bundle.zip", "/b", "/{name}/bundle.zip"), True),
        ((r"/{year:\d{4}}", "/{year}"), False),
    ],
)
def test_a_route_that_stands_twice_is_an_error(paths: tuple[str, ...], twice: bool) -> None:
    app = web.Application()
    app.add_routes([lazy_route("GET", path, page) for path in paths])
    app.add_routes([lazy_route("POST", paths[-1], page)])
    if not twice:
        check_routes(app.router.routes())
        return
    with pytest.raises(Misuse, match=r"registered twice: .*GET"):
        check_routes(app.router.routes())


def test_a_reference_imports_nothing_before_it_is_loaded() -> None:
    missing = lazy_module("bot.web.no_such_module")
    assert name_of(missing.show) == "show"
    with pytest.raises(ModuleNotFoundError):
        loaded(missing.show)
