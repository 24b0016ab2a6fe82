"""The first sign-in: a link in a file, good once; nothing that opens anything is printed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from bot.accounts.first_sign_in import FILE, write_link
from bot.accounts.staff import find_account
from bot.core.settings import Settings
from bot.service.composition import build
from bot.serving import serve
from bot.web.server import make_web
from tests.console import Console, texts
from tests.waiting import until
from tests.web_city import Clock

PASSWORD = "a bicycle in the rain"
FORM = {"new": PASSWORD, "again": PASSWORD}


@pytest.fixture
async def started(tmp_path: Path, valkey_url: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Start an installation and stop it; return what it printed."""
    settings = Settings(data=tmp_path, redis_url=valkey_url, port=0)
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(settings, stop))
    await until(lambda: (tmp_path / FILE).exists() or serving.done())
    stop.set()
    await serving
    return capsys.readouterr().out


@pytest_asyncio.fixture
async def console(tmp_path: Path, valkey_url: str, started: str) -> AsyncIterator[Console]:
    async with (
        build(Settings(data=tmp_path, redis_url=valkey_url), Clock()) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        yield Console(client, service)


def token(folder: Path) -> str:
    return (folder / FILE).read_text().strip().partition("#")[2]


async def test_the_start_names_the_file_and_prints_nothing_that_opens(
    started: str, tmp_path: Path
) -> None:
    file = tmp_path / FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/admin/first#[\w-]{43}\n", file.read_text())
    assert str(file) in started
    assert token(tmp_path) not in started
    assert "assword" not in started
    assert "密码" not in started


async def test_the_link_opens_once_and_the_file_goes(console: Console, tmp_path: Path) -> None:
    known = token(tmp_path)
    assert "First sign-in" in texts(await console.open("/admin/first"))
    for fields, status, said in (
        (FORM | {"token": "guessed"}, 401, "not the code of the link"),
        (FORM | {"token": known, "again": "another one entirely"}, 422, "differ"),
        ({"token": known, "new": "short", "again": "short"}, 422, "12 to 256 characters"),
    ):
        assert said in texts(await console.post("/admin/first", fields))
        assert console.status == status
        assert (tmp_path / FILE).exists()
    assert "Campaigns" in texts(await console.post("/admin/first", FORM | {"token": known}))
    assert not (tmp_path / FILE).exists()
    await console.open("/admin/first")
    assert console.status == 404
    await console.post("/admin/first", FORM | {"token": known})
    assert console.status == 404
    account = await find_account(console.service.database, "admin")
    assert account is not None
    assert (account.role, account.initial_until) == ("administrator", 0)
    assert await write_link(tmp_path, console.service.roster, "http://x") is None


async def test_a_new_start_makes_a_new_link(console: Console, tmp_path: Path) -> None:
    before = token(tmp_path)
    assert await write_link(tmp_path, console.service.roster, "http://x") == tmp_path / FILE
    assert token(tmp_path) != before
    await console.post("/admin/first", FORM | {"token": before})
    assert console.status == 401
