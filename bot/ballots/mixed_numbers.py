"""The mixer's account of the gate's running numbers: which came, and which are missing.

It is sealed under the mixer's key of the campaign, so that whoever owns the database cannot say
that a deleted message came. It goes with the close.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballots.stored_forms import BALLOT, END, Submission
from bot.crypto.gate_keys import pseudonym
from bot.crypto.sealed_rows import open_row, seal_row
from bot.storage.database import insert
from bot.storage.schema import all as tables

ENDS = ""
"""The place of what the gate said about the ends of a campaign's streams."""
Place = tuple[str, str]
"""Campaign and stream."""
Secret = Callable[[str], bytes]
"""Returns the mixer's secret of a campaign."""


class StateChanged(Exception):
    """Another mixer wrote the account first."""


@dataclass(slots=True)
class SeenNumbers:
    """Numbers of one stream that were mixed, as ranges from and to, and ballots by unit."""

    ranges: list[list[int]] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)

    def add(self, submission: Submission) -> bool:
        """Notes a message; returns False when its number came before."""
        number = submission["number"]
        if any(first <= number <= last for first, last in self.ranges):
            return False
        self.ranges = _joined([*self.ranges, [number, number]])
        if submission["kind"] == BALLOT:
            unit = submission["ballot"]["unit"]
            self.units[unit] = self.units.get(unit, 0) + 1
        return True

    @property
    def count(self) -> int:
        """How many numbers came."""
        return sum(last - first + 1 for first, last in self.ranges)

    @property
    def last(self) -> int:
        """The highest number that came; 0 for none."""
        return self.ranges[-1][1] if self.ranges else 0


@dataclass(frozen=True, slots=True)
class Gaps:
    """What a campaign's numbers say at its close.

    ``finished``: the gate said that there is nothing more.
    ``missing`` counts messages that the gate accepted and that were not mixed, and ``units`` are
    the units of missing ballots. ``unended`` counts streams whose end nobody knows.
    """

    finished: bool
    missing: int
    unended: int
    units: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether everything that the gate accepted was mixed."""
        return self.finished and not self.missing and not self.unended


class MixedNumbers:
    """The account of some campaigns, as it was read, with what a batch adds."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret
        self._stored: dict[Place, bytes] = {}
        self._seen: dict[Place, SeenNumbers] = {}
        self._ends: dict[str, dict[str, Any]] = {}
        self._changed: set[Place] = set()

    async def read(self, connection: AsyncConnection, campaigns: Iterable[str]) -> None:
        """Reads the account of these campaigns. What nobody but the mixer wrote counts."""
        columns = tables.mixed_streams.c
        query = select(tables.mixed_streams).where(columns.campaign.in_(sorted(campaigns)))
        for row in await connection.execute(query):
            place, sealed = (row.campaign, row.stream), bytes(row.sealed)
            self._stored[place] = sealed
            text = open_row(self._key(place), sealed)
            if text is None:
                continue
            if row.stream == ENDS:
                self._ends[row.campaign] = json.loads(text)
            else:
                self._seen[place] = SeenNumbers(**json.loads(text))

    def add(self, submission: Submission) -> bool:
        """Notes a message; returns False when it came before.

        Messages of a gate before there were numbers have none.
        """
        if submission["kind"] == END:
            self._end(submission)
            return True
        if "number" not in submission:
            return True
        place = (submission["campaign"], submission["stream"])
        self._changed.add(place)
        return self._seen.setdefault(place, SeenNumbers()).add(submission)

    def _end(self, message: Submission) -> None:
        campaign = message["campaign"]
        said = self._ends.setdefault(campaign, {"closing": False, "streams": {}})
        said["closing"] = said["closing"] or message["closing"]
        for stream, end in message["streams"].items():
            known = said["streams"].get(stream)
            if known is None or (end is not None and end["last"] > known["last"]):
                said["streams"][stream] = end
        if "intake" in message:
            said["intake"] = message["intake"]
        self._changed.add((campaign, ENDS))

    async def write(self, connection: AsyncConnection) -> None:
        """Stores what was added.

        Raises:
            StateChanged: another mixer did so meanwhile.
        """
        columns = tables.mixed_streams.c
        for campaign, stream in sorted(self._changed):
            place = (campaign, stream)
            sealed = seal_row(self._key(place), self._text(place))
            if place in self._stored:
                same = (columns.campaign == campaign, columns.stream == stream)
                statement = update(tables.mixed_streams).where(
                    *same, columns.sealed == self._stored[place]
                )
                statement = statement.values(sealed=sealed)
            else:
                row = {"campaign": campaign, "stream": stream, "sealed": sealed}
                statement = insert(connection, tables.mixed_streams).values(row)
                statement = statement.on_conflict_do_nothing()
            if (await connection.execute(statement.returning(columns.stream))).first() is None:
                raise StateChanged

    def _key(self, place: Place) -> bytes:
        return pseudonym(self._secret(place[0]), "stream", *place)

    def _text(self, place: Place) -> str:
        if place[1] == ENDS:
            return json.dumps(self._ends[place[0]])
        seen = self._seen[place]
        return json.dumps({"ranges": seen.ranges, "units": seen.units})

    def intake(self, campaign: str) -> dict[str, Any] | None:
        """Returns what the gate signed of all that it accepted, once it has."""
        found: dict[str, Any] | None = self._ends.get(campaign, {}).get("intake")
        return found

    def gaps(self, campaign: str) -> Gaps:
        """Returns what is missing of a campaign, by what the gate said and what came."""
        said = self._ends.get(campaign, {"closing": False, "streams": {}})
        seen = {place[1]: one for place, one in self._seen.items() if place[0] == campaign}
        missing, unended, units = 0, 0, set()
        for stream in {*said["streams"], *seen}:
            end, came = said["streams"].get(stream), seen.get(stream, SeenNumbers())
            unended += end is None
            missing += max(came.last, end["last"] if end else 0) - came.count
            wanted = end["units"] if end else {}
            units |= {unit for unit, n in wanted.items() if n > came.units.get(unit, 0)}
        return Gaps(said["closing"], missing, unended, tuple(sorted(units)))


def _joined(ranges: list[list[int]]) -> list[list[int]]:
    """Returns ranges in order; those that touch become one."""
    found: list[list[int]] = []
    for first, last in sorted(ranges):
        if found and first == found[-1][1] + 1:
            found[-1][1] = last
        else:
            found.append([first, last])
    return found
