"""Outgoing messages over Telegram: each is tried once, and its outcome is returned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.channels.telegram.http import RateLimited, TelegramRequest
from bot.channels.telegram.parsing import BEGIN, STOP
from bot.channels.telegram.rate_limit import Limits, RateLimitPause, chat_scope
from bot.channels.telegram.rendering import TEXT, clip
from bot.fieldwork.outreach.messenger import DeliveryOutcome, OutgoingMessage

GONE = ("chat not found", "user not found", "user is deactivated", "peer_id_invalid")
"""Beginnings of refusals in small letters; the library writes them with a capital."""


NEVER_STARTED = "can't initiate conversation"
"""In the refusal to write to somebody who has never started the bot."""
WRONG_TOKEN = 30.0
"""Seconds of pause after a refused token."""


class TelegramMessenger:
    """A sender for one bot. Enter it, then call `send` from any number of tasks.

    ``limits`` are shared with the channel in the same process; elsewhere only the pause is.
    """

    def __init__(self, token: str, api_base_url: str, limits: Limits | RateLimitPause) -> None:
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

    def recipient_pause(self, address: str) -> float:
        """Returns the seconds for which Telegram refuses messages to this chat alone."""
        return self._limits.seconds_left(chat_scope(address))

    async def send(self, address: str, letter: OutgoingMessage) -> DeliveryOutcome:
        """Sends a message once to the chat ``address``."""
        return await self._send(write(int(address), letter))

    async def send_answer(
        self, address: str, text: str, buttons: Sequence[tuple[str, str]]
    ) -> DeliveryOutcome:
        """Send a message once to the chat ``address``; the buttons are labels with their data."""
        return await self._send(_message(int(address), text, buttons))

    async def _send(self, params: dict[str, Any]) -> DeliveryOutcome:
        try:
            await self._requests.call("sendMessage", params)
        except RateLimited:
            return DeliveryOutcome.SILENCE if self.pause_seconds else DeliveryOutcome.LIMITED
        except Forbidden as error:
            never = NEVER_STARTED in error.message.casefold()
            return DeliveryOutcome.NOT_STARTED if never else DeliveryOutcome.UNREACHABLE
        except BadRequest as error:
            return (
                DeliveryOutcome.UNREACHABLE
                if any(what in error.message.casefold() for what in GONE)
                else DeliveryOutcome.FAILED
            )
        except InvalidToken:
            # The operator has to correct the token; until then nobody may count as unreachable.
            await self._limits.pause.begin(WRONG_TOKEN)
            return DeliveryOutcome.SILENCE
        except TelegramError:
            return DeliveryOutcome.LATER
        return DeliveryOutcome.SENT


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
