"""A campaign's posters as a file: which link they lead to, and who asks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.campaigns.live_campaigns import load_definition
from bot.campaigns.organiser import organiser_in
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.states import OVER
from bot.campaigns.summaries import show_campaign
from bot.core.settings import Settings, variable
from bot.core.shipped_files import shipped_words
from bot.core.urls import citizen_urls
from bot.publication.reports.counter_file import read_counters
from bot.publication.reports.posters import MAX_COUNTERS, Counter, render_posters
from bot.spreadsheets.reader import Sheet
from bot.storage.database import reading
from survey_flows.campaign_definition import EVERYONE, CampaignDefinition, Link
from survey_flows.errors import BadInput, Message, Place
from survey_flows.questionnaire import Text

PLACES = ("web", "telegram")
"""Where a poster's code leads."""


@dataclass(frozen=True, slots=True)
class PlannedPosters:
    """The posters of a campaign before they are drawn; ``leads`` are addresses by unit."""

    campaign: CampaignDefinition
    counters: Sequence[Counter]
    leads: Mapping[str, str]


async def campaign_posters(
    database: AsyncEngine, settings: Settings, campaign: str, counters: Sheet, place: str
) -> tuple[bytes, int]:
    """Returns a PDF with a poster for each counter, and how many posters it has.

    Raises:
        BadInput: as `plan_posters`.
    """
    plan = await plan_posters(database, settings, campaign, counters, place)
    [file] = await asyncio.to_thread(render_posters, plan.campaign, plan.counters, plan.leads)
    return file, len(plan.counters)


async def plan_posters(
    database: AsyncEngine,
    settings: Settings,
    campaign: str,
    counters: Sheet | Text,
    place: str = PLACES[0],
    units: Sequence[str] = (),
) -> PlannedPosters:
    """Returns which posters a campaign gets, and draws none.

    Args:
        database: where the campaign is.
        settings: have the addresses.
        campaign: its id.
        counters: a table of counters, or what the counter of every unit is called.
        place: one of `PLACES`.
        units: the units that get a poster where no table says so; without any, all of them.

    Raises:
        BadInput: the campaign is over, nobody is named who asks, the address is not set, a unit is
            not rated in it, there are too many counters, or as `read_counters`.
    """
    name = "public_url" if place == "web" else "telegram_name"
    if place not in PLACES or not getattr(settings, name):
        raise BadInput(Message("publication-posters-address"), Place(field=variable(name)))
    summary = await show_campaign(database, campaign)
    if summary.state in OVER:
        raise BadInput(Message("publication-posters-closed"), Place(subject=campaign))
    async with reading(database) as connection:
        row = await read_campaign_row(connection, campaign)
        organiser = await organiser_in(connection)
    links = list(summary.links)
    definition = load_definition(row, links, shipped_words(), ZoneInfo(settings.timezone))
    # A draft is told of as it will be registered.
    definition = replace(definition, organiser=definition.organiser or organiser)
    if definition.organiser is None:
        raise BadInput(Message("publication-posters-organiser"))
    found = (
        read_counters(counters, definition.units)
        if isinstance(counters, Sheet)
        else _each_unit(definition, counters, units)
    )
    link = poster_link(definition)
    at = PLACES.index(place)
    leads = {one.unit: citizen_urls(settings, link, one.unit)[at] for one in found}
    return PlannedPosters(definition, found, leads)


def poster_link(definition: CampaignDefinition) -> Link:
    """Returns the link on a poster: everybody can use one, so it must vouch for nobody.

    A pilot's poster leads into the pilot; every other outlives its campaign.
    """
    if not definition.aim.pilot and definition.door == EVERYONE:
        return Link("")
    return next(link for link in definition.links.values() if link.source == "open")


def _each_unit(definition: CampaignDefinition, called: Text, units: Sequence[str]) -> list[Counter]:
    wanted = list(units) or list(definition.units)
    if unknown := [code for code in wanted if code not in definition.units]:
        raise BadInput(Message("publication-posters-unit"), Place(subject=unknown[0]))
    if len(wanted) > MAX_COUNTERS:
        message = Message("publication-counters-out-of-range", max=MAX_COUNTERS, rows=len(wanted))
        raise BadInput(message)
    return [Counter(code, called) for code in wanted]
