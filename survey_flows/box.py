"""The box for words at the end of a rating: where they go, and what looks like personal data.

Words that are only counted are the ballot's comment. Words for an office are no comment and no
entry of the log: they leave the rating when it is submitted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from survey_flows.identity_numbers import is_identity_number
from survey_flows.questionnaire import Question, QuestionKind, Questionnaire
from survey_flows.route import Answers, visible_questions

GOES = "goes"
"""The place at which a citizen chooses where the words go."""
COUNTED, TO_OFFICE, TO_UNIT = DESTINATIONS = ("count", "office", "unit")
KEPT = "kept"
"""In place of a destination: the citizen keeps what looks like personal data."""
BOX_LENGTH = 300
"""Most characters: sealed, they fit one `PAD_BYTES` of the sealed envelopes."""
HIDDEN = "■"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


def box_of(questionnaire: Questionnaire, answers: Answers) -> Question | None:
    """The box: the last question that these answers show, where it asks for words and is optional.

    Other questions for words ask for something of their own.
    """
    last = visible_questions(questionnaire, answers)[-1:]
    fits = last and last[0].kind is QuestionKind.TEXT and last[0].optional
    return last[0] if fits else None


def most_characters(questionnaire: Questionnaire, question: Question) -> int:
    """The most characters of an answer in words; the box has room for a request."""
    is_box = question.optional and question is questionnaire.questions[-1]
    return min(question.max_length, BOX_LENGTH) if is_box else question.max_length


def undecided(questionnaire: Questionnaire, answers: Answers, goes: str) -> bool:
    """Whether the box holds words and nobody has said where they go."""
    box = box_of(questionnaire, answers)
    return box is not None and bool(answers.get(box.id)) and goes not in DESTINATIONS


def _is_card(text: str) -> bool:
    """Whether digits are the number of a card by its check digit (ISO/IEC 7812-1)."""
    digits = [int(d) for d in re.sub(r"\D", "", text)][::-1]
    total = sum(d if n % 2 == 0 else (2 * d - 9 if d > 4 else 2 * d) for n, d in enumerate(digits))
    return len(digits) >= 15 and total % 10 == 0


_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任"
    "卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎雷龙史陶贺毛郝顾龚邵万覃武钱戴严莫孔汤"
)
_NAME = rf"(?P<it>(欧阳|司马|上官|诸葛|皇甫|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}}?)"
_NO_NAME = re.compile(
    r".(某|主任|局长|科长|处长|所长|队长|站长|经理|书记|市长|区长|县长|镇长|老师|医生|护士|师傅|先生|女士"
    r"|小姐|警官|法官|律师|大[爷妈哥姐]|阿姨|叔叔|[了过他她它们])|.+[局委办所院队站厅科处部人]$"
)
_NO_ONE = re.compile(
    r".+[生工员民户者商师兵领客族家长手友妈爸主亲的]$|高[中考三二一龄薪]|金融|江[西苏南北]|常德|黄山|马上"
)
"""What follows «我是» and is no name, though it begins like one."""
_RELATIVE = (
    "(儿子|女儿|孩子|老公|老婆|丈夫|妻子|爱人|爸爸?|妈妈?|父亲|母亲"
    "|爷爷|奶奶|外公|外婆|哥哥?|姐姐?|弟弟?|妹妹?)"
)
_DIGIT = "[0-9零〇一幺二两三四五六七八九]"
_ACCOUNT = r"(加我?的?|添加)?(微信|薇信|威信|v信|\bvx|\bwx|\bwechat|\bweixin)|加我?v"
_STREET = "(Road|Street|Avenue|Lane|Rd|St)"
Match = re.Match[str]


def _always(_match: Match) -> bool:
    return True


def _has_check_sign(match: Match) -> bool:
    return is_identity_number(match[0])


def _has_check_digit(match: Match) -> bool:
    return _is_card(match[0])


def _is_name(match: Match) -> bool:
    """Whether characters after «我叫» can be a name: no office and no pronoun."""
    return _NO_NAME.match(match["it"]) is None


def _is_someone(match: Match) -> bool:
    """Whether characters after «我是» can be a name: no trade, no school and no place."""
    return _is_name(match) and _NO_ONE.match(match["it"]) is None


def _is_account(match: Match) -> bool:
    """Whether letters after «微信» are an account: a plain word is one only where it is said so."""
    return re.search(r"[0-9_:：号]|id\b", match[0], re.IGNORECASE) is not None


_PATTERNS: tuple[tuple[str, str, Callable[[Match], bool]], ...] = (
    ("email", r"[\w.+-]+@[\w-]+(\.[\w-]+)+", _always),
    (
        # After these words digits are meant as an identity number, even with a wrong check sign.
        "identity",
        r"(身份证|证件|\b(?i:id( card)?( number| no\.?)?))(号码|号|是|为|is|[:： ])*"
        r"(?P<it>\d{6} ?\d{8} ?\d{3}[\dXx]|\d{15})(?!\d)",
        _always,
    ),
    ("identity", r"(?<!\d)\d{17}[\dXx](?!\d)", _has_check_sign),
    ("phone", r"(?<!\d)(\+?86[- ]?)?1[3-9]\d([- ]?\d{4}){2}(?!\d)", _always),
    ("phone", r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)", _always),
    (
        "phone",
        rf"(?<!{_DIGIT})[1一幺][-. ]?[3-9三四五六七八九]([-. ]?{_DIGIT}){{9}}(?!{_DIGIT})",
        _always,
    ),
    ("phone", rf"(?<!{_DIGIT})[零〇]{_DIGIT}{{9,11}}(?!{_DIGIT})", _always),
    ("phone", r"\+\d{1,3}([- ]?\d){7,12}(?!\d)", _always),
    (
        "phone",
        r"\b(?i:phone|call me|mobile|tel)\b[^\d\n]{0,16}(?P<it>\(?\d([-() ]{0,2}\d){6,12})(?!\d)",
        _always,
    ),
    (
        # As with identity numbers: a wrong check digit is a slip of the pen.
        "card",
        r"(银行卡|卡号|\b(?i:card (number|no\.?)))(号码|号|是|为|is|[:： ])*"
        r"(?P<it>\d([- ]?\d){11,18})(?!\d)",
        _always,
    ),
    (
        "identity",
        r"(护照|\b(?i:passport))(号码|号|是|为|is|no\.?|[:： ])*(?P<it>[A-Z]{1,2}\d{7,8})(?!\d)",
        _always,
    ),
    ("card", r"(?<!\d)\d([- ]?\d){14,18}(?!\d)", _has_check_digit),
    ("plate", rf"[{_PROVINCES}][A-Z][·• ]?[A-Z0-9]{{5,6}}(?![A-Z0-9])", _always),
    ("account", r"\bwxid_\w+", _always),
    (
        "account",
        rf"(?i:({_ACCOUNT})(号码|号|id|是|为|is|[:： ])*(?P<it>[a-z][\w-]{{5,19}})(?![\w-]))",
        _is_account,
    ),
    ("account", r"(扣扣|\b(?i:qq))(号码|号|是|为|is|[:： ])*(?P<it>[1-9]\d{4,10})(?!\d)", _always),
    (
        "name",
        rf"(我|本人)(的名字)?(名叫|叫做?|姓名[叫是]?|是叫){_NAME}"
        r"(?=$|[\s,，.。;；、!！(（]|是|住|家住|电话|手机|今年|身份证)",
        _is_name,
    ),
    (
        "name",
        rf"(我是|本人是?){_NAME}(?=$|[\s,，.。;；、!！(（]|住在?|家住|电话|手机)",
        _is_someone,
    ),
    (
        "name",
        rf"我{_RELATIVE}(名字)?叫{_NAME}(?=$|[\s,，.。;；、!！(（]|在|是|上|读|今年)",
        _is_name,
    ),
    ("name", r"\bI(['’]m| am) (?P<it>[A-Z][a-z]+( [A-Z][a-z]+)+)", _always),
    ("name", rf"(我的名字是|我名字叫|姓名[:： ]+){_NAME}(?![\u4e00-\u9fff])", _is_name),
    ("name", r"\b(?i:my name is) (?P<it>[A-Z][\w'-]+( [A-Z][\w'-]+){0,2})", _always),
    (
        "address",
        r"(家住|我住|我家住?|住在|住址|家庭地址|联系地址|我的地址)(在|是|为|[:： ])*"
        r"(?P<it>[^,，.。;；!！?？\s]{2,24}?\d+(号楼|号(?!线)|栋|幢|座|组)"
        r"(\d+(号楼|栋|幢|座|单元|室|房|层|楼|号))*\d{0,4})",
        _always,
    ),
    ("address", r"\d+(号楼|栋|幢|座)(\d+单元)?[- ]?\d{3,4}(室|房|号)?(?![\d户])", _always),
    (
        "address",
        rf"\b(?i:i live|my address is|my home is)( at| in| on)? (?P<it>(No\.? ?)?\d+[\w-]*,? "
        rf"[A-Z][\w' ]{{1,30}}? {_STREET}\b)",
        _always,
    ),
)


def personal_data(text: str) -> list[tuple[int, int, str]]:
    """What looks like personal data, as (begin, end, kind); nothing overlaps."""
    folded = "".join(map(_folded, text))
    found: list[tuple[int, int, str]] = []
    for kind, pattern, fits in _PATTERNS:
        for match in re.finditer(pattern, folded, re.ASCII):
            begin, end = match.span("it" if "it" in match.re.groupindex else 0)
            free = all(end <= other or last <= begin for other, last, _ in found)
            if free and fits(match):
                found.append((begin, end, kind))
    return sorted(found)


def without_personal_data(text: str) -> str:
    """The text with a mark in place of each sign of what looks like personal data."""
    for begin, end, _ in personal_data(text):
        text = text[:begin] + HIDDEN * (end - begin) + text[end:]
    return text


def _folded(sign: str) -> str:
    """A sign in its narrow form, so that places stay what they are."""
    narrow = unicodedata.normalize("NFKC", sign)
    return narrow if len(narrow) == 1 else sign
