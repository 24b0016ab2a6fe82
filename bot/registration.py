"""What a campaign registers in the log before it takes ballots, and whether it still runs on that.

Triggers keep a registered campaign from being changed by a slip. Whoever gets around them is found here when the
service loads the campaign, and by everybody with `minping verify`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.thresholds import Thresholds
from bot.store import tables
from bot.store.openings import registration_body
from bot.watch import Rate, Rates
from survey_flows.facts import Limits
from survey_flows.quota import Cell


@dataclass(frozen=True, slots=True)
class FraudRules:
    """From where on the online checks and the offline signals find something, as one campaign registered it."""

    limits: Limits
    rates: Rates
    thresholds: Thresholds

    def dump(self) -> dict[str, Any]:
        """Plain data for the campaign's paper."""
        return {name: asdict(getattr(self, name)) for name in ("limits", "rates", "thresholds")}


CELL = ("unit", "group", "stratum", "source")
DEFAULT = FraudRules(Limits(), Rates(), Thresholds())


def read_rules(paper: str) -> FraudRules:
    """The rules in a campaign's frozen paper; the shipped ones where it has none, as imported campaigns do."""
    found = json.loads(paper).get("fraud")
    if found is None:
        return DEFAULT
    windows = tuple(found["thresholds"]["windows_hours"])
    return FraudRules(
        limits=Limits(**found["limits"]),
        rates=Rates(**{name: Rate(**rate) for name, rate in found["rates"].items()}),
        thresholds=Thresholds(**found["thresholds"] | {"windows_hours": windows}),
    )


def read_most(paper: str | Mapping[str, Any]) -> dict[Cell, int]:
    """The quotas in a campaign's frozen paper; none where it has none."""
    frozen = json.loads(paper) if isinstance(paper, str) else paper
    return {Cell(*(str(row[name]) for name in CELL)): int(row["most"]) for row in frozen.get("quotas", ())}


def dump_most(most: Mapping[Cell, int]) -> list[dict[str, Any]]:
    """Plain data for the paper, in an order that depends on the quotas alone."""
    return [
        {"unit": cell.unit, "group": cell.group, "stratum": cell.stratum, "source": cell.source, "most": number}
        for cell, number in sorted(most.items())
    ]


def with_seed(paper: str, limits: Sequence[Mapping[str, Any]] = ()) -> str:
    """The paper as it is registered: with the limits of its links (`read_limits`), and the seed of its samples.

    The mixer draws the seed at the opening: nobody who makes the campaign can choose it.
    """
    more: dict[str, Any] = {"links": list(limits)} if limits else {}
    return json.dumps(json.loads(paper) | more | {"seed": secrets.token_hex(32)}, ensure_ascii=False)


async def read_limits(connection: AsyncConnection, campaign: str) -> list[dict[str, Any]]:
    """For how many people each link of a campaign is meant that is not for anyone; what opens it is left out."""
    columns = tables.links.c
    query = select(columns.grp, columns.stratum, columns.most).where(columns.campaign == campaign)
    rows = await connection.execute(query.where(columns.most.is_not(None)).order_by(*query.selected_columns))
    return [{"group": row.grp, "stratum": row.stratum, "most": row.most} for row in rows]


async def changed_since(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> set[str]:
    """Those of these campaigns that are not what the log has of them.

    One that takes ballots must be in the log; a closed one may never have been, when its ballots were imported.
    """
    places = {row.id: row.registered for row in rows if row.registered is not None}
    columns = tables.log_entries.c
    query = select(columns.position, columns.kind, columns.body).where(columns.position.in_(list(places.values())))
    logged = {row.position: (row.kind, row.body) for row in await connection.execute(query)}
    return {
        row.id
        for row in rows
        if (row.registered is None and row.state != "closed")
        or (
            row.registered is not None
            and logged.get(row.registered) != ("registration", registration_body(row._mapping))
        )
    }
