"""The way of a ballot from the gate through the mixer into the log, on the real databases."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from bot.ballots import mixer
from bot.ballots.close_check import check_ballots
from bot.ballots.gate import Gate, NoMixerKey
from bot.ballots.mixer import BATCH, Mixer
from bot.ballots.mixer_keys import KEY_GRACE_SECONDS, KEY_SECONDS
from bot.ballots.pool import POOL_SLOTS
from bot.ballots.stored_bodies import ballot_text
from bot.ballots.stored_forms import FOLLOW
from bot.campaigns.lifecycle import close_campaign, create_campaign
from bot.core.identity import Citizen
from bot.crypto.gate_keys import GateKeys, make_gate_keys
from bot.crypto.keyrings import Keyring
from bot.crypto.note_signatures import open_note
from bot.crypto.sealed_envelopes import PAD_BYTES
from bot.service.composition import run_mixer_once
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.entry_bodies import comment_body
from bot.transparency.log_entry import entry_of_row, sealed_entry
from bot.transparency.log_reader import find_receipt, latest_checkpoint, prove_inclusion, read_root
from bot.verification.bundle import make_bundle, request_result_entry
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.ballot import Ballot
from survey_flows.effects import CountPressure, Effect, ErasePerson, StoreBallot
from survey_flows.log_entries import commit
from survey_flows.merkle import leaf_hash, root, verify_inclusion
from tests.contract.test_conductor import Road, draft, make_road
from tests.desk import DESK
from tests.openings import open_campaign

OVERHEAD = 48
"""Bytes of a sealed box around its content (NaCl)."""


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


def ballot(number: int, comment: str = "", ratings: str = "S S S S", unit: str = "TAX") -> Ballot:
    return Ballot(
        campaign="year",
        unit=unit,
        questionnaire="window",
        group="resident",
        stratum="",
        source="open",
        ratings=ratings,
        facts=(("contact", "none"),),
        comment=comment,
        bucket=1,
        receipt=code(number),
    )


def code(number: int) -> str:
    return f"{number:016d}".translate(str.maketrans("0123456789", "ABCDEFGHIJ"))


async def admit(road: Road, *effects: tuple[str, Effect]) -> None:
    gate = Gate(road.keys, road.mixer.key)
    async with writing(road.database) as connection:
        await gate.admit(connection, [(Citizen("test", user), effect) for user, effect in effects])


def keys_of_a_stranger(tmp_path: Path) -> GateKeys:
    keys = make_gate_keys(tmp_path / "stranger")
    keys.voters.find_or_create("year")
    return keys


async def rows(road: Road, table: Any) -> list[Any]:
    async with reading(road.database) as connection:
        return list(await connection.execute(select(table)))


async def verify_log(road: Road) -> int:
    """Check the checkpoint, and every stored opening against its entry.

    Returns the size of the log.
    """
    async with reading(road.database) as connection:
        newest = await latest_checkpoint(connection)
        assert newest is not None
        entries = (
            await connection.execute(
                select(tables.log_entries).order_by(tables.log_entries.c.position)
            )
        ).all()
        assert await read_root(connection, newest.size) == root(
            [leaf_hash(entry_of_row(e._mapping).line) for e in entries]
        )
    checkpoint = open_note(newest.note, [road.mixer.key]).checkpoint
    assert (checkpoint.size, checkpoint.root) == (
        len(entries), root([leaf_hash(entry_of_row(e._mapping).line) for e in entries]),
    )  # fmt: skip
    for row in await rows(road, tables.ballots):
        assert commit(row.salt, ballot_text(row._mapping)) == entries[row.position].commitment
    for table in (tables.superseded, tables.withdrawals):
        for row in await rows(road, table):
            assert commit(row.salt, row.body) == entries[row.position].commitment
    return len(entries)


async def test_what_the_gate_writes_names_nobody_and_says_nothing(road: Road) -> None:
    long = "很".join(["the street is dark"] * 20)
    # Long enough not to come about by chance in what is sealed.
    user = "5550001234567"
    await admit(
        road,
        (user, StoreBallot(ballot(1, long))),
        ("ben", StoreBallot(ballot(2))),
        ("cy", ErasePerson("year")),
    )
    staged = await rows(road, tables.staging)
    assert len({len(row.sealed) for row in staged}) == 1
    written = b"".join(row.sealed for row in staged)
    assert not any(
        secret in written for secret in (b"street", b"S S S S", user.encode(), code(1).encode())
    )
    assert await rows(road, tables.ballots) == []


async def test_a_batch_waits_for_company(road: Road) -> None:
    await admit(road, *((f"u{n}", StoreBallot(ballot(n))) for n in range(BATCH - 1)))
    await road.mixer.turn()
    assert await rows(road, tables.ballots) == []
    await admit(road, ("last", StoreBallot(ballot(BATCH))))
    await road.mixer.turn()
    assert (len(await rows(road, tables.ballots)), await rows(road, tables.staging)) == (BATCH, [])
    assert await verify_log(road) == 2 * BATCH + 2


async def test_ballots_are_not_written_in_the_order_in_which_they_came(road: Road) -> None:
    await admit(
        road, *((f"u{n}", StoreBallot(ballot(n, ratings=f"S S S {n}"))) for n in range(200))
    )
    await road.mix()
    order = [
        int(row.ratings.split()[-1])
        for row in sorted(await rows(road, tables.ballots), key=lambda r: r.id)
    ]
    assert sorted(order) == list(range(200))
    # By chance 1.99 neighbours stay neighbours; 20 have a probability below 1e-12.
    assert sum(abs(a - b) == 1 for a, b in pairwise(order)) < 20


async def test_a_day_of_requests_comes_without_the_order_of_its_hours(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(road.mixer, Mixer)
    monkeypatch.setattr(mixer, "READ_AT_ONCE", 4)
    now = int(road.clock.now().timestamp())
    rows = [
        road.mixer._hold_request(
            {"kind": FOLLOW, "campaign": "year", "unit": "TAX", "text": str(at), "lang": "en"}
            | {"shared": False, "day": "2026-11-22", "due": now, "at": now, "sealed": ""}
            | dict.fromkeys(("lookup", "mark", "voter"), f"{at:064x}")
        )
        for at in range(40)
    ]
    async with writing(road.database) as connection:
        await connection.execute(tables.held_follow_ups.insert(), rows)
    await road.mixer.release_requests()
    async with reading(road.database) as connection:
        told = set((await connection.execute(select(tables.request_messages.c.text))).scalars())
    assert len(told) == 4
    assert told != {"0", "1", "2", "3"}, "by lot, this happens once in ninety thousand times"


async def test_a_later_ballot_supersedes_and_both_receipts_stay_in_the_log(road: Road) -> None:
    await admit(
        road,
        ("ann", StoreBallot(ballot(1, ratings="D D D D"))),
        ("ann", StoreBallot(ballot(2, ratings="B B B B"))),
    )
    await road.mix()
    await admit(road, ("ann", StoreBallot(ballot(3))))
    await road.mix()
    assert [row.ratings for row in await rows(road, tables.ballots)] == ["S S S S"]
    kept = {json.loads(row.body)["ratings"] for row in await rows(road, tables.superseded)}
    assert kept == {"D D D D", "B B B B"}
    size = await verify_log(road)
    async with reading(road.database) as connection:
        tree = await read_root(connection, size)
        for number in (1, 2, 3):
            found = await find_receipt(connection, code(number))
            assert found is not None
            proof = await prove_inclusion(connection, found.position, size)
            assert verify_inclusion(leaf_hash(found.line.data), found.position, size, proof, tree)
        assert await find_receipt(connection, code(4)) is None


async def test_of_ballots_in_one_batch_the_last_to_come_is_the_last_in_the_log(road: Road) -> None:
    turns = ("D D D D", "B B B B", "S S S S")
    votes = [
        (f"u{user}", StoreBallot(ballot(3 * user + turn, ratings=turns[turn])))
        for turn in range(3)
        for user in range(40)
    ]
    await admit(road, *votes)
    await road.mix()
    assert {row.ratings for row in await rows(road, tables.ballots)} == {"S S S S"}
    order: dict[bytes, list[tuple[int, str]]] = {}
    for row in await rows(road, tables.superseded):
        order.setdefault(row.voter, []).append((row.position, json.loads(row.body)["ratings"]))
    for row in await rows(road, tables.ballots):
        order[row.voter].append((row.position, row.ratings))
    assert [[ratings for _, ratings in sorted(own)] for own in order.values()] == [list(turns)] * 40
    assert len({position for own in order.values() for position, _ in own}) == 120
    await verify_log(road)


@pytest.mark.parametrize("apart", [False, True])
async def test_erasing_deletes_what_was_said_and_leaves_the_entries(
    road: Road, apart: bool
) -> None:
    await admit(
        road,
        ("ann", StoreBallot(ballot(1, "my comment"))),
        ("ann", StoreBallot(ballot(2, "another"))),
    )
    await admit(
        road, ("ann", StoreBallot(ballot(3, unit="EDU"))), ("ben", StoreBallot(ballot(4, "mine")))
    )
    if apart:
        await road.mix()
        await road.mix()
    await admit(road, ("ann", ErasePerson("year")))
    await road.mix()
    await road.mix()
    assert len(await rows(road, tables.ballots)) == 1
    assert await rows(road, tables.superseded) == []
    assert await rows(road, tables.withdrawals) == [], "they come with the close"
    withdrawn = [row.position for row in await rows(road, tables.held_withdrawals)]
    async with reading(road.database) as connection:
        found = [await find_receipt(connection, code(number)) for number in (1, 2, 3, 4)]
    assert all(found), "the receipts stay"
    assert len(withdrawn) == len(set(withdrawn)) >= 3
    kept = {row.position for row in await rows(road, tables.ballots)}
    assert not kept & set(withdrawn)
    await road.close("year")
    bodies = [json.loads(row.body) for row in await rows(road, tables.withdrawals)]
    assert {body["position"] for body in bodies} == set(withdrawn)
    assert len({body["erasure"] for body in bodies}) == 1
    assert [row.text for row in await rows(road, tables.comments)] == ["mine"]
    await verify_log(road)


async def pass_days(road: Road, days: int = 1) -> None:
    """Let the mixer's key change, at which the pool is merged and older keys go."""
    for _ in range(days):
        for seconds in (KEY_SECONDS, KEY_GRACE_SECONDS):
            road.clock.time += timedelta(seconds=seconds)
            await road.mixer.turn()


