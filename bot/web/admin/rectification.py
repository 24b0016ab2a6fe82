"""What citizens want mended: the office's list, one follow-up, and what units and others are told of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web
from sqlalchemy import select

from aggregation.procedure.rectification import (
    THEMES,
    RectificationAct,
    RectificationState,
    RectificationStep,
)
from bot.appraisal.appeals import list_appeals, read_notices, receive_appeal
from bot.campaigns.registered import read_registered_campaigns
from bot.campaigns.scheme_files import shipped_scheme
from bot.core.identity import Office
from bot.core.labels import pick
from bot.crypto.rectification_keys import RectificationKeys
from bot.records.working_days import read_calendar
from bot.rectification.requests import (
    RectificationRequest,
    count_themes,
    list_requests,
    queue_answer,
    read_request,
    take_step,
)
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.web.admin.page import Visit, staff_page
from survey_flows.errors import BadInput

HERE = "/admin/shortcomings"
SAY = "say"
STEPS = frozenset(
    (
        RectificationAct.ASSIGNED,
        RectificationAct.PLANNED,
        RectificationAct.FIXED,
        RectificationAct.CLOSED,
        RectificationAct.REOPENED,
    )
)
"""What an office does; that a shortcoming is mended only the person says."""
Namer = Callable[[str, str], str]


@staff_page
async def show_list(visit: Visit) -> web.Response:
    """Every follow-up, those that wait first; overdue ones are marked."""
    found = await list_requests(visit.service.database)
    state = visit.query("state")
    called = await _namer(visit)
    shown = [_told(visit, one, called) for one in found if state in ("", one.standing.state)]
    year = visit.today.year
    return visit.render(
        "shortcomings",
        shown=sorted(
            shown,
            key=lambda told: (
                not told["late"],
                told["it"].standing.state == RectificationState.CLOSED,
            ),
        ),
        states=tuple(RectificationState),
        state=state,
        unknown_year=None if (await read_calendar(visit.service.database)).knows(year) else year,
    )


def _told(visit: Visit, one: RectificationRequest, called: Namer) -> dict[str, Any]:
    late, silent = one.standing.late(visit.today), one.is_contact_overdue(visit.today)
    return {
        "it": one,
        "unit": called(one.campaign, one.unit),
        "late": late,
        "is_contact_overdue": silent,
    }


async def _namer(visit: Visit) -> Namer:
    """What a campaign calls a unit, in this person's language."""
    polls = {poll.id: poll for poll in await read_registered_campaigns(visit.service.database)}

    def called(campaign: str, code: str) -> str:
        name: Mapping[str, str] = (
            polls[campaign].units[code].name if campaign in polls else {"zh-Hans": code}
        )
        return pick((name["zh-Hans"], name.get("en", name["zh-Hans"])), visit.lang)

    return called


@staff_page
async def show_one(visit: Visit) -> web.Response:
    """One follow-up: what was said, what was done, and the forms for what may be done now."""
    one = await read_request(visit.service.database, visit.path_param("name"))
    told = _told(visit, one, await _namer(visit))
    return visit.render(
        "shortcoming", told=told, themes=THEMES, may=_may(one), acts=RectificationAct
    )


def _may(one: RectificationRequest) -> list[RectificationAct]:
    """What an office may do now, in the order in which it is offered."""
    after = {
        RectificationState.NEW: [RectificationAct.ASSIGNED],
        RectificationState.ASSIGNED: [RectificationAct.PLANNED, RectificationAct.ASSIGNED],
        RectificationState.PLANNED: [
            RectificationAct.FIXED,
            RectificationAct.PLANNED,
            RectificationAct.ASSIGNED,
        ],
        RectificationState.FIXED: [RectificationAct.CLOSED, RectificationAct.REOPENED],
        RectificationState.CLOSED: [RectificationAct.REOPENED],
    }
    return after[one.standing.state]


