"""The front door on both databases: who comes without a link, or with one too early."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.campaigns.lifecycle import (
    CampaignDraft,
    create_campaign,
    pause_campaign,
    resume_campaign,
)
from bot.campaigns.links import create_link
from bot.conversations.contract import Reply
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.campaign_aim import Aim
from survey_flows.campaign_definition import Link, Unit
from survey_flows.events import Event, Pressed, Returned, Started, TopicRequested, Typed
from tests.contract.test_conductor import NOW, Road, draft, make_road
from tests.contract.test_invitations import invited, make, sampled
from tests.desk import DESK

PILOT = "This is a pilot: it counts in no appraisal."
TAX = {"zh-Hans": "市税务局", "en": "Tax Bureau"}
WATER = {"zh-Hans": "市水利局", "en": "Water Bureau"}


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    """A running campaign «year» with the unit TAX; the tests add others."""
    async with make_road(store_url, tmp_path) as road:
        yield road


def with_units(made: CampaignDraft, *units: tuple[str, dict[str, str]]) -> CampaignDraft:
    own = [Unit(code, name, "window", "B", code.lower()) for code, name in units]
    return replace(made, units=own, title={"zh-Hans": f"评价 {made.id}", "en": made.id})


async def add(road: Road, made: CampaignDraft, **link: str) -> Link:
    """Opens one more campaign, and returns its open link or one that vouches."""
    own = await create_campaign(road.database, made, road.clock)
    if link:
        own = await create_link(
            road.database, made.id, link["group"], link.get("stratum", ""), DESK, road.clock
        )
    await road.open(made.id)
    await road.live_campaigns.refresh()
    return own


async def cast(road: Road) -> list[tuple[str, str, str, str]]:
    await road.mix()
    columns = tables.ballots.c
    query = select(columns.campaign, columns.unit, columns.source, columns.grp)
    async with reading(road.database) as connection:
        return sorted(tuple(row) for row in await connection.execute(query))


def labels(reply: Reply) -> list[str]:
    assert reply.screen is not None
    return [button.label for row in reply.screen.rows for button in row]


async def finish(road: Road, user: str) -> None:
    await road.press(user, "Used a service", "Satisfied", *["Very satisfied"] * 3, "Skip", "Submit")


async def test_of_two_campaigns_one_is_asked_for_and_both_can_be_rated(road: Road) -> None:
    other = with_units(draft("water"), ("WAT", WATER), ("TAX", TAX))
    await add(road, other)
    asked = await road.send("ann", Started(lang="en"))
    assert asked.screen
    assert asked.screen.step == "door"
    assert [label for label in labels(asked) if label.startswith("water")]
    assert len(labels(asked)) == 3  # two campaigns and the other language
    await road.press("ann", "water", "Water Bureau")
    await finish(road, "ann")
    assert await cast(road) == [("water", "WAT", "open", "service_user")]


@pytest.mark.parametrize(
    ("words", "campaign"), [("水利", "water"), ("wat", "water"), ("2", "water"), ("1", "year")]
)
async def test_words_find_the_campaign_that_has_the_unit(
    road: Road, words: str, campaign: str
) -> None:
    await add(road, with_units(draft("water"), ("WAT", WATER)))
    if words.isdigit():
        await road.send("ann", Started(lang="en"))
    found = await road.send("ann", Typed(words))
    assert found.screen
    assert found.screen.step == "unit"
    assert any("水利" in label or "Water" in label for label in labels(found)) == (
        campaign == "water"
    )


async def test_a_search_that_misses_here_offers_the_campaign_that_has_it(road: Road) -> None:
    await add(road, with_units(draft("water"), ("WAT", WATER)))
    await road.send("ann", Started(link=road.link.token, lang="en"))
    offered = await road.send("ann", Typed("水利"))
    assert offered.screen
    assert offered.screen.step == "door"
    await road.press("ann", "water")
    await road.press("ann", "Water Bureau")
    await finish(road, "ann")
    assert await cast(road) == [("water", "WAT", "open", "service_user")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        *(("多少钱", "We take no money"), ("我害怕被报复", "We do not ask your name")),
        ("Is it safe? I fear reprisal", "We do not ask your name"),
    ],
)
async def test_the_door_answers_what_is_no_unit(road: Road, words: str, said: str) -> None:
    await add(road, with_units(draft("water"), ("WAT", WATER)))
    await road.send("ann", Started(lang="en"))
    reply = await road.send("ann", Typed(words))
    assert reply.screen
    assert reply.screen.step == "door"
    [notice] = reply.notices
    assert said in notice


async def test_the_door_says_at_once_that_a_posters_unit_is_unknown(road: Road) -> None:
    await add(road, with_units(draft("water"), ("WAT", WATER)))
    for unit, said in (("NOPE", ("The unit in this link was not found.",)), ("", ())):
        reply = await road.send("ann", Started(unit=unit, lang="en"))
        assert reply.screen
        assert (reply.screen.step, reply.notices) == ("door", said)


async def test_a_lasting_unit_address_leads_into_the_campaign_that_has_the_unit(road: Road) -> None:
    await add(road, with_units(draft("water"), ("WAT", WATER)))
    first = await road.send("ann", Started(unit="wat", lang="en"))
    assert first.screen
    assert first.screen.step == "q:contact"
    both = with_units(draft("third"), ("TAX", TAX))
    await add(road, both)
    asked = await road.send("ben", Started(unit="TAX", lang="en"))
    assert asked.screen
    assert asked.screen.step == "door"
    assert "Tax" in asked.screen.text
    assert len(labels(asked)) == 3
    began = await road.press("ben", "third")
    assert began.screen
    assert began.screen.step == "q:contact"


async def test_the_choice_is_shown_again_and_forgets_nothing(road: Road) -> None:
    await add(road, with_units(draft("third"), ("TAX", TAX)))
    asked = await road.send("ann", Started(unit="TAX", lang="en"))
    for event in (Returned(), TopicRequested("help"), Pressed("start:zh-Hans")):
        again = await road.send("ann", event)
        assert again.screen
        assert again.screen.step == "door"
        assert len(labels(again)) == len(labels(asked))
    assert "市税务局" in str(again.screen)
    began = await road.send("ann", Typed("1"))
    assert began.screen
    assert began.screen.step == "q:contact"
    assert began.screen.lang == "zh-Hans"


@pytest.mark.parametrize(
    "event", [Started(), Typed("税务"), Pressed("start:en"), Started(unit="TAX")]
)
async def test_nobody_without_a_link_is_led_into_a_pilot(road: Road, event: Event) -> None:
    link = await add(road, replace(with_units(draft("pilot"), ("TAX", TAX)), aim=Aim("pilot")))
    assert PILOT not in str(await road.send("ann", event))
    assert PILOT in str(await road.send("ben", Started(link=link.token, lang="en")))


@pytest.mark.parametrize("door", ["link", "invited"])
async def test_nobody_without_a_link_is_led_through_a_closed_door(road: Road, door: str) -> None:
    link = await add(
        road, replace(with_units(draft("closed"), ("WAT", WATER)), door=door), group="deputy"
    )
    missed = await road.send("ann", Started(unit="WAT", lang="en"))
    assert "was not found" in str(missed.notices)
    came = await road.send("ben", Started(link=link.token.lower(), unit="wat", lang="en"))
    assert came.screen
    assert came.screen.step == "q:contact"


async def test_nobody_without_a_link_is_led_into_a_drawn_sample(road: Road) -> None:
    await sampled(road)
    await road.live_campaigns.refresh()
    began = await road.send("ann", Started(lang="en"))
    assert began.screen
    assert began.screen.step == "unit"
    await road.rate("ann")
    assert await cast(road) == [("year", "TAX", "open", "service_user")]


async def test_a_pilot_is_told_however_one_begins(road: Road) -> None:
    made = replace(with_units(draft("pilot"), ("TAX", TAX), ("WAT", WATER)), aim=Aim("pilot"))
    link = await add(road, made)
    await road.close("year")
    await road.live_campaigns.refresh()
    for user, event in (("ann", TopicRequested("help")), ("ben", Typed("水利"))):
        # They came by the pilot's link once, and their conversation has ended since.
        await road.send(user, Started(link=link.token, lang="en"))
        first = await road.send(user, event)
        assert first.screen
        assert PILOT in first.screen.text
    began = await road.send("cem", Started(link=link.token, unit="TAX", lang="en"))
    assert began.screen
    assert PILOT in began.screen.text
    second = await road.press("cem", "Used a service")
    assert second.screen
    assert PILOT not in second.screen.text
    review = await road.press("cem", "Satisfied", *["Very satisfied"] * 3, "Skip")
    assert review.screen
    assert review.screen.step == "review"
    assert PILOT in review.screen.text
    receipt = await road.press("cem", "Submit")
    assert receipt.screen
    assert receipt.screen.step == "receipt"
    assert PILOT in receipt.screen.text


@pytest.fixture
async def twelve(road: Road) -> list[str]:
    await sampled(road)
    await make(road)
    await road.live_campaigns.refresh()
    return [one.token for one in (await invited(road))[:12]]


async def rate_all(road: Road, users: Sequence[str]) -> None:
    for user in users:
        await road.press(user, "Tax")
        await finish(road, user)


async def test_twelve_invitations_pressed_in_a_pause_stay_personal(
    road: Road, twelve: list[str]
) -> None:
    users = [f"u{number}" for number in range(12)]
    await pause_campaign(road.database, "next", DESK, road.clock)
    await road.live_campaigns.refresh()
    for user, token in zip(users, twelve, strict=True):
        told = await road.send(user, Started(link=token, lang="en"))
        assert told.screen
        assert told.screen.step == "paused"
    await resume_campaign(road.database, "next", DESK, road.clock)
    await road.live_campaigns.refresh()
    for number, user in enumerate(users):
        event: Event = Pressed("start:en") if number % 2 else Started(lang="en")
        began = await road.send(user, event)
        assert began.screen
        assert began.screen.step == "unit"
    await rate_all(road, users)
    found = await cast(road)
    assert [row[2] for row in found] == ["personal"] * 12
    assert {row[3] for row in found} == {"resident", "deputy"}


async def test_an_invitation_waits_in_a_conversation_that_was_begun_before(
    road: Road, twelve: list[str]
) -> None:
    [open_link] = [
        link.token
        for link in road.live_campaigns.get("next").links.values()  # type: ignore[union-attr]
        if link.source == "open"
    ]
    await road.send("ann", Started(link=open_link, unit="TAX", lang="en"))
    await road.press("ann", "Used a service")
    await pause_campaign(road.database, "next", DESK, road.clock)
    await road.live_campaigns.refresh()
    await road.send("ann", Started(link=twelve[0].lower(), lang="en"))
    await road.send("ann", Started(link=open_link, lang="en"))
    await resume_campaign(road.database, "next", DESK, road.clock)
    await road.live_campaigns.refresh()
    going_on = await road.send("ann", Returned())
    assert going_on.screen
    assert going_on.screen.step == "q:overall"
    await road.press("ann", "Satisfied", *["Very satisfied"] * 3, "Skip", "Submit")
    assert [row[2] for row in await cast(road)] == ["personal"]


async def test_a_waiting_invitation_belongs_to_the_first_who_uses_it(
    road: Road, twelve: list[str]
) -> None:
    await pause_campaign(road.database, "next", DESK, road.clock)
    await road.live_campaigns.refresh()
    for user in ("ann", "ben"):
        await road.send(user, Started(link=twelve[0], lang="en"))
    await resume_campaign(road.database, "next", DESK, road.clock)
    await road.live_campaigns.refresh()
    for user in ("ann", "ben"):
        await road.send(user, Pressed("start:en"))
    await rate_all(road, ("ann", "ben"))
    assert sorted(row[2] for row in await cast(road)) == ["open", "personal"]


async def test_nobody_enters_by_the_internal_link_of_a_cell_that_waits(
    road: Road, twelve: list[str]
) -> None:
    assert twelve
    cells = [
        token
        for token in road.live_campaigns.get("next").links  # type: ignore[union-attr]
        if token.startswith("~")
    ]
    await pause_campaign(road.database, "next", DESK, road.clock)
    await road.live_campaigns.refresh()
    await road.send("eve", Started(link=cells[0], lang="en"))
    await resume_campaign(road.database, "next", DESK, road.clock)
    await road.live_campaigns.refresh()
    await road.send("eve", Started(link=cells[0], unit="TAX", lang="en"))
    await finish(road, "eve")
    assert [row[2] for row in await cast(road)] == ["open"]


async def test_a_link_before_the_opening_is_taken_after_it(road: Road) -> None:
    made = with_units(draft("later"), ("TAX", TAX))
    opens = NOW + timedelta(days=3)
    deputies = await add(
        road, replace(made, opens_at=opens, closes_at=opens + timedelta(days=9)), group="deputy"
    )
    early = await road.send("ann", Started(link=deputies.token.lower(), unit="tax", lang="zh-CN"))
    assert early.screen
    assert early.screen.step == "not-open"
    await road.press("ann", "English")
    road.clock.time = opens
    began = await road.press("ann", "中文")
    assert began.screen
    assert (began.screen.step, began.screen.lang) == ("q:contact", "zh-Hans")
    await road.press("ann", "办过事", "满意", *["非常满意"] * 3, "跳过", "提交")
    assert await cast(road) == [("later", "TAX", "invited", "deputy")]


async def test_who_leaves_a_campaign_for_another_keeps_what_its_link_vouched_for(
    road: Road,
) -> None:
    other = await add(road, with_units(draft("water"), ("WAT", WATER)))
    deputies = await create_link(road.database, "year", "deputy", "", DESK, road.clock)
    await road.live_campaigns.refresh()
    await road.send("ann", Started(link=deputies.token, lang="en"))
    await road.send("ann", Started(link=other.token, unit="WAT", lang="en"))
    await finish(road, "ann")
    await road.send("ann", Started(link=road.link.token, unit="TAX", lang="en"))
    await finish(road, "ann")
    assert await cast(road) == [
        ("water", "WAT", "open", "service_user"),
        ("year", "TAX", "invited", "deputy"),
    ]


async def test_another_campaigns_link_clears_an_unfinished_rating_only_when_asked(
    road: Road,
) -> None:
    other = await add(road, with_units(draft("water"), ("WAT", WATER)), group="deputy")
    for user, goes in (("ann", False), ("ben", True)):
        await road.send(user, Started(link=road.link.token, unit="TAX", lang="en"))
        await road.press(user, "Used a service", "Satisfied")
        asked = await road.send(user, Started(link=other.token, unit="WAT", lang="en"))
        assert asked.screen
        assert asked.screen.step == "leave"
        assert labels(asked) == ["Go on rating", "Clear them and go to the other survey"]
        if not goes:
            on = await road.press(user, "Go on rating")
            assert on.screen
            assert on.screen.progress == (3, 7)
            await road.press(user, *["Very satisfied"] * 3, "Skip", "Submit")
        else:
            there = await road.press(user, "Clear them")
            assert "Your earlier unsubmitted answers were cleared." in there.notices
            await finish(road, user)
    assert await cast(road) == [
        ("water", "WAT", "invited", "deputy"),
        ("year", "TAX", "open", "service_user"),
    ]


async def test_a_rating_that_waits_is_asked_about_too_and_a_reload_keeps_the_question(
    road: Road,
) -> None:
    other = await add(road, with_units(draft("water"), ("WAT", WATER)))
    await road.send("ann", Started(link=road.link.token, unit="TAX", lang="en"))
    await road.press("ann", "Used a service")
    await road.send("ann", Started(unit="EDU", link=road.link.token, lang="en"))
    await road.press("ann", "Rate Education Bureau first", "Stop")
    asked = await road.send("ann", Started(link=other.token, unit="WAT", lang="en"))
    assert asked.screen
    assert asked.screen.step == "leave"
    again = await road.send("ann", Returned())
    assert again.screen
    assert again.screen.step == "leave"
    listed = await road.press("ann", "Go on rating")
    assert "Not submitted: go on with Tax Bureau" in labels(listed)
