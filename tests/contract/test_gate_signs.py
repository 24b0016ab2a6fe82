"""The gate signs what it accepts: whoever mixes can change, invent and silence nobody unseen."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from bot.ballots.close_check import ACCEPTED, check_ballots
from bot.ballots.gate import Gate
from bot.ballots.gate_messages import ballot_columns
from bot.ballots.refused import BAD_SIGNATURE, REPEATED
from bot.ballots.stored_forms import STAGED_FORM
from bot.campaigns.held import held_for
from bot.campaigns.lifecycle import close_campaign
from bot.core.identity import Citizen
from bot.crypto.gate_signatures import gate_key, is_signed
from bot.crypto.sealed_envelopes import MixerKey, seal, sign_and_pad
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.verification import minping_verify
from bot.verification.bundle import make_bundle, pack, request_result_entry
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.effects import ErasePerson, StoreBallot
from survey_flows.gate_texts import ballot_gate_text, units_digest
from survey_flows.log_entries import receipt_label
from survey_flows.signed_notes import VerifierKey
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_mixer import admit, ballot, code, rows, verify_log
from tests.desk import DESK

ORIGIN = "minping"


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


async def cast(road: Road, user: str, number: int, unit: str = "TAX", comment: str = "") -> None:
    quarter = int(road.clock.now().timestamp()) // 900
    sheet = {"TAX": "window", "EDU": "livelihood"}[unit]
    one = replace(ballot(number, comment, unit=unit), bucket=quarter, questionnaire=sheet)
    await admit(road, (user, StoreBallot(one)))


async def bodies(road: Road) -> list[dict[str, Any]]:
    from bot.ballots.stored_bodies import ballot_text

    found = [json.loads(ballot_text(row._mapping)) for row in await rows(road, tables.ballots)]
    return found + [json.loads(row.body) for row in await rows(road, tables.superseded)]


async def intake(road: Road) -> dict[str, Any]:
    entries = await rows(road, tables.log_entries)
    (act,) = [row for row in entries if row.kind == "intake"]
    found: dict[str, Any] = json.loads(act.body)
    return found


async def checked(road: Road, openings: bool = True) -> list[str]:
    """Publish a closed campaign; return what both verifiers find wrong in its bundle."""
    await request_result_entry(road.database, "year", road.approvals, "zhou")
    await road.mixer.turn()
    files = await make_bundle(road.database, "year", openings)
    key = road.mixer.key
    wrong = [one.what for one in verify(files, VerificationRequest([key])) if not one.ok]
    wrong += second_opinion(files, key)
    return wrong


def second_opinion(files: dict[str, bytes], key: VerifierKey) -> list[str]:
    import contextlib
    import io
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        path.write_bytes(pack(files))
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            code = minping_verify.main([str(path), "--key", key.write()])
    failed = [line for line in said.getvalue().splitlines() if line.startswith("FAIL")]
    assert failed or code == 0, said.getvalue()
    return failed


async def test_a_ballot_says_under_the_gates_signature_whether_it_replaces_one(road: Road) -> None:
    await cast(road, "ann", 1)
    await cast(road, "ann", 2)
    await cast(road, "ann", 3, unit="EDU")
    await cast(road, "ben", 4)
    await road.mix()
    await cast(road, "ben", 5)
    await road.mix()
    said = await bodies(road)
    assert Counter((one["unit"], one["again"]) for one in said) == {
        ("TAX", False): 2,
        ("TAX", True): 2,
        ("EDU", False): 1,
    }
    key = gate_key(ORIGIN, road.keys.public())
    assert all(is_signed(key, one["gate"], ballot_gate_text(ORIGIN, one)) for one in said)
    changed = said[0] | {"ratings": "VD VD VD VD"}
    assert not is_signed(key, changed["gate"], ballot_gate_text(ORIGIN, changed))
    assert not is_signed(key, said[0]["gate"], ballot_gate_text("elsewhere", said[0]))
    assert len({one["id"] for one in said}) == 5
    assert {(one["channel"], len(one["aside"])) for one in said} == {("test", 64)}
    assert all("bucket" not in one and "risk" not in one for one in said)
    voters = {one["voter"] for one in said}
    assert len(voters) == 3, "a pseudonym is of one person for one unit"


async def test_who_erased_begins_anew(road: Road) -> None:
    await cast(road, "ann", 1)
    await cast(road, "ann", 2)
    await admit(road, ("ann", ErasePerson("year")))
    await cast(road, "ann", 3)
    await road.mix()
    assert [one["again"] for one in await bodies(road)] == [False]
    await road.close("year")
    said = await intake(road)
    assert {name: said[name] for name in ("accepted", "again", "erased", "erasures")} == {
        "accepted": 3,
        "again": 1,
        "erased": 2,
        "erasures": 1,
    }


async def test_several_effects_of_one_transaction_count_in_their_order(road: Road) -> None:
    one = [replace(ballot(n), bucket=1) for n in range(4)]
    await admit(
        road,
        ("ann", StoreBallot(one[0])),
        ("ann", StoreBallot(one[1])),
        ("ben", StoreBallot(one[2])),
        ("ann", ErasePerson("year")),
        ("ann", StoreBallot(one[3])),
    )
    await road.mix()
    assert [body["again"] for body in await bodies(road)] == [False, False]
    await road.close("year")
    (row,) = await rows(road, tables.intakes)
    assert json.loads(row.units) == {"TAX": [4, 1, 2, 1]}


async def test_the_intake_is_signed_and_opened_to_auditors_alone(road: Road) -> None:
    for number in range(12):
        await cast(road, f"u{number}", number, comment="words" if number % 3 == 0 else "")
    await cast(road, "u1", 20)
    await cast(road, "u2", 21, unit="EDU")
    await admit(road, ("u3", ErasePerson("year")))
    await road.mix()
    await road.close("year")
    said = await intake(road)
    (row,) = await rows(road, tables.intakes)
    units = {"TAX": [13, 1, 1, 0], "EDU": [1, 0, 0, 0]}
    assert json.loads(row.units) == units
    assert said == {
        "kind": "intake",
        "campaign": "year",
        "name": "year",
        "accepted": 14,
        "again": 1,
        "erased": 1,
        "erasures": 1,
        "comments": 4,
        "units": units_digest(row.salt, units),
    }
    kinds = [row.kind for row in sorted(await rows(road, tables.log_entries), key=_position)]
    # The comment of who erased is not among the three.
    assert kinds[-6:] == ["intake", *["sealed"] * 4, "closing"]
    assert kinds[:2] == ["keys", "registration"]
    assert await checked(road) == []
    assert await checked(road, openings=False) == []
    assert await check_ballots(road.database, "year", road.mixer.log.guard) == []
    left = (tables.gate_marks, tables.seen_ids, tables.held_withdrawals)
    assert [await rows(road, table) for table in left] == [[], [], []]
    await verify_log(road)


def _position(row: Any) -> int:
    return int(row.position)


async def test_a_busy_campaign_passes_both_verifiers(road: Road) -> None:
    number = 0
    for day in range(3):
        for user in range(30):
            for unit in ("TAX", "EDU")[: 1 + user % 2]:
                await cast(road, f"u{user}", number, unit, f"{day} {user}" * (user % 4 == 0))
                number += 1
        await admit(road, *((f"u{user}", ErasePerson("year")) for user in range(day, 9, 3)))
        await cast(road, "u3", number)
        number += 1
        await road.mix()
    await road.close("year")
    assert await checked(road) == []


async def staged(road: Road, message: dict[str, Any], form: int = STAGED_FORM) -> None:
    """Put a message of the gate into staging, as whoever holds its key can."""
    (box,) = await rows(road, tables.mixer_keys)
    sealed = seal(MixerKey(box.id, box.public), sign_and_pad([message], road.keys.signature, form))
    async with writing(road.database) as connection:
        await connection.execute(tables.staging.insert(), [{"box": box.id, "sealed": sealed}])


async def message_of(road: Road, number: int, origin: str = ORIGIN) -> dict[str, Any]:
    """Return the message of a ballot that the gate of a log made."""
    gate = Gate(road.keys, replace(road.mixer.key, name=origin))
    one = StoreBallot(ballot(number, "words"))
    return gate._messages.ballot(Citizen("test", f"x{number}"), one, 0, False)


def other_campaign(message: dict[str, Any]) -> dict[str, Any]:
    return message | {"ballot": message["ballot"] | {"campaign": "other"}}


def other_answers(message: dict[str, Any]) -> dict[str, Any]:
    return message | {"ballot": message["ballot"] | {"ratings": "VD VD VD VD"}}


def other_moment(message: dict[str, Any]) -> dict[str, Any]:
    return message | {"aside": message["aside"] | {"risk": 1}}


def other_words(message: dict[str, Any]) -> dict[str, Any]:
    return message | {"text": "other words"}


def unsigned(message: dict[str, Any]) -> dict[str, Any]:
    return message | {"gate": b64encode(bytes(68)).decode()}


def no_id(message: dict[str, Any]) -> dict[str, Any]:
    return message | {"ballot": message["ballot"] | {"id": "1"}}


CHANGES = (other_campaign, other_answers, other_moment, other_words, unsigned, no_id)


@pytest.mark.parametrize("change", CHANGES, ids=[change.__name__ for change in CHANGES])
async def test_what_the_gate_did_not_sign_as_it_is_is_refused(road: Road, change: Any) -> None:
    await staged(road, change(await message_of(road, 1)))
    await staged(road, await message_of(road, 2))
    await road.mix()
    assert [row.reason for row in await rows(road, tables.refused)] == [BAD_SIGNATURE]
    assert len(await rows(road, tables.ballots)) == 1


async def test_what_the_gate_signed_for_another_log_is_refused(road: Road) -> None:
    await staged(road, await message_of(road, 1, origin="elsewhere"))
    await road.mix()
    assert [row.reason for row in await rows(road, tables.refused)] == [BAD_SIGNATURE]


@pytest.mark.parametrize("apart", [False, True])
async def test_an_id_counts_once(road: Road, apart: bool) -> None:
    message = await message_of(road, 1)
    await staged(road, message)
    if apart:
        await road.mix()
    # Another envelope, another receipt and another person, but the same signed ballot.
    again = {"receipt": code(2), "voter": "00" * 32}
    await staged(road, message | again)
    await road.mix()
    assert [row.reason for row in await rows(road, tables.refused)] == [REPEATED]
    assert len(await rows(road, tables.ballots)) == 1


async def test_messages_of_the_version_before_are_mixed_as_before(road: Road) -> None:
    one = replace(ballot(1, "old words"), bucket=int(road.clock.now().timestamp()) // 900)
    old = {"kind": "ballot", "campaign": "year", "voter": "11" * 32, "receipt": code(1)}
    await staged(road, old | {"text": "old words", "ballot": ballot_columns(one)}, form=2)
    await cast(road, "ann", 2, comment="new words")
    await road.mix()
    said = {one.get("id") is not None for one in await bodies(road)}
    assert said == {True, False}
    await staged(road, {"kind": "erase", "campaign": "year", "voter": "11" * 32}, form=2)
    await road.close("year")
    assert (await intake(road))["accepted"] == 1, "what the gate did not sign is not counted"
    assert len(await rows(road, tables.withdrawals)) == 1
    assert [row.text for row in await rows(road, tables.comments)] == ["new words"]
    assert await check_ballots(road.database, "year", road.mixer.log.guard) == []


async def test_ballots_that_vanish_after_their_batch_hold_the_close(road: Road) -> None:
    """Rows, and whatever could show it, are deleted together: the gate's count remains."""
    for number in range(12):
        await cast(road, f"u{number}", number)
    await road.mix()
    async with writing(road.database) as connection:
        columns = tables.ballots.c
        (gone,) = await connection.execute(select(columns.id).order_by(columns.id).limit(1))
        await connection.execute(delete(tables.ballots).where(columns.id == gone.id))
    await close_campaign(road.database, "year", DESK, road.clock, "for a test")
    await road.mixer.turn()
    async with reading(road.database) as connection:
        found = {reason.id: dict(reason.values) for reason in await held_for(connection, "year")}
    assert found[ACCEPTED] == {"accepted": 12, "stored": 11}


async def test_receipts_are_in_lines_of_their_own(road: Road) -> None:
    await cast(road, "ann", 1)
    await road.mix()
    entries = {row.kind: row for row in await rows(road, tables.log_entries)}
    assert entries["receipt"].label == receipt_label("year", code(1))
    assert (entries["receipt"].commitment, entries["sealed"].label) == (None, None)


async def test_what_the_log_has_is_not_mixed_again_after_a_restore(road: Road) -> None:
    for number in range(3):
        await cast(road, f"x{number}", number)
    envelopes = [{"box": row.box, "sealed": row.sealed} for row in await rows(road, tables.staging)]
    await road.mix()
    before = [row.label for row in await rows(road, tables.log_entries)]
    # The older database has the envelopes, and none of what mixing them left behind.
    async with writing(road.database) as connection:
        for table in (tables.ballots, tables.seen_ids, tables.mixed_streams):
            await connection.execute(delete(table))
        await connection.execute(tables.staging.insert(), envelopes)
    await road.mix()
    assert [row.reason for row in await rows(road, tables.refused)] == [REPEATED] * 3
    assert [row.label for row in await rows(road, tables.log_entries)] == before
