"""What was decided of campaigns, and which of them have ballots."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables
from survey_flows.errors import Message

CHOICE, VOID = "choice", "void"
"""The kinds of the acts."""


@dataclass(frozen=True, slots=True)
class CampaignChoice:
    """What was decided of a campaign.

    ``void``: it is withdrawn for good. ``seen``: its scores could be seen when it was decided.
    """

    counts: bool
    reason: str
    at: int
    seen: bool
    void: bool = False


async def read_choices(connection: AsyncConnection) -> dict[str, CampaignChoice]:
    """Returns the last decision of each campaign, logged or waiting; a withdrawal is the last."""
    found: dict[str, CampaignChoice] = {}
    logged, waiting = tables.log_entries.c, tables.notices.c
    queries = (
        select(logged.kind, logged.campaign, logged.body)
        .where(logged.kind.in_((CHOICE, VOID)))
        .order_by(logged.position),
        select(waiting.kind, waiting.campaign, waiting.body)
        .where(waiting.kind.in_((CHOICE, VOID)))
        .order_by(waiting.id),
    )
    for query in queries:
        for kind, campaign, body in await connection.execute(query):
            before = found.get(campaign)
            if before is None or not before.void:
                found[campaign] = _choice(kind, json.loads(body))
    return found


def _choice(kind: str, said: Mapping[str, object]) -> CampaignChoice:
    counts = kind == CHOICE and bool(said["counts"])
    at = int(str(said["at"]))
    return CampaignChoice(counts, str(said["reason"]), at, bool(said["scores"]), kind == VOID)


def choice_mark(choice: CampaignChoice | None) -> str:
    """Returns what differs as soon as a campaign is decided about anew; "" before that."""
    return f"{choice.at}-{choice.counts:d}" if choice else ""


async def campaigns_without_ballots(connection: AsyncConnection, names: set[str]) -> set[str]:
    """Returns those of ``names`` in which nobody rated."""
    ballots = tables.ballots.c
    return {
        name
        for name in names
        if (
            await connection.execute(
                select(ballots.campaign).where(ballots.campaign == name).limit(1)
            )
        ).first()
        is None
    }


async def choice_at(connection: AsyncConnection, position: int) -> CampaignChoice | None:
    """Returns what was decided of the campaign whose entry has this place in the log."""
    logged = tables.log_entries.c
    query = select(logged.campaign).where(logged.position == position)
    campaign = (await connection.execute(query)).scalar()
    return (await read_choices(connection)).get(str(campaign))


TOLD_VOID, TOLD_IN, TOLD_OUT = "choice-told-void", "choice-told-in", "choice-told-out"


def told(choice: CampaignChoice) -> Message:
    """Returns what every output says of a decision about a campaign."""
    kind = TOLD_VOID if choice.void else TOLD_IN if choice.counts else TOLD_OUT
    said = Message(kind, reason=choice.reason)
    return Message("choice-told-seen", told=said) if choice.seen and not choice.void else said
