"""The citizens' web chat: one screen at a time, in plain forms that work without JavaScript.

A visitor without our cookie gets a start page. Only pressing Start begins a conversation, so that
link previews and robots begin none. Every form carries a one-time id: sent twice, it counts once.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from aiohttp import web
from redis.exceptions import RedisError

from bot.conversations.conductor import Unavailable
from bot.conversations.contract import Incoming, Reply
from bot.core.identity import WEB
from bot.core.short_codes import fold_code
from bot.fieldwork.audience.admission import knows_code
from bot.rectification.buttons import OPEN, SAY, read_request_button
from bot.service.composition import Service
from bot.storage.database import reading
from bot.web.public.chat_screen import chat_view, on_the_web
from bot.web.public.citizen_cookie import (
    drop_cookie,
    form_id,
    is_own_id,
    new_id,
    read_cookie,
    set_cookie,
)
from bot.web.public.code_guard import count_wrong_code, slow_down
from bot.web.public.promise_page import promise_address, promise_file
from bot.web.public.start_page import start_page
from bot.web.public.waiting_room import (
    CARRIED,
    forget_ticket,
    is_over,
    read_ticket,
    waiting_page,
)
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.middleware import (
    PATIENCE,
    close_files,
    is_over_limit,
    read_form,
    says_no_origin,
)
from bot.web.shared.templates import accepted_language, render
from survey_flows.events import (
    Pressed,
    RequestAction,
    Returned,
    Started,
    TopicRequested,
    Typed,
    Update,
)
from survey_flows.outside_window import DELETED
from survey_flows.overlays import explain
from survey_flows.session import IDENTITY, PROMISE
from survey_flows.typed_commands import command_of
from survey_flows.typed_text import clean

CHANNEL = WEB
MAX_BYTES = 16_384
NOTICE_SECONDS = 120
"""Seconds for which the notices of an answer are kept for the next page."""
OTHER_PERSON = "other"
"""The field of a start by another person at the same browser."""
FIELDS = ("press", "text", "at", "thread", "topic", "l", "u", "lang", OTHER_PERSON)
UPDATE_ID = re.compile(r"[A-Za-z0-9_-]{16,40}")
TOPICS = ("language", "help", "privacy", "delete", PROMISE, IDENTITY)

routes = web.RouteTableDef()


@routes.get("/")
@routes.get("/c")
async def show_chat(request: web.Request) -> web.Response:
    """Shows the citizen's screen, or the start page to a new visitor and to one who has a link."""
    user = read_cookie(request)
    if user is None or "l" in request.query or "u" in request.query:
        return start_page(request, request.query.get("l", ""), request.query.get("u", ""))
    return await _shown(request, user, Returned(accepted_language(request)))


@routes.get("/requests")
async def show_requests(request: web.Request) -> web.Response:
    """Shows the citizen's requests with the answers."""
    user = read_cookie(request)
    if user is None:
        return web.Response(status=303, headers={"Location": "/"})
    thread, lang = request.query.get("thread", "")[:8], accepted_language(request)
    return await _shown(request, user, RequestAction(OPEN, thread, lang=lang))


async def _shown(request: web.Request, user: str, event: Update) -> web.Response:
    """Returns what the citizen sees now, under what the page before had to tell."""
    service = request.app[SERVICE]
    reply = await service.conductor.handle(Incoming(f"web:{new_id()}", CHANNEL, user, event))
    told = await _kept_notices(service, user)
    return chat_page(request, replace(reply, notices=told + reply.notices))


@routes.post("/promise")
async def send_promise(request: web.Request) -> web.StreamResponse:
    """Sends the file of the promise that the citizen's screen shows; by a form, never unasked."""
    await _fields(request)
    user = read_cookie(request)
    if user is None:
        return _see_chat(request)
    service = request.app[SERVICE]
    reply = await service.conductor.handle(Incoming(f"web:{new_id()}", CHANNEL, user, Returned()))
    if reply.screen is None or not reply.screen.keep:
        return _see_chat(request)
    return promise_file(reply.screen.keep)


@routes.get("/r/{link}")
@routes.get("/r/{link}/")
@routes.get("/r/{link}/{unit}")
async def show_start(request: web.Request) -> web.Response:
    """Shows the start page of a link, such as one from a QR code."""
    return start_page(request, request.match_info["link"], request.match_info.get("unit", ""))


