"""Quotas on both databases: filled exactly, no person twice, and no acknowledged answer lost."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from bot.ballots.campaign_walk import QUOTAS
from bot.ballots.close_check import check_ballots
from bot.ballots.gate import Gate
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.links import create_link
from bot.campaigns.live_campaigns import LiveCampaigns
from bot.campaigns.quotas import QuotaProgress, set_quotas, show_quotas
from bot.conversations.conductor import Conductor
from bot.conversations.contract import Incoming, Reply
from bot.core.shipped_files import shipped_scales
from bot.storage.database import open_database, reading, writing
from bot.storage.schema import all as tables
from survey_flows.ballot import Ballot
from survey_flows.campaign_definition import Link, Unit
from survey_flows.effects import StoreBallot
from survey_flows.errors import BadInput, Message
from survey_flows.events import Event, Pressed, Started, TopicRequested
from survey_flows.load import dump_questionnaire, load_questionnaire
from survey_flows.quota import QuotaCell
from tests.contract.test_conductor import Road, draft, make_road
from tests.contract.test_mixer import admit, code
from tests.contract.test_mixer import rows as stored
from tests.desk import DESK

SMALL = """
id: small
version: "1"
title: {zh-Hans: 一问, en: One question}
questions:
  - id: overall
    kind: rating
    scale: five_dk
    weight: 100
    overall: true
    label: {zh-Hans: 满意吗？, en: "Satisfied?"}
