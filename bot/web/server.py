"""The application of the web server: chat, public pages, console, interface, static files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.conversations.phone_codes import PhoneCodes
from bot.openid.client import OpenIdClient
from bot.openid.provider_files import Provider
from bot.service.children import Children
from bot.service.composition import Service
from bot.service.metrics.request_counts import RequestCounts
from bot.web.admin.bundle_jobs import BUNDLE_JOBS, BundleJobs
from bot.web.admin.routes import console_routes
from bot.web.api.routes import api_routes
from bot.web.public import chat, log_pages, promise_page
from bot.web.shared.app_keys import CHILDREN, OPENID, PHONE_CODES, REQUEST_COUNTS, SERVICE
from bot.web.shared.counting import counting
from bot.web.shared.lazy_routes import check_routes, lazy_module, lazy_route
from bot.web.shared.middleware import error_pages, refuse_encodings, security_headers
from bot.web.shared.request_ids import request_ids
from bot.web.shared.result_cache import RESULT_CACHE, ResultCache
from bot.web.shared.templates import prepare_templates, serve_asset

if TYPE_CHECKING:
    from bot.web.public import (
        code_door,
        identity_page,
        out_page,
        own_page,
        results,
        year_table,
    )
else:
    code_door = lazy_module("bot.web.public.code_door")
    identity_page = lazy_module("bot.web.public.identity_page")
    out_page = lazy_module("bot.web.public.out_page")
    own_page = lazy_module("bot.web.public.own_page")
    results = lazy_module("bot.web.public.results")
    year_table = lazy_module("bot.web.public.year_table")

RESULTS = (
    ("/results", results.list_results),
    ("/results/{campaign}", results.show_result),
    ("/results/{campaign}/data.{form:json|csv|zip|xlsx}", results.send_data),
    ("/results/{campaign}/bundle.zip", results.send_bundle),
    ("/results/{campaign}/minping_verify.py", results.send_verifier),
)
"""The public pages of closed campaigns; they load only when somebody reads them."""
NOTICES = (
    ("GET", r"/results/years/{year:\d{4}}", year_table.show_table),
    ("GET", r"/results/years/{year:\d{4}}/table.json", year_table.send_table),
    ("GET", r"/results/years/{year:\d{4}}/bundle.zip", year_table.send_bundle),
    ("GET", "/result", own_page.show_entry),
    ("POST", "/result", own_page.take_code),
    ("GET", "/k", code_door.show_entry),
    ("POST", "/k", code_door.take_code),
    ("GET", "/{code:[0-9A-Za-z]{10}}", code_door.show_door),
    ("GET", "/i/back/{provider}", identity_page.take_back),
    ("GET", "/i/{ticket}", identity_page.show_identity),
    ("POST", "/i/{ticket}", identity_page.take_identity),
    ("GET", "/out/{token}", out_page.show_out),
    ("POST", "/out/{token}", out_page.take_out),
)
"""The public table of a year in notice, own results, codes, identities, and ways out."""
HIDDEN = (
    "/r/",
    "/u/",
    "/i/",
    "/out/",
    "/hooks/",
    "/c",
    "/p/",
    "/result$",
    "/k$",
    "/admin",
    "/api/",
)
ROBOTS = "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in HIDDEN)


def make_web(
    service: Service,
    extra_routes: Iterable[web.AbstractRouteDef] = (),
    codes: PhoneCodes | None = None,
    providers: Iterable[Provider] = (),
) -> web.Application:
    """Returns the application over a built service.

    Args:
        service: the service that the handlers use.
        extra_routes: further routes, such as Telegram's webhook.
        codes: sends codes that show a telephone; None: nothing does.
        providers: the identity providers that are set up.

    Raises:
        Misuse: two routes answer the same requests.
    """
    counts = RequestCounts(service.clock)
    counted: list[Middleware] = [counting(counts)] if service.settings.metrics else []
    app = web.Application(middlewares=[*counted, request_ids, error_pages, refuse_encodings])
    app[SERVICE] = service
    app[REQUEST_COUNTS] = counts
    app.on_response_prepare.append(security_headers(service.settings))
    prepare_templates(app)
    app[RESULT_CACHE] = ResultCache()
    app[BUNDLE_JOBS] = BundleJobs()
    app[PHONE_CODES] = codes or PhoneCodes(service.redis, service.database, service.keys, None)
    app.on_cleanup.append(_stop_codes)
    app[OPENID] = {one.name: OpenIdClient(one, service.clock) for one in providers}
    app[CHILDREN] = Children(service.settings)
    app.on_cleanup.append(app[BUNDLE_JOBS].stop)
    app.add_routes(chat.routes)
    app.add_routes(log_pages.routes)
    app.add_routes(promise_page.routes)
    app.add_routes(console_routes())
    app.add_routes(api_routes())
    app.add_routes([lazy_route("GET", path, handler) for path, handler in RESULTS])
    app.add_routes([lazy_route(*route) for route in NOTICES])
    app.add_routes(
        [
            web.get("/static/{name}", serve_asset),
            web.get("/robots.txt", _robots),
            web.get("/healthz", _alive),
            web.get("/readyz", _ready),
        ]
    )
    app.add_routes(extra_routes)
    check_routes(app.router.routes())
    return app


async def _stop_codes(app: web.Application) -> None:
    await app[PHONE_CODES].stop()


async def _robots(_request: web.Request) -> web.Response:
    return web.Response(text=ROBOTS)


async def _alive(_request: web.Request) -> web.Response:
    """Answers 200 for as long as the process answers; it reads and writes nothing."""
    return web.Response(text="ok\n")


async def _ready(request: web.Request) -> web.Response:
    """Answers 200 when ballots can be taken, else 503, by the checks' last results."""
    readiness = request.app[SERVICE].readiness
    found = {"failed": readiness.failed, "degraded": readiness.degraded}
    return web.json_response(found, status=503 if found["failed"] else 200)
