"""Tokens that a provider gives for a while, without which it takes no request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field

from bot.fieldwork.outreach.messenger import Answer, DeliveryOutcome
from bot.messengers.contract import Verdict, answer_by_code
from bot.messengers.http import Response, answer_by_status, text_at

NO_TOKEN = Answer(DeliveryOutcome.REFUSED, reason="token")


@dataclass(slots=True)
class Tokens:
    """One token for all who wait, renewed when it ends.

    Attributes:
        ask: asks for a token.
        token: where the token stands in the answer.
        code: where a code stands in an answer, of a token or of a message.
        codes: what codes mean.
        ended: codes of a token that is unknown or has ended before its time.
    """

    ask: Callable[[], Awaitable[Response]]
    token: str
    code: str
    codes: Mapping[str, Verdict]
    ended: Collection[str]
    _now: str = field(default="", repr=False)
    _renewing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def call(self, request: Callable[[str], Awaitable[Response]]) -> Response | Answer:
        """Return the answer to a request with a token, or what it means that there is none.

        With a token that has ended the request is made twice.
        """
        for _ in range(2):
            refusal = None if self._now else await self._renew()
            if refusal is not None:
                return refusal
            used = self._now
            response = await request(used)
            if text_at(response.said, self.code) not in self.ended:
                return response
            if self._now == used:
                self._now = ""
        return NO_TOKEN

    async def _renew(self) -> Answer | None:
        async with self._renewing:
            if self._now:
                return None
            response = await self.ask()
            self._now = text_at(response.said, self.token)
            if self._now:
                return None
            known = answer_by_code(text_at(response.said, self.code), self.codes)
            return known or answer_by_status(response) or NO_TOKEN
