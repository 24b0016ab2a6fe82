"""The servers of other tests: real, empty at each test, and of the kind that their name says."""

from __future__ import annotations

import psycopg
import pytest
from redis import Redis

from tests.conftest import Backend


@pytest.mark.postgres
@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_an_empty_postgres(bare_postgres_url: str, turn: int) -> None:
    with psycopg.connect(bare_postgres_url) as connection:
        tables = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone()
        connection.execute("CREATE TABLE left_behind (a int)")
    assert tables == (0,)


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_an_empty_redis(speed_url: str, turn: int) -> None:
    with Redis.from_url(speed_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_backend_names_the_servers_it_runs_on(backend: Backend) -> None:
    with Redis.from_url(backend.redis_url) as client:
        server = client.info("server").get("server_name", "redis")
    assert f"{backend.database_url.split('://')[0]}+{server}" in {
        "sqlite+valkey",
        "postgresql+redis",
    }
