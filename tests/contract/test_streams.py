"""Nothing that the gate accepted is dropped unseen: running numbers, on both databases."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text

from bot.accounts.officers import Officers
from bot.accounts.staff import add_staff
from bot.ballots import numbers_at_close
from bot.ballots.gate import Gate
from bot.ballots.mixer import BATCH, Mixer
from bot.ballots.numbers_at_close import GAP, NO_UNIT, UNENDED, UNFINISHED
from bot.ballots.settlement import prepare_settlement, show_held
from bot.campaigns.held import held_for
from bot.campaigns.lifecycle import close_campaign, create_campaign
from bot.campaigns.summaries import show_campaign
from bot.core.identity import Citizen
from bot.crypto.keyrings import Keyring
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.verification.bundle import make_bundle, request_result_entry
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.effects import CountPressure, Effect, StoreBallot
from survey_flows.errors import BadInput, Message
from tests.contract.test_conductor import Road, draft, make_road
from tests.contract.test_mixer import ballot, rows
from tests.desk import DESK


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


async def admit(road: Road, gate: Gate, *effects: tuple[str, Effect]) -> None:
    async with writing(road.database) as connection:
        await gate.admit(connection, [(Citizen("test", user), effect) for user, effect in effects])


def new_gate(road: Road) -> Gate:
    """Return the gate of another process."""
    return Gate(road.keys, road.mixer.key)


async def vote(road: Road, gate: Gate, first: int, count: int, unit: str = "TAX") -> None:
    quarter = int(road.clock.now().timestamp()) // 900
    cast = [replace(ballot(n, unit=unit), bucket=quarter) for n in range(first, first + count)]
    votes = ((f"u{first + n}", StoreBallot(one)) for n, one in enumerate(cast))
    await admit(road, gate, *votes)


async def admit_and_die(road: Road, gate: Gate, effect: Effect) -> None:
    async with writing(road.database) as connection:
        await gate.admit(connection, [(Citizen("test", "lost"), effect)])
        raise RuntimeError("killed")


async def delete_staged(road: Road, *places: int) -> None:
    """Delete rows of the staging table by their place, as the database's owner could."""
    ids = [row.id for row in await rows(road, tables.staging)]
    async with writing(road.database) as connection:
        chosen = [sorted(ids)[place] for place in places]
        await connection.execute(delete(tables.staging).where(tables.staging.c.id.in_(chosen)))


async def state(road: Road, campaign: str = "year") -> tuple[str, tuple[Message, ...]]:
    async with reading(road.database) as connection:
        reasons = await held_for(connection, campaign)
    return (await show_campaign(road.database, campaign)).state, reasons


async def closings(road: Road) -> list[dict[str, object]]:
    entries = await rows(road, tables.log_entries)
    return [json.loads(entry.body) for entry in entries if entry.kind == "closing"]


async def test_deleted_rows_hold_their_own_campaign_and_no_other(road: Road) -> None:
    await create_campaign(road.database, draft("other"), road.clock)
    await road.open("other")
    gate = new_gate(road)
    await vote(road, gate, 0, 6)
    await vote(road, gate, 6, 2, "EDU")
    other = [(f"o{n}", StoreBallot(replace(ballot(50 + n), campaign="other"))) for n in range(4)]
    await admit(road, gate, *other)
    await delete_staged(road, 1, 5)
    await road.close("other")
    await road.close("year")
    assert await state(road, "other") == ("closed", ())
    assert await state(road) == ("held", (Message(GAP, missing=2, units=("TAX",)),))
    assert len(await rows(road, tables.ballots)) == 10
    await road.mixer.turn()
    assert (await state(road))[0] == "held"
    assert [one["campaign"] for one in await closings(road)] == ["other"]


async def test_a_deleted_press_is_missed_too(road: Road) -> None:
    await admit(road, new_gate(road), ("ann", CountPressure("year", "TAX")))
    await delete_staged(road, 0)
    await road.close("year")
    assert await state(road) == ("held", (Message(NO_UNIT, missing=1),))


