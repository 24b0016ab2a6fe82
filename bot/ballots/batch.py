"""Writes one batch of the mixer to ballots, comments and the log."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from random import SystemRandom
from typing import Any

from sqlalchemy import Table, delete, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballots.stored_forms import (
    BALLOT,
    COMMENT,
    END,
    ERASE,
    FOLLOW,
    PRESSURE,
    Submission,
)
from bot.storage.bulk import insert_all
from bot.storage.database import insert
from bot.storage.schema import all as tables
from bot.transparency.entry_bodies import ballot_body, comment_body, withdrawal_body
from bot.transparency.guarded_log import OpenLog
from bot.transparency.log_entry import LogEntry, receipt_entry, sealed_entry
from survey_flows.log_entries import commit, receipt_label

UNLOGGED_KINDS = frozenset((PRESSURE, FOLLOW, END))
"""Submissions that travel with ballots and are seen neither among them nor in the log."""
SALT_BYTES = 16
FULL_WEIGHT = 4
ROWS_A_STATEMENT = 200
"""Keys in one statement, because SQLite limits its parameters."""

Row = dict[str, Any]
BallotKey = tuple[str, str, bytes]
"""Campaign, unit and voter, for which at most one ballot and one comment stand."""
Pseudonym = Callable[[str, str, bytes], bytes]
"""Makes the mixer's pseudonym of a purpose, a campaign and the gate's pseudonym."""


@dataclass(slots=True)
class _BatchOutcome:
    """The rows of a batch at its end: standing (``live``), superseded, and withdrawn (``gone``)."""

    live: dict[BallotKey, Row] = field(default_factory=dict)
    superseded: list[Row] = field(default_factory=list)
    gone: list[Row] = field(default_factory=list)
    erased: set[tuple[str, bytes]] = field(default_factory=set)

    def add(self, row: Row) -> None:
        place = (row["campaign"], row["unit"], row["voter"])
        if place in self.live:
            self.superseded.append(self.live[place])
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
        self.superseded = [
            row for row in self.superseded if (row["campaign"], row["voter"]) != (campaign, voter)
        ]

    def rows(self) -> list[Row]:
        return [*self.live.values(), *self.superseded]


class Batch:
    """Writes submissions in an order other than that in which they came.

    Args:
        pseudonym: makes the mixer's pseudonyms.
        now: epoch seconds.
    """

    def __init__(self, pseudonym: Pseudonym, now: int) -> None:
        self._pseudonym = pseudonym
        self._now = now
        self._lots = SystemRandom()

    async def write(
        self, log: OpenLog, ballots: Sequence[Submission], comments: Sequence[Submission]
    ) -> None:
        """Write new ``ballots`` and the held ``comments`` of earlier ones."""
        connection = log.connection
        await self._note_pressure(connection, ballots)
        ballots = [submission for submission in ballots if submission["kind"] not in UNLOGGED_KINDS]
        said, written = _batch_outcome(ballots, self._ballot), _batch_outcome(comments, _comment)
        fresh = self._shuffled(log.size, said, written)
        gone = said.gone + await _clear(connection, tables.ballots, said.erased)
        gone += await _clear(connection, tables.superseded, said.erased)
        gone += await _clear(connection, tables.comments, written.erased)
        gone += await _pull(connection, tables.comments, list(written.live))
        replaced = said.superseded + await _pull(connection, tables.ballots, list(said.live))
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
        withdrawn = await self._withdraw(connection, gone, log.size + _lines(fresh))
        await log.append(_entries(fresh) + withdrawn, self._now)

    def _shuffled(
        self, first: int, said: _BatchOutcome, written: _BatchOutcome
    ) -> list[tuple[str, Row]]:
        """Draw the order of the sealed entries by lot, and give each row its position.

        Each campaign's ballots follow as many receipts; comments come after all ballots.
        """
        # A superseded or withdrawn ballot has a receipt all the same, and so needs its entry.
        ballots = [(BALLOT, row) for row in (*said.rows(), *said.gone)]
        comments = [(COMMENT, row) for row in written.live.values() if row["text"]]
        self._lots.shuffle(ballots)
        self._lots.shuffle(comments)
        ballots.sort(key=lambda part: str(part[1]["campaign"]))
        position = first
        for _, group in groupby(ballots, key=lambda part: part[1]["campaign"]):
            rows = [row for _, row in group]
            position += len(rows)
            for row in rows:
                row["position"] = position
                position += 1
        for offset, (_, row) in enumerate(comments):
            row["position"] = position + offset
        _sort_positions(said)
        return sorted(ballots + comments, key=lambda part: part[1]["position"])

    def _ballot(self, submission: Submission) -> Row:
        voter = self._pseudonym(
            "ballot", submission["campaign"], bytes.fromhex(submission["voter"])
        )
        row = {"campaign": submission["campaign"], "voter": voter}
        if submission["kind"] == ERASE:
            return row
        row |= submission["ballot"] | {
            "salt": secrets.token_bytes(SALT_BYTES),
            "weight": FULL_WEIGHT,
        }
        return row | {"label": receipt_label(row["campaign"], submission["receipt"])}

    async def _note_pressure(
        self, connection: AsyncConnection, submissions: Sequence[Submission]
    ) -> None:
        """Store pressure reports: one for each person and unit, joined to no ballot.

        Their pseudonym has a purpose of its own, so that no ballot has the same.
        """
        said: set[BallotKey] = set()
        erased: set[tuple[str, bytes]] = set()
        for submission in submissions:
            campaign = submission["campaign"]
            voter = self._pseudonym("pressure", campaign, bytes.fromhex(submission["voter"]))
            if submission["kind"] == ERASE:
                erased.add((campaign, voter))
                said = {place for place in said if (place[0], place[2]) != (campaign, voter)}
            elif submission["kind"] == PRESSURE:
                said.add((campaign, submission["unit"], voter))
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
        """Make an entry for each withdrawn one; nobody can tell these entries from ballots."""
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
        return [sealed_entry(row["campaign"], commit(row["salt"], row["body"])) for row in rows]


def _batch_outcome(
    submissions: Iterable[Submission], make: Callable[[Submission], Row]
) -> _BatchOutcome:
    outcome = _BatchOutcome()
    for submission in submissions:
        row = make(submission)
        if submission["kind"] == ERASE:
            outcome.erase(row["campaign"], row["voter"])
        else:
            outcome.add(row)
    return outcome


def _sort_positions(outcome: _BatchOutcome) -> None:
    """Sort the positions of one voter's ballots for a unit.

    The verifier counts the last one in the log, so that it must be the one that stands.
    """
    turns: dict[BallotKey, list[Row]] = {}
    for row in outcome.superseded:
        turns.setdefault((row["campaign"], row["unit"], row["voter"]), []).append(row)
    for place, rows in turns.items():
        rows.append(outcome.live[place])
        for row, position in zip(rows, sorted(row["position"] for row in rows), strict=True):
            row["position"] = position


def _comment(submission: Submission) -> Row:
    row = {"campaign": submission["campaign"], "voter": bytes.fromhex(submission["voter"])}
    if submission["kind"] == ERASE:
        return row
    return row | {
        "unit": submission["unit"],
        "text": submission["text"],
        "salt": secrets.token_bytes(SALT_BYTES),
    }


def _lines(fresh: Sequence[tuple[str, Row]]) -> int:
    """Return the number of lines that the rows take: a ballot has a receipt, too."""
    return sum(2 if kind == BALLOT else 1 for kind, _ in fresh)


def _entries(fresh: Sequence[tuple[str, Row]]) -> list[LogEntry]:
    """Return the lines of rows in the order of their positions.

    The receipts of a campaign are sorted by their labels, so that none leads to its ballot.
    """
    entries: list[LogEntry] = []
    for campaign, group in groupby(fresh, key=lambda part: (part[0], part[1]["campaign"])):
        kind, rows = campaign[0], [row for _, row in group]
        if kind == BALLOT:
            labels = sorted(row["label"] for row in rows)
            entries += [receipt_entry(campaign[1], label) for label in labels]
        entries += [sealed_entry(campaign[1], _commitment(kind, row)) for row in rows]
    return entries


def _commitment(kind: str, row: Row) -> bytes:
    return commit(row["salt"], ballot_body(row) if kind == BALLOT else comment_body(row))


def _stored(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "label"}


def _superseded(row: Row) -> Row:
    kept = {name: row[name] for name in ("position", "campaign", "unit", "voter", "salt")}
    return kept | {"body": ballot_body(row)}


async def _clear(
    connection: AsyncConnection, table: Table, erased: Iterable[tuple[str, bytes]]
) -> list[Row]:
    """Delete every row of these (campaign, voter) and return them."""
    key = tuple_(table.c.campaign, table.c.voter)
    return await _remove(connection, table, key, list(erased))


async def _pull(connection: AsyncConnection, table: Table, places: list[BallotKey]) -> list[Row]:
    """Delete the rows of these keys and return them."""
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
