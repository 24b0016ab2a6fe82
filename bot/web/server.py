"""The web server's application: the citizens' chat, the administrator's pages, static files."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web
from sqlalchemy import text

from bot.service.composition import Service
from bot.storage.database import reading
from bot.web.admin.bundle_jobs import BUNDLE_JOBS, BundleJobs
from bot.web.admin.routes import staff_routes
from bot.web.api.routes import api_routes
from bot.web.public import chat as citizen
from bot.web.public import log_pages
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.lazy_routes import lazy_handler
from bot.web.shared.middleware import error_pages, security_headers
from bot.web.shared.result_cache import RESULT_CACHE, ResultCache
from bot.web.shared.templates import prepare_templates, serve_asset

RESULTS = (
    ("/results", "public.results.list_results"),
    ("/results/{campaign}", "public.results.show_result"),
    ("/results/{campaign}/data.{form:json|csv|zip|xlsx}", "public.results.send_data"),
    ("/results/{campaign}/bundle.zip", "public.results.send_bundle"),
)
"""What anybody may read of campaigns that are over."""
ROBOTS = "User-agent: *\nDisallow: /r/\nDisallow: /c\nDisallow: /admin\nDisallow: /api/\n"


def make_web(
    service: Service, extra_routes: Iterable[web.AbstractRouteDef] = ()
) -> web.Application:
    """The application over a built service. ``extra_routes`` are mounted beside the pages (Telegram's webhook)."""
    app = web.Application(middlewares=[error_pages])
    app[SERVICE] = service
    app.on_response_prepare.append(security_headers(service.settings))
    prepare_templates(app)
    app[RESULT_CACHE] = ResultCache()
    app[BUNDLE_JOBS] = BundleJobs()
    app.on_cleanup.append(app[BUNDLE_JOBS].stop)
    app.add_routes(citizen.routes)
    app.add_routes(log_pages.routes)
    app.add_routes(staff_routes())
    app.add_routes(api_routes())
    app.add_routes([web.route("GET", path, lazy_handler(where)) for path, where in RESULTS])
    app.add_routes(
        [
            web.get("/static/{name}", serve_asset),
            web.get("/robots.txt", _robots),
            web.get("/healthz", _health),
        ]
    )
    app.add_routes(extra_routes)
    return app


async def _robots(_request: web.Request) -> web.Response:
    return web.Response(text=ROBOTS)


async def _health(request: web.Request) -> web.Response:
    """Whether ballots can be taken: the database answers."""
    try:
        async with reading(request.app[SERVICE].database) as connection:
            await connection.execute(text("SELECT 1"))
    except Exception:
        return web.Response(text="the database cannot be reached\n", status=503)
    return web.Response(text="ok\n")
