"""Administrators see the last backup and make one; nobody else does, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.accounts.audit_log import read_records
from bot.accounts.staff import add_staff
from bot.campaigns.escrows import make_escrow, note_destroyed
from bot.core.clock import SystemClock
from bot.crypto.age_files import make_identity
from bot.service.health_checks import BACKUP_SECONDS, backup_check
from bot.service.last_backup import LastBackup, read_last_backup, write_last_backup
from bot.web.server import make_web
from tests.console import PASSWORD, Console, texts
from tests.web_city import Clock, city

PUBLIC = make_identity()[1]


async def console_of(
    folder: Path, valkey_url: str, store_url: str, **settings: str
) -> AsyncIterator[Console]:
    stored = {"database_url": store_url, "log_origin": "minping"}
    async with city(folder / "data", valkey_url, **stored, **settings) as town:
        for login, role in (("zhou", "administrator"), ("li", "staff")):
            await add_staff(town.service.roster, login, PASSWORD, role)
        async with TestClient(TestServer(make_web(town.service))) as client:
            yield Console(client, town.service)


@pytest.fixture
async def console(tmp_path: Path, valkey_url: str, store_url: str) -> AsyncIterator[Console]:
    (tmp_path / "away").mkdir()
    where = {"backup_folder": str(tmp_path / "away"), "backup_key": PUBLIC}
    async for made in console_of(tmp_path, valkey_url, store_url, **where):
        yield made


async def test_an_administrator_makes_a_backup_and_reads_what_it_lacks(
    console: Console, tmp_path: Path
) -> None:
    await console.sign_in()
    page = texts(await console.open("/admin/settings"))
    assert "No backup was made by this installation." in page
    assert "Running without an escrow key: 2026." in page
    done = texts(await console.post("/admin/settings", {"csrf": console.csrf, "act": "backup"}))
    assert "The backup was made and checked." in done
    assert "The last backup is of " in done
    assert sorted(path.name[:5] for path in (tmp_path / "away").iterdir()) == ["data-", "keys-"]
    acts = [record.act for record in await read_records(console.service.database)]
    assert acts[0] == "/admin/settings backup"
    service = console.service
    await make_escrow(service.database, service.desk, "2026", PUBLIC, service.clock)
    page = texts(await console.open("/admin/settings"))
    assert "Running without an escrow key" not in page
    await note_destroyed(service.database, service.desk, "2026", 1, service.clock)
    assert "Running without an escrow key: 2026." in texts(await console.open("/admin/settings"))


async def test_nobody_else_makes_one(console: Console, tmp_path: Path) -> None:
    await console.sign_in("li")
    await console.post("/admin/settings", {"csrf": console.csrf, "act": "backup"})
    assert list((tmp_path / "away").iterdir()) == []


async def test_without_folder_and_key_there_is_no_button(
    tmp_path: Path, valkey_url: str, store_url: str
) -> None:
    async for console in console_of(tmp_path, valkey_url, store_url):
        await console.sign_in()
        page = await console.open("/admin/settings")
        assert 'value="backup"' not in page
        assert "Whoever runs the machine makes backups" in page
        form = {"csrf": console.csrf, "act": "backup"}
        refused = texts(await console.post("/admin/settings", form))
        assert "button" in refused
        assert not (tmp_path / "data/last-backup").exists()


async def test_a_late_backup_degrades_and_none_at_all_says_nothing(tmp_path: Path) -> None:
    clock = Clock()
    late = backup_check(tmp_path, clock)
    assert await late()
    now = int(clock.now().timestamp())
    for age, well in (
        (60, True),
        (int(BACKUP_SECONDS) - 1, True),
        (int(BACKUP_SECONDS) + 1, False),
    ):
        write_last_backup(tmp_path, LastBackup(now - age, "data.age", 7))
        assert await late() == well
    (tmp_path / "last-backup").write_text("damaged")
    assert read_last_backup(tmp_path) is None
    assert await backup_check(tmp_path, SystemClock())()
