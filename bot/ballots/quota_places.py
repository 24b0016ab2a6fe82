"""Takes quota places with ballots: one for each person, and no more than registered.

A place is a mark, HMAC(the campaign's gate key, cell, channel, user), and one in its cell's count.
A person keeps the place until the close, also when they rate again or withdraw their ballots.
Nobody who watches a full cell can tell that somebody has withdrawn
(`docs/decisions/0012-quotas.md`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.quota_counts import Key, _key, read_taken_places
from bot.core.identity import Citizen
from bot.crypto.gate_keys import GateKeys
from bot.storage.database import insert
from bot.storage.schema import all as tables
from survey_flows.quota import QuotaCell, Quotas

COLUMNS = ("campaign", "unit", "group_code", "stratum", "source")


@dataclass(frozen=True, slots=True)
class PlaceRequest:
    """A citizen's need for a place in each of some cells of a campaign."""

    citizen: Citizen
    campaign: str
    cells: Sequence[QuotaCell]


class QuotaPlaces:
    """Takes quota places under marks of the gate's keys."""

    def __init__(self, keys: GateKeys) -> None:
        self._keys = keys

    async def held(
        self, connection: AsyncConnection, requests: Sequence[PlaceRequest]
    ) -> list[frozenset[QuotaCell]]:
        """Return, for each request, the cells in which the citizen has a place already."""
        marks = [self._marks(request) for request in requests]
        known = await _known(connection, [mark for own in marks for mark in own.values()])
        return [frozenset(cell for cell, mark in own.items() if mark in known) for own in marks]

    async def take(
        self,
        connection: AsyncConnection,
        requests: Sequence[PlaceRequest],
        quotas: dict[str, Quotas],
    ) -> list[frozenset[QuotaCell]]:
        """Take the requested places while there are any; return each request's full cells.

        A request takes all of its places or none.
        The caller has locked the people (`lock_people`),
        and rolls back when it does not store their ballots.
        """
        held = await self.held(connection, requests)
        # Two accounts with one identity may come in one batch, and have one place.
        asked: set[bytes] = set()
        missing = []
        for request, own in zip(requests, held, strict=True):
            new = {cell: self._mark(request, cell) for cell in request.cells if cell not in own}
            missing.append([cell for cell, mark in new.items() if mark not in asked])
            asked |= set(new.values())
        keys = {
            (request.campaign, cell)
            for request, cells in zip(requests, missing, strict=True)
            for cell in cells
        }
        before = await _lock(connection, keys)
        # A count never falls: one that is lower than this process has seen was changed by somebody.
        taken = {
            (campaign, cell): max(count, quotas[campaign].taken.get(cell, 0))
            for (campaign, cell), count in before.items()
        }
        marks, refused = [], []
        for request, cells in zip(requests, missing, strict=True):
            capacity = quotas[request.campaign].capacity
            full = frozenset(
                cell for cell in cells if taken[request.campaign, cell] >= capacity[cell]
            )
            refused.append(full)
            for cell in () if full else cells:
                taken[request.campaign, cell] += 1
                marks.append({"mark": self._mark(request, cell), "campaign": request.campaign})
        await _write(
            connection, {key: count for key, count in taken.items() if count != before[key]}, marks
        )
        return refused

    def _marks(self, request: PlaceRequest) -> dict[QuotaCell, bytes]:
        return {cell: self._mark(request, cell) for cell in request.cells}

    def _mark(self, request: PlaceRequest, cell: QuotaCell) -> bytes:
        named = (cell.unit, cell.group, cell.stratum, cell.source)
        return self._keys.place(request.campaign, named, *request.citizen.voter)


async def rewrite_counts(connection: AsyncConnection, campaigns: Iterable[str]) -> None:
    """Rewrite the counts of these campaigns unchanged, in the transaction that mixes their ballots.

    PostgreSQL keeps with each row the transaction that wrote it last.
    Without this it would be the one that wrote the conversation of the last person with a place.
    """
    keys = set(await read_taken_places(connection, campaigns))
    if keys:
        await _lock(connection, keys)


async def delete_quota_marks(connection: AsyncConnection, campaign: str) -> None:
    """Delete marks and counts of a campaign that is being closed."""
    for table in (tables.quota_cells, tables.quota_places):
        await connection.execute(delete(table).where(table.c.campaign == campaign))


async def _known(connection: AsyncConnection, marks: Sequence[bytes]) -> set[bytes]:
    if not marks:
        return set()
    query = select(tables.quota_places.c.mark).where(tables.quota_places.c.mark.in_(marks))
    return {bytes(mark) for mark in (await connection.execute(query)).scalars()}


async def _lock(connection: AsyncConnection, keys: Iterable[Key]) -> dict[Key, int]:
    """Lock the counts of these cells until this transaction ends, and return them.

    Writing them unchanged locks them on every database; their order prevents a deadlock.
    """
    rows = [_columns(key) | {"taken": 0} for key in sorted(keys)]
    if not rows:
        return {}
    statement = insert(connection, tables.quota_cells)
    same = statement.on_conflict_do_update(
        index_elements=list(COLUMNS), set_={"taken": tables.quota_cells.c.taken}
    )
    found = await connection.execute(same.returning(*tables.quota_cells.c), rows)
    return {_key(row): row.taken for row in found}


async def _write(
    connection: AsyncConnection, taken: dict[Key, int], marks: list[dict[str, Any]]
) -> None:
    if taken:
        where = (tables.quota_cells.c[name] == bindparam(f"its_{name}") for name in COLUMNS)
        rows = [
            {f"its_{name}": value for name, value in _columns(key).items()} | {"new": count}
            for key, count in taken.items()
        ]
        await connection.execute(
            update(tables.quota_cells).where(*where).values(taken=bindparam("new")), rows
        )
    if marks:
        await connection.execute(
            tables.quota_places.insert(), sorted(marks, key=lambda row: row["mark"])
        )


def _columns(key: Key) -> dict[str, Any]:
    campaign, cell = key
    return dict(
        zip(COLUMNS, (campaign, cell.unit, cell.group, cell.stratum, cell.source), strict=True)
    )
