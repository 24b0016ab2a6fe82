"""What people type that is no answer: questions about us, fears, abuse, and telephone numbers.

Each has a sentence of its own (`said-…`). None is guessed: a message that is not surely one of
these is taken as words. Words by which somebody wants to end their rating are asked about.
"""

from __future__ import annotations

import re
import unicodedata

from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.identity_kinds import PHONE
from survey_flows.localized_names import in_language, show_end
from survey_flows.organiser import organiser_line
from survey_flows.simplified import simplified
from survey_flows.thesaurus import plain

WHO_SEES, WHO_ARE_YOU, ABUSE, NUMBER, QUESTION = (
    "said-who-sees",
    "said-who-are-you",
    "said-abuse",
    "said-number",
    "said-question",
)
PRESSED, CHANGE, WHEN, HUMAN, HOW_MANY, RECEIPT, USE, THANKS = (
    "said-pressed",
    "said-change",
    "said-when",
    "said-human",
    "said-how-many",
    "said-receipt",
    "said-use",
    "said-thanks",
)
WITH_CODES = "said-who-are-you-code"
"""What is said of us where a page asks for the code that shows a telephone."""
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
    r"|(骗子|诈骗|骗人|骗钱)(吧|吗|么|的吧|\?)|^(你们?|这个?|都|怕)?(就|不会)?是?(骗子|诈骗|骗人|骗钱)的?$|真的(吗|假的|还是假)|是真的\?"
    r"|(要|收)(钱|费)(吗|么|嘛)|^(这个?|评价|参加)?(要|需要|得|是)?(花|收|付)?(多少钱|几块钱|费用)\??$"
    r"|^(how much( (is|does) (it|this)( cost)?)?|is (it|this) free)\??$"
    r"|官方(的)?(吗|么)|(靠谱|可信|正规)(吗|么)|^有?(没有)?(什么)?(奖励|红包|奖品|礼品)(吗|么|\?)?$"
    r"|who are you|^(a )?scam$|(is|it|this) .{0,6}a scam|is (this|it) (real|fake|official|legit)"
    r"|are you (a bot|real|human)"
    r"|is there (a|any) reward|^what( is|'s) (this|it)( for)?\??$"
    r"|^这是(个)?(什么|啥|干什么的|干嘛的|干啥的)(呀|啊)?\??$"
)
_ABUSE = re.compile(
    r"傻[逼比屄叉x]|煞笔|沙雕|[操草艹日干]你|[他她你]妈的?|妈的|卧槽|滚(蛋|开|你|吧|$)|王八|混蛋|混账|去死|狗屁|放屁|屁用|脑残|智障|废物|狗官"
    r"|\b(fuck|shit|asshole|bullshit|idiots?|damn you)\b"
)
_FEAR = re.compile(
    # Only where no words of one's own are asked for: there a fear is an opinion.
    r"(怕|不敢|担心|会不会).{0,12}(知道是|发现|认出|报复|刁难|穿小鞋|找.{0,2}麻烦|得罪|秋后算账|查到|查出|曝光|暴露)"
    r"|^我?(真|也|都|就)?(的)?不敢(说|评|打分|填|写|选|点|投)|被人?知道是我"
    r"|(会不会|会|能不能|能|可以|可能).{0,6}(查|看|知道|发现|认|找|追).{0,3}(是我|到我|出我|是谁|谁评|ip|手机|身份|本人)"
    r"|(领导|单位|他们|局长|老板|干部|社区|公司|老师|学校|别人|人家|外人).{0,4}(会不会|会|能不能|能|可以)(看|知道|查|发现|认)"
    r"|(记录|保存|收集|登记|留下?|存)(下来)?我?们?的?(手机号?|电话|姓名|名字|身份|微信号?|ip|号码|信息)"
    r"|我的?(微信号?|手机号?|号码|电话|信息|身份|ip|名字).{0,4}(会|被|安全|保密)"
    r"|(评|打|给)了?(差评|差|低分|不满意).{0,4}(会|影响|有事|找我|麻烦|后果)|怎么(保证|确保|做到)?(保密|匿名)"
    r"|(find out|finds out|know|trace|track|recogni[sz]e).{0,16}\b(me|who i am)\b"
    r"|will i (get in|be in|have|get into) (trouble|problems)"
    r"|can (my|the|they|he|she|anyone|anybody) ?.{0,16}see (me|this|it|my|what)"
    r"|(store|save|record|keep|collect|log)s? (my|our) (name|phone|number|ip|address|account|data)"
    r"|my (ip|phone|name|number|data|account).{0,16}(stored|saved|recorded|safe|logged|kept)"
    r"|(not|n't|cannot) trust|\bi(m| am|'m|’m) (afraid|scared|worried)|(fear|afraid) of"
)
_PRESSED = re.compile(
    r"(逼|强迫|要求|让|叫|教|命令|规定|威胁|诱导|必须).{0,6}(我|大家|必须|都|人).{0,6}"
    r"(打分|打.{0,2}分|满分|五分|好评|满意|截图|截屏|回执|评价|评|五星|投票)"
    r"|(站在|守在|坐在|就在|在)我?(旁边|边上|身边|后面|背后).{0,4}(看|盯)|(看|盯)着我(评|打|填|点|选|$)"
    r"|\b(forc|told|tell|made|mak|order|ask|press|want|requir)\w* .{0,8}\b(me|us|everyone|all)\b"
    r".{0,20}(rate|mark|star|score|satisf|screenshot|receipt|positive)"
    r"|\bi (was|am|m|got) (told|forced|pressed|made|ordered)( how)? to"
    r"|wants? (a|my|the|to see) .{0,8}(screenshot|receipt|rating|answer)"
    r"|stand\w* (next to|beside|behind) me|watch(es|ing) me"
)
_CHANGE = re.compile(
    r"(评|打|选|点|填|按|写|答)错了?(怎么办|咋办|怎么改)?(了|吗)?$|^(重来|重新开始|重新来|重填|撤回|修改|撤销)$"
    r"|^(怎么|如何|怎样|可以|能不能|能|还能|可不可以).{0,4}(改|修改|撤回|重评|重新评价?|再评|删除?)"
    r"(我?的)?(评价|评分|回答|答案)?(一次|一下|了)?(吗|么|嘛)?$"
    r"|(评|提交)(完|了|过)?(之?后)?(还)?(能|可以)(不能)?再?(改|修改|删|撤回)"
    r"|(chang|edit|undo|redo|withdraw|correct|delet|remov|revis)\w* (my|the|a) "
    r"(rating|answer|mind|review|vote|score)"
    r"|rate (it |them )?again|(made a|by) mistake|wrong (button|answer|one)|^start over$"
)
_WHEN = re.compile(
    r"(什么时候|几时|何时|哪天|几号|多久)(能|会)?(截止|结束|出结果|公布|出来|出分|有结果)|^(怎么|在?哪里?|哪儿)?看结果"
    r"|结果.{0,3}(哪里|哪儿|怎么看|什么时候|何时|公布)|^(截止|结束)(时间|日期)"
    r"|when (does|do|will|is|are) .{0,12}(close|end|finish|over|result|published)|^deadline"
    r"|(where|when|how) .{0,12}\bresults\b"
)
_HUMAN = re.compile(
    r"^(转|找|要|接|我要|请转)?(人工|真人|客服)(客服|服务|回答)?$|^(你们|主办方?|主办单位|客服|联系)的?(电话|号码|方式)"
    r"|^怎么联系(你们|主办)|打12345.{0,4}(核实|问)"
    r"|(talk|speak) (to|with) (a |an )?(human|person|agent|someone|somebody)"
    r"|^(human|customer service)$"
    r"|your (phone|telephone|contact)|who (runs|organi[sz]es|is behind) (this|it)"
)
_HOW_MANY = re.compile(
    r"(评|打)(几|多少)个?(单位|部门|局|次)|(能|可以)(评|打分?)几|^一个?人(能|可以)?(评|打分).{0,3}次|没(办|去|打)过.{0,5}(能|可以)(不能)?评"
    r"|how many (units|departments|times|ratings)"
    r"|rate (another|more|other|several) (unit|department|office)|^rate (another|more)$"
    r"|(rate|rating) .{0,12}(without having|never) "
)
_RECEIPT = re.compile(
    r"^(什么|啥)是回执|^回执(编号|码|号)?(是|有)?(什么|啥|干什么|干嘛)(用|意思|东西)?"
    r"|^(怎么|如何|在?哪里?)查(询|验)?回执|what('s| is) (a|the|this) receipt"
    r"|check (my|a|the) receipt"
)
_USE = re.compile(
    r"^(我|我们)?(评|打分|填|评价)了?(这个|这些)?(也|又|真)?(有什么|有|没什么|没)(用|作用|意义)(吗|么|呢|的)?$|走过场|^(也|都|又)?没什?么?用(的|处)?"
    r"|does (it|this|my rating) (matter|count|help)"
    r"|(is it|it's|it is|this is) (useful|useless|pointless)"
)
_THANKS = frozenset(
    {
        *(
            "谢谢",
            "谢谢你",
            "谢谢您",
            "多谢",
            "好的",
            "好的谢谢",
            "知道了",
            "明白了",
            "收到",
            "嗯",
            "嗯嗯",
            "ok",
        ),
        *("okay", "thanks", "thankyou", "isee", "gotit"),
    }
)
_NUMBER = re.compile(r"(\+?86)?1[3-9]\d{9}|0\d{2,3}\d{7,8}|\d{17}[\dx]")
_ASKS = re.compile(
    r"[?？]\s*$|(吗|么|呢)[。.!！]*$|^(怎么|如何|为什么|凭什么|什么时候|哪里)"
    r"|^(who|what|when|where|why|how|can|could|do|does|did|is|are|will|would|may|should|am) [a-z]+ "
)
_SAID = (
    *((WHO_SEES, _WHO_SEES, True), (WHO_ARE_YOU, _WHO_ARE_YOU, True)),
    *((PRESSED, _PRESSED, False), (WHO_SEES, _FEAR, False), (CHANGE, _CHANGE, False)),
    *((WHEN, _WHEN, False), (HUMAN, _HUMAN, False), (HOW_MANY, _HOW_MANY, False)),
    *((RECEIPT, _RECEIPT, False), (USE, _USE, False), (ABUSE, _ABUSE, False)),
)
"""What is said to which words, and whether also where words of one's own are asked for."""


