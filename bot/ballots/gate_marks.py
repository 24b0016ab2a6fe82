"""What people have rated, so that the gate can say of a ballot that it replaces an earlier one.

A person's mark for a unit is HMAC(the campaign's gate key, unit, channel, user), or of an identity
that they have shown in place of channel and user, with the number of
ballots since they last erased theirs. Marks are written in the transaction that stages the ballot,
and go with the campaign's key at the close.

Whoever holds the gate's keys and the database of an open campaign can ask the marks which units a
known person has rated: whoever can say «again» can say this.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.identity import Citizen
from bot.crypto.gate_keys import GateKeys
from bot.storage.database import padded, store_together
from bot.storage.schema import all as tables

MARKS_A_STATEMENT = 512


_COUNTS = select(tables.gate_marks.c.mark, tables.gate_marks.c["count"]).where(
    tables.gate_marks.c.mark.in_(bindparam("marks", expanding=True))
)


class RatedUnits:
    """The marks that one transaction reads and writes.

    Args:
        keys: the gate's secrets.
    """

    def __init__(self, keys: GateKeys) -> None:
        self._keys = keys
        self._places: dict[tuple[str, str, Citizen], bytes] = {}
        self._before: dict[bytes, int] = {}
        self._counts: dict[bytes, int] = {}

    async def read(
        self, connection: AsyncConnection, places: Iterable[tuple[str, str, Citizen]]
    ) -> None:
        """Reads how often these people have rated these units (campaign, unit, citizen).

        The caller has locked the people, so that nobody else changes their marks.
        """
        for campaign, unit, citizen in places:
            mark = self._keys.rated(campaign, unit, *citizen.voter)
            self._places[campaign, unit, citizen] = mark
        marks = sorted(self._places.values())
        for start in range(0, len(marks), MARKS_A_STATEMENT):
            some = marks[start : start + MARKS_A_STATEMENT]
            for mark, count in await connection.execute(_COUNTS, {"marks": padded(some)}):
                self._before[bytes(mark)] = count
        self._counts = dict(self._before)

    def was_rated(self, campaign: str, unit: str, citizen: Citizen) -> bool:
        """Returns whether this citizen has rated the unit and not erased that since."""
        return bool(self._counts.get(self._places[campaign, unit, citizen]))

    def rate(self, campaign: str, unit: str, citizen: Citizen) -> bool:
        """Counts a ballot; returns whether this citizen has rated the unit before."""
        mark = self._places[campaign, unit, citizen]
        self._counts[mark] = self._counts.get(mark, 0) + 1
        return self._counts[mark] > 1

    def erase(self, campaign: str, citizen: Citizen) -> dict[str, int]:
        """Forgets what a citizen has rated; returns the number of ballots by unit."""
        gone = {}
        for (of, unit, whose), mark in self._places.items():
            if (of, whose) == (campaign, citizen) and self._counts.get(mark):
                gone[unit] = self._counts.pop(mark)
        return gone

    async def write(self, connection: AsyncConnection) -> None:
        """Stores what was counted and deletes what was forgotten."""
        campaigns = {mark: campaign for (campaign, *_), mark in self._places.items()}
        changed = [
            {"mark": mark, "campaign": campaigns[mark], "count": count}
            for mark, count in sorted(self._counts.items())
            if count != self._before.get(mark)
        ]
        await store_together(connection, tables.gate_marks, changed, ["mark"])
        gone, columns = sorted(self._before.keys() - self._counts.keys()), tables.gate_marks.c
        for start in range(0, len(gone), MARKS_A_STATEMENT):
            some = gone[start : start + MARKS_A_STATEMENT]
            await connection.execute(delete(tables.gate_marks).where(columns.mark.in_(some)))
