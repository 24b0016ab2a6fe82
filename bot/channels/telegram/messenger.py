"""Outgoing messages over Telegram: each is tried once, and its outcome is returned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.channels.telegram.http import RateLimited, TelegramRequest
from bot.channels.telegram.parsing import BEGIN, STOP
from bot.channels.telegram.rate_limit import Limits, RateLimitPause, chat_scope
from bot.channels.telegram.rendering import TEXT, clip
from bot.fieldwork.outreach.messenger import (
    BUTTON,
    NOT_STARTED,
    UNKNOWN,
    Account,
    Answer,
    DeliveryOutcome,
    OutgoingMessage,
)

GONE = ("chat not found", "user not found", "user is deactivated", "peer_id_invalid")
"""Beginnings of refusals in small letters; the library writes them with a capital."""


OURS = ("text", "entit", "button", "markup", "too long")
"""In refusals of what we wrote: nobody would get it."""
NEVER_STARTED = "can't initiate conversation"
"""In the refusal to write to somebody who has never started the bot."""
WRONG_TOKEN = 30.0
"""Seconds of pause after a refused token."""


class TelegramMessenger:
    """A sender for one bot. Enter it, then call `send` from any number of tasks.

    ``limits`` are shared with the channel in the same process; elsewhere only the pause is.
    """

    def __init__(
        self,
        token: str,
        api_base_url: str,
        limits: Limits | RateLimitPause,
        rate: float = 25.0,
    ) -> None:
        self.account = telegram_account(rate)
        limits = Limits(limits) if isinstance(limits, RateLimitPause) else limits
        self._limits = limits
        self._requests = TelegramRequest(f"{api_base_url.rstrip('/')}/bot{token}", limits)

    async def __aenter__(self) -> Self:
        await self._requests.initialize()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._requests.shutdown()

    @property
    def pause_seconds(self) -> float:
        """Seconds for which Telegram refuses all calls; 0 when it takes them."""
        return self._limits.pause.seconds_left

    async def send(self, address: str, letter: OutgoingMessage) -> Answer:
        """Sends a message once to the chat ``address``."""
        return await self._send(write(int(address), letter))

    async def send_answer(
        self, address: str, text: str, buttons: Sequence[tuple[str, str]]
    ) -> Answer:
        """Send a message once to the chat ``address``; the buttons are labels with their data."""
        return await self._send(_message(int(address), text, buttons))

    async def _send(self, params: dict[str, Any]) -> Answer:
        try:
            await self._requests.call("sendMessage", params)
        except RateLimited:
            if self.pause_seconds:
                return Answer(DeliveryOutcome.SILENCE, seconds=self.pause_seconds)
            seconds = self._limits.seconds_left(chat_scope(params["chat_id"]))
            return Answer(DeliveryOutcome.LIMITED, seconds=seconds)
        except Forbidden as error:
            never = NEVER_STARTED in error.message.casefold()
            return Answer(DeliveryOutcome.UNREACHABLE, reason=NOT_STARTED if never else "")
        except BadRequest as error:
            return _refusal(error.message.casefold())
        except InvalidToken:
            # The operator has to correct the token; until then nobody may count as unreachable.
            await self._limits.pause.begin(WRONG_TOKEN)
            return Answer(DeliveryOutcome.SILENCE, seconds=WRONG_TOKEN, reason="token")
        except TelegramError:
            return Answer(DeliveryOutcome.LATER)
        # Telegram tells neither of arrival nor of reading.
        return Answer(DeliveryOutcome.ACCEPTED)


def telegram_account(rate: float) -> Account:
    """Return what Telegram's messenger declares, at ``rate`` messages a second."""
    return Account("telegram", "telegram", "telegram", BUTTON, TEXT, rate)


def _refusal(message: str) -> Answer:
    if any(what in message for what in GONE):
        return Answer(DeliveryOutcome.UNREACHABLE)
    if any(what in message for what in OURS):
        return Answer(DeliveryOutcome.REFUSED, reason="text")
    return Answer(DeliveryOutcome.LATER, reason=UNKNOWN)


def write(chat: int, letter: OutgoingMessage) -> dict[str, Any]:
    """The parameters of ``sendMessage``."""
    return _message(chat, letter.text, [(letter.begin, BEGIN + letter.token), (letter.stop, STOP)])


def _message(chat: int, text: str, buttons: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "chat_id": chat,
        "text": clip(text, TEXT),
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {
            "inline_keyboard": [[{"text": label, "callback_data": data}] for label, data in buttons]
        },
    }
