"""Telegram's updates in the domain's words. Pure and total: any JSON is read, or is nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.channels.channel_wording import read_words
from bot.conversations.contract import Incoming
from bot.rectification.buttons import SAY, read_request_button
from survey_flows.events import OptedOut, Pressed, RequestAction, Started, Typed, Update

BEGIN, STOP = "invitation:", "no-invitations"
"""Data of an invitation's buttons: `BEGIN` with its token, and `STOP`."""
FOLLOW_UP = re.compile(r"\bF-([A-Z2-7]{8})\b")
MEDIA = frozenset(
    (
        *(
            "animation",
            "audio",
            "contact",
            "dice",
            "document",
            "game",
            "live_photo",
            "location",
            "photo",
            "poll",
        ),
        *("sticker", "story", "venue", "video", "video_note", "voice"),
    )
)
"""Fields of media; other messages without a text are Telegram's own notes about the chat."""


@dataclass(frozen=True, slots=True)
class ParsedUpdate:
    """An update of a private chat; ``query`` is the press that waits for an answer, or empty."""

    incoming: Incoming
    chat: int
    query: str = ""


def read_update(raw: object) -> ParsedUpdate | None:
    """Returns the update, or None for a malformed one or one of no concern.

    Of no concern are groups, channels, edits and unknown kinds.
    """
    if not isinstance(raw, dict) or type(raw.get("update_id")) is not int:
        return None
    if isinstance(query := raw.get("callback_query"), dict):
        return _read_press(raw["update_id"], query)
    if isinstance(message := raw.get("message"), dict):
        return _read_message(raw["update_id"], message)
    return None


def is_broken(raw: object) -> bool:
    """Whether an update breaks the published types, as against being of no concern."""
    if not isinstance(raw, dict) or type(raw.get("update_id")) is not int:
        return True
    if "callback_query" in raw:
        query = raw["callback_query"]
        return not isinstance(query, dict) or _is_broken_press(query)
    return "message" in raw and _is_broken_message(raw["message"])


def _is_broken_press(query: dict[str, Any]) -> bool:
    if (
        not isinstance(query.get("id"), str)
        or _sender(query) is None
        or not isinstance(query.get("data", ""), str)
    ):
        return True
    return "message" in query and _is_broken_chat(query["message"])


def _is_broken_message(message: object) -> bool:
    if _is_broken_chat(message) or not isinstance(message, dict):
        return True
    private = message["chat"]["type"] == "private"
    return private and (_sender(message) is None or not isinstance(message.get("text", ""), str))


def _is_broken_chat(message: object) -> bool:
    chat = message.get("chat") if isinstance(message, dict) else None
    return (
        not isinstance(chat, dict)
        or type(chat.get("id")) is not int
        or not isinstance(chat.get("type"), str)
    )


def _read_press(update_id: int, query: dict[str, Any]) -> ParsedUpdate | None:
    message, data, query_id = query.get("message"), query.get("data"), query.get("id")
    if not (isinstance(message, dict) and isinstance(data, str) and isinstance(query_id, str)):
        return None
    chat, user = _private_chat(message), _sender(query)
    if chat is None or user is None:
        return None
    event = _pressed(data, query["from"].get("language_code"))
    # An invitation stays as it is, so that its reader can begin later, or again.
    place = 0 if data == STOP or data.startswith(BEGIN) else _editable(message)
    return ParsedUpdate(_incoming(update_id, user, event, place), chat, query_id)


def _pressed(data: str, lang: object) -> Update:
    """Returns the update of a press; an invitation's two buttons have their own."""
    known = lang if isinstance(lang, str) else ""
    if data == STOP:
        return OptedOut()
    if followed := read_request_button(data):
        return followed
    return (
        Started(link=data.removeprefix(BEGIN), lang=known)
        if data.startswith(BEGIN)
        else Pressed(data)
    )


def _editable(message: dict[str, Any]) -> int:
    """Returns the number of the message whose button was pressed; 0 when it cannot be edited."""
    number = message.get("message_id")
    # Date 0 marks an InaccessibleMessage, in which «the field is always 0».
    return number if type(number) is int and message.get("date") != 0 else 0


def _read_message(update_id: int, message: dict[str, Any]) -> ParsedUpdate | None:
    chat, user, text = _private_chat(message), _sender(message), message.get("text")
    if chat is None or user is None:
        return None
    if isinstance(text, str) and (code := _answered(message)):
        return ParsedUpdate(_incoming(update_id, user, RequestAction(SAY, code, text)), chat)
    if isinstance(text, str):
        lang = message["from"].get("language_code")
        return ParsedUpdate(
            _incoming(update_id, user, read_words(text, lang if isinstance(lang, str) else "")),
            chat,
        )
    if MEDIA.isdisjoint(message):
        return None
    caption = message.get("caption")
    return ParsedUpdate(
        _incoming(update_id, user, Typed(caption if isinstance(caption, str) else "")), chat
    )


def _answered(message: dict[str, Any]) -> str:
    """Returns the code of the request to whose message this one replies; empty for none."""
    original = message.get("reply_to_message")
    sender = original.get("from") if isinstance(original, dict) else None
    text = original.get("text") if isinstance(original, dict) else None
    if not (isinstance(sender, dict) and sender.get("is_bot") is True and isinstance(text, str)):
        return ""
    found = FOLLOW_UP.search(text)
    return found[1] if found else ""


def _incoming(update_id: int, user: int, event: Update, message: int = 0) -> Incoming:
    return Incoming(f"telegram:{update_id}", "telegram", str(user), event, message)


def _private_chat(message: dict[str, Any]) -> int | None:
    chat = message.get("chat")
    if isinstance(chat, dict) and chat.get("type") == "private" and type(chat.get("id")) is int:
        return int(chat["id"])
    return None


def _sender(message: dict[str, Any]) -> int | None:
    sender = message.get("from")
    return int(sender["id"]) if isinstance(sender, dict) and type(sender.get("id")) is int else None
