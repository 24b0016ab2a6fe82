"""The console's page of a year's seal: what would be sealed, the seals, and the comparison."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from aggregation.model.facts import UNIT_GRADES, Grade
from bot.accounts.approvals import DONE
from bot.appraisal.sealing import (
    Difference,
    SealOrder,
    compare_with_seal,
    prepare_lifting,
    prepare_seal,
    preview_seal,
)
from bot.core.labels import name
from bot.records.notices import read_notices
from bot.records.seals import read_seals
from bot.storage.database import reading
from bot.web.admin.page import Visit, no_such_button, staff_page, year_of
from survey_flows.errors import BadInput
from survey_flows.messages import render


@staff_page
async def show_seal(visit: Visit) -> web.Response:
    """Shows the year's seals, and what keeps it from being sealed, or what a seal would hold."""
    year = year_of(visit)
    async with reading(visit.service.database) as connection:
        seals = await read_seals(connection, year)
        noticed = bool(await read_notices(connection, year))
    standing = seals[-1] if seals and seals[-1].content else None
    shown: dict[str, Any] = {"differences": None, "problem": ""}
    if standing is None:
        shown |= await _preview(visit, year)
    elif visit.query("compare"):
        shown |= await _comparison(visit, year)
    return visit.render(
        "seal",
        year=year,
        seals=[(it, _moment(visit, it.at)) for it in seals],
        standing=standing,
        noticed=noticed,
        name=lambda code: name(code, visit.lang),
        grades=tuple(Grade),
        unit_grades=UNIT_GRADES,
        **shown,
    )


async def _preview(visit: Visit, year: int) -> dict[str, Any]:
    try:
        preview = await preview_seal(visit.service.database, year)
    except BadInput as error:
        return {"preview": None, "problem": error.render(visit.lang)}
    result = preview.appraised.result
    return {
        "preview": preview,
        "obstacles": [render(it, visit.lang) for it in preview.obstacles],
        "units": result.unit_grades(),
        "leaders": result.leader_grades(),
    }


async def _comparison(visit: Visit, year: int) -> dict[str, Any]:
    try:
        found = await compare_with_seal(visit.service.database, year)
    except BadInput as error:
        return {"problem": error.render(visit.lang)}
    return {"differences": [_difference(it, visit.lang) for it in found]}


def _difference(it: Difference, lang: str) -> tuple[str, str, str]:
    def told(standing: tuple[str | None, str | None] | None) -> str:
        grade, figure = standing or (None, None)
        return f"{name(Grade(grade), lang) if grade else '–'} {figure or '–'}"

    return it.subject, told(it.sealed), told(it.now)


@staff_page
async def take_seal(visit: Visit) -> web.Response:
    """Prepares the seal of the year, or its lifting; alone or for a second person."""
    year, act, service = year_of(visit), visit.text("act"), visit.service
    office = visit.office
    if act == "seal":
        fields = ("organ", "document", "decided_on", "seen", "typed")
        order = SealOrder(*(visit.text(field) for field in fields))
        made = await prepare_seal(service.database, service.approvals, year, order, office)
    elif act == "lift":
        given = (year, visit.text("reason"), visit.text("typed"), office)
        made = await prepare_lifting(service.database, service.approvals, *given)
    else:
        raise no_such_button(act)
    if made.state != DONE:
        return visit.redirect("/admin/approvals", "prepared")
    await service.mixer.turn()
    return visit.redirect(visit.request.path, "sealed" if act == "seal" else "seal-lifted")


def _moment(visit: Visit, at: int) -> str:
    zone = ZoneInfo(visit.service.settings.timezone)
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M")
