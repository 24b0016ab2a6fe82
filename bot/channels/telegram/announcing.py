"""Tells Telegram where this bot is reached, and what Telegram says against it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError

from bot.channels.channel_wording import channel_words
from bot.channels.telegram.delivery import retry_waits
from bot.channels.telegram.http import RateLimited
from bot.core.events import event
from survey_flows.errors import BadInput, Message, Place
from survey_flows.wording import DEFAULT

COMMANDS = ("start", "language", "help", "privacy", "receipt", "promise", "followup", "delete")
LONGEST_MENU_WAIT = 8 * 3600.0
log = logging.getLogger(__name__)


async def announced(announce: Callable[[], Awaitable[object]]) -> bool:
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
        log.warning(
            "Telegram cannot be told where we are, trying again: %s",
            reason(error),
            extra=event("channel_away", account="telegram"),
        )
        return False
    return True


async def insist(announce: Callable[[], Awaitable[object]]) -> None:
    """Tries until Telegram has taken the settings or refuses them."""
    for wait in retry_waits():
        await asyncio.sleep(wait)
        try:
            if await announced(announce):
                return
        except BadInput as error:
            log.error("%s", error, extra=event("channel_away", account="telegram"))
            return


async def offer_menu(bot: Bot) -> None:
    """Sets the menu of commands, beside everything else: without it the bot lacks nothing.

    A refusal for good is logged once; after any other error it is tried again.
    """
    waits = retry_waits(LONGEST_MENU_WAIT)
    for wait in waits:
        try:
            await _set_commands(bot)
        except (BadRequest, InvalidToken) as error:
            log.error(
                "Telegram refuses the menu of commands: %s",
                reason(error),
                extra=event("channel_away", account="telegram"),
            )
            return
        except TelegramError as error:
            least = error.seconds if isinstance(error, RateLimited) else 0.0
            log.warning(
                "Telegram does not take the menu of commands now: %s",
                reason(error),
                extra=event("channel_away", account="telegram"),
            )
            await asyncio.sleep(max(wait, least))
        else:
            return


async def _set_commands(bot: Bot) -> None:
    words, scope = channel_words(), BotCommandScopeAllPrivateChats()
    for lang in words.languages:
        commands = [BotCommand(name, words.say(lang, f"command-{name}")) for name in COMMANDS]
        await bot.set_my_commands(commands, scope, lang.partition("-")[0])
        if lang == DEFAULT:
            await bot.set_my_commands(commands, scope)


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
