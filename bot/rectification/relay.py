"""Relay of an office's answers to citizens in channels that deliver (Telegram).

In other channels citizens see the answers when they come back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import Row, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.campaigns.live_campaigns import LiveCampaigns
from bot.core.clock import Clock
from bot.core.events import event, fault
from bot.core.shipped_files import shipped_words
from bot.crypto.rectification_keys import RectificationKeys
from bot.fieldwork.outreach.messenger import UNKNOWN, Answer, DeliveryOutcome
from bot.fieldwork.outreach.pace import Pace
from bot.rectification.buttons import LEAD, OPEN, STOP
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.storage.schema.rectification import QUEUED, SENT, UNREACHABLE
from survey_flows.errors import BadSession
from survey_flows.localized_names import unit_name

log = logging.getLogger(__name__)

LEASE = 120
"""Seconds after which another process may send an answer that is not settled."""
IDLE = 2.0
STATES = {
    DeliveryOutcome.DELIVERED: SENT,
    DeliveryOutcome.ACCEPTED: SENT,
    DeliveryOutcome.UNREACHABLE: UNREACHABLE,
    DeliveryOutcome.OPTED_OUT: UNREACHABLE,
    DeliveryOutcome.REFUSED: UNREACHABLE,
}
Buttons = list[tuple[str, str]]
"""Labels and data of buttons."""


class AnswerMessenger(Protocol):
    """Delivers an answer with buttons to a citizen."""

    async def send_answer(self, address: str, text: str, buttons: Buttons) -> Answer:
        """Send an answer once."""


class AnswerRelay:
    """Sends one answer after the other at the pace of outgoing messages.

    `run` it until it is cancelled.
    """

    def __init__(
        self,
        database: AsyncEngine,
        keys: RectificationKeys,
        live_campaigns: LiveCampaigns,
        messengers: Mapping[str, AnswerMessenger],
        pace: Pace,
        clock: Clock,
    ) -> None:
        self._database = database
        self._keys = keys
        self._live_campaigns = live_campaigns
        self._messengers = messengers
        self._pace = pace
        self._clock = clock

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            try:
                busy = await self.relay_batch()
            except (SQLAlchemyError, OSError) as error:
                log.warning(
                    "no answer can be relayed now: %s",
                    type(error).__name__,
                    extra=event("push_failed", reason="answers", **fault(error)),
                )
                busy = False
            if not busy:
                await asyncio.sleep(IDLE)

    async def relay_batch(self) -> bool:
        """Send the next answer; False when none waits."""
        row = await self._take()
        if row is None:
            return False
        state = await self._send(row)
        if state:
            await self._settle(row.id, state)
        return True

    async def _take(self) -> Any:
        """Claim the next answer that is due, so that nobody else sends it for a while."""
        now, words, people = (
            int(self._clock.now().timestamp()),
            tables.request_messages.c,
            tables.requests.c,
        )
        due = (
            select(words.id)
            .where(words.state == QUEUED, words.due <= now)
            .order_by(words.id)
            .limit(1)
        )
        async with reading(self._database) as connection:
            if (await connection.execute(due)).first() is None:
                return None  # a write would take the lock that citizens need
        async with writing(self._database) as connection:
            chosen = (await connection.execute(due.with_for_update(skip_locked=True))).scalar()
            if chosen is None:
                return None
            await connection.execute(
                update(tables.request_messages).where(words.id == chosen).values(due=now + LEASE)
            )
            joined = tables.request_messages.join(tables.requests, words.request == people.id)
            columns = (
                words.id,
                words.text,
                people.id.label("name"),
                people.campaign,
                people.unit,
                people.lang,
            )
            query = (
                select(*columns, people.lookup, people.sealed)
                .select_from(joined)
                .where(words.id == chosen)
            )
            return (await connection.execute(query)).first()

    async def _send(self, row: Row[Any]) -> str:
        """Send an answer and return its new state; empty when it is to be sent again."""
        if row.sealed is None:
            return UNREACHABLE
        try:
            citizen = self._keys.unseal(bytes(row.lookup), bytes(row.sealed))
        except BadSession:
            log.error(
                "a request was sealed under another key and cannot be answered; restore follow.key",
                extra=event("key_wrong", reason="requests"),
            )
            return UNREACHABLE
        messenger = self._messengers.get(citizen.channel)
        if messenger is None:
            return ""
        await self._pace.wait_for_slot()
        answer = await messenger.send_answer(citizen.address, *self._written(row))
        return UNREACHABLE if answer.reason == UNKNOWN else STATES.get(answer.outcome, "")

    def _written(self, row: Row[Any]) -> tuple[str, Buttons]:
        words, definition = shipped_words(), self._live_campaigns.get(row.campaign)
        unit = unit_name(definition, row.unit, row.lang) if definition else row.unit
        head = words.say(row.lang, "follow-answer", unit=unit, code=f"F-{row.name}")
        text = "\n\n".join((head, row.text, words.say(row.lang, "follow-how")))
        keys = (OPEN, STOP)
        return text, [
            (words.say(row.lang, f"follow-do-{key}"), f"{LEAD}{key}:{row.name}") for key in keys
        ]

    async def _settle(self, answer: int, state: str) -> None:
        columns = tables.request_messages.c
        one = update(tables.request_messages).where(columns.id == answer, columns.state == QUEUED)
        async with writing(self._database) as connection:
            await connection.execute(one.values(state=state, due=0))
