"""What the public log commits to of the audit log: how many rows there are, and the last digest.

The desk orders an act ``audit`` when there are new rows: hourly, at each close, and when an older
installation gets its desk. Whoever rewrites rows, even with the desk's key, contradicts an act that
witnesses have seen.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.accounts.audit_log import START, first_broken
from bot.core.clock import Clock
from bot.crypto.act_signatures import signed_act
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
from bot.transparency.entry_bodies import KEYS
from bot.transparency.log_entry import entry_of_row
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import LOG_ITSELF, numbered_name
from survey_flows.signed_notes import VerifierKey, read_key

AUDIT = "audit"
"""The kind of the act."""
HOUR = 3600
CLOSING = "closing"


class AuditBroken(BadInput):
    """The audit log is not what the desk wrote; the public log does not commit to it."""

    def __init__(self, row: int) -> None:
        super().__init__(Message("audit-row-changed", row=row), Place(subject="audit"))


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an act says: the number of rows, and the last one's digest.

    ``position`` is the act's place in the log, or -1 while it waits.
    ``anew``: the desk before lost its key, so that rows until here stand as they were found then.
    """

    name: str
    rows: int
    digest: bytes
    at: int
    position: int
    anew: bool = False


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What a comparison of rows and acts found.

    ``rows`` hold together; the first ``anchored`` stand in the log at ``position`` (-1: none do).
    ``problem`` says what is wrong.
    """

    rows: int
    anchored: int
    position: int
    problem: Message | None = None


async def anchor_rows(database: AsyncEngine, desk: Desk, clock: Clock, now: bool = False) -> bool:
    """Orders an act about the newest rows when one is due; returns whether it did.

    Args:
        database: has the rows.
        desk: signs.
        clock: the present time.
        now: order it whether it is due or not, if there are new rows.

    Raises:
        AuditBroken: a row since the last act is not the desk's; nothing is signed.
    """
    at = int(clock.now().timestamp())
    async with reading(database) as connection:
        anchors = await read_anchors(connection, desk, waiting=True)
        last = anchors[-1] if anchors else None
        due = now or last is None or at - last.at >= HOUR or await _closed_since(connection, last)
        if not due or not await _has_rows_after(connection, last.rows if last else 0):
            return False
    async with writing(database) as connection:
        await order_anchor(connection, desk, at, anchors)
    return True


async def order_anchor(
    connection: AsyncConnection, desk: Desk, at: int, anchors: Sequence[Anchor], plain: int = 0
) -> None:
    """Orders an act about the newest row, after a walk through the rows since the last act.

    Rows until ``plain`` may be older than the desk.

    Raises:
        AuditBroken: a row is not what was written.
    """
    last = anchors[-1] if anchors else Anchor("", 0, START, 0, -1)
    if not await _holds(connection, last):
        raise AuditBroken(last.rows)
    broken, rows, digest = await first_broken(connection, desk, last.rows, last.digest, plain)
    if broken:
        raise AuditBroken(broken)
    if rows > last.rows:
        facts = {"rows": rows, "digest": digest.hex(), "at": at}
        await desk.order(connection, AUDIT, LOG_ITSELF, facts)


async def check_rows(
    connection: AsyncConnection, desk: Desk, anchors: Sequence[Anchor]
) -> AuditCheck:
    """Compares all rows with the acts in the log.

    Args:
        connection: reads the rows.
        desk: knows their digests.
        anchors: as `read_anchors` returns them, or from the guard.
    """
    first, last = (anchors[0], anchors[-1]) if anchors else (None, None)
    anew = [anchor for anchor in anchors if anchor.anew]
    if anew:
        broken, rows, _ = await first_broken(connection, desk, anew[-1].rows, anew[-1].digest)
    else:
        broken, rows, _ = await first_broken(connection, desk, plain=first.rows if first else 0)
    anchored, position = (last.rows, last.position) if last else (0, -1)
    for number, anchor in enumerate(anchors, 1):
        if anchor.name != numbered_name(LOG_ITSELF, number):
            return AuditCheck(rows, 0, -1, Message("audit-act-missing", number=number))
        if not await _holds(connection, anchor):
            differs = Message("audit-differs", row=anchor.rows, position=anchor.position)
            good = anchors[number - 2] if number > 1 else None
            said = (good.rows, good.position) if good else (0, -1)
            return AuditCheck(rows, *said, differs)
    problem = Message("audit-row-changed", row=broken) if broken else None
    return AuditCheck(rows, anchored, position, problem)


async def read_anchors(
    connection: AsyncConnection, desk: Desk, waiting: bool = False, newest: bool = False
) -> list[Anchor]:
    """Returns the acts about the audit log that a desk of the log signed, in order.

    Args:
        connection: reads the log's rows; an act without the desk's signature is left out.
        desk: knows its signatures.
        waiting: whether acts count that the mixer has not taken yet.
        newest: whether only the last one is read; there are thousands in a year.
    """
    found = []
    columns = tables.log_entries.c
    query = select(tables.log_entries).where(columns.kind == AUDIT, columns.campaign == LOG_ITSELF)
    keys = await _desk_keys(connection, desk)
    position = columns.position
    asked = query.order_by(position.desc()).limit(1) if newest else query.order_by(position)
    for row in await connection.execute(asked):
        entry = entry_of_row(row._mapping)
        pairs = [(key, signature) for key in keys for signature in entry.signatures]
        if any(signed_act(key, desk.origin, entry.body or "", one) for key, one in pairs):
            found.append(read_anchor(entry.body or "", row.position))
    if waiting:
        acts = tables.notices.c
        query = select(acts.body).where(acts.kind == AUDIT).order_by(acts.id)
        found += [read_anchor(body, -1) for body in (await connection.execute(query)).scalars()]
    return found


def read_anchor(body: str, position: int) -> Anchor:
    """Returns what an act's body says."""
    said = json.loads(body)
    digest, anew = bytes.fromhex(said["digest"]), said.get("anew") is True
    return Anchor(said["name"], said["rows"], digest, said["at"], position, anew)


