"""An attacker with the whole database and one party's keys links no better than by guessing."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.crypto.keyrings import Keyring
from bot.storage.schema import all as tables
from survey_flows.effects import StoreBallot
from tests.chance import most_by_chance
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_mixer import admit, ballot, rows

CITIZENS = 300


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


async def vote(road: Road) -> int:
    """Let each citizen cast a ballot unlike all others.

    Returns the number of batches through which they went.
    """
    for start in range(0, CITIZENS, 60):
        chosen = range(start, start + 60)
        await admit(
            road,
            *(
                (f"{n}", StoreBallot(ballot(n, f"comment {n}", ratings=f"S S S {n}")))
                for n in chosen
            ),
        )
        await road.mixer.turn()
    await road.mix()
    await road.mix()
    return len(await rows(road, tables.checkpoints))


def everything(folder: Path) -> bytes:
    """Return all bytes under a folder, SQLite's file and its log among them."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def hits(guessed: Sequence[int]) -> int:
    """Count the citizens, in the order of their arrival, who get their own ballot."""
    return sum(guess == citizen for citizen, guess in enumerate(guessed))


def numbers(found: Sequence[Any], key: str) -> list[int]:
    """Return the owners of the ballots, in the order of a column."""
    return [
        int(row.ratings.split()[-1]) for row in sorted(found, key=lambda row: getattr(row, key))
    ]


async def test_the_order_in_which_citizens_came_gives_their_ballots_no_better_than_chance(
    road: Road,
) -> None:
    batches = await vote(road)
    found = await rows(road, tables.ballots)
    assert len(found) == CITIZENS
    # The attacker here even knows when everybody voted and where each batch ends:
    # one in each batch is right by chance.
    for column in ("id", "position", "voter", "salt"):
        assert hits(numbers(found, column)) <= most_by_chance(batches)


async def test_the_gates_key_makes_no_pseudonym_that_the_database_knows(road: Road) -> None:
    await vote(road)
    known = {
        row.voter for table in (tables.ballots, tables.comments) for row in await rows(road, table)
    }
    made = {road.keys.voter("year", "test", str(n)) for n in range(CITIZENS)}
    assert not known & made


async def test_the_mixers_key_makes_none_from_a_citizens_id(road: Road, tmp_path: Path) -> None:
    await vote(road)
    secret = Keyring(tmp_path / "mixer").find_or_create("campaign-year")
    known = {row.voter for row in await rows(road, tables.ballots)}
    for n in range(CITIZENS):
        for raw in (str(n), f"test|{n}", f"year|test|{n}"):
            assert hmac.digest(secret, b"ballot|" + raw.encode(), "sha256") not in known
    # It is the right key all the same: with the gate's beside it every ballot is found.
    both = [
        hmac.digest(secret, b"ballot|" + road.keys.voter("year", "test", str(n)), "sha256")
        for n in range(CITIZENS)
    ]
    assert set(both) == known


async def test_a_comment_is_linked_to_no_ballot(road: Road) -> None:
    await vote(road)
    await road.close("year")
    ballots = sorted(await rows(road, tables.ballots), key=lambda row: row.position)
    comments = sorted(await rows(road, tables.comments), key=lambda row: row.position)
    assert len(comments) == CITIZENS
    assert not {row.voter for row in ballots} & {row.voter for row in comments}
    said = [int(row.text.split()[-1]) for row in comments]
    by_place = [int(row.ratings.split()[-1]) for row in ballots]
    assert sum(a == b for a, b in zip(said, by_place, strict=True)) <= most_by_chance(1)


async def test_after_the_close_both_keys_are_gone(road: Road, tmp_path: Path) -> None:
    await vote(road)
    await road.close("year")
    road.keys.voters.destroy("year")
    assert "campaign-year" not in Keyring(tmp_path / "mixer").names()
    assert Keyring(tmp_path / "keys" / "voters").names() == []


async def test_no_answer_and_no_id_is_written_in_clear_before_it_is_mixed(
    road: Road, tmp_path: Path
) -> None:
    await admit(
        road, *((f"canary-{n}", StoreBallot(ballot(n, "canary in the mine"))) for n in range(20))
    )
    for table in (tables.staging, tables.held_comments):
        for row in await rows(road, table):
            assert b"canary" not in bytes(row.sealed)
    assert b"canary" not in everything(tmp_path)
