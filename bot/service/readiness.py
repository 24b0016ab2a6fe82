"""Whether ballots can be taken: named checks, looked at in the background every five seconds.

A page that asks costs no work, so nobody can burden the service by asking.
A room adds its own check by `Readiness.add`; a check that is ``needed`` fails readiness (503),
another only degrades it (200, named).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.core.events import event, fault

log = logging.getLogger(__name__)

SECONDS = 5.0
"""Seconds between two looks."""
PATIENCE = 2.0
"""Seconds after which a check without an answer counts as failed."""
STALE = 30.0
"""Seconds without a look after which nothing is known any more."""
UNKNOWN = "checks"
"""The name that stands for all checks when nothing is known of them."""

Ask = Callable[[], Awaitable[bool]]


@dataclass(slots=True)
class _Check:
    ask: Ask
    needed: bool
    tries: int
    failures: int = 0
    running: asyncio.Task[bool] | None = None

    @property
    def failed(self) -> bool:
        return self.failures >= self.tries

    def take(self) -> None:
        """Takes the answer, or that there is none yet."""
        if self.running is not None and self.running.done():
            well, self.running = self.running.result(), None
            self.failures = 0 if well else self.failures + 1
        else:
            self.failures += 1


class _Rounds:
    """How the last round of periodic work went, and when it ended."""

    def __init__(self) -> None:
        self.note(True)

    def note(self, well: bool) -> None:
        """Notes that a round has ended."""
        self.well, self.ended = well, asyncio.get_running_loop().time()


class Readiness:
    """The registry of checks, and what the last look found."""

    def __init__(self) -> None:
        self._checks: dict[str, _Check] = {}
        self._looked: float | None = None
        self._told: tuple[list[str], list[str]] = ([], [])

    def add(self, name: str, ask: Ask, *, needed: bool, tries: int = 1) -> None:
        """Adds a check; one of the same name is replaced.

        Args:
            name: what `/readyz` says when it fails, in lower case and without spaces.
            ask: returns whether all is well; an exception or no answer in time says no.
            needed: whether no ballot can be taken while it fails.
            tries: how many looks in a row have to fail before it counts.
        """
        self._checks[name] = _Check(ask, needed, tries)

    def watch(self, name: str, within: float) -> Callable[[bool], None]:
        """Adds a check of periodic work, which degrades. Returns what hears of each round.

        Args:
            name: of the check.
            within: seconds in which a round has to end.
        """
        rounds = _Rounds()

        async def ask() -> bool:
            return rounds.well and asyncio.get_running_loop().time() - rounds.ended <= within

        self.add(name, ask, needed=False)
        return rounds.note

    @property
    def failed(self) -> list[str]:
        """The checks because of which no ballot can be taken."""
        now = asyncio.get_running_loop().time()
        if self._looked is None or now - self._looked > STALE:
            return [UNKNOWN]
        return sorted(name for name, check in self._checks.items() if check.needed and check.failed)

    @property
    def degraded(self) -> list[str]:
        """The checks that fail while ballots can be taken all the same."""
        return sorted(
            name for name, check in self._checks.items() if not check.needed and check.failed
        )

    def states(self) -> dict[str, bool]:
        """Returns by the name of every check whether it fails."""
        return {name: check.failed for name, check in sorted(self._checks.items())}

    async def run(self) -> None:
        """Looks every `SECONDS`, for ever."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(SECONDS)
        finally:
            left = [check.running for check in self._checks.values() if check.running]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def look(self) -> None:
        """Asks every check; one that still has no answer from the last look is not asked again."""
        checks = list(self._checks.values())
        for check in checks:
            check.running = check.running or asyncio.create_task(_answered(check.ask))
        if checks:
            await asyncio.wait([it.running for it in checks if it.running], timeout=PATIENCE)
        for check in checks:
            check.take()
        self._looked = asyncio.get_running_loop().time()
        self._tell()

    def _tell(self) -> None:
        """Logs what has changed since the last look; the log need not repeat it every 5 s."""
        found = (self.failed, self.degraded)
        if found != self._told:
            self._told = found
            log.warning(
                "ready for ballots: %s; failed %s, degraded %s",
                not found[0],
                *found,
                extra=event("readiness", reason=",".join(found[0] or found[1])),
            )


async def _answered(ask: Ask) -> bool:
    try:
        return await ask()
    except Exception as error:
        log.debug(
            "a check failed: %s", type(error).__name__, extra=event("check_failed", **fault(error))
        )
        return False
