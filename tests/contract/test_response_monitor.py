"""The response monitor on both databases.

Dispositions add up, and a tap's transaction stays as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from bot.campaigns.lifecycle import create_campaign
from bot.conversations.key_rotation import KeyRotation
from bot.fieldwork.audience.invitations import make_invitations
from bot.fieldwork.audience.opt_outs import opt_out
from bot.fieldwork.audience.sampling import draw_campaign_sample
from bot.fieldwork.monitoring.reached import Reached
from bot.fieldwork.monitoring.response_monitor import Monitor, Stop, read_monitor
from bot.fieldwork.monitoring.targets import set_targets
from bot.fieldwork.outreach.push_service import begin_push
from bot.fieldwork.outreach.push_texts import plain_texts
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.campaign_definition import Link
from survey_flows.errors import BadInput
from survey_flows.events import Started, TopicRequested
from tests.contract.test_conductor import Road, draft, make_road
from tests.contract.test_contacts import KEYS
from tests.contract.test_sampling import TODAY, bring, people, plan
from tests.desk import DESK

CELLS = {"resident/430102/large": 40, "deputy": 30}
ZONE = "Asia/Shanghai"


class Office:
    """A campaign «next» that wrote to all its 70 people, and their invitation tokens by group."""

    def __init__(self, road: Road, tokens: dict[str, list[str]]) -> None:
        self.road = road
        self.tokens = tokens
        self.resealing = KeyRotation(road.database, road.keys, road.clock, road.live_campaigns)

    async def come(self, user: str, group: str) -> None:
        self.road.link = Link(self.tokens[group].pop())
        await self.road.send(user, Started(link=self.road.link.token, unit="TAX", lang="en"))

    async def answer(self, user: str, group: str) -> None:
        await self.come(user, group)
        await self.road.press(user, "Used a service")

    async def rate(self, user: str, group: str) -> None:
        await self.answer(user, group)
        await self.road.press(user, "Satisfied", *["Very satisfied"] * 3, "Skip", "Submit")

    async def later(self, hours: int = 1) -> Monitor:
        """Return the monitor after the conversations were sealed anew."""
        self.road.clock.time += timedelta(hours=hours)
        await self.resealing.rotate()
        return await self.monitor()

    async def monitor(self) -> Monitor:
        return await read_monitor(self.road.database, "next", ZONE)

    async def stored(self) -> Counter[tuple[str, str]]:
        """Return the counts by group and progress."""
        columns = tables.progress_counts.c
        async with reading(self.road.database) as connection:
            rows = await connection.execute(
                select(columns.group_code, columns.progress, columns.people)
            )
            return Counter(
                {(row.group_code, row.progress): row.people for row in rows if row.people}
            )


@asynccontextmanager
async def open_office(url: str, folder: Path) -> AsyncIterator[Office]:
    async with make_road(url, folder) as road:
        await create_campaign(road.database, draft("next"), road.clock)
        await bring(road, people(CELLS))
        await plan(road, size=70)
        await road.open("next")
        await draw_campaign_sample(road.database, "next")
        await make_invitations(road.database, road.keys, DESK, "next", TODAY, road.clock)
        await road.live_campaigns.refresh()
        await begin_push(road.database, "next", await plain_texts(road.database, "next", ZONE))
        tokens: dict[str, list[str]] = {}
        async with writing(road.database) as connection:
            await connection.execute(update(tables.outbox).values(state="sent"))
            for row in await connection.execute(select(tables.frames)):
                tokens.setdefault(row.group_code, []).append(
                    road.keys.invitation("next", row.number, row.turn)
                )
        made = Office(road, tokens)
        await made.resealing.rotate()
        yield made


@pytest.fixture
async def office(store_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(store_url, tmp_path) as made:
        yield made


@pytest.fixture
async def here(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    """An `office` for tests that do not depend on the database."""
    async with open_office(sqlite_url, tmp_path) as made:
        yield made


def shown_ranges(monitor: Monitor) -> dict[str, dict[str, tuple[int, int]]]:
    """Return the disclosed ranges of each cell, without zeros."""
    return {
        cell.cell: {name: span for name, span in cell.ranges.items() if span != (0, 0)}
        for cell in monitor.cells
    }


async def test_dispositions_of_a_campaign(office: Office) -> None:
    assert shown_ranges(await office.monitor()) == {
        "deputy": {"sent": (30, 39)},
        "resident/430102/large": {"sent": (40, 49)},
    }
    for number in range(12):
        await office.rate(f"done-{number}", "resident")
    for number in range(11):
        await office.answer(f"stop-{number}", "resident")
        await office.road.press(f"stop-{number}", "Stop")
    for number in range(13):
        await office.answer(f"idle-{number}", "deputy")
    assert await office.stored() == {}, "no tap changes a count"
    monitor = await office.later()
    assert shown_ranges(monitor) == {
        "deputy": {"partial": (10, 19), "sent": (10, 19)},
        "resident/430102/large": {"completed": (10, 19), "broken": (10, 19), "sent": (10, 19)},
    }
    assert monitor.whole is not None
    assert monitor.whole.invited == 70
    assert monitor.stops == [Stop("window", "overall", (20, 29))]
    day = "2026-11-23"
    assert {name: monitor.days[day][name] for name in ("started", "broken", "completed")} == {
        "started": (30, 39),
        "broken": (10, 19),
        "completed": (10, 19),
    }
    assert monitor.hours[16]["completed"] == (10, 19)
    assert await office.stored() == {
        ("resident", "completed"): 12,
        ("resident", "broken"): 11,
        ("deputy", "partial"): 13,
    }
    again = await office.later()
    assert (again.cells, again.stops, again.days) == (monitor.cells, monitor.stops, monitor.days), (
        "counted once"
    )


async def test_who_goes_on_is_counted_anew_and_who_leaves_answers_for_three_days_has_broken_off(
    here: Office,
) -> None:
    for user in ("ann", "ben", "cyd"):
        await here.answer(user, "deputy")
    await here.come("dot", "deputy")
    await here.later()
    assert await here.stored() == {("deputy", "partial"): 3, ("deputy", "started"): 1}
    await here.road.press("ann", "Satisfied", *["Very satisfied"] * 3, "Skip", "Submit")
    await here.road.press("ben", "Stop")
    await here.later(hours=73)
    assert await here.stored() == {
        ("deputy", "completed"): 1,
        ("deputy", "broken"): 2,
        ("deputy", "started"): 1,
    }
    # His buttons are stale by now; the first press shows the list anew.
    await here.road.press("ben", "Tax Bureau")
    await here.road.press("ben", "Tax Bureau", "Used a service", "Satisfied")
    await here.later()
    assert await here.stored() == {
        ("deputy", "completed"): 1,
        ("deputy", "broken"): 1,
        ("deputy", "partial"): 1,
        ("deputy", "started"): 1,
    }
    async with reading(here.road.database) as connection:
        query = select(tables.break_offs.c.question, tables.break_offs.c.people).where(
            tables.break_offs.c.people > 0
        )
        assert sorted(tuple(row) for row in await connection.execute(query)) == [
            ("ease", 1),
            ("overall", 1),
        ]


async def test_who_deletes_everything_and_comes_back_never_makes_more_than_were_invited(
    here: Office,
) -> None:
    for _ in range(3):
        for number in range(12):
            user = f"back-{number}"
            here.road.link = Link(here.tokens["deputy"][number])
            await here.road.send(user, Started(link=here.road.link.token, unit="TAX", lang="en"))
            await here.road.press(
                user, "Used a service", "Satisfied", *["Very satisfied"] * 3, "Skip", "Submit"
            )
        await here.later()
        for number in range(12):
            await here.road.send(f"back-{number}", TopicRequested("delete"))
            await here.road.press(f"back-{number}", "Delete them all")
    assert (await here.stored())["deputy", "completed"] == 36
    assert shown_ranges(await here.monitor())["deputy"] == {"completed": (10, 19), "sent": (10, 19)}


async def test_who_was_never_reached_and_who_wants_no_more(office: Office) -> None:
    async with writing(office.road.database) as connection:
        frames = tables.frames.c
        query = select(frames.lookup).where(frames.group_code == "resident").order_by(frames.lookup)
        lookups = [bytes(lookup) for lookup in (await connection.execute(query)).scalars()]
        for state, some in (
            ("unreachable", lookups[:7]),
            ("failed", lookups[7:12]),
            ("opted_out", lookups[12:13]),
        ):
            changed = update(tables.outbox).where(tables.outbox.c.lookup.in_(some))
            await connection.execute(changed.values(state=state))
        own = tables.addresses.c
        sealed = {
            bytes(row.lookup): bytes(row.sealed)
            for row in await connection.execute(select(own.lookup, own.sealed))
        }
        addresses = [KEYS.unseal(lookup, sealed[lookup]) for lookup in lookups[20:31]]
        await opt_out(connection, KEYS, addresses, TODAY)
    found = shown_ranges(await office.monitor())["resident/430102/large"]
    assert found == {
        "unreachable": (1, 9),
        "not_delivered": (1, 9),
        "opted_out": (1, 9),
        "declined": (10, 19),
        "sent": (10, 19),
    }


async def test_by_every_way_of_coming_people_are_counted_and_no_row_leads_to_one(
    here: Office,
) -> None:
    await here.road.send("open", Started(link="", unit="TAX", lang="en"))
    await here.later()
    async with reading(here.road.database) as connection:
        query = select(func.sum(tables.progress_counts.c.people)).where(
            tables.progress_counts.c.source == "open"
        )
        assert (await connection.execute(query)).scalar_one() == 1
    for table in (tables.progress_counts, tables.arrivals, tables.break_offs):
        assert {column.type.python_type for column in table.c} <= {str, int}
        assert not {"person", "voter", "lookup", "mark", "holder"} & set(table.c.keys())


async def test_an_hour_and_its_day_do_not_tell_of_two_people_that_each_is_one(here: Office) -> None:
    for user in ("early", "late"):
        await here.rate(user, "resident")
        monitor = await here.later()
    (day,) = monitor.days.values()
    hours = [counts["completed"] for counts in monitor.hours.values()]
    assert day["completed"] == (1, 9)
    assert len(hours) == 2
    for at, (low, high) in enumerate(hours):
        rest = hours[1 - at]
        able = [n for n in range(low, high + 1) if n + rest[1] >= 1 and n + rest[0] <= 9]
        assert len(able) >= 9
    assert monitor.by_source["personal"]["completed"] == (1, 9)


async def test_targets_stand_beside_who_submitted_by_group_and_district(office: Office) -> None:
    database = office.road.database
    assert await set_targets(
        database, "next", {"resident": "100", "deputy": " ", "supervisor": 0}
    ) == {"resident": 100}
    for number in range(12):
        await office.rate(f"done-{number}", "resident")
    for number in range(3):
        await office.rate(f"deputy-{number}", "deputy")
    monitor = await office.later()
    assert monitor.groups == {"deputy": (1, 9), "resident": (10, 19)}
    assert monitor.areas == {"": (1, 9), "430102": (10, 19)}
    assert monitor.completed == monitor.by_source["personal"]["completed"]
    assert (monitor.targets, monitor.area_targets) == ({"resident": 100}, {"430102": 100})
    wrong = {"resident": "5", "deputy": "-1", "nobody": "3", "enterprise": "1e3"}
    with pytest.raises(BadInput) as refused:
        await set_targets(database, "next", wrong)
    assert [problem.message.id for problem in refused.value.problems] == [
        "fieldwork-target-no-number",
        "fieldwork-target-no-number",
        "fieldwork-target-no-group",
    ]
    assert (await office.monitor()).targets == {"resident": 100}, "all of them or none"
    assert await set_targets(database, "next", {}) == {}
    assert (await office.monitor()).area_targets == {}


async def test_who_was_written_to_how_tells_nobody_who_came(here: Office) -> None:
    async with writing(here.road.database) as connection:
        columns = tables.outbox.c
        lookups = (await connection.execute(select(columns.lookup).order_by(columns.lookup))).all()
        for state, some in (
            ("delivered", lookups[:20]),
            ("failed", lookups[20:23]),
            ("opted_out", lookups[23:24]),
            ("not_started", lookups[24:26]),
            ("queued", lookups[26:30]),
        ):
            own = columns.lookup.in_([row.lookup for row in some])
            await connection.execute(update(tables.outbox).where(own).values(state=state))
        step = dict((await connection.execute(select(tables.pushes))).mappings().one())
        await connection.execute(
            tables.pushes.insert(), [step | {"step": 1, "kind": "reminder", "handed": 900}]
        )
        row = dict((await connection.execute(select(tables.outbox))).mappings().first() or {})
        await connection.execute(
            tables.outbox.insert(), [row | {"step": 1, "kind": "sms", "state": "delivered"}]
        )
    assert (await here.monitor()).reached == [
        Reached(0, False, "telegram", 70, 4, 60, 20, 2, 3, 1),
        Reached(1, False, "sms", 1, 0, 1, None, 0, 0, 0),
    ]


async def test_two_cities_that_differ_in_a_small_cell_have_the_same_counts(here: Office) -> None:
    """Nothing of the page tells how few there are, whatever stands beside them."""
    seen = []
    for few in (2, 7):
        async with writing(here.road.database) as connection:
            where = {"campaign": "next", "stratum": "", "progress": "completed"}
            counts = (
                ("open", "resident", 43),
                ("invited", "deputy", few),
                ("invited", "expert", 28 - few),
            )
            for table in (tables.progress_counts, tables.arrivals):
                await connection.execute(delete(table))
            await connection.execute(
                tables.progress_counts.insert(),
                [
                    where | {"source": source, "group_code": group, "people": people}
                    for source, group, people in counts
                ],
            )
            hours = ((1, few), (30, 71 - few))
            await connection.execute(
                tables.arrivals.insert(),
                [
                    {"campaign": "next", "hour": hour, "progress": "completed", "people": people}
                    for hour, people in hours
                ],
            )
        monitor = await here.monitor()
        seen.append((monitor.groups, monitor.areas, monitor.completed, monitor.days))
    assert seen[0] == seen[1]
