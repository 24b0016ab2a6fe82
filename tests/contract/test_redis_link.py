"""A link to Redis that breaks at a bad moment is an outage, whatever event loop is in use."""

from __future__ import annotations

import asyncio

import pytest
import uvloop
from redis.exceptions import ConnectionError as LinkBroken

from bot.storage.redis_link import open_redis


async def _write_to_a_closed_link(url: str) -> None:
    redis = open_redis(url, 3.0)
    connection = redis.connection_pool.make_connection()
    try:
        await connection.connect()
        # The peer goes away between the look at the link and the write to it.
        connection._writer.transport.abort()
        await asyncio.sleep(0)
        with pytest.raises(LinkBroken, match="link to Redis is broken"):
            await connection.send_command("PING")
        assert await redis.ping()
    finally:
        await connection.disconnect()
        await redis.aclose()


def test_a_write_to_a_closed_link_is_an_error_of_redis(valkey_url: str) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_write_to_a_closed_link(valkey_url))
