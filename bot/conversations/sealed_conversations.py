"""Conversations in the database: read by a citizen's pseudonyms, sealed anew after a step."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.homes import Home, Homes
from bot.conversations.store import read_sessions
from bot.conversations.stored_conversation import (
    Conversation,
    RecentConversations,
    read_conversation,
)
from bot.core.events import event
from bot.core.identity import Citizen
from bot.core.stored_forms import UnknownForm
from bot.crypto.gate_keys import GateKeys, key_hour_of
from survey_flows.errors import BadSession

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """A sealed conversation to store in its home, if any, and pseudonyms whose rows go."""

    kept: tuple[Home, bytes] | None
    gone: list[bytes]


class SealedConversations:
    """Opens and seals the conversations of citizens.

    Args:
        keys: the gate's secrets.
        live_campaigns: the campaigns whose conversations have a home of their own.
    """

    def __init__(self, keys: GateKeys, live_campaigns: LiveCampaigns) -> None:
        self._keys = keys
        self._homes = Homes(keys, live_campaigns)
        self._recent = RecentConversations()

    async def read(
        self, connection: AsyncConnection, citizens: Sequence[Citizen], now: datetime
    ) -> list[tuple[Conversation | None, list[bytes]]]:
        """Returns each citizen's conversation and the pseudonyms under which rows of it stand."""
        names = [self._homes.names(citizen, now) for citizen in citizens]
        bodies = await read_sessions(connection, [name for own in names for name in own])
        found = [[name for name in own if name in bodies] for own in names]
        return [(self._open(own[0], bodies[own[0]]) if own else None, own) for own in found]

    def change(
        self, citizen: Citizen, after: Conversation | None, stored: list[bytes], now: datetime
    ) -> Change:
        """Returns what to write and to delete, so that one row at most is left of a citizen."""
        if after is None:
            return Change(None, stored)
        home = self._homes.home(citizen, after.campaign, now)
        sealed = self._keys.seal(home.person, after.to_text())
        self._recent.put(key_hour_of(sealed), home.person, sealed, after)
        return Change((home, sealed), [name for name in stored if name != home.person])

    def _open(self, person: bytes, sealed: bytes) -> Conversation | None:
        try:
            return self._recent.take(person, sealed) or read_conversation(
                self._keys.unseal(person, sealed)
            )
        except (BadSession, UnknownForm):
            # Another version or key wrote it. To begin anew is better than an error at every step.
            log.warning(
                "a stored conversation could not be read and was begun anew",
                extra=event("conversation_lost"),
            )
            return None


def changed_rows(changes: Sequence[Change]) -> tuple[list[tuple[Home, bytes]], list[bytes]]:
    """Returns the conversations to store and the pseudonyms whose rows go."""
    kept = [change.kept for change in changes if change.kept]
    return kept, [name for change in changes for name in change.gone]
