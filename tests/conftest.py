"""Fixtures for every test: real stores, one server of each kind for a worker, emptied each time.

A missing server skips its tests on a developer's machine and fails them where ``CI`` is set.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from redis import Redis
from sqlalchemy import Connection, inspect

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.storage import migrate
from tests import servers

# Tests read what commands print in English, whatever the developer's locale is.
os.environ["MINPING_LANGUAGE"] = "en"

T = TypeVar("T")
UPGRADE = migrate._upgrade

POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)
REDIS = pytest.param("redis", marks=pytest.mark.redis)
BOTH = pytest.param("postgres+redis", marks=[pytest.mark.postgres, pytest.mark.redis])


@dataclass(frozen=True, slots=True)
class Backend:
    """The two addresses that a service stores its data at."""

    database_url: str
    redis_url: str


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
    """Give a new SQLite file what migrations left in another one.

    `test_migrations` runs the migrations each time.
    """
    path = tmp_path_factory.mktemp("tables") / "minping.sqlite3"
    make_tables(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as database:
        statements = [
            line for line in database.iterdump() if line not in ("BEGIN TRANSACTION;", "COMMIT;")
        ]

    def upgrade(connection: Connection) -> None:
        if connection.dialect.name != "sqlite" or inspect(connection).get_table_names():
            return UPGRADE(connection)
        for statement in statements:
            connection.exec_driver_sql(statement)
        return None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "_upgrade", upgrade)
        yield


@pytest.fixture
def postgres_url(
    postgres_cluster: servers.PostgresCluster, postgres_template: str
) -> Iterator[str]:
    """A PostgreSQL database of this test alone, its tables empty."""
    with postgres_cluster.database(postgres_template) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'minping.sqlite3'}"


@pytest.fixture
def bare_postgres_url(postgres_cluster: servers.PostgresCluster) -> Iterator[str]:
    """A PostgreSQL database without tables."""
    with postgres_cluster.database() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("bare_postgres", marks=pytest.mark.postgres)])
def bare_store_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database without tables, once of each kind; every migration runs there."""
    monkeypatch.setattr(migrate, "_upgrade", UPGRADE)
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


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's program."""
    if not servers.CHROMIUM.exists():
        lacking("no Chromium: apt-get install chromium fonts-noto-cjk")
    return servers.CHROMIUM


def make_tables(url: str) -> None:
    """Migrate a new database."""

    async def migrated() -> None:
        async with open_store(Settings(database_url=url)):
            pass

    with ThreadPoolExecutor(1) as elsewhere:  # a loop may be set up in this thread
        elsewhere.submit(asyncio.run, migrated()).result()


def emptied(url: str) -> str:
    with Redis.from_url(url) as client:
        client.flushall()
    return url
