"""Split halves from the registration to the method page."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.campaigns.registered import find_registered_campaign
from bot.campaigns.scheme_files import offered_scheme
from bot.results.releases import publish_release, read_releases
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.effects import Effect, StoreBallot
from survey_flows.events import Started
from survey_flows.halves import FACT
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_field_facts import lines, told
from tests.contract.test_gate_signs import checked
from tests.contract.test_mixer import admit, ballot

HALVES = ("items", "scale")
WRITTEN, TURNED = "VS VS VS VS", "B B B B"


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    scheme = offered_scheme().model_dump_json()
    async with make_road(store_url, tmp_path, scheme, HALVES) as made:
        yield made


async def cast(road: Road, given: Sequence[tuple[str, str]]) -> None:
    """Let people rate, each in this order and with these ratings."""
    quarter = int(road.clock.now().timestamp()) // 900
    effects: list[tuple[str, Effect]] = []
    for number, (order, ratings) in enumerate(given):
        one = replace(ballot(number, ratings=ratings), bucket=quarter)
        effects.append((f"u{number}", StoreBallot(replace(one, facts=(*one.facts, (FACT, order))))))
    await admit(road, *effects)
    await road.mix()


async def test_what_halves_differ_in_is_registered_before_anybody_rates(road: Road) -> None:
    columns = tables.log_entries.c
    query = select(columns.body).where(columns.kind == "registration")
    async with reading(road.database) as connection:
        [body] = (await connection.execute(query)).scalars()
    assert json.loads(json.loads(body)["paper"])["halves"] == ["items", "scale"]


async def test_a_ballot_tells_its_form_and_rows_beside_it_do_not(road: Road) -> None:
    for user in ("ann", "ben", "cat", "dan", "eve", "fay"):
        await road.send(user, Started(link=road.link.token, unit="TAX", lang="en"))
        await road.press(user, "Used a service", *["Very satisfied"] * 4, "Skip", "Submit")
    await road.mix()
    async with reading(road.database) as connection:
        facts = [
            json.loads(row) for row in await connection.scalars(select(tables.ballots.c.facts))
        ]
        sealed = list(await connection.scalars(select(tables.sessions.c.body)))
    assert len({one[FACT] for one in facts}) > 1, "chance gave all six one order"
    assert {frozenset(one) for one in facts} == {frozenset({"contact", FACT})}
    assert {len(body) for body in sealed} == {len(sealed[0])}, "a length tells a order"
    assert [row[2] for row in await road.ballots()] == ["VS VS VS VS"] * 6


async def test_the_method_page_tells_the_difference_and_warns_of_a_large_one(road: Road) -> None:
    orders = ["ABCD"[number % 4] for number in range(264)]
    mild = [order in "CD" and number % 8 > 3 for number, order in enumerate(orders)]
    await cast(road, [(f, TURNED if it else WRITTEN) for f, it in zip(orders, mild, strict=True)])
    zh, en = (await lines(road))["halves"]
    assert "about 130 and 130" in en
    assert "differs from that of the first by -20.0 points" in en
    assert "More than 2 points: the order matters" in en
    assert "相差-20.0分" in zh
    items, scale = en.split("Registered: ")[1:]
    assert "by +0.0 points" in items
    assert "More than" not in items
    assert "by -20.0 points" in scale
    assert await checked(road) == []


async def test_a_later_release_says_of_the_halves_what_the_first_said(road: Road) -> None:
    await cast(road, [("ABCD"[n % 4], WRITTEN if n % 3 else TURNED) for n in range(240)])
    before = (await lines(road))["halves"]
    async with writing(road.database) as connection:
        changed = tables.ballots.c.ratings == TURNED
        await connection.execute(update(tables.ballots).where(changed).values(weight=0))
    campaign = await find_registered_campaign(road.database, "year")
    assert (await publish_release(road.database, campaign)).is_new
    first, second = await read_releases(road.database, "year")
    assert first.halves == second.halves != ()
    assert (await told(road))["halves"] == before


@pytest.mark.parametrize("people", [9, 80])
async def test_small_halves_are_not_told(sqlite_url: str, tmp_path: Path, people: int) -> None:
    scheme = offered_scheme().model_dump_json()
    async with make_road(sqlite_url, tmp_path, scheme, ("items",)) as road:
        await cast(road, [("AB"[n % 2], (WRITTEN, TURNED)[n % 2]) for n in range(people)])
        _, en = (await lines(road))["halves"]
        assert "one half has fewer than 50 valid ballots" in en
        assert "differs" not in en


async def test_a_campaign_without_halves_says_nothing_of_them(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with make_road(sqlite_url, tmp_path, offered_scheme().model_dump_json()) as road:
        await road.rate("ann")
        await road.mix()
        async with reading(road.database) as connection:
            [facts] = await connection.scalars(select(tables.ballots.c.facts))
        assert json.loads(facts) == {"contact": "used"}
        assert "halves" not in await lines(road)
