"""Every sentence that promises citizens something stands in a table with the tests that hold it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from bot.core.shipped_files import shipped_questionnaires

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
)
NO_PROMISES = {
    # Labels of buttons and commands, headings, and what is asked of the citizen.
    "W": {"opt-out-yes", "help-commands", "delete-yes", "delete-no", "closed-delete"}
    | {"invitation-stop", "personal-keep"},
    "C": {"command-delete", "cleared", "text-commands"},
    "P": {"ask-delete", "receipt-title"},
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
                assert key == "said-who-are-you" or asked.search(text) is None, key
