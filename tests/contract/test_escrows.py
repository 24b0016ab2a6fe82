"""Keys of a running campaign in backups: under its escrow key, and gone with that, on both."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.__main__ import WRONG_INPUT, main
from bot.accounts.staff import add_staff
from bot.ballots.mixer import destroy_closed_secrets
from bot.campaigns.escrows import kept_escrows, make_escrow, note_destroyed, read_escrows
from bot.campaigns.summaries import show_campaign
from bot.core.settings import Settings
from bot.crypto.age_files import make_identity, open_nested
from bot.crypto.keyrings import KeyMissing
from bot.keeping import backups
from bot.keeping.escrowed import KeyGone
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
from bot.verification.bundle import make_bundle, request_result_entry
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.effects import StoreBallot
from survey_flows.errors import BadInput
from tests.contract.test_backups import SECRET, made, opened, settings_of
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_guarded_log import PASSWORD, rate
from tests.contract.test_mixer import admit, rows
from tests.contract.test_restore_drill import (  # noqa: F401 - a fixture
    Operator,
    cast,
    empty_url,
    gone_on,
    put_back,
)
from tests.desk import DESK

ESCROW, ESCROW_PUBLIC = make_identity()


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made_road:
        for login in ("zhou", "li"):
            await add_staff(made_road.roster, login, PASSWORD, "administrator")
        await rate(made_road, 0)
        yield made_road


def sealed_parts(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {name: raw for name, raw in parts.items() if name.endswith(".age")}


async def test_with_the_escrow_key_a_lost_disk_loses_nothing(
    road: Road,
    tmp_path: Path,
    empty_url: str,  # noqa: F811
) -> None:
    await make_escrow(road.database, DESK, "year", ESCROW_PUBLIC, road.clock)
    await road.mixer.turn()
    people = range(60, 63)
    await admit(road, *((f"{n}", StoreBallot(cast(n))) for n in people))
    backup = await made(road, tmp_path)
    assert backup.header.left_out == ()
    parts = sealed_parts(opened(backup.keys))
    (box,) = backup.header.boxes
    assert set(parts) == {"campaigns/year.age", f"boxes/{box}.age"}
    for raw in parts.values():
        assert open_nested(raw, [SECRET]) is None, "the operator alone opens none of them"
    other = Settings(data=tmp_path / "other", database_url=empty_url, log_origin="minping")
    operator, guard = Operator(), tmp_path / "mixer/guard"
    more = {"keys": backup.keys, "guard": guard, "escrows": [ESCROW]}
    restored = await put_back(road, other, backup, operator, **more)
    told = operator.told[0]
    assert (told.missing, told.unopened, told.keyless, restored.loss) == (0, 0, (), None)
    for name in ("voters/year.key", "mixer/campaign-year.key", f"mixer/box-{box}.key"):
        before, after = tmp_path / "keys" / name, tmp_path / "other/keys" / name
        assert after.read_bytes() == before.read_bytes()
        assert after.stat().st_mode & 0o077 == 0
    async with gone_on(road, empty_url, tmp_path / "other/keys") as back:
        await back.close("year")
        assert (await show_campaign(back.database, "year")).state == "closed"
        assert len(await rows(back, tables.ballots)) == 12 + len(people)
        await request_result_entry(back.database, "year", back.approvals, "zhou")
        await back.mixer.turn()
        files = await make_bundle(back.database, "year", openings=True)
        checks = verify(files, VerificationRequest(keys=[back.mixer.key]))
        assert [one.what for one in checks if not one.ok] == []


async def test_once_the_escrow_key_is_destroyed_no_backup_opens_what_the_close_destroyed(
    road: Road, tmp_path: Path
) -> None:
    await make_escrow(road.database, DESK, "year", ESCROW_PUBLIC, road.clock)
    before = await made(road, tmp_path)
    secrets = [
        path.read_bytes()
        for path in (tmp_path / "keys/voters/year.key", tmp_path / "mixer/campaign-year.key")
    ]
    await road.close("year")
    await destroy_closed_secrets(road.database, road.keys.voters)
    async with reading(road.database) as connection:
        assert await kept_escrows(connection, ["year", "other"]) == ("year",)
    await note_destroyed(road.database, DESK, "year", 2, road.clock)
    await road.mixer.turn()
    acts = [json.loads(row.body) for row in await rows(road, tables.log_entries) if row.body]
    assert [(act["state"], act.get("people")) for act in acts if act["kind"] == "escrow"] == [
        ("made", None),
        ("destroyed", 2),
    ]
    async with reading(road.database) as connection:
        assert await kept_escrows(connection, ["year"]) == ()
    road.clock.time += timedelta(minutes=1)
    after = await made(road, tmp_path)
    for backup in (before, after):
        parts = {**opened(backup.data), **opened(backup.keys)}
        for name, raw in parts.items():
            for secret in secrets:
                assert secret not in raw
                assert secret.hex().encode() not in raw
            if name.endswith(".age"):
                assert open_nested(raw, [SECRET, make_identity()[0]]) is None
    assert sealed_parts(opened(after.keys)) == {}
    with pytest.raises(BadInput, match="no escrow key that could be destroyed"):
        await note_destroyed(road.database, DESK, "year", 2, road.clock)


async def test_an_escrow_key_that_the_desk_has_not_signed_is_not_believed(
    road: Road, tmp_path: Path
) -> None:
    """Whoever owns the database would have the campaign's keys sealed to a key of their own."""
    stranger = Desk(bytes(32), "minping")
    await make_escrow(road.database, stranger, "year", ESCROW_PUBLIC, road.clock)
    backup = await made(road, tmp_path)
    assert backup.header.left_out == ("year",)
    assert sealed_parts(opened(backup.keys)) == {}
    async with writing(road.database) as connection:
        await connection.execute(update(tables.notices).values(signatures="[]"))
    async with reading(road.database) as connection:
        assert await read_escrows(connection, DESK) == {}


