"""Admission: the one door between a citizen's conversation and the ballots.

What passes here is stored under a pseudonym. Sealing and mixing belong behind this door, before the ballots' table.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.keys import Keys
from bot.store.conversations import closed_campaigns, erase_ballots, write_ballots
from survey_flows.ballot import Ballot
from survey_flows.effects import Cast, Effect, Erase
from survey_flows.errors import MinpingError


class CampaignClosed(MinpingError):
    """A campaign was closed by another process while its ballots were on their way; nothing was stored."""

    def __init__(self, campaigns: set[str]) -> None:
        super().__init__("closed meanwhile: " + ", ".join(sorted(campaigns)))


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who an update came from: in memory only, for as long as it is being handled."""

    channel: str
    user: str


async def admit(connection: AsyncConnection, keys: Keys, effects: list[tuple[Citizen, Effect]]) -> None:
    """Carry out what touches ballots, within the caller's transaction.

    Raises:
        CampaignClosed: the caller must roll back and step again on the campaigns as they are now.
    """
    erased = [
        (effect.campaign, keys.voter(effect.campaign, citizen.channel, citizen.user))
        for citizen, effect in effects
        if isinstance(effect, Erase)
    ]
    cast = [
        (keys.voter(effect.ballot.campaign, citizen.channel, citizen.user), effect.ballot)
        for citizen, effect in effects
        if isinstance(effect, Cast)
    ]
    await _refuse_closed(connection, {campaign for campaign, _ in erased} | {ballot.campaign for _, ballot in cast})
    await erase_ballots(connection, erased)
    await write_ballots(connection, _last_of_each(cast))


async def _refuse_closed(connection: AsyncConnection, campaigns: set[str]) -> None:
    if campaigns and (closed := await closed_campaigns(connection, campaigns)):
        raise CampaignClosed(closed)


def _last_of_each(cast: list[tuple[bytes, Ballot]]) -> list[tuple[bytes, Ballot]]:
    # PostgreSQL refuses to upsert the same row twice in one statement.
    return list({(voter, ballot.campaign, ballot.unit): (voter, ballot) for voter, ballot in cast}.values())
