"""Every message of every room is worded in each language alone, with its values."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent
from fluent.syntax.visitor import Visitor

from survey_flows.errors import BadInput, Problem, gathered
from survey_flows.messages import PACKAGES, Message, Place, catalogue, render, render_place
from survey_flows.readers import READER, Reader, word_for

ROOT = Path(__file__).parents[3]
LANGUAGES = ("en", "zh-Hans")
JOINTS = {"joint-place", "joint-list", "joint-sentences"}
# Ids that the code puts together; their other end is an enumeration.
MADE = re.compile(r"place-(file|sheet|line|row|column|field|subject)")
# Names of files, formats, programs and fields stand in Latin letters in Chinese sentences too.
LATIN = re.compile(r"[A-Za-z]{2,}")
COMMAND = re.compile(r"\bminping [a-z]+")
WITHOUT_PAGES = {
    *("bot/commands", "bot/core", "bot/crypto", "bot/results/archive", "bot/service"),
    *("bot/transparency", "bot/verification", "bot/web/api"),
}
"""Rooms whose commands no page of the console replaces: they speak to terminals and programs."""
WITHOUT_A_PAGE = {
    "appraisal-open-ballots": "the verifier of a year's bundle",
    "ballots-settle-missing": "a campaign is settled by a command",
    "ballots-settle-other-check": "a campaign is settled by a command",
    "dead-letter-unknown": "letters are sent again by a command",
    "fieldwork-no-sample-file": "a sample's file is read by a command",
    "publication-dictionary-lead": "the dictionary of all exports",
}
SENTENCE = re.compile(r"(?:\b[a-z]{2,}\b[ ,;]+){3,}\b[a-z]{2,}\b")


class Placeholders(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: fluent.VariableReference) -> None:  # noqa: N802
        self.names.add(node.id.name)


@cache
def entries(lang: str) -> dict[str, fluent.Message]:
    found: dict[str, fluent.Message] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob(f"messages.{lang}.ftl")):
            for entry in FluentParser().parse(path.read_text("utf-8")).body:
                assert not isinstance(entry, fluent.Junk), (path, entry.content)
                if isinstance(entry, fluent.Message):
                    assert entry.id.name not in found, f"{entry.id.name} stands twice"
                    found[entry.id.name] = entry
    return found


def placeholders(lang: str, name: str) -> set[str]:
    visitor = Placeholders()
    visitor.visit(entries(lang)[name])
    return visitor.names - {READER}


def calls() -> Iterator[tuple[Path, int, str, set[str] | None]]:
    """Return (file, line, id, names of values) of each `Message` with a literal id in the code."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "Message":
                    continue
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    names = {keyword.arg for keyword in node.keywords}
                    spread = None in names
                    known = None if spread else {name for name in names if name is not None}
                    yield path.relative_to(ROOT), node.lineno, first.value, known


def names_field(name: str, words: set[str]) -> bool:
    """Whether a message is the name of a field that the code has, such as `field-closes-at`."""
    field = re.fullmatch(r"field-([a-z-]+?)(-en|-zh-Hans)?", name)
    return field is not None and field[1].replace("-", "_") in words


def test_every_language_words_the_same_messages_with_the_same_values() -> None:
    assert set(entries("en")) == set(entries("zh-Hans"))
    for name in entries("en"):
        assert placeholders("en", name) == placeholders("zh-Hans", name), name


def test_every_message_that_the_code_makes_has_words_and_all_its_values() -> None:
    missing = [
        (str(file), line, name) for file, line, name, _ in calls() if name not in entries("en")
    ]
    assert missing == []
    wrong = [
        (str(file), line, name, names)
        for file, line, name, names in calls()
        if names is not None and names != placeholders("en", name)
    ]
    assert wrong == []


def test_no_message_is_worded_that_nothing_says() -> None:
    text = "\n".join(
        path.read_text() for package in PACKAGES for path in (ROOT / package).rglob("*.py")
    )
    words = set(re.findall(r"\w+", text))
    unsaid = [
        name
        for name in entries("en")
        if f'"{name}"' not in text and not MADE.fullmatch(name) and not names_field(name, words)
    ]
    assert unsaid == []


def said(lang: str) -> dict[str, str]:
    """Return every message as the reader is told it, by its id."""
    return {
        name: render(Message(name, **dict.fromkeys(placeholders(lang, name), "值")), lang)
        for name in entries(lang)
    }


