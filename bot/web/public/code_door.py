"""The door of codes: ten signs from a letter or an SMS, in an address or typed.

A code is somebody's invitation, or opens somebody's own result. A GET looks nothing up, tells
nothing and uses nothing, because messengers, mail programs and scanners fetch addresses before
anybody reads them; the button's POST does. Of a result it leads to `bot.web.public.own_page`.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.core.short_codes import fold_code
from bot.fieldwork.audience.admission import knows_code
from bot.storage.database import reading
from bot.web.public import chat
from bot.web.public.citizen_cookie import form_id
from bot.web.public.code_guard import count_wrong_code, slow_down
from bot.web.public.start_page import organiser_lines
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.middleware import close_files, read_form
from bot.web.shared.templates import accepted_language, render
from survey_flows.events import Started


async def show_entry(request: web.Request) -> web.Response:
    """Shows the form for a code."""
    return _entry(request)


async def show_door(request: web.Request) -> web.Response:
    """Shows the buttons for the code in the address; looks nothing up and tells nothing."""
    code = fold_code(request.match_info["code"])
    if not code:
        raise web.HTTPNotFound
    return _entry(request, code)


def _entry(request: web.Request, code: str = "", problem: str = "") -> web.Response:
    service, lang = request.app[SERVICE], accepted_language(request)
    way = service.live_campaigns.way(Started(), "", service.clock.now())
    given: dict[str, Any] = {"code": code, "problem": problem, "id": form_id(request)}
    given["organisers"] = organiser_lines(way, lang)
    return render(request, "code_door.html", lang, status=422 if problem else 200, **given)


async def take_code(request: web.Request) -> web.StreamResponse:
    """Begins the rating to which a code invites."""
    form = await read_form(request, chat.MAX_BYTES, unsaid=True)
    close_files(form)
    code = fold_code(str(form.get("code", "")))
    await slow_down(request)
    service = request.app[SERVICE]
    async with reading(service.database) as connection:
        invited = await knows_code(connection, service.keys, service.live_campaigns, code)
    if not invited:
        await count_wrong_code(request)
        return _entry(request, problem="door-wrong")
    return await chat.start_by(request, code)
