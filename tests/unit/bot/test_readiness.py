"""The registry of readiness, and the checks that the service itself answers."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from sqlalchemy import func, select, update

from bot.ballots.mixer import Mixer
from bot.core.settings import Settings
from bot.service import readiness as readiness_module
from bot.service.composition import open_store
from bot.service.health_checks import (
    clock_check,
    database_check,
    disk_check,
    make_readiness,
)
from bot.service.readiness import Readiness
from bot.storage.database import open_database, reading, writing
from bot.storage.schema import all as tables
from bot.web.server import make_web
from tests.web_city import city


@dataclass
class Answers:
    """Checks whose answers a test sets; an answer may be an error, or a wait for ever."""

    found: dict[str, Any] = field(default_factory=dict)
    asked: int = 0

    def ask(self, name: str) -> Any:
        async def answer() -> bool:
            self.asked += 1
            found = self.found.get(name, True)
            if isinstance(found, Exception):
                raise found
            if isinstance(found, asyncio.Event):
                await found.wait()
                return True
            return bool(found)

        return answer


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine answers late; a test of the limit sets its own."""
    monkeypatch.setattr(readiness_module, "PATIENCE", 60.0)


async def test_needed_checks_fail_others_degrade_and_each_recovers() -> None:
    answers, made = Answers(), Readiness()
    assert made.failed == ["checks"], "nothing is known before the first look"
    for name, needed in (("disk", True), ("box", True), ("clock", False)):
        made.add(name, answers.ask(name), needed=needed)
    await made.look()
    assert (made.failed, made.degraded) == ([], [])
    answers.found = {"disk": False, "box": OSError("x"), "clock": False}
    await made.look()
    assert (made.failed, made.degraded) == (["box", "disk"], ["clock"])
    answers.found = {}
    await made.look()
    assert (made.failed, made.degraded) == ([], [])


async def test_a_check_may_take_several_looks_to_count() -> None:
    answers, made = Answers({"database": False}), Readiness()
    made.add("database", answers.ask("database"), needed=True, tries=2)
    await made.look()
    assert made.failed == []
    await made.look()
    assert made.failed == ["database"]
    answers.found = {}
    await made.look()
    answers.found = {"database": False}
    await made.look()
    assert made.failed == []


async def test_a_check_that_hangs_holds_up_no_other_and_is_asked_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(readiness_module, "PATIENCE", 0.01)
    free = asyncio.Event()
    answers, made = Answers({"database": free}), Readiness()
    made.add("database", answers.ask("database"), needed=True)
    made.add("clock", answers.ask("clock"), needed=False)
    for _ in range(3):
        await made.look()
    assert (made.failed, made.degraded, answers.asked) == (["database"], [], 4)
    free.set()
    await asyncio.sleep(0)
    await made.look()
    assert made.failed == []


async def test_results_that_are_old_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Readiness()
    made.add("disk", Answers().ask("disk"), needed=True)
    await made.look()
    monkeypatch.setattr(readiness_module, "STALE", -1.0)
    assert made.failed == ["checks"]


async def test_periodic_work_degrades_while_its_rounds_fail_or_do_not_end() -> None:
    made = Readiness()
    note, late = made.watch("mixer", within=60), made.watch("task:deletion", within=-1)
    await made.look()
    assert made.degraded == ["task:deletion"]
    note(False)
    late(True)
    await made.look()
    assert (made.failed, made.degraded) == ([], ["mixer", "task:deletion"])
    note(True)
    await made.look()
    assert made.degraded == ["task:deletion"]


async def test_a_change_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    answers, made = Answers({"disk": False}), Readiness()
    made.add("disk", answers.ask("disk"), needed=True)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await made.look()
        answers.found = {}
        await made.look()
    assert [record.message for record in caplog.records] == [
        "ready for ballots: False; failed ['disk'], degraded []",
        "ready for ballots: True; failed [], degraded []",
    ]


async def test_the_database_is_written_and_read_and_nothing_stays(store_url: str) -> None:
    async with open_store(Settings(database_url=store_url)) as database:
        ask = database_check(database)
        assert await ask()
        async with reading(database) as connection:
            query = select(func.count()).select_from(tables.updates)
            assert (await connection.execute(query)).scalar_one() == 0


async def test_a_database_that_another_holds_or_that_is_not_there_is_told(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness_module, "PATIENCE", 0.2)
    async with open_store(Settings(database_url=sqlite_url)) as database:
        made = Readiness()
        made.add("database", database_check(database), needed=True)
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            await made.look()
            assert made.failed == ["database"]
            other.rollback()
        async with asyncio.timeout(60):
            while made.failed:
                await made.look()
    away = open_database("postgresql://nobody@127.0.0.1:1/none")
    made = Readiness()
    made.add("database", database_check(away), needed=True)
    await made.look()
    assert made.failed == ["database"]
    await away.dispose()


