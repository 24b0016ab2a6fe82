"""Tasks of the service that go on after an unforeseen error, and which of them pause.

A task that fails pauses for 1, 2, 4 … 60 seconds, and the others go on. The log has an event for
it with the lines of our own code only: an error's text may hold what a citizen wrote.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.core.events import event, fault
from bot.core.operator_needed import OperatorNeeded

log = logging.getLogger(__name__)

AWAY = (OperationalError, InterfaceError, PoolTimeout, OSError)
"""Errors of a database that is away, as against an error of our own."""
SHORTEST, LONGEST = 1.0, 60.0
ROOT = Path(__file__).parents[2]
OWN = tuple(f"{ROOT / package}/" for package in ("aggregation", "bot", "survey_flows"))
Work = Callable[[], Awaitable[None]]
Note = Callable[[bool], object]


class TaskStates:
    """Which tasks pause after an error, for a check of the service's health."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._told: dict[str, tuple[str, str]] = {}

    def paused(self) -> tuple[str, ...]:
        """Returns the names of the tasks that pause now."""
        return tuple(sorted(self._failures))

    def failures(self, name: str) -> int:
        """Returns how often a task failed since it last succeeded."""
        return self._failures.get(name, 0)

    def note_failure(self, name: str, error: Exception) -> float:
        """Notes a task's unforeseen error and returns the seconds of its pause.

        An error that stays the same is told once.
        """
        count = self._failures[name] = self._failures.get(name, 0) + 1
        told = type(error).__name__, own_lines(error)
        if self._told.get(name) != told:
            self._told[name] = told
            log.error(
                "the task %s failed and pauses: %s at %s",
                name,
                *told,
                extra=event("task_failed", task=name, error=told[0], at=told[1]),
            )
        return float(min(LONGEST, SHORTEST * 2 ** min(count - 1, 10)))

    def note_success(self, name: str) -> None:
        """Notes that a task did its work."""
        if self._failures.pop(name, 0):
            del self._told[name]
            log.warning("the task %s works again", name, extra=event("task_recovered", task=name))


def own_lines(error: Exception) -> str:
    """Returns the places of our own code that an error passed, without any value."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [
        f"{Path(frame.filename).relative_to(ROOT)}:{frame.lineno} {frame.name}"
        for frame in frames
        if frame.filename.startswith(OWN)
    ]
    return " < ".join(reversed(places))


async def repeat(
    work: Work, seconds: float, name: str, states: TaskStates, note: Note = lambda _: None
) -> None:
    """Repeats ``work`` for ever with a pause of ``seconds``, longer after an unforeseen error.

    ``note`` hears of each round whether it went well.
    """
    while True:  # noqa: ASYNC110 - it waits for the time alone
        await asyncio.sleep(await run_once(work, name, states, note) or seconds)


async def run_once(work: Work, name: str, states: TaskStates, note: Note = lambda _: None) -> float:
    """Runs ``work`` and returns the seconds of the pause that its error demands, or 0."""
    try:
        await work()
    except OperatorNeeded:
        # Going on would sign a second history or take ballots under another key.
        raise
    except AWAY as error:
        note(False)
        log.warning(
            "the database cannot be reached: %s",
            type(error).__name__,
            extra=event("database_away", task=name, **fault(error)),
        )
    except Exception as error:
        note(False)
        return states.note_failure(name, error)
    else:
        states.note_success(name)
        note(True)
    return 0.0
