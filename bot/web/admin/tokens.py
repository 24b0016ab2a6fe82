"""The console's page of the API tokens."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.accounts.api_tokens import (
    LONGEST_DAYS,
    SCOPES,
    USUAL_DAYS,
    create_token,
    list_tokens,
    revoke_token,
)
from bot.web.admin.page import Visit, staff_page

PATH = "/admin/tokens"


@staff_page
async def show_tokens(visit: Visit) -> web.Response:
    """Shows every token without its secret, and the form for another."""
    return await _page(visit)


async def _page(visit: Visit, made: str = "", name: str = "") -> web.Response:
    zone, now = ZoneInfo(visit.service.settings.timezone), visit.service.clock.now().timestamp()
    rows = [
        {
            "it": token,
            "state": token.state(now),
            "until": datetime.fromtimestamp(token.expires, zone).date(),
        }
        for token in await list_tokens(visit.service.database)
    ]
    order = {"good": 0, "expired": 1, "revoked": 2}
    rows.sort(key=lambda row: order[str(row["state"])])
    limits = {"days": USUAL_DAYS, "longest": LONGEST_DAYS}
    return visit.render(
        "tokens", rows=rows, scopes=SCOPES, made=made, name=name, path_of=PATH, **limits
    )


@staff_page
async def take_token(visit: Visit) -> web.Response:
    """Makes a token, and shows it this once."""
    form = visit.form
    scopes = [str(scope) for scope in form.getall("scope", [])] if form is not None else []
    name, login = visit.text("name"), visit.visitor.login
    made = await create_token(
        visit.service.roster, name, scopes, visit.text("days"), login, visit.service.clock
    )
    return await _page(visit, made, name)


@staff_page
async def take_revoke(visit: Visit) -> web.Response:
    """Revokes a token."""
    await revoke_token(visit.service.roster, visit.path_param("token"), visit.service.clock)
    return visit.redirect(PATH, "revoked")
