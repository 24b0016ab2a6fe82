"""Writes one batch of the mixer to ballots and the log."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from random import SystemRandom

from bot.ballots.pool import COMMENTER, Pseudonym
from bot.ballots.removed_rows import SALT_BYTES, BallotKey, Row, clear, pull, withdraw
from bot.ballots.stored_forms import END, ERASE, FOLLOW, PRESSURE, Submission
from bot.storage.bulk import insert_all
from bot.storage.schema import all as tables
from bot.transparency.entry_bodies import ballot_body
from bot.transparency.guarded_log import OpenLog
from bot.transparency.log_entry import LogEntry, receipt_entry, sealed_entry
from survey_flows.log_entries import commit, receipt_label

UNLOGGED_KINDS = frozenset((PRESSURE, FOLLOW, END))
"""Submissions that travel with ballots and are seen neither among them nor in the log."""
FULL_WEIGHT = 4


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

    async def write(self, log: OpenLog, submissions: Sequence[Submission]) -> None:
        """Write new ballots, and withdraw those of who erased theirs."""
        connection = log.connection
        ballots = [one for one in submissions if one["kind"] not in UNLOGGED_KINDS]
        said = _batch_outcome(ballots, self._ballot)
        fresh = self._shuffled(log.size, said)
        gone = said.gone + await clear(connection, tables.ballots, said.erased)
        gone += await clear(connection, tables.superseded, said.erased)
        # Those that an earlier version logged at once; the others wait for the close.
        gone += await clear(connection, tables.comments, self._commenters(ballots))
        replaced = said.superseded + await pull(connection, tables.ballots, list(said.live))
        standing = {row["position"] for row in said.live.values()}
        kept = [_stored(row) for row in fresh if row["position"] in standing]
        await insert_all(connection, tables.superseded, [_superseded(row) for row in replaced])
        await insert_all(connection, tables.ballots, kept)
        entries = _entries(fresh)
        entries += await withdraw(connection, gone, log.size + len(entries))
        await log.append(entries, self._now)

    def _shuffled(self, first: int, said: _BatchOutcome) -> list[Row]:
        """Draw the order of the sealed entries by lot, and give each row its position.

        Each campaign's ballots follow as many receipts.
        """
        # A superseded or withdrawn ballot has a receipt all the same, and so needs its entry.
        fresh = [*said.rows(), *said.gone]
        SystemRandom().shuffle(fresh)
        position = first
        for _, group in groupby(sorted(fresh, key=_campaign), key=_campaign):
            rows = list(group)
            for place, row in enumerate(rows, position + len(rows)):
                row["position"] = place
            position += 2 * len(rows)
        _sort_positions(said)
        return sorted(fresh, key=lambda row: int(row["position"]))

    def _commenters(self, ballots: Iterable[Submission]) -> set[tuple[str, bytes]]:
        """Return the commenters' pseudonyms of those who erased."""
        erased = [(one["campaign"], one["voter"]) for one in ballots if one["kind"] == ERASE]
        return {
            (campaign, self._pseudonym(COMMENTER, campaign, bytes.fromhex(voter)))
            for campaign, voter in erased
        }

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


def _campaign(row: Row) -> str:
    return str(row["campaign"])


def _entries(fresh: Sequence[Row]) -> list[LogEntry]:
    """Return the lines of rows in the order of their positions.

    The receipts of a campaign are sorted by their labels, so that none leads to its ballot.
    """
    entries: list[LogEntry] = []
    for campaign, group in groupby(fresh, key=_campaign):
        rows = list(group)
        entries += [receipt_entry(campaign, label) for label in sorted(r["label"] for r in rows)]
        entries += [sealed_entry(campaign, commit(r["salt"], ballot_body(r))) for r in rows]
    return entries


def _stored(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "label"}


def _superseded(row: Row) -> Row:
    kept = {name: row[name] for name in ("position", "campaign", "unit", "voter", "salt")}
    return kept | {"body": ballot_body(row)}
