"""Words that are commands when they stand alone, at every step and in every channel.

None of them says anything as an answer or as a comment, nor names a unit: where something is
searched for, they are understood before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from survey_flows.events import (
    Pressed,
    RequestAction,
    Returned,
    Started,
    TopicRequested,
    Update,
)
from survey_flows.front_door import START
from survey_flows.opt_out_words import Wish, wish_of
from survey_flows.session import IDENTITY, PROMISE
from survey_flows.thesaurus import plain

TOPICS = frozenset({"language", "help", "privacy", "delete"})
RECEIPT = "receipt"
FOLLOW_UP, FOLLOW = "followup", "follow"
"""The command for a citizen's own requests, and the step of the screen that shows them."""
LIST = "list"
"""The act of `survey_flows.events.RequestAction` that shows a citizen's own requests."""
ASKED: Mapping[str, tuple[str, ...]] = {
    "start": (
        *("开始", "开始评价", "评价", "我要评价", "我想评价", "你好", "您好", "你好啊", "在吗"),
        *("早上好", "上午好", "下午好", "晚上好"),
    ),
    "start en": ("begin", "hello", "hi", "hey", "good morning", "good afternoon"),
    "view": ("查看", "view"),
    "language": ("语言", "换语言", "切换语言", "language"),
    "help": (
        *(
            "帮助",
            "怎么用",
            "怎么评",
            "怎么评价",
            "如何评价",
            "怎么操作",
            "不会用",
            "看不懂",
            "不懂",
        ),
        *(
            "要多久",
            "多久",
            "几分钟",
            "要几分钟",
            "help",
            "help me",
            "how to rate",
            "how do I rate",
        ),
        *("I don't understand", "how does it work", "how does this work", "how long does it take"),
    ),
    "privacy": ("隐私", "隐私说明", "privacy"),
    "delete": (
        *("删除", "删除我的评价", "删除评价", "delete", "delete my rating", "delete my ratings"),
    ),
    RECEIPT: ("回执", "查询回执", "查回执", "查验回执", "receipt", "check a receipt"),
    PROMISE: ("签名承诺", "promise", "signed promise"),
    IDENTITY: ("确认身份", "身份", "identity", "confirm who I am"),
    FOLLOW_UP: ("我的留言", "留言", "followup", "follow up", "my requests"),
    f"{START}en": ("English", "英文", "in English"),
    f"{START}zh-Hans": ("中文", "简体中文", "Chinese", "in Chinese"),
}
_WORDS = {plain(word): meant for meant, words in ASKED.items() for word in words}
_QUESTION_MARKS = ("?", "？")
_ONE_COMMAND = re.compile(r"/[A-Za-z0-9_]{1,32}")


def command_of(text: str) -> Update | None:
    """What a whole message asks for, in any width, case or script; None for all other words.

    A single word after a slash is always a command: an unknown one asks for help. What somebody
    wishes of invitations is no command.
    """
    if text.strip() in _QUESTION_MARKS:
        return TopicRequested("help")
    if text.strip() == "/start":
        return Started()  # the bare word may undo an opt-out
    if wish_of(text) is not Wish.NOTHING:
        return None
    meant = _WORDS.get(plain(text))
    if meant is None:
        return TopicRequested("help") if _ONE_COMMAND.fullmatch(text.strip()) else None
    return update_of(meant)


def update_of(meant: str) -> Update:
    """The update of a command by its name in `ASKED`."""
    if meant.startswith(START):
        return Pressed(meant)
    if meant in ("start", "start en"):
        return Started(lang=meant.removeprefix("start").strip())
    if meant == FOLLOW_UP:
        return RequestAction(LIST)
    return Returned() if meant == "view" else TopicRequested(meant)
