"""What the desk ordered: which of the acts that wait go into the log, which closes may begin.

The log's key signs nothing because a row asks for it. An act needs the desk's signature over its
body and the log's name, and it is written once. Others are kept aside and counted; the rest goes
on.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Sequence, Set
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.audit_anchors import AUDIT
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.registration import REGISTRATION, registers
from bot.campaigns.states import EARLY_CLOSE, OPENING, PAUSE
from bot.core.events import event
from bot.crypto.act_signatures import signed_act
from bot.storage.bulk import insert_all
from bot.storage.schema import all as tables
from bot.transparency.desk import desk_name
from bot.transparency.logged_acts import LoggedActs, seen_by
from survey_flows.canonical_json import read_canonical_object
from survey_flows.errors import BadInput, Place
from survey_flows.log_entries import act_label, read_signatures
from survey_flows.signed_notes import ED25519, Signature, VerifierKey

log = logging.getLogger(__name__)

RESULT = "result"
UNSIGNED, MISFIT, REPEATED, DIFFERS, LATE = "unsigned", "misfit", "repeated", "differs", "late"
UNPROVEN = "unproven"
REASONS = (UNSIGNED, MISFIT, REPEATED, DIFFERS, LATE, UNPROVEN)
"""Why an act is refused: the desk did not sign it; its row says another act than its body, or an
act that is not the desk's; it stands in the log already; the campaign's row says otherwise; it was
ordered before another one that the log has, and kept back; it is a result that does not follow
from the ballots."""
DESK_ACTS = frozenset(
    {REGISTRATION, PAUSE, EARLY_CLOSE, AUDIT, RESULT, "link", "decision"}
    | {"profile", "officer", "grant"}
    | {"choice", "void", "export", "escrow"}
    | {"year-seal", "year-amendment", "year-notice", "material-closed"}
)
"""The kinds of acts that the desk signs."""


class DeskOrders:
    """Judges what waits for one log.

    Args:
        acts: what the log has.
        desk: the desk's public key, 32 bytes.
        origin: the log's name.
    """

    def __init__(self, acts: LoggedActs, desk: bytes, origin: str) -> None:
        self._acts = acts
        self._key = VerifierKey(desk_name(origin), ED25519, desk)
        self._origin = origin
        self._unordered: Set[str] = frozenset()

    async def new_results(self, rows: Sequence[Any]) -> list[Any]:
        """Returns the results among rows that the desk has signed and the log has not."""
        await self._acts.refresh()
        return [row for row in rows if row.kind == RESULT and not self._refusal(row, set())]

    async def judge(
        self, connection: AsyncConnection, rows: Sequence[Any], unproven: Set[int] = frozenset()
    ) -> tuple[list[Any], list[tuple[Any, str]]]:
        """Returns the rows that go into the log, and the others with their reasons.

        The caller holds the log, so that no other process appends meanwhile.

        Args:
            connection: the transaction that took the rows.
            rows: what waits.
            unproven: the ids of results that do not follow from the ballots.
        """
        await self._acts.refresh()
        taken: set[bytes] = set()
        accepted, refused = [], []
        seen = self._acts.seen
        for row in rows:
            reason = self._refusal(row, taken)
            if not reason and seen_by(row.body) < seen:
                reason = LATE
            if not reason and row.kind == REGISTRATION:
                reason = await _registration_refusal(connection, row)
            if not reason and row.id in unproven:
                reason = UNPROVEN
            if reason:
                refused.append((row, reason))
                continue
            taken.add(act_label(row.kind, row.campaign, row.name))
            seen = max(seen, seen_by(row.body))
            accepted.append(row)
        return accepted, refused

    def _refusal(self, row: Any, taken: Set[bytes]) -> str:
        if not any(signed_act(self._key, self._origin, row.body, one) for one in signatures(row)):
            return UNSIGNED
        if row.kind not in DESK_ACTS or not _fits(row):
            return MISFIT
        label = act_label(row.kind, row.campaign, row.name)
        return REPEATED if label in taken or self._acts.has(label) else ""

    async def closes(self, campaigns: Set[str], now: int) -> set[str]:
        """Returns those of ``campaigns`` that may be closed now.

        Closing at the planned end needs nobody. Before it the log has to have the order.
        """
        if not campaigns:
            self._unordered = frozenset()
            return set()
        await self._acts.refresh()
        found = {campaign for campaign in campaigns if self._may_close(campaign, now)}
        for campaign in sorted(campaigns - found - self._unordered):
            log.error(
                "campaign %s stands as closing, which nobody ordered; it stays",
                campaign,
                extra=event("state_not_ordered", campaign=campaign),
            )
        self._unordered = campaigns - found
        return found

    def _may_close(self, campaign: str, now: int) -> bool:
        if self._acts.bodies("closing", campaign) or self._acts.bodies(EARLY_CLOSE, campaign):
            return True
        registered = self._acts.bodies(REGISTRATION, campaign)
        return any(json.loads(body).get("closes_at", now + 1) <= now for body in registered)


def signatures(row: Any) -> tuple[Signature, ...]:
    """Returns the signatures of an act that waits; none when they cannot be read."""
    try:
        return read_signatures(json.loads(row.signatures), Place(field="signatures"))
    except (BadInput, ValueError, RecursionError):
        return ()


def _fits(row: Any) -> bool:
    """Returns whether a row's body is canonical and of the act that the row says."""
    try:
        body = read_canonical_object(row.body, Place(field="body"))
    except BadInput:
        return False
    named = tuple(body.get(part) for part in ("kind", "campaign", "name"))
    return named == (row.kind, row.campaign, row.name)


async def _registration_refusal(connection: AsyncConnection, row: Any) -> str:
    """Refuses a registration whose campaign is not the one that was signed."""
    try:
        campaign = await read_campaign_row(connection, row.campaign, "update")
        same = campaign.state == OPENING and registers(row.body, campaign)
    except (BadInput, ValueError, TypeError):
        same = False
    return "" if same else DIFFERS


async def keep_aside(
    connection: AsyncConnection, refused: Sequence[tuple[Any, str]], now: int
) -> None:
    """Keeps refused acts; the caller has taken their rows."""
    names = ("kind", "name", "campaign", "body", "signatures")
    rows = [
        {name: row._mapping[name] for name in names} | {"reason": reason, "at": now, "seen": False}
        for row, reason in refused
    ]
    await insert_all(connection, tables.refused_acts, rows)


def warn_of(refused: Sequence[tuple[Any, str]]) -> None:
    """Says in the log of the service how many acts were refused, and nothing of their content."""
    for reason, count in sorted(Counter(reason for _, reason in refused).items()):
        log.error(
            "%d acts were refused and kept aside, unlogged: %s",
            count,
            reason,
            extra=event("acts_refused", count=count, reason=reason),
        )


async def count_refused_acts(connection: AsyncConnection) -> dict[str, int]:
    """Counts the refused acts that nobody has looked at, by reason."""
    columns = tables.refused_acts.c
    query = select(columns.reason, func.count()).where(~columns.seen).group_by(columns.reason)
    return {row[0]: row[1] for row in await connection.execute(query)}


async def list_refused_acts(connection: AsyncConnection) -> list[Any]:
    """Returns the rows of refused acts, the newest last."""
    query = select(tables.refused_acts).order_by(tables.refused_acts.c.id)
    return list(await connection.execute(query))


async def mark_seen(connection: AsyncConnection) -> int:
    """Notes that somebody has looked at all refused acts; returns how many were new."""
    columns = tables.refused_acts.c
    return (
        await connection.execute(update(tables.refused_acts).where(~columns.seen).values(seen=True))
    ).rowcount