async def _desk_keys(connection: AsyncConnection, desk: Desk) -> list[VerifierKey]:
    """Returns the desk's key and those that the log names as the desk's before it."""
    columns = tables.log_entries.c
    query = select(columns.body).where(columns.kind == KEYS, columns.campaign == LOG_ITSELF)
    bodies = (await connection.execute(query.order_by(columns.position))).scalars()
    named = [json.loads(body).get("desk") for body in bodies]
    return [desk.key, *(read_key(key) for key in named if key and key != desk.key.write())]


async def order_anew(connection: AsyncConnection, desk: Desk, at: int) -> None:
    """Orders an act about the rows as they stand, which the desk before had written."""
    columns = tables.audit.c
    newest = select(columns.number, columns.digest).order_by(columns.number.desc()).limit(1)
    last = (await connection.execute(newest)).first()
    if last is not None:
        facts = {"rows": last.number, "digest": bytes(last.digest).hex(), "at": at, "anew": True}
        await desk.order(connection, AUDIT, LOG_ITSELF, facts)


async def _holds(connection: AsyncConnection, anchor: Anchor) -> bool:
    if not anchor.rows:
        return True
    query = select(tables.audit.c.digest).where(tables.audit.c.number == anchor.rows)
    found = (await connection.execute(query)).scalar()
    return found is not None and bytes(found) == anchor.digest


async def _has_rows_after(connection: AsyncConnection, number: int) -> bool:
    query = select(func.max(tables.audit.c.number))
    return ((await connection.execute(query)).scalar() or 0) > number


async def _closed_since(connection: AsyncConnection, last: Anchor | None) -> bool:
    """Returns whether a campaign was closed after the last act; a waiting act is newer."""
    if last is None or last.position < 0:
        return False
    columns = tables.log_entries.c
    query: Any = select(columns.position).where(
        columns.kind == CLOSING, columns.position > last.position
    )
    return (await connection.execute(query.limit(1))).first() is not None
