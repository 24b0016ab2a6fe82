"""The webhook's door: what it takes, what goes on to the framework, and in which order."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

import pytest
from aiohttp import web
from multidict import CIMultiDictProxy

from bot.core.events import REQUEST, fields_of
from bot.core.settings import Settings
from bot.serving import serve_web
from bot.web import connections
from bot.web.shared.middleware import refuse_encodings
from bot.web.webhook_door import WebhookDoor
from tests.waiting import PATIENCE, until

BY_DOOR, BY_FRAMEWORK = b'{"by":"door"}', b'{"by":"framework"}'


def post(body: bytes = b"{}", more: str = "", path: str = "/hook", version: str = "1.1") -> bytes:
    head = f"POST {path} HTTP/{version}\r\nHost: x\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@dataclass
class Line:
    """One connection to the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answer(self) -> tuple[int, bytes]:
        async with asyncio.timeout(PATIENCE):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.split("content-length: ")[1].split("\r\n")[0])
            return int(head.split()[1]), await self.reader.readexactly(length)

    async def ask(self, *parts: bytes) -> tuple[int, bytes]:
        for part in parts:
            self.writer.write(part)
            await asyncio.sleep(0.01)
        return await self.answer()


@dataclass
class Town:
    """A server with a door at /hook, whose ``answers`` it gives, and the same route behind it."""

    port: int = 0
    taken: list[bytes] = field(default_factory=list)
    noted: list[tuple[str, str, int]] = field(default_factory=list)
    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    fails: bool = False
    trusts: bool = False
    ids: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    async def take(self, headers: CIMultiDictProxy[str], body: bytes) -> tuple[int, bytes]:
        assert headers["host"] == "x"
        self.taken.append(body)
        self.ids.append(str(REQUEST.get()))
        await self.flowing.wait()
        if self.fails:
            raise ValueError(body)
        return (200, BY_DOOR) if body != b"late" else (503, b"")

    async def behind(self, request: web.Request) -> web.Response:
        return web.Response(body=BY_FRAMEWORK + await request.read())

    def note(self, method: str, path: str, status: int, seconds: float) -> None:
        assert seconds >= 0
        self.noted.append((method, path, status))

    async def line(self) -> Line:
        self.lines.append(Line(*await asyncio.open_connection("127.0.0.1", self.port)))
        return self.lines[-1]

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[Self]:
        app = web.Application(middlewares=[refuse_encodings])
        app.add_routes([web.post("/hook", self.behind), web.post("/other", self.behind)])
        door = WebhookDoor("/hook", self.take, self.note, self.trusts)
        async with serve_web(app, Settings(port=0), door) as self.port:
            yield self
        for line in self.lines:
            line.writer.close()


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    town = Town()
    town.flowing.set()
    async with town.serve():
        yield town


async def test_plain_requests_are_answered_at_the_door_and_counted(town: Town) -> None:
    line = await town.line()
    answers = [await line.ask(post(body)) for body in (b"{}", b"", b"late")]
    assert answers == [(200, BY_DOOR), (200, BY_DOOR), (503, b"")]
    assert town.taken == [b"{}", b"", b"late"]
    assert town.noted == [("POST", "/hook", status) for status in (200, 200, 503)]


async def test_long_bodies_one_after_another_are_all_answered(town: Town) -> None:
    line, bodies = await town.line(), [bytes([65 + n]) * (40_000 * n) for n in range(6)]
    answers = [await line.ask(post(body)) for body in bodies]
    assert answers == [
        (200, BY_DOOR if body in town.taken else BY_FRAMEWORK + body) for body in bodies
    ]
    line.writer.write(b"".join(post(body) for body in bodies))
    assert [(await line.answer())[0] for _ in bodies] == [200] * 6


