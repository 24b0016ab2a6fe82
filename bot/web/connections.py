"""Limits on connections, so that whoever opens many and finishes no request keeps nobody out.

A request's head has ten seconds, its body thirty and a second more for every 32 kB that came.
Of an answer some has to be taken every thirty seconds, however slow the line is.
When too many connections wait, the one that waits longest is closed, never the newest:
an honest browser sends its head at once and is served, also beside an attacker at its own address.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import socket
import struct
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.core.events import event, fault
from bot.web.shared.middleware import address_network

log = logging.getLogger(__name__)

HEAD_SECONDS = 10.0
BODY_SECONDS = 30.0
BODY_RATE = 32_768
"""Bytes of a body that earn one more second: a staff member's file may come by a slow line."""
UNREAD_SECONDS = 30.0
"""Seconds in which some of an answer has to be taken."""
IDLE_SECONDS = 75.0
"""Seconds that a connection may rest between two requests; nginx lets its own rest for 60."""
MOST_HEADS = 64
"""Connections of one address that may wait for their head at once."""
SWEEP_SECONDS = 1.0
DESCRIPTORS = 65_536


def raise_descriptor_limit() -> int:
    """Raises the soft limit of open files as far as it is of use. Returns what it is then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


def _give_up_untaken(transport: asyncio.BaseTransport) -> None:
    """Lets the system, too, give up what nobody takes, as after an answer that fits into it.

    It keeps up to two megabytes of a closed connection for minutes, and no process can see them.
    """
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        limit = round(UNREAD_SECONDS * 1000)
        _set_option(transport, socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limit)


def _reset_at_close(transport: asyncio.BaseTransport) -> None:
    """Makes the system forget, when the connection is closed, what was not taken."""
    _set_option(transport, socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _set_option(
    transport: asyncio.BaseTransport, level: int, option: int, value: int | bytes
) -> None:
    own = transport.get_extra_info("socket")
    # A socket of the machine itself has no TCP, and a connection may be gone already.
    with suppress(OSError):
        if own is not None and own.family in (socket.AF_INET, socket.AF_INET6):
            own.setsockopt(level, option, value)


class Connection(web.RequestHandler):
    """One connection, which tells its limits what it waits for.

    Bodies stay as they were sent: what is compressed is refused (`refuse_encodings`), unopened.
    """

    __slots__ = ("_limits", "address", "body", "taken_until", "until")

    def __init__(self, limits: ConnectionLimits, server: web.Server) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]
            auto_decompress=False,
            keepalive_timeout=IDLE_SECONDS,
        )
        self._limits = limits
        self.address = ""
        self.body: StreamReader | None = None
        self.until = 0.0
        self.taken_until = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins to wait for a head."""
        super().connection_made(transport)
        _give_up_untaken(transport)
        peer: Any = self.peername
        self.address = address_network(str(peer[0])) if peer else ""
        self._limits.add(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Is forgotten."""
        self._limits.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Notes whether these bytes end a head, belong to a body or begin another head."""
        before = self._request_count
        super().data_received(data)
        if self._request_count > before and self._messages:
            self._limits.head_came(self, self._messages[-1][1], data.endswith(b"\r\n\r\n"))
        elif data:
            self._limits.more_came(self, len(data))

    def pause_writing(self) -> None:
        """Notes that an answer waits for its reader."""
        super().pause_writing()
        self._limits.unread(self)

    def resume_writing(self) -> None:
        """Notes that the reader has taken some of it."""
        super().resume_writing()
        self._limits.taken(self)

    def log_exception(self, *_args: Any, **kw: Any) -> None:
        """Says which kind of error it was, and nothing of who sent it or what.

        What aiohttp writes has the client's address and a piece of the head, such as its cookies.
        """
        error = kw.get("exc_info")
        if isinstance(error, HttpProcessingError):
            log.info(
                "a request could not be read: %s",
                type(error).__name__,
                extra=event("connection_failed", **fault(error)),
            )
        else:
            log.error(
                "a connection failed: %s",
                type(error).__name__,
                extra=event("connection_failed", **fault(error)),
            )

    @property
    def is_leaving(self) -> bool:
        """Whether it is closed but for what its reader has not taken."""
        return self.transport is not None and self.transport.is_closing()

    @property
    def untaken(self) -> int:
        """The bytes of answers that the system has not taken from us, as their reader is slow."""
        return self.transport.get_write_buffer_size() if self.transport is not None else 0

    def drop(self) -> None:
        """Ends it at once; what was not taken is lost, also what the system has of it."""
        transport = self.transport
        self.force_close()
        if transport is not None:
            _reset_at_close(transport)
            transport.abort()

    @property
    def is_busy(self) -> bool:
        """Whether a request is being answered or stands in line."""
        return bool(self._messages) or self._request_in_progress


class ConnectionLimits:
    """The connections of one listener.

    Args:
        most: connections at once, from everybody.
        most_heads: connections of one address that wait for a head; None where all come by a
            trusted proxy, whose address says nothing of the client's.
    """

    def __init__(self, most: int, most_heads: int | None = MOST_HEADS) -> None:
        self._most = most
        self._most_heads = most_heads
        self._loop = asyncio.get_running_loop()
        self._all: dict[Connection, None] = {}
        self._heads: dict[Connection, None] = {}
        self._by_address: dict[str, dict[Connection, None]] = defaultdict(dict)
        self._bodies: dict[Connection, None] = {}
        # After a body nobody can tell whether a further head has begun, so these rest briefly.
        self._resting: dict[Connection, None] = {}
        self._unread: dict[Connection, int] = {}

    def factory(self, runner: web.AppRunner) -> Callable[[], Connection]:
        """Returns what makes the protocol of each new connection to a runner that is set up."""
        server: Any = runner.server
        return lambda: Connection(self, server)

    async def run(self) -> None:
        """Closes connections whose time is over, for ever."""
        while True:
            self.sweep()
            await asyncio.sleep(SWEEP_SECONDS)

    def sweep(self) -> None:
        """Closes connections whose time is over."""
        now = self._loop.time()
        for waiting in (self._heads, self._resting, self._bodies):
            for connection in [it for it in waiting if it.until <= now]:
                if connection.is_busy and waiting is not self._bodies:
                    connection.until = now + HEAD_SECONDS
                else:
                    self._close(connection)
        for connection in self._all:
            # A connection that was closed lasts until its reader has taken the rest.
            if connection.is_leaving and connection not in self._unread:
                self.unread(connection)
        for connection, left in list(self._unread.items()):
            if connection.untaken < left:
                self.unread(connection)
            elif connection.taken_until <= now:
                self._drop(connection)

    def add(self, connection: Connection) -> None:
        """Takes a new connection; closes the one that can best be spared when there are too many.

        First goes who has waited longest for a head, then who rests, then who takes no answer, then
        the oldest: an honest request is answered soon, so that the oldest is hardly one.
        """
        self._all[connection] = None
        self._wait_for_head(connection)
        if len(self._all) > self._most:
            resting = (it for it in self._all if not it.is_busy)
            spare = chain(self._heads, resting, self._unread, self._all)
            self._drop(next(it for it in spare if it is not connection))

    def forget(self, connection: Connection) -> None:
        """Forgets a connection that has ended."""
        self._all.pop(connection, None)
        self._unread.pop(connection, None)
        self._settle(connection)

    def unread(self, connection: Connection) -> None:
        """Notes how much of what was answered is not taken yet."""
        self._unread[connection] = connection.untaken
        connection.taken_until = self._loop.time() + UNREAD_SECONDS

    def taken(self, connection: Connection) -> None:
        """Notes that nearly all that was answered is taken."""
        self._unread.pop(connection, None)

    def head_came(self, connection: Connection, body: StreamReader, ends_clean: bool) -> None:
        """Notes that a head has come, with its body or a part of that."""
        self._settle(connection)
        if not body.is_eof():
            connection.body, connection.until = body, self._loop.time() + BODY_SECONDS
            self._bodies[connection] = None
        elif not ends_clean:
            self._rest(connection)

    def more_came(self, connection: Connection, size: int) -> None:
        """Notes bytes of a body or of a head that has not ended."""
        if connection in self._bodies and connection.body is not None:
            connection.until += size / BODY_RATE
            if connection.body.is_eof():
                self._settle(connection)
                self._rest(connection)
        elif connection in self._all and connection not in self._heads:
            self._settle(connection)
            self._wait_for_head(connection)

    def _wait_for_head(self, connection: Connection) -> None:
        connection.until = self._loop.time() + HEAD_SECONDS
        self._heads[connection] = None
        if self._most_heads is not None:
            neighbours = self._by_address[connection.address]
            neighbours[connection] = None
            if len(neighbours) > self._most_heads:
                self._close(next(iter(neighbours)))

    def _rest(self, connection: Connection) -> None:
        connection.until = self._loop.time() + HEAD_SECONDS
        self._resting[connection] = None

    def _settle(self, connection: Connection) -> None:
        """Notes that a connection waits for nothing."""
        connection.body = None
        for waiting in (self._heads, self._bodies, self._resting):
            waiting.pop(connection, None)
        if neighbours := self._by_address.get(connection.address):
            neighbours.pop(connection, None)
            if not neighbours:
                del self._by_address[connection.address]

    def _close(self, connection: Connection) -> None:
        self._settle(connection)
        connection.force_close()

    def _drop(self, connection: Connection) -> None:
        self.forget(connection)
        connection.drop()
