"""A lost signing key of the gate is replaced by log and desk together, and everybody is told."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from bot.__main__ import WRONG_INPUT, main
from bot.accounts.roster import Roster
from bot.accounts.staff import add_staff, hash_password
from bot.ballots.accepting import Acceptance
from bot.ballots.gate import Gate
from bot.ballots.mixer import Mixer
from bot.ballots.settlement import prepare_settlement, show_held
from bot.campaigns.lifecycle import close_campaign
from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.conductor import Conductor
from bot.core.folder_lock import folder_alone, shared_folder
from bot.core.settings import Settings
from bot.crypto.gate_keys import GateKeys, load_gate_keys
from bot.crypto.keyrings import Keyring
from bot.service import gate_loss
from bot.service.composition import build
from bot.service.gate_loss import replace_gate
from bot.service.lost_keys import Loss
from bot.service.two_persons import make_officers
from bot.storage.database import writing
from bot.storage.schema import all as tables
from bot.transparency.acts import GateChanged
from bot.transparency.guard import Guard
from bot.transparency.guarded_log import GuardedLog
from bot.verification import minping_verify
from bot.verification.bundle import make_bundle, request_result_entry
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.errors import BadInput, Message
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


def log_of(road: Road, folder: Path) -> GuardedLog:
    secret = partial(Keyring(folder / "mixer").demand, "log")
    return GuardedLog(road.database, Guard(folder / "mixer" / "guard"), secret, "minping")


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


async def close(road: Road) -> None:
    await close_campaign(road.database, "year", DESK, road.clock, "for a test")
    await road.mixer.turn()
    await road.mixer.turn()


async def read_by_both(road: Road, folder: Path) -> tuple[list[str], list[str]]:
    """Return what either verifier says, for auditors, after the close."""
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
    await close(road)
    product, alone = await read_by_both(road, tmp_path)
    assert not await rows(road, tables.refused)
    assert len(await rows(road, tables.ballots)) == 3
    assert not [line for line in (*product, *alone) if line.startswith("False")]
    lost = "the gate's key was LOST and replaced"
    assert [line for line in product if lost in line and line.endswith("once")]
    assert [line for line in alone if f"{lost} by log and desk: 1" in line]


@pytest.mark.parametrize("mixes", [False, True])
async def test_a_lost_key_that_somebody_finds_signs_no_more_ballots(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mixes: bool
) -> None:
    """Who found the key puts a ballot under it into the database; with the mixer too, it counts."""
    await road.rate("ann")
    found = lose(tmp_path)
    log = log_of(road, tmp_path)
    keys = await replace_gate(
        road.database, log, tmp_path / "keys", DESK, Loss("fire", 2), road.clock
    )
    (tmp_path / "keys" / "found.key").write_bytes(found)
    thief = load_gate_keys(tmp_path / "keys", "found")
    await go_on(road, tmp_path, keys)
    honest = road.conductor
    gate = Gate(thief, road.mixer.key)
    road.conductor = Conductor(road.database, thief, road.live_campaigns, road.clock, gate)
    await rate(road, "eve")
    road.conductor = honest
    await rate(road, "cat")
    if mixes:
        monkeypatch.setattr(Acceptance, "_within_lost", lambda *_: True)
    await close(road)
    if not mixes:
        assert [row.reason for row in await rows(road, tables.refused)] == ["lost_key"]
        assert [row.state for row in await rows(road, tables.campaigns)] == ["held"]
        return
    product, alone = await read_by_both(road, tmp_path)
    failed = [line for line in alone if line.startswith("False")]
    told = "2 ballots are signed by a lost key of the gate, which accepted 1"
    assert failed == [f"False gate: {told}"]
    (said,) = [line for line in product if line.startswith("False")]
    assert "2 ballots are signed by a key of the gate that was lost" in said


def command(road: Road, folder: Path, patch: pytest.MonkeyPatch) -> list[str]:
    """The words that replace the gate's key, for people whom the caller names."""
    patch.setenv("DATABASE_URL", settings_of(road, folder).database_url)
    patch.setenv("MINPING_DATA", str(folder))
    patch.setattr("getpass.getpass", lambda _prompt: PASSWORD)
    return ["log", "replace-gate", "--reason", "fire", "--keys", str(folder / "mixer"), "--by"]