async def test_comments_come_with_the_close_in_one_lot(road: Road) -> None:
    for start in (0, BATCH):
        votes = ((f"u{n}", ballot(n, f"comment {n}")) for n in range(start, start + BATCH))
        await admit(road, *((user, StoreBallot(one)) for user, one in votes))
        await road.mixer.turn()
        await pass_days(road)
    assert await rows(road, tables.comments) == []
    before = {row.position for row in await rows(road, tables.log_entries)}
    await road.close("year")
    comments = sorted(await rows(road, tables.comments), key=lambda row: row.position)
    assert {row.text for row in comments} == {f"comment {n}" for n in range(2 * BATCH)}
    assert {row.unit for row in comments} == {"TAX"}
    first = [row.text for row in comments[:BATCH] if int(row.text.split()[-1]) < BATCH]
    # Of a lot of 100 a half has 25 from each batch, and 45 with a probability below 1e-9.
    assert len(first) < 45
    assert not before & {row.position for row in comments}
    voters = {row.voter for row in comments}
    assert len(voters) == 2 * BATCH
    assert not voters & {row.voter for row in await rows(road, tables.ballots)}
    assert await rows(road, tables.held_comments) == []
    await verify_log(road)


async def test_a_comment_on_a_unit_with_few_ballots_names_no_unit(road: Road) -> None:
    votes = [*((f"u{n}", ballot(n, f"tax {n}")) for n in range(10))]
    votes += [(f"v{n}", ballot(50 + n, "about schools", unit="EDU")) for n in range(9)]
    await admit(road, *((user, StoreBallot(one)) for user, one in votes))
    await road.close("year")
    named = Counter((row.text[:3], row.unit) for row in await rows(road, tables.comments))
    assert named == {("tax", "TAX"): 10, ("abo", ""): 9}
    await verify_log(road)
    await request_result_entry(road.database, "year", road.approvals, "zhou")
    await road.mixer.turn()
    openings = (await make_bundle(road.database, "year", openings=True))["openings.jsonl"]
    bodies = [json.loads(json.loads(line)["body"]) for line in openings.splitlines()]
    unnamed = [body for body in bodies if body["kind"] == "comment" and "unit" not in body]
    assert len(unnamed) == 9


