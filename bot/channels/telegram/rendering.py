"""Replies as calls of the Bot API. Pure."""

from __future__ import annotations

from typing import Any

from bot.channels.channel_wording import channel_words, page_label
from bot.channels.telegram.parsing import ParsedUpdate
from bot.conversations.contract import Reply
from survey_flows.effects import Button, Screen
from survey_flows.outside_window import DELETED

Call = dict[str, Any]
"""A method's parameters with its name as ``method``, as a webhook's response carries a call."""

TEXT, TOAST = 4096, 200
"""The most characters of a message and of a toast, in UTF-16 units, the strictest reading."""
CHOSEN = "✓ "


def render(taken: ParsedUpdate, reply: Reply) -> Call | None:
    """Returns the call that shows the reply's screen and notices; None when the toast shows all.

    A press changes its own message; words and commands are answered below them.
    """
    text = "\n".join(() if toast(taken, reply) else reply.notices)
    if reply.screen is not None:
        text = "\n\n".join(filter(None, (text, _words(reply.screen), _also(reply.screen))))
    if not text:
        return None
    call: Call = {
        "chat_id": taken.chat,
        "text": clip(text, TEXT),
        "link_preview_options": {"is_disabled": True},
    }
    if taken.incoming.message and reply.screen is not None:
        call |= {"method": "editMessageText", "message_id": taken.incoming.message}
    else:
        call["method"] = "sendMessage"
    if reply.screen is not None and reply.screen.rows:
        call["reply_markup"] = {"inline_keyboard": _keyboard(reply.screen)}
    return call


def _also(screen: Screen) -> str:
    return channel_words().say(screen.lang, "deleted-telegram") if screen.step == DELETED else ""


def toast(taken: ParsedUpdate, reply: Reply) -> str:
    """Returns the notices if they fit into the toast over a pressed button."""
    if not taken.query or not reply.notices:
        return ""
    text = "\n".join(reply.notices)
    return text if _units(text) <= TOAST else ""


def render_toast(taken: ParsedUpdate, reply: Reply) -> Call:
    """Returns the call that answers a press; a notice alone stays until the citizen closes it."""
    params: Call = {"method": "answerCallbackQuery", "callback_query_id": taken.query}
    if text := toast(taken, reply):
        params["text"] = text
        if reply.screen is None:
            params["show_alert"] = True
    return params


def unread_press(query: str) -> Call:
    """Returns the call that answers a press which means nothing here, in every language."""
    words = channel_words()
    text = " / ".join(words.say(lang, "press-unread") for lang in words.languages)
    return {"method": "answerCallbackQuery", "callback_query_id": query, "text": text}


def clip(text: str, limit: int) -> str:
    """Returns the text, cut to at most ``limit`` UTF-16 units and never inside a character."""
    if _units(text) <= limit:
        return text
    return text.encode("utf-16-le")[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _words(screen: Screen) -> str:
    """Returns the screen's text; with what can be kept where no address leads to it."""
    if screen.keep and not _has_page(screen):
        return f"{screen.text}\n\n{screen.keep}"
    return screen.in_words


def _has_page(screen: Screen) -> bool:
    """Returns whether the screen has an address of a kind that Telegram opens."""
    return screen.address.startswith("https://")


def _keyboard(screen: Screen) -> list[list[dict[str, str]]]:
    rows = [[_button(button, screen.selected) for button in row] for row in screen.rows]
    if not _has_page(screen):
        return rows
    label = channel_words().say(screen.lang, page_label(screen))
    return [[{"text": label, "url": screen.address}], *rows]


def _button(button: Button, selected: str) -> dict[str, str]:
    chosen = selected and button.data == selected
    return {"text": CHOSEN + button.label if chosen else button.label, "callback_data": button.data}
