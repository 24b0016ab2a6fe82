"""A Bot API that takes messages at once, refuses some, and remembers when each arrived."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import cast

import orjson

from benchmarks.answers.http1 import take

BLOCKED_EVERY = 50
"""One chat in this many has blocked the bot."""
FLOOD_EVERY = 20_000
"""After this many messages the Bot API asks for silence."""
FLOOD_SECONDS = 2
ANSWERS = {
    200: {
        "ok": True,
        "result": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"},
    },
    403: {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"},
    429: {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests",
        "parameters": {"retry_after": 2},
    },
}


@dataclass(slots=True)
class PostOffice:
    """The messages that arrived.

    ``times`` are of messages that were taken or refused for good, on `time.monotonic`.
    """

    received: Counter[int] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    floods: int = 0
    early: int = 0
    silent_until: float = 0.0

    def send(self, chat: int) -> int:
        """Take a message and return its status."""
        now = time.monotonic()
        if now < self.silent_until:
            self.early += 1
            return 429
        if len(self.times) >= FLOOD_EVERY * (self.floods + 1):
            self.floods += 1
            self.silent_until = now + FLOOD_SECONDS
            return 429
        self.times.append(now)
        if is_blocked(chat):
            self.refused[chat] += 1
            return 403
        self.received[chat] += 1
        return 200

    def most_in(self, seconds: float) -> int:
        """The most messages in any window of this length."""
        most, begin = 0, 0
        for end, at in enumerate(self.times):
            while self.times[begin] <= at - seconds:
                begin += 1
            most = max(most, end - begin + 1)
        return most


def is_blocked(chat: int) -> bool:
    """Say whether the person behind a chat has blocked the bot."""
    return chat % BLOCKED_EVERY == 0


class Counterpart(asyncio.Protocol):
    """One kept-alive connection from a sender."""

    def __init__(self, office: PostOffice) -> None:
        self.office = office
        self.buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer every whole request."""
        self.buffer += data
        while message := take(self.buffer):
            head, body = message
            sends = b"/sendMessage" in head.split(b"\r\n", 1)[0]
            code = self.office.send(int(orjson.loads(body)["chat_id"])) if sends else 200
            answer = orjson.dumps(ANSWERS[code] if sends else {"ok": True, "result": True})
            self.transport.write(
                b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (code, len(answer), answer)
            )


async def open_office(office: PostOffice) -> tuple[asyncio.AbstractServer, int]:
    """Serve on a free loopback port; gives the server and the port."""
    server = await asyncio.get_running_loop().create_server(
        lambda: Counterpart(office), "127.0.0.1", 0
    )
    return server, server.sockets[0].getsockname()[1]