async def test_one_connection_may_mix_door_and_framework(town: Town) -> None:
    line = await town.line()
    for _ in range(2):
        assert await line.ask(post()) == (200, BY_DOOR)
        assert await line.ask(post(b"1", path="/other")) == (200, BY_FRAMEWORK + b"1")
        assert await line.ask(post(b"12")[:-1], b"2") == (200, BY_FRAMEWORK + b"12")
        assert (await line.ask(b"GET /hook HTTP/1.1\r\nHost: x\r\n\r\n"))[0] == 405
    assert len(town.taken) == 2


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([post(b"ab")[:20], post(b"ab")[20:-1], b"b"], 200),
        ([post(b"{}", "Connection: close\r\n")], 200),
        ([post(b"{}", version="1.0")], 200),
        ([post(b"{}", "Expect: 100-continue\r\n")], 100),
        ([post(b"x", "Content-Encoding: gzip\r\n")], 415),
        ([b"POST /hook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"], 200),
        ([post(b"{}", path="/hook?x=1")], 200),
        ([post(b"{}", "Content-Length: 2\r\n")], 400),
        ([post(b"{}", "Content-Length: 3\r\n")], 400),
        ([post(b"{}", "Transfer-Encoding: chunked\r\n")], 400),
        ([post(b"{}", "X : y\r\n")], 400),
        ([b"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\n{}"], 400),
    ],
)
async def test_what_is_not_plain_is_for_the_framework(
    town: Town, parts: list[bytes], status: int
) -> None:
    line = await town.line()
    for part in parts:
        line.writer.write(part)
        await asyncio.sleep(0.01)
    async with asyncio.timeout(PATIENCE):
        head = await line.reader.readuntil(b"\r\n\r\n")
    assert (int(head.split()[1]), town.taken) == (status, [])


async def test_answers_keep_the_order_of_requests(town: Town) -> None:
    line = await town.line()
    line.writer.write(post(b"1") + post(b"2"))  # in one: both are for the framework
    assert await line.answer() == (200, BY_FRAMEWORK + b"1")
    assert await line.answer() == (200, BY_FRAMEWORK + b"2")
    town.flowing.clear()
    line.writer.write(post(b"3"))
    await until(lambda: town.taken == [b"3"])
    line.writer.write(post(b"4", path="/other"))
    line.writer.write(post(b"5")[:9])
    await asyncio.sleep(0.05)
    line.writer.write(post(b"5")[9:] + b"POST")
    await asyncio.sleep(0.05)
    assert town.taken == [b"3"]
    town.flowing.set()
    assert await line.answer() == (200, BY_DOOR)
    assert await line.answer() == (200, BY_FRAMEWORK + b"4")
    assert (await line.answer())[0] == 200
    assert (await line.ask(post(b"6")[4:]))[0] == 200


async def test_a_failure_is_told_by_its_kind_alone(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town.fails = True
    assert await (await town.line()).ask(post(b"secret")) == (500, b"")
    (line,) = [fields_of(record) for record in caplog.records if record.name.endswith("door")]
    assert (line["event"], line["error"]) == ("page_failed", "ValueError")
    assert "secret" not in caplog.text
    assert town.noted == [("POST", "/hook", 500)]


@pytest.mark.parametrize("trusts", [False, True])
async def test_each_request_has_an_id_which_only_a_trusted_proxy_gives(trusts: bool) -> None:
    async with Town(trusts=trusts).serve() as town:
        town.flowing.set()
        line, given = await town.line(), "given-by-a-proxy"
        for more in (f"X-Request-ID: {given}\r\n", "", "X-Request-ID: !\r\n"):
            assert await line.ask(post(b"{}", more)) == (200, BY_DOOR)
    assert len(set(town.ids)) == 3
    assert (town.ids[0] == given) == trusts
    assert all(re.fullmatch("[0-9a-f]{16}", one) for one in town.ids if one != given)


async def test_a_line_that_is_lost_takes_nothing_back_and_harms_nobody(town: Town) -> None:
    town.flowing.clear()
    lost = await town.line()
    lost.writer.write(post(b"lost"))
    await until(lambda: town.taken == [b"lost"])
    lost.writer.transport.abort()
    await asyncio.sleep(0.05)
    town.flowing.set()
    await until(lambda: town.noted == [("POST", "/hook", 200)])
    assert await (await town.line()).ask(post()) == (200, BY_DOOR)


async def test_a_line_rests_for_its_time_and_is_not_closed_while_it_waits_for_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("IDLE_SECONDS", "HEAD_SECONDS", "SWEEP_SECONDS"):
        monkeypatch.setattr(connections, name, 0.05)
    async with Town().serve() as town:
        line = await town.line()
        line.writer.write(post())
        await asyncio.sleep(0.3)
        town.flowing.set()
        assert await line.answer() == (200, BY_DOOR)
        async with asyncio.timeout(PATIENCE):
            assert await line.reader.read() == b""


async def test_a_server_that_stops_finishes_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    async with town.serve():
        line = await town.line()
        line.writer.write(post(b"last"))
        await until(lambda: town.taken == [b"last"])
        asyncio.get_running_loop().call_later(0.1, town.flowing.set)
    assert await line.answer() == (200, BY_DOOR)
    assert await line.reader.read() == b""
