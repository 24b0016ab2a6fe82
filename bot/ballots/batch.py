"""Writes one batch of the mixer to ballots and the log."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from random import SystemRandom

from bot.ballots.logged_weights import FULL_WEIGHT
from bot.ballots.pool import COMMENTER, Pseudonym
from bot.ballots.removed_rows import SALT_BYTES, BallotKey, Row, clear, hold_withdrawals, pull
from bot.ballots.stored_bodies import (
    ASIDE,
    UNSIGNED,
    ballot_text,
    ballot_values,
    erasure_values,
)
from bot.ballots.stored_forms import END, ERASE, FOLLOW, PRESSURE, Submission
from bot.storage.bulk import insert_all
from bot.storage.schema import all as tables
from bot.transparency.guarded_log import OpenLog
from bot.transparency.log_entry import LogEntry, receipt_entry, sealed_entry
from survey_flows.log_entries import commit, receipt_label

UNLOGGED_KINDS = frozenset((PRESSURE, FOLLOW, END))
"""Submissions that travel with ballots and are seen neither among them nor in the log."""


@dataclass(slots=True)
class _BatchOutcome:
    """The rows of a batch at its end: standing (``live``), superseded, and withdrawn (``gone``)."""

    live: dict[BallotKey, Row] = field(default_factory=dict)
    superseded: list[Row] = field(default_factory=list)
    gone: list[Row] = field(default_factory=list)
    erased: dict[tuple[str, bytes], Row] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        place = (row["campaign"], row["unit"], row["voter"])
        if place in self.live:
            self.superseded.append(self.live[place])
        self.live[place] = row

    def erase(self, row: Row) -> None:
        """Withdraw a voter's ballots; what was stored before goes by their first erasure."""
        campaign, voter = row["campaign"], row["voter"]
        self.erased.setdefault((campaign, voter), row)
        signed = {"erasure": row["erasure"], "erasure_gate": row["gate"]}
        self.gone += [
            one | signed
            for one in self.rows()
            if (one["campaign"], one["voter"]) == (campaign, voter)
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
        gone = list(said.gone)
        for table in (tables.ballots, tables.superseded):
            gone += [_erased(row, said) for row in await clear(connection, table, said.erased)]
        # Those that an earlier version logged at once; the others wait for the close.
        gone += await clear(connection, tables.comments, self._commenters(ballots))
        replaced = said.superseded + await pull(connection, tables.ballots, list(said.live))
        standing = {row["position"] for row in said.live.values()}
        kept = [_stored(row) for row in fresh if row["position"] in standing]
        await insert_all(connection, tables.superseded, [_superseded(row) for row in replaced])
        await insert_all(connection, tables.ballots, kept)
        await hold_withdrawals(connection, gone)
        await log.append(_entries(fresh), self._now)

    def _shuffled(self, first: int, said: _BatchOutcome) -> list[Row]:
        """Draw the order of the sealed entries by lot, and give each row its position.

        Each campaign's ballots follow as many receipts.
        """
        # A superseded or withdrawn ballot has a receipt all the same, and so needs its entry.
        fresh = [*said.rows(), *said.gone]
        SystemRandom().shuffle(fresh)
        position = first
        for rows in _by_campaign(fresh):
            position += len(rows)
            for row in rows:
                row["position"] = position
                position += 1
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
        campaign, gate = submission["campaign"], bytes.fromhex(submission["voter"])
        row = {"campaign": campaign, "voter": self._pseudonym("ballot", campaign, gate)}
        if submission["kind"] == ERASE:
            return row | erasure_values(submission)
        unit = submission["ballot"]["unit"]
        row |= UNSIGNED | ballot_values(submission, self._unit_voter(campaign, unit, gate))
        row |= {"salt": secrets.token_bytes(SALT_BYTES), "weight": FULL_WEIGHT}
        return row | {"label": receipt_label(campaign, submission["receipt"])}

    def _unit_voter(self, campaign: str, unit: str, gate: bytes) -> bytes:
        """Return the pseudonym of a person for one unit, which joins nothing over units."""
        # The gate's pseudonym has a fixed length, so that no two pairs give the same bytes.
        return self._pseudonym("unit", campaign, gate + unit.encode())


def _batch_outcome(
    submissions: Iterable[Submission], make: Callable[[Submission], Row]
) -> _BatchOutcome:
    outcome = _BatchOutcome()
    for submission in submissions:
        row = make(submission)
        if submission["kind"] == ERASE:
            outcome.erase(row)
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


def _by_campaign(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the rows of each campaign in their order, the campaigns in that of their names."""

    def campaign(row: Row) -> str:
        return str(row["campaign"])

    return [list(own) for _, own in groupby(sorted(rows, key=campaign), campaign)]


def _entries(fresh: Sequence[Row]) -> list[LogEntry]:
    """Return the lines of rows in the order of their positions.

    The receipts of a campaign are sorted by their labels, so that none leads to its ballot.
    """
    entries: list[LogEntry] = []
    for rows in _by_campaign(fresh):
        campaign = rows[0]["campaign"]
        labels = sorted(row["label"] for row in rows)
        entries += [receipt_entry(campaign, label) for label in labels]
        entries += [sealed_entry(campaign, commit(row["salt"], ballot_text(row))) for row in rows]
    return entries


def _stored(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "label"}


def _superseded(row: Row) -> Row:
    kept = ("position", "campaign", "unit", "voter", "salt", "unit_voter", *ASIDE)
    found = {name: row[name] for name in kept}
    if row["number"] is None:
        # The text itself says the moment.
        found |= dict.fromkeys(ASIDE)
    return found | {"body": ballot_text(row)}


def _erased(row: Row, said: _BatchOutcome) -> Row:
    erasure = said.erased[row["campaign"], bytes(row["voter"])]
    return row | {"erasure": erasure["erasure"], "erasure_gate": erasure["gate"]}
