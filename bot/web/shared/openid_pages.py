"""The way to an identity provider and back, as the console's and the citizens' pages go it.

Neither address has a parameter that says where to go next, so that nobody can be led elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from redis.exceptions import RedisError

from bot.core.events import event
from bot.core.urls import web_chat_url
from bot.openid.client import OpenIdClient
from bot.openid.flows import FLOW_SECONDS, Flow, begin_flow, take_flow
from bot.openid.refusals import OpenIdRefused
from bot.web.shared.app_keys import OPENID, SERVICE
from bot.web.shared.middleware import is_over_limit, is_secure
from bot.web.shared.templates import accepted_language

log = logging.getLogger(__name__)

SIGN_INS_AN_ADDRESS = 600
"""Sign-ins that one network may begin in an hour: many people share an address."""
STATUSES = {"openid-away": 503, "openid-often": 429}
"""Statuses of the pages of refusals; 403 where nothing stands here."""


@dataclass(frozen=True, slots=True)
class Returned:
    """Who came back from a provider: its claims, and the sign-in that they belong to."""

    client: OpenIdClient
    flow: Flow
    claims: dict[str, Any]


class NotReturned(Exception):
    """Nobody is known by this answer.

    Args:
        sentence: the key of what the page says.
        flow: the sign-in that it belonged to; None where it belonged to none.
    """

    def __init__(self, sentence: str, flow: Flow | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.flow = flow

    @property
    def status(self) -> int:
        """The status of its page."""
        return STATUSES.get(self.sentence, 403)


def client_of(request: web.Request, use: str) -> OpenIdClient:
    """Returns the provider that the address names, as it is asked.

    Raises:
        aiohttp.web.HTTPNotFound: there is none for this use.
    """
    client = request.app[OPENID].get(request.match_info["provider"])
    if client is None or client.provider.use != use:
        raise web.HTTPNotFound
    return client


@dataclass(frozen=True, slots=True)
class Way:
    """The way to a provider: its address, and the cookie that binds the answer to the browser."""

    address: str
    cookie: str

    def bind(self, request: web.Request, response: web.StreamResponse) -> None:
        """Gives the browser the cookie."""
        response.set_cookie(
            _cookie_name(request),
            self.cookie,
            max_age=FLOW_SECONDS,
            httponly=True,
            # Not Strict: the browser comes back from another site, and has to show it then.
            samesite="Lax",
            secure=is_secure(request.app[SERVICE].settings),
        )


async def way_to_provider(
    request: web.Request, client: OpenIdClient, back: str, context: str = ""
) -> Way:
    """Begins a sign-in, and returns the way to the provider.

    Args:
        request: the press of the button.
        client: whom the person is sent to.
        back: the path for the answer, registered with the provider.
        context: what the page needs to know when the person is back.

    Raises:
        NotReturned: too many begin from this network, or the provider is away.
    """
    service, lang = request.app[SERVICE], accepted_language(request)
    if await is_over_limit(request, "openid", SIGN_INS_AN_ADDRESS):
        raise NotReturned("openid-often")
    try:
        begun = await begin_flow(
            service.redis, client.provider.name, client.provider.use, lang, context
        )
        where = await client.authorization_url(begun.flow, begun.state, _address(request, back))
    except OpenIdRefused as error:
        raise _told(client, error) from None
    return Way(where, begun.cookie)


async def take_return(
    request: web.Request,
    client: OpenIdClient,
    back: str,
    wanted: Callable[[Flow], tuple[str, ...]],
) -> Returned:
    """Returns who came back from a provider.

    Args:
        request: brings the answer.
        client: whom the person was sent to.
        back: the path of this request, as before.
        wanted: says of a sign-in which claims the provider is asked for again where the token lacks
            them, as in `identify`; no others are asked for.

    Raises:
        NotReturned: the answer belongs to no sign-in of this browser, or is not taken.
    """
    service = request.app[SERVICE]
    state, cookie = request.query.get("state", ""), request.cookies.get(_cookie_name(request), "")
    name, use = client.provider.name, client.provider.use
    try:
        flow = await take_flow(service.redis, name, use, state, cookie)
    except (RedisError, OSError):
        raise NotReturned("openid-away") from None
    if flow is None:
        raise NotReturned("openid-ended")
    try:
        claims = await client.identify(request.query, flow, _address(request, back), wanted(flow))
    except OpenIdRefused as error:
        raise _told(client, error, flow) from None
    return Returned(client, flow, claims)


def drop_flow_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """Takes the cookie of a sign-in that is over out of the browser."""
    secure = is_secure(request.app[SERVICE].settings)
    response.del_cookie(_cookie_name(request), secure=secure, httponly=True, samesite="Lax")


def _told(client: OpenIdClient, error: OpenIdRefused, flow: Flow | None = None) -> NotReturned:
    log.warning(
        "a sign-in by %s was not taken: %s",
        client.provider.name,
        error.reason,
        extra=event("sign_in_refused", account=client.provider.name, reason=error.reason),
    )
    return NotReturned(error.sentence, flow)


def _address(request: web.Request, path: str) -> str:
    """Returns our own public address for an answer, whatever address the request came by."""
    return web_chat_url(request.app[SERVICE].settings) + path


def _cookie_name(request: web.Request) -> str:
    return "__Host-openid" if is_secure(request.app[SERVICE].settings) else "openid"
