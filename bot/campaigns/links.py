"""Links into a campaign, and the evaluator group and stratum that they vouch for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from pydantic import Field
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.scheme.scheme import Scheme
from bot.campaigns.cluster_keys import next_key, with_enough_people
from bot.campaigns.definition import read_definition
from bot.campaigns.link_marks import mark_links
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.states import DRAFT, OPEN, PAUSED, require_state
from bot.core.checked_input import CheckedInput, checked
from bot.core.clock import Clock
from bot.storage.database import writing
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
from survey_flows.campaign_definition import INTERNAL, Link
from survey_flows.errors import BadInput, Message, Place
from survey_flows.messages import Named

LINK = 10
"""Characters of a link's token: 50 random bits, and short enough to read from a poster."""
MAX_PEOPLE = 1_000_000
PERSONAL = INTERNAL
"""Begins the token of a link that only invitations lead to (`bot.fieldwork.audience.admission`)."""


class LinkInput(CheckedInput):
    """A link that vouches for an evaluator group, and maybe for a stratum.

    ``max_people`` is the number of people that it is meant for; None means anyone.
    """

    group: str = Field(min_length=1)
    stratum: str = Field("", max_length=32)
    max_people: int | None = Field(None, ge=1, le=MAX_PEOPLE)

    problems: ClassVar = {
        "group": Message("campaign-link-group-missing"),
        "stratum": Message("campaign-stratum-too-long"),
        "max_people": Message("campaign-link-for-nobody", most=MAX_PEOPLE),
    }


async def create_link(
    database: AsyncEngine,
    campaign: str,
    group: str,
    stratum: str,
    desk: Desk,
    clock: Clock,
    max_people: int | str | None = None,
) -> Link:
    """Stores a link that vouches for an evaluator group and a stratum, and returns it.

    The online checks mark the ballots of more people than ``max_people``
    (`survey_flows.checks.shared_link`). The limit is registered with the campaign; the limit of a
    later link is logged by itself, signed by the desk.

    Raises:
        BadInput: the campaign does not exist or is over; its scheme does not have the group or no
            population figure of the group has the stratum; or the limit is no number of people.
    """
    async with writing(database) as connection:
        return await add_vouching_link(
            connection, campaign, group, stratum, desk, clock, max_people
        )


async def add_vouching_link(
    connection: AsyncConnection,
    campaign: str,
    group: str,
    stratum: str,
    desk: Desk,
    clock: Clock,
    max_people: int | str | None = None,
) -> Link:
    """Does what `create_link` does, in the caller's transaction."""
    asked = checked(LinkInput, group=group, stratum=stratum, max_people=max_people)
    row = await read_campaign_row(connection, campaign, "update")
    require_state(campaign, row.state, (DRAFT, OPEN, PAUSED))
    _require_cell(read_definition(row).scheme, asked.group, asked.stratum)
    link = Link(clock.token()[:LINK], asked.group, "invited", asked.stratum, asked.max_people)
    await add_link(connection, campaign, link)
    if row.state != DRAFT:
        await mark_links(connection, desk, campaign, link.token)
    if link.max_people is not None and row.state != DRAFT:
        limit = {"group": link.group, "stratum": link.stratum, "most": link.max_people}
        await desk.order(connection, "link", campaign, limit)
    return link


async def add_link(connection: AsyncConnection, campaign: str, link: Link) -> None:
    """Stores a link with the key by which its ballots can be told to be alike."""
    row: dict[str, object] = {
        "token": link.token,
        "campaign": campaign,
        "group_code": link.group,
        "source": link.source,
        "stratum": link.stratum,
        "max_people": link.max_people,
        "cluster": await next_key(connection, campaign, link.max_people),
    }
    await connection.execute(tables.links.insert(), [row])


async def read_links(
    connection: AsyncConnection, personal: bool = True
) -> dict[str, tuple[Link, ...]]:
    """Returns the links of every campaign; without the personal ones when ``personal`` is False."""
    query = select(tables.links).order_by(tables.links.c.token)
    if not personal:
        query = query.where(~tables.links.c.token.startswith(PERSONAL))
    found: dict[str, tuple[Link, ...]] = {}
    for row in await connection.execute(query):
        found[row.campaign] = (*found.get(row.campaign, ()), link_of(row))
    return {campaign: with_enough_people(links) for campaign, links in found.items()}


def link_of(row: Row[Any]) -> Link:
    """Returns the link in a row of the table of links."""
    return Link(row.token, row.group_code, row.source, row.stratum, row.max_people, row.cluster)


def _require_cell(scheme: Scheme, group: str, stratum: str) -> None:
    """Refuses a group or a stratum whose ballots would count nowhere."""
    if group not in scheme.groups:
        groups = tuple(
            Message("campaign-group", code=code, name=Named(names["zh"], names["en"]))
            for code, names in scheme.groups.items()
        )
        message = Message("campaign-link-unknown-group", group=group, groups=groups)
        raise BadInput(message, Place(field="group"))
    targets = scheme.population.targets() if scheme.population else {}
    weighted = [target for (_, name), target in targets.items() if name == group]
    if not stratum or not weighted or any(target.parts(stratum) for target in weighted):
        return
    raise BadInput(
        Message(
            "campaign-link-unknown-stratum",
            stratum=stratum,
            group=group,
            strata=tuple(_strata(weighted)),
        ),
        Place(field="stratum"),
    )


def _strata(targets: Iterable[Any]) -> list[str]:
    """Returns the first names that the figures know, to choose from."""
    names = {value for target in targets for values in target.margins.values() for value in values}
    return sorted(names)[:20]
