"""Material of a year's reports beside the appraisal: earlier years, responses, themes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.disclosure.themes import CommentTheme, count_themes
from bot.appraisal.year import AppraisedYear, open_year
from bot.campaigns.registered import counting_campaigns
from bot.fieldwork.audience.invitations import CellInvitations, count_responses
from bot.publication.as_of import year_as_of
from bot.results.scoring import ScoredCampaign, score_registered
from bot.storage.database import reading
from bot.storage.schema import all as tables

EARLIER = 5
"""Earlier years that a report shows."""


@dataclass(frozen=True, slots=True)
class ReportMaterial:
    """A year with the material beside it.

    ``earlier``: disclosed public scores of earlier years, by year and unit.
    ``responses``: counts of personal invitations, by campaign.
    ``themes``: themes of a unit's comments with their counts in whole tens.
    """

    year: AppraisedYear
    earlier: Mapping[int, Mapping[str, DisclosedScore]] = field(default_factory=dict)
    responses: Mapping[str, tuple[CellInvitations, ...]] = field(default_factory=dict)
    themes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


async def read_material(database: AsyncEngine, year: int, today: date) -> ReportMaterial:
    """Read and appraise a year, as of a day, with the material of its reports.

    Raises:
        BadInput: as `open_year`.
    """
    found = await year_as_of(database, await open_year(database, year), today)
    return await report_material(database, found)


async def report_material(database: AsyncEngine, year: AppraisedYear) -> ReportMaterial:
    """Return the material of the reports of a year that was read already."""
    responses = {
        part.campaign.id: tuple(await count_responses(database, part.campaign.id))
        for part in year.campaigns
    }
    return ReportMaterial(
        year, await _earlier(database, year.year), responses, await _themes(database, year)
    )


async def _earlier(database: AsyncEngine, year: int) -> dict[int, dict[str, DisclosedScore]]:
    found: dict[int, dict[str, DisclosedScore]] = {}
    for campaign in await counting_campaigns(database):
        if campaign.state == "closed" and year - EARLIER <= campaign.year < year:
            scored = await score_registered(database, campaign)
            scores = await asyncio.to_thread(_disclosed, scored)
            found.setdefault(campaign.year, {}).update(scores)
    return found


def _disclosed(scored: ScoredCampaign) -> Mapping[str, DisclosedScore]:
    return scored.disclosed


async def _themes(database: AsyncEngine, year: AppraisedYear) -> dict[str, Mapping[str, int]]:
    columns = tables.comments.c
    query = select(columns.unit, columns.text).where(
        columns.campaign.in_([part.campaign.id for part in year.campaigns]), columns.unit != ""
    )
    async with reading(database) as connection:
        rows = [(row.unit, row.text) for row in await connection.execute(query)]
    floor = year.inputs.scheme.min_n.publish_cell
    return await asyncio.to_thread(count_themes, rows, shipped_themes(), floor)


def shipped_themes() -> list[CommentTheme]:
    """Return the themes by which comments are sorted."""
    listed = yaml.safe_load(
        files("bot.publication.reports").joinpath("themes.yaml").read_text("utf-8")
    )
    return [
        CommentTheme(id_, it["zh"], it["en"], tuple(str(word) for word in it["words"]))
        for id_, it in listed.items()
    ]