"""
FULL = "As many people as needed have already rated"
PEOPLE = 500
HEAD = "unit,group,stratum,source,most\n"


@asynccontextmanager
async def limited(url: str, folder: Path, table: str) -> AsyncIterator[Road]:
    """A road whose campaign «small» has the quotas of a table, and one question."""
    async with make_road(url, folder) as road:
        form = dump_questionnaire(load_questionnaire(SMALL, "small.yaml", shipped_scales()))
        units = [
            Unit(code, {"zh-Hans": code, "en": code}, "small", "B_econ") for code in ("ONE", "TWO")
        ]
        made = replace(draft("small"), questionnaires={"small": form}, units=units)
        road.link = await create_campaign(road.database, made, road.clock)
        await set_quotas(road.database, "small", "quotas.csv", (HEAD + table).encode())
        await road.open("small")
        await road.live_campaigns.refresh()
        yield road


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with limited(store_url, tmp_path, "ONE,,,,10\n") as made:
        yield made


@pytest.fixture
async def here(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    """A `road` for tests that do not depend on the database."""
    async with limited(sqlite_url, tmp_path, "ONE,,,,10\n") as made:
        yield made


async def rate(road: Road, user: str, unit: str = "ONE", link: Link | None = None) -> Reply:
    """Rate a unit; return the last reply, or the one that refuses for a full quota."""
    reply = await road.send(user, Started(link=(link or road.link).token, unit=unit, lang="en"))
    for label in ("Satisfied", "Submit"):
        if told_full(reply):
            return reply
        reply = await road.press(user, label)
    return reply


def told_full(reply: Reply) -> bool:
    return any(FULL in notice for notice in reply.notices)


def received(reply: Reply) -> bool:
    return reply.screen is not None and reply.screen.step == "receipt"


async def fill(road: Road, unit: str = "ONE", people: int = 10) -> None:
    for number in range(people):
        assert received(await rate(road, f"{unit}-{number}", unit))
    await road.live_campaigns.refresh()


async def counted(road: Road) -> Counter[tuple[str, str]]:
    await road.mix()
    async with reading(road.database) as connection:
        rows = await connection.execute(select(tables.ballots.c.unit, tables.ballots.c.grp))
        return Counter((row.unit, row.grp) for row in rows)


async def test_five_hundred_at_once_by_two_processes_fill_the_quotas_exactly(
    store_url: str, tmp_path: Path
) -> None:
    table = "ONE,,,,120\nONE,resident,,,100\nTWO,,,open,90\n"
    async with limited(store_url, tmp_path, table) as road:
        deputies = await create_link(road.database, "small", "deputy", "", DESK, road.clock)
        await road.live_campaigns.refresh()
        database = open_database(store_url)
        live_campaigns = LiveCampaigns(database, "Asia/Shanghai")
        await live_campaigns.refresh()
        other = Conductor(
            database, road.keys, live_campaigns, road.clock, Gate(road.keys, road.mixer.key)
        )
        working = asyncio.create_task(other.run())
        tapped = iter(range(10**6))

        async def send(number: int, event: Event) -> Reply:
            at = road.conductor if number % 2 else other
            return await at.handle(
                Incoming(f"rush:{next(tapped)}", "test", f"rush-{number}", event)
            )

        async def one(number: int, unit: str, link: Link) -> tuple[str, str, bool]:
            reply = await send(number, Started(link=link.token, unit=unit, lang="en"))
            for label in ("Satisfied", "Submit"):
                if told_full(reply):
                    break
                assert reply.screen is not None
                data = next(b.data for row in reply.screen.rows for b in row if b.label == label)
                reply = await send(number, Pressed(data))
            assert received(reply) != told_full(reply)
            return unit, link.group, received(reply)

        wanted = [("ONE", deputies if number % 5 == 0 else road.link) for number in range(300)]
        wanted += [("TWO", road.link)] * (PEOPLE - 300)
        try:
            told = await asyncio.gather(*(one(number, *wish) for number, wish in enumerate(wanted)))
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await database.dispose()
        acknowledged = Counter((unit, group) for unit, group, in_ in told if in_)
        assert acknowledged[("TWO", "resident")] == 90
        assert acknowledged[("ONE", "resident")] + acknowledged[("ONE", "deputy")] == 120
        assert acknowledged[("ONE", "resident")] <= 100
        assert await counted(road) == acknowledged, (
            "each that was acknowledged is there, and no other"
        )
        assert [fill.full for fill in await show_quotas(road.database, "small")] == [
            True,
            acknowledged[("ONE", "resident")] == 100,
            True,
        ]


async def test_who_finds_a_unit_full_is_told_at_once_and_can_rate_another(here: Road) -> None:
    await fill(here)
    reply = await here.send("late", Started(link=here.link.token, unit="ONE", lang="en"))
    assert [notice for notice in reply.notices if FULL in notice]
    assert reply.screen is not None
    assert [row[0].label for row in reply.screen.rows] == ["ONE (no places left)", "TWO"]
    await here.press("late", "TWO", "Satisfied")
    assert received(await here.press("late", "Submit"))
    assert await counted(here) == {("ONE", "resident"): 10, ("TWO", "resident"): 1}


async def test_who_began_before_is_told_at_the_next_tap_and_who_is_last_by_a_hair_at_the_submission(
    here: Road,
) -> None:
    for user in ("slow", "hair"):
        await here.send(user, Started(link=here.link.token, unit="ONE", lang="en"))
    await here.press("hair", "Satisfied")
    for number in range(10):
        await rate(here, f"{number}")
    late = await here.press("hair", "Submit")  # before this process has heard that the unit is full
    assert told_full(late)
    assert not received(late)
    await here.live_campaigns.refresh()
    assert told_full(await here.press("slow", "Satisfied"))
    assert await counted(here) == {("ONE", "resident"): 10}


async def test_a_second_rating_takes_no_second_place_and_is_taken_although_the_unit_is_full(
    road: Road,
) -> None:
    for _ in range(3):
        assert received(await rate(road, "ONE-0"))
    await fill(road)
    assert received(await rate(road, "ONE-0"))
    assert received(await road.press("ONE-0", "Rate this unit again", "Very satisfied", "Submit"))
    assert told_full(await rate(road, "late"))
    assert await counted(road) == {("ONE", "resident"): 10}
    assert await road.count("quota_places") == 10


async def test_a_place_stays_with_who_deleted_their_ratings(here: Road) -> None:
    await fill(here)
    await here.send("ONE-3", TopicRequested("delete"))
    await here.press("ONE-3", "Delete them all")
    assert await counted(here) == {("ONE", "resident"): 9}
    assert told_full(await rate(here, "late")), (
        "who watches a full unit does not learn that somebody withdrew"
    )
    assert received(await rate(here, "ONE-3"))
    assert await counted(here) == {("ONE", "resident"): 10}


async def test_a_replayed_submission_is_shown_its_receipt_when_the_unit_is_full(here: Road) -> None:
    await here.send("ann", Started(link=here.link.token, unit="ONE", lang="en"))
    await here.press("ann", "Satisfied")
    submit = here.button("ann", "Submit")
    first = await here.send("ann", submit, key="once")
    await fill(here, people=9)
    again = await here.send("ann", submit, key="once")
    assert received(again)
    assert again.screen == first.screen
    assert await counted(here) == {("ONE", "resident"): 10}


async def test_quotas_are_registered_and_cannot_be_changed_any_more(road: Road) -> None:
    async with reading(road.database) as connection:
        query = select(tables.log_entries.c.body).where(
            tables.log_entries.c.kind == "registration", tables.log_entries.c.campaign == "small"
        )
        definition = json.loads(json.loads((await connection.execute(query)).scalar_one())["paper"])
    assert definition["quotas"] == [
        {"unit": "ONE", "group": "", "stratum": "", "source": "", "most": 10}
    ]
    with pytest.raises(
        BadInput,
        match="the campaign's state is open: its quotas are registered in the log and cannot",
    ):
        await set_quotas(road.database, "small", "quotas.csv", (HEAD + "ONE,,,,20\n").encode())
    with pytest.raises(DBAPIError, match="registered"):
        async with writing(road.database) as connection:
            await connection.execute(
                text("UPDATE campaigns SET definition = '{}' WHERE id = 'small'")
            )


async def test_nothing_of_places_is_left_after_the_close_nor_kept_where_there_are_no_quotas(
    road: Road,
) -> None:
    await fill(road)
    await fill(road, "TWO", 3)
    assert (await road.count("quota_places"), await road.count("quota_cells")) == (10, 1)
    marks = await stored_marks(road)
    people = {f"ONE-{number}" for number in range(10)}
    others = {road.keys.voter("small", "test", user) for user in people}
    others |= {road.keys.person("test", user) for user in people}
    assert not marks & others
    await road.close("small")
    assert (await road.count("quota_places"), await road.count("quota_cells")) == (0, 0)


async def stored_marks(road: Road) -> set[bytes]:
    async with reading(road.database) as connection:
        return {
            bytes(mark)
            for mark in (await connection.execute(select(tables.quota_places.c.mark))).scalars()
        }


async def test_no_count_was_last_written_with_somebodys_conversation_once_the_ballots_are_mixed(
    postgres_url: str, tmp_path: Path
) -> None:
    async with limited(postgres_url, tmp_path, "ONE,,,,10\n") as road:
        await fill(road, people=3)

        async def writers(table: str) -> set[str]:
            async with reading(road.database) as connection:
                return set(
                    (await connection.execute(text(f"SELECT xmin::text FROM {table}"))).scalars()
                )

        assert await writers("quota_cells") & await writers("sessions"), "until then it is so"
        await road.mix()
        assert not await writers("quota_cells") & await writers("sessions")


async def test_what_is_told_of_a_quota_is_rounded(here: Road) -> None:
    cell = QuotaCell("ONE")
    assert await show_quotas(here.database, "small") == [QuotaProgress(cell, 10, 0)]
    await fill(here, people=9)
    assert await show_quotas(here.database, "small") == [QuotaProgress(cell, 10, None)]
    await rate(here, "last")
    assert await show_quotas(here.database, "small") == [QuotaProgress(cell, 10, 10)]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("NIL,,,,10\n", "row 2, column unit: there is no unit of this campaign «NIL»; there are"),
        ("ONE,kings,,,10\n", "row 2, column group: there is no evaluator group «kings»"),
        ("ONE,staff,,,10\n", "row 2, column group: there is no evaluator group «staff»"),
        (
            "ONE,,,post,10\n",
            "row 2, column source: there is no source «post»; there are open, invited, personal",
        ),
        ("ONE,,,,9\n", "row 2, column most: «9» is no whole number of people, 10 or more"),
        ("ONE,,,,10.5\n", "row 2, column most: «10.5» is no whole number of people, 10 or more"),
        ("ONE,,,,20\nONE,,,,30\n", "row 3, column unit: the same cell stands in row 2 already"),
        (
            "ONE,,,,100\nONE,resident,,,95\n",
            "row 2, column most: once this quota and those within it (such as row 3)",
        ),
        (
            "ONE,,,,100\nONE,resident,,,50\nONE,deputy,,,45\n",
            "row 2, column most: once this quota and those within it (such as row 4) are full, "
            "it is known",
        ),
    ],
)
async def test_what_is_wrong_with_a_table_is_told_by_row(
    sqlite_url: str, tmp_path: Path, table: str, said: str
) -> None:
    async with make_road(sqlite_url, tmp_path) as road:
        await create_campaign(
            road.database, replace(draft("small"), units=[*map(unit, ("ONE", "TWO"))]), road.clock
        )
        with pytest.raises(BadInput) as found:
            await set_quotas(road.database, "small", "quotas.csv", (HEAD + table).encode())
        assert said in str(found.value)
        assert await show_quotas(road.database, "small") == []


def unit(code: str) -> Unit:
    return Unit(code, {"zh-Hans": code, "en": code}, "window", "B_econ")


async def test_a_table_in_chinese_takes_the_place_of_the_one_before(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with make_road(sqlite_url, tmp_path) as road:
        await create_campaign(
            road.database, replace(draft("small"), units=[*map(unit, ("ONE", "TWO"))]), road.clock
        )
        assert (
            await set_quotas(
                road.database, "small", "a.csv", (HEAD + "ONE,,,,10\nTWO,,,,10\n").encode()
            )
            == 2
        )
        table = "单位代码,评价主体,区域,来源,人数上限\nTWO,deputy,430102,邀请链接,30\n"
        assert await set_quotas(road.database, "small", "b.csv", table.encode()) == 1
        assert await show_quotas(road.database, "small") == [
            QuotaProgress(QuotaCell("TWO", "deputy", "430102", "invited"), 30, 0)
        ]


async def lower_counts(road: Road) -> None:
    """Say that no place was taken, as the owner of the database can."""
    async with writing(road.database) as connection:
        await connection.execute(update(tables.quota_cells).values(taken=0))


async def test_a_count_that_somebody_lowers_makes_no_room(
    road: Road, caplog: pytest.LogCaptureFixture
) -> None:
    await fill(road, people=9)
    await lower_counts(road)
    with caplog.at_level(logging.ERROR):
        await road.live_campaigns.refresh()
    assert "counts of 1 quotas of campaign small were lowered" in caplog.text
    assert [received(await rate(road, f"x{number}")) for number in range(3)] == [True, False, False]
    assert await show_quotas(road.database, "small") == [QuotaProgress(QuotaCell("ONE"), 10, 10)]
    await road.mix()
    # A process that begins now has seen nothing, and asks the ballots.
    await lower_counts(road)
    road.live_campaigns = LiveCampaigns(road.database, "Asia/Shanghai")
    await road.live_campaigns.refresh()
    gate = Gate(road.keys, road.mixer.key)
    road.conductor = Conductor(road.database, road.keys, road.live_campaigns, road.clock, gate)
    running = asyncio.create_task(road.conductor.run())
    assert not received(await rate(road, "late"))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await road.close("small")
    (state,) = [row.state for row in await stored(road, tables.campaigns) if row.id == "small"]
    assert (state, await check_ballots(road.database, "small", road.mixer.log.guard)) == (
        "closed",
        [],
    )


async def test_a_quota_with_more_ballots_than_places_holds_the_close(road: Road) -> None:
    """A gate that was shown other counts for as long as it was new."""
    for number in range(11):
        one = Ballot(
            campaign="small",
            unit="ONE",
            questionnaire="small",
            group="resident",
            stratum="",
            source="open",
            ratings="S",
            facts=(),
            comment="",
            bucket=1,
            receipt=code(number),
        )
        await admit(road, (f"{number}", StoreBallot(one)))
    await road.close("small")
    (state,) = [row.state for row in await stored(road, tables.campaigns) if row.id == "small"]
    found = await check_ballots(road.database, "small", road.mixer.log.guard)
    assert (state, found) == ("held", [Message(QUOTAS, count=1)])