@pytest.mark.parametrize("days", [0, 1])
async def test_who_rates_again_without_a_comment_takes_the_old_one_back(
    road: Road, days: int
) -> None:
    await admit(road, ("ann", StoreBallot(ballot(1, "in anger"))))
    await admit(road, ("ben", StoreBallot(ballot(5, "first"))))
    await road.mix()
    await pass_days(road, days)
    await admit(road, ("ann", StoreBallot(ballot(2))))
    await admit(road, ("ben", StoreBallot(ballot(6, "second"))))
    await road.mix()
    await pass_days(road, days)
    await road.close("year")
    assert [row.text for row in await rows(road, tables.comments)] == ["second"]
    await verify_log(road)


async def test_what_waits_for_the_close_is_sealed_to_the_newest_key_alone(road: Road) -> None:
    numbers = range(BATCH)
    await admit(road, *((f"u{n}", StoreBallot(ballot(n, "x" * n))) for n in numbers))
    await admit(road, *((f"u{n}", CountPressure("year", "TAX")) for n in range(25)))
    await road.mixer.turn()
    (batch,) = await rows(road, tables.held_comments)
    assert len(batch.sealed) == BATCH * PAD_BYTES + OVERHEAD, (
        "as many as ballots, whatever they say"
    )
    await pass_days(road)
    (pool,) = await rows(road, tables.held_comments)
    (box,) = await rows(road, tables.mixer_keys)
    assert pool.box == box.id != batch.box
    assert len(pool.sealed) % (POOL_SLOTS * PAD_BYTES) == OVERHEAD


