"""Withdraws what somebody has rated from an account before they showed an identity there.

Else one person would have two ballots: the account's and the identity's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballots.gate_marks import RatedUnits
from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.steps import CitizenStep
from bot.crypto.gate_keys import GateKeys
from survey_flows.effects import ErasePerson, ShowNotice
from survey_flows.events import Identified
from survey_flows.outside_window import Phase, phase


class StepIdentities:
    """Adds the withdrawal to the steps that bring an identity.

    Args:
        keys: the gate's secrets.
        live_campaigns: the campaigns with their units and words.
    """

    def __init__(self, keys: GateKeys, live_campaigns: LiveCampaigns) -> None:
        self._keys = keys
        self._live_campaigns = live_campaigns

    async def find(
        self, connection: AsyncConnection, steps: Sequence[CitizenStep], now: datetime
    ) -> None:
        """Reads the gate's marks; the caller has locked the people, whose marks cannot change."""
        for one in steps:
            if isinstance(one.event, Identified):
                await self._withdraw(connection, one, one.event, now)

    async def _withdraw(
        self, connection: AsyncConnection, one: CitizenStep, event: Identified, now: datetime
    ) -> None:
        definition = self._live_campaigns.get(event.campaign)
        session = one.after.session if one.after else None
        if definition is None or session is None or phase(definition, now) is not Phase.OPEN:
            return
        # Ballots of another identity are another person's, who keeps them.
        who, taken = one.voter(event.campaign), session.identity == event.identity
        if who.identity or not taken or not self._keys.knows_voters(event.campaign):
            return
        places = [(event.campaign, unit, who) for unit in definition.units]
        marks = RatedUnits(self._keys)
        await marks.read(connection, places)
        if any(marks.was_rated(*place) for place in places):
            said = self._live_campaigns.sentence(session.lang, "identity-withdrawn")
            one.effects = (ErasePerson(event.campaign), ShowNotice(said), *one.effects)
