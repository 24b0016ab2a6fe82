"""Each command is a page of the console, or the operator's with a reason."""

from __future__ import annotations

import re
from pathlib import Path

from bot.__main__ import make_parser
from bot.web.admin.routes import PAGES
from tests.unit.test_docs import commands

TEXT = Path("docs/operations.md").read_text("utf-8")
SECTION = TEXT.split("\n## Commands and pages\n")[1].split("\n## ")[0]
ROWS = re.findall(r"^\| `minping ([^`]+)` \| (.+) \|$", SECTION, re.MULTILINE)
TYPED = [command.removeprefix("minping ") for command in commands(make_parser())]


def row_of(command: str) -> str:
    """Return the longest row that a command begins with; empty where none does."""
    found = [row for row, _ in ROWS if f"{command} ".startswith(f"{row} ")]
    return max(found, key=len, default="")


def test_every_command_has_a_page_or_a_reason_and_every_row_a_command() -> None:
    assert [command for command in TYPED if not row_of(command)] == []
    assert {row for row, _ in ROWS} == {row_of(command) for command in TYPED}
    assert len(ROWS) == len({row for row, _ in ROWS})


def test_every_page_of_the_table_is_one_of_the_console() -> None:
    typed = re.compile(r"\{(\w+):[^{}]*(\{\d+(,\d+)?\})?[^{}]*\}")
    known = {typed.sub(r"{\1}", path) for _, path, _ in PAGES}
    named = [said.strip("`") for _, said in ROWS if said.startswith("`")]
    assert [page for page in named if page not in known] == []
    reasons = [said for _, said in ROWS if not said.startswith("`")]
    assert [said for said in reasons if len(said) < 8 or "TODO" in said] == []


def test_no_chinese_page_tells_a_clerk_to_type_a_command() -> None:
    """Those that name one say that the operator types it, or that anybody may, elsewhere."""
    told = Path("bot/web/wording/zh-Hans.ftl").read_text("utf-8").splitlines()
    found = [line for line in told if "minping " in line]
    free = ("运维", "minping verify", "minping 程序")
    assert [line for line in found if not any(words in line for words in free)] == []
