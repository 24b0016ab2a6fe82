"""A lost key of the desk is replaced by log and gate together, and every verification tells."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.__main__ import PERSON_NEEDED, WRONG_INPUT, main
from bot.accounts.audit_anchors import anchor_rows, check_rows, read_anchors
from bot.accounts.audit_log import DONE, AuditRecord, append_record
from bot.accounts.roster import Roster
from bot.accounts.staff import add_staff
from bot.ballots.gate import Gate
from bot.ballots.mixer import Mixer
from bot.campaigns.lifecycle import close_campaign, pause_campaign, resume_campaign
from bot.core.settings import Settings
from bot.crypto.gate_keys import load_gate_keys
from bot.crypto.gate_signatures import GateSigner
from bot.crypto.keyrings import Keyring
from bot.service import desk_loss
from bot.service.desk_loss import replace_desk
from bot.service.installation_keys import desk_ring, load_desk
from bot.service.lost_keys import Loss
from bot.service.two_persons import make_officers
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
from bot.transparency.guard import Guard
from bot.transparency.guarded_log import GuardedLog
from bot.transparency.known_desk import DeskChanged
from bot.verification import minping_verify
from bot.verification.bundle import make_bundle, request_result_entry
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.errors import BadInput
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_mixer import rows
from tests.desk import DESK

PASSWORD = "correct horse battery staple"
PEOPLE = ("--by", "zhou", "--by", "li")


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        for login in ("zhou", "li"):
            await add_staff(made.roster, login, PASSWORD, "administrator")
        await add_staff(made.roster, "chen", PASSWORD, "checker")
        yield made


def settings_of(road: Road, folder: Path) -> Settings:
    url = road.database.url.render_as_string(hide_password=False)
    return Settings(database_url=url, data=folder, log_origin="minping")


def waiting_case(name: str) -> dict[str, object]:
    told = {"campaign": "year", "rules": "[]", "unit": "TAX", "evidence": "{}", "salt": bytes(16)}
    states = {"state": "waiting", "verdict": "proposed", "round": 1, "number": 1}
    return {"id": name, "digest": name * 21, **told, **states}


def lose(folder: Path) -> None:
    (folder / "keys" / "desk" / "desk.key").unlink()


def mixer_with(road: Road, folder: Path, desk: Desk) -> Mixer:
    ring, gate = Keyring(folder / "mixer"), Gate(road.keys, road.mixer.key)
    mixer = Mixer(road.database, ring, road.keys.public(), desk.key.public, "minping", road.clock)
    mixer.gate_work = lambda: gate.end_campaigns(road.database)
    return mixer


async def record(road: Road, desk: Desk, count: int) -> None:
    for _ in range(count):
        made = AuditRecord("zhou", "administrator", "/admin/people", "", DONE)
        await append_record(road.database, made, desk, road.clock)


async def checked(road: Road, desk: Desk) -> tuple[int, int, bool]:
    async with reading(road.database) as connection:
        anchors = await read_anchors(connection, desk)
        found = await check_rows(connection, desk, anchors)
    return found.rows, found.anchored, found.problem is None


async def test_after_the_loss_a_campaign_goes_on_and_every_verification_tells(
    road: Road,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = settings_of(road, tmp_path)
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    monkeypatch.setattr("getpass.getpass", lambda _prompt: PASSWORD)
    await record(road, DESK, 3)
    assert await anchor_rows(road.database, DESK, road.clock)
    await pause_campaign(road.database, "year", DESK, road.clock)
    await road.mixer.turn()
    words = ["log", "replace-desk", "--reason", "the disk broke", *PEOPLE]
    words += ["--keys", str(tmp_path / "mixer")]
    assert await asyncio.to_thread(main, words) == WRONG_INPUT
    assert "the desk's key is there" in capsys.readouterr().err
    lose(tmp_path)
    await record(road, DESK, 1)
    assert await asyncio.to_thread(main, words) == 0
    said = capsys.readouterr().out
    desk = load_desk(settings)
    assert desk.key.public.hex() in said
    assert desk.key != DESK.key
    assert not (tmp_path / "keys" / "desk" / "desk-next.key").exists()
    with pytest.raises(DeskChanged):
        await mixer_with(road, tmp_path, DESK).turn()
    mixer = mixer_with(road, tmp_path, desk)
    await resume_campaign(road.database, "year", desk, road.clock)
    await mixer.turn()
    await road.live_campaigns.refresh()
    await road.rate("ann")
    await close_campaign(road.database, "year", desk, road.clock, "for a test")
    await mixer.turn()
    await mixer.turn()
    assert not await rows(road, tables.refused_acts)
    approvals = make_officers(settings, road.database, road.keys, desk, road.clock).approvals
    assert await request_result_entry(road.database, "year", approvals, "zhou") is None
    await mixer.turn()
    files = await make_bundle(road.database, "year", True)
    lost = "the desk's key was LOST and replaced"
    product = [one.what for one in verify(files, VerificationRequest([mixer.key]))]
    assert [one for one in product if lost in one and one.endswith("once")]
    key = minping_verify.read_key(mixer.key.write())
    alone = list(minping_verify.verify(files, minping_verify.Asked([key])))
    (signatures,) = [one for one in alone if one.name == "signatures"]
    assert signatures.ok
    assert signatures.finding.endswith(f"{lost} by log and gate: 1")
    act = [json.loads(row.body) for row in await rows(road, tables.log_entries)
           if row.kind == "keys"][-1]  # fmt: skip
    assert (act["lost"], act["reason"], act["people"]) == ("desk", "the disk broke", 2)


async def test_accounts_audit_log_and_waiting_cases_go_on_under_the_new_key(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(road, tmp_path)
    await record(road, DESK, 3)
    assert await anchor_rows(road.database, DESK, road.clock)
    await road.mixer.turn()
    await record(road, DESK, 2)
    case = waiting_case("one")
    vote = {"case_id": "one", "round": 1, "checker": "chen", "verdict": "uphold", "act": "vote"}
    async with writing(road.database) as connection:
        await connection.execute(insert(tables.cases), [case, waiting_case("two")])
        more = {"reason": "", "note": "", "at": 1, "mark": bytes(32)}
        await connection.execute(insert(tables.case_votes), [vote | more])
    lose(tmp_path)
    log = GuardedLog(
        road.database,
        Guard(tmp_path / "mixer" / "guard"),
        lambda: Keyring(tmp_path / "mixer").demand("log"),
        "minping",
    )
    signer = GateSigner(load_gate_keys(tmp_path / "keys"), "minping")
    given = (road.database, log, desk_ring(settings), signer, Loss("fire", 2), road.clock)
    # Killed after the act: what is done is not done twice.
    with monkeypatch.context() as patch:
        patch.setattr(desk_loss, "know_desk", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await replace_desk(*given)
    desk = await replace_desk(*given)
    assert len([row for row in await rows(road, tables.log_entries) if row.kind == "keys"]) == 2
    with pytest.raises(BadInput, match="is there"):
        await replace_desk(*given)
    await mixer_with(road, tmp_path, desk).turn()
    assert await checked(road, desk) == (5, 5, True)
    await record(road, desk, 2)
    assert await checked(road, desk) == (7, 5, True)
    await record(road, DESK, 1)
    assert await checked(road, desk) == (7, 5, False), "the lost key counts no more"
    assert await Roster(road.database, desk, desk_ring(settings).folder).wrong() == ()
    rounds = {row.id: row.round for row in await rows(road, tables.cases)}
    assert rounds == {"one": 2, "two": 1}


async def test_nobody_replaces_it_without_the_gate_of_the_log(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await road.mixer.turn()
    monkeypatch.setenv("DATABASE_URL", settings_of(road, tmp_path).database_url)
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    monkeypatch.setattr("getpass.getpass", lambda _prompt: PASSWORD)
    lose(tmp_path)
    keys = ["--keys", str(tmp_path / "mixer")]
    for people, reason, why in (
        ((*PEOPLE, *PEOPLE), "fire", "name two different people"),
        (("--by", "chen"), "fire", "no account that decides"),
        (PEOPLE, " ", "the reason is missing"),
    ):
        words = ["log", "replace-desk", "--reason", reason, *people, *keys]
        assert await asyncio.to_thread(main, words) == WRONG_INPUT
        assert why in capsys.readouterr().err
    before = len(await rows(road, tables.log_entries))
    (tmp_path / "keys" / "sign.key").write_bytes(bytes(32))
    words = ["log", "replace-desk", "--reason", "fire", *PEOPLE, *keys]
    assert await asyncio.to_thread(main, words) == WRONG_INPUT
    assert "another key of the gate" in capsys.readouterr().err
    assert len(await rows(road, tables.log_entries)) == before
    assert await asyncio.to_thread(main, ["audit", "verify"]) == PERSON_NEEDED
