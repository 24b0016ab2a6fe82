"""Quick calls: what is an answer, what is none, and how connections are kept."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from telegram.error import BadRequest, NetworkError, TimedOut

from bot.channels.telegram import quick_calls
from bot.channels.telegram.http import RateLimited, TelegramRequest
from bot.channels.telegram.quick_calls import Answer, NoAnswer, QuickCalls, read_answer
from bot.channels.telegram.rate_limit import Limits, RateLimitPause
from tests.waiting import until

OK = b'{"ok":true,"result":true}'
QUERY = {"callback_query_id": "7"}


def answer(body: bytes = OK, status: str = "200 OK", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body


def test_an_answer_is_read_however_it_is_cut() -> None:
    whole = answer(more="Server: nginx\r\nConnection: keep-alive\r\n")
    cut = [read_answer(whole[:length]) for length in range(len(whole) + 1)]
    assert cut == [None] * len(whole) + [Answer(200, OK, stays=True)]
    assert read_answer(answer(more="connection:  Close\r\n")) == Answer(200, OK, stays=False)
    assert read_answer(answer(b"", "502")) == Answer(502, b"", stays=True)


@pytest.mark.parametrize(
    "coming",
    [
        answer() + b"x",
        answer(more="Content-Length: 25\r\n"),
        answer(more="Transfer-Encoding: chunked\r\n"),
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1_0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length : 25\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\nX: 1\r\n Content-Length: 25\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\nContent-Length: 25\n\r\n\r\n" + OK,
        b"HTTP/1.0 200 OK\r\nContent-Length: 25\r\n\r\n" + OK,
        b"HTTP/1.1 999 OK\r\nContent-Length: 25\r\n\r\n" + OK,
        answer(b"", "100 Continue"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n",
        b"x" * 9000,
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 9000 + b"\r\nContent-Length: 0\r\n\r\n",
        b"SSH-2.0\r\n\r\n",
    ],
)
def test_whatever_else_comes_is_no_answer(coming: bytes) -> None:
    with pytest.raises(NoAnswer):
        read_answer(coming)


class Server:
    """Answers each request by the next of ``says``, the last one for ever; None hangs up."""

    def __init__(self, *says: bytes | None) -> None:
        self.says = list(says)
        self.requests: list[bytes] = []
        self.connections = self.at_once = self.most_at_once = 0
        self.flowing = asyncio.Event()
        self.flowing.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
                await self.flowing.wait()
                self.at_once -= 1
                said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
                if said is None:
                    return
                writer.write(said)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(server: Server, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()


Town = tuple[Server, TelegramRequest]


@asynccontextmanager
async def town(*says: bytes | None) -> AsyncIterator[Town]:
    server = Server(*says)
    async with serving(server) as port:
        limits = Limits(RateLimitPause())
        requests = TelegramRequest(f"http://127.0.0.1:{port}/bot42:token", limits)
        await requests.initialize()
        yield server, requests
        await requests.shutdown()


async def press(requests: TelegramRequest, seconds: float = 5) -> object:
    return await requests.call("answerCallbackQuery", QUERY, seconds, chat=9)


async def test_calls_share_a_connection_and_name_the_host_and_the_length() -> None:
    async with town(answer()) as (server, requests):
        assert [await press(requests) for _ in range(3)] == [True] * 3
        assert server.connections == 1
        head, body = server.requests[0].split(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        assert lines[0] == "POST /bot42:token/answerCallbackQuery HTTP/1.1"
        assert lines[1].startswith("Host: 127.0.0.1:")
        assert lines[2:] == ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        assert body == b'{"callback_query_id":"7"}'


async def test_a_refusal_is_told_as_by_the_other_road_and_is_not_asked_twice() -> None:
    late = b'{"ok":false,"error_code":400,"description":"Bad Request: query is too old"}'
    proxy = b"<html>"
    wait = b'{"ok":false,"error_code":429,"description":"","parameters":{"retry_after":30}}'
    says = (answer(late, "400"), answer(proxy, "403"), answer(wait, "429"))
    async with town(*says) as (server, requests):
        with pytest.raises(BadRequest, match="too old"):
            await press(requests)
        with pytest.raises(NetworkError, match="something else"):
            await press(requests)
        for _ in range(2):  # the second is not even sent
            with pytest.raises(RateLimited):
                await press(requests)
        assert (len(server.requests), server.connections, requests.reached) == (3, 1, True)


@pytest.mark.parametrize("odd", [None, b"what?\r\n\r\n", answer() + b"and more"])
async def test_what_is_no_answer_is_asked_again_by_the_client_that_speaks_all(
    odd: bytes | None,
) -> None:
    async with town(odd, answer()) as (server, requests):
        assert await press(requests) is True
        assert (len(server.requests), server.connections) == (2, 2)
        assert b"User-Agent" not in server.requests[1]


async def test_a_server_that_hung_up_meanwhile_costs_nothing_but_a_connection() -> None:
    async with town(answer(more="Connection: close\r\n")) as (server, requests):
        assert [await press(requests) for _ in range(2)] == [True, True]
        assert server.connections == 2


async def test_silence_is_told_in_time_and_its_late_answer_is_nobodys() -> None:
    async with town(answer()) as (server, requests):
        server.flowing.clear()
        with pytest.raises(TimedOut):
            await press(requests, 0.05)
        assert not requests.reached
        server.flowing.set()
        assert await press(requests) is True
        assert server.connections == 2  # the first was closed with its answer


async def test_a_closed_session_and_a_server_away_are_errors_of_the_network() -> None:
    async with town(answer()) as (server, requests):
        pass
    with pytest.raises(NetworkError):
        await press(requests)
    await requests.initialize()
    with pytest.raises(NetworkError, match="cannot be reached"):
        await press(requests)
    assert (server.requests, requests.reached) == ([], False)
    await requests.shutdown()


async def test_no_more_connections_than_allowed_are_open_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(quick_calls, "MOST", 3)
    async with town(answer()) as (server, requests):
        server.flowing.clear()
        presses = [asyncio.create_task(press(requests)) for _ in range(10)]
        await until(lambda: server.at_once == 3)
        server.flowing.set()
        assert await asyncio.gather(*presses) == [True] * 10
        assert (server.connections, server.most_at_once, len(server.requests)) == (3, 3, 10)


async def test_a_certificate_that_nobody_vouches_for_is_sent_nothing(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-nodes", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made, *names, *files], check=True, capture_output=True)  # noqa: ASYNC221
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    server = Server(answer())
    async with serving(server, tls) as port:
        with pytest.raises(NoAnswer):
            await QuickCalls(f"https://localhost:{port}/bot").ask("answerCallbackQuery", b"{}")
    assert server.requests == []
