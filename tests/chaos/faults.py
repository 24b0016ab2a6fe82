"""Six faults on three links, one after another under load.

Nothing may be lost, and work must go on soon after each fault ends.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from benchmarks.answers.sink import open_sink
from tests.chaos.audit import Verdict, audit
from tests.chaos.crowd import Chats, Crowd, Seen
from tests.chaos.kills import FINISH_WITHIN, SEATS
from tests.chaos.proxy import Fault, Proxy
from tests.chaos.stand import Stand, Stores, stand, stores

STEADY = 1.5
"""Seconds of undisturbed load before each fault."""
RECOVERED_WITHIN = 60.0
NEVER = float("inf")


class Link(StrEnum):
    """The links of the service."""

    DATABASE = "PostgreSQL"
    REDIS = "Redis"
    TELEGRAM = "Telegram"


@dataclass(frozen=True, slots=True)
class Broken:
    """One fault of one link.

    It has the pieces that the fault struck, the ballots acknowledged meanwhile,
    and the seconds to the first ballot after it.
    Of Telegram's link the seconds are also those to the first call that came through.
    """

    link: Link
    fault: Fault
    struck: int
    during: int
    recovery: float


@dataclass(slots=True)
class Weathered:
    """A run: all its faults, what the citizens saw, and what the database holds."""

    seconds: float
    broken: list[Broken]
    seen: Seen
    verdict: Verdict


def _ignore(_broken: Broken) -> None:
    pass


async def break_links(
    wanted: Sequence[tuple[Link, Fault]],
    seconds: float,
    steady: float = STEADY,
    tell: Callable[[Broken], None] = _ignore,
) -> Weathered:
    """Break links one after another, each for ``seconds``; ``tell`` hears of each when it is over.

    Raises:
        RuntimeError: the service ends by itself.
    """
    chats, broken = Chats(), list[Broken]()
    server, port = await open_sink(chats)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-"))
        kept = stack.enter_context(stores("servers"))
        proxies = {
            Link.DATABASE: Proxy(_server(kept.database_url)),
            Link.REDIS: Proxy(Path(urlsplit(kept.redis_url).path)),
            Link.TELEGRAM: Proxy(("127.0.0.1", port)),
        }
        for proxy in proxies.values():
            await stack.enter_async_context(proxy)
        telegram = f"http://127.0.0.1:{proxies[Link.TELEGRAM].port}"
        there = stack.enter_context(stand(Path(folder), _through(kept, proxies), telegram))
        there.start()
        crowd = Crowd(there.target, chats, SEATS)
        crowd.sit_down()
        try:
            await _until(there, crowd, lambda: len(crowd.seen.receipts) > 0)
            for link, fault in wanted:
                await asyncio.sleep(steady)
                broken.append(await _break(there, crowd, proxies[link], link, fault, seconds))
                tell(broken[-1])
            await crowd.leave(FINISH_WITHIN)
            await there.close_campaign()
        finally:
            await crowd.stop()
        verdict = audit(there.database_url, chats.seen)
        there.stop()
    server.close()
    return Weathered(seconds, broken, chats.seen, verdict)


async def _break(
    there: Stand, crowd: Crowd, proxy: Proxy, link: Link, fault: Fault, seconds: float
) -> Broken:
    before = len(crowd.seen.receipts)
    await proxy.begin(fault)
    await asyncio.sleep(seconds)
    struck, after, calls = proxy.struck, len(crowd.seen.receipts), crowd.chats.called
    await proxy.end()
    recovery = await _until(there, crowd, lambda: len(crowd.seen.receipts) > after)
    if link is Link.TELEGRAM:
        recovery += await _until(there, crowd, lambda: crowd.chats.called > calls)
    if recovery == NEVER:
        there.kill()
        there.start()
    return Broken(link, fault, struck, after - before, recovery)


async def _until(there: Stand, crowd: Crowd, happened: Callable[[], bool]) -> float:
    """Return the seconds until it happens, or `NEVER`."""
    began = monotonic()
    while not happened():
        await asyncio.sleep(0.005)
        crowd.alive()
        there.alive()
        if monotonic() - began > RECOVERED_WITHIN:
            return NEVER
    return monotonic() - began


def _server(database_url: str) -> tuple[str, int]:
    address = make_url(database_url)
    assert address.host
    assert address.port
    return address.host, address.port


def _through(kept: Stores, proxies: dict[Link, Proxy]) -> Stores:
    """The same stores, reached through the proxies."""
    database = make_url(kept.database_url).set(port=proxies[Link.DATABASE].port)
    return replace(
        kept,
        seen_database_url=database.render_as_string(hide_password=False),
        seen_redis_url=f"redis://127.0.0.1:{proxies[Link.REDIS].port}",
    )
