"""The page of a promise: `/p/<campaign>#…`, and what the chat shows of a promise.

A browser sends nothing of what stands behind «#». The page's script reads it, clears it from the
address at once, and makes the file that the verifiers read. Nothing is kept here.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from bot.campaigns.titles import marked_title
from bot.crypto.gate_signatures import GATE
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.attachments import attachment
from bot.web.shared.templates import accepted_language, render
from survey_flows.effects import Screen
from survey_flows.localized_names import in_language, show_deadline
from survey_flows.overlays import PROMISE_TIME
from survey_flows.promises import FRAGMENT

FILE = "minping-promise.txt"

routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class PromiseLink:
    """Where a promise's page is, and the address as a QR code for another device."""

    address: str
    picture: Markup


def promise_address(request: web.Request, screen: Screen) -> PromiseLink | None:
    """Returns the page of the promise that a screen shows, or None where it shows none."""
    if not screen.keep:
        return None
    address = screen.address
    whole = address if "://" in address else f"{request.url.origin()}{address}"
    return PromiseLink(address, _picture(whole))


def _picture(address: str) -> Markup:
    import segno

    out = io.BytesIO()
    look = {"dark": "#000", "light": "#fff", "xmldecl": False, "svgclass": None, "lineclass": None}
    segno.make(address, error="l", micro=False).save(out, kind="svg", scale=4, border=4, **look)
    return Markup(out.getvalue().decode())  # noqa: S704  (segno's drawing holds no text)


def promise_file(text: str) -> web.Response:
    """Returns a promise as a file."""
    return web.Response(text=text, headers=attachment(FILE))


@routes.get("/p/{campaign}")
async def show_promise(request: web.Request) -> web.Response:
    """Shows the page of any promise of a campaign; what it is about stays in the browser."""
    service, lang = request.app[SERVICE], accepted_language(request)
    definition = service.live_campaigns.get(request.match_info["campaign"])
    if definition is None:
        raise web.HTTPNotFound
    due = definition.closes_at + PROMISE_TIME
    log = service.mixer.key.name
    return render(
        request,
        "promise.html",
        lang,
        title=in_language(marked_title(definition.title, definition.aim.pilot), lang, definition),
        date=show_deadline(definition, lang, due),
        campaign=definition.campaign,
        due=int(due.timestamp()),
        log=log,
        gate=log + GATE,
        length=FRAGMENT,
        file=FILE,
    )
