"""The console's pages of rectification: the office's requests, their themes, a unit's own page.

Only the office reads a citizen's words. A unit reads the words that their writers shared with it,
and everybody else sees counts by theme, rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from aggregation.procedure.rectification import (
    THEMES,
    RectificationAct,
    RectificationState,
    RectificationStep,
)
from bot.campaigns.registered import read_registered_campaigns
from bot.campaigns.scheme_files import shipped_scheme
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
from bot.web.admin.page import Visit, no_such_button, staff_page

HERE = "/admin/requests"
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
"""The acts of an office; only the citizen gives the follow-up rating."""
Namer = Callable[[str, str], str]


@staff_page
async def show_list(visit: Visit) -> web.Response:
    """Shows every request, the waiting ones first; overdue ones are marked."""
    found = await list_requests(visit.service.database)
    state = visit.query("state")
    name_of = await _namer(visit)
    shown = [_row(visit, one, name_of) for one in found if state in ("", one.standing.state)]
    year = visit.today.year
    return visit.render(
        "requests",
        shown=sorted(
            shown,
            key=lambda row: (
                not row["late"],
                row["it"].standing.state == RectificationState.CLOSED,
            ),
        ),
        states=tuple(RectificationState),
        state=state,
        unknown_year=None if (await read_calendar(visit.service.database)).knows(year) else year,
    )


def _row(visit: Visit, one: RectificationRequest, name_of: Namer) -> dict[str, Any]:
    late, silent = one.standing.late(visit.today), one.is_contact_overdue(visit.today)
    return {
        "it": one,
        "unit": name_of(one.campaign, one.unit),
        "late": late,
        "is_contact_overdue": silent,
    }


async def _namer(visit: Visit) -> Namer:
    """Returns a function from a campaign and a unit's code to the unit's name there."""
    campaigns = {it.id: it for it in await read_registered_campaigns(visit.service.database)}

    def name_of(campaign: str, code: str) -> str:
        name: Mapping[str, str] = (
            campaigns[campaign].units[code].name if campaign in campaigns else {"zh-Hans": code}
        )
        return pick((name["zh-Hans"], name.get("en", name["zh-Hans"])), visit.lang)

    return name_of


@staff_page
async def show_one(visit: Visit) -> web.Response:
    """Shows one request: its words, its steps, and the forms for the next step."""
    one = await read_request(visit.service.database, visit.path_param("name"))
    row = _row(visit, one, await _namer(visit))
    return visit.render("request", row=row, themes=THEMES, may=_may(one), acts=RectificationAct)


def _may(one: RectificationRequest) -> list[RectificationAct]:
    """Returns the acts that an office may do now, in the order in which they are offered."""
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
    """Queues an answer to the citizen, or records a step."""
    service, name, act = visit.service, visit.path_param("name"), visit.text("act")
    if act == SAY:
        office = visit.office
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
        raise no_such_button(act)
    return visit.redirect(f"{HERE}/{name}", f"request-{act}")


def _with_theme(step: RectificationStep, theme: str) -> RectificationStep:
    return (
        RectificationStep(step.act, step.by, step.on, step.text, step.to, theme)
        if step.act is RectificationAct.ASSIGNED
        else step
    )


@staff_page
async def show_themes(visit: Visit) -> web.Response:
    """Shows the number of requests by unit and theme, rounded."""
    return visit.render("themes", **await theme_table(visit, ""))


async def theme_table(visit: Visit, unit: str) -> dict[str, Any]:
    """Returns the themes of a unit's requests, or of all, and the unit's name."""
    counts = await count_themes(visit.service.database, unit)
    names = await _unit_names(visit)
    rows = [(names.get(theme.unit, theme.unit), theme) for theme in counts]
    return {
        "rows": rows,
        "floor": shipped_scheme().min_n.publish_cell,
        "unit": names.get(unit, unit),
    }


async def _unit_names(visit: Visit) -> dict[str, str]:
    """Returns the names of units by code; the last campaign that has a unit decides."""
    names: dict[str, str] = {}
    for campaign in await read_registered_campaigns(visit.service.database):
        for code, unit in campaign.units.items():
            names[code] = pick(
                (unit.name["zh-Hans"], unit.name.get("en", unit.name["zh-Hans"])), visit.lang
            )
    return names
