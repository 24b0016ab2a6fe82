"""What stands around every page of the console: whose it is, and the years that it leads to."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import select

from bot.campaigns.organiser import organiser_in
from bot.core.labels import pick
from bot.service.composition import Service
from bot.storage.database import reading
from bot.storage.schema import all as tables


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of a page.

    Attributes:
        city: who asks, in the visitor's language; empty while nobody has said so.
        year: the year whose pages the menu leads to.
        years: the years that have a campaign, and the present one; the newest first.
    """

    city: str
    year: int
    years: tuple[int, ...]


async def read_frame(request: web.Request, service: Service, lang: str, today: int) -> Frame:
    """Returns the frame of a page; ``today`` is the present year of the city.

    A page that belongs to no year leads to the newest year with a campaign.
    """
    async with reading(service.database) as connection:
        organiser = await organiser_in(connection)
        found = await connection.execute(select(tables.campaigns.c.year).distinct())
        rated = sorted((int(row[0]) for row in found), reverse=True)
    named = request.match_info.get("year", "")
    year = int(named) if named.isdecimal() and len(named) == 4 else (rated or [today])[0]
    years = tuple(sorted({today, year, *rated}, reverse=True))
    name = organiser.name if organiser else {}
    city = pick((name["zh-Hans"], name.get("en", name["zh-Hans"])), lang) if name else ""
    return Frame(city, year, years)
