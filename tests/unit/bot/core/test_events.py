"""Every line of the log is one event of a closed list, and none has room for what citizens say."""

from __future__ import annotations

import ast
import json
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.core.events import (
    EVENTS,
    FIELDS,
    FORMATS,
    JSON,
    REQUEST,
    TEXT,
    RequestId,
    event,
    fault,
)

ROOT = Path(__file__).parents[4]
LEVELS = ("debug", "info", "warning", "error", "exception", "critical", "log")
PERSONAL = {
    *(
        "user",
        "citizen",
        "phone",
        "address",
        "token",
        "text",
        "body",
        "words",
        "comment",
        "receipt",
    ),
    *("unit", "ratings", "incoming", "update", "secret", "password", "login", "link", "request"),
}
"""Names in our code of what a line must never have."""
COMMAND = ("bot/service/children.py", "words")
"""The first word of a command line."""


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of a module's logger, with its place."""
    for file in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in LEVELS
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in ("log", "logging", "logger")
            ):
                yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def event_of(call: ast.Call) -> ast.Call | None:
    """The call of `event` that a log call passes on."""
    extra = next((it.value for it in call.keywords if it.arg == "extra"), None)
    named = isinstance(extra, ast.Call) and ast.unparse(extra.func) == "event"
    return extra if named else None  # type: ignore[return-value]


def test_every_line_has_an_event_of_the_list_and_every_event_has_a_line() -> None:
    named = {place: event_of(call) for place, call in calls()}
    assert len(named) > 50
    assert [place for place, found in named.items() if found is None] == []
    names = {ast.literal_eval(found.args[0]) for found in named.values() if found}
    assert names == set(EVENTS)
    fields = {it.arg for found in named.values() if found for it in found.keywords if it.arg}
    assert fields <= set(FIELDS)


def test_no_line_is_given_what_belongs_to_a_person() -> None:
    found = []
    for place, call in calls():
        given = [*call.args, *(it.value for it in call.keywords)]
        names = {
            node.id if isinstance(node, ast.Name) else node.attr
            for one in given
            for node in ast.walk(one)
            if isinstance(node, ast.Name | ast.Attribute)
        }
        found += [(place, name) for name in names & PERSONAL]
    found = [(place, name) for place, name in found if (place.split(":")[0], name) != COMMAND]
    assert found == []


def test_the_guide_has_every_event_and_field() -> None:
    guide = (ROOT / "docs" / "operations.md").read_text("utf-8")
    part = guide.partition("\n## The log of the service\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z_]+)` \|", part, re.MULTILINE)) == set(EVENTS)
    assert [name for name in FIELDS if f"`{name}`" not in part] == []


def line(form: str, record: logging.LogRecord) -> str:
    return FORMATS[form]().format(record)


def made(name: str, text: str, *args: object, **extra: object) -> logging.LogRecord:
    found = logging.getLogger(name).makeRecord(
        name, logging.ERROR, "f", 1, text, args, None, extra=extra or None
    )
    found.created, found.msecs = 1_764_558_245.25, 250.0
    return found


def test_a_line_in_both_forms() -> None:
    fields = event("close_held", reason="two words\nand a line", campaign="2026")
    record = made("bot.x", "the close of campaign %s is held", "2026", **fields)
    token = REQUEST.set(RequestId("a1b2c3d4"))
    try:
        assert line(TEXT, record) == (
            "2025-12-01T03:04:05.250Z ERROR close_held request=a1b2c3d4 campaign=2026 "
            r'reason="two words\nand a line": the close of campaign 2026 is held'
        )
        assert json.loads(line(JSON, record)) == {
            "ts": "2025-12-01T03:04:05.250Z",
            "level": "ERROR",
            "event": "close_held",
            "request": "a1b2c3d4",
            "campaign": "2026",
            "reason": "two words\nand a line",
            "said": "the close of campaign 2026 is held",
        }
    finally:
        REQUEST.reset(token)
    assert "\n" not in line(JSON, record)


@pytest.mark.parametrize("form", FORMATS)
def test_what_a_library_says_has_no_value_and_no_stack(form: str) -> None:
    record = made("aiohttp.server", "Error handling request from %s\nmore", "203.0.113.9")
    try:
        raise OperationalError("INSERT …", {"text": "Zwölfkanarien"}, ValueError("Zwölfkanarien"))
    except OperationalError:
        record.exc_info = sys.exc_info()
    written = line(form, record)
    assert "library" in written
    assert "OperationalError" in written
    assert "Error handling request from %s" in written
    assert [it for it in ("203.0.113.9", "Zwölf", "INSERT", "\n", "more") if it in written] == []


def test_an_unknown_event_or_field_is_a_fault_of_ours() -> None:
    for name, fields in (("something", {}), ("request", {"user": "4711"})):
        with pytest.raises(KeyError):
            event(name, **fields)


def test_a_driver_is_told_by_its_code() -> None:
    full = ValueError("database or disk is full")
    full.sqlite_errorname = "SQLITE_FULL"  # type: ignore[attr-defined]
    wrapped = OperationalError("INSERT …", {}, full)
    assert fault(wrapped) == {"error": "OperationalError", "code": "SQLITE_FULL"}
    assert fault(KeyError("x")) == {"error": "KeyError", "code": ""}


@pytest.mark.parametrize("given", ["", "short", "has space in it", "a" * 65, "x\ny" * 5])
def test_an_id_that_is_none_is_drawn_anew_and_stays(given: str) -> None:
    own = RequestId(given)
    assert re.fullmatch("[0-9a-f]{16}", str(own))
    assert str(own) == str(own)
    assert str(RequestId("00-abc-00")) == "00-abc-00"
