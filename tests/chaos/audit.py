"""Compares the database at the end with what the citizens saw."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import Connection

from bot.storage.database import DRIVERS
from bot.storage.schema import all as tables
from bot.transparency.log_entry import entry_of_row
from survey_flows.log_entries import RECEIPT, receipt_label
from survey_flows.merkle import leaf_hash, root
from survey_flows.signed_notes import read_checkpoint, read_note
from tests.chaos.crowd import Seen

SYNC = {"sqlite": "sqlite", "postgresql": DRIVERS["postgresql"]}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The figures of one run; every one but the first two should be 0.

    Attributes:
        acknowledged: receipts that citizens have seen.
        live: ballots that count.
        lost: acknowledged receipts that the log does not hold.
        outdone: people who saw a receipt for a unit and have no ballot that counts.
        doubled: receipts that stand in the log more than once, and live ballots beyond one for
            a citizen and unit.
        unknown: ballots in the log whose receipt nobody has seen.
        waiting: what was never mixed, was refused by the mixer, or became a dead letter.
        broken: 1 when a checkpoint of the log is not the root of its entries.
        left: in which tables something is left, and the errors of dead letters.
    """

    acknowledged: int
    live: int
    lost: int
    outdone: int
    doubled: int
    unknown: int
    waiting: int
    broken: int
    left: str = ""

    @property
    def sound(self) -> bool:
        """Say whether nothing was lost, doubled or left behind."""
        return self.acknowledged > 0 and not any(
            (self.lost, self.outdone, self.doubled, self.unknown, self.waiting, self.broken)
        )


def audit(database_url: str, seen: Seen) -> Verdict:
    """Compare after the close, when everything has been mixed."""
    name, _, rest = database_url.partition(":")
    engine = create_engine(f"{SYNC[name]}:{rest}")
    try:
        with engine.connect() as connection:
            return _compare(connection, seen)
    finally:
        engine.dispose()


def _compare(connection: Connection, seen: Seen) -> Verdict:
    columns = tables.log_entries.c
    entries = connection.execute(select(tables.log_entries).order_by(columns.position)).all()
    written = [bytes(entry.label) for entry in entries if entry.kind == RECEIPT]
    campaigns = connection.execute(select(tables.campaigns.c.id)).scalars().all()
    labels = {code: {receipt_label(c, code) for c in campaigns} for code in seen.receipts}
    live = set(connection.execute(select(tables.ballots.c.position)).scalars())
    known = set(written)
    lost = [code for code, possible in labels.items() if not possible & known]
    # Nothing joins a receipt to its ballot, so that only their numbers can be compared.
    outdone = max(0, len(seen.live()) - len(live))
    repeated = len(written) - len(known)
    kept = (tables.staging, tables.held_comments, tables.refused, tables.dead_letters)
    left = {table.name: _count(connection, table) for table in kept}
    errors = connection.execute(select(tables.dead_letters.c.error)).scalars()
    return Verdict(
        acknowledged=len(labels),
        live=len(live),
        lost=len(lost),
        outdone=outdone,
        doubled=repeated + max(0, len(live) - len(seen.live())),
        unknown=len(known - set().union(*labels.values())),
        waiting=sum(left.values()),
        broken=int(
            not _whole(connection, [leaf_hash(entry_of_row(e._mapping).line) for e in entries])
        ),
        left=", ".join([*(f"{name} {count}" for name, count in left.items() if count), *errors]),
    )


def _count(connection: Connection, table: object) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


def _whole(connection: Connection, leaves: list[bytes]) -> bool:
    """Say whether the last checkpoint covers all entries and each one is their root."""
    columns = tables.checkpoints.c
    rows = connection.execute(select(columns.size, columns.note).order_by(columns.size)).all()
    roots = [
        read_checkpoint(read_note(row.note).text).root == root(leaves[: row.size]) for row in rows
    ]
    return bool(rows) and rows[-1].size == len(leaves) and all(roots)
