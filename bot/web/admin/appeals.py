"""The console's pages of public notice and appeals: the list, one appeal and its next steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from aggregation.model.facts import Grade, Verdict
from aggregation.model.results import ConsequenceKind
from aggregation.procedure.appeals import AppealRuling, AppealState
from bot.appraisal.appeal_records import Appeal, list_appeals, show_appeal
from bot.appraisal.appeals import (
    answer_appeal,
    appeal_again,
    assign_appeal,
    publish_amended_score,
    receive_appeal,
    remedies,
)
from bot.appraisal.deciders import eligible_deciders
from bot.appraisal.public_notices import give_public_notice
from bot.campaigns.registered import read_registered_campaigns
from bot.core.identity import Office
from bot.core.labels import name, pick
from bot.records import amendments, store
from bot.records.notices import read_notices
from bot.records.working_days import read_calendar
from bot.storage.database import reading
from bot.web.admin.page import Visit, no_such_button, staff_page
from bot.web.shared.templates import page_words
from survey_flows.errors import BadInput, Message, Place

NOTICE, RECEIVE = "notice", "receive"
ASSIGN, ANSWER, AGAIN, CORRECT = "assign", "answer", "again", "correct"


@staff_page
async def show_list(visit: Visit) -> web.Response:
    """Shows every year's notice and every appeal, the newest first; overdue ones are marked."""
    database, today = visit.service.database, visit.today
    appeals = await list_appeals(database, today)
    years = sorted(
        {campaign.year for campaign in await read_registered_campaigns(database)}
        | {appeal.year for appeal in appeals},
        reverse=True,
    )
    async with reading(database) as connection:
        notices = {year: await read_notices(connection, year) for year in years}
        names = {year: await read_names(connection, year, visit.lang) for year in years}
    calendar = await read_calendar(database)
    return visit.render(
        "appeals",
        appeals=[_row(visit, appeal, names[appeal.year]) for appeal in appeals],
        notices={year: found[-1] for year, found in notices.items() if found},
        years=years,
        names=names,
        today=today,
        amended=[row for year in years for row in await amendment_rows(visit, year)],
        unknown_year=None if calendar.knows(today.year) else today.year,
    )


def _row(visit: Visit, appeal: Appeal, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "it": appeal,
        "name": names.get(appeal.subject, appeal.subject),
        "late": appeal.standing.late(visit.today),
    }


async def read_names(connection: Any, year: int, lang: str) -> dict[str, str]:
    """Returns the names of a year's units and leaders by code."""
    units = {
        unit.code: pick((unit.zh, unit.en), lang)
        for unit in await store.read_all_units(connection, year)
    }
    leaders = await store.read_leaders(connection, year)
    return units | {
        x.id: f"{pick((x.zh, x.en), lang)} · {units.get(x.unit, x.unit)} {x.post}" for x in leaders
    }


@staff_page
async def take_new(visit: Visit) -> web.Response:
    """Gives public notice of a year's results, or registers a request for review."""
    year, act = visit.text("year"), visit.text("act")
    if not (year.isdecimal() and len(year) == 4):
        raise BadInput(Message("admin-choose-year"), Place(field="year"))
    database, office = visit.service.database, _office(visit)
    if act == NOTICE:
        await give_public_notice(database, int(year), office)
        return visit.redirect("/admin/appeals", "notice")
    if act != RECEIVE:
        raise no_such_button(act)
    appeal = await receive_appeal(
        database, int(year), visit.text("subject"), visit.text("reason"), office
    )
    return visit.redirect(f"/admin/appeals/{appeal.number}", "received")


@staff_page
async def show_one(visit: Visit) -> web.Response:
    """Shows one appeal with its steps, and the forms for its next steps."""
    appeal = await _appeal(visit)
    async with reading(visit.service.database) as connection:
        names = await read_names(connection, appeal.year, visit.lang)
        able = await eligible_deciders(connection, appeal)
        ways = [(":".join(way), _remedy(visit, way)) for way in await remedies(connection, appeal)]
    return visit.render(
        "appeal",
        appeal=_row(visit, appeal, names),
        able=able,
        ways=ways,
        rulings=tuple(AppealRuling),
        states=AppealState,
        amended=[
            row
            for row in await amendment_rows(visit, appeal.year)
            if row[0].appeal == appeal.number
        ],
        mine=appeal.standing.charged == visit.visitor.login,
        me=visit.visitor.login,
    )


@staff_page
async def take_step(visit: Visit) -> web.Response:
    """Assigns an appeal to a handler, answers it, or registers a second appeal."""
    database, number, office = visit.service.database, (await _appeal(visit)).number, _office(visit)
    act, reason = visit.text("act"), visit.text("reason")
    if act == ASSIGN:
        await assign_appeal(database, number, visit.text("to"), office)
    elif act == ANSWER:
        if visit.text("ruling") not in tuple(AppealRuling):
            raise BadInput(Message("admin-choose-ruling"), Place(field="ruling"))
        await answer_appeal(
            database,
            number,
            AppealRuling(visit.text("ruling")),
            reason,
            visit.text("remedy"),
            office,
        )
    elif act == CORRECT:
        await publish_amended_score(database, number, office)
    elif act == AGAIN:
        await appeal_again(database, number, reason, office)
    else:
        raise no_such_button(act)
    return visit.redirect(f"/admin/appeals/{number}", f"appeal-{act}")


async def _appeal(visit: Visit) -> Appeal:
    return await show_appeal(visit.service.database, int(visit.path_param("appeal")), visit.today)


def _office(visit: Visit) -> Office:
    return Office(visit.visitor.login, visit.service.clock, visit.service.settings.timezone)


def _remedy(visit: Visit, way: Sequence[str]) -> str:
    """Returns a remedy in words."""
    kind, after, what = way
    words = page_words()
    if kind == amendments.GRADE:
        return words.say(visit.lang, "remedy-grade", grade=name(Grade(after), visit.lang))
    if kind == amendments.DECISION:
        verdict = name(Verdict(after), visit.lang)
        return words.say(
            visit.lang,
            "remedy-decision",
            what=name(ConsequenceKind(what.split("/")[2]), visit.lang),
            verdict=verdict,
        )
    return words.say(visit.lang, "remedy-score")


async def amendment_rows(visit: Visit, year: int) -> list[tuple[amendments.Amendment, str]]:
    """Returns the amendments of a year, each with its words."""
    async with reading(visit.service.database) as connection:
        found = await amendments.read_amendments(connection, year)
    return [(it, _amended(visit, it)) for it in found]


def _amended(visit: Visit, it: amendments.Amendment) -> str:
    """Returns an amendment in words."""
    remedy = _remedy(visit, (it.kind, it.after, it.what))
    if it.kind != amendments.GRADE or it.before == store.NOT_APPRAISED:
        return remedy
    return f"{name(Grade(it.before), visit.lang)} → {remedy}"
