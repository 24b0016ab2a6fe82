"""A small city is written to through a gateway that fails in every way, with kills."""

from __future__ import annotations

from pathlib import Path

from benchmarks.outreach import hooks
from benchmarks.outreach.__main__ import CAMPAIGN, RATE, prepare
from benchmarks.outreach.play import BLACKLISTED, PERMANENT, TEMPORARY, play
from bot.fieldwork.outreach.push_service import show_pushes
from tests.contract.test_conductor import make_road
from tests.contract.test_contacts import KEYS, TODAY

PEOPLE, KILLS = 300, 5


async def test_nobody_is_missed_and_only_what_was_under_way_goes_twice(
    store_url: str, tmp_path: Path
) -> None:
    async with make_road(store_url, tmp_path) as road:
        await prepare(road, PEOPLE)
        found = await play(road, KEYS, CAMPAIGN, PEOPLE, RATE, KILLS, 1, TODAY)
    assert found.wrong == []
    assert found.twice > 0, "a kill loses what is under way"
    assert (found.kills, sum(found.told.values())) == (KILLS, PEOPLE)
    shares = (found.fates[PERMANENT], found.fates[TEMPORARY], found.fates[BLACKLISTED])
    assert shares == (15, 15, 3)
    assert found.letters == 15


async def test_receipts_that_come_while_messages_are_sent_are_all_taken(
    store_url: str, tmp_path: Path
) -> None:
    async with make_road(store_url, tmp_path) as road:
        await prepare(road, PEOPLE)
        found = await hooks.measure(road, KEYS)
        (step,) = await show_pushes(road.database, CAMPAIGN, RATE)
    assert (found.receipts, len(found) >= PEOPLE // hooks.AT_ONCE) == (PEOPLE, True)
    assert dict(step.counts) == {"delivered": PEOPLE}
