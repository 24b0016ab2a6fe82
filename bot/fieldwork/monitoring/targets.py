"""How many people of each evaluator group should submit: a plan that binds nobody.

It may be changed at any time, unlike a quota, which turns people away and is registered.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.scheme.population import Population
from bot.campaigns.definition import read_definition
from bot.campaigns.registered import read_campaign_row
from bot.storage.database import writing
from bot.storage.schema import all as tables
from survey_flows.errors import Message, Place, Problem, gathered
from survey_flows.messages import Named

MOST = 10_000_000


async def set_targets(
    database: AsyncEngine, campaign: str, targets: Mapping[str, int | str]
) -> dict[str, int]:
    """Give a campaign these targets in place of its own; returns those that were stored.

    Args:
        database: where the campaign is.
        campaign: in whatever state.
        targets: people by evaluator group; an empty text or 0 stands for no target.

    Raises:
        BadInput: no such campaign, a group that its scheme does not have, or no number of people.
    """
    async with writing(database) as connection:
        scheme = read_definition(await read_campaign_row(connection, campaign, "update")).scheme
        found, problems = {}, []
        for group, text in sorted(targets.items()):
            if group not in scheme.groups:
                problems.append(
                    Problem(Message("fieldwork-target-no-group", group=group), Place(field=group))
                )
                continue
            people = _number(text)
            if people is None:
                names = scheme.groups[group]
                called = Named(names["zh"], names["en"])
                problems.append(
                    Problem(Message("fieldwork-target-no-number", group=called, most=MOST))
                )
            elif people:
                found[group] = people
        if problems:
            raise gathered(problems)
        columns = tables.response_targets.c
        await connection.execute(
            delete(tables.response_targets).where(columns.campaign == campaign)
        )
        rows = [
            {"campaign": campaign, "group_code": group, "people": people}
            for group, people in found.items()
        ]
        if rows:
            await connection.execute(tables.response_targets.insert(), rows)
    return found


def _number(text: int | str) -> int | None:
    """Return the number of people that a text says; None for one that says none."""
    said = str(text).strip() or "0"
    if not (said.isascii() and said.isdigit() and len(said) <= len(str(MOST))):
        return None
    return int(said) if int(said) <= MOST else None


async def read_targets(connection: AsyncConnection, campaign: str) -> dict[str, int]:
    """Return the people wanted by evaluator group; empty without a target."""
    columns = tables.response_targets.c
    query = select(columns.group_code, columns.people).where(columns.campaign == campaign)
    rows = await connection.execute(query.order_by(columns.group_code))
    return {row.group_code: row.people for row in rows}


def people_by_area(population: Population | None) -> dict[str, dict[str, int]]:
    """Return the people of each group by stratum or first margin, which is the district.

    Args:
        population: figures of a scheme; those of single units are left out.
    """
    targets = population.targets() if population else {}
    return {
        group: {
            value: people
            for margin, values in target.margins.items()
            if margin <= 1
            for value, people in values.items()
        }
        for (unit, group), target in targets.items()
        if not unit
    }