async def test_rows_that_come_back_let_the_campaign_close(road: Road) -> None:
    await vote(road, new_gate(road), 0, 3)
    (_, taken, _) = await rows(road, tables.staging)
    await delete_staged(road, 1)
    await road.close("year")
    assert (await state(road))[0] == "held"
    async with writing(road.database) as connection:
        row = {"box": taken.box, "sealed": taken.sealed}
        await connection.execute(tables.staging.insert(), [row])
    await road.mixer.turn()
    assert await state(road) == ("closed", ())
    assert len(await rows(road, tables.ballots)) == 3
    assert "missing" not in (await closings(road))[0]
    kept = (tables.gate_streams, tables.mixed_streams, tables.settlements, tables.campaign_holds)
    assert [await rows(road, table) for table in kept] == [[], [], [], []]


async def test_a_foreign_row_and_a_copied_row_stop_and_hold_nothing(road: Road) -> None:
    await vote(road, new_gate(road), 0, BATCH)
    copied = (await rows(road, tables.staging))[0]
    async with writing(road.database) as connection:
        for sealed in (copied.sealed, b"random" * 40):
            row = {"box": copied.box, "sealed": sealed}
            await connection.execute(tables.staging.insert(), [row])
    await road.mixer.turn()
    assert len(await rows(road, tables.ballots)) == BATCH
    assert await rows(road, tables.superseded) == []
    refused = await rows(road, tables.refused)
    assert sorted(row.reason for row in refused) == ["broken", "repeated"]
    await road.close("year")
    assert await state(road) == ("closed", ())


async def test_a_failed_commit_and_a_killed_process_leave_no_gap(road: Road) -> None:
    gate = new_gate(road)
    await vote(road, gate, 0, 2)
    with pytest.raises(RuntimeError, match="killed"):
        await admit_and_die(road, gate, StoreBallot(ballot(90)))
    await vote(road, gate, 2, 2)
    again = new_gate(road)
    await again.begin(road.database)
    await vote(road, again, 4, 2)
    await road.close("year")
    assert await state(road) == ("closed", ())
    assert len(await rows(road, tables.ballots)) == 6


async def test_two_processes_that_take_turns_leave_no_gap(road: Road) -> None:
    one, two = new_gate(road), new_gate(road)
    for turn in range(4):
        await vote(road, (one, two)[turn % 2], turn * 20, 20)
        if turn == 1:
            # It ends the other's stream, which is alive and begins another one.
            await two.begin(road.database)
        await road.mixer.turn()
    await one.stop(road.database)
    await road.close("year")
    assert await state(road) == ("closed", ())
    assert len(await rows(road, tables.ballots)) == 80


async def test_a_counter_that_is_put_back_hides_nothing_from_the_gate_that_runs(
    road: Road,
) -> None:
    gate = new_gate(road)
    road.mixer.gate_work = lambda: gate.end_campaigns(road.database)
    await vote(road, gate, 0, 2)
    (older,) = await rows(road, tables.gate_streams)
    await vote(road, gate, 2, 2)
    await vote(road, gate, 4, 1)
    await delete_staged(road, 3)
    async with writing(road.database) as connection:
        columns = tables.gate_streams.c
        await connection.execute(
            tables.gate_streams.update()
            .where(columns.stream == older.stream)
            .values(sealed=older.sealed)
        )
    await road.close("year")
    assert await state(road) == ("held", (Message(NO_UNIT, missing=1),))


async def test_a_whole_stream_is_missed_when_a_later_one_names_it(road: Road) -> None:
    await vote(road, new_gate(road), 0, 2)
    (first,) = await rows(road, tables.gate_streams)
    await vote(road, new_gate(road), 2, 2)
    await delete_staged(road, 0, 1)
    async with writing(road.database) as connection:
        columns = tables.gate_streams.c
        await connection.execute(delete(tables.gate_streams).where(columns.stream == first.stream))
    await road.close("year")
    assert await state(road) == ("held", (Message(UNENDED, streams=1),))


async def test_the_mixers_account_cannot_be_written_by_the_databases_owner(road: Road) -> None:
    await vote(road, new_gate(road), 0, 3)
    await road.mix()
    async with writing(road.database) as connection:
        await connection.execute(tables.mixed_streams.update().values(sealed=b"x" * 300))
    await road.close("year")
    assert await state(road) == ("held", (Message(GAP, missing=3, units=("TAX",)),))


