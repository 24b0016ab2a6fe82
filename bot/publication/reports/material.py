"""What a year's reports are made of beside the appraisal: earlier years, responses, themes of comments."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.disclosure.suppression import DisclosedScore
from aggregation.disclosure.themes import CommentTheme, count_themes
from bot.appraisal.year import AppraisedYear, open_year
from bot.campaigns.registered import counting_campaigns
from bot.fieldwork.audience.invitations import CellInvitations, count_responses
from bot.results.scoring import ScoredCampaign, score_registered
from bot.storage.database import reading
from bot.storage.schema import all as tables

EARLIER = 5
"""Years that are looked back."""


@dataclass(frozen=True, slots=True)
class ReportMaterial:
    """A year with what stands beside it.

    ``earlier`` holds what is told of the public scores of earlier years, by year and unit; ``responses`` what came of
    personal invitations, by campaign; ``themes`` the themes of a unit's comments with their counts in whole tens.
    """

    year: AppraisedYear
    earlier: Mapping[int, Mapping[str, DisclosedScore]] = field(default_factory=dict)
    responses: Mapping[str, tuple[CellInvitations, ...]] = field(default_factory=dict)
    themes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


async def read_material(database: AsyncEngine, year: int) -> ReportMaterial:
    """Read and appraise a year, and what its reports need beside it; raises `BadInput` as `open_year`."""
    return await report_material(database, await open_year(database, year))


async def report_material(database: AsyncEngine, year: AppraisedYear) -> ReportMaterial:
    """The year that was read already, with what its reports need beside it."""
    responses = {
        part.campaign.id: tuple(await count_responses(database, part.campaign.id))
        for part in year.campaigns
    }
    return ReportMaterial(
        year, await _earlier(database, year.year), responses, await _themes(database, year)
    )


async def _earlier(database: AsyncEngine, year: int) -> dict[int, dict[str, DisclosedScore]]:
    found: dict[int, dict[str, DisclosedScore]] = {}
    for poll in await counting_campaigns(database):
        if poll.state == "closed" and year - EARLIER <= poll.year < year:
            scored = await score_registered(database, poll)
            found.setdefault(poll.year, {}).update(await asyncio.to_thread(_told, scored))
    return found


def _told(scored: ScoredCampaign) -> dict[str, DisclosedScore]:
    return scored.disclosed


async def _themes(database: AsyncEngine, year: AppraisedYear) -> dict[str, Mapping[str, int]]:
    columns = tables.comments.c
    query = select(columns.unit, columns.text).where(
        columns.campaign.in_([part.campaign.id for part in year.campaigns])
    )
    async with reading(database) as connection:
        rows = [(row.unit, row.text) for row in await connection.execute(query)]
    floor = year.inputs.scheme.min_n.publish_cell
    return await asyncio.to_thread(count_themes, rows, shipped_themes(), floor)


def shipped_themes() -> list[CommentTheme]:
    """The themes that comments are sorted by."""
    listed = yaml.safe_load(
        files("bot.publication.reports").joinpath("themes.yaml").read_text("utf-8")
    )
    return [
        CommentTheme(id_, it["zh"], it["en"], tuple(str(word) for word in it["words"]))
        for id_, it in listed.items()
    ]
