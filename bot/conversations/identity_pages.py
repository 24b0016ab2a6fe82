"""The page on which an identity is shown: its address is a ticket for one conversation.

A ticket names campaign, channel and account, encrypted under the secret of the day, which lies in
memory. So an address that somebody reads later, in a history or a log, names nobody.
"""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass, replace
from datetime import datetime

from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.steps import CitizenStep
from bot.core.identity import WEB, Citizen
from bot.crypto.gate_keys import GateKeys
from survey_flows.effects import Effect, ShowScreen
from survey_flows.session import IDENTITY

PAGE = "/i/"
"""The page for a ticket."""
TICKET_SECONDS = 1800
"""Seconds for which a ticket is good: time to find a telephone and to wait for a message."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whose conversation in which campaign an identity is for; ``until`` in epoch seconds."""

    campaign: str
    channel: str
    user: str
    until: int


def read_ticket(keys: GateKeys, text: str, now: datetime) -> Ticket | None:
    """Returns the ticket in an address; None for one that has ended or was never given."""
    plain = keys.read_ticket(text)
    if plain is None:
        return None
    ticket = Ticket(*json.loads(plain))
    return ticket if now.timestamp() < ticket.until else None


class IdentityPages:
    """Adds the page's address to the screen that tells of identities.

    Args:
        keys: the gate's secrets.
        live_campaigns: the campaigns and their words.
        site: the public https address of the service; empty means none.
    """

    def __init__(self, keys: GateKeys, live_campaigns: LiveCampaigns, site: str = "") -> None:
        self._keys = keys
        self._live_campaigns = live_campaigns
        self._site = site.rstrip("/") if site.startswith("https://") else ""

    def shown(self, effect: Effect, one: CitizenStep, now: datetime) -> Effect:
        """Returns an effect; the screen of identities with its address.

        A chat opens no page of a service that has no public address, and is told so.
        """
        if not isinstance(effect, ShowScreen) or effect.screen.step != IDENTITY or not one.after:
            return effect
        screen, citizen = effect.screen, one.citizen
        if not self._site and citizen.channel != WEB:
            away = self._live_campaigns.sentence(screen.lang, "identity-away")
            return ShowScreen(replace(screen, text=away))
        address = f"{self._site}{PAGE}{self._ticket(one.after.campaign, citizen, now)}"
        return ShowScreen(replace(screen, address=f"{address}?lang={screen.lang}"))

    def _ticket(self, campaign: str, citizen: Citizen, now: datetime) -> str:
        until = int(now.timestamp()) + TICKET_SECONDS
        ticket = Ticket(campaign, citizen.channel, citizen.user, until)
        return self._keys.ticket(json.dumps(astuple(ticket)))
