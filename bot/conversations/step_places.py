"""Quota places for the ballots of a batch of steps, within their transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballots.quota_places import PlaceRequest, QuotaPlaces
from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.steps import CitizenStep, Stepper
from bot.crypto.gate_keys import GateKeys
from survey_flows.effects import QuotaFull, StoreBallot


class StepPlaces:
    """Finds the places that steps need, and steps those again that found a cell full.

    Args:
        keys: the gate's secrets.
        live_campaigns: the campaigns with their quotas.
        stepper: takes a step again.
    """

    def __init__(self, keys: GateKeys, live_campaigns: LiveCampaigns, stepper: Stepper) -> None:
        self._places = QuotaPlaces(keys)
        self._live_campaigns = live_campaigns
        self._stepper = stepper

    async def find(
        self, connection: AsyncConnection, steps: Sequence[CitizenStep], now: datetime
    ) -> None:
        """Steps holders of a place in a full cell again, and takes places for new ballots."""
        away = [
            (one, effect)
            for one in steps
            for effect in one.effects
            if isinstance(effect, QuotaFull)
        ]
        wishes = [
            PlaceRequest(one.voter(effect.campaign), effect.campaign, list(effect.cells))
            for one, effect in away
        ]
        for (one, _), held in zip(away, await self._places.held(connection, wishes), strict=True):
            if held:
                one.held = held
                self._stepper.take(one, now)
        casts = [(one, wish) for one in steps for wish in self._wishes(one)]
        quotas = {wish.campaign: self._live_campaigns.quotas(wish.campaign) for _, wish in casts}
        for (one, _), full in zip(
            casts,
            await self._places.take(connection, [wish for _, wish in casts], quotas),
            strict=True,
        ):
            if full:
                one.full = full
                self._stepper.take(one, now)

    def _wishes(self, one: CitizenStep) -> list[PlaceRequest]:
        """Returns the quota places that this step's ballot needs, which may be none."""
        found = []
        for effect in one.effects:
            if isinstance(effect, StoreBallot):
                ballot = effect.ballot
                quotas = self._live_campaigns.quotas(ballot.campaign)
                cells = quotas.of(ballot.unit, ballot.group, ballot.stratum, ballot.source)
                who = one.voter(ballot.campaign)
                found += [PlaceRequest(who, ballot.campaign, cells)] if cells else []
        return found
