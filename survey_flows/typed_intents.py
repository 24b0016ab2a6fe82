"""What people type that is no answer: questions about us, abuse, and numbers of telephones.

Each has a sentence of its own (`said-…`). None is guessed: a message that is not surely one of
these is taken as words. Words by which somebody wants to end their rating are asked about.
"""

from __future__ import annotations

import re
import unicodedata

from survey_flows.simplified import simplified
from survey_flows.thesaurus import plain

WHO_SEES, WHO_ARE_YOU, ABUSE, NUMBER, QUESTION = (
    "said-who-sees",
    "said-who-are-you",
    "said-abuse",
    "said-number",
    "said-question",
)
LONGEST, LONGEST_IN_LETTERS = 24, 60
"""Longer messages say more than a question about us; Latin letters say less each."""
_WHO_SEES = re.compile(
    r"谁.{0,6}(看到|看见|看得|知道|查到|收到)|(会不会|能不能|是不是|是否|会|能|要).{0,8}(泄露|泄漏|被发现|认出|查到我|知道我|保密|公开|实名|匿名)"
    r"|(保密|匿名|实名|隐私|安全)(的)?(吗|么|嘛|不|\?)|who.{0,12}(see|read|know)|anonymous|confidential|private\?"
    r"|^(我们?|本人)?(很|有点|有些|真的?|好|最|就)?(害怕|怕|担心|不敢评|会不会|会)(被|遭|他们?)?(打击)?(报复|穿小鞋|秋后算账|找麻烦)"
    r"|^(is|are) (it|this|my (rating|answers?)) (really )?(safe|secure)"
    r"|\bi('m| am)? (fear|afraid of|scared of|worried about) .{0,12}(reprisal|retaliation|revenge)"
)
_WHO_ARE_YOU = re.compile(
    r"你们?(到底|究竟)?是(谁|什么人|哪里|哪个|哪儿|干什么|干嘛|机器人|真人|骗)"
    r"|(骗子|诈骗|骗人|骗钱)(吧|吗|么|的吧|!|\?|$)|真的(吗|假的|还是假)|是真的\?"
    r"|(要|收)(钱|费)(吗|么|嘛)|^(这个?|评价|参加)?(要|需要|得|是)?(花|收|付)?(多少钱|几块钱|费用)\??$"
    r"|^(how much( (is|does) (it|this)( cost)?)?|is (it|this) free)\??$"
    r"|官方(的)?(吗|么)|(靠谱|可信|正规)(吗|么)"
    r"|who are you|scam|is (this|it) (real|fake)|are you (a bot|real|human)"
)
_ABUSE = re.compile(
    r"傻[逼比屄叉x]|煞笔|沙雕|[操草艹日干]你|[他她你]妈的?|妈的|卧槽|滚(蛋|开|你|吧|$)|王八|混蛋|混账|去死|狗屁|放屁|屁用|脑残|智障|废物|狗官"
    r"|\b(fuck|shit|asshole|bullshit|idiots?|damn you)\b"
)
_NUMBER = re.compile(r"(\+?86)?1[3-9]\d{9}|0\d{2,3}\d{7,8}|\d{17}[\dx]")
_ASKS = re.compile(r"[?？]\s*$|(吗|么|呢)[。.!！]*$|^(怎么|如何|为什么|凭什么|什么时候|哪里)")


def about_us(text: str, free_words: bool) -> str:
    """The sentence that answers a message which is no answer itself; empty for all others.

    ``free_words``: whether words of one's own are asked for, where abuse is an opinion too.
    """
    folded = simplified(unicodedata.normalize("NFKC", text).casefold()).strip()
    if _NUMBER.fullmatch(re.sub(r"[\s()-]", "", folded)):
        return NUMBER
    if len(folded) > (LONGEST_IN_LETTERS if folded.isascii() else LONGEST):
        return ""
    if _WHO_SEES.search(folded):
        return WHO_SEES
    if _WHO_ARE_YOU.search(folded):
        return WHO_ARE_YOU
    return ABUSE if _ABUSE.search(folded) and not free_words else ""


QUIT = frozenset(
    {
        *("停止", "停止评价", "取消", "退出", "放弃", "结束"),
        *("不评", "不评了", "不想评", "不想评了", "我不评了", "我不想评了", "我不想评"),
        *("不填了", "不答了", "不做了", "不评价了", "不想评价了", "我不评价了", "我不想评价了"),
        *("我要停止", "我要退出", "我不想填了"),
        *("stop", "quit", "exit", "cancel", "end", "stoprating", "iquit", "giveup"),
        *("iwanttostop", "idontwanttorate"),
    }
)
"""Whole messages by which somebody may want to end their rating; asked about, never guessed."""


def is_quit(text: str) -> bool:
    """Whether a whole message may mean that its writer wants to end the rating."""
    return plain(text) in QUIT


def is_question(text: str) -> bool:
    """Whether a message asks something."""
    return _ASKS.search(simplified(text).strip()) is not None
