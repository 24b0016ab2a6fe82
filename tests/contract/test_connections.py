"""Nobody keeps others out by connections: compressed bombs, half-sent heads and bodies."""

from __future__ import annotations

import asyncio
import codecs
import gzip
import io
import resource
import socket
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp import web

from bot import serving as serving_parts
from bot.core.settings import Settings
from bot.service.composition import build
from bot.serving import listening, serve_web
from bot.web import connections
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.downloads import StoredFile
from bot.web.shared.middleware import read_form
from tests.running import RunningService, serving
from tests.waiting import PATIENCE, until

HALF = b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "
WHOLE = b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n"
ATTACKERS = 1100


@pytest.fixture
async def port(tmp_path: Path, valkey_url: str) -> AsyncIterator[int]:
    async with door(tmp_path, valkey_url) as made:
        yield made


@asynccontextmanager
async def door(folder: Path, redis_url: str, trusted_proxies: int = 0) -> AsyncIterator[int]:
    settings = Settings(data=folder, redis_url=redis_url, port=0, trusted_proxies=trusted_proxies)
    async with build(settings) as service, listening(service, asyncio.Event()) as port:
        yield port


@pytest.fixture
def many_sockets() -> Iterator[None]:
    """As many descriptors for this process as the attack needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def bomb(megabytes: int = 300) -> bytes:
    """A gzip stream of so many megabytes of zeros in a thousandth of the size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    return b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()


