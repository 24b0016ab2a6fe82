"""Signing in to the console by an identity provider, beside the password."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from bot.accounts.provider_accounts import (
    ProvidedPerson,
    enter_by_provider,
    login_of_person,
    real_name,
)
from bot.core.urls import web_chat_url
from bot.openid.client import OpenIdClient
from bot.openid.provider_files import CONSOLE
from bot.openid.refusals import OpenIdRefused
from bot.web.admin.sessions import read_visitor
from bot.web.admin.sign_in import enter, record_refused, sign_in_page
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.openid_pages import (
    NotReturned,
    Returned,
    client_of,
    drop_flow_cookie,
    take_return,
    way_to_provider,
)
from bot.web.shared.templates import render
from survey_flows.errors import BadInput
from survey_flows.readers import word_for

BACK = "/admin/sign-in/back/"
"""Begins the address that is registered with a provider; its name ends it."""
WANTED = ("login", "name", "groups")
"""What is asked of the provider again where the token lacks it."""
ACT = BACK + "{provider}"
"""How the audit log knows such a sign-in."""


async def begin(request: web.Request) -> web.Response:
    """Sends somebody to the provider; whoever is signed in needs no other sign-in."""
    client = client_of(request, CONSOLE)
    if await read_visitor(request, request.app[SERVICE]):
        return web.Response(status=303, headers={"Location": "/admin"})
    try:
        way = await way_to_provider(request, client, _back(client))
    except NotReturned as error:
        return sign_in_page(request, error.status, wrong=error.sentence)
    response = web.Response(status=303, headers={"Location": way.address})
    way.bind(request, response)
    return response


async def take_back(request: web.Request) -> web.Response:
    """Opens a session for whom the provider vouches."""
    client, service = client_of(request, CONSOLE), request.app[SERVICE]
    name = client.provider.name
    try:
        returned = await take_return(request, client, _back(client), lambda _: WANTED)
    except NotReturned as error:
        if error.flow is not None:
            await record_refused(service, "", ACT, name)
        lang = error.flow.lang if error.flow else ""
        return _refused(request, error.status, lang, wrong=error.sentence)
    word_for("console")
    person, lang = _person(returned), returned.flow.lang
    try:
        now = int(service.clock.now().timestamp())
        account = await enter_by_provider(service.roster, person, client.provider.roles, now)
    except BadInput as error:
        await record_refused(service, await login_of_person(service.roster, person), ACT, name)
        return _refused(request, 403, lang, problem=error.render(lang))
    # The browser comes from another site, and would not send the session's cookie with a redirect.
    response = render(request, "admin_signed_in.html", lang)
    await enter(request, response, account, ACT, name)
    drop_flow_cookie(request, response)
    return response


async def sign_out_there(request: web.Request) -> web.Response:
    """Sends somebody who has signed out here to the provider's own page for that."""
    client = client_of(request, CONSOLE)
    try:
        await client.metadata()
    except OpenIdRefused as error:
        return sign_in_page(request, 503, wrong=error.sentence)
    if not client.end:
        raise web.HTTPNotFound
    home = f"{web_chat_url(request.app[SERVICE].settings)}/admin/sign-in"
    asked = {"client_id": client.provider.client_id, "post_logout_redirect_uri": home}
    where = f"{client.end}{'&' if '?' in client.end else '?'}{urlencode(asked)}"
    return web.Response(status=303, headers={"Location": where})


def _back(client: OpenIdClient) -> str:
    return BACK + client.provider.name


def _person(returned: Returned) -> ProvidedPerson:
    """Returns the person of a provider's claims, of which only the subject need be there."""
    client, claims = returned.client, returned.claims
    login, groups = client.claim(claims, "login"), client.claim(claims, "groups")
    several = groups if isinstance(groups, list) else [groups]
    return ProvidedPerson(
        client.provider.name,
        client.provider.issuer,
        claims["sub"],
        login if isinstance(login, str) else "",
        real_name(client.claim(claims, "name")),
        frozenset(one for one in several if isinstance(one, str)),
    )


def _refused(
    request: web.Request, status: int, lang: str, wrong: str = "", problem: str = ""
) -> web.Response:
    response = sign_in_page(request, status, lang=lang, wrong=wrong, problem=problem)
    drop_flow_cookie(request, response)
    return response
