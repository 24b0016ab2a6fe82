"""Exports: books of a year or a campaign, as a workbook, CSV, Parquet or SPSS files.

No export holds a ballot: only counts, and no small ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.appraisal.year import AppraisedYear, open_year
from bot.campaigns.titles import printed_title
from bot.core.labels import both
from bot.publication.as_of import year_as_of
from bot.publication.exports.about_page import add_about
from bot.publication.exports.appraisal_pages import (
    leaders_page,
    leagues_page,
    proposals_page,
    quotas_page,
    reasons_page,
    units_page,
)
from bot.publication.exports.book import Book, Page, named_in
from bot.publication.exports.change_pages import changes_page, sensitivity_book
from bot.publication.exports.dictionary import add_dictionary
from bot.publication.exports.inner_unit_pages import parts_page, people_page
from bot.publication.exports.labelled_data import answers_data
from bot.publication.exports.method_page import method_page, with_open
from bot.publication.exports.score_pages import (
    covariances_page,
    exclusions_page,
    groups_page,
    questions_page,
    reliability_page,
    scores_page,
)
from bot.publication.exports.statistical_files import statistical_files
from bot.publication.exports.writers import csv_archive, csv_files, workbook, zip_archive
from bot.results.scoring import ScoredCampaign, score_campaign
from survey_flows.messages import Message

__all__ = [
    "Audience",
    "Book",
    "campaign_book",
    "csv_archive",
    "csv_files",
    "export_campaign",
    "export_year",
    "sensitivity_book",
    "statistical_files",
    "workbook",
    "year_book",
    "zip_archive",
]


class Audience(StrEnum):
    """The readers: the public sees no leader's score, nothing inside units and no proposal."""

    PUBLIC = "public"
    INTERNAL = "internal"


async def export_year(
    database: AsyncEngine,
    year: int,
    audience: Audience,
    timezone: str,
    today: date,
    campaigns: Sequence[str] = (),
    city: str = "",
) -> Book:
    """Return the book of a year as of a day, which names ``city``; raises as `open_year`."""
    found = await year_as_of(database, await open_year(database, year, campaigns), today)
    return await asyncio.to_thread(year_book, found, audience, timezone, city)


async def export_campaign(
    database: AsyncEngine, campaign: str, timezone: str, city: str = ""
) -> Book:
    """Return the book of one campaign; raises `BadInput` as `score_campaign`."""
    scored = await score_campaign(database, campaign)
    return await asyncio.to_thread(campaign_book, scored, timezone, city)


def year_book(year: AppraisedYear, audience: Audience, timezone: str, city: str = "") -> Book:
    """Return a year's pages: method, units, leagues, quotas, changes and scores.

    The internal book has the pages about persons too.
    Changes are left out where no campaign of the year before can be compared.
    """
    internal = _internal(year) if audience is Audience.INTERNAL else []
    pages = [
        with_open(
            method_page(year.campaigns, partial(_printed, timezone=timezone), year.result),
            year.open,
        ),
        units_page(year),
        leagues_page(year),
        quotas_page(year),
        *([changes_page(year)] if year.changes else []),
        *internal,
        *_score_pages(year.campaigns),
    ]
    title = " ".join(both(Message("publication-year-title", year=year.year)))
    return _bound(title, year.campaigns, pages, timezone, city)


def _internal(year: AppraisedYear) -> list[Page]:
    inside = [parts_page(year), people_page(year)] if year.inside else []
    return [leaders_page(year), *inside, proposals_page(year), reasons_page(year)]


def campaign_book(scored: ScoredCampaign, timezone: str, city: str = "") -> Book:
    """Return a campaign's pages: method, units, questions, exclusions, groups, reliability."""
    campaigns = [scored]
    pages = [
        method_page(campaigns, partial(_printed, timezone=timezone), None),
        scores_page(scored),
        *_score_pages(campaigns),
    ]
    title = printed_title(scored.campaign.title, scored.campaign.aim.pilot)
    return _bound(f"{title.zh} {title.en}", campaigns, pages, timezone, city)


def _score_pages(campaigns: Sequence[ScoredCampaign]) -> list[Page]:
    return [
        *(questions_page(campaigns), exclusions_page(campaigns), groups_page(campaigns)),
        *(reliability_page(campaigns), covariances_page(campaigns)),
    ]


def _bound(
    title: str,
    campaigns: Sequence[ScoredCampaign],
    pages: Sequence[Page],
    timezone: str,
    city: str,
) -> Book:
    closed = max(scored.in_field[1] for scored in campaigns)
    answers = tuple(data for scored in campaigns for data in answers_data(scored))
    named = named_in(campaigns)
    day = _moment(closed, timezone).date()
    book = Book(title, day, tuple(pages), answers, *named, city)
    return add_dictionary(add_about(book, timezone))


def _printed(seconds: int, timezone: str) -> str:
    return _moment(seconds, timezone).strftime("%Y-%m-%d %H:%M")


def _moment(seconds: int, timezone: str) -> datetime:
    return datetime.fromtimestamp(seconds, ZoneInfo(timezone))
