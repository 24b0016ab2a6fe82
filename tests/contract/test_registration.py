"""A campaign runs on its registered definition, or not at all."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from bot.ballots.gate import Gate
from bot.campaigns.fraud_rules import DEFAULT_RULES, FraudRules, read_rules
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.links import create_link
from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.conductor import Conductor
from bot.results.scoring import score_campaign
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from survey_flows.events import Started
from survey_flows.facts import Limits
from tests.contract.test_conductor import Road, draft, make_road
from tests.desk import DESK


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


async def registration(road: Road) -> dict[str, str]:
    async with reading(road.database) as connection:
        query = select(tables.log_entries.c.body).where(tables.log_entries.c.kind == "registration")
        return dict(json.loads((await connection.execute(query)).scalar_one()))


async def tamper(road: Road, **values: object) -> None:
    """Change a registered campaign as the owner of the database can."""
    async with writing(road.database) as connection:
        if connection.dialect.name == "sqlite":
            await connection.execute(text("DROP TRIGGER campaigns_frozen"))
        else:
            await connection.execute(text("ALTER TABLE campaigns DISABLE TRIGGER ALL"))
        await connection.execute(update(tables.campaigns).values(**values))


async def test_rules_and_a_seed_are_registered(road: Road) -> None:
    found = json.loads((await registration(road))["paper"])
    assert read_rules(found["fraud"]) == DEFAULT_RULES
    assert len(bytes.fromhex(found["seed"])) == 32
    async with reading(road.database) as connection:
        row = (await connection.execute(select(tables.campaigns))).one()
    assert json.loads(row.definition) == found


async def test_limits_of_links_are_registered_or_told_later_and_never_changed(road: Road) -> None:
    await create_campaign(road.database, draft("next"), road.clock)
    limited = await create_link(
        road.database, "next", "deputy", "430102", DESK, road.clock, max_people=30
    )
    await create_link(road.database, "next", "deputy", "", DESK, road.clock)
    await road.open("next")
    await create_link(road.database, "next", "enterprise", "", DESK, road.clock, max_people=12)
    await road.mixer.turn()
    columns = tables.log_entries.c
    async with reading(road.database) as connection:
        query = select(columns.kind, columns.body).where(
            columns.campaign == "next", columns.body.is_not(None)
        )
        found = {row.kind: json.loads(row.body) for row in await connection.execute(query)}
    assert json.loads(found["registration"]["paper"])["links"] == [
        {"group": "deputy", "stratum": "430102", "most": 30}
    ]
    told = {"kind": "link", "campaign": "next", "group": "enterprise", "stratum": "", "most": 12}
    told |= {"name": "next", "seen": 3}
    assert found["link"] == told
    assert limited.token not in json.dumps(found)
    with pytest.raises(DBAPIError, match="is not changed"):
        async with writing(road.database) as connection:
            await connection.execute(update(tables.links).values(max_people=99))
    with pytest.raises(BadInput, match="meant for 1 to 1000000 people"):
        await create_link(road.database, "next", "deputy", "", DESK, road.clock, max_people=0)


def test_rules_are_read_as_they_were_written() -> None:
    rules = FraudRules(
        Limits(stale=3),
        replace(DEFAULT_RULES.rates, unit=replace(DEFAULT_RULES.rates.unit, most=7)),
        DEFAULT_RULES.thresholds,
    )
    assert read_rules(json.loads(json.dumps(rules.dump()))) == rules
    assert read_rules(None) == DEFAULT_RULES


@pytest.mark.parametrize("change", ["scheme", "window", "definition", "registration"])
async def test_a_campaign_that_was_changed_takes_no_ballots(
    road: Road, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with reading(road.database) as connection:
        row = (await connection.execute(select(tables.campaigns))).one()
    values: dict[str, dict[str, object]] = {
        "scheme": {"scheme": row.scheme.replace("30", "31", 1)},
        "window": {"closes_at": row.closes_at + 1},
        "definition": {"definition": row.definition.replace("Tax Bureau", "Tax Office")},
        "registration": {"registered": None},
    }
    await tamper(road, **values[change])
    fresh = LiveCampaigns(road.database, "Asia/Shanghai")
    with caplog.at_level(logging.ERROR):
        await fresh.refresh()
    assert fresh.get("year") is None
    assert "campaign year differs from its registration" in caplog.text
    gate = Gate(road.keys, road.mixer.key)
    road.conductor = Conductor(road.database, road.keys, fresh, road.clock, gate)
    running = asyncio.create_task(road.conductor.run())
    reply = await road.send("ann", Started(link=road.link.token, unit="TAX", lang="en"))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert reply.screen is None
    assert await road.ballots() == []


async def test_a_campaign_that_was_changed_after_its_close_is_not_scored(road: Road) -> None:
    for citizen in range(12):
        await road.rate(f"{citizen}")
    await road.close("year")
    assert (await score_campaign(road.database, "year")).scores["TAX"].n == 12
    async with reading(road.database) as connection:
        scheme = (await connection.execute(select(tables.campaigns.c.scheme))).scalar_one()
    await tamper(road, scheme=scheme.replace("30", "31", 1))
    with pytest.raises(BadInput, match="differs from its registration"):
        await score_campaign(road.database, "year")
