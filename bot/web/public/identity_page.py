"""The page on which a citizen shows a telephone, so that they count once on several channels.

Its address is a ticket for one conversation (`bot.conversations.identity_pages`). To open it uses
nothing. The telephone goes from form to form in the citizen's own page and is stored nowhere.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from redis.exceptions import RedisError

from bot.conversations.conductor import Unavailable
from bot.conversations.contract import Incoming
from bot.conversations.identity_pages import Ticket, read_ticket
from bot.conversations.phone_codes import CODE_SECONDS, DIGITS
from bot.core.identity import WEB
from bot.crypto.keyrings import KeyMissing
from bot.fieldwork.audience.addresses import phone_number
from bot.web.public.citizen_cookie import new_id, read_cookie
from bot.web.public.code_guard import count_wrong_code, wrong_codes_of
from bot.web.shared.app_keys import PHONE_CODES, SERVICE
from bot.web.shared.middleware import close_files, is_over_limit, read_form
from bot.web.shared.templates import accepted_language, render
from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.events import Identified
from survey_flows.identity_kinds import PHONE
from survey_flows.localized_names import in_language
from survey_flows.outside_window import Phase, phase

MAX_BYTES = 4096
LONGEST_PHONE = 24
CODES_AN_ADDRESS = 600
"""Codes that one network may ask for in an hour: a carrier has one address for many people."""
WRONG_AN_ADDRESS = 100
"""Wrong codes of one network in an hour after which it waits; people mistype, guessers must."""
TOLD = ("identity-done", "identity-withdrawn")
CODE = re.compile(rf"[0-9]{{{DIGITS}}}")


@dataclass(frozen=True, slots=True)
class Place:
    """A ticket that is good, and its campaign."""

    ticket: Ticket
    campaign: CampaignDefinition


async def show_identity(request: web.Request) -> web.Response:
    """Shows the form for a telephone."""
    return _page(request, "phone") if _place(request) else _ended(request)


async def take_identity(request: web.Request) -> web.Response:
    """Sends a code to a telephone, or takes the code that came."""
    form = await read_form(request, MAX_BYTES, unsaid=True)
    close_files(form)
    place = _place(request)
    if place is None:
        return _ended(request)
    if not request.app[PHONE_CODES].can_send:
        return _page(request, "away", status=503)
    phone = phone_number(str(form.get("phone", ""))[:LONGEST_PHONE].strip())
    if phone is None:
        return _page(request, "phone", "id-bad-phone")
    try:
        if "code" in form:
            return await _compare(request, place, phone, str(form["code"]))
        return await _send(request, place, phone)
    except (RedisError, OSError, Unavailable):
        return _page(request, "away", status=503)
    except KeyMissing:
        return _ended(request)


async def _send(request: web.Request, place: Place, phone: str) -> web.Response:
    if await is_over_limit(request, "identity", CODES_AN_ADDRESS):
        return _page(request, "away", "id-busy", status=429)
    lang = accepted_language(request)
    await request.app[PHONE_CODES].send(place.ticket, phone, lang, partial(_words, place, lang))
    return _page(request, "code", phone=phone)


async def _compare(request: web.Request, place: Place, phone: str, typed: str) -> web.Response:
    if await wrong_codes_of(request) >= WRONG_AN_ADDRESS:
        return _page(request, "away", "id-busy", status=429)
    code = "".join(unicodedata.normalize("NFKC", typed).split())
    right = CODE.fullmatch(code) and await request.app[PHONE_CODES].compare(
        place.ticket, phone, code
    )
    if not right:
        await count_wrong_code(request)
        return _page(request, "code", "id-bad-code", phone=phone)
    return await _take(request, place, phone)


async def _take(request: web.Request, place: Place, phone: str) -> web.Response:
    """Tells the conversation of the identity, and the citizen what came of it."""
    service, ticket = request.app[SERVICE], place.ticket
    identity = await asyncio.to_thread(service.keys.identity, ticket.campaign, PHONE, phone)
    event = Identified(ticket.campaign, identity, accepted_language(request))
    incoming = Incoming(f"identity:{new_id()}", ticket.channel, ticket.user, event)
    reply = await service.conductor.handle(incoming)
    # The chat may speak another language than the browser.
    say, spoken = place.campaign.wording.say, reply.screen.lang if reply.screen else event.lang
    told = tuple(say(event.lang, key) for key in TOLD if say(spoken, key) in reply.notices)
    state = "done" if told else "elsewhere"
    return _page(request, state, notices=told, web_chat=ticket.channel == WEB)


def _words(place: Place, lang: str, code: str) -> str:
    """Returns the text of the short message."""
    definition, minutes = place.campaign, CODE_SECONDS // 60
    asks = definition.organiser
    name = in_language(asks.name, lang, definition) if asks else ""
    said = definition.wording.say(
        lang, "identity-code-text", code=code, minutes=minutes, organiser=name
    )
    return said.strip()


def _place(request: web.Request) -> Place | None:
    """Returns what a ticket is for while its campaign takes it; a browser's from it alone."""
    service = request.app[SERVICE]
    now = service.clock.now()
    ticket = read_ticket(service.keys, request.match_info["ticket"], now)
    if ticket is None or (ticket.channel == WEB and read_cookie(request) != ticket.user):
        return None
    definition = service.live_campaigns.get(ticket.campaign)
    if definition is None or PHONE not in definition.identity:
        return None
    return Place(ticket, definition) if phase(definition, now) is Phase.OPEN else None


def _ended(request: web.Request) -> web.Response:
    return _page(request, "ended", status=410)


def _page(
    request: web.Request,
    state: str,
    problem: str = "",
    *,
    status: int = 0,
    phone: str = "",
    notices: tuple[str, ...] = (),
    web_chat: bool = False,
) -> web.Response:
    return render(
        request,
        "identity.html",
        accepted_language(request),
        status=status or (422 if problem else 200),
        state=state,
        problem=problem,
        ticket=request.match_info["ticket"],
        phone=phone,
        notices=notices,
        web_chat=web_chat,
        digits=DIGITS,
        minutes=CODE_SECONDS // 60,
    )