async def test_comments_and_presses_that_an_earlier_version_stored_are_taken_over(
    road: Road,
) -> None:
    await admit(road, *((f"u{n}", StoreBallot(ballot(n, f"old {n}"))) for n in range(20)))
    await road.mix()
    secret = road.mixer._pseudonym
    logged = [
        {
            "campaign": "year",
            "unit": "TAX",
            "voter": secret("comment", "year", road.keys.voter("year", "test", f"u{n}")),
            "text": f"old {n}",
            "salt": bytes(16),
        }
        for n in range(20)
    ]
    async with road.mixer.log.open() as log:
        for position, row in enumerate(logged, log.size):
            row["position"] = position
        await log.connection.execute(tables.comments.insert(), logged)
        await log.connection.execute(delete(tables.held_comments))
        found = [commit(bytes(16), comment_body(row)) for row in logged]
        await log.append([sealed_entry("year", one) for one in found], 1)
        presses = [{"campaign": "year", "unit": "TAX"} for _ in range(15)]
        for n, row in enumerate(presses):
            gate = road.keys.voter("year", "test", f"u{n}")
            row["voter"] = secret("pressure", "year", gate)  # type: ignore[assignment]
        await log.connection.execute(tables.pressure.insert(), presses)
    await road.mixer.turn()
    assert await rows(road, tables.pressure) == []
    await admit(
        road,
        ("u0", StoreBallot(ballot(30, "new"))),
        ("u1", StoreBallot(ballot(31))),
        ("u2", ErasePerson("year")),
        ("u3", CountPressure("year", "TAX")),
    )
    await road.mix()
    assert len(await rows(road, tables.comments)) == 19, "who erases does not wait for the close"
    await pass_days(road)
    await road.close("year")
    texts = {row.text for row in await rows(road, tables.comments)}
    assert texts == {"new", *(f"old {n}" for n in range(3, 20))}
    counts = [(row.unit, row.count) for row in await rows(road, tables.pressure_counts)]
    assert counts == [("TAX", 10)], "14 are left, rounded down"
    await verify_log(road)
    assert await check_ballots(road.database, "year", road.mixer.log.guard) == []


async def test_two_mixers_lose_nothing_that_waits(road: Road, tmp_path: Path) -> None:
    other = Mixer(
        road.database,
        Keyring(tmp_path / "mixer"),
        road.keys.public(),
        DESK.key.public,
        "minping",
        road.clock,
    )
    for day in range(3):
        votes = ((f"u{n}", ballot(100 * day + n, f"{day} {n}")) for n in range(60))
        await admit(road, *((user, StoreBallot(one)) for user, one in votes))
        await asyncio.gather(road.mixer.turn(), other.turn())
        road.clock.time += timedelta(seconds=KEY_SECONDS)
        await asyncio.gather(road.mixer.turn(), other.turn())
    await close_campaign(road.database, "year", DESK, road.clock, "for a test")
    await asyncio.gather(road.mixer.turn(), other.turn())
    await asyncio.gather(road.mixer.turn(), other.turn())
    texts = Counter(row.text for row in await rows(road, tables.comments))
    assert texts == {f"2 {n}": 1 for n in range(60)}


