"""A campaign runs on its registered definition, or not at all."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from bot.ballots.gate import Gate
from bot.campaigns.fraud_rules import DEFAULT_RULES, FraudRules, read_rules
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.link_marks import mark_links_anew, unmarked_links
from bot.campaigns.links import create_link
from bot.campaigns.live_campaigns import LiveCampaigns, Trust
from bot.conversations.conductor import Conductor
from bot.core.settings import Settings
from bot.crypto.note_signatures import sign_note
from bot.results.scoring import score_campaign
from bot.service.installation_keys import open_keys
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
from bot.transparency.log_entry import entry_of_row
from survey_flows.errors import BadInput
from survey_flows.events import Started
from survey_flows.facts import Limits
from survey_flows.log_entries import act_commitment, canonical
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
            for name in ("campaigns_frozen", "campaigns_aim_frozen"):
                await connection.execute(text(f"DROP TRIGGER {name}"))
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


@pytest.mark.parametrize("change", ["scheme", "window", "definition", "registration", "purpose"])
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
        "purpose": {"purpose": "pilot"},
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


def trust(road: Road) -> Trust:
    return Trust(road.mixer.key, DESK)


async def tamper_log(road: Road, **values: object) -> None:
    """Change the row of a registration in the log, too."""
    async with writing(road.database) as connection:
        if connection.dialect.name == "sqlite":
            await connection.execute(text("DROP TRIGGER log_entries_frozen"))
        else:
            await connection.execute(text("ALTER TABLE log_entries DISABLE TRIGGER ALL"))
        own = update(tables.log_entries).where(tables.log_entries.c.kind == "registration")
        await connection.execute(own.values(**values))


async def rate_by(road: Road, live: LiveCampaigns, link: str) -> list[tuple[str, str, str]]:
    """Let somebody rate by what these campaigns know; return the ballots with their groups."""
    gate = Gate(road.keys, road.mixer.key)
    road.conductor = Conductor(road.database, road.keys, live, road.clock, gate)
    road.link = replace(road.link, token=link)
    running = asyncio.create_task(road.conductor.run())
    await road.rate("ann")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return await road.ballots()


@pytest.mark.parametrize("commits", [False, True], ids=["text alone", "with its commitment"])
async def test_other_words_on_the_same_buttons_take_no_ballots(
    road: Road, commits: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Row and log's row are changed alike, so that the two agree and no leaf of the log does."""
    fresh = LiveCampaigns(road.database, "Asia/Shanghai", trust(road))
    await fresh.refresh()
    assert fresh.get("year") is not None
    async with reading(road.database) as connection:
        row = (await connection.execute(select(tables.campaigns))).one()
        query = select(tables.log_entries).where(tables.log_entries.c.kind == "registration")
        logged = (await connection.execute(query)).one()
    definition = row.definition.replace("Tax Bureau", "Tax Office")
    said = json.loads(logged.body)
    said["paper"] = said["paper"].replace("Tax Bureau", "Tax Office")
    body = canonical(said)
    assert body != logged.body
    await tamper(road, definition=definition)
    signed = entry_of_row(logged._mapping).signatures
    changed = {"commitment": act_commitment(body, signed)} if commits else {}
    await tamper_log(road, body=body, **changed)
    # Without the signed log the two rows are believed.
    believing = LiveCampaigns(road.database, "Asia/Shanghai")
    await believing.refresh()
    assert believing.get("year") is not None
    with caplog.at_level(logging.WARNING):
        fresh = LiveCampaigns(road.database, "Asia/Shanghai", trust(road))
        await fresh.refresh()
        await fresh.refresh()
    assert fresh.get("year") is None
    assert caplog.text.count("campaign year waits: no signed log has its registration") == 1