@staff_page
async def take_act(visit: Visit) -> web.Response:
    """Have an answer relayed, or note what was done."""
    service, name, act = visit.service, visit.path_param("name"), visit.text("act")
    if act == SAY:
        office = Office(visit.visitor.login, service.clock, service.settings.timezone)
        await queue_answer(
            service.database,
            RectificationKeys(service.keys.rectification),
            name,
            visit.text("text"),
            office,
        )
    elif act in STEPS:
        step = RectificationStep(
            RectificationAct(act),
            visit.visitor.login,
            visit.today,
            visit.text("text"),
            visit.text("to"),
        )
        await take_step(service.database, name, _with_theme(step, visit.text("theme")))
    else:
        raise BadInput("there is no such button", act)
    return visit.redirect(f"{HERE}/{name}", f"mend-{act}")


def _with_theme(step: RectificationStep, theme: str) -> RectificationStep:
    return (
        RectificationStep(step.act, step.by, step.on, step.text, step.to, theme)
        if step.act is RectificationAct.ASSIGNED
        else step
    )


@staff_page
async def show_themes(visit: Visit) -> web.Response:
    """How many people asked for what to be mended, by unit and theme, in whole tens."""
    return visit.render("themes", **await _themes(visit, ""))


async def _themes(visit: Visit, unit: str) -> dict[str, Any]:
    told = await count_themes(visit.service.database, unit)
    names = await _unit_names(visit)
    rows = [(names.get(theme.unit, theme.unit), theme) for theme in told]
    return {
        "rows": rows,
        "floor": shipped_scheme().min_n.publish_cell,
        "unit": names.get(unit, unit),
    }


async def _unit_names(visit: Visit) -> dict[str, str]:
    """What units are called, by the last campaign that has them."""
    names: dict[str, str] = {}
    for poll in await read_registered_campaigns(visit.service.database):
        for code, unit in poll.units.items():
            names[code] = pick(
                (unit.name["zh-Hans"], unit.name.get("en", unit.name["zh-Hans"])), visit.lang
            )
    return names


@staff_page
async def show_unit(visit: Visit) -> web.Response:
    """A unit's own page: themes in whole tens, the words that people let it read, its appeals."""
    unit, database = await own_unit(visit), visit.service.database
    found = await list_requests(database, unit)
    words = [word.text for one in found for word in one.messages if word.shared and not word.sender]
    appeals = [
        appeal for appeal in await list_appeals(database, visit.today) if appeal.subject == unit
    ]
    async with reading(database) as connection:
        years = sorted(
            {poll.year for poll in await read_registered_campaigns(database)}, reverse=True
        )
        notices = {year: (await read_notices(connection, year))[-1:] for year in years}
    asked = {appeal.year for appeal in appeals}
    running = [
        (y, found[0])
        for y, found in notices.items()
        if found and visit.today <= found[0].until and y not in asked
    ]
    return visit.render(
        "unit", words=sorted(words), appeals=appeals, running=running, **await _themes(visit, unit)
    )


@staff_page
async def take_unit(visit: Visit) -> web.Response:
    """Take a unit's own request for review."""
    service, year = visit.service, visit.text("year")
    if not (year.isdecimal() and len(year) == 4):
        raise BadInput("choose a year", "year")
    office = Office(visit.visitor.login, service.clock, service.settings.timezone)
    await receive_appeal(
        service.database, int(year), await own_unit(visit), visit.text("reason"), office
    )
    return visit.redirect("/admin/unit", "received")


async def own_unit(visit: Visit) -> str:
    """The unit that this person belongs to.

    Raises:
        BadInput: none.
    """
    query = select(tables.staff.c.unit).where(tables.staff.c.login == visit.visitor.login)
    async with reading(visit.service.database) as connection:
        unit = (await connection.execute(query)).scalar()
    if not unit:
        raise BadInput(
            "this login belongs to no unit; see `minping staff add --role unit --unit CODE`", "unit"
        )
    return str(unit)
