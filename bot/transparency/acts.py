"""Acts that wait for the log, and the acts about its keys.

**Who signs.** An act that somebody ordered carries the signatures of who ordered it. What has none
is signed by the log's key alone, here and nowhere else (`waiting_acts`).
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from sqlalchemy import Row, select

from bot.storage.schema.all import log_entries
from bot.transparency.entry_bodies import KEYS, keys_body
from bot.transparency.guarded_log import OpenLog
from bot.transparency.log_entry import LogEntry, named_body
from survey_flows.log_entries import LOG_ITSELF, act_label, numbered_name
from survey_flows.signed_notes import VerifierKey

OWN_NAMES = frozenset(("decision",))
"""Kinds whose acts have names of their own; others are numbered within their campaign."""


async def waiting_acts(log: OpenLog, rows: Sequence[Row[Any]]) -> list[LogEntry]:
    """Returns the entries of acts that wait in ``notices``, in their order, to be appended."""
    entries: list[LogEntry] = []
    for row in rows:
        wanted = row.name if row.kind in OWN_NAMES else row.campaign
        taken = {entry.label for entry in entries}
        name = await free_name(log, row.kind, row.campaign, wanted, taken)
        # An act that the desk signed keeps its name, its body and its signatures; none does yet.
        entries.append(log.own_act(row.kind, row.campaign, name, named_body(row.body, name)))
    return entries


async def free_name(
    log: OpenLog, kind: str, campaign: str, wanted: str, taken: Set[bytes | None] = frozenset()
) -> str:
    """Returns the name of an act to be appended: as wanted, or numbered after those before it."""
    number = 1
    while True:
        name = numbered_name(wanted, number)
        label = act_label(kind, campaign, name)
        if label not in taken and await _body(log, label) is None:
            return name
        number += 1


async def _body(log: OpenLog, label: bytes) -> str | None:
    query = select(log_entries.c.body).where(log_entries.c.label == label).limit(1)
    return (await log.connection.execute(query)).scalar()


async def announce_keys(
    log: OpenLog, desk: VerifierKey | None, gate: VerifierKey | None, at: int
) -> None:
    """Appends the act ``keys`` unless the newest one names these keys; it holds from here on.

    Args:
        log: the open log.
        desk: the key that signs acts of the service; None while there is none.
        gate: the key that signs ballots; None where it is not known.
        at: epoch seconds.
    """
    if desk is None and gate is None:
        return
    number, newest = 0, None
    while said := await _body(log, act_label(KEYS, LOG_ITSELF, str(number + 1))):
        number, newest = number + 1, said
    if newest is None or newest != keys_body(number, desk, gate):
        body = keys_body(number + 1, desk, gate)
        await log.append([log.own_act(KEYS, LOG_ITSELF, str(number + 1), body)], at)