async def test_a_campaign_without_the_gates_word_is_held_after_a_while(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    await vote(road, new_gate(road), 0, 3)
    said = road.mixer.gate_work

    async def silent() -> None:
        pass

    road.mixer.gate_work = silent
    await road.close("year")
    assert await state(road) == ("closing", ())
    monkeypatch.setattr(numbers_at_close, "END_PATIENCE", 0.0)
    await road.mixer.turn()
    assert await state(road) == (
        "held",
        (Message(UNENDED, streams=1), Message(UNFINISHED)),
    )
    road.mixer.gate_work = said
    await road.mixer.turn()
    assert await state(road) == ("closed", ())


async def test_nothing_of_the_numbers_stands_beside_a_ballot(road: Road) -> None:
    gate = new_gate(road)
    await vote(road, gate, 0, BATCH)
    (row,) = await rows(road, tables.gate_streams)
    await road.mixer.turn()
    for table in tables.metadata.sorted_tables:
        if table.name not in ("gate_streams", "mixed_streams"):
            async with reading(road.database) as connection:
                found = repr([tuple(one) for one in await connection.execute(select(table))])
            assert row.stream not in found
    bundle = {len(one.sealed) for one in await rows(road, tables.gate_streams)}
    assert bundle == {len(row.sealed)}


async def test_two_people_close_with_what_is_missing_and_the_log_says_so(road: Road) -> None:
    await vote(road, new_gate(road), 0, 12)
    await delete_staged(road, 3)
    await road.close("year")
    for login, role in (("li", "administrator"), ("wu", "checker"), ("he", "observer")):
        await add_staff(road.roster, login, f"{login} correct horse battery", role)
    await Officers(road.approvals, road.clock).set_profile("office", "li")
    held = await show_held(road.database, "year")
    assert (held.missing, held.numbers_alone) == (1, True)
    for missing, reason, why in ((2, "disk", "messages missing now: 1"), (1, " ", "write why")):
        with pytest.raises(BadInput, match=why):
            await prepare_settlement(road.approvals, "year", missing, "li", reason)
    made = await prepare_settlement(road.approvals, "year", 1, "li", "disk was full")
    await road.mixer.turn()
    assert (await state(road))[0] == "held", "one person alone settles nothing"
    for login, why in (
        ("li", "does not sign"), ("he", "does not sign"), ("none", "does not sign"),
    ):  # fmt: skip
        with pytest.raises(BadInput, match=why):
            await road.approvals.approve(made.id, login, made.seen)
    await road.approvals.approve(made.id, "wu", made.seen)
    await road.mixer.turn()
    assert await state(road) == ("closed", ())
    (closing,) = await closings(road)
    assert (closing["missing"], closing["unended"], closing["counted"]) == (1, 0, 11)
    with pytest.raises(BadInput, match="the campaign's state is closed"):
        await prepare_settlement(road.approvals, "year", 1, "li", "again")
    result = await request_result_entry(road.database, "year", road.approvals, "li")
    assert result is not None
    await road.approvals.approve(result.id, "wu", result.seen)
    await road.mixer.turn()
    checks = verify(
        await make_bundle(road.database, "year", True), VerificationRequest([road.mixer.key])
    )
    assert [check.what for check in checks if not check.ok] == []
    assert "closed with a gap" in " ".join(str(check.what) for check in checks)


async def test_a_closed_campaign_takes_no_row_that_comes_back(road: Road, tmp_path: Path) -> None:
    await vote(road, new_gate(road), 0, 2)
    late = (await rows(road, tables.staging))[0]
    await road.close("year")
    async with writing(road.database) as connection:
        row = {"box": late.box, "sealed": late.sealed}
        await connection.execute(tables.staging.insert(), [row])
    await road.mix()
    assert [row.reason for row in await rows(road, tables.refused)] == ["closed"]
    assert len(await rows(road, tables.ballots)) == 2
    assert "campaign-year" not in Keyring(tmp_path / "mixer").names()


async def test_another_mixer_process_checks_the_same_numbers(road: Road, tmp_path: Path) -> None:
    ring = Keyring(tmp_path / "mixer")
    other = Mixer(road.database, ring, road.keys.public(), DESK.key.public, "minping", road.clock)
    await other.turn()
    await vote(road, new_gate(road), 0, 3)
    await close_campaign(road.database, "year", DESK, road.clock, "for a test")
    await road.mixer.gate_work()
    await other.turn()
    assert await state(road) == ("closed", ())
    async with reading(road.database) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM staging"))).scalar() == 0
