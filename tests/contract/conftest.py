"""Roads and halls that are ready: made once for each kind of database, and copied for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import run_apart
from tests.contract.halls import Hall, a_hall, keep_hall
from tests.contract.test_conductor import keep_road
from tests.servers import PostgresCluster


@pytest.fixture(scope="session", autouse=True)
def sqlite_road(quick_tables: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    made, into = tmp_path_factory.mktemp("road"), tmp_path_factory.mktemp("kept")
    run_apart(keep_road(f"sqlite:///{made}/minping.sqlite3", made, into))


@pytest.fixture(scope="session")
def postgres_road(
    postgres_cluster: PostgresCluster,
    postgres_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    made, into = tmp_path_factory.mktemp("road"), tmp_path_factory.mktemp("kept")
    with postgres_cluster.database(postgres_template) as url:
        run_apart(keep_road(url, made, into))


@pytest.fixture
def postgres_url(postgres_url: str, postgres_road: None) -> str:
    """A PostgreSQL database of this test alone; `make_road` finds a road that is ready for it."""
    return postgres_url


@pytest.fixture(scope="session")
def sqlite_hall(sqlite_road: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    made, into = tmp_path_factory.mktemp("hall"), tmp_path_factory.mktemp("kept")
    run_apart(keep_hall(f"sqlite:///{made}/minping.sqlite3", made, into))


@pytest.fixture(scope="session")
def postgres_hall(
    postgres_cluster: PostgresCluster,
    postgres_template: str,
    postgres_road: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    made, into = tmp_path_factory.mktemp("hall"), tmp_path_factory.mktemp("kept")
    with postgres_cluster.database(postgres_template) as url:
        run_apart(keep_hall(url, made, into))


@pytest.fixture
def ready_hall(request: pytest.FixtureRequest, store_url: str) -> str:
    """A database whose hall is ready; `a_hall` finds it."""
    kind = "sqlite" if store_url.startswith("sqlite") else "postgres"
    request.getfixturevalue(f"{kind}_hall")
    return store_url


@pytest.fixture
async def hall(ready_hall: str, tmp_path: Path) -> AsyncIterator[Hall]:
    async with a_hall(ready_hall, tmp_path) as made:
        yield made
