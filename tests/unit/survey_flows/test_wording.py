from __future__ import annotations

import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Message, VariableReference
from fluent.syntax.visitor import Visitor

from bot.core.shipped_files import shipped_words
from survey_flows.errors import Misuse
from survey_flows.wording import Wording

ROOM = Path(__file__).parents[3] / "survey_flows"
FILES = {path.stem: path for path in (ROOM / "wording").glob("*.ftl")}


class Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: VariableReference) -> None:  # noqa: N802 (fluent calls it by this name)
        self.names.add(node.id.name)


def sentences(path: Path) -> dict[str, set[str]]:
    found = {}
    for entry in FluentParser().parse(path.read_text("utf-8")).body:
        if isinstance(entry, Message):
            variables = Variables()
            variables.visit(entry)
            found[entry.id.name] = variables.names
    return found


def sources(*rooms: Path) -> str:
    files = [path for room in rooms for path in room.rglob("*") if path.suffix in (".py", ".html")]
    return "\n".join(path.read_text("utf-8") for path in files)


@pytest.mark.parametrize("lang", sorted(FILES))
def test_every_language_says_the_same_sentences_with_the_same_placeholders(lang: str) -> None:
    assert sentences(FILES[lang]) == sentences(FILES["zh-Hans"])


def test_every_sentence_that_the_engine_says_exists() -> None:
    said = set(re.findall(r"""\bsay\((?:\w+(?:\.\w+)*, )?["']([a-z-]+)["']""", sources(ROOM)))
    assert len(said) > 40
    assert said - set(sentences(FILES["zh-Hans"])) == set()


def test_every_sentence_is_said_somewhere() -> None:
    code = sources(ROOM, ROOM.parent / "bot")
    whole = set(re.findall(r"""["']([a-z-]+)["']""", code))
    begun = tuple(set(re.findall(r"""f["']([a-z]+-)\{""", code)))  # f"command-{name}"
    assert [
        key
        for key in sentences(FILES["zh-Hans"])
        if key not in whole and not (begun and key.startswith(begun))
    ] == []


def test_chinese_comes_first_and_every_file_is_a_language() -> None:
    assert shipped_words().languages == ("zh-Hans", *sorted(set(FILES) - {"zh-Hans"}))


def test_a_sentence_has_no_invisible_marks_around_what_is_filled_in() -> None:
    assert shipped_words().say("en", "units-page", page=2, pages=14) == "Page 2 of 14"
    assert (
        shipped_words().say("en", "units-found", count=1)
        == "One unit found. Choose it, or type another word."
    )
    date = {"year": "2026", "month": 12, "day": 1, "time": "18:00"}
    assert shipped_words().say("zh-Hans", "date", **date) == "2026年12月1日 18:00"
    assert shipped_words().say("en", "date", **date) == "1 December 2026, 18:00"


def test_what_a_language_lacks_is_said_in_the_default_one() -> None:
    words = Wording({"fr": "stop = Arrêter\n", "zh-Hans": "stop = 停止\nback = 返回\n"})
    assert [words.say("fr", "stop"), words.say("fr", "back"), words.say("xx", "stop")] == [
        "Arrêter",
        "返回",
        "停止",
    ]


def test_a_sentence_or_a_placeholder_that_is_not_there_is_the_callers_mistake() -> None:
    words = Wording({"zh-Hans": "hello = { $name }\n"})
    with pytest.raises(Misuse, match="there is no sentence «bye»"):
        words.say("zh-Hans", "bye")
    with pytest.raises(Misuse, match="sentence «hello» in zh-Hans"):
        words.say("zh-Hans", "hello")


def test_a_file_that_is_not_fluent_is_refused() -> None:
    with pytest.raises(Misuse, match=r"zh-Hans\.ftl: this is not Fluent: what is this"):
        Wording({"zh-Hans": "what is this"})
    with pytest.raises(Misuse, match="there is no wording in zh-Hans"):
        Wording({"en": "a = b"})
