"""The gate's promise: given on request, gone with its receipt, proof of a dropped ballot."""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64decode
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select

from bot.ballots.gate import Gate
from bot.conversations.conductor import Unavailable
from bot.conversations.contract import Reply
from bot.conversations.key_rotation import KeyRotation
from bot.conversations.stored_conversation import read_conversation
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.verification import minping_verify
from bot.verification.bundle import make_bundle, request_result_entry
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.events import Returned, TopicRequested
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_streams import state

ASK, SHOW, DONE = "Get a signed promise", "Show it", "I have kept it"


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


def kept(reply: Reply) -> str:
    assert reply.screen is not None
    return reply.screen.keep


async def promised(road: Road, user: str, unit: str = "TAX") -> str:
    await road.rate(user, unit)
    return kept(await road.press(user, ASK, SHOW))


async def none_left(road: Road, user: str) -> bool:
    """Whether asking brings the sentence that there is no promise, and no promise."""
    reply = await road.send(user, TopicRequested("promise"))
    said = {road.live_campaigns.sentence(lang, "promise-none") for lang in ("en", "zh-Hans")}
    return bool(said & set(reply.notices)) and (reply.screen is None or not kept(reply))


async def close_and_bundle(road: Road) -> dict[str, bytes]:
    await road.close("year")
    assert await state(road) == ("closed", ())
    assert await request_result_entry(road.database, "year", road.approvals, "li") is None
    await road.mixer.turn()
    return await make_bundle(road.database, "year", True)


def findings(road: Road, files: dict[str, bytes], promise: str) -> tuple[list[str], list[str]]:
    """What both verifiers say of the promise, then what fails of anything else."""
    key = road.mixer.key
    product = verify(files, VerificationRequest([key], promise=promise))
    plain = verify(files, VerificationRequest([key]))
    asked = minping_verify.Asked([minping_verify.read_key(key.write())], promise=promise)
    alone = list(minping_verify.verify(files, asked))
    of_it = [one for one in product if one.what not in {other.what for other in plain}]
    said = [one.what for one in of_it] + [one.finding for one in alone if one.name == "promise"]
    failed = [one.what for one in plain if not one.ok]
    failed += [one.finding for one in alone if not one.ok and one.name != "promise"]
    return said, failed


async def test_a_kept_promise_verifies_with_both_verifiers(road: Road) -> None:
    notes = [await promised(road, "ann"), await promised(road, "ben", "EDU")]
    files = await close_and_bundle(road)
    for note in notes:
        (product, alone), failed = findings(road, files, note)
        assert failed == []
        assert product.startswith("the promise is kept: its receipt is included, as entry ")
        assert alone == f"kept, entry {product.rpartition(' ')[2]}"


async def test_replaced_and_erased_ballots_keep_their_promises(road: Road) -> None:
    """A citizen cannot make the city break a promise, and nobody learns by one what they did."""
    notes = [await promised(road, "ann")]
    await road.press("ann", DONE, "Rate this unit again")
    await road.press("ann", "Used a service", "Dissatisfied", *["Very satisfied"] * 3, "Skip")
    await road.press("ann", "Submit")
    notes.append(kept(await road.press("ann", ASK, SHOW)))
    notes.append(await promised(road, "ben", "EDU"))
    for user in ("ann", "ben"):
        await road.send(user, TopicRequested("delete"))
        await road.press(user, "Delete them all")
    notes.append(await promised(road, "ben", "EDU"))
    files = await close_and_bundle(road)
    for note in notes:
        said, failed = findings(road, files, note)
        assert failed == []
        assert [one for one in said if "kept" in one] == said


async def test_a_ballot_dropped_with_all_that_counts_it_is_proven_by_its_promise(
    road: Road,
) -> None:
    """The owner of the database puts an earlier state of it back while no gate remembers."""
    await road.rate("ann")
    counting = (tables.staging, tables.gate_streams, tables.gate_marks, tables.sessions)
    async with reading(road.database) as connection:
        before = [(table, (await connection.execute(select(table))).all()) for table in counting]
    note = await promised(road, "ben", "EDU")
    async with writing(road.database) as connection:
        for table, rows in before:
            await connection.execute(delete(table))
            await connection.execute(insert(table), [dict(row._mapping) for row in rows])
    gate = Gate(road.keys, road.mixer.key)
    road.mixer.gate_work = lambda: gate.end_campaigns(road.database)
    said, failed = findings(road, await close_and_bundle(road), note)
    assert failed == [], "nothing else finds it"
    assert said == [
        "BROKEN: the gate signed the promise, and its receipt is not in the closed log",
        "BROKEN: signed by the gate, and not in the closed log",
    ]


