"""The console's page of a unit: its own result of each year in notice, its appeals, its themes."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy import select

from aggregation.procedure.appeals import AppealAct
from bot.appraisal.appeal_records import list_appeals
from bot.appraisal.own_appeals import OWN_ACTS, contest, own_challenges
from bot.appraisal.own_results import read_own_results
from bot.appraisal.receipts import acknowledge
from bot.appraisal.standing_years import read_standing
from bot.rectification.requests import list_requests
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.web.admin.page import APPEAL_DONE, Visit, no_such_button, staff_page
from bot.web.admin.rectification import theme_table
from bot.web.shared.improvement import named_gaps, peer_strip
from bot.web.shared.own_view import own_view
from survey_flows.errors import BadInput, Message, Place

SEEN = "seen"


@staff_page
async def show_unit(visit: Visit) -> web.Response:
    """Shows a unit its own page: results with reasons, appeals, themes, and citizens' words."""
    unit, database = await own_unit(visit), visit.service.database
    found = await list_requests(database, unit)
    words = [word.text for one in found for word in one.messages if word.shared and not word.sender]
    appeals = [
        appeal for appeal in await list_appeals(database, visit.today) if appeal.subject == unit
    ]
    own = await read_own_results(database, unit, visit.today)
    beside = {it.year: await _beside(visit, it.year, unit) for it in own}
    return visit.render(
        "unit",
        words=sorted(words),
        appeals=appeals,
        challenges=await own_challenges(database, unit),
        results=[(own_view(it, visit.lang), *beside[it.year]) for it in own],
        **await theme_table(visit, unit),
    )


async def _beside(visit: Visit, year: int, unit: str) -> tuple[Any, Any]:
    """Returns where the unit stands among those like it, and what it may improve first."""
    async with reading(visit.service.database) as connection:
        stands = await read_standing(connection, year)
    units = stands.content.result.units if stands is not None else ()
    result = next((it for it in units if it.unit == unit), None)
    if stands is None or result is None:
        return None, []
    scheme = stands.content.inputs.scheme
    return peer_strip(result, units), named_gaps(result, units, scheme, visit.lang)


@staff_page
async def take_unit(visit: Visit) -> web.Response:
    """Registers what a unit does about its own result, or that it has read it."""
    service, year, act = visit.service, visit.text("year"), visit.text("act")
    if not (year.isdecimal() and len(year) == 4):
        raise BadInput(Message("admin-choose-year"), Place(field="year"))
    office = visit.office
    given = (service.database, int(year), await own_unit(visit))
    if act == SEEN:
        await acknowledge(*given, office)
        return visit.redirect("/admin/unit", "acknowledged")
    if act not in OWN_ACTS:
        raise no_such_button(act)
    await contest(*given, AppealAct(act), visit.text("reason"), office)
    return visit.redirect("/admin/unit", APPEAL_DONE.get(act, "received"))


async def own_unit(visit: Visit) -> str:
    """Returns the unit that this person belongs to.

    Raises:
        BadInput: the account belongs to no unit.
    """
    query = select(tables.staff.c.unit).where(tables.staff.c.login == visit.visitor.login)
    async with reading(visit.service.database) as connection:
        unit = (await connection.execute(query)).scalar()
    if not unit:
        raise BadInput(Message("admin-login-without-unit"), Place(subject=visit.visitor.login))
    return str(unit)
