"""Answers a webhook's requests before the web framework makes requests and pages of them.

Each tap is one such request. The framework's parser reads them as it reads all others, so that
whatever is refused there is refused here. What is not plain goes on to the framework, unchanged:
a body that comes in parts, a compressed one, an older HTTP, a connection that is to be closed.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter
from typing import Any

from aiohttp import HttpVersion11, StreamReader
from aiohttp.http import RawRequestMessage
from multidict import CIMultiDictProxy

from bot.core.events import REQUEST, RequestId, event, fault

log = logging.getLogger(__name__)

Take = Callable[[CIMultiDictProxy[str], bytes], Awaitable[tuple[int, bytes]]]
"""(headers, body) → status and, for an answer that has one, a body of JSON."""
Note = Callable[[str, str, int, float], None]
"""(method, path, status, seconds): counts an answered request."""
HEADER = "X-Request-ID"
NOT_PLAIN = ("Expect", "Content-Encoding", "Transfer-Encoding")
FAILED = HTTPStatus.INTERNAL_SERVER_ERROR


@dataclass(frozen=True, slots=True)
class WebhookDoor:
    """The door of one webhook.

    Attributes:
        path: where it is.
        take: answers a request.
        note: counts an answered request, if anybody counts them.
        trusts_ids: a trusted proxy gives requests their ids.
    """

    path: str
    take: Take
    note: Note | None = None
    trusts_ids: bool = False

    def fits(self, message: RawRequestMessage, body: StreamReader) -> bool:
        """Returns whether a request is for this door and plain; its body is here then."""
        return (
            message.path == self.path
            and message.method == "POST"
            and message.version == HttpVersion11
            and not (message.should_close or message.upgrade or message.chunked)
            and body.is_eof()
            and not any(name in message.headers for name in NOT_PLAIN)
        )

    async def answer(self, message: RawRequestMessage, body: StreamReader) -> bytes:
        """Returns the whole answer to a request that fits; its task is of this request alone."""
        began = perf_counter()
        REQUEST.set(RequestId(message.headers.get(HEADER, "") if self.trusts_ids else ""))
        try:
            status, said = await self.take(message.headers, body.read_nowait(-1))
        except Exception as error:
            log.error(
                "a webhook failed: %s",
                type(error).__name__,
                extra=event("page_failed", at=self.path, **fault(error)),
            )
            status, said = FAILED, b""
        if self.note is not None:
            self.note(message.method, message.path, status, perf_counter() - began)
        kind = "Content-Type: application/json\r\n" if said else ""
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{kind}"
        return f"{head}Content-Length: {len(said)}\r\n\r\n".encode() + said


class Doorkeeper:
    """A connection's parser that hands fitting requests to ``take`` and all others on.

    Args:
        parser: the framework's parser.
        take: takes a message and its body; returns whether it did.
    """

    def __init__(
        self, parser: Any, take: Callable[[RawRequestMessage, StreamReader], bool]
    ) -> None:
        self._parser = parser
        self._take = take

    def feed_data(self, data: bytes) -> tuple[Any, bool, bytes]:
        """Returns what the parser found and nobody took."""
        messages, upgraded, tail = self._parser.feed_data(data)
        if len(messages) == 1 and not upgraded and self._take(*messages[0]):
            self._parser.message_consumed()
            return (), upgraded, tail
        return messages, upgraded, tail

    def __getattr__(self, name: str) -> Any:
        """Returns what else the framework asks of its parser."""
        return getattr(self._parser, name)
