"""Backups of a running installation, on both databases: what is in them, and what ends them."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import shutil
import sqlite3
import stat
import tarfile
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from threading import Event

import pyrage
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from bot.__main__ import NOT_NOW, WRONG_INPUT, main
from bot.core.faults import NotNow
from bot.core.operator_needed import OperatorNeeded
from bot.core.settings import Settings
from bot.crypto.age_files import make_identity, seal_file
from bot.keeping import backups
from bot.keeping.backups import DAY, WORK, Backup, make_backup
from bot.keeping.container import Step, read_header
from bot.keeping.database_copies import PART_NAMES, _PostgresMoment, dialect_of, moment_of
from bot.keeping.verifying import open_backup
from bot.storage.database import open_database, writing
from bot.storage.schema import all as tables
from survey_flows.effects import StoreBallot
from survey_flows.errors import BadInput
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_guarded_log import rate, unlock
from tests.contract.test_mixer import admit, ballot, rows
from tests.running import fill, small_disk

SECRET, PUBLIC = make_identity()
INSTALLATION = {
    *("keys/contacts.key", "keys/follow.key", "keys/gate.key", "keys/sign.key", "keys/staff.key"),
    *("keys/desk/desk.key", "keys/desk/accounts", "keys/mixer/log.key", "messengers/sms.yaml"),
    "openid/city.yaml",
}


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


def no_step(_done: int, _total: int) -> None:
    pass


def settings_of(road: Road, folder: Path) -> Settings:
    """The settings of an installation whose mixer has its keys where the service looks."""
    keys = folder / "keys" / "mixer"
    if not keys.exists():
        (folder / "mixer").rename(keys)
        (folder / "mixer").symlink_to(keys)
    url = road.database.url.render_as_string(hide_password=False)
    return Settings(database_url=url, data=folder, log_origin="minping")


def whole_installation(folder: Path) -> None:
    """Add a key of each kind that there is."""
    for name in ("hours/1.key", "lobbies/2026-11.key", "updates/7.key", "conversations/year.key"):
        path = folder / "keys" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(os.urandom(32))
    for name in ("contacts", "staff"):
        (folder / "keys" / f"{name}.key").write_bytes(os.urandom(32))
    (folder / "keys/desk/accounts").write_text("{}")
    (folder / "messengers").mkdir()
    (folder / "messengers/sms.yaml").write_text("provider: none\n")
    (folder / "openid").mkdir()
    (folder / "openid/city.yaml").write_text("client_secret: none\n")


async def made(road: Road, folder: Path) -> Backup:
    (folder / "away").mkdir(exist_ok=True)
    settings = settings_of(road, folder)
    return await make_backup(settings, road.database, folder / "away", PUBLIC, road.clock, no_step)


def opened(path: Path) -> dict[str, bytes]:
    """What `age` and `tar` show of a file."""
    raw = pyrage.decrypt(path.read_bytes(), [pyrage.x25519.Identity.from_str(SECRET)])
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        found = {one.name: archive.extractfile(one) for one in archive.getmembers()}
        return {name: file.read() for name, file in found.items() if file is not None}


def left(folder: Path) -> list[str]:
    """The files in a folder of backups, and what is left of unsealed copies."""
    work = [path.name for path in (folder / WORK).glob("*") if path.name != "used"]
    return sorted([*(path.name for path in (folder / "away").iterdir()), *work])


async def test_a_backup_of_a_running_service_is_whole_and_opens_by_age_and_tar(
    road: Road, tmp_path: Path
) -> None:
    whole_installation(tmp_path)
    await rate(road, 0)
    await admit(road, *((f"w{n}", StoreBallot(ballot(50 + n))) for n in range(3)))
    backup = await made(road, tmp_path)
    header = backup.header
    assert (header.ballots, header.waiting, header.log_size) == (12, 4, 26)
    # The comments of the year wait in one envelope of their own.
    assert (header.running, header.left_out) == (("year",), ("year",))
    assert left(tmp_path) == [backup.data.name, backup.keys.name]
    for path in (backup.data, backup.keys):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    part = PART_NAMES[dialect_of(settings_of(road, tmp_path).database)]
    data, keys = opened(backup.data), opened(backup.keys)
    assert (list(data), next(iter(keys))) == (["header.json", part], "header.json")
    assert set(keys) - {"header.json"} == INSTALLATION
    assert keys["keys/gate.key"] == (tmp_path / "keys/gate.key").read_bytes()
    said = read_header(data["header.json"])
    assert (said.backup, said.note) == (read_header(keys["header.json"]).backup, header.note)
    for kind, path in (("data", backup.data), ("keys", backup.keys)):
        folder = tmp_path / f"opened-{kind}"
        folder.mkdir()
        found, _ = await open_backup(path, SECRET, folder, no_step)
        assert found.kind == kind


async def test_no_key_that_has_to_die_is_in_a_backup(road: Road, tmp_path: Path) -> None:
    whole_installation(tmp_path)
    await rate(road, 0)
    settings_of(road, tmp_path)
    dying = [
        path
        for path in (tmp_path / "keys").rglob("*.key")
        if str(path.relative_to(tmp_path)) not in INSTALLATION
    ]
    assert {path.parent.name for path in dying} == {
        "voters", "mixer", "hours", "lobbies", "updates", "conversations",
    }  # fmt: skip
    backup = await made(road, tmp_path)
    everything = [*opened(backup.data).values(), *opened(backup.keys).values()]
    for path in dying:
        for raw in (path.read_bytes(), path.read_bytes().hex().encode()):
            assert not any(raw in part for part in everything), path
    leaves = (tmp_path / "mixer/guard/leaves").read_bytes()
    assert not any(leaves in part for part in opened(backup.keys).values())


async def test_what_is_written_after_the_moment_is_not_in_the_copy(
    road: Road, tmp_path: Path
) -> None:
    settings = settings_of(road, tmp_path)
    copy = tmp_path / "copy"
    async with moment_of(settings.database, road.database) as moment:
        await rate(road, 0)
        await moment.write(copy, no_step)
    assert len(await rows(road, tables.ballots)) == 12
    if dialect_of(settings.database) == "sqlite":
        with closing(sqlite3.connect(copy)) as old:
            assert old.execute("SELECT count(*) FROM ballots").fetchone() == (0,)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


async def test_an_interrupted_backup_leaves_nothing(road: Road, tmp_path: Path) -> None:
    begun, go_on = Event(), Event()

    def step(_done: int, _total: int) -> None:
        begun.set()
        go_on.wait(0.2)

    (tmp_path / "away").mkdir()
    task = asyncio.create_task(
        make_backup(
            settings_of(road, tmp_path), road.database, tmp_path / "away", PUBLIC, road.clock, step
        )
    )
    await asyncio.to_thread(begun.wait)
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert left(tmp_path) == []


async def test_what_a_kill_left_goes_with_the_next_backup(road: Road, tmp_path: Path) -> None:
    left_over = tmp_path / WORK / "copy"
    left_over.mkdir(parents=True)
    (left_over / "minping.sqlite3").write_bytes(b"ballots")
    backup = await made(road, tmp_path)
    assert left(tmp_path) == [backup.data.name, backup.keys.name]


async def test_a_draft_that_a_kill_left_goes_once_it_is_a_day_old(
    road: Road, tmp_path: Path
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    names = (".data-old.age.part", ".keys-old.age.part", ".data-new.age.part", ".other.part")
    for name in names:
        (away / name).write_bytes(b"half")
        age = 60 if "new" in name else DAY + 60
        moment = road.clock.time.timestamp() - age
        os.utime(away / name, (moment, moment))
    backup = await made(road, tmp_path)
    kept = {".data-new.age.part", ".other.part", backup.data.name, backup.keys.name}
    assert {path.name for path in away.iterdir()} == kept


async def test_two_backups_do_not_run_at_once(road: Road, tmp_path: Path) -> None:
    with (
        backups.work_folder(settings_of(road, tmp_path)),
        pytest.raises(BadInput, match="another backup or restore of this data folder is running"),
    ):
        await made(road, tmp_path)


async def test_a_disk_without_room_is_refused_before_and_told_in_the_midst(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rate(road, 0)
    settings = settings_of(road, tmp_path)
    with small_disk(tmp_path / "away", 1) as disk:
        fill(disk)
        if dialect_of(settings.database) == "sqlite":
            with pytest.raises(NotNow, match="the disk is full"):
                await made(road, tmp_path)
        monkeypatch.setattr(backups, "ROOM", 0)
        with pytest.raises(NotNow, match="the disk is full"):
            await made(road, tmp_path)
        assert left(tmp_path) == ["filler"]


async def test_changed_rows_of_the_log_make_no_backup(road: Road, tmp_path: Path) -> None:
    await rate(road, 0)
    await unlock(road)
    async with writing(road.database) as connection:
        changed = update(tables.log_entries).where(tables.log_entries.c.position == 5)
        await connection.execute(changed.values(label=bytes(range(32))))
    with pytest.raises(BadInput, match="do not give the root that was signed"):
        await made(road, tmp_path)
    assert left(tmp_path) == []


async def test_a_database_that_the_guard_does_not_know_makes_no_backup(
    road: Road, tmp_path: Path
) -> None:
    settings_of(road, tmp_path)
    shutil.copytree(tmp_path / "mixer/guard", tmp_path / "older")
    await rate(road, 0)
    shutil.rmtree(tmp_path / "mixer/guard")
    shutil.copytree(tmp_path / "older", tmp_path / "mixer/guard")
    with pytest.raises(OperatorNeeded, match="not the beginning of what the guard knows"):
        await made(road, tmp_path)
    assert left(tmp_path) == []


async def test_a_file_that_is_not_as_it_was_is_one_sentence_and_exit_code_1(
    road: Road,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    backup = await made(road, tmp_path)
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    own, other, file = tmp_path / "own", tmp_path / "other", tmp_path / "file"
    own.write_text(f"# a comment\n{SECRET}\n")
    other.write_text(make_identity()[0])
    nothing = tmp_path / "nothing"
    nothing.write_text("# no key\n")
    raw = backup.data.read_bytes()
    middle = len(raw) // 2
    changed = raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]
    swapped = opened(backup.data)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as made_anew:
        for name, part in swapped.items():
            info = tarfile.TarInfo(name)
            info.size = len(part)
            made_anew.addfile(info, io.BytesIO(part[:-1] + b"x" if name != "header.json" else part))
    damaged = "this file is no sealed file, or is cut off or was changed"
    for content, secret, said in (
        (raw, other, "this file was sealed to another key"),
        (raw[:middle], own, damaged),
        (raw[:-1], own, damaged),
        (changed, own, damaged),
        (b"", own, damaged),
        (b"SQLite format 3\0" * 99, own, damaged),
        (seal_file(b"hello", PUBLIC), own, "holds no backup, or not all of one"),
        (seal_file(archive.getvalue(), PUBLIC), own, "is not what the backup's header says"),
        (raw, nothing, "this file holds no secret key of age"),
    ):
        file.write_bytes(content)
        words = ["backup", "verify", str(file), "--secret", str(secret)]
        assert await asyncio.to_thread(main, words) == WRONG_INPUT
        told = capsys.readouterr()
        assert (told.out, told.err.count("\n")) == ("", 1)
        assert said in told.err
        assert left(tmp_path) == [backup.data.name, backup.keys.name]
    words = ["backup", "verify", str(backup.data), "--secret", str(own)]
    assert await asyncio.to_thread(main, words) == 0
    assert f"{backup.data} is whole: 1 parts" in capsys.readouterr().out


async def test_the_command_makes_a_backup_and_tells_no_secret(
    road: Road,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = settings_of(road, tmp_path)
    whole_installation(tmp_path)
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", settings.database)
    (tmp_path / "away").mkdir()
    caplog.set_level(logging.DEBUG)
    words = ["backup", "new-key", str(tmp_path / "secret")]
    assert await asyncio.to_thread(main, words) == 0
    public = capsys.readouterr().out.strip()
    secret = (tmp_path / "secret").read_text().splitlines()[-1]
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert await asyncio.to_thread(main, words) == WRONG_INPUT, "no key is overwritten"
    capsys.readouterr()
    words = ["backup", "make", "--to", str(tmp_path / "away"), "--key", public]
    assert await asyncio.to_thread(main, words) == 0
    said = capsys.readouterr()
    assert "Campaign year is running: its keys are in no backup." in said.out
    told = said.out + said.err + caplog.text
    for path in (tmp_path / "keys").rglob("*.key"):
        assert path.read_bytes().hex() not in told
        assert repr(path.read_bytes()) not in told
    assert secret not in told
    assert await rows(road, tables.audit) == [], "a row would put the log ahead of every backup"
    nameless = words[:2]
    assert await asyncio.to_thread(main, nameless) == WRONG_INPUT
    assert "set MINPING_BACKUP_FOLDER and MINPING_BACKUP_KEY once" in capsys.readouterr().err
    wrong = [*words[:-1], "age1none"]
    assert await asyncio.to_thread(main, wrong) == WRONG_INPUT
    nowhere = [*words[:3], str(tmp_path / "nowhere"), *words[4:]]
    assert await asyncio.to_thread(main, nowhere) == WRONG_INPUT
    assert "no such folder" in capsys.readouterr().err


@pytest.mark.postgres
async def test_a_dump_that_takes_longer_than_an_idle_transaction_may_is_whole(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience = 0.2
    dumps = _PostgresMoment.write

    async def slowly(self: _PostgresMoment, target: Path, step: Step) -> None:
        await asyncio.sleep(3 * patience)
        await dumps(self, target, step)

    monkeypatch.setattr(_PostgresMoment, "write", slowly)
    engine = open_database(postgres_url, patience)
    try:
        async with moment_of(postgres_url, engine) as moment:
            await moment.write(tmp_path / "copy", no_step)
            async with moment.reading(tmp_path / "copy") as connection:
                assert (await connection.execute(select(tables.campaigns))).all() == []
        # Other transactions of the same pool are still given up.
        query = select(tables.campaigns)
        async with engine.connect() as connection:
            await connection.execute(query)
            await asyncio.sleep(3 * patience)
            with pytest.raises(DBAPIError):
                await connection.execute(query)
    finally:
        await engine.dispose()


@pytest.mark.postgres
async def test_without_the_programs_of_postgresql_nothing_is_made(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make_road(postgres_url, tmp_path) as road:
        programs = tmp_path / "programs"
        programs.mkdir()
        monkeypatch.setenv("PATH", str(programs))
        with pytest.raises(NotNow, match="pg_dump of PostgreSQL is not on this machine"):
            await made(road, tmp_path)
        for says, told in (
            ("aborting because of server version mismatch", "is older than the PostgreSQL server"),
            ("No space left on device", "the disk is full"),
            ("connection lost", "came to no end"),
        ):
            (programs / "pg_dump").write_text(f"#!/bin/sh\necho '{says}' >&2\nexit 1\n")
            (programs / "pg_dump").chmod(0o700)
            with pytest.raises(NotNow, match=told):
                await made(road, tmp_path)
        monkeypatch.setenv("MINPING_DATA", str(tmp_path))
        monkeypatch.setenv("DATABASE_URL", postgres_url)
        words = ["backup", "make", "--to", str(tmp_path / "away"), "--key", PUBLIC]
        assert await asyncio.to_thread(main, words) == NOT_NOW
        assert left(tmp_path) == []