@routes.get("/u/{unit}")
async def show_unit(request: web.Request) -> web.Response:
    """Shows the start page of a unit, whichever campaign it is rated in at the time."""
    return start_page(request, "", request.match_info["unit"])


@routes.get("/help")
@routes.get("/privacy")
async def show_text(request: web.Request) -> web.Response:
    """Shows help or privacy to a visitor who has not begun."""
    service, lang, topic = request.app[SERVICE], accepted_language(request), request.path[1:]
    definition = service.live_campaigns.current(service.clock.now())
    return render(
        request,
        "text.html",
        lang,
        topic=topic,
        text=on_the_web(explain(definition, lang, topic), lang) if definition else "",
    )


@routes.post("/start")
async def start(request: web.Request) -> web.StreamResponse:
    """Begins a conversation, or continues it by another link.

    Another person at the same browser gets a number of their own, and the one before is gone from
    the browser: nobody sees there what the other answered.
    """
    fields = await _fields(request)
    await _slow_guesses(request, fields.get("l", ""))
    return await _start(request, fields)


async def start_by(request: web.Request, code: str) -> web.StreamResponse:
    """Begins a conversation by a personal code that was typed, or stood in an address."""
    return await _start(request, {**await _fields(request), "l": code})


async def _slow_guesses(request: web.Request, link: str) -> None:
    """Makes who tries codes in place of links wait, as the door of codes does."""
    service, code = request.app[SERVICE], fold_code(link)
    if not code or service.live_campaigns.has_link(link):
        return
    await slow_down(request)
    async with reading(service.database) as connection:
        if not await knows_code(connection, service.keys, service.live_campaigns, code):
            await count_wrong_code(request)


async def _start(request: web.Request, fields: Mapping[str, str]) -> web.StreamResponse:
    user = None if OTHER_PERSON in fields else read_cookie(request)
    if user is None:
        user = new_id()
        if await is_over_limit(request, "new", request.app[SERVICE].settings.web_rate):
            waiting = waiting_page(request, fields, user)
            drop_cookie(waiting, request.app[SERVICE])
            return waiting
    return await _begin(request, fields, user)


@routes.get("/start", allow_head=False)
async def go_on(request: web.Request) -> web.StreamResponse:
    """Begins the conversation of somebody who has waited; the waiting page asks for it by itself.

    Whoever has no ticket sees the start page, whose button begins.
    """
    fields = {name: request.query.get(name, "") for name in CARRIED}
    ticket = read_ticket(request)
    if ticket is None or read_cookie(request) is not None:
        return start_page(request, fields["l"], fields["u"])
    user, since = ticket
    if not is_over(request, since):
        return waiting_page(request, fields, user, since)
    # A page that is loaded twice begins once. The id of an update is stored, and the citizen's
    # must not be.
    name = request.app[SERVICE].keys.person("web waiting update", user).hex()[:32]
    response = await _begin(request, {**fields, "id": name}, user)
    forget_ticket(request, response)
    return response


async def _begin(request: web.Request, fields: Mapping[str, str], user: str) -> web.StreamResponse:
    link, unit, lang = (fields.get(name, "") for name in ("l", "u", "lang"))
    event = Started(link=link, unit=unit, lang=lang, told=True)
    response = await _take(request, fields, user, event)
    set_cookie(response, request.app[SERVICE], user)
    return response


@routes.post("/answer")
async def answer(request: web.Request) -> web.StreamResponse:
    """Takes the press of a button, or typed words."""
    fields = await _fields(request)
    return await _take(request, fields, read_cookie(request), _answered(fields))


@routes.post("/ask")
async def ask(request: web.Request) -> web.StreamResponse:
    """Takes a question for language, help, privacy or deletion, at any step."""
    fields = await _fields(request)
    if fields.get("topic") not in TOPICS:
        raise web.HTTPBadRequest
    return await _take(request, fields, read_cookie(request), TopicRequested(fields["topic"]))


def _answered(fields: Mapping[str, str]) -> Update:
    if "press" in fields:
        return read_request_button(fields["press"]) or Pressed(fields["press"])
    words = fields.get("text", "")
    if "thread" in fields:
        return RequestAction(SAY, fields["thread"][:8], clean(words))
    return command_of(clean(words)) or Typed(words, key=fields.get("at", ""))


