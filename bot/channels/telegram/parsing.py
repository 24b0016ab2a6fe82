"""Telegram's updates in the domain's words. Pure and total: any JSON is read, or is nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.channels.channel_wording import read_words
from bot.conversations.contract import Incoming
from bot.rectification.buttons import SAY, read_request_button
from survey_flows.events import Edited, OptedOut, Pressed, RequestAction, Started, Typed, Update

BEGIN, STOP = "invitation:", "no-invitations"
"""Data of an invitation's buttons: `BEGIN` with its token, and `STOP`."""
FOLLOW_UP = re.compile(r"\bF-([A-Z2-7]{8})\b")
KINDS = {
    **dict.fromkeys(("voice", "audio", "video_note"), "voice"),
    **dict.fromkeys(("photo", "video", "animation", "live_photo", "story"), "photo"),
    **dict.fromkeys(("location", "venue"), "location"),
    "contact": "contact",
    **dict.fromkeys(("dice", "document", "game", "poll", "sticker"), "other"),
}
"""Fields of media by kind; other messages without a text are Telegram's own notes of the chat."""


@dataclass(frozen=True, slots=True)
class ParsedUpdate:
    """An update of a private chat; ``query`` is the press that waits for an answer, or empty.

    ``album`` names the group of media that it belongs to, whose parts come as updates of their own.
    """

    incoming: Incoming
    chat: int
    query: str = ""
    album: str = ""


def read_update(raw: object, bot: str = "") -> ParsedUpdate | None:
    """Returns the update, or None for a malformed one or one of no concern.

    Of no concern are groups, channels and unknown kinds. ``bot`` is the id of the bot, whose
    successor may number its updates alike.
    """
    if not isinstance(raw, dict) or type(raw.get("update_id")) is not int:
        return None
    key = ":".join(filter(None, ("telegram", bot, str(raw["update_id"]))))
    if isinstance(query := raw.get("callback_query"), dict):
        return _read_press(key, query)
    if isinstance(message := raw.get("message"), dict):
        return _read_message(key, message)
    if isinstance(message := raw.get("edited_message"), dict):
        return _read_edit(key, message)
    return None


def pressed_query(raw: object) -> str:
    """Returns the press in an update that means nothing here, so that it can be answered."""
    query = raw.get("callback_query") if isinstance(raw, dict) else None
    found = query.get("id") if isinstance(query, dict) else None
    return found if isinstance(found, str) else ""


def is_broken(raw: object) -> bool:
    """Whether an update breaks the published types, as against being of no concern."""
    if not isinstance(raw, dict) or type(raw.get("update_id")) is not int:
        return True
    if "callback_query" in raw:
        query = raw["callback_query"]
        return not isinstance(query, dict) or _is_broken_press(query)
    return any(
        name in raw and _is_broken_message(raw[name]) for name in ("message", "edited_message")
    )


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


def _read_press(key: str, query: dict[str, Any]) -> ParsedUpdate | None:
    message, data, query_id = query.get("message"), query.get("data"), query.get("id")
    if not (isinstance(message, dict) and isinstance(data, str) and isinstance(query_id, str)):
        return None
    chat, user = _private_chat(message), _sender(query)
    if chat is None or user is None:
        return None
    event = _pressed(data, query["from"].get("language_code"))
    # An invitation stays as it is, so that its reader can begin later, or again.
    place = 0 if data == STOP or data.startswith(BEGIN) else _editable(message)
    return ParsedUpdate(_incoming(key, user, event, place), chat, query_id)


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


def _read_message(key: str, message: dict[str, Any]) -> ParsedUpdate | None:
    chat, user, text = _private_chat(message), _sender(message), message.get("text")
    if chat is None or user is None:
        return None
    typed = _number(message)
    if isinstance(text, str) and (code := _answered(message)):
        event: Update = RequestAction(SAY, code, text)
        return ParsedUpdate(_incoming(key, user, event, typed=typed), chat)
    if isinstance(text, str):
        lang = message["from"].get("language_code")
        event = read_words(text, lang if isinstance(lang, str) else "")
        return ParsedUpdate(_incoming(key, user, event, typed=typed), chat)
    kind = next((KINDS[name] for name in KINDS if name in message), None)
    if kind is None:
        return None
    caption, album = message.get("caption"), message.get("media_group_id")
    event = Typed(caption if isinstance(caption, str) else "", media=kind)
    taken = _incoming(key, user, event, typed=typed)
    return ParsedUpdate(taken, chat, album=album if isinstance(album, str) else "")


def _read_edit(key: str, message: dict[str, Any]) -> ParsedUpdate | None:
    """Returns the update of a message whose words were changed; None when it has no words."""
    chat, user = _private_chat(message), _sender(message)
    text = message.get("text", message.get("caption"))
    if chat is None or user is None or not isinstance(text, str):
        return None
    number = _number(message)
    return ParsedUpdate(_incoming(key, user, Edited(text, number), typed=number), chat)


def _number(message: dict[str, Any]) -> int:
    number = message.get("message_id")
    return number if type(number) is int else 0


def _answered(message: dict[str, Any]) -> str:
    """Returns the code of the request to whose message this one replies; empty for none."""
    original = message.get("reply_to_message")
    sender = original.get("from") if isinstance(original, dict) else None
    text = original.get("text") if isinstance(original, dict) else None
    if not (isinstance(sender, dict) and sender.get("is_bot") is True and isinstance(text, str)):
        return ""
    found = FOLLOW_UP.search(text)
    return found[1] if found else ""


def _incoming(key: str, user: int, event: Update, message: int = 0, typed: int = 0) -> Incoming:
    return Incoming(key, "telegram", str(user), event, message, typed)


def _private_chat(message: dict[str, Any]) -> int | None:
    chat = message.get("chat")
    if isinstance(chat, dict) and chat.get("type") == "private" and type(chat.get("id")) is int:
        return int(chat["id"])
    return None


def _sender(message: dict[str, Any]) -> int | None:
    sender = message.get("from")
    return int(sender["id"]) if isinstance(sender, dict) and type(sender.get("id")) is int else None