async def test_a_promise_is_shown_only_when_asked_for_and_says_no_unit(road: Road) -> None:
    receipt = await road.rate("ann")
    assert kept(receipt) == ""
    asked = await road.press("ann", ASK)
    assert kept(asked) == ""
    shown = await road.press("ann", SHOW)
    assert shown.screen is not None
    assert shown.screen.shows_answers, "it does not stay in a chat that can remove it"
    text = shown.screen.text + shown.screen.keep
    assert not any(word in text for word in ("TAX", "Tax", "税务"))
    lines = shown.screen.keep.split("\n")
    closes = road.live_campaigns.get("year").closes_at  # type: ignore[union-attr]
    assert lines[:3] == ["minping-promise/1", "minping", "year"]
    assert lines[4] == str(int((closes + timedelta(days=7)).timestamp()))
    again = await road.send("ann", TopicRequested("promise"))
    assert again.screen == asked.screen
    assert (await road.press("ann", SHOW)).screen == shown.screen, "the same, bit by bit"
    assert (await road.press("ann", DONE)).screen == receipt.screen


async def test_the_address_has_it_behind_the_hash_and_the_screen_the_same_as_the_file(
    road: Road,
) -> None:
    await road.rate("ann")
    screen = (await road.press("ann", ASK, SHOW)).screen
    assert screen is not None
    page, _, behind = screen.address.partition("#")
    raw = urlsafe_b64decode(behind + "=")
    assert (page, len(behind), len(raw), raw[0]) == ("/p/year", 111, 83, 1)
    signed = b64decode(screen.keep.split(" ")[-1])
    assert raw[1:5] + raw[19:] == signed
    assert str(int.from_bytes(raw[15:19], "big")) == screen.keep.split("\n")[4]


async def test_it_goes_with_its_receipt(road: Road) -> None:
    rotation = KeyRotation(road.database, road.keys, road.clock, road.live_campaigns)
    await rotation.rotate()
    first = await promised(road, "ann")
    await road.press("ann", DONE, "Rate this unit again", "Used a service", "Dissatisfied")
    assert await none_left(road, "ann")
    await road.press("ann", *["Very satisfied"] * 3, "Skip", "Submit")
    second = kept(await road.press("ann", ASK, SHOW))
    assert second != first != ""
    await road.press("ann", DONE, "Rate another unit")
    assert await none_left(road, "ann")
    await promised(road, "ben")
    for _ in range(2):
        road.clock.time += timedelta(hours=1, minutes=1)
        await rotation.rotate()
    assert await none_left(road, "ben")
    assert await none_left(road, "cho"), "nor is there one for whoever never came"
    assert not any("promise" in text for text in await stored_texts(road))
    await road.close("year")
    await road.live_campaigns.refresh()
    assert await none_left(road, "ann")


async def stored_texts(road: Road) -> list[str]:
    async with reading(road.database) as connection:
        rows = (await connection.execute(select(tables.sessions))).all()
    return [road.keys.unseal(bytes(row.person), bytes(row.body)) for row in rows]


async def test_what_is_stored_of_it_is_sealed_with_the_conversation(road: Road) -> None:
    note = await promised(road, "ann")
    (text,) = await stored_texts(road)
    signature = read_conversation(text).promise
    assert signature == note.split(" ")[-1].strip()
    async with reading(road.database) as connection:
        for table in tables.metadata.sorted_tables:
            for row in await connection.execute(select(table)):
                assert signature not in repr(tuple(row))
                assert repr(b64decode(signature)[4:])[2:-1] not in repr(tuple(row))


async def test_no_length_tells_who_has_just_rated(road: Road) -> None:
    await promised(road, "ann")
    await road.rate("ben")
    await road.answer_all("cho")
    await road.send("dan", Returned())
    await road.press("ben", "Rate another unit")
    async with reading(road.database) as connection:
        rows = (await connection.execute(select(tables.sessions))).all()
    assert len(rows) == 3
    assert len({len(row.body) for row in rows}) == 1


async def test_no_promise_is_out_of_a_ballot_that_was_not_stored(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    await road.answer_all("ann")

    async def fail(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as away:
        away.setattr(road.conductor._gate, "admit", fail)
        with pytest.raises(Unavailable):
            await road.press("ann", "Submit")
    assert await none_left(road, "ann")
    screen = (await road.send("ann", Returned())).screen
    assert screen is not None
    assert screen.step == "review"


async def test_a_conversation_from_before_promises_has_none(road: Road) -> None:
    await road.rate("ann")
    (text,) = await stored_texts(road)
    old = read_conversation(text)
    object.__setattr__(old, "promise", "")
    async with writing(road.database) as connection:
        (row,) = (await connection.execute(select(tables.sessions))).all()
        body = road.keys.seal(bytes(row.person), old.to_text())
        await connection.execute(tables.sessions.update().values(body=body))
    screen = (await road.press("ann", ASK, SHOW)).screen
    assert screen is not None
    assert (screen.keep, screen.address) == ("", "")
    assert screen.text == road.live_campaigns.sentence("en", "promise-none")
    assert (await road.press("ann", DONE)).screen is not None
