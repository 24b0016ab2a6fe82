"""A TCP relay that breaks a link in six ways, until it is restored."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from enum import StrEnum
from pathlib import Path
from typing import Self

Upstream = tuple[str, int] | Path
"""A host and port, or a unix socket."""

CHUNK = 65536
DELAY, JITTER = 2.0, 0.5
TRICKLE_BYTES, TRICKLE_SECONDS = 256, 0.05
ANSWERS_BEFORE_RESET = 3


class Fault(StrEnum):
    """What happens to the link.

    No kind changes a byte: checksums guard against that.
    """

    REFUSE = "refuse"  # nobody listens; what was connected is reset
    HANG = (
        "hang"  # connections are taken and bytes are swallowed; at the end what lost bytes is reset
    )
    SILENCE = "silence"  # as `HANG`, but what lost bytes stays silent for good
    RESET = "reset"  # a connection is reset after a few answers
    LATENCY = "latency"  # every piece comes two seconds late, and then some
    CUT = "cut"  # an answer ends half-way through, in good order
    TRICKLE = "trickle"  # some 5 kB a second


class Proxy:
    """Enter it, connect to ``port``, and call `begin` and `end`."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._chance = random.Random(11)
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self.port = 0
        self.fault: Fault | None = None
        self.struck = 0

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._deafen()
        await asyncio.gather(*(link.task for link in self._links), return_exceptions=True)

    async def begin(self, fault: Fault) -> None:
        """Break the link from now on."""
        self.fault, self.struck = fault, 0
        if fault is Fault.REFUSE:
            await self._deafen()

    async def end(self) -> None:
        """Restore the link."""
        fault, self.fault = self.fault, None
        for link in [link for link in self._links if link.silent and fault is Fault.HANG]:
            link.reset()
        if self._server is None:
            await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._take, "127.0.0.1", self.port, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _deafen(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for link in list(self._links):
            link.reset()
            self.struck += 1

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        link = _Link(self, writer, task)
        self._links.add(link)
        try:
            await link.run(reader, self._upstream)
        except (OSError, asyncio.CancelledError):
            link.reset()
        finally:
            self._links.discard(link)
            link.close()

    def delay(self) -> float:
        """Return the seconds by which a piece comes late."""
        return DELAY + self._chance.random() * JITTER


class _Link:
    """One connection, and its other half to the server."""

    def __init__(
        self, proxy: Proxy, client: asyncio.StreamWriter, task: asyncio.Task[None]
    ) -> None:
        self._proxy = proxy
        self._client = client
        self._server: asyncio.StreamWriter | None = None
        self._answers = 0
        self.silent = False
        self.task = task

    async def run(self, reader: asyncio.StreamReader, upstream: Upstream) -> None:
        """Relay both ways until one side has ended."""
        if isinstance(upstream, Path):
            answers, self._server = await asyncio.open_unix_connection(str(upstream))
        else:
            answers, self._server = await asyncio.open_connection(*upstream)
        ways = [
            asyncio.create_task(self._pump(reader, self._server, answer=False)),
            asyncio.create_task(self._pump(answers, self._client, answer=True)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    def reset(self) -> None:
        """End both halves at once; the client gets an RST."""
        for writer in (self._client, self._server):
            if writer is not None and not writer.transport.is_closing():
                with contextlib.suppress(OSError):
                    linger = struct.pack("ii", 1, 0)
                    writer.get_extra_info("socket").setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, linger
                    )
                writer.transport.abort()

    def close(self) -> None:
        """End both halves in good order."""
        for writer in (self._client, self._server):
            if writer is not None:
                writer.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answer: bool
    ) -> None:
        while piece := await reader.read(CHUNK):
            if not await self._pass(piece, writer, answer=answer):
                return
            await writer.drain()

    async def _pass(self, piece: bytes, writer: asyncio.StreamWriter, *, answer: bool) -> bool:
        """Hand one piece on as the fault of now will have it; False ends the connection."""
        fault = self._proxy.fault
        if fault is not None:
            self._proxy.struck += 1
        if fault in (Fault.HANG, Fault.SILENCE) or self.silent:
            self.silent = True
        elif fault is Fault.RESET and answer and self._answered() > ANSWERS_BEFORE_RESET:
            writer.write(piece[: len(piece) // 2])
            self.reset()
            return False
        elif fault is Fault.CUT and answer:
            writer.write(piece[: len(piece) // 2])
            return False
        elif fault is Fault.TRICKLE:
            await self._trickle(piece, writer)
        else:
            if fault is Fault.LATENCY:
                await asyncio.sleep(self._proxy.delay())
            writer.write(piece)
        return True

    def _answered(self) -> int:
        self._answers += 1
        return self._answers

    async def _trickle(self, piece: bytes, writer: asyncio.StreamWriter) -> None:
        for start in range(0, len(piece), TRICKLE_BYTES):
            writer.write(piece[start : start + TRICKLE_BYTES])
            await writer.drain()
            if self._proxy.fault is Fault.TRICKLE:
                await asyncio.sleep(TRICKLE_SECONDS)
