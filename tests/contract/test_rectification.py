"""A request from the receipt to the office and back: relayed, stopped, joined to no ballot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from aggregation.procedure.rectification import (
    RectificationAct,
    RectificationState,
    RectificationStep,
)
from bot.conversations.contract import Incoming, Reply
from bot.core.identity import Address, Office
from bot.crypto.rectification_keys import RectificationKeys
from bot.fieldwork.outreach.messenger import Answer, DeliveryOutcome
from bot.fieldwork.outreach.pace import Pace
from bot.rectification.relay import LEASE, AnswerRelay
from bot.rectification.requests import (
    RectificationRequest,
    count_themes,
    list_requests,
    queue_answer,
    read_request,
    take_step,
)
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.effects import HoldRequest, StoreBallot
from survey_flows.errors import BadInput
from survey_flows.events import RequestAction, Started, TopicRequested, Typed
from tests.chance import most_by_chance
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_mixer import admit, ballot, rows

MIDNIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
"""The end of the city's day on which the tests begin."""
WORDS = "The doors open late"


@dataclass
class Teller:
    """A messenger that notes its messages and returns ``fate`` for each."""

    told: list[tuple[str, str]] = field(default_factory=list)
    fate: DeliveryOutcome = DeliveryOutcome.ACCEPTED

    async def send_answer(self, address: str, text: str, _buttons: list[tuple[str, str]]) -> Answer:
        self.told.append((address, text))
        return Answer(self.fate)


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


async def leave(
    road: Road, user: str, may_read: str = "the unit does not see", words: str = WORDS
) -> Reply:
    """Rate TAX with words for an office in the box."""
    await road.send(user, Started(link=road.link.token, unit="TAX", lang="en"))
    await road.press(user, "Used a service", "Satisfied", *["Very satisfied"] * 3)
    await road.send(user, Typed(words))
    return await road.press(user, may_read, "Submit")


async def next_day(road: Road) -> None:
    await road.mix()
    road.clock.time = max(MIDNIGHT, road.clock.time)
    await road.mixer.turn()


async def only(road: Road) -> RectificationRequest:
    (found,) = await list_requests(road.database)
    return found


async def does(road: Road, user: str, act: str, code: str = "", text: str = "") -> Reply:
    return await road.send(user, RequestAction(act, code, text))


def office(road: Road) -> Office:
    return Office("ofa", road.clock, "Asia/Shanghai")


def keys(road: Road) -> RectificationKeys:
    return RectificationKeys(road.keys.rectification)


async def test_a_request_reaches_the_office_after_its_day_and_not_before(road: Road) -> None:
    reply = await leave(road, "ann")
    assert "tomorrow" in reply.notices[0]
    await road.mix()
    await road.mixer.turn()
    assert await list_requests(road.database) == []
    held = await rows(road, tables.held_follow_ups)
    assert [row.due for row in held] == [int(MIDNIGHT.timestamp())]
    assert WORDS.encode() not in bytes(held[0].sealed)
    road.clock.time = MIDNIGHT
    await road.mixer.turn()
    found = await only(road)
    assert (found.unit, found.day.isoformat(), found.open, found.shared) == (
        "TAX",
        "2026-11-23",
        True,
        False,
    )
    assert [(word.sender, word.text) for word in found.messages] == [("", WORDS)]
    assert await rows(road, tables.held_follow_ups) == []
    assert len(await road.ballots()) == 1


async def test_a_late_answer_is_shown_to_the_citizen(road: Road) -> None:
    await leave(road, "ann")
    await next_day(road)
    code = (await only(road)).id
    for days, late in ((0, False), (1, True), (5, True)):
        road.clock.time = MIDNIGHT + timedelta(days=days, hours=9)
        reply = await does(road, "ann", "open", code)
        assert reply.screen is not None
        assert ("The answer is late." in reply.screen.text) is late, days
    await queue_answer(road.database, keys(road), code, "Sorry for the wait.", office(road))
    reply = await does(road, "ann", "open", code)
    assert reply.screen is not None
    assert "The answer is late." not in reply.screen.text


async def test_words_that_are_too_long_reach_nobody_and_are_said_not_to(road: Road) -> None:
    await leave(road, "ann")
    await next_day(road)
    code = (await only(road)).id
    reply = await does(road, "ann", "say", code, "x" * 1001)
    assert reply.notices == (
        "That is too long: please write at most 1,000 characters. Nothing was handed on.",
    )
    assert [word.text for word in (await read_request(road.database, code)).messages] == [WORDS]
    assert (await does(road, "ann", "say", code, "x" * 1000)).notices == (
        "It is handed to the office.",
    )


