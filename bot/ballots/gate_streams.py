"""Running numbers of one gate process, so that nothing the gate accepted is dropped unseen.

A stream is one run of one process. The last number of each campaign stands in a sealed row, which
is written in the transaction that stages the messages. So a number counts once it is committed,
and neither a kill nor a failed commit nor a second process makes a gap. The process also remembers
what it read there: a row that goes back to an older state does not take a number back.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballots.intake import ACCEPTED, IntakeCounts, read_counts, sign_intake, total_counts
from bot.ballots.stored_forms import BALLOT, END, Submission
from bot.crypto.gate_keys import GateKeys
from bot.crypto.gate_signatures import GateSigner
from bot.storage.database import insert
from bot.storage.schema import all as tables

STREAM_BYTES = 8
Place = tuple[str, str]
"""Campaign and stream, in the order in which rows are locked."""


@dataclass(slots=True)
class StreamCount:
    """What the gate put into one stream of one campaign.

    ``last`` is the last number, ``units`` the ballots by unit.
    ``before`` are the streams that the campaign had when this one began.
    ``intake`` is what the gate signs at the close; messages of before it are not in it.
    """

    last: int = 0
    units: dict[str, int] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    intake: IntakeCounts = field(default_factory=IntakeCounts)

    def to_json(self) -> str:
        """Returns the text of the sealed row."""
        numbers = {"last": self.last, "units": self.units, "before": self.before}
        return json.dumps(numbers | {"intake": self.intake.to_json()})

    def add(self, submission: Submission, counts: IntakeCounts) -> int:
        """Counts a submission and returns its number."""
        self.last += 1
        if submission["kind"] == BALLOT:
            unit = submission["ballot"]["unit"]
            self.units[unit] = self.units.get(unit, 0) + 1
        self.intake.add(counts)
        return self.last


class GateStreams:
    """The streams that one gate process writes or ends.

    Args:
        keys: the gate's secrets.
        signer: signs what the gate counted.
    """

    def __init__(self, keys: GateKeys, signer: GateSigner) -> None:
        self._keys = keys
        self._signer = signer
        self._stream = _new_stream()
        self._committed: dict[Place, StreamCount] = {}

    async def number(
        self, connection: AsyncConnection, submissions: Sequence[tuple[Submission, IntakeCounts]]
    ) -> None:
        """Gives the submissions their stream and numbers, within the caller's transaction.

        Each comes with what it adds to the counts of the campaign.
        """
        campaigns = sorted({submission["campaign"] for submission, _ in submissions})
        rows = await self._locked(connection, campaigns)
        if any(row.ended for row in rows.values()):
            # A process that started meanwhile took this one for dead and ended its stream.
            self._stream = _new_stream()
            rows = await self._locked(connection, campaigns)
        counts = {campaign: self._count(rows[campaign]) for campaign in campaigns}
        for submission, added in submissions:
            number = counts[submission["campaign"]].add(submission, added)
            submission.update(stream=self._stream, number=number)
        await self._write(connection, counts)

    async def units(self, connection: AsyncConnection, campaign: str) -> set[str]:
        """Returns the units of which any stream of a campaign has a ballot."""
        columns = tables.gate_streams.c
        query = select(tables.gate_streams).where(columns.campaign == campaign)
        rows = (await connection.execute(query)).all()
        known = [one for place, one in self._committed.items() if place[0] == campaign]
        counts = [*known, *(one for row in rows if (one := self._read(row)))]
        return {unit for one in counts for unit in one.intake.units}

    async def end(self, connection: AsyncConnection, own: bool) -> list[Submission]:
        """Ends this process's stream, or all others; returns a message for each campaign."""
        columns = tables.gate_streams.c
        mine = columns.stream == self._stream
        rows = await _lock(connection, columns.ended.is_(False), mine if own else ~mine)
        ended = update(tables.gate_streams).where(mine if own else ~mine)
        await connection.execute(ended.values(ended=True))
        campaigns = sorted({row.campaign for row in rows})
        return [self._message(one, [r for r in rows if r.campaign == one]) for one in campaigns]

    async def end_campaign(self, connection: AsyncConnection, campaign: str) -> Submission:
        """Ends all streams of a campaign that takes no more; returns the message that says so."""
        columns = tables.gate_streams.c
        rows = await _lock(connection, columns.campaign == campaign)
        ended = update(tables.gate_streams).where(columns.campaign == campaign)
        await connection.execute(ended.values(ended=True))
        message = self._message(campaign, rows)
        counted = [one for row in rows if (one := self._newest(row))]
        named = {name for row in rows if (one := self._read(row)) for name in one.before}
        own = {stream for place, stream in self._committed if place == campaign}
        for stream in sorted((named | own) - {row.stream for row in rows}):
            # Somebody deleted the row.
            known = self._committed.get((campaign, stream))
            message["streams"][stream] = _ended(known)
            counted += [known] if known else []
        intake = sign_intake(self._signer, campaign, total_counts(one.intake for one in counted))
        return message | {"closing": True, "intake": intake}

    def _message(self, campaign: str, rows: Iterable[Any]) -> Submission:
        streams = {row.stream: _ended(self._newest(row)) for row in rows}
        return {"kind": END, "campaign": campaign, "closing": False, "streams": streams}

    async def _locked(self, connection: AsyncConnection, campaigns: list[str]) -> dict[str, Any]:
        """Returns this stream's rows by campaign, locked; makes those that are missing."""
        new = [one for one in campaigns if (one, self._stream) not in self._committed]
        await self._begin(connection, new)
        found = await self._rows(connection, campaigns)
        missing = [one for one in campaigns if one not in found]
        if missing:
            await self._begin(connection, missing)
            found |= await self._rows(connection, missing)
        return found

    async def _rows(self, connection: AsyncConnection, campaigns: list[str]) -> dict[str, Any]:
        columns = tables.gate_streams.c
        own = (columns.stream == self._stream, columns.campaign.in_(campaigns))
        return {row.campaign: row for row in await _lock(connection, *own)}

    async def _begin(self, connection: AsyncConnection, campaigns: list[str]) -> None:
        """Makes this stream's rows, each of which names the streams before it."""
        if not campaigns:
            return
        columns = tables.gate_streams.c
        query = select(columns.campaign, columns.stream).where(columns.campaign.in_(campaigns))
        others = (await connection.execute(query)).all()
        rows = []
        for campaign in campaigns:
            before = sorted(row.stream for row in others if row.campaign == campaign)
            count = StreamCount(before=tuple(before))
            place = {"stream": self._stream, "campaign": campaign, "ended": False}
            rows.append(place | {"sealed": self._sealed(campaign, count)})
        statement = insert(connection, tables.gate_streams).on_conflict_do_nothing()
        await connection.execute(statement, rows)

    async def _write(self, connection: AsyncConnection, counts: dict[str, StreamCount]) -> None:
        columns = tables.gate_streams.c
        one = update(tables.gate_streams).where(
            columns.stream == self._stream, columns.campaign == bindparam("of")
        )
        rows = [{"of": name, "new": self._sealed(name, count)} for name, count in counts.items()]
        await connection.execute(one.values(sealed=bindparam("new")), rows)

    def _count(self, row: Any) -> StreamCount:
        """Returns the count to go on from, and remembers it: what was read is committed."""
        newest = self._newest(row) or StreamCount()
        self._committed[row.campaign, row.stream] = newest
        # The copy is counted on; the transaction may yet fail.
        intake = total_counts([newest.intake])
        return StreamCount(newest.last, dict(newest.units), newest.before, intake)

    def _newest(self, row: Any) -> StreamCount | None:
        """Returns what the row says, or what this process knows if that is more."""
        read, known = self._read(row), self._committed.get((row.campaign, row.stream))
        return max((one for one in (read, known) if one), key=lambda one: one.last, default=None)

    def _read(self, row: Any) -> StreamCount | None:
        text = self._keys.open_count(row.campaign, row.stream, bytes(row.sealed))
        if text is None:
            return None
        found = json.loads(text)
        intake = read_counts(found.get("intake"))
        return StreamCount(found["last"], found["units"], tuple(found["before"]), intake)

    def _sealed(self, campaign: str, count: StreamCount) -> bytes:
        return self._keys.seal_count(campaign, self._stream, count.to_json())


