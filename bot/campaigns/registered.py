"""Registered campaigns: the one reader of a campaign's frozen definition."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.scheme.scheme import Scheme, parse_scheme
from bot.campaigns.registration import differing_from_log
from bot.campaigns.scheme_files import shipped_scheme
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.campaign_definition import Unit
from survey_flows.errors import BadInput
from survey_flows.load import load_questionnaire
from survey_flows.questionnaire import Questionnaire, Text


@dataclass(frozen=True, slots=True)
class RegisteredCampaign:
    """A campaign as it is scored. ``opens_at`` and ``closes_at`` are epoch seconds, ``units`` are by code.

    A ``trial`` is scored like any other, and counts in no year's appraisal.
    """

    id: str
    year: int
    title: Text
    state: str
    opens_at: int
    closes_at: int
    units: Mapping[str, Unit]
    questionnaires: Mapping[str, Questionnaire]
    scheme: Scheme
    pilot: bool = False


async def counting_campaigns(
    database: AsyncEngine, year: int | None = None
) -> list[RegisteredCampaign]:
    """The campaigns that count in an appraisal: `read_registered_campaigns` without trials."""
    return [poll for poll in await read_registered_campaigns(database, year) if not poll.pilot]


async def read_registered_campaigns(
    database: AsyncEngine, year: int | None = None
) -> list[RegisteredCampaign]:
    """Every campaign, or a year's, the newest last."""
    columns = tables.campaigns.c
    query = select(tables.campaigns).order_by(columns.opens_at, columns.id)
    async with reading(database) as connection:
        rows = (
            await connection.execute(query if year is None else query.where(columns.year == year))
        ).all()
        changed = await differing_from_log(
            connection, [row for row in rows if row.state == "closed"]
        )
    if changed:
        raise BadInput(
            "this campaign is not what the log has of it; look with `minping verify`", min(changed)
        )
    return [registered_campaign(row) for row in rows]


@lru_cache(maxsize=64)
def _sheet(text: str, name: str) -> Questionnaire:
    """Campaigns share questionnaires, and every page reads all campaigns."""
    return load_questionnaire(text, name)


def registered_campaign(row: Row[Any]) -> RegisteredCampaign:
    """A campaign's row as it is scored."""
    frozen = json.loads(row.paper)
    return RegisteredCampaign(
        id=row.id,
        year=row.year,
        title=frozen["title"],
        state=row.state,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        units={unit["code"]: Unit(**unit) for unit in frozen["units"]},
        questionnaires={
            name: _sheet(text, name) for name, text in frozen["questionnaires"].items()
        },
        scheme=parse_scheme(json.loads(row.scheme), f"campaign {row.id}"),
        pilot=bool(frozen.get("trial")),
    )


async def year_scheme(database: AsyncEngine, year: int | None) -> Scheme:
    """The scheme that the year's last campaign runs on, or the last of all for None; without one, the shipped one."""
    polls = await counting_campaigns(database, year)
    return polls[-1].scheme if polls else shipped_scheme()