async def opened(
    port: int, data: bytes, source: str = "127.0.0.1"
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
    writer.write(data)
    await writer.drain()
    return reader, writer


async def test_a_compressed_bomb_is_refused_unopened(port: int) -> None:
    packed = bomb()
    assert 200_000 < len(packed) < 400_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        for path in ("/start", "/admin/sign-in", "/api/v1/campaigns/x", "/telegram"):
            for encoding in ("gzip", "deflate", "br", "zstd", "identity, gzip", "GZIP"):
                async with session.post(
                    path, data=packed, headers={"Content-Encoding": encoding}
                ) as answer:
                    assert answer.status == 415, (path, encoding)
        headers = {"Content-Encoding": "gzip", "Accept-Language": "en"}
        async with session.post("/start", data=packed, headers=headers) as answer:
            assert "a form we cannot open" in await answer.text()
        async with session.post("/api/v1/campaigns/x", data=packed, headers=headers) as answer:
            told = await answer.json()
            assert told["detail"].startswith("a body is taken uncompressed only")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100_000, "kB: of each bomb 300 MB would have been unpacked"


async def test_an_uncompressed_form_is_taken_with_or_without_identity(port: int) -> None:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        for extra in ({}, {"Content-Encoding": "identity"}):
            headers = {"Origin": f"http://127.0.0.1:{port}", **extra}
            async with session.post("/ask", data={"topic": "help"}, headers=headers) as answer:
                assert answer.status == 200


async def test_a_packed_form_is_not_read_as_its_content(port: int) -> None:
    packed = gzip.compress(b"topic=help")
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        headers = {
            "Origin": f"http://127.0.0.1:{port}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        async with session.post("/ask", data=packed, headers=headers) as answer:
            assert answer.status == 400


async def test_half_sent_heads_and_bodies_are_closed_and_a_resting_connection_is_not(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.5)
    monkeypatch.setattr(connections, "SWEEP_SECONDS", 0.05)
    await asyncio.sleep(1.1)  # the sweep before looks again by then
    body = b"POST /start HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nl="
    slow = {
        "nothing": b"",
        "half a head": HALF,
        "a head and half another": WHOLE + HALF,
        "half a body": body,
        "a body and half a head": body + b"x" * 98 + HALF,
    }
    resting = await opened(port, WHOLE)
    assert (await resting[0].readline()).startswith(b"HTTP/1.1 200")
    made = {name: await opened(port, data) for name, data in slow.items()}
    for name, (reader, writer) in made.items():
        async with asyncio.timeout(PATIENCE):
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await reader.readuntil(b"no such bytes ever come")
        writer.close()
        assert reader.at_eof(), name
    reader, writer = resting
    writer.write(WHOLE)
    async with asyncio.timeout(PATIENCE):
        assert (await reader.readuntil(b"HTTP/1.1 200")).endswith(b"HTTP/1.1 200")
    writer.close()


async def test_a_body_that_keeps_coming_is_waited_for(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.3)
    monkeypatch.setattr(connections, "BODY_RATE", 10)
    head = b"POST /ask HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    reader, writer = await opened(port, head)
    for _ in range(20):
        writer.write(b"x" * 50)
        await writer.drain()
        await asyncio.sleep(0.06)
    async with asyncio.timeout(PATIENCE):
        # What came at last is no form, which is seen only once all of it has been read.
        assert (await reader.readline()).startswith(b"HTTP/1.1 400")
    writer.close()


async def test_of_one_address_the_heads_that_wait_longest_go_first(port: int) -> None:
    made = [await opened(port, HALF) for _ in range(connections.MOST_HEADS)]
    honest = await opened(port, WHOLE)
    assert (await honest[0].readline()).startswith(b"HTTP/1.1 200")
    other = [await opened(port, HALF, "127.0.0.2") for _ in range(3)]
    more = [await opened(port, HALF) for _ in range(10)]
    await until(lambda: sum(reader.at_eof() for reader, _ in made) >= 10)
    gone = [reader.at_eof() for reader, _ in made]
    # The honest connection took a place for a moment, before its head had come.
    assert gone in ([True] * 10 + [False] * 54, [True] * 11 + [False] * 53)
    assert not any(reader.at_eof() for reader, _ in (*other, *more, honest))
    for _, writer in (*made, *other, *more, honest):
        writer.close()


async def test_by_a_trusted_proxy_no_address_has_a_limit_of_its_own(
    tmp_path: Path, valkey_url: str
) -> None:
    async with door(tmp_path, valkey_url, trusted_proxies=1) as port:
        made = [await opened(port, HALF) for _ in range(connections.MOST_HEADS + 20)]
        honest = await opened(port, WHOLE)
        assert (await honest[0].readline()).startswith(b"HTTP/1.1 200")
        assert not any(reader.at_eof() for reader, _ in made)
        for _, writer in (*made, honest):
            writer.close()


def half_sent(stack: ExitStack, service: RunningService, number: int) -> socket.socket | None:
    made = stack.enter_context(socket.socket())
    made.bind((f"127.0.1.{1 + number % 40}", 0))
    try:
        made.connect(("127.0.0.1", service.port))
        made.sendall(HALF)
    except OSError:
        return None
    return made


def is_closed(made: socket.socket | None) -> bool:
    if made is None:
        return True
    made.setblocking(False)
    try:
        return made.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


@pytest.mark.usefixtures("many_sockets")
def test_while_1100_heads_are_half_sent_others_are_served_and_the_heads_are_closed(
    tmp_path: Path, valkey_url: str
) -> None:
    """The service has fewer descriptors than there are attackers, who come from 40 addresses."""
    with (
        serving(tmp_path / "data", {"REDIS_URL": valkey_url}, descriptors=1024) as service,
        ExitStack() as stack,
    ):
        made = [half_sent(stack, service, number) for number in range(ATTACKERS)]
        for path in ("/healthz", "/", "/help", "/robots.txt") * 5:
            assert service.get(path)[0] == 200
        assert sum(not is_closed(it) for it in made) <= 512
        end = time.monotonic() + PATIENCE
        while not all(map(is_closed, made)):
            assert time.monotonic() < end
            time.sleep(0.1)
        assert service.get("/")[0] == 200
        service.alive()


async def test_whoever_leaves_amid_a_body_is_no_fault_of_ours(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    head = "Host: x\r\nOrigin: http://x\r\nContent-Length: 100\r\nAuthorization: Bearer x\r\n\r\nl="
    for path in ("/ask", "/api/v1/campaigns/x", "/start"):
        _, writer = await opened(port, f"POST {path} HTTP/1.1\r\n{head}".encode())
        writer.transport.abort()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        for _ in range(20):
            async with session.get("/help") as answer:
                assert answer.status == 200
    assert [record.message for record in caplog.records if "failed" in record.message] == []


BUNDLE = 400_000
"""Bytes of a file: more than a socket keeps for its reader, as these tests set it."""


@asynccontextmanager
async def downloads(folder: Path, small: bool = True) -> AsyncIterator[int]:
    """A listener that sends a file at /file; ``small``: the system keeps little of it."""
    file = folder / "bundle.zip"
    file.write_bytes(bytes(BUNDLE))

    async def send(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        own = request.transport.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096 if small else 2 * BUNDLE)
        return StoredFile(file, "bundle.zip")

    app = web.Application()
    app.router.add_get("/file", send)
    async with serve_web(app, Settings(data=folder, port=0)) as port:
        yield port


async def asked_for_file(
    port: int, more: bytes = b""
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    made.setblocking(False)
    await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=made, limit=1024)
    writer.write(b"GET /file HTTP/1.1\r\nHost: x\r\n" + more + b"\r\n")
    return reader, writer


async def taken(reader: asyncio.StreamReader, rest: float = 0) -> int:
    count = 0
    with suppress(ConnectionResetError):
        async with asyncio.timeout(PATIENCE):
            while count < BUNDLE and (part := await reader.read(4096)):
                count += len(part)
                await asyncio.sleep(rest)
    return count


async def test_while_answers_are_not_taken_others_are_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The listener holds twenty connections, and thirty ask for a file and take nothing."""
    monkeypatch.setattr(serving_parts, "raise_descriptor_limit", lambda: 40)
    async with downloads(tmp_path) as port:
        made = [await asked_for_file(port) for _ in range(30)]
        await asyncio.sleep(0.2)
        for _ in range(5):
            honest, writer = await asked_for_file(port)
            assert (await honest.readline()).startswith(b"HTTP/1.1 200")
            assert await taken(honest) >= BUNDLE
            writer.close()
        for _, writer in made:
            writer.close()


async def test_a_file_that_is_not_taken_is_given_up_and_one_that_is_taken_slowly_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 0.5)
    monkeypatch.setattr(connections, "SWEEP_SECONDS", 0.05)
    async with downloads(tmp_path) as port:
        (slow, slow_writer), (deaf, deaf_writer) = [await asked_for_file(port) for _ in range(2)]
        began = time.monotonic()
        assert await taken(slow, rest=0.02) >= BUNDLE
        assert time.monotonic() - began > 2 * connections.UNREAD_SECONDS
        assert await taken(deaf) < BUNDLE
        slow_writer.close()
        deaf_writer.close()


def seen_by_the_system(port: int) -> list[str]:
    """The states of our ends of connections to a port, also those that we have closed."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return [row[3] for row in rows if row[1].endswith(f":{port:04X}") and row[3] not in ENDED]


ENDED = ("06", "0A")
"""Listening, and a connection of which nothing but its numbers is kept."""
PROC = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="no table of connections")


@PROC
@pytest.mark.parametrize("left", ["by us", "by the system alone"])
async def test_of_an_answer_that_nobody_takes_the_system_keeps_nothing_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    """It kept two megabytes of each for minutes after the service had dropped the connection."""
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 0.5)
    monkeypatch.setattr(connections, "SWEEP_SECONDS", 0.05)
    if left == "by us":
        monkeypatch.setattr(connections, "_give_up_untaken", lambda _transport: None)
    async with downloads(tmp_path, small=left == "by us") as port:
        reader, writer = await asked_for_file(port, b"Connection: close\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        assert len(seen_by_the_system(port)) == 1
        await until(lambda: not seen_by_the_system(port))
        writer.close()


async def test_a_request_that_is_none_is_answered_and_leaves_nothing_in_the_log(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    cookie = b"Cookie: m=SECRETSECRET"
    for part in (cookie + b"\x01", cookie + b"x" * 9000, b"Content-Length: 4\r\n" * 2 + cookie):
        reader, writer = await opened(port, b"GET / HTTP/1.1\r\nHost: x\r\n" + part + b"\r\n\r\n")
        assert (await reader.readline()).split()[1] == b"400"
        writer.close()
    said = "\n".join(caplog.text.splitlines())
    assert said.count("a request could not be read: ") == 3
    assert not [word for word in ("SECRET", "127.0.0.1", "Cookie", "Traceback") if word in said]


@asynccontextmanager
async def form_with_files(folder: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser before a page whose form may have a file, and which says back the field «l»."""
    settings = Settings(data=folder, port=0)

    async def take(request: web.Request) -> web.StreamResponse:
        return web.Response(text=str((await read_form(request, 100_000, files=True)).get("l")))

    app = web.Application()
    app[SERVICE] = SimpleNamespace(settings=settings)  # type: ignore[assignment]
    app.router.add_post("/start", take)
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Sec-Fetch-Site": "same-origin"}
    async with (
        serve_web(app, settings) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as session,
    ):
        yield session


@pytest.mark.parametrize("head", ["Content-Transfer-Encoding: x", "\x01: x"])
async def test_a_form_with_a_part_that_cannot_be_read_is_refused(tmp_path: Path, head: str) -> None:
    disposition = "Content-Disposition: form-data; name=l"
    body = f"--b\r\n{disposition}\r\n{head}\r\n\r\nx\r\n--b--".encode()
    async with (
        form_with_files(tmp_path) as session,
        session.post("/start", data=body) as answer,
    ):
        assert answer.status == 400


PART = b'--b\r\nContent-Disposition: form-data; name="l"\r\n\r\nx\r\n--b--\r\n'


async def test_a_form_with_files_begins_with_its_boundary_and_says_its_length(
    tmp_path: Path,
) -> None:
    async def in_parts() -> AsyncIterator[bytes]:
        yield PART

    bodies = {
        "whole": (PART, 200),
        "a preamble": (b"\n" * 90_000 + PART, 400),
        "one line before": (b"\r\n" + PART, 400),
        "too long": (PART + bytes(100_000), 413),
        "of no length": (in_parts(), 411),
    }
    async with form_with_files(tmp_path) as session:
        for name, (body, status) in bodies.items():
            async with session.post("/start", data=body) as answer:
                assert answer.status == status, name


BYTES = 8_000_000


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=b", "multipart/mixed", "form"])
async def test_a_form_over_its_limit_or_with_files_where_none_is_costs_nothing(
    port: int, kind: str
) -> None:
    """Eight million lines before the first boundary took 6.6 seconds of the service."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded" if kind == "form" else kind,
        "Sec-Fetch-Site": "same-origin",
    }
    before = time.process_time()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as session:
        for path in ("/start", "/result", "/log/receipt", "/admin/sign-in"):
            async with session.post(path, data=io.BytesIO(b"\n" * BYTES)) as answer:
                assert answer.status == 413, path
            async with session.post(path, data=PART) as answer:
                assert (answer.status == 415) is (kind != "form"), path
    assert time.process_time() - before < 3, "seconds, the sender's own among them"


async def test_a_sender_that_is_no_address_is_another_site(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        for sender in ("http://[", "http://[::1", "http://127.0.0.1\u2100", "null", "http://"):
            for name in ("Origin", "Referer"):
                for path in ("/start", "/result", "/log/receipt", "/admin/sign-in"):
                    async with session.post(path, data=b"l=x", headers={name: sender}) as answer:
                        assert answer.status == 403, (name, sender, path)
    assert "failed" not in caplog.text


SLOW = b"l=-" + b"a" * 15_000
"""Text that takes long to decode as punycode: two megabytes of it, minutes."""


@pytest.mark.parametrize("charset", ["punycode", "idna", "utf-7", "hex", "undefined"])
async def test_a_form_in_another_encoding_is_refused_undecoded(port: int, charset: str) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    headers = {"Content-Type": kind, "Sec-Fetch-Site": "same-origin"}
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as session:
        for path in ("/start", "/result", "/log/receipt", "/admin/sign-in"):
            async with session.post(path, data=SLOW[:4000]) as answer:
                assert answer.status == 400


@pytest.mark.parametrize(("said", "status"), [("part", 200), ("field", 400)])
async def test_a_part_of_a_form_is_read_as_utf_8_whatever_it_says(
    tmp_path: Path, said: str, status: int
) -> None:
    seen: list[str] = []

    def decode(data: bytes, _errors: str = "strict") -> tuple[str, int]:
        seen.append("decoded")
        return "", len(data)

    info = codecs.CodecInfo(lambda text, _errors="strict": (text.encode(), len(text)), decode)
    codecs.register(lambda name: info if name == "slowcode" else None)
    disposition = "Content-Disposition: form-data; name="
    kind = "Content-Type: text/plain; charset=slowcode\r\n" if said == "part" else ""
    parts = [f"{disposition}l\r\n{kind}\r\n" + "评"]
    if said == "field":
        parts.insert(0, f"{disposition}_charset_\r\n\r\nslowcode")
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--"
    async with (
        form_with_files(tmp_path) as session,
        session.post("/start", data=body.encode()) as answer,
    ):
        assert answer.status == status
        assert status == 400 or await answer.text() == "评"
    assert seen == []
