"""Texts keep to docs/style.md and docs/glossary.md: line length, retired words, terms and rooms."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module, util
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import rooms  # noqa: E402

LONGEST = 100
# What is held to the style.
CHECKED = (
    *("docs", "*.md", "changes", "tools"),
    *("bot", "aggregation", "survey_flows", "tests", "benchmarks"),
)
# These are about the old words on purpose.
ABOUT_WORDS = {"CHANGELOG.md", "docs/decisions/0023-rooms-and-words.md"}
# Texts that officials read; a ban `in: officials` holds in these alone.
OFFICIALS = ("bot/web/", "bot/publication/", "bot/terminal/", "bot/commands/")
CITIZENS = ("survey_flows/", "bot/channels/", "docs/citizens.md")
GLOSSARY = ROOT / "docs" / "glossary.md"
RETIRED_FROM = "## Retired words"
CODE_SPAN = re.compile(r"``[^`]*``|`[^`]*`")
# A transcript names a screen by its stored place, such as `[mend zh-Hans text]`.
SCREEN = re.compile(r"^\s*\[[\w:]+ [^\]]*\]$")
MARKUP_COMMENT = re.compile(r"\{#.*?#\}|/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)
# A note to a tool stands behind its line of code; ruff takes the code's own length.
PRAGMA = re.compile(r"# (?:type: ignore|noqa)\b")
FENCE = re.compile(r"^\s*```")


@dataclass(frozen=True)
class Text:
    """Prose of a file: its lines by number, without code."""

    file: str
    lines: dict[int, str]
    limited: dict[int, str]
    """Lines whose length counts."""


def blank(found: re.Match[str]) -> str:
    """Take code out of a line and leave its length as it was."""
    return " " * len(found[0])


def markdown(path: Path) -> Text:
    """Read a page: code is left out of both, tables and the targets of links out of the length."""
    lines, limited, fenced = {}, {}, False
    text = path.read_text()
    if path == GLOSSARY:
        text = text.split(RETIRED_FROM)[0]
    for number, line in enumerate(text.splitlines(), 1):
        if line == rooms.BEGIN or FENCE.match(line):
            fenced = not fenced
        elif line == rooms.END:
            fenced = False  # the map repeats docstrings, which are held to the style themselves
        if fenced or FENCE.match(line):
            continue
        lines[number] = CODE_SPAN.sub(blank, line)
        if not line.lstrip().startswith("|"):
            limited[number] = re.sub(r"\]\([^)]*\)", "]", line)
    return Text(str(path.relative_to(ROOT)), lines, limited)


def fluent(path: Path) -> Text:
    """Read messages: ids, selectors and placeables are left out."""
    lines = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = re.sub(r"^[a-z][\w-]*\s*=", blank, line)
        lines[number] = CODE_SPAN.sub(blank, re.sub(r"\{[^}]*\}", blank, words))
    return Text(str(path.relative_to(ROOT)), lines, {})


def plain(path: Path) -> Text:
    """Read a YAML file of texts."""
    lines = {
        number: SCREEN.sub(blank, line)
        for number, line in enumerate(path.read_text().splitlines(), 1)
    }
    return Text(str(path.relative_to(ROOT)), lines, {})


def markup(path: Path) -> Text:
    """Read the comments of a template, a style sheet or a script: their words come from Fluent."""
    source = path.read_text()
    lines = {}
    for found in MARKUP_COMMENT.finditer(source):
        first = source.count("\n", 0, found.start()) + 1
        lines |= {first + after: line for after, line in enumerate(found[0].splitlines())}
    return Text(str(path.relative_to(ROOT)), lines, lines)


def docstrings(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Yield the first and last line of each docstring, also of those that follow a field."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for child in body if isinstance(body, list) else []:
            if (
                isinstance(child, ast.Expr)
                and isinstance(child.value, ast.Constant)
                and isinstance(child.value.value, str)
            ):
                yield child.lineno, child.end_lineno or child.lineno


def python(path: Path) -> Text:
    """Read a module's docstrings and comments."""
    source = path.read_text()
    all_lines = source.splitlines()
    lines, limited = {}, {}
    for first, last in docstrings(ast.parse(source)):
        for number in range(first, last + 1):
            lines[number] = CODE_SPAN.sub(blank, all_lines[number - 1])
            limited[number] = all_lines[number - 1]
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            number = token.start[0]
            lines[number] = CODE_SPAN.sub(blank, token.string)
            if not PRAGMA.match(token.string):
                limited[number] = all_lines[number - 1]
    return Text(str(path.relative_to(ROOT)), lines, limited)


