"""A sample on both databases: planned in a draft, registered with its seed, drawn alike by all."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from aggregation.fieldwork.sampling import Sample, sample_contradiction
from bot.campaigns.definition import FrozenDefinition
from bot.campaigns.lifecycle import create_campaign
from bot.core.identity import Address
from bot.crypto.contact_keys import ContactKeys
from bot.fieldwork.audience.contact_store import store_contacts
from bot.fieldwork.audience.contacts import Contact
from bot.fieldwork.audience.opt_outs import opt_out
from bot.fieldwork.audience.sampling import (
    SamplePlan,
    SampleRequest,
    draw_campaign_sample,
    plan_sample,
    read_plan,
    read_sample,
    sample_difference,
    write_sample,
)
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.contract.test_conductor import Road, draft, make_road

TODAY = date(2026, 11, 24)
KEYS = ContactKeys(bytes(range(32)))
CELLS = {"resident/430102": 40, "resident/430103/large": 20, "deputy": 12}


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    """A road with a draft beside its open campaign."""
    async with make_road(store_url, tmp_path) as made:
        await create_campaign(made.database, draft("next"), made.clock)
        yield made


def people(cells: dict[str, int] = CELLS) -> list[Contact]:
    found = []
    for cell, number in cells.items():
        group, area, size = [*cell.split("/"), "", ""][:3]
        for _ in range(number):
            address = Address("telegram", str(1000 + len(found)))
            found.append(Contact(address, "en", group, area, size, "2026-01-02", ""))
    return found


async def bring(road: Road, contacts: Sequence[Contact]) -> None:
    async with writing(road.database) as connection:
        await store_contacts(connection, KEYS, contacts)


async def plan(road: Road, campaign: str = "next", **wish: Any) -> SamplePlan:
    return await plan_sample(road.database, KEYS, campaign, SampleRequest(**wish), TODAY)


async def definition(road: Road, campaign: str = "next") -> dict[str, Any]:
    async with reading(road.database) as connection:
        query = select(tables.campaigns.c.definition).where(tables.campaigns.c.id == campaign)
        return dict(json.loads((await connection.execute(query)).scalar_one()))


async def drawn_contacts(road: Road) -> set[bytes]:
    async with reading(road.database) as connection:
        query = select(tables.frames.c.lookup).where(tables.frames.c.drawn)
        return set((await connection.execute(query)).scalars())


async def test_a_sample_is_planned_registered_and_drawn(road: Road) -> None:
    await bring(road, people())
    planned = await plan(road, size=36, fatigue_days=90)
    assert planned.people == CELLS
    assert planned.sizes == {"deputy": 10, "resident/430102": 16, "resident/430103/large": 10}
    assert await read_plan(road.database, "next") == replace(planned, left_out={})
    await road.open("next")
    sample = await draw_campaign_sample(road.database, "next")
    assert {cell: len(numbers) for cell, numbers in sample.drawn.items()} == planned.sizes
    assert sample_contradiction(sample) is None
    assert sample_difference(sample, FrozenDefinition(await definition(road))) is None
    found = await drawn_contacts(road)
    assert {KEYS.number("next", lookup) for lookup in found} == {
        n for listed in sample.drawn.values() for n in listed
    }
    assert await draw_campaign_sample(road.database, "next") == sample, "drawn again it is the same"
    assert await drawn_contacts(road) == found
    async with reading(road.database) as connection:
        query = select(tables.log_entries.c.body).where(
            tables.log_entries.c.kind == "registration", tables.log_entries.c.campaign == "next"
        )
        registered = json.loads((await connection.execute(query)).scalar_one())["paper"]
    assert json.loads(registered) == await definition(road), (
        "the log commits to frame, design and seed"
    )
    assert (await definition(road))["sampling"]["fatigue_days"] == 90


async def test_the_order_of_the_lists_decides_nothing(road: Road) -> None:
    await bring(road, people())
    await plan(road, size=36)
    first = await definition(road)
    async with writing(road.database) as connection:
        await connection.execute(tables.persons.delete())
    await bring(road, people()[::-1])
    await plan(road, size=36)
    assert await definition(road) == first


async def test_a_published_sample_is_read_as_it_was_written_and_a_changed_one_is_noticed(
    road: Road,
) -> None:
    await bring(road, people())
    await plan(road, method="neyman", size=40, values=dict.fromkeys(CELLS, Decimal("12.5")))
    await road.open("next")
    sample = await draw_campaign_sample(road.database, "next")
    data = write_sample(sample)
    assert read_sample("sample.json", data) == replace(
        sample, frame={cell: sorted(numbers) for cell, numbers in sample.frame.items()}
    )
    registered = FrozenDefinition(await definition(road))
    fewer = {cell: numbers[1:] for cell, numbers in sample.frame.items()}
    changed: dict[str, Sample] = {
        "the seed is not": replace(sample, seed="0" * 64),
        "the frame is not": replace(sample, frame=fewer),
        "the design is not": replace(sample, design=replace(sample.design, size=41)),
    }
    for complaint, other in changed.items():
        assert str(sample_difference(other, registered)).startswith(complaint)
    assert (
        str(sample_difference(sample, FrozenDefinition(await definition(road, "year"))))
        == "the campaign registered no sample"
    )
    for broken in (
        b"no",
        b"[]",
        b"{}",
        data.replace(b"/1", b"/9"),
        data.replace(b'"frame"', b'"game"'),
    ):
        with pytest.raises(BadInput, match=r"^sample\.json: this"):
            read_sample("sample.json", broken)


async def test_only_who_can_be_invited_is_in_the_frame(road: Road) -> None:
    contacts = people({"resident": 30})
    contacts[0] = contacts[0]._replace(consent="")
    await bring(road, contacts)
    async with writing(road.database) as connection:
        await opt_out(connection, KEYS, [contacts[1].address], TODAY)
        recent = tables.persons.c.lookup == KEYS.lookup(contacts[2].address)
        await connection.execute(update(tables.persons).where(recent).values(invited="2026-11-01"))
    planned = await plan(road, size=10, fatigue_days=30)
    assert planned.people == {"resident": 27}
    assert planned.left_out == {"opted_out": 1, "no_consent": 1, "unreachable": 0, "fatigue": 1}
    assert (await plan(road, size=10, fatigue_days=23)).people == {"resident": 28}, (
        "the last plan counts"
    )
    await road.open("next")
    frame = (await draw_campaign_sample(road.database, "next")).frame["resident"]
    numbers = [KEYS.number("next", KEYS.lookup(contact.address)) for contact in contacts]
    assert set(frame) == set(numbers) - set(numbers[:2])


@pytest.mark.parametrize(
    ("cells", "wish", "complaint"),
    [
        (
            {"resident": 30, "deputy": 9},
            {"size": 20},
            r"fewer than 10 can be invited in deputy \(9\), so their answers",
        ),
        ({"resident": 30}, {"size": 0}, "say how many are to be drawn"),
        ({"resident": 30}, {"size": 31}, "31 do not fit"),
        ({}, {"size": 1}, "1 do not fit"),
        ({"resident": 30}, {"size": 9}, "9 do not fit: with at least 10 from each cell"),
        ({"resident": 30}, {"size": 9, "values": {"resident": Decimal(1)}}, "needs no values"),
        (
            {"resident": 30},
            {"method": "fixed", "values": {"resident": Decimal(9)}},
            "9 are fewer than 10",
        ),
        (
            {"resident": 30},
            {"method": "fixed", "size": 20, "values": {"resident": Decimal(11)}},
            "the cells have 11 and the sample 20",
        ),
    ],
)
async def test_a_plan_that_cannot_be_is_refused_and_changes_nothing(
    road: Road, cells: dict[str, int], wish: dict[str, Any], complaint: str
) -> None:
    await bring(road, people(cells))
    with pytest.raises(BadInput, match=complaint):
        await plan(road, **wish)
    assert "sampling" not in await definition(road)
    assert await road.count("frames") == 0


async def test_plan_and_draw_come_in_their_order(road: Road) -> None:
    await bring(road, people())
    with pytest.raises(BadInput, match="next: no sample was planned"):
        await draw_campaign_sample(road.database, "next")
    with pytest.raises(BadInput, match="year: the sample is planned before the campaign is opened"):
        await plan(road, "year", size=36)
    await plan(road, size=36)
    with pytest.raises(BadInput, match="next: the seed is drawn when the campaign is opened"):
        await draw_campaign_sample(road.database, "next")
    await road.open("next")
    async with writing(road.database) as connection:
        await connection.execute(update(tables.frames).values(stratum="elsewhere"))
    with pytest.raises(BadInput, match="the stored frame is not the one that was registered"):
        await draw_campaign_sample(road.database, "next")


async def test_a_number_is_another_in_each_campaign(road: Road) -> None:
    lookups = [KEYS.lookup(contact.address) for contact in people()]
    this, other = (
        {KEYS.number(campaign, lookup) for lookup in lookups} for campaign in ("next", "year")
    )
    assert len(this) == len(other) == len(lookups)
    assert not this & other
