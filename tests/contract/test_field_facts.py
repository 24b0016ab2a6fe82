"""The method page says how a campaign was really in the field, in both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aggregation.scheme.parts import Name
from bot.campaigns.scheme_files import offered_scheme
from bot.publication.exports import campaign_book
from bot.results.scoring import score_campaign
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_kept_sums import cast_by

DAYS = 3
"""Days of fourteen after which the campaign is closed."""


@pytest.fixture
async def road(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    scheme = offered_scheme().model_copy(
        update={"sponsor": Name(zh="某市绩效办", en="City office")}
    )
    async with make_road(sqlite_url, tmp_path, scheme.model_dump_json()) as made:
        yield made


def local(moment: datetime) -> str:
    return (moment + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M")


async def lines(road: Road) -> dict[str, tuple[str, str]]:
    """Close the campaign and return what its method page says of it, by the end of the key."""
    await road.close("year")
    return await told(road)


async def told(road: Road) -> dict[str, tuple[str, str]]:
    """Return the same of a campaign that is closed."""
    book = campaign_book(await score_campaign(road.database, "year"), "Asia/Shanghai")
    page = next(page for page in book.pages if page.name == "method")
    return {
        str(row[0]).removeprefix("campaign.year."): (str(row[3]), str(row[4]))
        for row in page.rows
        if str(row[0]).startswith("campaign.year.")
    }


async def test_a_campaign_that_was_closed_early_shows_its_true_days(road: Road) -> None:
    for number in range(45):
        await cast_by(road, number, 1 if number < 30 else 0, "invited" if number < 30 else "open")
    await road.mix()
    opened = road.clock.now()
    road.clock.time += timedelta(days=DAYS)
    said = await lines(road)
    local = [
        (at + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M") for at in (opened, road.clock.time)
    ]
    assert said["window"] == (" – ".join(local),) * 2
    planned = (opened + timedelta(days=14, hours=8)).strftime("%Y-%m-%d %H:%M")
    assert said["closed_early"] == (
        f"{planned}；活动提前截止，实际征集时间以上列为准",
        f"{planned}; the campaign was closed before that, and the days in the field are those "
        "above",
    )
    assert said["sponsor"] == ("某市绩效办", "City office")
    assert said["modes"] == ("test 40", "test 40")
    assert said["ways"] == ("群体链接 30、公开链接 10", "codes of groups 30, open link 10")
    assert said["clusters"][1].startswith("ballots by registered links have 1 keys")
    assert said["frame"][0] == "无抽样框：经公开链接或群体链接参评的，均为自行参加"
    assert said["rates"][1] == "nobody was invited personally, so that no rate can be stated"
    assert said["left_out"] == ("无", "none")
    assert said["design_effect"][1].startswith("not told")
    assert said["weighting"][1].endswith("no population figures")


async def test_one_that_ran_to_its_end_does_not_speak_of_a_plan(road: Road) -> None:
    road.clock.time += timedelta(days=15)
    said = await lines(road)
    assert "closed_early" not in said
    assert said["window"][0].endswith(local(road.clock.time - timedelta(days=1)))
    assert said["modes"][1] == "not known, as of ballots that were imported"
    assert said["ways"] == ("无", "none")
    assert said["clusters"][1].startswith("no ballot has the key of a link")
