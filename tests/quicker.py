"""Spares a run of tests what it would do thousands of times: hash, compile, check a signature."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from functools import lru_cache
from io import StringIO
from typing import Any
from weakref import WeakSet

from aiosqlite import Connection as SqliteConnection
from aiosqlite import core
from argon2 import PasswordHasher
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from psycopg import AsyncConnection
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import LRUCache

from bot.__main__ import make_parser
from bot.accounts import staff
from bot.service.children import Children

DEAR = staff._HASHER
"""The product's own."""
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""A password in a test need not outlast a guess."""

RUN_CHILD = Children.run


async def run_here(children: Children, words: Sequence[str], lang: str) -> None:
    """Stands for `Children.run`: a command in this process needs no second of imports."""
    settings = replace(children._settings, language=lang)
    chosen = make_parser(words[0]).parse_args(words)
    with redirect_stdout(StringIO()):
        code = await chosen.run(settings, chosen)
    assert not code


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


def end_quietly(connection: SqliteConnection) -> None:
    """Stands for aiosqlite's end of a forgotten connection, for the reason above.

    Its own warns in whatever test runs then, and hands its answer to a loop that may be closed.
    """
    raw = connection._connection
    if raw is None:
        return

    def close() -> object:
        raw.close()
        return core._STOP_RUNNING_SENTINEL

    connection._connection = None
    connection._tx.put_nowait((None, close))


@lru_cache(maxsize=256)
def private_key(seed: bytes) -> Ed25519PrivateKey:
    """The key of a seed; to make it takes longer than to sign with it."""
    return Ed25519PrivateKey.from_private_bytes(seed)


@lru_cache(maxsize=20_000)
def holds(public: bytes, raw: bytes, message: bytes) -> bool:
    """Whether a key made this signature of a message; tampered bundles share most of theirs."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(raw, message)
    except InvalidSignature:
        return False
    return True


class PrivateKeys:
    """Stands for the class of private keys where notes are signed."""

    from_private_bytes = staticmethod(private_key)


class PublicKeys:
    """Stands for the class of public keys where the signatures of notes are checked."""

    def __init__(self, public: bytes) -> None:
        self.public = public

    from_public_bytes = classmethod(lambda kind, public: kind(public))

    def verify(self, raw: bytes, message: bytes) -> None:
        if not holds(self.public, raw, message):
            raise InvalidSignature
