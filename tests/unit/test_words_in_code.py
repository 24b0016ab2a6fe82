"""Words for people stand in messages: Python code holds no Chinese text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from survey_flows.messages import PACKAGES

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u3400-\u9fff]")
NAME = "民评"
"""The project's own name, which is no word for anything else."""

SYNTHETIC = "data of the synthetic city, which an office would have typed"
HEADINGS = "headings and values by which an office's files are read"
TYPED = "what a citizen types"
PATTERN = "a regular expression"
DATA = "the default of a bilingual field of a scheme, which the registered bytes repeat"
EXAMPLE = "an example of a value in the interface's document"
TABLE = "a table of characters"
PROVIDER = "what a provider's interface sends and expects"
EXCEPTIONS = {
    "bot/messengers/*/messenger.py": PROVIDER,
    "bot/demo/city_*.py": SYNTHETIC,
    "bot/records/*.py": HEADINGS,
    "bot/campaigns/population_file.py": HEADINGS,
    "bot/campaigns/quota_file.py": HEADINGS,
    "bot/fieldwork/audience/addresses.py": HEADINGS,
    "bot/fieldwork/audience/cell_file.py": HEADINGS,
    "bot/fieldwork/audience/contact_file.py": HEADINGS,
    "bot/fieldwork/outreach/returns.py": HEADINGS,
    "bot/publication/reports/counter_file.py": HEADINGS,
    "bot/publication/reports/handout_files.py": HEADINGS,
    "bot/campaigns/organiser.py": PATTERN,
    "bot/web/api/inputs.py": EXAMPLE,
    "bot/channels/wechat/parsing.py": TYPED,
    "bot/spreadsheets/columns.py": PATTERN,
    "aggregation/scheme/scheme.py": DATA,
    "bot/ballots/imported/moments.py": PATTERN,
    "bot/spreadsheets/number_formats.py": PATTERN,
    "survey_flows/box.py": TABLE,
    "survey_flows/opt_out_words.py": TYPED,
    "survey_flows/simplified.py": TABLE,
    "survey_flows/thesaurus.py": PATTERN,
    "survey_flows/typed_commands.py": TYPED,
    "survey_flows/typed_intents.py": PATTERN,
    "survey_flows/typed_text.py": PATTERN,
    "survey_flows/unit_search.py": PATTERN,
}
WORD = re.compile(r"[\w\u3400-\u9fff]{1,8}")
"""A heading: short, and without a sentence's marks."""


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of each string of a module that is no docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.lineno, node.value


def chinese(path: Path) -> list[tuple[int, str]]:
    """The strings of a module with two or more Chinese characters, the project's name aside."""
    return [
        (line, text)
        for line, text in literals(path)
        if len(CHINESE.findall(text.replace(NAME, ""))) >= 2
    ]


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path


def reason(file: str) -> str:
    return next((why for pattern, why in EXCEPTIONS.items() if fnmatch(file, pattern)), "")


def test_no_code_holds_chinese_text() -> None:
    found = {
        f"{file}:{line}": text
        for file, path in modules()
        for line, text in chinese(path)
        if not reason(file)
    }
    assert found == {}, "word it in the room's messages.LANGUAGE.ftl"


@pytest.mark.parametrize("pattern", EXCEPTIONS)
def test_every_exception_is_needed(pattern: str) -> None:
    assert any(chinese(path) for file, path in modules() if fnmatch(file, pattern))


def test_headings_are_words_and_no_sentences() -> None:
    found = {
        f"{file}:{line}": text
        for file, path in modules()
        if reason(file) in {HEADINGS, TYPED}
        for line, text in chinese(path)
        if not WORD.fullmatch(text)
    }
    assert found == {}
