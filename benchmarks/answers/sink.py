"""A Bot API that only answers and remembers what each chat shows.

It is light, since it shares the crowd's core.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl

import orjson

from benchmarks.answers.http1 import take

Params = dict[str, Any]

BOT_USER = {
    "id": 42,
    "is_bot": True,
    "first_name": "bench",
    "username": "bench_bot",
    "can_join_groups": False,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as a citizen sees it: its words and its rows of buttons (label, callback data)."""

    message_id: int
    text: str
    buttons: tuple[tuple[str, str], ...]


class Sink:
    """State of the stand-in: the bot's webhook, who watches which chat, and the number of calls."""

    def __init__(self) -> None:
        self.webhook: tuple[str, str] | None = None
        self.watchers: dict[int, Callable[[Shown], None]] = {}
        self.calls: Counter[str] = Counter()
        self._messages = 0

    def call(self, method: str, params: Params) -> object:
        """Carry out one Bot API call and return its ``result``.

        The call comes from a request or from the body of a webhook's response.
        """
        self.calls[method] += 1
        if method in ("sendMessage", "editMessageText"):
            return self._show(params)
        if method == "setWebhook":
            self.webhook = (params["url"], params.get("secret_token", ""))
        return BOT_USER if method == "getMe" else True

    def _show(self, params: Params) -> object:
        chat, text = int(params["chat_id"]), params["text"]
        message_id = int(params.get("message_id") or 0) or self._next()
        if watcher := self.watchers.get(chat):
            watcher(Shown(message_id, text, _buttons(params.get("reply_markup"))))
        return {
            "message_id": message_id,
            "date": 1,
            "chat": {"id": chat, "type": "private"},
            "text": text,
        }

    def _next(self) -> int:
        self._messages += 1
        return self._messages


class Connection(asyncio.Protocol):
    """One kept-alive connection from a bot."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer every whole request."""
        self.buffer += data
        while message := take(self.buffer):
            head, body = message
            path = head.split(b" ", 2)[1].split(b"?", 1)[0]
            result = self.sink.call(path.rsplit(b"/", 1)[1].decode(), _params(head, body))
            answer = orjson.dumps({"ok": True, "result": result})
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (len(answer), answer)
            )


def _params(head: bytes, body: bytes) -> Params:
    """Return the parameters of a request.

    Its body is JSON or a URL-encoded form; Bot API clients use both.
    """
    if not body:
        return {}
    if b"json" in head.lower():
        return cast(Params, orjson.loads(body))
    return dict(parse_qsl(body.decode()))


def _buttons(markup: str | Params | None) -> tuple[tuple[str, str], ...]:
    if not markup:
        return ()
    keyboard = orjson.loads(markup) if isinstance(markup, str) else markup
    return tuple(
        (b["text"], b.get("callback_data", ""))
        for row in keyboard.get("inline_keyboard", ())
        for b in row
    )


async def open_sink(sink: Sink) -> tuple[asyncio.AbstractServer, int]:
    """Serve ``sink`` on a free loopback port; gives the server and the port."""
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(sink), "127.0.0.1", 0
    )
    return server, server.sockets[0].getsockname()[1]