def test_little_room_on_a_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Disk:
        f_frsize, f_blocks, f_bavail = 4096, 1_000_000, 65_536  # 256 MB of 4 GB

    monkeypatch.setattr(os, "statvfs", lambda _: Disk)

    def found(**limits: Any) -> bool:
        return asyncio.run(disk_check([tmp_path], **limits)())  # type: ignore[arg-type]

    assert found(least=256 << 20, share=0.05)
    Disk.f_bavail -= 1
    assert not found(least=256 << 20)
    assert found(least=0, share=0.05)
    assert not found(share=0.07)


@dataclass
class Wall:
    """A wall clock that a test moves."""

    time: datetime = datetime(2026, 11, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def token(self) -> str:
        return "PULSE"


async def test_a_clock_that_jumps_is_told_for_a_minute(sqlite_url: str) -> None:
    database, wall, steady = open_database(sqlite_url), Wall(), [0.0]
    ask = clock_check(database, wall, lambda: steady[0])

    async def after(seconds: float, jump: float = 0.0) -> bool:
        steady[0] += seconds
        wall.time += timedelta(seconds=seconds + jump)
        return await ask()

    assert await after(0)
    assert await after(5, 4)
    assert not await after(5, 2)
    assert not await after(50)
    assert await after(15)
    assert not await after(5, -3600)
    await database.dispose()


@pytest.mark.postgres
async def test_a_clock_that_the_database_contradicts_is_told(bare_postgres_url: str) -> None:
    database, wall = open_database(bare_postgres_url), Wall(datetime.now(UTC))
    assert not await clock_check(database, Wall(wall.time + timedelta(seconds=-30)))()
    assert not await clock_check(database, Wall(wall.time + timedelta(hours=1)))()
    await database.dispose()


async def test_without_a_key_to_seal_to_no_ballot_can_be_taken(
    tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with city(tmp_path, valkey_url) as town:
        service = town.service
        assert isinstance(service.mixer, Mixer)
        gate, mixer, away = service.conductor._gate, service.mixer, unreachable()
        monkeypatch.setattr(mixer._keys, "renew", _nothing)
        parts = (service.settings, service.database, away, service.clock, gate, mixer)
        made = make_readiness(*parts)
        await made.look()
        assert (made.failed, "valkey" in made.degraded) == ([], True)
        secrets = list((tmp_path / "keys" / "mixer").glob("box-*")) or list(
            (tmp_path / "keys" / "mixer").glob("*.key")
        )
        kept = {path: path.read_bytes() for path in secrets}
        for path in secrets:
            path.unlink()
        await made.look()
        assert made.failed == ["box"], "the secret is gone"
        for path, secret in kept.items():
            path.write_bytes(secret)
        await made.look()
        assert made.failed == []
        async with writing(service.database) as connection:
            await connection.execute(update(tables.mixer_keys).values(signature=bytes(64)))
        gate._trusted.clear()
        await made.look()
        assert made.failed == ["box"], "the log's key has not signed it"


def unreachable() -> Redis:
    """A Redis that is away, and is not tried for seconds."""
    return Redis(port=1, retry=Retry(NoBackoff(), 0))


async def _nothing() -> None:
    return None


async def test_the_page_tells_the_last_look_and_does_no_work(
    tmp_path: Path, valkey_url: str
) -> None:
    answers = Answers()
    async with city(tmp_path, valkey_url) as town:
        ready = town.service.readiness
        ready.add("disk", answers.ask("disk"), needed=True)
        ready.add("telegram", answers.ask("telegram"), needed=False)
        async with TestClient(TestServer(make_web(town.service))) as client:
            for down, status in (((), 200), (("telegram",), 200), (("disk", "telegram"), 503)):
                answers.found = dict.fromkeys(down, False)
                await ready.look()
                asked = answers.asked
                async with client.get("/readyz") as answer:
                    found = await answer.json()
                assert answer.status == status
                assert answer.headers["Cache-Control"] == "no-store"
                assert found["failed"] == [name for name in down if name == "disk"]
                assert ("telegram" in found["degraded"]) == ("telegram" in down)
                assert answers.asked - asked in (0, 2), "two more by a look in the background"
                async with client.get("/healthz") as answer:
                    assert (answer.status, await answer.text()) == (200, "ok\n")
