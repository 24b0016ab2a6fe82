"""One batch of the mixer: what its messages do to ballots, comments and the log."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from random import SystemRandom
from typing import Any

from sqlalchemy import Table, delete, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.bulk import insert_all
from bot.storage.database import insert
from bot.storage.schema import all as tables
from bot.transparency.entry_bodies import ballot_body, comment_body, withdrawal_body
from bot.transparency.log_writer import LogEntry, Signer, append_entries
from survey_flows.log_entries import commit, receipt_label
from survey_flows.merkle import Frontier

BALLOT, COMMENT, WITHDRAWAL = "ballot", "comment", "withdrawal"
ERASE, PRESSURE, FOLLOW = "erase", "pressure", "follow"
UNLOGGED_KINDS = frozenset((PRESSURE, FOLLOW))
"""What goes the ballots' way and is seen neither among them nor in the log."""
SALT_BYTES = 16
FULL_WEIGHT = 4
ROWS_A_STATEMENT = 200
"""Places in one statement: SQLite takes so many parameters."""

Message = dict[str, Any]
"""``kind`` is `BALLOT`, `ERASE`, `PRESSURE` or `FOLLOW`, with ``campaign`` and ``voter`` (hex). Pressure has ``unit``,
a follow-up the fields of `survey_flows.effects.HoldRequest` and how its person is reached, sealed; a ballot
has ``ballot``, ``receipt`` and ``text`` (its comment), and what was held of it has ``unit`` and ``text``.
"""
Row = dict[str, Any]
BallotKey = tuple[str, str, bytes]
"""Campaign, unit and voter: for each of them one ballot and one comment stand at most."""
Pseudonym = Callable[[str, str, bytes], bytes]
"""Made from a purpose, a campaign and the gate's pseudonym."""


@dataclass(slots=True)
class _BatchOutcome:
    """What becomes of a batch's rows: ``live`` stand at its end, ``replaced`` gave way, ``gone`` were erased."""

    live: dict[BallotKey, Row] = field(default_factory=dict)
    replaced: list[Row] = field(default_factory=list)
    gone: list[Row] = field(default_factory=list)
    erased: set[tuple[str, bytes]] = field(default_factory=set)

    def bring(self, row: Row) -> None:
        place = (row["campaign"], row["unit"], row["voter"])
        if place in self.live:
            self.replaced.append(self.live[place])
        self.live[place] = row

    def erase(self, campaign: str, voter: bytes) -> None:
        self.erased.add((campaign, voter))
        self.gone += [
            row for row in self.rows() if (row["campaign"], row["voter"]) == (campaign, voter)
        ]
        self.live = {
            place: row
            for place, row in self.live.items()
            if (place[0], place[2]) != (campaign, voter)
        }
        self.replaced = [
            row for row in self.replaced if (row["campaign"], row["voter"]) != (campaign, voter)
        ]

    def rows(self) -> list[Row]:
        return [*self.live.values(), *self.replaced]