async def test_what_the_gate_did_not_sign_is_kept_aside(road: Road, tmp_path: Path) -> None:
    stranger = Gate(keys_of_a_stranger(tmp_path), road.mixer.key)
    async with writing(road.database) as connection:
        await stranger.admit(connection, [(Citizen("test", "eve"), StoreBallot(ballot(1)))])
    await admit(road, ("ann", StoreBallot(ballot(2))))
    await road.mix()
    assert len(await rows(road, tables.ballots)) == 1
    assert len(await rows(road, tables.refused)) == 1


async def test_a_box_that_was_slipped_in_is_not_sealed_to(road: Road) -> None:
    async with writing(road.database) as connection:
        row = {"id": "theirs", "public": b"x" * 32, "signature": b"y" * 64, "made": 2**40}
        await connection.execute(tables.mixer_keys.insert(), [row])
    with pytest.raises(NoMixerKey):
        await admit(road, ("ann", StoreBallot(ballot(1))))


async def test_closing_mixes_the_rest_and_destroys_the_key(road: Road, tmp_path: Path) -> None:
    await admit(road, ("ann", StoreBallot(ballot(1, "hello"))), ("ben", StoreBallot(ballot(2))))
    assert "campaign-year" in Keyring(tmp_path / "mixer").names()
    await road.close("year")
    assert [row.state for row in await rows(road, tables.campaigns)] == ["closed"]
    assert len(await rows(road, tables.ballots)) == 2
    assert [(row.text, row.unit) for row in await rows(road, tables.comments)] == [("hello", "")]
    assert (await rows(road, tables.staging), await rows(road, tables.held_comments)) == ([], [])
    assert "campaign-year" not in Keyring(tmp_path / "mixer").names()
    closing = [
        json.loads(e.body) for e in await rows(road, tables.log_entries) if e.kind == "closing"
    ]
    assert closing == [
        {
            "kind": "closing",
            "campaign": "year",
            "counted": 2,
            "superseded": 0,
            "withdrawn": 0,
            "comments": 1,
            "name": "year",
            "voters": 2,
        }
    ]
    await verify_log(road)


async def test_closing_one_campaign_uncovers_nobody_in_another(road: Road) -> None:
    await create_campaign(road.database, draft("other"), road.clock)
    await road.open("other")
    elsewhere = replace(ballot(1, "hello"), campaign="other")
    await admit(road, ("ann", StoreBallot(elsewhere)), ("ben", StoreBallot(ballot(2))))
    await road.close("year")
    assert [row.campaign for row in await rows(road, tables.ballots)] == ["year"]
    assert len(await rows(road, tables.staging)) == 1
    await road.close("other")
    assert {row.campaign for row in await rows(road, tables.ballots)} == {"year", "other"}
    assert [row.text for row in await rows(road, tables.comments)] == ["hello"]
    await verify_log(road)


async def test_what_was_slipped_in_makes_no_batch(road: Road, tmp_path: Path) -> None:
    stranger = Gate(keys_of_a_stranger(tmp_path), road.mixer.key)
    async with writing(road.database) as connection:
        await stranger.admit(
            connection, [(Citizen("test", f"e{n}"), StoreBallot(ballot(n))) for n in range(BATCH)]
        )
    await admit(road, ("ann", StoreBallot(ballot(BATCH))))
    await road.mixer.turn()
    assert (await rows(road, tables.ballots), len(await rows(road, tables.staging))) == ([], 1)
    assert len(await rows(road, tables.refused)) == BATCH


async def test_a_key_that_was_left_behind_by_a_crash_is_destroyed_by_the_next_turn(
    road: Road, tmp_path: Path
) -> None:
    await road.close("year")
    for ring, name in ((Keyring(tmp_path / "mixer"), "campaign-year"), (road.keys.voters, "year")):
        ring.find_or_create(name)
    await run_mixer_once(road.mixer, road.database, road.keys)
    assert "campaign-year" not in Keyring(tmp_path / "mixer").names()
    assert road.keys.voters.names() == []


