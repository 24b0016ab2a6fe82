"""The real service as processes that can be killed, with its stores and an open campaign."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.answers.bots import clean_environment, command_line, free_port, open_campaign
from benchmarks.answers.process import tail
from bot.service import die_with_parent
from tests import servers
from tests.chaos.crowd import Target

COMMANDS: tuple[tuple[str, ...], ...] = (("serve",),)
"""The commands that an operator runs, each a process; any of them may be killed."""

CAMPAIGN = "bench"
SECRET = "chaos"
UNITS = 12


@dataclass(slots=True)
class Stores:
    """The places of the data, and the addresses under which the service reaches them."""

    name: str
    database_url: str = ""
    redis_url: str = ""
    seen_database_url: str = ""
    seen_redis_url: str = ""


@contextmanager
def stores(kind: str) -> Iterator[Stores]:
    """``embedded``: SQLite and the bundled Valkey; ``servers``: PostgreSQL and Redis.

    Raises:
        servers.MissingServer: the machine has no such server.
    """
    if kind == "embedded":
        yield Stores("SQLite + Valkey")
        return
    with servers.postgres() as cluster, cluster.database() as database, servers.redis() as redis:
        yield Stores("PostgreSQL + Redis", database, redis, database, redis)


class Process:
    """A process of one command of the service, with its output in a file."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.command, self.environment, self.log = command, environment, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, or start again."""
        with self.log.open("ab") as output:
            wrapper = [sys.executable, "-I", "-S", die_with_parent.__file__, str(os.getpid())]
            whole = [*wrapper, sys.executable, "-m", "bot", *self.command]
            self._process = subprocess.Popen(
                whole, env=self.environment, stdout=output, stderr=output
            )

    def kill(self) -> None:
        """Kill it by SIGKILL, so that nothing in it runs any more."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end; insist after a while."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    def alive(self) -> None:
        """Raise with the end of its output if it has ended by itself."""
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"«{' '.join(self.command)}» ended by itself:\n{tail(self.log)}")


@dataclass(slots=True)
class Stand:
    """A campaign, its processes, and where citizens send their updates."""

    stores: Stores
    environment: dict[str, str]
    database_url: str
    processes: list[Process]
    target: Target
    folder: Path

    def start(self) -> None:
        """Start all processes."""
        for process in self.processes:
            process.start()

    def stop(self) -> None:
        """Stop all processes in good order."""
        for process in reversed(self.processes):
            process.stop()

    def kill(self) -> None:
        """Kill all processes."""
        for process in self.processes:
            process.kill()

    def kill_one(self, chance: random.Random) -> None:
        """Kill one of the processes and start it again at once."""
        process = chance.choice(self.processes)
        process.alive()
        process.kill()
        process.start()

    def alive(self) -> None:
        """Raise if a process has ended by itself."""
        for process in self.processes:
            process.alive()

    async def close_campaign(self) -> None:
        """Close the campaign, which mixes all that waits."""
        await asyncio.to_thread(
            command_line, self.environment, "campaign", "close", CAMPAIGN, "--reason", "chaos"
        )


@contextmanager
def stand(folder: Path, kept: Stores, telegram_api: str) -> Iterator[Stand]:
    """Make a stand whose processes are not started yet; stop them at the end."""
    data = folder / "data"
    base = clean_environment() | {
        "MINPING_DATA": str(data),
        "MINPING_TELEGRAM_NAME": "chaos_bot",
        "MINPING_LOG_LEVEL": "ERROR",
    }
    direct = base | _addresses(kept.database_url, kept.redis_url)
    starts = open_campaign(folder, direct)[:UNITS]
    port = free_port()
    serving = base | _addresses(kept.seen_database_url, kept.seen_redis_url)
    serving |= {
        "MINPING_PORT": str(port),
        "MINPING_PUBLIC_URL": "https://minping.invalid",
        "MINPING_TELEGRAM_API": telegram_api,
        "MINPING_TELEGRAM_TOKEN": "42:chaos",
        "MINPING_TELEGRAM_SECRET": SECRET,
    }
    database_url = kept.database_url or f"sqlite:///{data / 'minping.sqlite3'}"
    processes = [Process(command, serving, folder / f"{command[0]}.log") for command in COMMANDS]
    target = Target(port, SECRET, [(start.partition("-")[2], start) for start in starts])
    made = Stand(kept, direct, database_url, processes, target, folder)
    try:
        yield made
    finally:
        made.stop()


def _addresses(database_url: str, redis_url: str) -> dict[str, str]:
    given = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    return {name: url for name, url in given.items() if url}
