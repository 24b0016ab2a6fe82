"""The console's page of the templates that providers approve."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.fieldwork.outreach.message_templates import (
    FOLLOWING,
    PUBLIC_CLOUDS,
    TEMPLATE_LANGUAGES,
    MessageTemplate,
    Writer,
    kinds_of,
    list_templates,
    preview_template,
    turn_template,
    write_template,
)
from bot.fieldwork.outreach.messenger import Account
from bot.web.admin.page import Visit, no_such_button, staff_page

PATH = "/admin/templates"
WRITE = "write"


@staff_page
async def show_templates(visit: Visit) -> web.Response:
    """Shows every template of the accounts that send templates alone."""
    found = await list_templates(visit.service.database)
    accounts = [
        {
            "it": account,
            "cloud": account.provider in PUBLIC_CLOUDS,
            "card": account.kind == "wechat",
            "places": [
                _place(visit, account, templates, kind, lang)
                for kind in kinds_of(account)
                for lang in TEMPLATE_LANGUAGES
            ],
        }
        for account, templates in found
    ]
    return visit.render("templates", accounts=accounts, path_of=PATH)


def _place(
    visit: Visit, account: Account, templates: list[MessageTemplate], kind: str, lang: str
) -> dict[str, Any]:
    own = next((one for one in templates if (one.kind, one.lang) == (kind, lang)), None)
    found: dict[str, Any] = {"kind": kind, "lang": lang, "it": own}
    if own is not None:
        zone = ZoneInfo(visit.service.settings.timezone)
        at = datetime.fromtimestamp(own.at, zone).strftime("%Y-%m-%d %H:%M")
        found |= {"preview": preview_template(account, own), "at": at}
        found |= {"following": FOLLOWING[own.state]}
    return found


@staff_page
async def take_template(visit: Visit) -> web.Response:
    """Writes a template, or notes how far its provider has come with it."""
    act = visit.text("act")
    if act != WRITE and act not in FOLLOWING:
        raise no_such_button(act)
    place = (visit.text("account"), visit.text("template"), visit.text("lang"))
    writer = Writer(visit.visitor.login, visit.service.clock)
    if act == WRITE:
        await write_template(visit.service.database, place, visit.text("text"), writer)
        return visit.redirect(PATH, "template-written")
    more = (visit.text("provider_id"), visit.text("note"))
    await turn_template(visit.service.database, place, act, writer, *more)
    return visit.redirect(PATH, "template-turned")
