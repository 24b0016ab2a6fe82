"""Messages of WeChat and WeCom in the domain's words. Pure and total."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.channels.channel_wording import read_payload, read_words
from bot.channels.wechat.xml import Fields
from bot.conversations.contract import Incoming
from survey_flows.events import Pressed, Returned, Started, TopicRequested, Typed, Update
from survey_flows.typed_commands import ASKED, update_of
from survey_flows.unit_list import fold

SCENE = "qrscene_"
"""Prefix of the payload when a QR code made somebody a follower."""
WEB = "web"
"""The menu's key that asks for the address of the web chat."""
WEB_WORDS = ("网页", "网页评价", "web")
"""Words that ask for the address of the web chat."""
BEGIN = "start"
"""The word that the text names for beginning in English."""
MEDIA = {
    "image": "photo",
    "voice": "voice",
    "video": "photo",
    "shortvideo": "photo",
    "location": "location",
    "link": "other",
    "file": "other",
}
"""Kinds of media messages."""
UNSUPPORTED = ("收到不支持的消息", "UnsupportedMessage")
"""Beginnings of the texts, marks aside, by which the app stands in for what it cannot pass on."""
TOKEN = re.compile(r"[A-Za-z2-7]{4,16}|(?=[0-9]*[A-Za-z])[0-9A-Za-z]{10}")
"""What a link's token or an invitation's code looks like; no address names more of a scan.

A code of digits alone, one of 100,000, is taken for somebody else's number.
"""

Mark = Callable[[str, int], str]
"""Makes a secret name of a text: update keys are stored, and user ids must not be."""


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """A message or an event; ``to`` is the citizen's id in it, ``by`` the account's.

    ``web``: the path in the web chat (``r/…`` or empty) whose address the reply names.
    ``left``: the citizen no longer follows the account and cannot be reached.
    """

    incoming: Incoming
    to: str
    by: str
    web: str | None = None
    left: bool = False


def is_broken(fields: Fields) -> bool:
    """Whether fields lack what every message and event has."""
    if (
        not fields.get("FromUserName")
        or not fields.get("MsgType")
        or number(fields, "CreateTime") <= 0
    ):
        return True
    return fields["MsgType"] == "text" and "Content" not in fields


def read_message(channel: str, fields: Fields, sent: int, mark: Mark) -> ParsedMessage | None:
    """Returns the message, or None for a malformed one or one of no concern.

    Args:
        channel: its name, for the citizen's pseudonym.
        fields: the message's fields.
        sent: when it was written, in epoch seconds by our clock.
        mark: makes the update's key of its name and of when it was sent.
    """
    if is_broken(fields):
        return None
    left = fields["MsgType"] == "event" and fields.get("Event", "").lower() == "unsubscribe"
    event = Returned() if left else _event(fields, sent)
    if event is None:
        return None
    # WeCom's ids are the same in capital letters; WeChat's are case-sensitive.
    user = fields["FromUserName"].casefold() if channel == "wecom" else fields["FromUserName"]
    key = mark(_name(fields), number(fields, "CreateTime"))
    incoming = Incoming(f"{channel}:{key}", channel, user, event)
    return ParsedMessage(
        incoming, fields["FromUserName"], fields.get("ToUserName", ""), _web(fields, event), left
    )


def _name(fields: Fields) -> str:
    """Returns a name that is unique for each message and the same in each delivery."""
    if fields.get("MsgId"):
        return f"{fields['FromUserName']}\n{fields['MsgId']}"
    names = ("FromUserName", "CreateTime", "Event", "EventKey")
    return "\n".join(fields.get(name, "") for name in names)


def _event(fields: Fields, sent: int) -> Update | None:
    if fields["MsgType"] == "event":
        return _happened(fields.get("Event", "").lower(), fields.get("EventKey", ""))
    if fields["MsgType"] in MEDIA:
        return Typed("", sent=sent, media=MEDIA[fields["MsgType"]])
    if fields["MsgType"] != "text":
        return None
    if pressed := fields.get("bizmsgmenuid"):
        return Pressed(pressed)
    text = fields["Content"]
    if re.sub(r"[\W_]+", "", text).startswith(UNSUPPORTED):
        return Typed("", sent=sent, media="other")
    event = _meant(bare) if (bare := _bare(text)) in (WEB, BEGIN) else read_words(text.strip())
    return replace(event, sent=sent) if isinstance(event, Typed) else event


def _happened(name: str, key: str) -> Update | None:
    """Returns the update of an event: a new follower, a scanned code, or a press of the menu."""
    if name == "subscribe":
        # Without our prefix it is somebody else's, such as the number of a payment.
        return read_payload(key.removeprefix(SCENE) if key.startswith(SCENE) else "")
    if name == "scan":
        return read_payload(key)
    return _meant(key, "start") if name == "click" else None


def _bare(text: str) -> str:
    """Returns a word without marks around it; `WEB` for all that ask for the web."""
    word = fold(text).rstrip(".。!！")
    return WEB if word in WEB_WORDS else word


def _meant(what: str, start: str = "start en") -> Update:
    """Returns the update of a press of the menu, or of a word that is a command here only."""
    if what == WEB:
        return Returned()
    if what == BEGIN:
        return update_of(start)
    return update_of(what) if what in ASKED else TopicRequested("help")


def _web(fields: Fields, event: Update) -> str | None:
    if isinstance(event, Started):
        if TOKEN.fullmatch(event.link):
            return "/".join(("r", event.link, event.unit)).rstrip("/")
        return f"u/{event.unit}" if event.unit else ""
    asked = fields.get("EventKey") == WEB or _bare(fields.get("Content", "")) == WEB
    return "" if asked or event == TopicRequested("privacy") else None


def number(fields: Fields, name: str) -> int:
    """Returns a field that is a whole number, or 0."""
    text = fields.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else 0


def written_at(fields: Fields, timestamp: int, now: float) -> int:
    """Returns when a message was written by our clock ``now``; ``timestamp`` is by the sender's."""
    return int(now - max(0, timestamp - number(fields, "CreateTime")))
