"""Every sentence that promises citizens something stands in a table with the tests that hold it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from bot.core.shipped_files import shipped_questionnaires
from survey_flows.typed_intents import sentence
from tests.conversations import build_definition

ROOT = Path(__file__).parents[2]
PAGE = "docs/true-words.md"
FILES = {
    "W": "survey_flows/wording/zh-Hans.ftl",
    "C": "bot/channels/wording/zh-Hans.ftl",
    "P": "bot/web/wording/zh-Hans.ftl",
}
OFFICIALS = "# 管理页面"
"""Below this line the pages' sentences are for officials."""
PROMISING = re.compile(
    "不会|不问|不存|没有保存|不保存|还没有保存|不给|不影响|不计入|不显示|看不到|不使用|只公布|只说明|只作"
    "|不记名|加密|销毁|撤|清除|删除|退订|恢复|不再|以最后一次为准|单独|最迟|随时|保留|都还在|保持不变"
    "|评价不变|分开|自动|工作日|明天|次日|已收到|公开日志|没有提交|没有任何改动|谁都|没有人|永远|绝不|保证"
    "|没有收进来|没有作任何改动|没有转交|已转交|留着|没提交|还没有提交|替换|不能证明|都可以不经过|不留存|失效|无权"
    "|以您最后一次操作为准|不得要求|记下|即可得到|只供一人|留在聊天记录|没有关系|还没有送出|可以另选|致电"
)
PROMISING_IN_ENGLISH = re.compile(
    r"not (stored|kept|used|submitted|counted|asked|sent|shown|change)|nothing (was|is|changes)"
    r"|changed nothing|no longer|cannot (be seen|see)|apart|by itself|working day|received"
    r"|(is|are|was|were|been) (kept|sealed|deleted|removed|cleared|destroyed|encrypted|handed)"
    r"|public log|stays|unchanged|replaces|last (one|rating|thing)|anybody"
    r"|does not (see|prove|affect)"
    r"|no names?\b|do not (ask|need|store)|never|always|nobody|separately|at the close|only totals"
    r"|counts",
    re.IGNORECASE,
)
NO_PROMISES = {
    # Labels of buttons and commands, headings, and what is asked of the citizen.
    "W": {"opt-out-yes", "help-commands", "delete-yes", "delete-no", "closed-delete"}
    | {"invitation-stop", "personal-keep"},
    "C": {"command-delete", "cleared", "text-commands"},
    "P": {"ask-delete", "receipt-title", "out-title", "out-do"},
}
NO_PROMISES_IN_ENGLISH = {
    # What is asked of the citizen, and what others can do.
    "C": {"text-seen-wechat", "text-seen-wecom"},
    "P": {"promise-picture-text"},
}
NEVER_SAID = re.compile("没有人会知道|不会知道您是谁|任何改动都会被发现|绝对|已计入$", re.MULTILINE)
IN_ENGLISH = re.compile(r"nobody learns|will not know who|unnoticed|nobody can see", re.IGNORECASE)


@cache
def sentences(place: str, lang: str = "zh-Hans") -> dict[str, str]:
    """The sentences of a wording file that citizens see, by id."""
    text = (ROOT / FILES[place].replace("zh-Hans", lang)).read_text()
    text = text.partition(OFFICIALS if lang == "zh-Hans" else "# The administrators' pages")[0]
    found = re.finditer(r"^([a-z][\w-]*) =([^\n]*\n(?:[ \t]+[^\n]*\n)*)", text, re.MULTILINE)
    return {match[1]: match[2] for match in found}


def table() -> list[list[str]]:
    """The cells of the page's rows."""
    lines = (ROOT / PAGE).read_text().splitlines()
    rows = [line for line in lines if re.match(r"\| [WCP] `", line)]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def named() -> set[tuple[str, str]]:
    """The sentences that the page names, as file and id."""
    return {one for row in table() for one in re.findall(r"([WCP]) `([\w-]+)`", row[0])}


@pytest.mark.parametrize("place", FILES)
def test_every_sentence_that_promises_is_in_the_table(place: str) -> None:
    promising = {key for key, text in sentences(place).items() if PROMISING.search(text)}
    assert NO_PROMISES[place] <= promising, "the list of labels holds what promises nothing"
    mine = {key for where, key in named() if where == place}
    assert promising - NO_PROMISES[place] - mine == set()


@pytest.mark.parametrize("place", FILES)
def test_every_english_sentence_that_promises_is_in_the_table(place: str) -> None:
    """A translation can promise what the original does not."""
    found = sentences(place, "en")
    promising = {key for key, text in found.items() if PROMISING_IN_ENGLISH.search(text)}
    known = NO_PROMISES[place] | NO_PROMISES_IN_ENGLISH.get(place, set())
    mine = {key for where, key in named() if where == place}
    assert promising - known - mine == set()


def test_both_languages_have_the_same_sentences() -> None:
    for place in FILES:
        assert sentences(place).keys() == sentences(place, "en").keys()


def test_no_question_promises_anything() -> None:
    """Questions are files of a city's own, which no table can hold."""
    for version in ("1", "2"):
        for form in shipped_questionnaires(version).values():
            texts = [question.label for question in form.questions]
            texts += [option.label for question in form.questions for option in question.options]
            for text in texts:
                assert PROMISING.search(text["zh-Hans"]) is None, text
                asked = text["en"].replace("no names, phone or ID numbers", "")
                assert PROMISING_IN_ENGLISH.search(asked) is None, text


def test_every_row_names_sentences_and_tests_that_exist() -> None:
    assert len(table()) > 20
    for cells in table():
        assert len(cells) == 3, cells
        tests = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", cells[2])
        assert tests, cells
        for file, name in tests:
            assert re.search(rf"^(?:async )?def {name}\(", (ROOT / file).read_text(), re.MULTILINE)
    for place, key in named():
        assert key in sentences(place), f"{place} {key}"


def test_nothing_is_said_of_what_nobody_can_do() -> None:
    for place in FILES:
        for key, text in sentences(place).items():
            assert NEVER_SAID.search(text) is None, key
        for key, text in sentences(place, "en").items():
            assert IN_ENGLISH.search(text) is None, key


def test_no_shipped_question_asks_who_somebody_is() -> None:
    asked = re.compile("姓名|电话|手机|身份证|住址|证件|your name|phone|address|ID number")
    for form in shipped_questionnaires().values():
        for question in form.questions:
            for text in question.label.values():
                before = text.partition("（")[0].partition("(")[0]
                assert asked.search(before) is None, text


def test_no_sentence_asks_for_money_or_a_password() -> None:
    asked = re.compile("付款|转账|密码|验证码|password|pay |bank|transfer")
    for place in FILES:
        for lang in ("zh-Hans", "en"):
            for key, text in sentences(place, lang).items():
                if (place, key) not in OF_CODES:
                    assert asked.search(text) is None, key


OF_CODES = {
    *(("W", key) for key in ("said-who-are-you", "said-who-are-you-code")),
    *(("W", key) for key in ("identity", "identity-both", "identity-code-text")),
    *(("P", f"id-{name}") for name in ("lead", "send", "code-title", "sent", "code", "bad-code")),
}
"""Sentences that say what is not asked for, and the page that asks for the code it has sent."""


def test_only_a_campaign_that_takes_telephones_speaks_of_codes() -> None:
    for takes, key in (((), "said-who-are-you"), (("phone",), "said-who-are-you-code")):
        definition = build_definition(identity=takes)
        said = sentence(definition, "zh-Hans", "said-who-are-you")
        words, title = definition.wording, definition.title["zh-Hans"]
        assert said == words.say("zh-Hans", key, title=title)
