"""Answers what a step asks of the log, of invitations and of the requests for rectification."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.live_campaigns import LiveCampaigns
from bot.campaigns.log_loss import told_of_receipt
from bot.conversations.stored_conversation import Conversation
from bot.core.clock import Clock
from bot.core.identity import WEB, Address, Citizen
from bot.crypto.gate_keys import GateKeys
from bot.crypto.rectification_keys import RectificationKeys
from bot.transparency.log_reader import find_receipt
from survey_flows.effects import (
    Effect,
    HandleRequestAction,
    LookUpReceipt,
    OptIn,
    OptOut,
    ShowNotice,
)


class Lookups:
    """Puts answers in the place of effects that ask something.

    Args:
        keys: the gate's secrets.
        live_campaigns: the campaigns and their words.
        clock: the present time.
    """

    def __init__(self, keys: GateKeys, live_campaigns: LiveCampaigns, clock: Clock) -> None:
        self._keys = keys
        self._live_campaigns = live_campaigns
        self._clock = clock

    async def answered(
        self,
        connection: AsyncConnection,
        citizen: Citizen,
        before: Conversation | None,
        effects: Iterable[Effect],
    ) -> list[Effect]:
        """Returns the effects, with answers in place of questions to the log and to requests."""
        answered: list[Effect] = []
        for effect in effects:
            if isinstance(effect, LookUpReceipt):
                found = await find_receipt(connection, effect.code)
                key = await told_of_receipt(connection, found)
                # A close has forgotten the language, too.
                known = before is not None and before.session is not None
                said = self._live_campaigns
                answered.append(
                    ShowNotice(
                        said.sentence(effect.lang, key)
                        if known
                        else said.sentence_in_each_language(key)
                    )
                )
            elif isinstance(effect, OptOut | OptIn):
                session = before.session if before else None
                lang, rating = (session.lang, session.rating) if session else ("", False)
                answered.append(ShowNotice(self._wished(citizen, effect, lang, rating=rating)))
            elif isinstance(effect, HandleRequestAction):
                lang = before.session.lang if before and before.session else effect.action.lang
                answered += await self._follow(connection, citizen, effect, lang)
            else:
                answered.append(effect)
        return answered

    def _wished(self, citizen: Citizen, effect: OptOut | OptIn, lang: str, *, rating: bool) -> str:
        """Returns what is said of an opt-out or its undoing, in each language if none is known.

        A browser's random number is no address: nobody was invited by it. ``rating``: one is under
        way, which the word may have meant.
        """
        if citizen.channel == WEB:
            key = "opted-out-web"
        else:
            key = "opted-out" if isinstance(effect, OptOut) else "opted-in"
        said = self._live_campaigns
        if not lang:
            return said.sentence_in_each_language(key)
        lines = [said.sentence(lang, key)]
        if rating and key == "opted-out":
            lines.append(said.sentence(lang, "opted-out-rating"))
        return "\n".join(lines)

    async def _follow(
        self, connection: AsyncConnection, citizen: Citizen, effect: HandleRequestAction, lang: str
    ) -> tuple[Effect, ...]:
        # These modules load the scheme's models, memory that the service saves until it is needed.
        from bot.rectification.citizen_view import handle_request_action
        from bot.rectification.requests import Requester

        person = Requester(
            RectificationKeys(self._keys.rectification),
            Address(citizen.channel, citizen.user),
            self._local(),
        )
        return await handle_request_action(
            connection, self._live_campaigns, person, effect.action, lang
        )

    def _local(self) -> datetime:
        return self._clock.now().astimezone(self._live_campaigns.zone)