async def test_messages_go_both_ways_and_nobody_else_sees_them(road: Road) -> None:
    await leave(road, "ann")
    await next_day(road)
    code = (await only(road)).id
    await queue_answer(road.database, keys(road), code, "Which door?", office(road))
    reply = await does(road, "ann", "open", code)
    assert reply.screen is not None
    assert "Which door?" in reply.screen.text
    assert "ofa" not in reply.screen.text
    await does(road, "ann", "say", code, "The one in the north")
    stranger = await does(road, "ben", "say", code, "Let me in")
    assert stranger.screen is not None
    assert "还没有您的留言" in stranger.screen.text
    assert "Which door?" not in stranger.screen.text
    found = await read_request(road.database, code)
    assert [(w.sender, w.text) for w in found.messages] == [
        ("", WORDS),
        ("ofa", "Which door?"),
        ("", "The one in the north"),
    ]
    again = Incoming("twice", "test", "ann", RequestAction("say", code, "Once"))
    for _ in range(2):
        await road.conductor.handle(again)
    assert [w.text for w in (await read_request(road.database, code)).messages].count("Once") == 1


async def test_a_stopped_request_forgets_the_address_and_sends_nothing_that_waits(
    road: Road,
) -> None:
    await leave(road, "ann")
    await next_day(road)
    found = await only(road)
    (row,) = await rows(road, tables.requests)
    assert keys(road).unseal(bytes(row.lookup), bytes(row.sealed)) == Address("test", "ann")
    reply = await does(road, "ann", "stop", found.id)
    assert "Stopped" in reply.notices[0]
    assert [row.sealed for row in await rows(road, tables.requests)] == [None]
    with pytest.raises(BadInput, match="stopped this request"):
        await queue_answer(road.database, keys(road), found.id, "Hello?", office(road))
    await does(road, "ann", "say", found.id, "Not any more")
    assert len((await only(road)).messages) == 1


async def test_stopping_everything_stops_requests_that_still_wait_in_the_mixer(road: Road) -> None:
    await leave(road, "ann")
    road.clock.time += timedelta(minutes=5)
    await does(road, "ann", "all")
    await leave(road, "ben")
    await next_day(road)
    (row,) = await rows(road, tables.requests)
    assert keys(road).unseal(bytes(row.lookup), bytes(row.sealed)).address == "ben"
    road.clock.time += timedelta(minutes=5)
    await leave(road, "ann", words="Another thing")
    road.clock.time += timedelta(days=1)
    await next_day(road)
    assert {word.text for one in await list_requests(road.database) for word in one.messages} == {
        WORDS,
        "Another thing",
    }


