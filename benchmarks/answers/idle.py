"""A bot that does nothing but answer: it shows the crowd's own limit."""

from __future__ import annotations

import argparse
import asyncio
import urllib.request
from typing import Any, cast

import orjson
import uvloop

from benchmarks.answers.http1 import take

QUESTIONS = 6
RECEIPT = "A" * 16


def reply(update: dict[str, Any]) -> dict[str, Any]:
    """Return the next question, made only from the pressed button."""
    pressed = update.get("callback_query")
    chat = (pressed["message"] if pressed else update["message"])["chat"]["id"]
    step = int(pressed["data"]) + 1 if pressed else 0
    if step > QUESTIONS:
        return {"method": "sendMessage", "chat_id": chat, "text": RECEIPT}
    label = "提交" if step == QUESTIONS else "满意"
    markup = {"inline_keyboard": [[{"text": label, "callback_data": str(step)}]]}
    return {"method": "sendMessage", "chat_id": chat, "text": "?", "reply_markup": markup}


class Webhook(asyncio.Protocol):
    """Answers each update in the response."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport, self.buffer = cast(asyncio.Transport, transport), bytearray()

    def data_received(self, data: bytes) -> None:
        """Answer every whole request."""
        self.buffer += data
        while message := take(self.buffer):
            body = orjson.dumps(reply(orjson.loads(message[1])))
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
            )


async def serve(port: int, api: str) -> None:
    """Set the webhook and answer until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Webhook, "127.0.0.1", port)
    wish = urllib.request.Request(
        f"{api}/bot42:idle/setWebhook", b"url=https%3A%2F%2Fidle.invalid%2Fhook"
    )
    await asyncio.to_thread(urllib.request.urlopen, wish)
    await server.serve_forever()


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--api", required=True)
    given = parser.parse_args()
    uvloop.run(serve(given.port, given.api))


if __name__ == "__main__":
    main()