@pytest.mark.parametrize("signer", ["nobody", "another log"])
async def test_a_checkpoint_that_the_log_did_not_sign_proves_nothing(
    road: Road, signer: str
) -> None:
    async with writing(road.database) as connection:
        newest = (await connection.execute(select(tables.checkpoints))).all()[-1]
        text_ = newest.note.split("\n\n")[0] + "\n"
        key = "minping" if signer == "nobody" else "other"
        note = sign_note(bytes(32), key, text_).write()
        await connection.execute(update(tables.checkpoints).values(note=note))
    fresh = LiveCampaigns(road.database, "Asia/Shanghai", trust(road))
    await fresh.refresh()
    assert fresh.get("year") is None
    async with writing(road.database) as connection:
        kept = update(tables.checkpoints).where(tables.checkpoints.c.size == newest.size)
        await connection.execute(kept.values(note=newest.note))
    await fresh.refresh()
    assert fresh.get("year") is not None


async def test_a_link_that_somebody_wrote_or_changed_leads_nowhere(
    road: Road, caplog: pytest.LogCaptureFixture
) -> None:
    honest = await create_link(road.database, "year", "deputy", "430102", DESK, road.clock)
    stolen = await create_link(road.database, "year", "enterprise", "", DESK, road.clock)
    forged = {"token": "FORGEDLINK", "campaign": "year", "group_code": "deputy"}
    forged |= {"source": "invited", "stratum": "430102"}
    async with writing(road.database) as connection:
        if connection.dialect.name == "sqlite":
            await connection.execute(text("DROP TRIGGER links_fixed"))
        else:
            await connection.execute(text("ALTER TABLE links DISABLE TRIGGER ALL"))
        await connection.execute(tables.links.insert(), [forged])
        marks = tables.link_marks
        query = select(marks.c.mark).where(marks.c.token == honest.token)
        copied = {"token": "FORGEDLINK", "mark": (await connection.execute(query)).scalar_one()}
        await connection.execute(marks.insert(), [copied])
        own = update(tables.links).where(tables.links.c.token == stolen.token)
        await connection.execute(own.values(group_code="deputy"))
    fresh = LiveCampaigns(road.database, "Asia/Shanghai", trust(road))
    with caplog.at_level(logging.ERROR):
        await fresh.refresh()
    known = fresh.get("year")
    assert known is not None
    assert set(known.links) == {road.link.token, honest.token}
    assert "links that nobody made lead nowhere: 2 in year" in caplog.text
    ballots = await rate_by(road, fresh, "FORGEDLINK")
    assert ballots == [("TAX", "service_user", "S VS VS VS")]


async def test_another_desk_marks_the_links_as_they_stand(road: Road) -> None:
    other = Desk(bytes(31) + b"2", "minping")
    async with reading(road.database) as connection:
        assert set(await unmarked_links(connection, DESK)) == set()
        assert await unmarked_links(connection, other) == {road.link.token: "year"}
    async with writing(road.database) as connection:
        await mark_links_anew(connection, other)
    async with reading(road.database) as connection:
        assert await unmarked_links(connection, other) == {}
        assert await unmarked_links(connection, DESK) == {road.link.token: "year"}


async def test_links_of_an_older_version_are_marked_once(
    road: Road, store_url: str, tmp_path: Path
) -> None:
    settings = Settings(database_url=store_url, data=tmp_path, log_origin="minping")
    later = {"token": "LATERLINKS", "campaign": "year", "group_code": "deputy"}
    later |= {"source": "invited", "stratum": ""}
    async with writing(road.database) as connection:
        await connection.execute(delete(tables.link_marks))
    for count, new in ((0, []), (1, [later])):
        async with writing(road.database) as connection:
            if new:
                await connection.execute(tables.links.insert(), new)
        assert (await open_keys(settings, road.database, road.clock)).desk.key == DESK.key
        async with reading(road.database) as connection:
            assert len(await unmarked_links(connection, DESK)) == count
    assert (tmp_path / "keys" / "desk" / "links").stat().st_mode & 0o777 == 0o600
