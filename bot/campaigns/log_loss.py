"""What two people do when an older database was restored: the log is refilled, the loss is logged.

The guard beside the log's key has every entry. The entries that the older database lacks are put
back, so that the log does not fork and its witnesses stay content. The texts of sealed entries are
not in the guard: those ballots, comments and withdrawals are lost, and a public act ``loss`` names
their positions. Nothing is refilled in part: rows that are not the beginning of the guard's log are
another history, which nothing here joins again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.named_people import NamedPeople
from bot.accounts.profiles import SOLO
from bot.campaigns.states import CLOSED, CLOSING, EARLY_CLOSE, HELD, OPEN, PAUSE, PAUSED
from bot.core.clock import Clock
from bot.storage.database import upsert
from bot.storage.schema import all as tables
from bot.transparency.guarded_log import GuardedLog, OpenLog
from bot.transparency.log_entry import LogEntry
from bot.transparency.log_reader import StoredEntry
from survey_flows.campaign_definition import Lost
from survey_flows.errors import BadInput, Message
from survey_flows.log_entries import LOG_ITSELF, act_label, canonical, numbered_name

LOSS = "loss"
NO_CAMPAIGN = LOG_ITSELF
"""The campaign of a loss that touched none."""


@dataclass(frozen=True, slots=True)
class LogLoss:
    """The refilled entries: their number, and the positions whose texts are gone by campaign."""

    entries: int
    positions: Mapping[str, Sequence[int]]


async def refill_log(
    accounts: NamedPeople,
    log: GuardedLog,
    people: Sequence[str],
    reason: str,
    clock: Clock,
    profile: str = SOLO,
) -> LogLoss:
    """Puts the entries back that an older database lacks, and logs the loss.

    Args:
        accounts: finds the people.
        log: the log that refuses to sign.
        people: the logins that decide: in the profile solo an administrator, else two who sign as
            the second person.
        reason: is published in the log.
        clock: the present time.
        profile: how many people it takes.

    Raises:
        BadInput: too few people, or of another role; no reason; or rows and guard agree.
        LogRefused: the rows are not the beginning of the guard's log.
    """
    if not reason.strip():
        raise BadInput(Message("log-loss-without-reason"))
    await accounts.require_deciders(people, profile)
    now = int(clock.now().timestamp())
    async with log.refill(now) as (opened, first, missing):
        await _follow_acts(opened.connection, missing, first)
        lost: dict[str, list[int]] = {}
        for position, entry in enumerate(missing, first):
            if entry.is_sealed:
                lost.setdefault(entry.campaign, []).append(position)
        await _log_loss(opened, lost, first, reason.strip(), now, len(people))
    return LogLoss(len(missing), lost)


async def log_broken_envelopes(
    accounts: NamedPeople,
    log: GuardedLog,
    people: Sequence[str],
    reason: str,
    clock: Clock,
    profile: str,
    campaigns: Sequence[str],
) -> LogLoss:
    """Logs that what waited for the mixer in these campaigns cannot be opened any more.

    No entry of the log is missing, so that the acts name no position. Raises as `refill_log`.
    """
    if not reason.strip():
        raise BadInput(Message("log-loss-without-reason"))
    await accounts.require_deciders(people, profile)
    now = int(clock.now().timestamp())
    async with log.open() as opened:
        lost: dict[str, list[int]] = {campaign: [] for campaign in campaigns}
        await _log_loss(opened, lost, opened.size, reason.strip(), now, len(people))
    return LogLoss(0, {})


IN, LOST = "receipt-in", "receipt-lost"
NOT_YET, MAYBE_LOST = "receipt-not-yet", "receipt-maybe-lost"
"""What is said of a receipt, by the names of the sentences in the chat."""
DAY = 86_400
MOST_LOSSES = 20
"""The acts of loss that are looked for in each campaign."""


async def told_of_receipt(connection: AsyncConnection, found: StoredEntry | None) -> str:
    """Returns `IN`, `LOST`, `NOT_YET` or `MAYBE_LOST` for the entry of a receipt, or for none.

    All that was logged between the ends of a loss went with the older database. Who has a receipt
    that is not in the log, of a campaign that lost something and is not over, cannot be told more.
    """
    states = tables.campaigns.c
    known = (await connection.execute(select(states.id, states.state))).all()
    acts = await _acts(connection, {row.id for row in known} | {NO_CAMPAIGN})
    if found is not None:
        said = [json.loads(act.body) for act in acts]
        return LOST if any(it["from"] <= found.position < it["to"] for it in said) else IN
    running = {row.id for row in known if row.state in (OPEN, PAUSED, CLOSING, HELD)}
    return MAYBE_LOST if any(act.campaign in running for act in acts) else NOT_YET


async def read_losses(
    connection: AsyncConnection, campaigns: Iterable[str], zone: tzinfo
) -> dict[str, Lost]:
    """Returns by campaign between which moments the last loss took ratings.

    It begins with the newest checkpoint that the older database had: what came later was lost.
    Where no entry is missing, envelopes were: what waited for the mixer came within the day before.
    """
    found: dict[str, Lost] = {}
    notes = tables.checkpoints.c
    for act in await _acts(connection, set(campaigns)):
        said = json.loads(act.body)
        newest = select(func.max(notes.at)).where(notes.size <= said["from"])
        began = (await connection.execute(newest)).scalar() or 0
        if said["from"] == said["to"]:
            began = said["at"] - DAY
        lost = Lost(*(datetime.fromtimestamp(at, zone) for at in (began, said["at"])))
        if act.campaign not in found or found[act.campaign].until < lost.until:
            found[act.campaign] = lost
    return found


async def _acts(connection: AsyncConnection, names: Iterable[str]) -> Sequence[Row[Any, Any]]:
    """Returns campaign and body of the acts of loss of some campaigns."""
    labels = [
        act_label(LOSS, name, numbered_name(name, number))
        for name in sorted(names)
        for number in range(1, MOST_LOSSES + 1)
    ]
    columns = tables.log_entries.c
    query = select(columns.campaign, columns.body).where(columns.label.in_(labels))
    return (await connection.execute(query.where(columns.body.is_not(None)))).all()


async def _log_loss(
    log: OpenLog,
    lost: Mapping[str, Sequence[int]],
    first: int,
    reason: str,
    at: int,
    people: int,
) -> None:
    """Appends an act for each campaign that lost texts; one act when none did."""
    entries = []
    for campaign in sorted(lost) or [NO_CAMPAIGN]:
        name = await _next_name(log.connection, campaign)
        body = {
            "kind": LOSS,
            "campaign": campaign,
            "name": name,
            "positions": list(lost.get(campaign, ())),
            "from": first,
            "to": log.size,
            "reason": reason,
            "people": people,
            "at": at,
        }
        entries.append(log.own_act(LOSS, campaign, name, canonical(body)))
    await log.append(entries, at)


async def _next_name(connection: AsyncConnection, campaign: str) -> str:
    """Returns the name of the campaign's next act of loss."""
    columns = tables.log_entries.c
    query = select(func.count()).where(
        columns.kind == LOSS, columns.campaign == campaign, columns.body.is_not(None)
    )
    return numbered_name(campaign, (await connection.execute(query)).scalar_one() + 1)


async def _follow_acts(
    connection: AsyncConnection, missing: Sequence[LogEntry], first: int
) -> None:
    """Brings campaigns to the state that the refilled public entries say."""
    columns = tables.campaigns.c
    for position, entry in enumerate(missing, first):
        if entry.body is None:
            continue
        if entry.kind == "registration":
            await _register_again(connection, json.loads(entry.body), position)
        elif entry.kind in (PAUSE, EARLY_CLOSE, "closing"):
            over = {EARLY_CLOSE: CLOSING, "closing": CLOSED}
            state = over.get(entry.kind) or json.loads(entry.body)["state"]
            changed = update(tables.campaigns).where(columns.id == entry.campaign)
            await connection.execute(changed.values(state=state))


async def _register_again(
    connection: AsyncConnection, body: Mapping[str, object], position: int
) -> None:
    row = {name: body[name] for name in ("year", "opens_at", "closes_at", "scheme")}
    row |= {"id": body["campaign"], "definition": body["paper"], "state": OPEN}
    await upsert(connection, tables.campaigns, ["id"], [row | {"registered": position}])