@pytest.fixture(params=["command", "console"])
def told(request: pytest.FixtureRequest) -> Iterator[Reader]:
    word_for(request.param)
    yield request.param
    word_for("command")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_message_can_be_rendered(lang: str, told: Reader) -> None:
    for name, text in said(lang).items():
        assert text.strip() or name in JOINTS
        assert "TODO" not in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_a_terminal_is_told_a_command_the_console_names_its_page(lang: str) -> None:
    at_terminal = {name for name, text in said(lang).items() if COMMAND.search(text)}
    word_for("console")
    on_page = said(lang)
    word_for("command")
    left = {name for name in at_terminal if COMMAND.search(on_page[name])}
    rooms = {
        name: str(path.parent.relative_to(ROOT))
        for package in PACKAGES
        for path in ROOT.glob(f"{package}/**/messages.{lang}.ftl")
        for name in re.findall(r"(?m)^([a-z][\w-]*) =", path.read_text("utf-8"))
    }
    assert {it for it in left if rooms[it] not in WITHOUT_PAGES} == set(WITHOUT_A_PAGE)
    assert len(at_terminal - left) > 25


async def test_a_reader_is_worded_for_in_their_own_task_alone() -> None:
    async def page() -> str:
        word_for("console")
        await asyncio.sleep(0)
        return render(Message("account-unknown"), "en")

    both = await asyncio.gather(page(), asyncio.to_thread(render, Message("account-unknown"), "en"))
    assert both == [
        "there is no such login; see the page «People»",
        "there is no such login; see `minping staff show`",
    ]
    assert render(Message("account-unknown"), "en") == both[1], "a plain text is kept by its reader"


def test_no_chinese_message_holds_an_english_sentence(told: Reader) -> None:
    spoken = said("zh-Hans")
    # A command is typed as it stands; it is no sentence.
    bare = {name: re.sub(r"`[^`]*`", "", text) for name, text in spoken.items()}
    assert {name: text for name, text in bare.items() if SENTENCE.search(text)} == {}
    assert {
        n: t for n, t in bare.items() if LATIN.search(t) and not re.search(r"[\u4e00-\u9fff]", t)
    } == {}


def test_a_place_is_named_once_and_in_the_language_of_the_page() -> None:
    place = Place("units.csv", "Sheet1", 0, 3, "code", "", "")
    assert render_place(place, "en") == "units.csv, sheet Sheet1, row 3, column code"
    assert render_place(place, "zh-Hans") == "units.csv，工作表“Sheet1”，第 3 行，“code”列"
    error = BadInput(Message("problems", count=2), place)
    assert str(error).count("units.csv") == error.render("zh-Hans").count("units.csv") == 1
    assert place.as_data() == {"file": "units.csv", "sheet": "Sheet1", "row": 3, "column": "code"}


def test_a_field_is_named_in_words_and_a_field_of_a_file_as_it_is_typed() -> None:
    place = Place(field="closes_at")
    assert render_place(place, "en") == "closing time"
    assert render_place(place, "zh-Hans") == "截止时间"
    assert place.as_data() == {"field": "closes_at"}
    assert render_place(Place(field="text zh-Hans"), "zh-Hans") == "中文正文"
    for raw in ("unit_quota.second", "REDIS_URL", "Idempotency-Key"):
        assert render_place(Place(field=raw), "zh-Hans") == raw
    assert render_place(Place(file="s.yaml", field="title"), "zh-Hans") == "s.yaml，title"


def test_of_many_problems_twenty_are_worded_and_the_rest_is_counted() -> None:
    found = [Problem(Message("problems-more", count=n), Place(row=n)) for n in range(2, 27)]
    lines = gathered(found, "单位.csv").render("zh-Hans").split("\n  ")
    assert lines[0] == "单位.csv：共 25 处问题，没有保存任何内容"
    assert lines[1] == "第 2 行：另有 2 处"
    assert (len(lines), lines[-1]) == (22, "另有 5 处")


def test_one_problem_is_a_sentence_of_its_own_with_the_file() -> None:
    error = gathered([Problem(Message("problems-more", count=2), Place(row=2))], "u.csv")
    assert str(error) == "u.csv, row 2: and 2 more"


def test_problems_stand_in_the_order_of_a_reader_of_the_file() -> None:
    places = [
        Place(sheet="B", row=3),
        Place(sheet="A", row=9),
        Place(sheet="B", row=2),
        Place(field="opens"),
    ]
    error = gathered([Problem(Message("problems-more", count=1), place) for place in places], "f")
    assert [it.place for it in error.problems] == [places[2], places[0], places[1], places[3]]


def test_values_may_be_messages_numbers_and_lists_of_them() -> None:
    inner = Message("problems-more", count=2)
    listed = Message("problem", place=("a", inner, 2010), text=2010)
    assert render(listed, "zh-Hans") == "a、另有 2 处、2010：2010"
    assert catalogue().languages == ("zh-Hans", "en")
