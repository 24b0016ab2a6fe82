"""Every requirement of the founding document names what is done, where, and the tests of it."""

from __future__ import annotations

import re
from pathlib import Path

from bot.__main__ import make_parser
from bot.core.settings import Settings
from bot.service.composition import build
from bot.web.server import make_web
from tests.unit.test_docs import commands
from tests.unit.test_slow import ROOT, functions

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "requirements.md").read_text("utf-8").splitlines()
    if re.match(r"\| R\d", line)
]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_requirement_stands_once_and_says_everything() -> None:
    assert [row[0] for row in ROWS] == [f"R{number}" for number in range(1, 23)]
    assert all(len(row) == 5 for row in ROWS)
    assert all(all(row) for row in ROWS)


def test_the_tests_that_show_it_exist() -> None:
    named = {row[0]: TEST.findall(row[4]) for row in ROWS}
    assert [number for number, found in named.items() if not found] == []
    gone = [
        f"{number}: {file}::{name}"
        for number, found in named.items()
        for file, name in found
        if not Path(ROOT / file).exists() or name not in functions(file)
    ]
    assert gone == []


def test_the_tests_of_the_hard_cases_exist() -> None:
    text = (ROOT / "docs" / "requirements.md").read_text("utf-8").split("## Hard cases")[1]
    found = TEST.findall(text)
    assert found
    gone = [(file, name) for file, name in found if name not in functions(file)]
    assert gone == []


def test_the_commands_that_are_named_exist() -> None:
    known = tuple(commands(make_parser()))
    named = {f"minping {text}" for row in ROWS for text in re.findall(r"`minping ([^`]+)`", row[3])}
    assert named
    assert [text for text in sorted(named) if not text.startswith(known)] == []


async def test_the_pages_that_are_named_exist(tmp_path: Path) -> None:
    async with build(Settings(data=tmp_path)) as service:
        routes = make_web(service).router.routes()
        pages = {route.resource.canonical for route in routes if route.resource}
    named = {page for row in ROWS for page in re.findall(r"`(/[^`]*)`", row[3])}
    assert named
    assert sorted(named - pages) == []
    assert all("`minping " in row[3] or "`/" in row[3] for row in ROWS)
