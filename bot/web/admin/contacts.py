"""The console's page of contacts: counts, import and opt-outs; no contact is ever shown."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.accounts.preferences import preferences_in
from bot.campaigns.registered import year_scheme
from bot.fieldwork.audience.contact_file import KINDS, blank_list, import_contacts, import_opt_outs
from bot.fieldwork.audience.contacts import REASONS, count_contacts
from bot.storage.database import reading
from bot.web.admin.page import Visit, staff_page
from bot.web.shared.downloads import XLSX, download
from bot.web.shared.templates import page_words
from survey_flows.errors import BadInput


@staff_page
async def show_contacts(visit: Visit) -> web.Response:
    """Shows the page."""
    return await _page(visit)


async def _page(
    visit: Visit,
    status: int = 200,
    problem: str | None = None,
    done: tuple[str, dict[str, int]] = ("", {}),
) -> web.Response:
    async with reading(visit.service.database) as connection:
        fatigue = (await preferences_in(connection)).fatigue_days
        count = await count_contacts(connection, visit.today, fatigue)
    side = "zh" if visit.lang.startswith("zh") else "en"
    scheme = await year_scheme(visit.service.database, None)
    names = {group: called[side] for group, called in scheme.groups.items()}
    return visit.render(
        "contacts",
        status=status,
        groups=[(names.get(group, group), number) for group, number in count.groups.items()],
        reasons={reason: count.left_out[reason] for reason in REASONS},
        kinds_of_address=[(_kind(visit, kind), number) for kind, number in count.kinds.items()],
        fatigue=fatigue,
        kinds=KINDS,
        problem=problem,
        outcome=done,
    )


def _kind(visit: Visit, kind: str) -> str:
    return page_words().say(visit.lang, f"contacts-by-{kind}")


@staff_page
async def send_list(visit: Visit) -> web.Response:
    """Sends an empty list to fill in."""
    kind = visit.path_param("list")
    if kind not in KINDS:
        raise web.HTTPNotFound
    body = await blank_list(visit.service.database, kind, visit.lang)
    return download(body, XLSX, f"minping-contacts-{kind}.xlsx")


@staff_page
async def take_contacts(visit: Visit) -> web.Response:
    """Imports a list, whole or not at all; problems name row and column."""
    kind, file = visit.text("kind"), visit.form.get("file") if visit.form is not None else None
    if kind not in KINDS or not isinstance(file, web.FileField) or not file.filename:
        return await _page(visit, 422, problem=page_words().say(visit.lang, "import-choose"))
    data = await asyncio.to_thread(file.file.read)
    try:
        done = await _store(visit, kind, file.filename, data)
    except BadInput as error:
        return await _page(visit, 422, problem=error.render(visit.lang))
    return await _page(visit, done=done)


async def _store(visit: Visit, kind: str, name: str, data: bytes) -> tuple[str, dict[str, int]]:
    """Stores a list. Returns the sentence's key and its numbers."""
    service = visit.service
    if kind == "opt-out":
        rows, new = await import_opt_outs(
            service.database, service.contact_keys, name, data, visit.today
        )
        return "contacts-opted-out", {"rows": rows, "new": new}
    checking = visit.text("check") == "yes"
    done = await import_contacts(
        service.database, service.contact_keys, name, data, visit.today, checking
    )
    numbers = {
        "new": done.new,
        "changed": done.changed,
        "same": done.unchanged,
        "out": done.opted_out,
    }
    return "contacts-checked" if checking else "contacts-imported", numbers
