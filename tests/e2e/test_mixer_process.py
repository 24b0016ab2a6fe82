"""The mixer as a process of its own: the service has none of its keys, and seals to no other."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.__main__ import main
from bot.ballots.mixer import BATCH
from bot.ballots.remote_mixer import RemoteMixer
from bot.campaigns.lifecycle import close_campaign, create_campaign
from bot.conversations.conductor import Unavailable
from bot.conversations.contract import Incoming
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import Service, build, finish_closing, run_mixer_once
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.events import Pressed, Started
from tests.contract.test_conductor import draft
from tests.openings import open_campaign
from tests.waiting import PATIENCE, until


@pytest.fixture
def settings(tmp_path: Path, store_url: str, valkey_url: str) -> Settings:
    return Settings(data=tmp_path / "service", database_url=store_url, redis_url=valkey_url)


def say(settings: Settings, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINPING_DATA", str(settings.data))
        patch.setenv("DATABASE_URL", settings.database_url)
        assert main(words) == 0
    return capsys.readouterr().out.strip()


@contextmanager
def mixing(
    settings: Settings, keys: Path, gate: str, desk: str
) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "MINPING_DATA": str(keys.parent / "nothing"),
        "DATABASE_URL": settings.database_url,
    }
    command = [sys.executable, "-m", "bot", "mixer", "run", "--keys", str(keys), "--gate", gate]
    command += ["--desk", desk]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) in (0, -signal.SIGKILL)


async def count(service: Service, table: str) -> int:
    async with reading(service.database) as connection:
        query = select(func.count()).select_from(tables.metadata.tables[table])
        return int((await connection.execute(query)).scalar_one())


async def state(service: Service) -> str:
    async with reading(service.database) as connection:
        return str((await connection.execute(select(tables.campaigns.c.state))).scalar_one())


async def rate(service: Service, link: str, user: str) -> str:
    """Rate from start to receipt; return the step of the last screen."""
    reply = await service.conductor.handle(
        Incoming(f"{user}:0", "test", user, Started(link=link, unit="TAX", lang="en"))
    )
    for number, label in enumerate(
        ["Used a", "Satisfied", "Very s", "Very s", "Very s", "Skip", "Submit"], 1
    ):
        assert reply.screen is not None
        data = next(
            button.data for row in reply.screen.rows for button in row if label in button.label
        )
        reply = await service.conductor.handle(
            Incoming(f"{user}:{number}", "test", user, Pressed(data))
        )
    assert reply.screen is not None
    return reply.screen.step


async def holds(service: Service, what: str, value: object) -> None:
    async def found() -> bool:
        return (await state(service) if what == "state" else await count(service, what)) == value

    await until(found)


def test_mixed_elsewhere_and_killed_there(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = tmp_path / "mixer"
    log_key = say(settings, capsys, "mixer", "key", "--keys", str(secrets))
    gate = say(settings, capsys, "mixer", "gate")
    desk = say(settings, capsys, "mixer", "desk")
    apart = Settings(settings.data, settings.database_url, settings.redis_url, log_key=log_key)

    async def drive() -> None:
        async with build(apart, SystemClock()) as service:
            assert isinstance(service.mixer, RemoteMixer)
            link = (
                await create_campaign(
                    service.database,
                    draft(closes=draft().closes_at - draft().opens_at),
                    SystemClock(),
                )
            ).token
            await open_campaign(service.database, "year", service.keys, service.desk)
            await service.live_campaigns.refresh()
            await run_mixer_once(service.mixer, service.database, service.keys)
            assert await state(service) == "opening", "only the mixer opens"
            with mixing(settings, secrets, gate, desk) as process:
                await holds(service, "state", "open")
                await service.live_campaigns.refresh()
                assert {await rate(service, link, f"citizen {n}") for n in range(BATCH)} == {
                    "receipt"
                }
                await holds(service, "ballots", BATCH)
                process.kill()
            for n in range(3):
                await rate(service, link, f"later {n}")
            assert (await count(service, "ballots"), await count(service, "staging")) == (BATCH, 3)
            await close_campaign(
                service.database, "year", service.desk, service.clock, "for a test"
            )
            with mixing(settings, secrets, gate, desk):
                await finish_closing(apart, service.database, service.keys, SystemClock())
                assert await state(service) == "closed"
                assert (await count(service, "ballots"), await count(service, "staging")) == (
                    BATCH + 3,
                    0,
                )
                await until(lambda: not list(secrets.glob("campaign-*")))
            assert service.keys.voters.names() == []

    asyncio.run(drive())
    assert sorted(path.name for path in (settings.data / "keys").iterdir() if path.is_dir()) == [
        "conversations",
        "desk",
        "hours",
        "voters",
    ]
    kept = {path.read_bytes() for path in (settings.data / "keys").rglob("*.key")}
    assert not kept & {path.read_bytes() for path in secrets.rglob("*.key")}


def test_the_service_seals_to_no_other_mixer(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = say(settings, capsys, "mixer", "key", "--keys", str(tmp_path / "wanted"))
    gate = say(settings, capsys, "mixer", "gate")
    desk = say(settings, capsys, "mixer", "desk")
    apart = Settings(settings.data, settings.database_url, settings.redis_url, log_key=wanted)

    async def drive() -> None:
        async with build(apart, SystemClock()) as service:
            link = (await create_campaign(service.database, draft(), SystemClock())).token
            await open_campaign(service.database, "year", service.keys, service.desk)
            with mixing(settings, tmp_path / "slipped in", gate, desk):
                await holds(service, "state", "open")
            await service.live_campaigns.refresh()
            assert service.live_campaigns.get("year") is None, "another log has its registration"
            # Were that believed, the gate would seal to no key that its log has not signed.
            service.live_campaigns._trust = None
            await service.live_campaigns.refresh()
            with pytest.raises(Unavailable):
                await rate(service, link, "ann")
            assert (await count(service, "ballots"), await count(service, "staging")) == (0, 0)

    asyncio.run(drive())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--gate", "abc", "--desk", "ab" * 32), "--gate: this is no public key"),
        (("--gate", "ab" * 31, "--desk", "ab" * 32), "--gate: this is no public key"),
        (("--gate", "ab" * 32, "--desk", "abc"), "--desk: this is no public key"),
    ],
)
def test_a_mistyped_key_is_one_sentence(
    words: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    assert main(["mixer", "run", "--keys", "k", *words]) == 1
    assert said in capsys.readouterr().err
