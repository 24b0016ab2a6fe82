"""Finds out for the ratings that a batch of steps begins whether they replace an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballots.gate_marks import RatedUnits
from bot.conversations.steps import CitizenStep, Stepper
from bot.core.identity import WEB
from bot.crypto.gate_keys import GateKeys
from survey_flows.campaign_definition import RatedBefore
from survey_flows.effects import RatingBegun


class StepRatings:
    """Steps those again who begin to rate a unit that they have rated.

    A browser may be in other hands by now, so that the engine asks whose rating it is. An account
    of a messenger, and an identity that was shown, is one person's, who is told that the new
    rating replaces the one before.

    Args:
        keys: the gate's secrets.
        stepper: takes a step again.
    """

    def __init__(self, keys: GateKeys, stepper: Stepper) -> None:
        self._keys = keys
        self._stepper = stepper

    async def find(
        self, connection: AsyncConnection, steps: Sequence[CitizenStep], now: datetime
    ) -> None:
        """Reads the gate's marks; the caller has locked the people, whose marks cannot change."""
        begun = [
            (one, (effect.campaign, effect.unit, one.voter(effect.campaign)))
            for one in steps
            for effect in one.effects
            # A process that has not heard of a close takes steps without the campaign's key.
            if isinstance(effect, RatingBegun) and self._keys.knows_voters(effect.campaign)
        ]
        if not begun:
            return
        marks = RatedUnits(self._keys)
        await marks.read(connection, [place for _, place in begun])
        for one, place in begun:
            if marks.was_rated(*place):
                by_browser = place[2].voter[0] == WEB
                one.rated = RatedBefore(frozenset({place[1]}), by_browser)
                self._stepper.take(one, now)