class Batch:
    """Messages in the order in which they came, written in another one.

    Args:
        pseudonym: makes the mixer's pseudonyms.
        now: epoch seconds.
    """

    def __init__(self, pseudonym: Pseudonym, now: int) -> None:
        self._pseudonym = pseudonym
        self._now = now
        self._lots = SystemRandom()

    async def write(
        self,
        connection: AsyncConnection,
        frontier: Frontier,
        ballots: Sequence[Message],
        comments: Sequence[Message],
        sign: Signer,
    ) -> None:
        """Carry out new ``ballots`` and the ``comments`` that were held; the caller holds the log at ``frontier``."""
        await self._note_pressure(connection, ballots)
        ballots = [message for message in ballots if message["kind"] not in UNLOGGED_KINDS]
        said, written = _batch_outcome(ballots, self._ballot), _batch_outcome(comments, _comment)
        fresh = self._shuffled(frontier.size, said, written)
        gone = said.gone + await _clear(connection, tables.ballots, said.erased)
        gone += await _clear(connection, tables.superseded, said.erased)
        gone += await _clear(connection, tables.comments, written.erased)
        gone += await _pull(connection, tables.comments, list(written.live))
        replaced = said.replaced + await _pull(connection, tables.ballots, list(said.live))
        standing = {
            row["position"]
            for row in (*said.live.values(), *written.live.values())
            if "position" in row
        }
        kept = [(kind, row) for kind, row in fresh if row["position"] in standing]
        await insert_all(connection, tables.superseded, [_superseded(row) for row in replaced])
        await insert_all(
            connection, tables.ballots, [_stored(row) for kind, row in kept if kind == BALLOT]
        )
        await insert_all(
            connection, tables.comments, [row for kind, row in kept if kind == COMMENT]
        )
        entries = [_entry(kind, row) for kind, row in fresh]
        entries += await self._withdraw(connection, gone, frontier.size + len(fresh))
        await append_entries(connection, frontier, entries, sign, self._now)

    def _shuffled(
        self, first: int, said: _BatchOutcome, written: _BatchOutcome
    ) -> list[tuple[str, Row]]:
        """What goes into the log, in an order drawn by lot; each row is told its position."""
        # A ballot that was replaced or erased meanwhile has its receipt, and so its entry.
        fresh = [(BALLOT, row) for row in (*said.rows(), *said.gone)]
        fresh += [(COMMENT, row) for row in written.live.values() if row["text"]]
        self._lots.shuffle(fresh)
        for position, (_, row) in enumerate(fresh, first):
            row["position"] = position
        _put_in_turn(said)
        return sorted(fresh, key=lambda part: part[1]["position"])

    def _ballot(self, message: Message) -> Row:
        voter = self._pseudonym("ballot", message["campaign"], bytes.fromhex(message["voter"]))
        row = {"campaign": message["campaign"], "voter": voter}
        if message["kind"] == ERASE:
            return row
        row |= message["ballot"] | {"salt": secrets.token_bytes(SALT_BYTES), "weight": FULL_WEIGHT}
        return row | {"label": receipt_label(message["receipt"])}

    async def _note_pressure(
        self, connection: AsyncConnection, messages: Sequence[Message]
    ) -> None:
        """One row for each person and unit, under a pseudonym that no ballot has; it leaves ballots and log alone."""
        said: set[BallotKey] = set()
        erased: set[tuple[str, bytes]] = set()
        for message in messages:
            campaign = message["campaign"]
            voter = self._pseudonym("pressure", campaign, bytes.fromhex(message["voter"]))
            if message["kind"] == ERASE:
                erased.add((campaign, voter))
                said = {place for place in said if (place[0], place[2]) != (campaign, voter)}
            elif message["kind"] == PRESSURE:
                said.add((campaign, message["unit"], voter))
        await _clear(connection, tables.pressure, erased)
        if said:
            rows = [
                {"campaign": place[0], "unit": place[1], "voter": place[2]}
                for place in sorted(said)
            ]
            await connection.execute(
                insert(connection, tables.pressure).on_conflict_do_nothing(), rows
            )

    async def _withdraw(
        self, connection: AsyncConnection, gone: Sequence[Row], first: int
    ) -> list[LogEntry]:
        """Say of every entry whose text was deleted that it was. Nobody can tell these entries from ballots."""
        rows = [
            {
                "campaign": row["campaign"],
                "salt": secrets.token_bytes(SALT_BYTES),
                "body": withdrawal_body(row["campaign"], row["position"]),
            }
            for row in gone
            if row["position"] is not None
        ]
        self._lots.shuffle(rows)
        rows = [row | {"position": position} for position, row in enumerate(rows, first)]
        await insert_all(connection, tables.withdrawals, rows)
        return [
            LogEntry(_unknown(), commit(row["salt"], row["body"]), WITHDRAWAL, row["campaign"])
            for row in rows
        ]


def _batch_outcome(messages: Iterable[Message], make: Callable[[Message], Row]) -> _BatchOutcome:
    fate = _BatchOutcome()
    for message in messages:
        row = make(message)
        if message["kind"] == ERASE:
            fate.erase(row["campaign"], row["voter"])
        else:
            fate.bring(row)
    return fate


def _put_in_turn(fate: _BatchOutcome) -> None:
    """Let those at the same place swap positions: the last in the log is the one that counts (`bot.verification.verifier`)."""
    turns: dict[BallotKey, list[Row]] = {}
    for row in fate.replaced:
        turns.setdefault((row["campaign"], row["unit"], row["voter"]), []).append(row)
    for place, rows in turns.items():
        rows.append(fate.live[place])
        for row, position in zip(rows, sorted(row["position"] for row in rows), strict=True):
            row["position"] = position


def _comment(message: Message) -> Row:
    row = {"campaign": message["campaign"], "voter": bytes.fromhex(message["voter"])}
    if message["kind"] == ERASE:
        return row
    return row | {
        "unit": message["unit"],
        "text": message["text"],
        "salt": secrets.token_bytes(SALT_BYTES),
    }


def _entry(kind: str, row: Row) -> LogEntry:
    label, body = (
        (row["label"], ballot_body(row)) if kind == BALLOT else (_unknown(), comment_body(row))
    )
    return LogEntry(label, commit(row["salt"], body), kind, row["campaign"])


def _unknown() -> bytes:
    """A label like that of a ballot, whose receipt nobody has."""
    return sha256(secrets.token_bytes(SALT_BYTES)).digest()


def _stored(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "label"}


def _superseded(row: Row) -> Row:
    kept = {name: row[name] for name in ("position", "campaign", "unit", "voter", "salt")}
    return kept | {"body": ballot_body(row)}


async def _clear(
    connection: AsyncConnection, table: Table, erased: Iterable[tuple[str, bytes]]
) -> list[Row]:
    """Delete every row of these (campaign, voter); returns them."""
    key = tuple_(table.c.campaign, table.c.voter)
    return await _remove(connection, table, key, list(erased))


async def _pull(connection: AsyncConnection, table: Table, places: list[BallotKey]) -> list[Row]:
    """Delete the rows that stand at these places; returns them."""
    return await _remove(
        connection, table, tuple_(table.c.campaign, table.c.unit, table.c.voter), places
    )


async def _remove(
    connection: AsyncConnection, table: Table, key: Any, values: Sequence[tuple[Any, ...]]
) -> list[Row]:
    found: list[Row] = []
    for start in range(0, len(values), ROWS_A_STATEMENT):
        statement = (
            delete(table)
            .where(key.in_(values[start : start + ROWS_A_STATEMENT]))
            .returning(*table.c)
        )
        found += [dict(row._mapping) for row in await connection.execute(statement)]
    return found
