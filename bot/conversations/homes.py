"""The homes of conversations: the pseudonym under which each is stored, and until when.

A conversation in a campaign stands under the campaign's key, and goes with it at the close.
Any other stands in the lobby, under the key of the month, which is kept to the end of the next.
Everything that a row says of its moment is therefore the same for a whole campaign or month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.campaigns.live_campaigns import LiveCampaigns
from bot.campaigns.states import CLOSED, CLOSING
from bot.core.identity import Citizen
from bot.crypto.gate_keys import DAY, GateKeys
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.campaign_definition import CampaignDefinition

LOBBY = ""
"""Stands for the campaign of a conversation that is in none."""
AFTER_CLOSING_TIME = timedelta(days=30)
"""How long a conversation outlives its campaign's closing time when nobody closes the campaign."""
UPDATE_DAYS = 2
"""Days for which the secrets of taken updates are kept; no channel delivers so late again."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where a conversation is stored; ``until`` is in epoch seconds."""

    person: bytes
    campaign: str
    until: int


class Homes:
    """Finds the homes of citizens' conversations."""

    def __init__(self, keys: GateKeys, live_campaigns: LiveCampaigns) -> None:
        self._keys = keys
        self._live_campaigns = live_campaigns

    def home(self, citizen: Citizen, campaign: str, now: datetime) -> Home:
        """Returns where to store a conversation: in its campaign unless that is over."""
        definition = self._live_campaigns.get(campaign)
        if definition is None or not takes_conversations(definition):
            person = self._keys.lobby(month_of(now), citizen.channel, citizen.user)
            return Home(person, LOBBY, lobby_end(now))
        person = self._keys.conversation(campaign, citizen.channel, citizen.user)
        return Home(person, campaign, campaign_end(definition))

    def names(self, citizens: Sequence[Citizen], now: datetime) -> list[list[bytes]]:
        """Returns for each citizen the pseudonyms that a conversation may have, likeliest first.

        The last is that of rows which an older version wrote.
        """
        campaigns = (self._live_campaigns.get(name) for name in self._live_campaigns.campaigns)
        open_ones = [one.campaign for one in campaigns if one and takes_conversations(one)]
        people = [(citizen.channel, citizen.user) for citizen in citizens]
        found = [self._keys.known_conversations(one, people) for one in reversed(open_ones)]
        found += [
            self._keys.known_lobbies(one, people) for one in (month_of(now), month_before(now))
        ]
        found.append([self._keys.person(*one) for one in people])
        return [list(own) for own in zip(*filter(None, found), strict=True)]


def takes_conversations(definition: CampaignDefinition) -> bool:
    """Returns whether conversations may be stored under the campaign's key."""
    return definition.state not in (CLOSING, CLOSED)


def campaign_end(definition: CampaignDefinition) -> int:
    """Returns the epoch second at which the campaign's conversations are deleted at the latest."""
    return int((definition.closes_at + AFTER_CLOSING_TIME).timestamp())


def month_of(now: datetime) -> str:
    """Returns the month (UTC) as the lobby's keys are named."""
    return f"{now.astimezone(UTC):%Y-%m}"


def month_before(now: datetime) -> str:
    """Returns the month before that of ``now``."""
    return month_of(now.astimezone(UTC).replace(day=1) - timedelta(days=1))


def lobby_end(now: datetime) -> int:
    """Returns the epoch second at which the month after that of ``now`` ends."""
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for _ in range(2):
        first = (first + timedelta(days=32)).replace(day=1)
    return int(first.timestamp())


def destroy_old_secrets(keys: GateKeys, now: datetime) -> None:
    """Destroys the lobby's secrets before last month's, and those of old updates."""
    for month in keys.lobbies.names():
        if month < month_before(now):
            keys.lobbies.destroy(month)
    today = int(now.timestamp()) // DAY
    for day in keys.updates.names():
        if abs(int(day) - today) > UPDATE_DAYS:
            keys.updates.destroy(day)


async def forget_closed_conversations(database: AsyncEngine, keys: GateKeys) -> None:
    """Deletes the conversations of closed campaigns, then the keys of their pseudonyms.

    Callers repeat this: a process that did not know of the close may have stored one more.
    """
    campaigns, sessions = tables.campaigns.c, tables.sessions.c
    closed = select(campaigns.id).where(campaigns.state == CLOSED)
    stored = select(sessions.campaign).where(sessions.campaign.in_(closed)).distinct()
    async with reading(database) as connection:
        left = set((await connection.execute(stored)).scalars())
        names = set((await connection.execute(closed)).scalars())
    if left:
        async with writing(database) as connection:
            await connection.execute(
                delete(tables.sessions).where(sessions.campaign.in_(sorted(left)))
            )
    for campaign in names.intersection(keys.conversations.names()):
        keys.conversations.destroy(campaign)
