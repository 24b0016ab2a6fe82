"""The acts that the log has, by the guard: rows of the database may say otherwise."""

from __future__ import annotations

import asyncio
import json

from bot.transparency.guard import Guard
from bot.transparency.log_entry import LogEntry
from survey_flows.log_entries import SEEN

NOT_SAID = -1


class LoggedActs:
    """The public entries of a guard, read as far as the guard is done.

    Args:
        guard: the files beside the log's key.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._read = 0
        self._labels: set[bytes] = set()
        self._placed: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self.seen = NOT_SAID
        """The largest size of the log that an act of the desk says it was ordered at."""

    async def refresh(self) -> None:
        """Reads what any process has appended since."""
        await asyncio.to_thread(self._catch_up)

    def has(self, label: bytes) -> bool:
        """Returns whether an act has this label."""
        return label in self._labels

    def bodies(self, kind: str, campaign: str) -> list[str]:
        """Returns the bodies of a campaign's acts of a kind, in the order of the log."""
        return [body for _, body in self.placed(kind, campaign)]

    def placed(self, kind: str, campaign: str) -> list[tuple[int, str]]:
        """Returns position and body of each."""
        return self._placed.get((kind, campaign), [])

    def _catch_up(self) -> None:
        if self._guard.read().done.size == self._read:
            return
        for entry in self._guard.entries(self._read):
            self._note(entry, self._read)
            self._read += 1

    def _note(self, entry: LogEntry, position: int) -> None:
        if entry.body is not None and entry.label is not None:
            self._labels.add(entry.label)
            own = self._placed.setdefault((entry.kind, entry.campaign), [])
            own.append((position, entry.body))
            self.seen = max(self.seen, seen_by(entry.body))


def seen_by(body: str) -> int:
    """Returns how many entries the log had when an act was ordered; older acts do not say."""
    found = json.loads(body).get(SEEN, NOT_SAID)
    return found if type(found) is int else NOT_SAID
