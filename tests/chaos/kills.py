"""Kill -9 under load, again and again; then nothing may be lost and nothing may be there twice."""

from __future__ import annotations

import asyncio
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from benchmarks.answers.sink import open_sink
from tests.chaos.audit import Verdict, audit
from tests.chaos.crowd import Chats, Crowd, Seen
from tests.chaos.stand import Stand, stand, stores

SEATS = 24
MOST_BETWEEN = 400
"""The most updates that the service takes between two kills."""
AT_THE_START = 0.2
"""The share of kills that come while the service is still starting."""
STARTING = 2.0
BACK_WITHIN = 60.0
FINISH_WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class Killed:
    """One run: the kills of each store, what the citizens saw, and what the database holds."""

    stores: str
    kills: int
    seconds: float
    slowest: float
    seen: Seen
    verdict: Verdict


async def kill_again_and_again(kind: str, kills: int, seed: int = 1) -> Killed:
    """Run the whole exercise on one kind of stores.

    Raises:
        RuntimeError: the service does not come back, or ends by itself.
    """
    chats, chance, began = Chats(), random.Random(seed), monotonic()
    server, port = await open_sink(chats)
    with tempfile.TemporaryDirectory(prefix="chaos-") as name, stores(kind) as kept:
        with stand(Path(name), kept, f"http://127.0.0.1:{port}") as there:
            there.start()
            crowd = Crowd(there.target, chats, SEATS, seed)
            crowd.sit_down()
            slowest = 0.0
            try:
                for _ in range(kills):
                    if chance.random() < AT_THE_START:
                        await asyncio.sleep(chance.random() * STARTING)
                    else:
                        slowest = max(
                            slowest, await _work(there, crowd, chance.randint(1, MOST_BETWEEN))
                        )
                    there.kill_one(chance)
                await _work(there, crowd, 1)
                await crowd.leave(FINISH_WITHIN)
                await there.close_campaign()
            finally:
                await crowd.stop()
        verdict = audit(there.database_url, chats.seen)
    server.close()
    return Killed(kept.name, kills, monotonic() - began, slowest, chats.seen, verdict)


async def _work(there: Stand, crowd: Crowd, updates: int) -> float:
    """Let the service take that many updates; return the seconds until the first."""
    began, before, first = monotonic(), crowd.seen.delivered, 0.0
    while crowd.seen.delivered < before + updates:
        await asyncio.sleep(0.005)
        crowd.alive()
        if not first and crowd.seen.delivered > before:
            first = monotonic() - began
        if monotonic() - began > BACK_WITHIN:
            there.alive()
            raise RuntimeError("the service has not come back")
    return first