async def test_a_mixer_key_that_goes_meanwhile_is_no_half_backup(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_escrow(road.database, DESK, "year", ESCROW_PUBLIC, road.clock)
    tries = []

    def gone(*_arguments: object) -> object:
        tries.append(1)
        if len(tries) < 3:
            raise KeyGone(tmp_path / "box.key")
        return real(*_arguments)  # type: ignore[arg-type]

    real = backups.escrowed_keys
    with monkeypatch.context() as patch:
        patch.setattr(backups, "escrowed_keys", gone)
        await made(road, tmp_path)
    assert len(tries) == 3
    settings_of(road, tmp_path)
    road.clock.time += timedelta(minutes=1)
    (tmp_path / "keys/voters/year.key").rename(tmp_path / "elsewhere")
    with pytest.raises(KeyMissing, match=r"voters/year\.key"):
        await made(road, tmp_path)
    (tmp_path / "elsewhere").rename(tmp_path / "keys/voters/year.key")
    for box in (tmp_path / "mixer").glob("box-*.key"):
        box.rename(tmp_path / box.name)
    with pytest.raises(KeyMissing, match="box-"):
        await made(road, tmp_path)


async def test_the_commands_print_the_secret_once_and_ask_who_destroys_it(
    road: Road,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = settings_of(road, tmp_path)
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", settings.database)
    assert await asyncio.to_thread(main, ["backup", "escrow", "nowhere"]) == WRONG_INPUT
    told = capsys.readouterr()
    assert "AGE-SECRET-KEY" not in told.out + told.err
    assert await asyncio.to_thread(main, ["backup", "escrow", "year"]) == 0
    secret = capsys.readouterr().out.splitlines()[0]
    assert secret.startswith("AGE-SECRET-KEY-1")
    assert await asyncio.to_thread(main, ["backup", "escrow", "year"]) == WRONG_INPUT
    told = capsys.readouterr()
    assert "has an escrow key already" in told.err
    assert "AGE-SECRET-KEY" not in told.out + told.err
    for path in tmp_path.rglob("*"):  # noqa: ASYNC240
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path
    backup = await made(road, tmp_path)
    (part,) = [raw for name, raw in opened(backup.keys).items() if name.startswith("campaigns/")]
    assert open_nested(part, [secret]) is not None
    words = ["backup", "destroyed", "year", "--by", "zhou", "--by", "li"]
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "guessed")
    assert await asyncio.to_thread(main, words) == WRONG_INPUT
    assert "this password is wrong" in capsys.readouterr().err
    monkeypatch.setattr("getpass.getpass", lambda _prompt: PASSWORD)
    assert await asyncio.to_thread(main, words) == 0
    assert "No backup opens that campaign's keys any more" in capsys.readouterr().out
    acts = [row.act for row in await rows(road, tables.audit)]
    assert acts == ["backup escrow"] * 3 + ["backup destroyed"] * 2