async def _take(
    request: web.Request, fields: Mapping[str, str], user: str | None, event: Update
) -> web.StreamResponse:
    """Hands one event to the conductor. Returns a fragment for our script, else a redirection."""
    if user is None:
        return _see_chat(request)
    if isinstance(event, RequestAction):
        event = replace(event, lang=accepted_language(request))
    service = request.app[SERVICE]
    try:
        reply = await service.conductor.handle(
            Incoming(_update_key(request, fields), CHANNEL, user, event)
        )
    except Unavailable:
        return _unsaved_page(request, fields)
    if _wants_fragment(request):
        return chat_page(request, reply)
    told = reply.notices
    if reply.screen is not None and reply.screen.step == DELETED:
        # The page after the redirection begins anew: it knows nothing of what was deleted.
        told = (*told, reply.screen.text)
    await _keep_notices(service, user, told)
    return _see_chat(request, event)


def _see_chat(request: web.Request, event: Update | None = None) -> web.Response:
    if _wants_fragment(request):
        return web.Response(status=204)  # the script then loads the chat page
    path = "/?begun=1" if isinstance(event, Started) else "/"
    if isinstance(event, RequestAction):
        path = f"/requests?{urlencode({'thread': event.code})}"
    return web.Response(status=303, headers={"Location": path})


def _update_key(request: web.Request, fields: Mapping[str, str]) -> str:
    # The content is part of the key: after a lost response, another choice in the same form must
    # not pass for a replay. The key is under our secret, because a plain hash of an answer is found
    # by trying all answers.
    given = fields.get("id", "")
    name = given if UPDATE_ID.fullmatch(given) else new_id()
    content = json.dumps([request.path, *(fields.get(field) for field in FIELDS)])
    return f"web:{name}.{request.app[SERVICE].keys.person('web update', content).hex()[:16]}"


def chat_page(request: web.Request, reply: Reply) -> web.Response:
    """Returns the page of a reply: its screen and its notices."""
    template = "chat_body.html" if _wants_fragment(request) else "chat.html"
    lang = reply.screen.lang if reply.screen else accepted_language(request)
    view = chat_view(reply.screen) if reply.screen else None
    notices = [on_the_web(notice, lang) for notice in reply.notices]
    kept = promise_address(request, reply.screen) if reply.screen else None
    response = render(
        request, template, lang, notices=notices, view=view, kept=kept, id=form_id(request)
    )
    return _marked(request, response)


def _unsaved_page(request: web.Request, fields: Mapping[str, str]) -> web.Response:
    """Returns the same form under the same one-time id, so that nothing that was typed is lost."""
    template = "unsaved_body.html" if _wants_fragment(request) else "unsaved.html"
    response = render(request, template, status=503, action=request.path, fields=fields)
    response.headers["Retry-After"] = "10"
    return _marked(request, response)


def _wants_fragment(request: web.Request) -> bool:
    return "X-Fragment" in request.headers


def _marked(request: web.Request, response: web.Response) -> web.Response:
    if _wants_fragment(request):
        response.headers["X-Fragment"] = "1"
    return response


async def _fields(request: web.Request) -> dict[str, str]:
    """Returns the fields of a form of ours.

    Old browsers in apps say nothing of where a form came from. Theirs is taken when its id is one
    that this citizen's page was given; a citizen without a cookie has nothing to lose by a start.
    """
    form = await read_form(request, MAX_BYTES, unsaid=True)
    close_files(form)
    fields = {name: value for name in (*FIELDS, "id") if isinstance(value := form.get(name), str)}
    user = read_cookie(request)
    if user and says_no_origin(request) and not is_own_id(request, user, fields.get("id", "")):
        raise web.HTTPForbidden
    return fields


async def _keep_notices(service: Service, user: str, notices: tuple[str, ...]) -> None:
    """Keeps notices for the page after the redirection; while Redis is away they are lost."""
    if notices:
        try:
            async with asyncio.timeout(PATIENCE):
                await service.redis.set(
                    _notice_key(service, user), json.dumps(notices), ex=NOTICE_SECONDS
                )
        except (RedisError, OSError):
            return


async def _kept_notices(service: Service, user: str) -> tuple[str, ...]:
    try:
        async with asyncio.timeout(PATIENCE):
            kept = await service.redis.getdel(_notice_key(service, user))
    except (RedisError, OSError):
        return ()
    return tuple(json.loads(kept)) if kept else ()


def _notice_key(service: Service, user: str) -> str:
    return f"minping:web:notices:{service.keys.passing_name('web notices', user).hex()}"
