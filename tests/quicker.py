"""Spares a run of tests what it would do thousands of times: hash dearly, compile a statement."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from argon2 import PasswordHasher
from psycopg import AsyncConnection
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import LRUCache

from bot.accounts import staff

DEAR = staff._HASHER
"""The product's own."""
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""A password in a test need not outlast a guess."""

COMPILED: LRUCache[Any, Any] = LRUCache(4000)


def engine_of_all(*arguments: Any, **options: Any) -> AsyncEngine:
    """Makes an engine that takes over the statements that others of its kind have compiled."""
    made = create_async_engine(*arguments, **options)
    if made.sync_engine._compiled_cache is not None:
        made.sync_engine._compiled_cache = COMPILED
    return made


def same_kind(dialect: DefaultDialect, other: object) -> bool:
    """Whether two dialects compile a statement alike: they are of one driver and server."""
    return isinstance(other, DefaultDialect) and kind(dialect) == kind(other)


def kind(dialect: DefaultDialect) -> tuple[object, ...]:
    """The key of a dialect among those of a run."""
    return (type(dialect), dialect.server_version_info)


OPENED: WeakSet[AsyncConnection[Any]] = WeakSet()
BEGIN = AsyncConnection.__init__


def remembered(connection: AsyncConnection[Any], *arguments: Any, **options: Any) -> None:
    """Begins a connection that `end_connections` knows of."""
    BEGIN(connection, *arguments, **options)
    OPENED.add(connection)


def end_connections(url: str) -> None:
    """Ends what is still open to a database that is about to go, whoever opened it.

    A task that is cancelled while its pool connects may leave a connection to the garbage
    collector, which complains in whatever test runs then.
    """
    name = url.rsplit("/", 1)[1]
    for connection in list(OPENED):
        if not connection.closed and connection.info.dbname == name:
            connection.pgconn.finish()
