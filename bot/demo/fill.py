"""Fills an empty database with the synthetic city."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.scheme.parts import Name
from aggregation.scheme.scheme import Scheme
from bot.appraisal.organ_reports import ReportState, none_filing, read_reports
from bot.campaigns.drafting import rated_unit
from bot.campaigns.lifecycle import CampaignDraft, add_campaign, order_opening
from bot.campaigns.links import LINK
from bot.campaigns.opening import read_opening
from bot.campaigns.organiser import write_organiser
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.scheme_files import offered_scheme
from bot.core.clock import Clock
from bot.core.shipped_files import offered_questionnaires, shipped_questionnaires
from bot.crypto.gate_keys import GateKeys
from bot.demo.city import City, make_city, read_units
from bot.demo.city_ballots import DAYS, SyntheticBallot
from bot.demo.city_inner_units import draw_inner_units
from bot.demo.city_story import ORGANISER
from bot.demo.city_unit import CityUnit
from bot.records import store
from bot.records.filings import append_filing
from bot.records.store import PERSONAL, ListedUnit
from bot.storage.bulk import upsert_many
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
from survey_flows.campaign_definition import Link
from survey_flows.errors import BadInput, Message, Place
from survey_flows.load import dump_questionnaire
from survey_flows.messages import ENGLISH, render
from survey_flows.questionnaire import Questionnaire
from survey_flows.wording import DEFAULT

FILLED = (
    tables.units,
    tables.campaigns,
    tables.leaders,
    tables.indicators,
    tables.grades,
    tables.ballots,
)
SPONSOR = Message("demo-sponsor")
DEMO_ORGAN, DEMO_DOCUMENT = Message("demo-organ"), Message("demo-document")
CHANNEL, COMMENTER = "demo", "demo-comment"
CHUNK = 2000
OPEN_DAYS = 30
LEAST_BALLOTS = 160
"""Ballots for each unit, so that no group of the smallest unit is below its floor."""
FULL = 4
COLUMNS = (
    *(
        "campaign",
        "unit",
        "voter",
        "questionnaire",
        "grp",
        "stratum",
        "source",
        "weight",
        "ratings",
        "facts",
    ),
    *("bucket", "risk"),
)
COMMENT_COLUMNS = ("campaign", "unit", "voter", "text")

Progress = Callable[[int, int], None]
"""Called with the number of ballots stored so far and the number of all."""


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """The appraisable year, its closed campaign, the open campaign with its link, and counts."""

    year: int
    closed: str
    open: str
    link: Link
    units: int
    leaders: int
    ballots: int


async def fill(
    database: AsyncEngine,
    keys: GateKeys,
    desk: Desk,
    clock: Clock,
    timezone: str,
    seed: int = 1,
    year: int = 2010,
    ballots: int = 30_000,
    progress: Progress = lambda _done, _total: None,
) -> DemoSummary:
    """Stores the whole city in one transaction: all of it, or nothing.

    Args:
        database: an empty database.
        keys: makes the pseudonyms of the citizens.
        desk: signs the opening of the open campaign.
        clock: gives the present time and the links' tokens.
        timezone: the time zone in which the campaigns open and close.
        seed: the same number makes the same city.
        year: the year that can be appraised; the leagues are those of that year.
        ballots: how many, at least `LEAST_BALLOTS` for each unit.
        progress: is called with the ballots stored so far.

    Raises:
        BadInput: the database is not empty, or the numbers do not fit.
    """
    today = clock.now().astimezone(ZoneInfo(timezone)).date()
    if not 1990 <= year < today.year:
        raise BadInput(Message("demo-year", last=today.year - 1), Place(subject=str(year)))
    listed = _all_units(year, today.year)
    least = LEAST_BALLOTS * len(listed)
    if ballots < least:
        raise BadInput(Message("demo-ballots", least=least), Place(subject=str(ballots)))
    async with reading(database) as connection:
        await _check_empty(connection)  # before a city is drawn, which takes seconds
    city = await asyncio.to_thread(
        make_city, seed, shipped_questionnaires(), year=year, ballots=ballots
    )
    now_units = list(read_units(today.year))
    opened = _draft(
        f"city-{today.year}",
        today.year,
        today,
        OPEN_DAYS,
        now_units,
        timezone,
        offered_questionnaires(),
    )
    link = Link(clock.token()[:LINK])
    async with writing(database) as connection:
        await _check_empty(connection)
        await write_organiser(connection, ORGANISER)
        await store.write_units(connection, listed)
        await _store_year(connection, city)
        await _add(
            connection,
            _draft(
                city.campaign,
                year,
                city.opens,
                DAYS,
                city.units,
                timezone,
                shipped_questionnaires(),
            ),
            "closed",
            clock,
        )
        rows = _rows(city, keys, progress)
        await upsert_many(connection, tables.ballots, COLUMNS, ["campaign", "unit", "voter"], rows)
        comments = _comments(city, keys)
        await upsert_many(
            connection, tables.comments, COMMENT_COLUMNS, ["campaign", "unit", "voter"], comments
        )
        await add_campaign(connection, opened, link)
        row = await read_campaign_row(connection, opened.id)
        seen = (await read_opening(connection, row)).digest
        await order_opening(connection, opened.id, keys, desk, opened.id, seen)
    return DemoSummary(
        year, city.campaign, opened.id, link, len(city.units), len(city.leaders), len(city.ballots)
    )


async def _check_empty(connection: AsyncConnection) -> None:
    for table in FILLED:
        if await store.count_rows(connection, table):
            raise BadInput(Message("demo-database-full", table=table.name))


def _all_units(*years: int) -> list[ListedUnit]:
    """Returns the units of several years; a county that became a district is listed as both."""
    listed: dict[str, ListedUnit] = {}
    for year in years:
        for x in read_units(year):
            listed.setdefault(x.unit.code, ListedUnit(x.unit, x.questionnaire))
    return list(listed.values())


async def _store_year(connection: AsyncConnection, city: City) -> None:
    year = city.year
    inside = draw_inner_units(year)
    await store.replace_inner(connection, year, inside.parts)
    await store.replace_leaders(connection, year, [*city.leaders, *inside.people])
    personal = {
        (who, PERSONAL): points for who, points in {**city.personal, **inside.personal}.items()
    }
    await store.merge_indicators(connection, year, {**city.indicators, **inside.points, **personal})
    await store.replace_adjustments(connection, year, city.adjustments)
    await store.replace_findings(connection, year, city.facts)
    await store.append_decisions(connection, year, city.decisions)
    await store.append_history(connection, city.history, {x.unit.code for x in city.units})
    await store_reports(connection, year)


async def store_reports(connection: AsyncConnection, year: int) -> None:
    """Stores that organs have nothing to report of what the story has none of."""
    said = (render(DEMO_ORGAN, DEFAULT), render(DEMO_DOCUMENT, DEFAULT))
    at = int(datetime(year, 12, 31, tzinfo=UTC).timestamp())
    for report in await read_reports(connection, year):
        if report.state is ReportState.MISSING:
            await append_filing(connection, none_filing(year, report.kind, *said, "", at))


def _draft(
    name: str,
    year: int,
    opens: date,
    days: int,
    units: Sequence[CityUnit],
    timezone: str,
    forms: Mapping[str, Questionnaire],
) -> CampaignDraft:
    questionnaires = {
        name: dump_questionnaire(questionnaire) for name, questionnaire in forms.items()
    }
    title = Message("demo-campaign-title", year=year)
    begin = datetime.combine(opens, time(), ZoneInfo(timezone)).astimezone(UTC)
    return CampaignDraft(
        id=name,
        year=year,
        title={lang: render(title, lang) for lang in (DEFAULT, ENGLISH)},
        opens_at=begin,
        closes_at=begin + timedelta(days=days),
        units=[rated_unit(x.unit, x.questionnaire) for x in units],
        questionnaires=questionnaires,
        scheme=_scheme().model_dump_json(),
    )


def _scheme() -> Scheme:
    sponsor = Name(zh=render(SPONSOR, DEFAULT), en=render(SPONSOR, ENGLISH))
    return offered_scheme().model_copy(update={"sponsor": sponsor})


async def _add(connection: AsyncConnection, draft: CampaignDraft, state: str, clock: Clock) -> None:
    await add_campaign(connection, draft, Link(clock.token()[:LINK]))
    await _set_state(connection, draft.id, state)


async def _set_state(connection: AsyncConnection, campaign: str, state: str) -> None:
    columns = tables.campaigns.c
    await connection.execute(
        update(tables.campaigns).where(columns.id == campaign).values(state=state)
    )


def _rows(city: City, keys: GateKeys, progress: Progress) -> Iterator[list[tuple[object, ...]]]:
    keys.voters.find_or_create(city.campaign)
    voters = {vote.voter for vote in city.ballots}
    names = {voter: keys.voter(city.campaign, CHANNEL, str(voter)) for voter in voters}
    for start in range(0, len(city.ballots), CHUNK):
        part = city.ballots[start : start + CHUNK]
        yield [_row(vote, names[vote.voter]) for vote in part]
        progress(start + len(part), len(city.ballots))


def _comments(city: City, keys: GateKeys) -> Iterator[list[tuple[object, ...]]]:
    said = [
        (
            vote.ballot.unit,
            keys.voter(city.campaign, COMMENTER, str(vote.voter)),
            vote.ballot.comment,
        )
        for vote in city.ballots
    ]
    rows = sorted((voter, unit, text) for unit, voter, text in said if text)
    yield [(city.campaign, unit, voter, text) for voter, unit, text in rows]


def _row(vote: SyntheticBallot, voter: bytes) -> tuple[object, ...]:
    b = vote.ballot
    facts = json.dumps(dict(b.facts), ensure_ascii=False, sort_keys=True)
    head = (
        b.campaign,
        b.unit,
        voter,
        b.questionnaire,
        b.group,
        b.stratum,
        b.source,
        FULL,
        b.ratings,
        facts,
    )
    return (*head, b.bucket, 0)