async def accepted_ballots(connection: AsyncConnection, keys: GateKeys, campaign: str) -> int:
    """Returns how many ballots of a campaign the gate has accepted until now.

    A row that nobody can read any more counts nothing; the close says so as `unended`.

    Raises:
        KeyMissing: the campaign's key at the gate is lost.
    """
    keys.voters.demand(campaign)
    columns = tables.gate_streams.c
    query = select(tables.gate_streams).where(columns.campaign == campaign)
    rows = (await connection.execute(query)).all()
    texts = (keys.open_count(campaign, row.stream, bytes(row.sealed)) for row in rows)
    counts = (read_counts(json.loads(text).get("intake")) for text in texts if text is not None)
    return total_counts(counts).total(ACCEPTED)


async def _lock(connection: AsyncConnection, *which: Any) -> list[Any]:
    columns = tables.gate_streams.c
    query = select(tables.gate_streams).where(*which).order_by(columns.campaign, columns.stream)
    return list((await connection.execute(query.with_for_update())).all())


def _ended(count: StreamCount | None) -> dict[str, Any] | None:
    """Returns the end of a stream as messages say it; None when nobody knows it any more."""
    return None if count is None else {"last": count.last, "units": count.units}


def _new_stream() -> str:
    return secrets.token_hex(STREAM_BYTES)
