"""What stands around every page of the console: whose it is, and the years that it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web
from sqlalchemy import func, select

from bot.accounts.approvals import WAITING
from bot.accounts.logo import logo_mark
from bot.appraisal.appeal_records import read_appeals
from bot.campaigns.organiser import organiser_in
from bot.core.labels import pick
from bot.service.composition import Service
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.web.admin.year_work import AppealFact, ResultFact, YearFacts, badges_of, list_tasks
from bot.web.shared.result_cache import RESULT_CACHE


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of a page.

    Attributes:
        city: who asks, in the visitor's language; empty while nobody has said so.
        year: the year whose pages the menu leads to.
        years: the years that have a campaign, and the present one; the newest first.
        logo: the address of the city's logo; empty where there is none.
        badges: how many things wait on a page, and whether one is late, by address.
    """

    city: str
    year: int
    years: tuple[int, ...]
    logo: str
    badges: Mapping[str, tuple[int, bool]]


async def read_frame(request: web.Request, service: Service, lang: str, today: date) -> Frame:
    """Returns the frame of a page; one that belongs to no year leads to the newest with a campaign.

    Args:
        request: asks for the page.
        service: has the year.
        lang: the visitor's language.
        today: the present day of the city.
    """
    async with reading(service.database) as connection:
        organiser, mark = await organiser_in(connection), await logo_mark(connection)
        found = await connection.execute(select(tables.campaigns.c.year).distinct())
        rated = sorted((int(row[0]) for row in found), reverse=True)
    named = request.match_info.get("year", "")
    year = int(named) if named.isdecimal() and len(named) == 4 else (rated or [today.year])[0]
    years = tuple(sorted({today.year, year, *rated}, reverse=True))
    name = organiser.name if organiser else {}
    city = pick((name["zh-Hans"], name.get("en", name["zh-Hans"])), lang) if name else ""
    logo = f"/admin/logo.png?v={mark}" if mark else ""
    known = request.app[RESULT_CACHE].proposals.get(year, (0, 0))
    return Frame(city, year, years, logo, await _badges(service, year, today, known))


async def _badges(
    service: Service, year: int, today: date, proposals: tuple[int, int]
) -> dict[str, tuple[int, bool]]:
    """Returns what waits for people, as far as it is known without computing the year.

    Of proposals that is how many waited when the year was last computed.
    """
    waiting = await read_waiting(service, year, today)
    result = ResultFact(binding=proposals[0], other=proposals[1]) if any(proposals) else None
    return badges_of(list_tasks(YearFacts(year, today, result=result, **waiting)))


async def read_waiting(service: Service, year: int, today: date) -> dict[str, Any]:
    """Returns the appeals, signatures and cases that wait, as `YearFacts` takes them."""
    cases, campaigns = tables.cases.c, tables.campaigns.c
    query = select(func.count()).select_from(tables.cases).where(cases.state == "waiting")
    of_year = select(campaigns.id).where(campaigns.year == year)
    async with reading(service.database) as connection:
        found = await read_appeals(connection, today, year)
        count = (await connection.execute(query.where(cases.campaign.in_(of_year)))).scalar_one()
    return {
        "appeals": [
            AppealFact(it.number, it.standing.due, it.standing.late(today), it.standing.charged)
            for it in found
            if it.open
        ],
        "signatures": len(await service.approvals.list((WAITING,))),
        "cases": int(count),
    }
