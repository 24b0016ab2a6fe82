"""Envelopes that no reader takes: kept with the reason, so that one bad row stops no other.

Nobody reads what is in one. An operator sees counts by reason, has envelopes tried again once a
key or a reader is back, or refuses them for good; then only their digest stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.named_people import NamedPeople
from bot.ballots.stored_forms import HELD, REQUESTS, STAGED, Submission
from bot.core.stored_forms import Readers, UnknownForm, read_form
from bot.crypto.sealed_envelopes import (
    BadSignature,
    BrokenEnvelope,
    EnvelopeOpener,
    UnknownMixerKey,
    UnopenedEnvelope,
)
from bot.storage.bulk import insert_all
from bot.storage.schema import all as tables

QUARTER = 900
UNKNOWN_KEY, BAD_SIGNATURE, UNKNOWN_FORM = "unknown_key", "bad_signature", "unknown_form"
BROKEN, REPEATED, CLOSED, LOST_KEY = "broken", "repeated", "closed", "lost_key"
REASONS = (UNKNOWN_KEY, BAD_SIGNATURE, UNKNOWN_FORM, BROKEN, REPEATED, CLOSED, LOST_KEY)
"""Why an envelope is refused; `REPEATED` came before, `CLOSED` is of a closed campaign.

`LOST_KEY`: signed by a lost key of the gate, beyond what that had accepted.
"""
_UNOPENED: Mapping[type[UnopenedEnvelope], str] = {
    UnknownMixerKey: UNKNOWN_KEY,
    BadSignature: BAD_SIGNATURE,
    BrokenEnvelope: BROKEN,
}
SOURCES: Mapping[str, Table] = {
    "staging": tables.staging,
    "held_comments": tables.held_comments,
    "held_follow_ups": tables.held_follow_ups,
}
_READERS: Mapping[str, Readers[list[Submission]]] = {
    "staging": STAGED,
    "held_comments": HELD,
    "held_follow_ups": REQUESTS,
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A row of one of the `SOURCES` with its submissions, or with the reason of its refusal."""

    row: Any
    source: str
    submissions: Sequence[Submission] = field(default=())
    refused: str = ""

    def refuse(self, reason: str) -> Opened:
        """Returns the row without its submissions."""
        return replace(self, submissions=(), refused=reason)


def open_row(opener: EnvelopeOpener, row: Any, source: str) -> Opened:
    """Opens one row; it never raises, because the others must go on."""
    try:
        text = opener.open(row.box, row.sealed)
    except UnopenedEnvelope as error:
        return Opened(row, source, refused=_UNOPENED[type(error)])
    try:
        return Opened(row, source, read_form(_READERS[source], text))
    except (UnknownForm, ValueError, RecursionError):
        return Opened(row, source, refused=UNKNOWN_FORM)


async def refuse(connection: AsyncConnection, refused: Sequence[Opened], now: int) -> None:
    """Keeps refused rows aside; the caller has taken them from their tables."""
    rows = [
        {
            "box": one.row.box,
            "sealed": one.row.sealed,
            "at": now // QUARTER * QUARTER,
            "reason": one.refused,
            "digest": sha256(one.row.sealed).digest(),
            "source": one.source,
            "due": one.row.due if one.source == "held_follow_ups" else None,
        }
        for one in refused
    ]
    await insert_all(connection, tables.refused, rows)


@dataclass(frozen=True, slots=True)
class RefusedCount:
    """How many envelopes of a table are refused for a reason; ``kept`` can be tried again."""

    reason: str
    source: str
    kept: int
    dropped: int


async def count_refused(connection: AsyncConnection) -> list[RefusedCount]:
    """Counts refused envelopes by reason and table."""
    columns = tables.refused.c
    empty = func.length(columns.sealed) == 0
    query = select(columns.reason, columns.source, empty, func.count()).group_by(
        columns.reason, columns.source, empty
    )
    counts: dict[tuple[str, str], list[int]] = {}
    for reason, source, dropped, count in await connection.execute(query):
        counts.setdefault((reason, source), [0, 0])[bool(dropped)] += count
    return [RefusedCount(*place, *found) for place, found in sorted(counts.items())]


async def retry_refused(connection: AsyncConnection, reason: str = "") -> int:
    """Puts refused envelopes of a reason, or all, back to where they were; returns how many."""
    which = _kept(reason)
    rows = (
        await connection.execute(delete(tables.refused).where(*which).returning(*tables.refused.c))
    ).all()
    for source, table in SOURCES.items():
        names = [column.name for column in table.c if column.name != "id"]
        own = sorted((row for row in rows if row.source == source), key=lambda row: row.id)
        back = [{name: row._mapping[name] for name in names} for row in own]
        await insert_all(connection, table, back)
    return len(rows)


CITIZENS_OWN = frozenset((UNKNOWN_KEY, UNKNOWN_FORM, LOST_KEY))
"""Reasons of envelopes that may be citizens' own: a key or a reader could still open them."""


async def require_refusers(
    accounts: NamedPeople, people: Sequence[str], profile: str, reason: str
) -> None:
    """Refuses to give up for good, by too few people, what may be citizens' own.

    Raises:
        BadInput: as `NamedPeople.require_deciders`, for a reason of `CITIZENS_OWN`.
    """
    if reason in CITIZENS_OWN:
        await accounts.require_deciders(people, profile)


async def drop_refused(connection: AsyncConnection, reason: str) -> int:
    """Refuses envelopes of a reason for good; returns how many. Their digests stay."""
    dropped = update(tables.refused).where(*_kept(reason)).values(sealed=b"")
    return (await connection.execute(dropped)).rowcount


def _kept(reason: str) -> list[Any]:
    columns = tables.refused.c
    return [func.length(columns.sealed) > 0, *([columns.reason == reason] if reason else [])]


async def keeps_key(connection: AsyncConnection, box: str) -> bool:
    """Returns whether an envelope to this mixer key waits for a reader.

    Others do not keep a key: who slips rows in must not make it live longer.
    """
    columns = tables.refused.c
    query = select(columns.id).where(columns.box == box, *_kept(UNKNOWN_FORM)).limit(1)
    return (await connection.execute(query)).first() is not None
