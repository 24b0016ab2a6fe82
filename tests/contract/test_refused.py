"""Envelopes of earlier versions are taken over; one that no reader takes stops no other."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.ballots import refused
from bot.ballots.gate import Gate
from bot.ballots.mixer import BATCH, Mixer
from bot.ballots.mixer_keys import KEY_GRACE_SECONDS, KEY_SECONDS, key_name
from bot.ballots.refused import RefusedCount, count_refused, drop_refused, retry_refused
from bot.campaigns.summaries import show_campaign
from bot.core.identity import Citizen
from bot.crypto.keyrings import Keyring
from bot.crypto.sealed_envelopes import MixerKey, mixer_key_text, public_key, seal, sign_and_pad
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.effects import StoreBallot
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_mixer import ballot, rows
from tests.desk import DESK

OLD = json.loads(Path("tests/golden/stored_forms/unversioned.json").read_text("utf-8"))
"""What the program wrote before there were versions, with the keys that it was written under."""


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


async def put(road: Road, table: Any, *sealed: bytes, box: str, **more: int) -> None:
    async with writing(road.database) as connection:
        added = [{"box": box, "sealed": one} | more for one in sealed]
        await connection.execute(table.insert(), added)


async def cast(road: Road, count: int, first: int = 0) -> None:
    gate = Gate(road.keys, road.mixer.key)
    votes = [(Citizen("test", f"u{n}"), StoreBallot(ballot(n))) for n in range(first, count)]
    async with writing(road.database) as connection:
        await gate.admit(connection, list(votes))


async def counted(road: Road) -> list[RefusedCount]:
    async with reading(road.database) as connection:
        return await count_refused(connection)


def old_ring(folder: Path) -> Keyring:
    """Return the mixer's secrets of before."""
    folder.mkdir(parents=True)
    (folder / "log.key").write_bytes(bytes.fromhex(OLD["secrets"]["log"]))
    (folder / f"{key_name(OLD['box'])}.key").write_bytes(bytes.fromhex(OLD["secrets"]["box"]))
    return Keyring(folder)


@pytest.mark.parametrize("form", ["0", "1"])
async def test_envelopes_of_before_are_taken_over_with_the_campaign_open(
    store_url: str, tmp_path: Path, form: str
) -> None:
    ring = old_ring(tmp_path / "mixer")
    async with make_road(store_url, tmp_path) as road:
        await take_over(road, ring, form)


async def take_over(road: Road, ring: Keyring, form: str) -> None:
    public = replace(road.keys, sign=bytes.fromhex(OLD["secrets"]["gate"])).public()
    mixer = Mixer(road.database, ring, public, DESK.key.public, "minping", road.clock)
    await mixer.start()
    await mixer._keys.renew()
    for name, more in (("staging", {}), ("held_comments", {}), ("held_follow_ups", {"due": 1})):
        sealed = [bytes.fromhex(one) for one in OLD[name][form]]
        await put(road, getattr(tables, name), *sealed, box=OLD["box"], **more)
    await mixer.release_requests()
    assert await mixer.mix({"year"})
    while await mixer.mix({"year"}):
        pass
    assert await rows(road, tables.refused) == []
    assert [row.ratings for row in await rows(road, tables.ballots)] == ["S S S S"] * 2
    held = (await mixer._pool.read()).words()["year"]
    assert len(held.presses) == 1
    assert [row.text for row in await rows(road, tables.request_messages)] == ["灯坏了"]
    assert len(await rows(road, tables.held_follow_ups)) == 1
    await road.close("year")
    assert {row.text for row in await rows(road, tables.comments)} == {"很好"}


async def foreign(road: Road, tmp_path: Path) -> list[str]:
    """Put one envelope of each kind that no reader takes into staging; return their reasons."""
    (box,) = await rows(road, tables.mixer_keys)
    key = MixerKey(box.id, box.public)
    sign = road.keys.signature
    other = MixerKey("0" * 16, public_key(b"k" * 32))
    valid = [{"kind": "erase", "campaign": "year", "voter": "00"}]
    await put(road, tables.staging, b"random" * 50, b"", box=box.id)
    await put(road, tables.staging, seal(other, sign_and_pad(valid, sign, 2)), box=other.id)
    await put(
        road,
        tables.staging,
        seal(key, sign_and_pad(valid, lambda _: b"s" * 64, 2)),
        seal(key, sign_and_pad(valid, sign, 9)),
        seal(key, sign_and_pad([{"kind": "erase", "campaign": "year"}], sign, 2)),
        seal(key, sign_and_pad([{"kind": "new", "campaign": "year"}], sign, 2)),
        box=box.id,
    )
    return ["bad_signature", "broken", "broken", *["unknown_form"] * 3, "unknown_key"]


