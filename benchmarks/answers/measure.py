"""Measures one bot with one crowd after another."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.answers.bots import Bot, Maker
from benchmarks.answers.crowd import Crowd, Outcome, Target
from benchmarks.answers.process import (
    BOT_CORE,
    Usage,
    busy,
    clock,
    family,
    running,
    still_alive,
    tail,
    usage,
)
from benchmarks.answers.sink import Sink, open_sink

WARM_UP = 16
"""Ballots before the first measured crowd."""

ROUNDS = 3
"""How often bots take turns at each size of crowd.

The speed of a shared machine drifts within seconds.
"""


@dataclass(frozen=True, slots=True)
class Load:
    """The most that each crowd does, and how many citizens converse at a time, crowd by crowd."""

    crowds: Sequence[int]
    ballots: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Crowded:
    """One crowd: what it saw, and the CPU seconds spent meanwhile.

    Attributes:
        outcome: what the citizens saw.
        bot_cpu: by the bot and its children.
        crowd_cpu: by the crowd and the Bot API.
        others_cpu: by other programs on the bot's core; a high figure makes the measurement poor.
    """

    outcome: Outcome
    bot_cpu: float
    crowd_cpu: float
    others_cpu: float

    @property
    def ballots_per_cpu(self) -> float:
        """Finished ballots for each second of the bot's CPU; neighbours hardly move this figure."""
        return self.outcome.ballots / (self.bot_cpu or float("nan"))


@dataclass(frozen=True, slots=True)
class Measured:
    """One bot's measurement.

    It has the crowds, the processes (the bot first),
    and the ballots that the citizens saw and that the bot's database holds.
    """

    name: str
    crowds: list[Crowded]
    processes: list[Usage]
    seen: int
    stored: int | None
    calls: dict[str, int]

    @property
    def failures(self) -> int:
        """Conversations that did not end in a receipt."""
        return sum(c.outcome.failures.total() for c in self.crowds)

    def at(self, size: int) -> Crowded | None:
        """The crowd of that size, if there was one."""
        return next((c for c in self.crowds if c.outcome.at_a_time == size), None)


class Running:
    """A bot that has been started, with its Bot API and the crowds it has had."""

    def __init__(self, bot: Bot, sink: Sink, target: Target, pid: int) -> None:
        self.bot, self.sink, self.target, self.pid = bot, sink, target, pid
        self.people = count(1_000_000)
        self.seen = 0
        self.crowds: list[Crowded] = []

    async def warm_up(self) -> None:
        """Hold conversations without measuring, so that connections are open and caches full."""
        await self.send(1, WARM_UP, 10)
        self.crowds.clear()
        self.sink.calls.clear()

    async def send(self, at_a_time: int, ballots: int, seconds: float) -> None:
        """Send one crowd, and count the CPU seconds of both sides."""
        before = spent(self.pid)
        crowd = Crowd(
            self.target,
            self.sink,
            self.people,
            at_a_time=at_a_time,
            ballots=ballots,
            seconds=seconds,
        )
        outcome = await crowd.run()
        bot_cpu, crowd_cpu, core = (
            now - then for now, then in zip(spent(self.pid), before, strict=True)
        )
        self.seen += outcome.ballots
        crowd_of_now = Crowded(outcome, bot_cpu, crowd_cpu, max(0.0, core - bot_cpu))
        if self.crowds and self.crowds[-1].outcome.at_a_time == at_a_time:
            crowd_of_now = joined(self.crowds.pop(), crowd_of_now)
        self.crowds.append(crowd_of_now)

    def measured(self) -> Measured:
        """Return what can be measured only while the bot still runs."""
        processes = [usage(pid) for pid in family(self.pid)]
        return Measured(
            self.bot.name,
            self.crowds,
            processes,
            self.seen,
            self.bot.finished(),
            dict(self.sink.calls),
        )


def joined(first: Crowded, then: Crowded) -> Crowded:
    """Return two rounds of one crowd as one."""
    a, b = first.outcome, then.outcome
    outcome = Outcome(
        a.at_a_time,
        a.ballots + b.ballots,
        a.seconds + b.seconds,
        a.waits + b.waits,
        a.failures + b.failures,
    )
    return Crowded(
        outcome,
        first.bot_cpu + then.bot_cpu,
        first.crowd_cpu + then.crowd_cpu,
        first.others_cpu + then.others_cpu,
    )


@asynccontextmanager
async def started(make: Maker) -> AsyncIterator[Running]:
    """Run the warm bot in an empty folder on its core; stop it and remove the folder at the end."""
    sink = Sink()
    server, port = await open_sink(sink)
    with tempfile.TemporaryDirectory(prefix="answers-") as name:
        folder = Path(name)
        bot, log = make(folder, f"http://127.0.0.1:{port}"), folder / "log"
        with running(bot.command, bot.environment, BOT_CORE, log) as process:
            run = Running(bot, sink, await ready(bot, sink, process, log), process.pid)
            await run.warm_up()
            yield run
            still_alive(process, log)
    server.close()


async def measure(loads: Sequence[tuple[Maker, Load]]) -> list[Measured]:
    """Start all bots and send them crowds in turn, so that a drift of speed meets all alike."""
    async with AsyncExitStack() as stack:
        runs = [(await stack.enter_async_context(started(make)), load) for make, load in loads]
        for size in loads[0][1].crowds:
            for run, load in runs * ROUNDS:
                await run.send(size, load.ballots // ROUNDS, load.seconds / ROUNDS)
        return [run.measured() for run, _ in runs]


async def ready(bot: Bot, sink: Sink, process: subprocess.Popen[bytes], log: Path) -> Target:
    """Wait until the bot has told the Bot API its webhook and listens; gives where updates go.

    Raises:
        RuntimeError: it ended, or took more than 30 seconds.
    """
    for _ in range(300):
        await asyncio.sleep(0.1)
        still_alive(process, log)
        if sink.webhook and listens(bot.port):
            url, secret = sink.webhook
            return Target(bot.port, urlsplit(url).path, secret, bot.starts)
    raise RuntimeError(f"{bot.name} set no webhook within 30 seconds:\n{tail(log)}")


def listens(port: int) -> bool:
    """Say whether anything answers on that loopback port."""
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex(("127.0.0.1", port)) == 0


def spent(pid: int) -> tuple[float, float, float]:
    """Return CPU seconds so far: the bot's with its children, the crowd's, all of its core's."""
    return sum(usage(member).cpu for member in family(pid)), clock(), busy(BOT_CORE)
