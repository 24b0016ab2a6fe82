"""Campaigns and the links into them: made as drafts, opened, closed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.disclosure.rounding import ROUNDING_BASE
from bot.campaigns.live_campaigns import dump_definition
from bot.core.clock import Clock
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.log_writer import request_entry
from survey_flows.campaign_definition import Link, Unit
from survey_flows.errors import BadInput
from survey_flows.log_entries import canonical


async def campaigns_not_accepting(connection: AsyncConnection, campaigns: set[str]) -> set[str]:
    """Those of ``campaigns`` that take no ballots now; the others cannot be closed until this transaction ends."""
    query = select(tables.campaigns.c.id).where(
        tables.campaigns.c.id.in_(campaigns), tables.campaigns.c.state == "open"
    )
    return campaigns - set((await connection.execute(query.with_for_update(read=True))).scalars())


ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
LINK = 10
MAX_PEOPLE = 1_000_000
"""Characters of a link's token: 50 random bits, and short enough to read from a poster."""
PERSONAL = "~"
"""Begins the token of a link that only invitations lead to (`bot.fieldwork.audience.admission`). It is handed out to nobody."""


@dataclass(frozen=True, slots=True)
class CampaignDraft:
    """A campaign before it opens. ``questionnaires`` are texts as `survey_flows.load` reads them, by id.

    A ``trial`` counts in no year's appraisal, which citizens are told and the log holds from the opening on.
    """

    id: str
    year: int
    title: Mapping[str, str]
    opens_at: datetime
    closes_at: datetime
    units: Sequence[Unit]
    questionnaires: Mapping[str, str]
    scheme: str
    pilot: bool = False


@dataclass(frozen=True, slots=True)
class CampaignSummary:
    """What is known of a campaign; its ballots are told by `rounded` only, ``cell`` being the scheme's floor."""

    id: str
    year: int
    title: Mapping[str, str]
    state: str
    opens_at: int
    closes_at: int
    units: int
    ballots: int
    cell: int
    links: tuple[Link, ...]
    pilot: bool = False


async def create_campaign(database: AsyncEngine, draft: CampaignDraft, clock: Clock) -> Link:
    """Store a draft and its open link; returns the link.

    Raises:
        BadInput: the id is taken or malformed, the window is empty, or a unit has no questionnaire.
    """
    link = Link(clock.token()[:LINK])
    async with writing(database) as connection:
        await add_campaign(connection, draft, link)
    return link


async def add_campaign(connection: AsyncConnection, draft: CampaignDraft, link: Link) -> None:
    """Store a draft and its open link in the caller's transaction; raises as `create_campaign`."""
    _check(draft)
    if await _state(connection, draft.id):
        raise BadInput("there is a campaign of this name already; choose another name", draft.id)
    await connection.execute(tables.campaigns.insert(), [_row(draft)])
    await _add_link(connection, draft.id, link)


async def draft_exists(database: AsyncEngine, draft: CampaignDraft) -> bool:
    """Whether there is a campaign of this name that says what the draft says, in whatever state it is by now."""
    async with reading(database) as connection:
        row = (
            await connection.execute(
                select(tables.campaigns).where(tables.campaigns.c.id == draft.id)
            )
        ).first()
    said = {name: value for name, value in _row(draft).items() if name != "state"}
    return row is not None and all(row._mapping[name] == value for name, value in said.items())


async def create_link(
    database: AsyncEngine,
    campaign: str,
    group: str,
    stratum: str,
    clock: Clock,
    most: int | None = None,
) -> Link:
    """A link that vouches for an evaluator group and a stratum, meant for ``most`` people.

    The ballots of more people than that are marked for the review (`survey_flows/checks/shared_link.py`). The limit is
    registered when the campaign is opened; the log tells of one that is given later.

    Raises:
        BadInput: no such campaign, or a limit of nobody.
    """
    async with writing(database) as connection:
        return await add_vouching_link(connection, campaign, group, stratum, clock, most)


async def add_vouching_link(
    connection: AsyncConnection,
    campaign: str,
    group: str,
    stratum: str,
    clock: Clock,
    most: int | None = None,
) -> Link:
    """As `create_link`, in the caller's transaction."""
    if most is not None and not 1 <= most <= MAX_PEOPLE:
        raise BadInput(
            "a link is meant for one person or more; leave the number out if it is for anyone",
            str(most),
        )
    link = Link(clock.token()[:LINK], group, "invited", stratum, most)
    await _require(connection, campaign, ("draft", "open", "paused"))
    await _add_link(connection, campaign, link)
    if most is not None and await _state(connection, campaign) != "draft":
        limit = {
            "kind": "link",
            "campaign": campaign,
            "group": group,
            "stratum": stratum,
            "most": most,
        }
        await request_entry(
            connection, "link", campaign, canonical(limit), f"{campaign}/{clock.token()}"
        )
    return link


async def discard_draft(database: AsyncEngine, campaign: str) -> None:
    """Forget a draft with its links and its sampling frame. What was opened is never forgotten.

    Raises:
        BadInput: no such campaign, or it is not a draft any more.
    """
    async with writing(database) as connection:
        await _require(connection, campaign, ("draft",))
        for table in (tables.links, tables.frames):
            await connection.execute(delete(table).where(table.c.campaign == campaign))
        columns = tables.campaigns.c
        gone = delete(tables.campaigns).where(columns.id == campaign, columns.state == "draft")
        if not (await connection.execute(gone)).rowcount:
            raise BadInput("this campaign was opened just now; look at it again", campaign)


async def open_campaign(database: AsyncEngine, campaign: str) -> None:
    """Ask for a draft to take ballots: it is open as soon as the mixer has registered it in the log (`Mixer.turn`).

    Raises:
        BadInput: no such campaign, or it is not a draft.
    """
    await _move(database, campaign, ("draft",), "opening")


