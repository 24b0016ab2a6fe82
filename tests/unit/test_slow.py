"""The list of slow tests is true, and it is written from what a run measured."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from tests import slow

ROOT = Path(__file__).parents[2]


@cache
def functions(file: str) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_the_list_names_only_tests_that_there_are() -> None:
    listed = [test.split("::") for test in slow.listed()]
    assert listed, "`make slow` writes it"
    gone = [
        f"{file}::{name}"
        for file, name in listed
        if not (ROOT / file).exists() or name not in functions(file)
    ]
    assert gone == [], "rename them in tests/slow.txt too, or write it anew with `make slow`"


def test_a_test_is_slow_when_its_cases_together_are() -> None:
    measured = {"a.py::one[x]": 0.5, "a.py::one[y]": 12.4, "a.py::two": 0.34, "b.py::three": 0.36}
    assert slow.lines(measured) == "  12.9 a.py::one\n   0.4 b.py::three\n"
