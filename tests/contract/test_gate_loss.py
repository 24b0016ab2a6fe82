"""A lost signing key of the gate is replaced by log and desk together, and everybody is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.__main__ import WRONG_INPUT, main
from bot.accounts.staff import add_staff
from bot.ballots.gate import Gate
from bot.ballots.mixer import Mixer
from bot.campaigns.lifecycle import close_campaign
from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.conductor import Conductor
from bot.crypto.gate_keys import GateKeys, Keyring, load_gate_keys
from bot.service import gate_loss
from bot.service.gate_loss import replace_gate
from bot.service.lost_keys import Loss
from bot.service.two_persons import make_officers
from bot.storage.schema import all as tables
from bot.transparency.acts import GateChanged
from bot.transparency.guard import Guard
from bot.transparency.guarded_log import GuardedLog
from bot.verification import minping_verify
from bot.verification.bundle import make_bundle, request_result_entry
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.errors import BadInput
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_desk_loss import PASSWORD, PEOPLE, settings_of
from tests.contract.test_mixer import rows
from tests.desk import DESK


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        for login in ("zhou", "li"):
            await add_staff(made.roster, login, PASSWORD, "administrator")
        yield made


def lose(folder: Path) -> bytes:
    """Take the key away; return it, for whoever finds it."""
    file = folder / "keys" / "sign.key"
    secret = file.read_bytes()
    file.unlink()
    return secret


async def go_on(road: Road, folder: Path, keys: GateKeys) -> None:
    """Start gate and mixer anew with other keys."""
    ring = Keyring(folder / "mixer")
    public = DESK.key.public
    road.mixer = Mixer(road.database, ring, keys.public(), public, "minping", road.clock)
    await road.mixer.start()
    gate = Gate(keys, road.mixer.key)
    await gate.begin(road.database)
    road.mixer.gate_work = partial(gate.end_campaigns, road.database)
    live = LiveCampaigns(road.database, "Asia/Shanghai")
    await live.refresh()
    road.keys, road.live_campaigns = keys, live
    road.conductor = Conductor(road.database, keys, live, road.clock, gate)


async def rate(road: Road, *people: str) -> None:
    running = asyncio.create_task(road.conductor.run())
    for person in people:
        await road.rate(person)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def read_by_both(road: Road, folder: Path) -> tuple[list[str], list[str]]:
    """Close, and return what either verifier says, for auditors."""
    await close_campaign(road.database, "year", DESK, road.clock, "for a test")
    await road.mixer.turn()
    await road.mixer.turn()
    settings = settings_of(road, folder)
    approvals = make_officers(settings, road.database, road.keys, DESK, road.clock).approvals
    assert await request_result_entry(road.database, "year", approvals, "zhou") is None
    await road.mixer.turn()
    files = await make_bundle(road.database, "year", True)
    wanted = VerificationRequest([road.mixer.key])
    product = [f"{one.ok} {one.what}" for one in verify(files, wanted)]
    key = minping_verify.read_key(road.mixer.key.write())
    alone = minping_verify.verify(files, minping_verify.Asked([key]))
    return product, [f"{one.ok} {one.name}: {one.finding}" for one in alone]


async def test_after_the_loss_ballots_of_both_keys_count_and_every_verification_tells(
    road: Road,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", settings_of(road, tmp_path).database_url)
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    monkeypatch.setattr("getpass.getpass", lambda _prompt: PASSWORD)
    await road.rate("ann")
    await road.mix()
    await road.rate("ben")  # waits in staging, signed by the key that will be lost
    words = ["log", "replace-gate", "--reason", "the disk broke", *PEOPLE]
    words += ["--keys", str(tmp_path / "mixer")]
    assert await asyncio.to_thread(main, words) == WRONG_INPUT
    assert "the gate's signing key is there" in capsys.readouterr().err
    old = road.keys.public()
    lose(tmp_path)
    assert await asyncio.to_thread(main, words) == 0
    keys = load_gate_keys(tmp_path / "keys")
    assert keys.public() != old
    assert keys.public().hex() in capsys.readouterr().out
    act = [json.loads(row.body) for row in await rows(road, tables.log_entries)
           if row.kind == "keys"][-1]  # fmt: skip
    assert (act["lost"], act["reason"], act["people"]) == ("gate", "the disk broke", 2)
    assert act["accepted"] == {"year": 2}
    await go_on(road, tmp_path, keys)
    await rate(road, "ann", "cat")
    product, alone = await read_by_both(road, tmp_path)
    assert not await rows(road, tables.refused)
    assert len(await rows(road, tables.ballots)) == 3
    assert not [line for line in (*product, *alone) if line.startswith("False")]
    lost = "the gate's key was LOST and replaced"
    assert [line for line in product if lost in line and line.endswith("once")]
    assert [line for line in alone if f"{lost} by log and desk: 1" in line]


async def test_a_lost_key_that_somebody_finds_signs_no_more_ballots(
    road: Road, tmp_path: Path
) -> None:
    """Who found the key puts a message under it into the database, and runs the mixer."""
    await road.rate("ann")
    found = lose(tmp_path)
    log = GuardedLog(
        road.database,
        Guard(tmp_path / "mixer" / "guard"),
        lambda: Keyring(tmp_path / "mixer").demand("log"),
        "minping",
    )
    keys = await replace_gate(
        road.database, log, tmp_path / "keys", DESK, Loss("fire", 2), road.clock
    )
    (tmp_path / "other").mkdir()
    (tmp_path / "keys" / "found.key").write_bytes(found)
    thief = load_gate_keys(tmp_path / "keys", "found")
    await go_on(road, tmp_path, keys)
    honest = road.conductor
    gate = Gate(thief, road.mixer.key)
    road.conductor = Conductor(road.database, thief, road.live_campaigns, road.clock, gate)
    await rate(road, "eve")
    road.conductor = honest
    await rate(road, "cat")
    product, alone = await read_by_both(road, tmp_path)
    failed = [line for line in alone if line.startswith("False")]
    told = "2 ballots are signed by a lost key of the gate, which accepted 1"
    assert failed == [f"False gate: {told}"]
    (said,) = [line for line in product if line.startswith("False")]
    assert "2 ballots are signed by a key of the gate that was lost" in said


async def test_it_goes_on_after_a_kill_and_not_without_the_desk_of_the_log(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(tmp_path)
    log = GuardedLog(
        road.database,
        Guard(tmp_path / "mixer" / "guard"),
        lambda: Keyring(tmp_path / "mixer").demand("log"),
        "minping",
    )
    folder = tmp_path / "keys"
    other = type(DESK)(bytes(31) + b"3", "minping")
    with pytest.raises(BadInput, match="another key of the desk"):
        await replace_gate(road.database, log, folder, other, Loss("fire", 2), road.clock)
    with pytest.raises(BadInput, match="the reason is missing"):
        await replace_gate(road.database, log, folder, DESK, Loss(" ", 2), road.clock)
    given = (road.database, log, folder, DESK, Loss("fire", 2), road.clock)
    with monkeypatch.context() as patch:
        patch.setattr(gate_loss, "SIGN", "no/folder/of/this/name")
        with pytest.raises(FileNotFoundError):
            await replace_gate(*given)
    await replace_gate(*given)
    assert len([row for row in await rows(road, tables.log_entries) if row.kind == "keys"]) == 2
    with pytest.raises(BadInput, match="is there"):
        await replace_gate(*given)


async def test_another_key_of_the_gate_is_not_taken_in_silence(road: Road, tmp_path: Path) -> None:
    """A file of another installation in its place would make every open campaign fail."""
    (tmp_path / "keys" / "sign.key").write_bytes(bytes(32))
    before = len(await rows(road, tables.log_entries))
    keys = load_gate_keys(tmp_path / "keys")
    ring = Keyring(tmp_path / "mixer")
    mixer = Mixer(road.database, ring, keys.public(), DESK.key.public, "minping", road.clock)
    with pytest.raises(GateChanged):
        await mixer.turn()
    assert len(await rows(road, tables.log_entries)) == before
