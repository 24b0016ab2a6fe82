"""Dead letters on both databases: sealed, listed without their content, retried exactly once."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

import bot.conversations.steps
from bot.commands import letters as command
from bot.commands.letters import replay_one, update_readers
from bot.conversations.contract import Incoming
from bot.conversations.dead_letters import UNREADABLE, DeadLetterStore
from bot.core.settings import Settings
from bot.crypto.gate_keys import make_gate_keys
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from survey_flows.events import Pressed, Typed
from tests.contract.test_conductor import Road, make_road

USER, WORDS = "4711471147", "the street is dark"
BROKEN = b'{"update_id": 7, "message": {"text": "the street is dark", "chat": 4711471147}}'
GOOD = (
    b'{"update_id": 7, "message": {"message_id": 1, "date": 1, "text": "hello",'
    b' "chat": {"id": 5, "type": "private"},'
    b' "from": {"id": 5, "is_bot": false, "first_name": "c"}}}'
)


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


@pytest.fixture
def letters(road: Road) -> DeadLetterStore:
    return DeadLetterStore(road.database, road.keys, road.clock)


def break_engine(patch: pytest.MonkeyPatch, error: type[Exception] = ZeroDivisionError) -> None:
    def step(*_: object) -> None:
        raise error

    patch.setattr(bot.conversations.steps, "step", step)


async def replay_all(road: Road, letters: DeadLetterStore) -> list[bool]:
    opened = await letters.open(None, update_readers(road.keys))
    return [await replay_one(letters, road.conductor, letter) for letter in opened]


async def fail_to_submit(road: Road) -> None:
    await road.answer_all(USER)
    with pytest.MonkeyPatch.context() as patch:
        break_engine(patch)
        reply = await road.send(USER, road.button(USER, "Submit"), "telegram:99")
    assert reply.screen is None


async def test_a_letter_taken_again_casts_its_ballot_once(
    road: Road, letters: DeadLetterStore
) -> None:
    await fail_to_submit(road)
    assert await road.ballots() == []
    (letter,) = await letters.open(["telegram:99"], update_readers(road.keys))
    assert await replay_one(letters, road.conductor, letter)
    assert await replay_one(
        letters, road.conductor, letter
    )  # by somebody who opened it at the same time
    assert await road.ballots() == [("TAX", "service_user", "S VS VS VS")]
    assert await road.count("superseded") == 0
    assert (await letters.list_letters(), await letters.open(None, update_readers(road.keys))) == (
        [],
        [],
    )
    # Telegram may deliver it once more, too.
    assert (await road.send(USER, Pressed("x"), "telegram:99")).replayed


async def test_what_is_told_of_a_letter_is_not_what_it_says(
    road: Road, letters: DeadLetterStore
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        break_engine(patch)
        await road.send(USER, Typed(WORDS), "telegram:1")
    assert await letters.add("telegram", BROKEN)
    told = await letters.list_letters()
    assert {(letter.channel, letter.error, letter.tries) for letter in told} == {
        ("test", "ZeroDivisionError", 1), ("telegram", UNREADABLE, 1),
    }  # fmt: skip
    async with reading(road.database) as connection:
        stored = repr((await connection.execute(select(tables.dead_letters))).all())
    assert WORDS not in stored
    assert USER not in stored


async def test_a_letter_that_fails_again_stays_and_is_counted(
    road: Road, letters: DeadLetterStore
) -> None:
    await fail_to_submit(road)
    with pytest.MonkeyPatch.context() as patch:
        break_engine(patch, KeyError)
        assert await replay_all(road, letters) == [False]
    (letter,) = await letters.list_letters()
    assert (letter.key, letter.error, letter.tries) == ("telegram:99", "KeyError", 2)
    assert await replay_all(road, letters) == [True]
    assert len(await road.ballots()) == 1


async def test_what_nobody_can_read_is_kept_once_and_stays(
    road: Road, letters: DeadLetterStore
) -> None:
    assert await letters.add("telegram", BROKEN)
    assert await letters.add("telegram", BROKEN)
    assert await replay_all(road, letters) == [False]
    (letter,) = await letters.list_letters()
    assert (letter.error, letter.tries) == (UNREADABLE, 2)


async def test_what_can_be_read_by_now_is_taken(road: Road, letters: DeadLetterStore) -> None:
    assert await letters.add("telegram", GOOD)
    assert await replay_all(road, letters) == [True]
    assert (await road.count("sessions"), await letters.list_letters()) == (1, [])


async def test_what_came_again_in_good_order_is_not_taken_a_second_time(
    road: Road, letters: DeadLetterStore
) -> None:
    await road.answer_all("5")
    assert await letters.add("telegram", GOOD)
    await road.conductor.handle(Incoming("telegram:7", "test", "5", road.button("5", "Submit")))
    async with reading(road.database) as connection:
        before = (await connection.execute(select(tables.sessions.c.person))).scalars().all()
    assert await replay_all(road, letters) == [True]
    async with reading(road.database) as connection:
        after = (await connection.execute(select(tables.sessions.c.person))).scalars().all()
    # «hello» would have begun a conversation of the Telegram user 5.
    assert (before, len(await road.ballots()), await letters.list_letters()) == (after, 1, [])


async def test_a_letter_can_be_dropped_unread(
    road: Road, letters: DeadLetterStore, tmp_path: Path
) -> None:
    await fail_to_submit(road)
    stranger = DeadLetterStore(road.database, make_gate_keys(tmp_path / "others"), road.clock)
    (told,) = await stranger.list_letters()
    assert (told.channel, told.tries, await stranger.open(None, update_readers(road.keys))) == (
        "",
        0,
        [],
    )
    with pytest.raises(BadInput, match="another key"):
        await stranger.open(["telegram:99"], update_readers(road.keys))
    await stranger.drop("telegram:99")
    assert await letters.list_letters() == []
    for doing in (
        letters.drop("telegram:99"),
        letters.open(["telegram:99"], update_readers(road.keys)),
    ):
        with pytest.raises(BadInput, match="no such letter"):
            await doing


async def test_the_command_lists_replays_and_drops(
    road: Road,
    letters: DeadLetterStore,
    store_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # The command has a clock of its own, by which the campaign may be over:
    # then the letter is taken, and no ballot.
    (tmp_path / "keys" / "mixer").symlink_to(tmp_path / "mixer")
    settings = Settings(data=tmp_path, database_url=store_url)
    assert await command.run_show(settings, argparse.Namespace()) == 0
    await fail_to_submit(road)
    assert await letters.add("telegram", BROKEN)
    await command.run_show(settings, argparse.Namespace())
    listed = capsys.readouterr().out
    assert "there are no dead letters" in listed
    assert "telegram:99  test  2026-11-23T16:00+08:00  tried 1×  ZeroDivisionError" in listed
    assert (
        await command.run_replay(settings, argparse.Namespace(keys=["telegram:99"], all=False)) == 0
    )
    assert await command.run_replay(settings, argparse.Namespace(keys=[], all=True)) == 1
    (left,) = await letters.list_letters()
    await command.run_drop(
        settings, argparse.Namespace(key=left.key, reason="a fault of the sender")
    )
    assert await letters.list_letters() == []
    told = capsys.readouterr().out
    assert "1 taken, 0 failed again and stay" in told
    assert "0 taken, 1 failed again and stay" in told
    assert not {USER, WORDS} & set((listed + told).split())
    with pytest.raises(BadInput, match="--all"):
        await command.run_replay(settings, argparse.Namespace(keys=[], all=False))