async def pause_campaign(database: AsyncEngine, campaign: str, clock: Clock) -> None:
    """Take no ballots for a while; nothing is pushed meanwhile. The log tells everybody of it.

    Raises:
        BadInput: no such campaign, or it is not open.
    """
    await _move(database, campaign, ("open",), "paused", clock)


async def resume_campaign(database: AsyncEngine, campaign: str, clock: Clock) -> None:
    """Take ballots again; raises `BadInput` when the campaign is not paused."""
    await _move(database, campaign, ("paused",), "open", clock)


async def close_campaign(database: AsyncEngine, campaign: str) -> None:
    """Take no more ballots, for good: a ballot that was not durable by now is refused.

    It is closed as soon as the mixer has mixed what was taken, and destroyed its key (`Mixer.turn`).

    Raises:
        BadInput: no such campaign, or it is not open.
    """
    await _move(database, campaign, ("open", "paused"), "closing")


async def list_campaigns(database: AsyncEngine) -> list[CampaignSummary]:
    """Every campaign, the newest last."""
    async with reading(database) as connection:
        counted = await connection.execute(
            select(tables.ballots.c.campaign, func.count()).group_by(tables.ballots.c.campaign)
        )
        ballots = {row[0]: row[1] for row in counted}
        links: dict[str, list[Link]] = {}
        shown = (
            select(tables.links)
            .where(~tables.links.c.token.startswith(PERSONAL))
            .order_by(tables.links.c.token)
        )
        for row in await connection.execute(shown):
            links.setdefault(row.campaign, []).append(
                Link(row.token, row.grp, row.source, row.stratum, row.most)
            )
        query = select(tables.campaigns).order_by(
            tables.campaigns.c.opens_at, tables.campaigns.c.id
        )
        rows = (await connection.execute(query)).all()
    return [_summary(row, ballots.get(row.id, 0), tuple(links.get(row.id, ()))) for row in rows]


async def show_campaign(database: AsyncEngine, campaign: str) -> CampaignSummary:
    """One campaign.

    Raises:
        BadInput: no such campaign.
    """
    found = [summary for summary in await list_campaigns(database) if summary.id == campaign]
    if not found:
        raise _unknown(campaign)
    return found[0]


def _check(draft: CampaignDraft) -> None:
    if not ID.fullmatch(draft.id):
        raise BadInput("a campaign's name has 1 to 32 characters: a–z, 0–9 and -", draft.id)
    if draft.closes_at <= draft.opens_at:
        raise BadInput("the campaign closes before it opens; give a later closing time", draft.id)
    if not draft.units:
        raise BadInput("a campaign needs at least one unit to rate", draft.id)
    for unit in draft.units:
        if unit.questionnaire not in draft.questionnaires:
            raise BadInput(f"there is no questionnaire «{unit.questionnaire}»", f"unit {unit.code}")


def _row(draft: CampaignDraft) -> dict[str, object]:
    return {
        "id": draft.id,
        "year": draft.year,
        "state": "draft",
        "opens_at": int(draft.opens_at.timestamp()),
        "closes_at": int(draft.closes_at.timestamp()),
        "paper": dump_definition(
            dict(draft.title), list(draft.units), dict(draft.questionnaires), draft.pilot
        ),
        "scheme": draft.scheme,
    }


async def _add_link(connection: AsyncConnection, campaign: str, link: Link) -> None:
    row: dict[str, object] = {
        "token": link.token,
        "campaign": campaign,
        "grp": link.group,
        "source": link.source,
    }
    row |= {"stratum": link.stratum, "most": link.max_people}
    await connection.execute(tables.links.insert(), [row])


async def _move(
    database: AsyncEngine,
    campaign: str,
    before: tuple[str, ...],
    after: str,
    clock: Clock | None = None,
) -> None:
    """To another state; with a ``clock``, by an entry in the log."""
    async with writing(database) as connection:
        await _require(connection, campaign, before)
        columns = tables.campaigns.c
        await connection.execute(
            update(tables.campaigns).where(columns.id == campaign).values(state=after)
        )
        if clock is not None:
            # Whoever stops a survey on a bad day must not be able to do it unseen.
            body = {
                "kind": "pause",
                "campaign": campaign,
                "state": after,
                "at": int(clock.now().timestamp()),
            }
            await request_entry(
                connection, "pause", campaign, canonical(body), f"{campaign}/{clock.token()}"
            )


async def _require(connection: AsyncConnection, campaign: str, states: tuple[str, ...]) -> None:
    state = await _state(connection, campaign)
    if state is None:
        raise _unknown(campaign)
    if state not in states:
        raise BadInput(
            f"this campaign is {state}; that can be done only while it is {' or '.join(states)}",
            campaign,
        )


async def _state(connection: AsyncConnection, campaign: str) -> str | None:
    query = select(tables.campaigns.c.state).where(tables.campaigns.c.id == campaign)
    return (await connection.execute(query.with_for_update())).scalar()


def _unknown(campaign: str) -> BadInput:
    return BadInput("there is no such campaign; see `minping campaign show`", campaign)


def _cell(row: Row[Any]) -> int:
    return int(json.loads(row.scheme).get("min_n", {}).get("publish_cell", ROUNDING_BASE))


def _summary(row: Row[Any], ballots: int, links: tuple[Link, ...]) -> CampaignSummary:
    frozen = json.loads(row.paper)
    return CampaignSummary(
        id=row.id,
        year=row.year,
        title=frozen["title"],
        state=row.state,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        units=len(frozen["units"]),
        ballots=ballots,
        cell=_cell(row),
        links=links,
        pilot=bool(frozen.get("trial")),
    )