READERS = {".md": markdown, ".py": python, ".ftl": fluent, ".yaml": plain} | dict.fromkeys(
    (".html", ".css", ".js", ".typ"), markup
)


@cache
def texts() -> list[Text]:
    """Return every text that is held to the style."""
    places = [ROOT.glob(at) if "*" in at else (ROOT / at).rglob("*") for at in CHECKED]
    paths = [path for found in places for path in sorted(found) if path.suffix in READERS]
    return [READERS[path.suffix](path) for path in paths]


@cache
def retired() -> list[dict[str, str]]:
    """Return the list at the end of the glossary."""
    end = GLOSSARY.read_text().split(RETIRED_FROM)[1]
    return yaml.safe_load(re.search(r"```yaml\n(.*?)```", end, re.DOTALL)[1])


def holds(where: str, file: str) -> bool:
    """Say whether a ban holds in a file."""
    if where == "officials":
        return file.startswith(OFFICIALS)
    if where == "citizens":
        return file.startswith(CITIZENS)
    return True


def rows() -> list[list[str]]:
    """Return the cells of the glossary's rows."""
    text = GLOSSARY.read_text().split(RETIRED_FROM)[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return [row for row in cells if row[0] != "Term" and not set(row[0]) <= set("-")]


def retired_in(text: Text) -> list[str]:
    """Return each retired word of a text with its place and what is written instead."""
    if text.file in ABOUT_WORDS:
        return []
    prose = "\n".join(text.lines.values())
    numbers = [number for number, line in text.lines.items() for _ in range(len(line) + 1)]
    flat = prose.replace("\n", " ")
    return [
        f"{text.file}:{numbers[found.start()]}: {found[0]} → {word['use']}"
        for word in retired()
        if holds(word["in"], text.file)
        for found in re.finditer(word["old"], flat, re.IGNORECASE)
    ]


def test_no_line_is_longer_than_a_reader_takes_in() -> None:
    assert [
        f"{text.file}:{number}: {len(line)}"
        for text in texts()
        for number, line in text.limited.items()
        if len(line) > LONGEST
    ] == []


def test_no_retired_word_is_left() -> None:
    assert [place for text in texts() for place in retired_in(text)] == []


@pytest.mark.parametrize("word", retired(), ids=lambda word: word["use"])
def test_each_retired_word_has_what_is_written_instead_and_a_place(word: dict[str, str]) -> None:
    assert set(word) == {"old", "use", "in"}
    assert word["in"] in {"en", "zh", "citizens", "officials"}
    assert not re.search(word["old"], "", re.IGNORECASE)


def test_every_row_of_the_glossary_is_whole() -> None:
    assert [row for row in rows() if len(row) != 4 or not all(row)] == []


@pytest.mark.parametrize("column", [0, 1], ids=["English", "Chinese"])
def test_every_term_stands_once(column: int) -> None:
    counts = Counter(row[column].casefold() for row in rows())
    assert [term for term, count in counts.items() if count > 1] == []


def exists(name: str) -> bool:
    """Say whether a dotted name is a module, or something in one."""
    module, _, inside = name.rpartition(".")
    if inside[:1].isupper():
        return hasattr(import_module(module), inside)
    return util.find_spec(name) is not None


def test_every_module_and_class_that_the_glossary_names_exists() -> None:
    named = {name for row in rows() for name in re.findall(r"`([\w.]+)`", row[3])}
    assert len(named) > 50
    assert [name for name in sorted(named) if not exists(name)] == []


def test_the_map_of_the_rooms_is_fresh() -> None:
    page = rooms.PAGE.read_text()
    assert page == rooms.renewed(page), "run tools/rooms.py"


@pytest.mark.parametrize(
    ("word", "sentence", "caught"),
    [
        ("trial", "This is a trial.", True),
        ("trial", "The option `--trial` stays.", False),
        ("reviewer", "复核员表决。", True),
        ("follow-up", "A follow-up rating is asked for.", False),
    ],
)
def test_words_are_found_in_prose_and_not_in_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, sentence: str, caught: bool
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    page = tmp_path / f"{word}.md"
    page.write_text(sentence)
    assert bool(retired_in(markdown(page))) == caught