async def test_rows_that_no_reader_takes_go_aside_and_all_others_are_mixed(
    road: Road, tmp_path: Path
) -> None:
    reasons = await foreign(road, tmp_path)
    sealed = {row.sealed for row in await rows(road, tables.staging)}
    await cast(road, BATCH)
    await road.mixer.turn()
    assert len(await rows(road, tables.ballots)) == BATCH
    aside = await rows(road, tables.refused)
    assert sorted(row.reason for row in aside) == reasons
    assert {row.sealed for row in aside} == sealed
    assert all(row.digest == sha256(row.sealed).digest() for row in aside)
    assert {(row.source, row.at % 900) for row in aside} == {("staging", 0)}
    await road.close("year")
    assert (await show_campaign(road.database, "year")).state == "closed"


async def test_held_rows_that_no_reader_takes_go_aside(road: Road) -> None:
    (box,) = await rows(road, tables.mixer_keys)
    await put(road, tables.held_comments, b"x" * 99, box=box.id)
    await put(road, tables.held_follow_ups, b"y" * 99, box=box.id, due=7)
    await cast(road, BATCH)
    await road.mix()
    await road.mixer.release_requests()
    road.clock.time += timedelta(seconds=KEY_SECONDS)
    await road.mixer.turn()
    aside = await rows(road, tables.refused)
    assert sorted((row.source, row.due) for row in aside if row.sealed[:1] in b"xy") == [
        ("held_comments", None),
        ("held_follow_ups", 7),
    ]
    async with writing(road.database) as connection:
        assert await retry_refused(connection) == 2
    assert b"x" * 99 in {row.sealed for row in await rows(road, tables.held_comments)}
    assert [row.due for row in await rows(road, tables.held_follow_ups)] == [7]
    await road.close("year")
    assert await rows(road, tables.held_comments) == [], "the close leaves nothing"


async def test_a_key_that_comes_back_puts_the_ballots_into_the_mix(
    road: Road, tmp_path: Path
) -> None:
    (box,) = await rows(road, tables.mixer_keys)
    path = tmp_path / "mixer" / f"{key_name(box.id)}.key"
    secret = path.read_bytes()
    await cast(road, 3)
    path.unlink()
    # The newest key counts, and two of one second have no order.
    road.clock.time += timedelta(seconds=1)
    mixer = Mixer(
        road.database,
        Keyring(tmp_path / "mixer"),
        road.keys.public(),
        DESK.key.public,
        "minping",
        road.clock,
    )
    await mixer.turn()
    await mixer.mix({"year"})
    assert await rows(road, tables.ballots) == []
    assert await counted(road) == [RefusedCount("unknown_key", "staging", 3, 0)]
    await road.close("year")
    assert (await show_campaign(road.database, "year")).state == "held"
    path.write_bytes(secret)
    async with writing(road.database) as connection:
        assert await retry_refused(connection, "broken") == 0
        assert await retry_refused(connection, "unknown_key") == 3
    await road.mixer.turn()
    assert (await show_campaign(road.database, "year")).state == "closed"
    assert len(await rows(road, tables.ballots)) == 3
    assert await counted(road) == []


async def test_what_is_refused_for_good_leaves_its_digest(road: Road, tmp_path: Path) -> None:
    await foreign(road, tmp_path)
    await road.mix()
    async with writing(road.database) as connection:
        assert await drop_refused(connection, "broken") == 1
        assert await retry_refused(connection, "broken") == 0
    assert RefusedCount("broken", "staging", 0, 2) in await counted(road)
    dropped = [row for row in await rows(road, tables.refused) if row.reason == "broken"]
    assert {row.digest for row in dropped} == {sha256(b"random" * 50).digest(), sha256().digest()}


async def test_a_key_stays_for_what_a_reader_may_read_and_for_nothing_else(
    road: Road, tmp_path: Path
) -> None:
    (old,) = await rows(road, tables.mixer_keys)
    await foreign(road, tmp_path)
    await road.mix()

    async def days_pass() -> set[str]:
        for seconds in (KEY_SECONDS, KEY_GRACE_SECONDS):
            later = road.clock.time.timestamp() + seconds
            road.clock.time = road.clock.time.fromtimestamp(later, road.clock.time.tzinfo)
            await road.mixer.turn()
        return {row.id for row in await rows(road, tables.mixer_keys)}

    assert old.id in await days_pass()
    async with writing(road.database) as connection:
        await drop_refused(connection, refused.UNKNOWN_FORM)
    assert old.id not in await days_pass()


async def test_old_rows_without_a_signature_of_ours_are_no_way_in(road: Road) -> None:
    (box,) = await rows(road, tables.mixer_keys)
    vouched = mixer_key_text(box.id, box.public)
    assert vouched
    message = json.dumps({"kind": "erase", "campaign": "year", "voter": "00"}).encode()
    content = b"s" * 64 + len(message).to_bytes(4, "big") + message
    await put(road, tables.staging, seal(MixerKey(box.id, box.public), content), box=box.id)
    await road.mix()
    assert [row.reason for row in await rows(road, tables.refused)] == ["bad_signature"]
    async with reading(road.database) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM staging"))).scalar() == 0