async def test_a_stop_tells_its_day_and_words_that_come_after_it_go_out(road: Road) -> None:
    start = int(road.clock.now().timestamp())
    for words in ("First", "Second"):
        await leave(road, "ann", words=words)
        road.clock.time += timedelta(seconds=5)
        await does(road, "ann", "all")
        road.clock.time += timedelta(seconds=5)
    await leave(road, "ann", words="Third")
    (row,) = await rows(road, tables.request_stops)
    end_of_day = (start // 86_400 + 1) * 86_400
    # The second stop comes after the words between both, and says no more of its moment.
    assert row.at == end_of_day + 1
    await next_day(road)
    assert [word.text for word in (await only(road)).messages] == ["Third"]


async def test_deleting_ratings_stops_no_words_and_what_it_says_to_do_does(road: Road) -> None:
    for user in ("ann", "ben"):
        await leave(road, user)
        await road.send(user, TopicRequested("delete"))
        reply = await road.press(user, "Delete them all")
        assert reply.screen
        assert "still goes at the end of the day" in reply.screen.text
        assert "“Stop all of it” under “My requests”" in reply.screen.text
    asked = await does(road, "ann", "list")
    assert asked.screen
    for said in ("What you leave in a day", "当天留下的话"):
        assert said in asked.screen.text, "the language went with the conversation"
    (stop,) = [button for row in asked.screen.rows for button in row]
    assert stop.label == "全部停止 · Stop all of it"
    road.clock.time += timedelta(minutes=5)
    stopped = await does(road, "ann", stop.data.split(":")[1])
    assert "Stopped" in stopped.notices[0]
    await next_day(road)
    (row,) = await rows(road, tables.requests)
    assert keys(road).unseal(bytes(row.lookup), bytes(row.sealed)).address == "ben"


async def test_who_has_stopped_everything_sees_it_whenever_they_look(road: Road) -> None:
    await leave(road, "ann")
    await next_day(road)
    for before in (True, False):
        reply = await does(road, "ann", "list")
        assert reply.screen
        marked = [b.label for row in reply.screen.rows for b in row if "(stopped)" in b.label]
        assert len(marked) == (0 if before else 1)
        assert ("You have stopped all of it" in reply.screen.text) != before
        if before:
            await does(road, "ann", "all")
    other = await does(road, "ben", "list")
    assert other.screen
    assert "You have stopped" not in other.screen.text


async def test_a_later_request_about_the_same_unit_joins_the_first_and_is_shared_apart(
    road: Road,
) -> None:
    await leave(road, "ann", "let the unit read")
    await next_day(road)
    await leave(road, "ann", words="My own affair")
    road.clock.time += timedelta(days=1)
    await next_day(road)
    found = await only(road)
    assert [(word.text, word.shared) for word in found.messages] == [
        (WORDS, True),
        ("My own affair", False),
    ]
    assert not found.shared
    await does(road, "ann", "share", found.id)
    assert (await only(road)).shared


async def test_a_request_is_fixed_rated_once_and_opened_again(road: Road) -> None:
    await leave(road, "ann")
    await next_day(road)
    code, day = (await only(road)).id, office(road).today

    async def step(act: RectificationAct, **more: str) -> None:
        await take_step(
            road.database, code, RectificationStep(act, "ofa", day, more.pop("text", "so"), **more)
        )

    await does(road, "ann", "yes", code)
    assert (await only(road)).standing.rating == "", "nothing is fixed yet"
    await step(RectificationAct.ASSIGNED, to="Hall", value="speed")
    await step(RectificationAct.PLANNED)
    await step(RectificationAct.FIXED)
    reply = await does(road, "ann", "no", code)
    assert "changes no score" in reply.notices[0]
    await does(road, "ann", "yes", code)
    found = await only(road)
    assert (found.standing.state, found.standing.rating) == (RectificationState.FIXED, "no")
    await step(RectificationAct.REOPENED)
    assert (await only(road)).standing.state is RectificationState.NEW
    assert await count_themes(road.database) == [], "one person is not told of"
    assert [(unit, ratings) for unit, _, ratings in await road.ballots()] == [("TAX", "S VS VS VS")]
    with pytest.raises(DBAPIError, match="only grows"):
        async with writing(road.database) as connection:
            await connection.execute(update(tables.request_steps).values(text=""))


async def test_themes_are_disclosed_in_whole_tens_of_people(road: Road) -> None:
    day = office(road).today.isoformat()
    made = [("TAX", "speed", 23), ("TAX", "fees", 9), ("EDU", "speed", 10)]
    async with writing(road.database) as connection:
        for unit, theme, count in made:
            for n in range(count):
                name = f"{unit[0]}{theme[0]}{n:06d}"
                row = {
                    "id": name,
                    "campaign": "year",
                    "unit": unit,
                    "lookup": name.encode().ljust(32),
                    "lang": "en",
                }
                await connection.execute(tables.requests.insert(), [row | {"day": day}])
                step = {
                    "request": name,
                    "step": 0,
                    "act": "assigned",
                    "taken_by": "ofa",
                    "responsible": "x",
                    "value": theme,
                }
                await connection.execute(
                    tables.request_steps.insert(), [step | {"text": "", "taken_on": day}]
                )
    told = {(theme.unit, theme.theme): theme.people for theme in await count_themes(road.database)}
    assert told == {("TAX", "speed"): 20, ("EDU", "speed"): 10}
    assert [theme.unit for theme in await count_themes(road.database, "EDU")] == ["EDU"]


async def test_an_answer_is_sent_once_and_failed_deliveries_are_known(
    road: Road, valkey_url: str
) -> None:
    redis, teller = Redis.from_url(valkey_url), Teller()
    relay = AnswerRelay(
        road.database,
        keys(road),
        road.live_campaigns,
        {"telegram": teller},
        Pace(redis, 1000),
        road.clock,
    )
    await left_by_chat(road, "4711")
    code = (await only(road)).id
    assert not await relay.relay_batch()
    await queue_answer(road.database, keys(road), code, "We have looked", office(road))
    teller.fate = DeliveryOutcome.LATER
    assert await relay.relay_batch()
    assert not await relay.relay_batch(), "it is not tried again at once"
    road.clock.time += timedelta(seconds=LEASE + 1)
    teller.fate = DeliveryOutcome.ACCEPTED
    assert await relay.relay_batch()
    assert not await relay.relay_batch()
    assert [address for address, _ in teller.told] == ["4711"] * 2
    assert all(part in teller.told[1][1] for part in (f"F-{code}", "We have looked", "Tax Bureau"))
    teller.fate = DeliveryOutcome.UNREACHABLE
    await queue_answer(road.database, keys(road), code, "Hello?", office(road))
    await relay.relay_batch()
    assert [word.state for word in (await only(road)).messages] == ["", "sent", "unreachable"]
    await redis.aclose()


async def left_by_chat(road: Road, chat: str) -> None:
    """Leave a request by a citizen of Telegram."""
    async with writing(road.database) as connection:
        lookup = keys(road).lookup("year", "TAX", Address("telegram", chat))
        row = {
            "id": "ABCDEFGH",
            "campaign": "year",
            "unit": "TAX",
            "lookup": lookup,
            "lang": "en",
            "day": "2026-11-23",
        }
        row["sealed"] = keys(road).seal(lookup, Address("telegram", chat))
        await connection.execute(tables.requests.insert(), [row])
        word = {
            "request": "ABCDEFGH",
            "sender": "",
            "text": WORDS,
            "sent_on": "2026-11-23",
            "shared": False,
        }
        await connection.execute(tables.request_messages.insert(), [word | {"state": "", "due": 0}])


def request_of(number: int) -> HoldRequest:
    due = int(MIDNIGHT.timestamp())
    return HoldRequest("year", "TAX", f"mend {number}", False, "en", "2026-11-23", due, due - 3600)


async def test_a_dump_leads_from_a_request_to_no_ballot(road: Road) -> None:
    """A holder of database and follow.key guesses which of 60 raters of one unit left a request."""
    for start in range(0, 60, 20):
        for n in range(start, start + 20):
            await admit(
                road,
                (f"u{n}", StoreBallot(ballot(n, ratings=f"S S S {n}"))),
                (f"u{n}", request_of(n)),
            )
        await road.mix()
    assert len({len(bytes(row.sealed)) for row in await rows(road, tables.held_follow_ups)}) == 1
    await next_day(road)
    ballots = sorted(await rows(road, tables.ballots), key=lambda row: row.id)
    left = await rows(road, tables.requests)
    words = sorted(await rows(road, tables.request_messages), key=lambda row: row.id)
    assert len(ballots) == len(left) == len(words) == 60
    stored = {bytes(row.voter) for row in ballots}
    assert not stored & {bytes(row.lookup) for row in left}
    assert {row.day for row in left} == {"2026-11-23"}, "the day is all that is known of the time"
    # With follow.key every request has its person;
    # none of the pseudonyms that this gives is a ballot's.
    people = {keys(road).unseal(bytes(row.lookup), bytes(row.sealed)).address for row in left}
    assert people == {f"u{n}" for n in range(60)}
    made = {keys(road).lookup("year", "TAX", Address("test", user)) for user in people}
    assert made == {bytes(row.lookup) for row in left}
    assert not made & stored
    # By their order a guesser is right once on average.
    said = [int(row.text.split()[-1]) for row in words]
    cast = [int(row.ratings.split()[-1]) for row in ballots]
    assert sum(a == b for a, b in zip(said, cast, strict=True)) <= most_by_chance(1)
    by_lookup = sorted(left, key=lambda row: bytes(row.lookup))
    text = {row.request: int(row.text.split()[-1]) for row in words}
    by_voter = [
        int(row.ratings.split()[-1]) for row in sorted(ballots, key=lambda row: bytes(row.voter))
    ]
    same = sum(text[row.id] == b for row, b in zip(by_lookup, by_voter, strict=True))
    assert same <= most_by_chance(1)


async def test_two_requests_of_one_person_cannot_be_joined(road: Road) -> None:
    ann = Address("test", "ann")
    names = {keys(road).lookup("year", unit, ann) for unit in ("TAX", "EDU")} | {
        keys(road).mark(ann)
    }
    assert len(names) == 3
    assert not names & {road.keys.person("test", "ann"), road.keys.voter("year", "test", "ann")}


async def test_a_staged_request_looks_like_a_ballot(road: Road) -> None:
    longest = HoldRequest("year", "TAX", "很" * 300, True, "zh-Hans", "2026-11-23", 1, 1)
    await admit(road, ("4711000000", StoreBallot(ballot(1))), ("4711000000", longest))
    assert len({len(bytes(row.sealed)) for row in await rows(road, tables.staging)}) == 1
    async with reading(road.database) as connection:
        assert (await connection.execute(select(tables.held_follow_ups))).all() == []
