"""The page on which a citizen shows an identity, so that they count once on several channels.

Its address is a ticket for one conversation (`bot.conversations.identity_pages`). To open it uses
nothing. The telephone goes from form to form in the citizen's own page and is stored nowhere, and
the identity provider's number for a person is turned into a pseudonym as it comes.
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
from bot.openid.client import OpenIdClient
from bot.openid.flows import Flow
from bot.openid.provider_files import CITIZENS
from bot.web.public.citizen_cookie import new_id, read_cookie
from bot.web.public.code_guard import count_wrong_code, wrong_codes_of
from bot.web.shared.app_keys import OPENID as OPENID_CLIENTS
from bot.web.shared.app_keys import PHONE_CODES, SERVICE
from bot.web.shared.middleware import close_files, is_over_limit, read_form
from bot.web.shared.openid_pages import (
    NotReturned,
    Returned,
    client_of,
    drop_flow_cookie,
    take_return,
    way_to_provider,
)
from bot.web.shared.templates import accepted_language, render
from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.events import Identified
from survey_flows.identity_kinds import OPENID, PHONE
from survey_flows.localized_names import in_language
from survey_flows.outside_window import Phase, phase

BACK = "/i/back/"
"""Begins the address that is registered with the provider; its name ends it."""
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
    """A ticket that is good, its text, and its campaign."""

    ticket: Ticket
    text: str
    campaign: CampaignDefinition

    @property
    def takes_phone(self) -> bool:
        """Whether a telephone shows an identity here."""
        return PHONE in self.campaign.identity


async def show_identity(request: web.Request) -> web.Response:
    """Shows the ways in which the campaign lets citizens confirm."""
    place = _place(request, request.match_info["ticket"])
    return _page(request, "ways", place) if place else _ended(request)


async def take_identity(request: web.Request) -> web.Response:
    """Sends a code to a telephone, takes the code that came, or leads to the provider."""
    form = await read_form(request, MAX_BYTES, unsaid=True)
    close_files(form)
    place = _place(request, request.match_info["ticket"])
    if place is None:
        return _ended(request)
    if "provider" in form:
        return await _leave(request, place)
    if not place.takes_phone:
        return _ended(request)
    if not request.app[PHONE_CODES].can_send:
        return _page(request, "away", place, status=503)
    phone = phone_number(str(form.get("phone", ""))[:LONGEST_PHONE].strip())
    if phone is None:
        return _page(request, "ways", place, "id-bad-phone")
    try:
        if "code" in form:
            return await _compare(request, place, phone, str(form["code"]))
        return await _send(request, place, phone)
    except (RedisError, OSError, Unavailable):
        return _page(request, "away", place, status=503)
    except KeyMissing:
        return _ended(request)


async def take_back(request: web.Request) -> web.Response:
    """Takes who comes back from the identity provider."""
    client = client_of(request, CITIZENS)

    def wanted(flow: Flow) -> tuple[str, ...]:
        place = _place(request, flow.context)
        return ("phone",) if place and place.takes_phone else ()

    try:
        returned = await take_return(request, client, _back(client), wanted)
    except NotReturned as error:
        return _not_back(request, error)
    place, flow = _place(request, returned.flow.context), returned.flow
    if place is None or OPENID not in place.campaign.identity:
        response = _ended(request, flow.lang)
    elif (shown := shown_by(returned, place.takes_phone)) is None:
        response = _page(request, "away", place, "id-openid-phone", lang=flow.lang)
    else:
        try:
            response = await _take(request, place, *shown, flow.lang)
        except (RedisError, OSError, Unavailable):
            response = _page(request, "away", status=503, lang=flow.lang)
        except KeyMissing:
            response = _ended(request, flow.lang)
    drop_flow_cookie(request, response)
    return response


def shown_by(returned: Returned, takes_phone: bool) -> tuple[str, str] | None:
    """Returns kind and value of the identity that a provider's word shows.

    Where the campaign takes telephones as well, it is the telephone that the provider has checked:
    else one person could be two. None: the provider names none.
    """
    client, claims = returned.client, returned.claims
    if not takes_phone:
        return OPENID, f"{client.provider.issuer}\n{claims['sub']}"
    said = client.claim(claims, "phone")
    is_checked = claims.get("phone_number_verified") is True
    phone = phone_number(said) if isinstance(said, str) and is_checked else None
    return (PHONE, phone) if phone else None


async def _leave(request: web.Request, place: Place) -> web.Response:
    """Leads to the provider; browsers refuse to be redirected to another site by a form of ours."""
    client = _provider(request)
    if client is None or OPENID not in place.campaign.identity:
        return _ended(request)
    try:
        way = await way_to_provider(request, client, _back(client), place.text)
    except NotReturned as error:
        return _not_back(request, error)
    response = _page(request, "leave", place, address=way.address)
    way.bind(request, response)
    return response


def _not_back(request: web.Request, error: NotReturned) -> web.Response:
    flow = error.flow
    place = _place(request, flow.context) if flow else None
    said, lang = f"id-{error.sentence}", flow.lang if flow else ""
    response = _page(request, "away", place, said, status=error.status, lang=lang)
    if flow:
        drop_flow_cookie(request, response)
    return response


def _provider(request: web.Request) -> OpenIdClient | None:
    """Returns the provider for citizens; there is one at most."""
    clients = request.app[OPENID_CLIENTS].values()
    return next((one for one in clients if one.provider.use == CITIZENS), None)


def _back(client: OpenIdClient) -> str:
    return BACK + client.provider.name


async def _send(request: web.Request, place: Place, phone: str) -> web.Response:
    if await is_over_limit(request, "identity", CODES_AN_ADDRESS):
        return _page(request, "away", place, "id-busy", status=429)
    lang = accepted_language(request)
    await request.app[PHONE_CODES].send(place.ticket, phone, lang, partial(_words, place, lang))
    return _page(request, "code", place, phone=phone)


async def _compare(request: web.Request, place: Place, phone: str, typed: str) -> web.Response:
    if await wrong_codes_of(request) >= WRONG_AN_ADDRESS:
        return _page(request, "away", place, "id-busy", status=429)
    code = "".join(unicodedata.normalize("NFKC", typed).split())
    right = CODE.fullmatch(code) and await request.app[PHONE_CODES].compare(
        place.ticket, phone, code
    )
    if not right:
        await count_wrong_code(request)
        return _page(request, "code", place, "id-bad-code", phone=phone)
    return await _take(request, place, PHONE, phone, accepted_language(request))


async def _take(
    request: web.Request, place: Place, kind: str, value: str, lang: str
) -> web.Response:
    """Tells the conversation of the identity, and the citizen what came of it."""
    service, ticket = request.app[SERVICE], place.ticket
    identity = await asyncio.to_thread(service.keys.identity, ticket.campaign, kind, value)
    event = Identified(ticket.campaign, identity, lang)
    incoming = Incoming(f"identity:{new_id()}", ticket.channel, ticket.user, event)
    reply = await service.conductor.handle(incoming)
    # The chat may speak another language than the browser.
    say, spoken = place.campaign.wording.say, reply.screen.lang if reply.screen else event.lang
    told = tuple(say(event.lang, key) for key in TOLD if say(spoken, key) in reply.notices)
    state = "done" if told else "elsewhere"
    web_chat = ticket.channel == WEB
    return _page(request, state, place, notices=told, web_chat=web_chat, lang=lang)


def _words(place: Place, lang: str, code: str) -> str:
    """Returns the text of the short message."""
    definition, minutes = place.campaign, CODE_SECONDS // 60
    asks = definition.organiser
    name = in_language(asks.name, lang, definition) if asks else ""
    said = definition.wording.say(
        lang, "identity-code-text", code=code, minutes=minutes, organiser=name
    )
    return said.strip()


def _place(request: web.Request, text: str) -> Place | None:
    """Returns what a ticket is for while its campaign takes it; a browser's from it alone."""
    service = request.app[SERVICE]
    now = service.clock.now()
    ticket = read_ticket(service.keys, text, now)
    if ticket is None or (ticket.channel == WEB and read_cookie(request) != ticket.user):
        return None
    definition = service.live_campaigns.get(ticket.campaign)
    if definition is None or not definition.identity:
        return None
    return Place(ticket, text, definition) if phase(definition, now) is Phase.OPEN else None


def _ended(request: web.Request, lang: str = "") -> web.Response:
    return _page(request, "ended", status=410, lang=lang)


def _page(
    request: web.Request,
    state: str,
    place: Place | None = None,
    problem: str = "",
    *,
    status: int = 0,
    phone: str = "",
    notices: tuple[str, ...] = (),
    web_chat: bool = False,
    address: str = "",
    lang: str = "",
) -> web.Response:
    lang = lang or accepted_language(request)
    client = _provider(request) if place and OPENID in place.campaign.identity else None
    return render(
        request,
        "identity.html",
        lang,
        status=status or (422 if problem else 200),
        state=state,
        problem=problem,
        ticket=place.text if place else "",
        takes_phone=place is not None and place.takes_phone,
        provider=client.provider.labels[lang] if client else "",
        address=address,
        returned="provider" in request.match_info,
        phone=phone,
        notices=notices,
        web_chat=web_chat,
        digits=DIGITS,
        minutes=CODE_SECONDS // 60,
    )
