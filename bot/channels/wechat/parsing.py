"""Messages of WeChat and WeCom in the domain's words. Pure and total: any fields at all are read, or are nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.channels.channel_wording import read_payload, read_words
from bot.channels.wechat.xml import Fields
from bot.conversations.contract import Incoming
from survey_flows.engine import RECEIPT, TOPICS
from survey_flows.events import Pressed, Returned, Started, TopicRequested, Typed, Update
from survey_flows.unit_list import fold

SCENE = "qrscene_"
"""What stands before the payload of a QR code that made somebody a follower."""
WEB = "web"
"""The menu's key that asks for the address of the web chat."""
ASKED: Mapping[str, tuple[str, ...]] = {
    "start": ("开始", "开始评价", "评价", "你好", "您好"),
    "start en": ("start", "begin", "hello", "hi"),
    "view": ("查看", "view"),
    "language": ("语言", "language"),
    "help": ("帮助", "help", "?"),
    "privacy": ("隐私", "隐私说明", "privacy"),
    "delete": ("删除", "删除我的评价", "delete"),
    RECEIPT: ("回执", "查询回执", "receipt"),
    WEB: ("网页", "网页评价", "web"),
}
"""By what is meant: words that are commands when they stand alone. None of them says anything as a comment."""
WORDS = {word: meant for meant, words in ASKED.items() for word in words}
MEDIA = frozenset({"image", "voice", "video", "shortvideo", "location", "link", "file"})
"""What a citizen sends instead of words."""

Mark = Callable[[str], str]
"""A name that only we can make from a text: update keys are stored, and user ids must not be."""


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """A message or an event. ``to`` and ``by`` are the citizen's id and the account's as they stand in it.

    ``web``: where to in the web chat (``r/…`` or nothing), when its address is to be told. ``left``: the citizen
    follows the account no more and can be told nothing.
    """

    incoming: Incoming
    to: str
    by: str
    web: str | None = None
    left: bool = False


def is_broken(fields: Fields) -> bool:
    """Whether fields lack what every message and event has; what is merely no concern of ours does not."""
    if (
        not fields.get("FromUserName")
        or not fields.get("MsgType")
        or number(fields, "CreateTime") <= 0
    ):
        return True
    return fields["MsgType"] == "text" and "Content" not in fields


def read_message(channel: str, fields: Fields, sent: int, mark: Mark) -> ParsedMessage | None:
    """The message, or None for what is malformed or no concern of ours.

    Args:
        channel: its name, for the citizen's pseudonym.
        fields: as they came.
        sent: when it was written, in seconds since 1970 by our clock.
        mark: makes the update's key.
    """
    if is_broken(fields):
        return None
    left = fields["MsgType"] == "event" and fields.get("Event", "").lower() == "unsubscribe"
    event = Returned() if left else _event(fields, sent)
    if event is None:
        return None
    # WeCom's ids are the same in capital letters; WeChat's are not.
    user = fields["FromUserName"].casefold() if channel == "wecom" else fields["FromUserName"]
    incoming = Incoming(f"{channel}:{mark(_name(fields))}", channel, user, event)
    return ParsedMessage(
        incoming, fields["FromUserName"], fields.get("ToUserName", ""), _web(fields, event), left
    )


def _name(fields: Fields) -> str:
    """What tells a message from any other, and is the same when it is delivered again."""
    if fields.get("MsgId"):
        return f"{fields['FromUserName']}\n{fields['MsgId']}"
    names = ("FromUserName", "CreateTime", "Event", "EventKey")
    return "\n".join(fields.get(name, "") for name in names)


def _event(fields: Fields, sent: int) -> Update | None:
    if fields["MsgType"] == "event":
        return _happened(fields.get("Event", "").lower(), fields.get("EventKey", ""))
    if fields["MsgType"] in MEDIA:
        return Typed("", sent=sent)
    if fields["MsgType"] != "text":
        return None
    if pressed := fields.get("bizmsgmenuid"):
        return Pressed(pressed)
    text = fields["Content"]
    meant = WORDS.get(fold(text).rstrip(".。!！"))
    event = _meant(meant) if meant else read_words(text.strip())
    return replace(event, sent=sent) if isinstance(event, Typed) else event


def _happened(name: str, key: str) -> Update | None:
    """What an event means: somebody follows us, scans a code or touches the menu."""
    if name == "subscribe":
        return read_payload(key.removeprefix(SCENE))
    if name == "scan":
        return read_payload(key)
    return _meant(key) if name == "click" else None


def _meant(what: str) -> Update:
    if what in ("start", "start en"):
        return Started(lang=what.removeprefix("start").strip())
    if what in (*TOPICS, RECEIPT):
        return TopicRequested(what)
    return Returned() if what in ("view", WEB) else TopicRequested("help")


def _web(fields: Fields, event: Update) -> str | None:
    if isinstance(event, Started):
        return "/".join(("r", event.link, event.unit)).rstrip("/") if event.link else ""
    asked = fields.get("EventKey") == WEB or WORDS.get(fold(fields.get("Content", ""))) == WEB
    return "" if asked or event == TopicRequested("privacy") else None


def number(fields: Fields, name: str) -> int:
    """A field that is a whole number; 0 when it is none."""
    text = fields.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else 0


def written_at(fields: Fields, told: int, now: float) -> int:
    """When a message was written by our clock ``now``: the sender's clock, which ``told`` is, may be another."""
    return int(now - max(0, told - number(fields, "CreateTime")))