def about_us(text: str, free_words: bool) -> str:
    """The sentence that answers a message which is no answer itself; empty for all others.

    ``free_words``: whether words of one's own are asked for, where much of it is an opinion.
    """
    folded = simplified(unicodedata.normalize("NFKC", text).casefold()).strip().rstrip("。.!！~")
    if _NUMBER.fullmatch(re.sub(r"[\s()-]", "", folded)):
        return NUMBER
    if len(folded) > (LONGEST_IN_LETTERS if folded.isascii() else LONGEST):
        return ""
    for key, pattern, in_free_words in _SAID:
        if (in_free_words or not free_words) and pattern.search(folded):
            return key
    return THANKS if plain(text) in _THANKS and not free_words else ""


def sentence(definition: CampaignDefinition, lang: str, key: str) -> str:
    """The sentence of a key of `about_us` in a campaign's words."""
    say = definition.wording.say
    if key == WHO_ARE_YOU:
        asked = WITH_CODES if PHONE in definition.identity else key
        return say(lang, asked, title=in_language(definition.title, lang, definition))
    if key in (CHANGE, WHEN):
        return say(lang, key, date=show_end(definition, lang))
    if key == HUMAN:
        line = organiser_line(definition.organiser, lang, definition.wording)
        return "\n".join(filter(None, (say(lang, key), line)))
    return say(lang, "pilot") if key == USE and definition.aim.pilot else say(lang, key)


QUIT = frozenset(
    {
        *("停止", "停止评价", "取消", "退出", "放弃", "结束"),
        *("不评", "不评了", "不想评", "不想评了", "我不评了", "我不想评了", "我不想评"),
        *("不填了", "不答了", "不做了", "不评价了", "不想评价了", "我不评价了", "我不想评价了"),
        *("我要停止", "我要退出", "我不想填了", "换个单位", "换一个单位", "换单位", "评别的单位"),
        *("stop", "quit", "exit", "cancel", "end", "stoprating", "iquit", "giveup"),
        *("iwanttostop", "idontwanttorate", "anotherunit", "changeunit", "changetheunit"),
    }
)
"""Whole messages by which somebody may want to end their rating; asked about, never guessed."""


def is_quit(text: str) -> bool:
    """Whether a whole message may mean that its writer wants to end the rating."""
    return plain(text) in QUIT


def is_question(text: str) -> bool:
    """Whether a message asks something."""
    return _ASKS.search(simplified(text).strip()) is not None
