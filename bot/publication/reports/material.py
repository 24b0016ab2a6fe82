"""What a year's reports are made of beside the appraisal: earlier years, responses, themes of comments."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.disclosure.suppression import Told
from aggregation.disclosure.themes import Theme, count_themes
from bot.appraisal.year import Year, open_year
from bot.campaigns.registered import counting_polls
from bot.fieldwork.audience.invitations import Response, count_responses
from bot.results.scoring import Scored, score_poll
from bot.storage.database import reading
from bot.storage.schema import all as tables

EARLIER = 5
"""Years that are looked back."""


@dataclass(frozen=True, slots=True)
class Material:
    """A year with what stands beside it.

    ``earlier`` holds what is told of the public scores of earlier years, by year and unit; ``responses`` what came of
    personal invitations, by campaign; ``themes`` the themes of a unit's comments with their counts in whole tens.
    """

    year: Year
    earlier: Mapping[int, Mapping[str, Told]] = field(default_factory=dict)
    responses: Mapping[str, tuple[Response, ...]] = field(default_factory=dict)
    themes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


async def read_material(database: AsyncEngine, year: int) -> Material:
    """Read and appraise a year, and what its reports need beside it; raises `BadInput` as `open_year`."""
    return await with_surroundings(database, await open_year(database, year))


async def with_surroundings(database: AsyncEngine, year: Year) -> Material:
    """The year that was read already, with what its reports need beside it."""
    responses = {
        part.poll.id: tuple(await count_responses(database, part.poll.id)) for part in year.polls
    }
    return Material(
        year, await _earlier(database, year.year), responses, await _themes(database, year)
    )


async def _earlier(database: AsyncEngine, year: int) -> dict[int, dict[str, Told]]:
    found: dict[int, dict[str, Told]] = {}
    for poll in await counting_polls(database):
        if poll.state == "closed" and year - EARLIER <= poll.year < year:
            scored = await score_poll(database, poll)
            found.setdefault(poll.year, {}).update(await asyncio.to_thread(_told, scored))
    return found


def _told(scored: Scored) -> dict[str, Told]:
    return scored.told


async def _themes(database: AsyncEngine, year: Year) -> dict[str, Mapping[str, int]]:
    columns = tables.comments.c
    query = select(columns.unit, columns.text).where(
        columns.campaign.in_([part.poll.id for part in year.polls])
    )
    async with reading(database) as connection:
        rows = [(row.unit, row.text) for row in await connection.execute(query)]
    floor = year.inputs.scheme.min_n.publish_cell
    return await asyncio.to_thread(count_themes, rows, shipped_themes(), floor)


def shipped_themes() -> list[Theme]:
    """The themes that comments are sorted by."""
    listed = yaml.safe_load(
        files("bot.publication.reports").joinpath("themes.yaml").read_text("utf-8")
    )
    return [
        Theme(id_, it["zh"], it["en"], tuple(str(word) for word in it["words"]))
        for id_, it in listed.items()
    ]