async def test_boxes_change_and_the_old_secret_goes_when_nothing_is_sealed_to_it(
    road: Road,
) -> None:
    (old,) = await rows(road, tables.mixer_keys)
    await admit(road, ("ann", StoreBallot(ballot(1))))
    later = road.clock.time.timestamp() + KEY_SECONDS
    road.clock.time = road.clock.time.fromtimestamp(later, road.clock.time.tzinfo)
    await road.mixer.turn()
    assert len(await rows(road, tables.mixer_keys)) == 2
    await admit(road, ("ben", StoreBallot(ballot(2))))
    road.clock.time = road.clock.time.fromtimestamp(
        later + KEY_GRACE_SECONDS, road.clock.time.tzinfo
    )
    await road.mixer.turn()
    assert old.id in {row.id for row in await rows(road, tables.mixer_keys)}
    await road.mix()
    await road.mix()
    await road.mixer.turn()
    assert old.id not in {row.id for row in await rows(road, tables.mixer_keys)}
    assert len(await rows(road, tables.ballots)) == 2


async def test_two_mixers_write_each_ballot_once(road: Road, tmp_path: Path) -> None:

    other = Mixer(
        road.database,
        Keyring(tmp_path / "mixer"),
        road.keys.public(),
        DESK.key.public,
        "minping",
        road.clock,
    )
    await other.turn()
    for start in range(0, 300, 60):
        await admit(road, *((f"u{n}", StoreBallot(ballot(n))) for n in range(start, start + 60)))
        await asyncio.gather(road.mixer.turn(), other.turn())
    await road.mix()
    assert len(await rows(road, tables.ballots)) == 300
    assert await verify_log(road) == 602


async def test_what_is_registered_cannot_be_changed(road: Road) -> None:
    columns = tables.campaigns.c
    for change in (
        {"scheme": "{}  "},
        {"definition": "{}"},
        {"closes_at": 1},
        {"registered": None},
    ):
        with pytest.raises(DBAPIError, match="registered"):
            async with writing(road.database) as connection:
                await connection.execute(
                    update(tables.campaigns).where(columns.id == "year").values(change)
                )
    for statement in ("DELETE FROM log_entries", "UPDATE log_entries SET kind = 'x'"):
        with pytest.raises(DBAPIError, match="the log only grows"):
            async with writing(road.database) as connection:
                await connection.execute(text(statement))
    _, *entries = await rows(road, tables.log_entries)
    assert [(e.kind, json.loads(e.body)["closes_at"]) for e in entries] == [
        ("registration", (await rows(road, tables.campaigns))[0].closes_at)
    ]


async def test_the_bundle_of_what_the_mixer_wrote_passes_every_check(road: Road) -> None:
    await create_campaign(road.database, draft("audit"), road.clock)
    await road.open("audit")
    quarter = int(road.clock.now().timestamp()) // 900

    def vote(number: int, comment: str = "") -> StoreBallot:
        codes = ("VS S B S", "S S DK -", "D VD S S")[number % 3]
        return StoreBallot(
            replace(ballot(number, comment, codes), campaign="audit", bucket=quarter)
        )

    numbers = iter(range(10_000))
    for _ in range(
        3
    ):  # citizens vote again in one batch and in a later one, comment again, and erase
        votes = [
            (f"u{user}", vote(next(numbers), f"comment {user}" * (user % 2)))
            for user in range(40)
            for _ in "ab"
        ]
        await admit(road, *votes)
        await admit(
            road,
            *((f"u{user}", ErasePerson("audit")) for user in range(5)),
            ("u3", vote(next(numbers))),
        )
        await road.mix()
    await road.close("audit")
    await request_result_entry(road.database, "audit", road.approvals, "zhou")
    await road.mixer.turn()
    for openings in (False, True):
        files = await make_bundle(road.database, "audit", openings)
        for number in range(0, next(numbers), 7):
            checks = verify(files, VerificationRequest([road.mixer.key], receipt=code(number)))
            assert [check.what for check in checks if not check.ok] == []


async def test_of_mixers_that_open_and_close_at_once_one_writes_to_the_log(
    road: Road, tmp_path: Path
) -> None:
    def mixer() -> Mixer:
        return Mixer(
            road.database,
            Keyring(tmp_path / "mixer"),
            road.keys.public(),
            DESK.key.public,
            "minping",
            road.clock,
        )

    # As when `minping campaign close` runs beside the service.
    mixers = [road.mixer, mixer(), mixer()]
    for number in range(5):
        name = f"c{number}"
        await create_campaign(road.database, draft(name), road.clock)
        await open_campaign(road.database, name, road.keys, DESK)
        await asyncio.gather(*(each.turn() for each in mixers))
        await close_campaign(road.database, name, DESK, road.clock, "for a test")
        await asyncio.gather(*(each.turn() for each in mixers))
    written = Counter((row.kind, row.campaign) for row in await rows(road, tables.log_entries))
    kinds = ("registration", "early-close", "intake", "closing")
    both = [(kind, f"c{number}") for kind in kinds for number in range(5)]
    assert written == dict.fromkeys([("keys", "-"), ("registration", "year"), *both], 1)


