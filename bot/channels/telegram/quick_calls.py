"""Calls of the Bot API that do no harm when they are made twice, over connections of their own.

The answer to a press is one call a tap. A client that speaks all of HTTP costs some six times as
much as this one, which speaks only what the Bot API does: HTTP/1.1 with a Content-Length. Whatever
else comes is no answer, and the caller asks once more by the client that speaks all.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import deque
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

MOST = 64
"""Connections at once; further calls wait for one."""
REST_SECONDS = 50.0
"""Seconds for which a connection may rest before it is closed rather than used again."""
MOST_HEAD, MOST_BODY = 8192, 65_536
"""Bytes of an answer's head and body; the Bot API's answers have some hundred."""
_HEAD = re.compile(rb"HTTP/1\.1 ([2-5]\d\d)(?: [^\r\n]*)?((?:\r\n[!-9;-~]+:[^\r\n]*)*)")
_FIELDS = re.compile(rb"\r\n(content-length|transfer-encoding|connection):[ \t]*([^\r\n]*)", re.I)


class NoAnswer(Exception):
    """What came is not what this client can read, or nothing came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and the body of an answer; ``stays``: the connection may be used again."""

    code: int
    body: bytes
    stays: bool


def read_answer(coming: bytes | bytearray) -> Answer | None:
    """Returns the answer that the bytes are; None while it is not whole. Pure.

    Raises:
        NoAnswer: it has no single length, is chunked, too large, or followed by something.
    """
    end = coming.find(b"\r\n\r\n")
    if end < 0 and len(coming) <= MOST_HEAD:
        return None
    head = _HEAD.fullmatch(coming, 0, end) if 0 <= end <= MOST_HEAD else None
    if head is None:
        raise NoAnswer
    fields = [(name.lower(), value.strip().lower()) for name, value in _FIELDS.findall(head[2])]
    lengths = [value for name, value in fields if name == b"content-length"]
    if len(lengths) != 1 or not re.fullmatch(rb"\d{1,9}", lengths[0]):
        raise NoAnswer
    whole = end + 4 + int(lengths[0])
    if whole - end > MOST_BODY or len(coming) > whole or b"transfer-encoding" in dict(fields):
        raise NoAnswer
    if len(coming) < whole:
        return None
    stays = (b"connection", b"close") not in fields
    return Answer(int(head[1]), bytes(coming[end + 4 :]), stays)


class _Connection(asyncio.Protocol):
    """One connection, on which one call at a time is made."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._coming = bytearray()
        self._answer: asyncio.Future[Answer] | None = None
        self.rests_since = 0.0

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (its signature)
        self.close()

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.close()  # nobody asked
            return
        self._coming += data
        try:
            answer = read_answer(self._coming)
        except NoAnswer:
            self.close()
            return
        if answer is not None:
            self._coming.clear()
            self._answer.set_result(answer)

    def close(self) -> None:
        """Ends the connection; who waits for an answer gets none."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(NoAnswer())

    async def ask(self, request: bytes) -> Answer:
        """Sends a request and returns its answer.

        Raises:
            NoAnswer: there is none that can be read; the connection is closed.
        """
        if self._transport is None:
            raise NoAnswer
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            answer = await self._answer
        except BaseException:
            self.close()
            raise
        if not answer.stays:
            self.close()
        return answer


class QuickCalls:
    """Makes calls by POST with a body of JSON.

    Args:
        base_url: what stands before ``/method``; https means that certificate and name are checked.
    """

    def __init__(self, base_url: str) -> None:
        url = urlsplit(base_url)
        self._host = url.hostname or ""
        self._secure = url.scheme == "https"
        self._port = url.port or (443 if self._secure else 80)
        self._tls: ssl.SSLContext | None = None
        self._head = f"Host: {url.netloc.rpartition('@')[2]}\r\nContent-Type: application/json\r\n"
        self._path = url.path.rstrip("/")
        self._resting: deque[_Connection] = deque()
        self._free = asyncio.Semaphore(MOST)

    async def ask(self, method: str, payload: bytes) -> tuple[int, bytes]:
        """Returns status and body of the answer to a call. The caller sets the time limit.

        Raises:
            NoAnswer: whether the call was taken is not known.
        """
        head = f"POST {self._path}/{method} HTTP/1.1\r\n{self._head}"
        request = f"{head}Content-Length: {len(payload)}\r\n\r\n".encode("ascii") + payload
        async with self._free:
            connection = self._rested() or await self._connect()
            answer = await connection.ask(request)
            if connection.is_open:
                connection.rests_since = asyncio.get_running_loop().time()
                self._resting.append(connection)
        return answer.code, answer.body

    def close(self) -> None:
        """Closes the connections that rest."""
        while self._resting:
            self._resting.pop().close()

    def _rested(self) -> _Connection | None:
        """Returns the open connection that rested last; closes those that rested too long."""
        oldest = asyncio.get_running_loop().time() - REST_SECONDS
        while self._resting and self._resting[0].rests_since < oldest:
            self._resting.popleft().close()
        while self._resting:
            connection = self._resting.pop()
            if connection.is_open:
                return connection
        return None

    async def _connect(self) -> _Connection:
        if self._secure and self._tls is None:
            self._tls = ssl.create_default_context()
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                _Connection, self._host, self._port, ssl=self._tls
            )
        except OSError as error:
            raise NoAnswer from error
        return connection