async def test_accounts_that_somebody_wrote_replace_no_key(
    road: Road,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The database's owner makes an account, and another writes its own password for one."""
    roster = Roster(road.database, DESK, tmp_path / "keys" / "desk")
    await roster.book()
    lose(tmp_path)
    words = command(road, tmp_path, monkeypatch)
    before = await rows(road, tables.log_entries)
    columns = tables.staff.c
    async with writing(road.database) as connection:
        zhou = select(tables.staff).where(columns.login == "zhou")
        row = dict((await connection.execute(zhou)).one()._mapping)
        await connection.execute(insert(tables.staff).values(row | {"login": "mallory"}))
        other = await hash_password(PASSWORD + "!", "li")
        known = update(tables.staff).where(columns.login == "li")
        await connection.execute(known.values(password=other))
    assert await roster.wrong(at_once=True) == ("staff/li", "staff/mallory")
    for login, password in (("mallory", PASSWORD), ("li", PASSWORD + "!")):
        monkeypatch.setattr("getpass.getpass", lambda _prompt, given=password: given)
        assert await asyncio.to_thread(main, [*words, login]) == WRONG_INPUT
        told = capsys.readouterr().err
        assert f"{login}: this row is not the one that the service wrote" in told
    assert await rows(road, tables.log_entries) == before
    monkeypatch.setattr("getpass.getpass", lambda _prompt: PASSWORD)
    assert await asyncio.to_thread(main, [*words, "zhou"]) == 0


async def test_the_log_says_how_many_people_it_takes_whatever_became_of_a_file(
    road: Road,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for login in ("wu", "xu"):
        await add_staff(road.roster, login, PASSWORD, "approver")
    said = {"profile": "city", "prepared": "a", "approved": ["b"]}
    async with writing(road.database) as connection:
        await DESK.order(connection, "profile", "-", said)
    await road.mixer.turn()
    lose(tmp_path)
    words = command(road, tmp_path, monkeypatch)
    accounts = tmp_path / "keys" / "desk" / "accounts"
    for text in (None, '{"digests": {}, "before": {}, "profile": "solo", "since": 0}'):
        accounts.unlink(missing_ok=True)
        if text:
            accounts.write_text(text)
        assert await asyncio.to_thread(main, [*words, "wu"]) == WRONG_INPUT
        assert "two different people" in capsys.readouterr().err
    accounts.unlink()
    roster = Roster(road.database, DESK, tmp_path / "keys" / "desk")
    assert (await roster.book()).profile == "city"
    assert await asyncio.to_thread(main, [*words, "wu", "--by", "xu"]) == 0


async def test_the_keys_that_link_stay_at_the_mixer(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Log's key and guard are enough; the guard comes back, and the mixer goes on with it."""
    roster = Roster(road.database, DESK, tmp_path / "keys" / "desk")
    await roster.book()
    await road.rate("ann")
    await road.mix()
    lose(tmp_path)
    brought, own = tmp_path / "brought", tmp_path / "mixer"
    brought.mkdir()
    shutil.copy(own / "log.key", brought)
    shutil.copytree(own / "guard", brought / "guard")
    words = command(road, tmp_path, monkeypatch)
    words[words.index("--keys") + 1] = str(brought)
    assert await asyncio.to_thread(main, [*words, "zhou"]) == 0
    assert sorted(file.name for file in brought.iterdir()) == ["guard", "log.key"]
    shutil.rmtree(own / "guard")
    shutil.move(brought / "guard", own)
    await go_on(road, tmp_path, load_gate_keys(tmp_path / "keys"))
    await rate(road, "ben")
    await close(road)
    product, alone = await read_by_both(road, tmp_path)
    assert not [line for line in (*product, *alone) if line.startswith("False")]


async def test_no_key_is_replaced_under_a_service_that_runs(road: Road, tmp_path: Path) -> None:
    lose(tmp_path)
    log = log_of(road, tmp_path)
    given = (road.database, log, tmp_path / "keys", DESK, Loss("fire", 2), road.clock)
    before = await rows(road, tables.log_entries)
    async with shared_folder(tmp_path / "keys"):
        with pytest.raises(BadInput, match="a service is running and would sign on"):
            await replace_gate(*given)
    assert await rows(road, tables.log_entries) == before
    await replace_gate(*given)


async def test_a_service_uses_its_keys_for_as_long_as_it_runs(
    tmp_path: Path, valkey_url: str
) -> None:
    """Two processes may, and nobody has them alone."""
    said = Message("gate-loss-service-runs")
    settings = Settings(data=tmp_path, redis_url=valkey_url)
    async with build(settings):
        async with shared_folder(tmp_path / "keys"):
            pass
        with pytest.raises(BadInput), folder_alone(tmp_path / "keys", said):
            pass
    with folder_alone(tmp_path / "keys", said):
        pass


async def test_ballots_beyond_what_a_lost_key_accepted_hold_the_close_and_can_be_settled(
    road: Road, tmp_path: Path
) -> None:
    """A service of another machine took ballots by the lost key after it was replaced."""
    for person in ("ann", "ben"):
        await road.rate(person)
    await road.mix()
    await road.rate("cat")
    lose(tmp_path)
    log = log_of(road, tmp_path)
    folder = tmp_path / "keys"
    keys = await replace_gate(road.database, log, folder, DESK, Loss("fire", 2), road.clock)
    for person in ("dan", "eve", "ann"):
        await road.rate(person)
    await go_on(road, tmp_path, keys)
    await rate(road, "fay", "eve")
    await close(road)
    refused = [row.reason for row in await rows(road, tables.refused)]
    assert refused == ["lost_key"] * 3
    assert [row.state for row in await rows(road, tables.campaigns)] == ["held"]
    approvals = make_officers(
        settings_of(road, tmp_path), road.database, keys, DESK, road.clock
    ).approvals
    assert (await show_held(road.database, "year")).missing == 3
    await prepare_settlement(approvals, "year", 3, "zhou", "a lost key")
    await road.mixer.turn()
    product, alone = await read_by_both(road, tmp_path)
    assert not [line for line in (*product, *alone) if line.startswith("False")]
    assert len(await rows(road, tables.ballots)) == 5
    closing = next(row for row in await rows(road, tables.log_entries) if row.kind == "closing")
    assert json.loads(closing.body)["missing"] == 3


async def test_it_goes_on_after_a_kill_and_not_without_the_desk_of_the_log(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(tmp_path)
    log = log_of(road, tmp_path)
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
