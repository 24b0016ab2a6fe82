"""The address in each mail and chat message by which a person wants no more invitations.

A GET shows a button and looks nothing up, because mail programs fetch addresses before anybody
reads them. A POST acts, of the button or of the mail program itself (RFC 8058, one click).
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from aiohttp import web

from bot.fieldwork.audience.opt_outs import opt_out_lookups
from bot.storage.database import writing
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.middleware import close_files, read_form
from bot.web.shared.templates import accepted_language, render

MAX_BYTES = 4096


async def show_out(request: web.Request) -> web.Response:
    """Shows the button."""
    return _page(request, "ask")


async def take_out(request: web.Request) -> web.Response:
    """Opts a person out from every address of theirs, on every channel."""
    close_files(await read_form(request, MAX_BYTES, unsaid=True))
    service = request.app[SERVICE]
    lookup = service.contact_keys.read_leave_token(request.match_info["token"])
    if lookup is None:
        return _page(request, "wrong", status=422)
    day = service.clock.now().astimezone(ZoneInfo(service.settings.timezone)).date()
    async with writing(service.database) as connection:
        await opt_out_lookups(connection, [lookup], day)
    return _page(request, "done")


def _page(request: web.Request, state: str, status: int = 200) -> web.Response:
    lang = accepted_language(request)
    token = request.match_info["token"]
    return render(request, "out.html", lang, status=status, state=state, token=token)
