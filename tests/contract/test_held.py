"""A campaign that is held: nothing is taken, nothing is lost, and the log shows it to everybody."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.campaigns.lifecycle import close_campaign, pause_campaign, resume_campaign
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.verification.bundle import make_bundle, request_result_entry
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.errors import BadInput
from tests.contract.test_conductor import Road, make_road
from tests.desk import DESK


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


async def told(road: Road) -> list[str]:
    """Return the log's entries on pauses."""
    await road.mixer.turn()
    columns = tables.log_entries.c
    async with reading(road.database) as connection:
        query = select(columns.body).where(columns.kind == "pause").order_by(columns.position)
        return [json.loads(body)["state"] for body in (await connection.execute(query)).scalars()]


async def test_a_held_campaign_takes_no_ballot_and_keeps_what_was_begun(road: Road) -> None:
    await road.answer_all("ann")
    await pause_campaign(road.database, "year", DESK, road.clock)
    # The definitions are not read again yet: the transaction itself finds the pause.
    reply = await road.press("ann", "Submit")
    assert reply.screen is not None
    assert reply.screen.step == "paused"
    assert await road.ballots() == []
    await resume_campaign(road.database, "year", DESK, road.clock)
    await road.live_campaigns.refresh()
    await road.rate("ben")
    assert len(await road.ballots()) == 1
    assert await told(road) == ["paused", "open"]


async def test_a_held_campaign_can_be_closed_and_its_bundle_verifies(road: Road) -> None:
    for number in range(12):
        await road.rate(f"{number}")
    await road.mix()
    await pause_campaign(road.database, "year", DESK, road.clock)
    await close_campaign(road.database, "year", DESK, road.clock, "for a test")
    await road.mixer.turn()
    await request_result_entry(road.database, "year", road.approvals, "zhou")
    await road.mixer.turn()
    files = await make_bundle(road.database, "year", True)
    assert [
        check.what for check in verify(files, VerificationRequest([road.mixer.key])) if not check.ok
    ] == []
    assert b'"state":"paused"' in b"".join(files.values()).replace(b"\\", b"")


async def test_only_what_is_open_is_held_and_only_what_is_held_goes_on(road: Road) -> None:
    with pytest.raises(BadInput, match="the campaign's state is open"):
        await resume_campaign(road.database, "year", DESK, road.clock)
    await pause_campaign(road.database, "year", DESK, road.clock)
    with pytest.raises(BadInput, match="the campaign's state is paused"):
        await pause_campaign(road.database, "year", DESK, road.clock)
    with pytest.raises(BadInput, match="there is no such campaign"):
        await pause_campaign(road.database, "none", DESK, road.clock)
    assert await told(road) == ["paused"]
