"""Words by which people want no more invitations, or want them again.

The whole message counts. Strong words mean it on every channel; weak ones only where somebody
answers an invitation while no rating is open.
"""

from __future__ import annotations

from enum import Enum

from survey_flows.thesaurus import plain


class Wish(Enum):
    """What a message wants of invitations."""

    NOTHING = ""
    STOP = "stop"
    PERHAPS_STOP = "perhaps stop"
    AGAIN = "again"


STRONG = frozenset(
    {
        *("退订", "td", "拒收", "取消订阅", "不再接收", "不再接收邀请", "不要再发", "不要再发了"),
        *("别再发", "别再发了", "别发了", "不要发了", "不要给我发了"),
        *("stop", "unsubscribe", "optout"),
    }
)
WEAK = frozenset(
    ("t", "n", "r", "取消", "停止", "quit", "end", "cancel", "0000", "退", "不要", "拒绝")
)
AGAIN = frozenset(("恢复", "恢复邀请", "恢复接收", "重新订阅", "start"))


def wish_of(text: str) -> Wish:
    """What a message wants, in any width, case or script, with any marks around it."""
    words = plain(text)
    if words in STRONG:
        return Wish.STOP
    if words in AGAIN:
        return Wish.AGAIN
    return Wish.PERHAPS_STOP if words in WEAK else Wish.NOTHING
