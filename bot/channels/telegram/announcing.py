"""Tells Telegram where this bot is reached, and what Telegram says against it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError

from bot.channels.telegram.delivery import retry_waits
from survey_flows.errors import BadInput, Message, Place

log = logging.getLogger(__name__)


async def announced(announce: Callable[[], Awaitable[None]]) -> bool:
    """Returns whether Telegram has taken the settings; False when it cannot be reached at present.

    Raises:
        BadInput: Telegram refuses them, so that waiting is in vain.
    """
    try:
        await announce()
    except InvalidToken:
        # The library's message would name the token.
        place = Place(field="MINPING_TELEGRAM_TOKEN")
        raise BadInput(Message("telegram-token-unknown"), place) from None
    except BadRequest as error:
        message = Message("telegram-address-refused", reason=error.message)
        raise BadInput(message, Place(field="MINPING_PUBLIC_URL")) from None
    except TelegramError as error:
        log.warning("Telegram cannot be told where we are, trying again: %s", reason(error))
        return False
    return True


async def insist(announce: Callable[[], Awaitable[None]]) -> None:
    """Tries until Telegram has taken the settings or refuses them."""
    for wait in retry_waits():
        await asyncio.sleep(wait)
        try:
            if await announced(announce):
                return
        except BadInput as error:
            log.error("%s", error)
            return


def reason(error: TelegramError) -> str:
    """Returns what an operator reads of an error; it never names the token."""
    if isinstance(error, Conflict):
        return (
            "another program takes this bot's updates, or a webhook is set; "
            "let only one program use the token"
        )
    if isinstance(error, InvalidToken):
        return "it does not know MINPING_TELEGRAM_TOKEN"
    return error.message
