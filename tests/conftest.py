"""Fixtures for every test: real stores, one server of each kind for a worker, emptied each time.

A missing server skips its tests on a developer's machine and fails them where ``CI`` is set.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import copyfile
from typing import Any, TypeVar

import aiohttp_jinja2
import pytest
from aiosqlite import Connection as SqliteConnection
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from psycopg import AsyncConnection
from redis import Redis
from sqlalchemy.engine.default import DefaultDialect

from bot.accounts import staff
from bot.core.settings import Settings
from bot.crypto import note_signatures
from bot.service.children import Children
from bot.service.composition import open_store
from bot.storage import database
from tests import once, quicker, servers, slow, temporary

# Tests read what commands print in English, whatever the developer's locale is.
os.environ["MINPING_LANGUAGE"] = "en"

# A worker keeps modules, schemas and catalogues of words for its whole life.
# Python's own threshold walks through all of them every 700 objects: a quarter of the run.
gc.set_threshold(100_000, 50, 100)

T = TypeVar("T")
MAKE_FILE = database._make_file
PREPARE_SQLITE = database._prepare_sqlite

# On a busy machine an example may take any time, which says nothing about the law.
settings.register_profile("minping", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("minping")

POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)
REDIS = pytest.param("redis", marks=pytest.mark.redis)
BOTH = pytest.param("postgres+redis", marks=[pytest.mark.postgres, pytest.mark.redis])


@dataclass(frozen=True, slots=True)
class Backend:
    """The two addresses that a service stores its data at."""

    database_url: str
    redis_url: str


def pytest_addoption(parser: pytest.Parser) -> None:
    slow.add_option(parser)


def pytest_collection_finish() -> None:
    # All that was imported and collected stays; no collection need walk through it.
    gc.collect()
    gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    slow.register(config)
    temporary.use_memory()


def lacking(reason: str) -> None:
    """Skip the test, or fail it in CI, where everything has to run."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@contextmanager
def available(server: AbstractContextManager[T]) -> Iterator[T]:
    try:
        with server as running:
            yield running
    except servers.MissingServer as missing:
        lacking(str(missing))


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[servers.PostgresCluster]:
    with available(servers.postgres()) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    with available(servers.redis()) as url:
        yield url


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    with available(servers.valkey()) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_cluster: servers.PostgresCluster) -> Iterator[str]:
    """The name of a PostgreSQL database with empty tables; a copy is quicker than a migration."""
    with postgres_cluster.database() as url:
        make_tables(url)
        yield url.rsplit("/", 1)[1]


@pytest.fixture(scope="session", autouse=True)
def quick_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A new SQLite file begins as a copy of one that was migrated; PostgreSQL has a template.

    `bare_store_url` gives a file without tables; `test_migrations` runs the migrations each time.
    """
    made = tmp_path_factory.mktemp("tables") / "minping.sqlite3"
    make_tables(f"sqlite:///{made}")

    def make_file(file: Path) -> None:
        new = not file.exists()
        MAKE_FILE(file)
        if new:
            copyfile(made, file)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_make_file", make_file)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_place(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What all workers share lies in the folder of the run."""
    once.place = once.shared_folder(tmp_path_factory)


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """SQLite leaves it to the system when to write: a test's data need not outlive a power cut.

    `test_the_pragmas_of_sqlite` looks at what the product does.
    """

    def prepare(connection: Any, record: object) -> None:
        PREPARE_SQLITE(connection, record)
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous = OFF")
        cursor.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_prepare_sqlite", prepare)
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A template is compiled once in a run, not once in each of the hundreds of services."""
    cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aiohttp_jinja2, "setup", partial(aiohttp_jinja2.setup, bytecode_cache=cache))
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_twice() -> Iterator[None]:
    """Passwords are hashed cheaply; a statement is compiled and a signature is checked once.

    What the console has made by a process of its own is made in this one;
    `tests/contract/test_children.py` looks at what the product does.

    `test_passwords_are_hashed_as_owasp_asks` looks at what the product does.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staff, "_HASHER", quicker.CHEAP)
        patch.setattr(note_signatures, "Ed25519PrivateKey", quicker.PrivateKeys)
        patch.setattr(note_signatures, "Ed25519PublicKey", quicker.PublicKeys)
        patch.setattr(AsyncConnection, "__init__", quicker.remembered)
        patch.setattr(SqliteConnection, "__del__", quicker.end_quietly)
        patch.setattr(Children, "run", quicker.run_here)
        patch.setattr(database, "create_async_engine", quicker.engine_of_all)
        patch.setattr(DefaultDialect, "__eq__", quicker.same_kind)
        patch.setattr(DefaultDialect, "__hash__", lambda dialect: hash(quicker.kind(dialect)))
        yield


@pytest.fixture(autouse=True)
def own_log_level() -> Iterator[None]:
    """What a test logs does not hang on the commands that others ran in this process before."""
    logger = logging.getLogger("bot")
    level = logger.level
    yield
    logger.setLevel(level)


@pytest.fixture
def postgres_url(
    postgres_cluster: servers.PostgresCluster, postgres_template: str
) -> Iterator[str]:
    """A PostgreSQL database of this test alone, its tables empty."""
    with postgres_cluster.database(postgres_template) as url:
        yield url
        quicker.end_connections(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'minping.sqlite3'}"


@pytest.fixture
def bare_postgres_url(postgres_cluster: servers.PostgresCluster) -> Iterator[str]:
    """A PostgreSQL database without tables."""
    with postgres_cluster.database() as url:
        yield url
        quicker.end_connections(url)


@pytest.fixture(params=["sqlite", pytest.param("bare_postgres", marks=pytest.mark.postgres)])
def bare_store_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database without tables, once of each kind; every migration runs there."""
    monkeypatch.setattr(database, "_make_file", MAKE_FILE)
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """Debian's Redis, empty."""
    return emptied(redis_server)


@pytest.fixture
def valkey_url(valkey_server: str) -> str:
    """The bundled Valkey, empty."""
    return emptied(valkey_server)


@pytest.fixture(params=["sqlite", POSTGRES])
def store_url(request: pytest.FixtureRequest) -> str:
    """A database with empty tables, once of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["valkey", REDIS])
def speed_url(request: pytest.FixtureRequest) -> str:
    """An empty Redis, once of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite+valkey", BOTH])
def backend(request: pytest.FixtureRequest) -> Backend:
    """The two ways to run the product: embedded, and on servers."""
    return Backend(*(request.getfixturevalue(f"{kind}_url") for kind in request.param.split("+")))


def make_tables(url: str) -> None:
    """Migrate a new database."""

    async def migrated() -> None:
        async with open_store(Settings(database_url=url)):
            pass

    run_apart(migrated())


def run_apart(work: Coroutine[Any, Any, None]) -> None:
    """Run it in another thread, since a loop may be set up in this one."""
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(asyncio.run, work).result()


def emptied(url: str) -> str:
    with Redis.from_url(url) as client:
        client.flushall()
    return url
