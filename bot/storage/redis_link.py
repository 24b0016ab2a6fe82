"""A Redis client whose broken link is an error of Redis, whatever the event loop calls it."""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as LinkBroken


def open_redis(url: str, patience: float) -> Redis:
    """Returns a client that connects, writes and reads within ``patience`` seconds each.

    A command raises `redis.exceptions.RedisError` when Redis is away, and nothing else.
    """
    redis: Redis = Redis.from_url(url, socket_connect_timeout=patience, socket_timeout=patience)
    pool = redis.connection_pool
    pool.connection_class = _with_named_fault(pool.connection_class)
    return redis


def _with_named_fault(kind: type[AbstractConnection]) -> type[AbstractConnection]:
    """Returns the class of connections with uvloop's word for a closed transport translated.

    uvloop raises `RuntimeError` at a write to it, where asyncio drops what is written.
    Callers who know `RedisError` would take it for a fault of the update that they handle.
    """

    class Connection(kind):  # type: ignore[valid-type,misc]
        async def send_packed_command(self, *arguments: Any, **options: Any) -> None:
            try:
                await super().send_packed_command(*arguments, **options)
            except RuntimeError as error:
                raise LinkBroken("the link to Redis is broken") from error

    return Connection