async def test_a_mixer_killed_at_the_close_destroys_the_key_when_it_is_back(
    road: Road, tmp_path: Path
) -> None:
    await admit(road, ("ann", StoreBallot(ballot(1))))
    await road.mix()
    await close_campaign(road.database, "year", DESK, road.clock, "for a test")
    for where in (
        "bot.transparency.guarded_log.append_entries",
        "bot.crypto.keyrings.Keyring.destroy",
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(where, _die)
            with pytest.raises(ZeroDivisionError):
                await road.mixer.turn()
    back = Mixer(
        road.database,
        Keyring(tmp_path / "mixer"),
        road.keys.public(),
        DESK.key.public,
        "minping",
        road.clock,
    )
    await back.turn()
    assert [row.state for row in await rows(road, tables.campaigns)] == ["closed"]
    assert "campaign-year" not in Keyring(tmp_path / "mixer").names()
    assert [row.kind for row in await rows(road, tables.log_entries)] == [
        "keys",
        "registration",
        "receipt",
        "sealed",
        "early-close",
        "intake",
        "closing",
    ]


def _die(*_: object) -> None:
    raise ZeroDivisionError


async def test_who_was_told_how_to_rate_is_counted_once_and_joined_to_no_ballot(road: Road) -> None:
    pressed = CountPressure("year", "TAX")
    await admit(road, *((f"u{n}", StoreBallot(ballot(n))) for n in range(25)))
    sizes = {len(row.sealed) for row in await rows(road, tables.staging)}
    await admit(
        road,
        *((f"u{n}", pressed) for n in (*range(21), 3, 3)),
        *((f"u{n}", CountPressure("year", "EDU")) for n in range(9)),
    )
    assert {len(row.sealed) for row in await rows(road, tables.staging)} == sizes, (
        "it looks like any ballot"
    )
    before = await rows(road, tables.log_entries)
    await road.mix()
    await road.mix()
    assert (await rows(road, tables.pressure), await rows(road, tables.pressure_counts)) == ([], [])
    ballots = await rows(road, tables.ballots)
    assert len(ballots) == 25
    assert {row.weight for row in ballots} == {4}
    assert len(await rows(road, tables.log_entries)) - len(before) == 50, (
        "the log says nothing of it"
    )
    await pass_days(road)
    await admit(
        road,
        ("u3", StoreBallot(ballot(30, ratings="D D D D"))),
        *((f"u{n}", ErasePerson("year")) for n in (4, 5)),
        ("u5", pressed),
    )
    await road.close("year")
    found = [(row.unit, row.count) for row in await rows(road, tables.pressure_counts)]
    assert found == [("TAX", 20)], "who erases takes it back; few are not counted"


async def test_a_press_waits_for_company_in_its_own_campaign(road: Road) -> None:
    await create_campaign(road.database, draft("other"), road.clock)
    await road.open("other")
    await admit(road, *((f"u{n}", StoreBallot(ballot(n))) for n in range(BATCH)))
    await admit(road, ("ann", CountPressure("other", "TAX")))
    await road.mixer.turn()
    assert len(await rows(road, tables.staging)) == 1
    there = [replace(ballot(100 + n), campaign="other") for n in range(BATCH)]
    await admit(road, *((f"u{n}", StoreBallot(one)) for n, one in enumerate(there)))
    await road.mixer.turn()
    assert await rows(road, tables.staging) == []


async def test_who_sends_without_end_hides_nobody_and_keeps_nobody_waiting(road: Road) -> None:
    await admit(road, ("victim", StoreBallot(ballot(1))))
    await admit(road, *(("eve", CountPressure("year", "TAX")) for _ in range(2 * BATCH)))
    await admit(road, *(("eve", StoreBallot(ballot(100 + n))) for n in range(2 * BATCH)))
    await road.mixer.turn()
    assert await rows(road, tables.ballots) == [], "two people are no crowd"
    await admit(road, *((f"u{n}", StoreBallot(ballot(300 + n))) for n in range(BATCH - 2)))
    await road.mixer.turn()
    assert len(await rows(road, tables.ballots)) == BATCH
    assert await rows(road, tables.staging) == []
