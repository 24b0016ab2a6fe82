"""Real servers for the tests, each in a temporary folder and tied to its parent process."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from redis import Redis
from redis.exceptions import RedisError

from bot.service import die_with_parent
from bot.service.embedded_valkey import server_command
from tests.temporary import PREFIX
from tests.waiting import PATIENCE

REDIS = Path("/usr/bin/redis-server")
CHROMIUM = Path("/usr/bin/chromium-headless-shell")
READY_WITHIN = PATIENCE
SUPERUSER = "postgres"


class MissingServer(Exception):
    """The machine lacks the server; the sentence names what to install."""


@dataclass(frozen=True, slots=True)
class PostgresCluster:
    """A running cluster: `url` names its maintenance database, ``data`` is its folder of files."""

    url: str
    port: int
    data: Path

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The URL of a new database, a copy of ``template``, dropped at the end."""
        name = f"minping_{next(NUMBERS)}"
        # Without fsync, to copy files takes half the time of writing them to the log.
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/{name}"
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def files(self) -> bytes:
        """Return all bytes that it has written: tables, write-ahead log, and the rest."""
        self._execute("CHECKPOINT")
        return b"".join(
            path.read_bytes() for path in sorted(self.data.rglob("*")) if path.is_file()
        )

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


NUMBERS = count(1)


@contextmanager
def postgres() -> Iterator[PostgresCluster]:
    """Run a PostgreSQL cluster without durability that listens on the loopback address alone."""
    programs = max(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda path: int(path.parent.name),
        default=None,
    )
    if programs is None:
        raise MissingServer("no PostgreSQL: apt-get install postgresql")
    with temporary_folder() as folder:
        data = folder / "data"
        account = unprivileged(folder)
        initdb = [
            *account,
            str(programs / "initdb"),
            "--pgdata",
            str(data),
            "--username",
            SUPERUSER,
        ]
        options = ["--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
        subprocess.run([*initdb, *options], check=True, capture_output=True, cwd=folder)
        port = free_port()
        url = f"postgresql://{SUPERUSER}@127.0.0.1:{port}/postgres"
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        server = [str(programs / "postgres"), "-D", str(data)]
        command = [
            *account,
            *server,
            *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
        ]
        with running(command, folder, lambda: answers_sql(url), stop=signal.SIGINT):
            yield PostgresCluster(url, port, data)


def unprivileged(folder: Path) -> list[str]:
    """Return the words before a command that run it as the owner of ``folder``.

    PostgreSQL refuses root, so the owner is a common account.
    An account change clears the signal at the parent's death,
    so setpriv has to ask for it afterwards.
    """
    tie = ["setpriv", "--pdeathsig", "INT"]
    if os.getuid() != 0:
        return tie
    shutil.chown(folder, "nobody", "nogroup")
    return [*tie, "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]


@contextmanager
def redis() -> Iterator[str]:
    """The URL of Debian's Redis on a unix socket, without files."""
    if not REDIS.exists():
        raise MissingServer("no Redis: apt-get install redis-server")
    with temporary_folder() as folder:
        options = [
            "--port",
            "0",
            "--unixsocket",
            str(folder / "s"),
            "--dir",
            str(folder),
            "--save",
            "",
        ]
        with serving_redis([str(REDIS), *options], folder) as url:
            yield url


@contextmanager
def valkey() -> Iterator[str]:
    """The URL of the bundled Valkey, started with the product's own options."""
    with (
        temporary_folder() as folder,
        serving_redis(server_command(folder, folder / "s"), folder) as url,
    ):
        yield url


@contextmanager
def serving_redis(command: list[str], folder: Path) -> Iterator[str]:
    url = f"unix://{folder / 's'}"
    wrapper = [sys.executable, "-I", "-S", die_with_parent.__file__, str(os.getpid()), *command]
    with running(wrapper, folder, lambda: answers_ping(url), stop=signal.SIGKILL):
        yield url


@contextmanager
def running(
    command: list[str], folder: Path, ready: Callable[[], bool], stop: signal.Signals
) -> Iterator[None]:
    """Run ``command`` from the moment it is ready to the end of the block."""
    output = folder / "output"
    with output.open("wb") as sink:
        process = subprocess.Popen(
            command, stdout=sink, stderr=sink, cwd=folder, start_new_session=True
        )
    try:
        end = time.monotonic() + READY_WITHIN
        while not ready():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(
                    f"{command} did not start:\n{output.read_text(errors='replace')}"
                )
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(stop)
        process.wait(READY_WITHIN)


def answers_sql(url: str) -> bool:
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url):
        return True
    return False


def answers_ping(url: str) -> bool:
    with Redis.from_url(url) as client, contextlib.suppress(RedisError):
        return bool(client.ping())
    return False


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder with a short path, since a unix socket's path is limited."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """Return a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
