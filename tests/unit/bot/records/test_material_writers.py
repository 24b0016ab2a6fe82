"""The material of a year is written in one place, and whatever a table changes leaves a filing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from bot.records.filings import KEYS
from bot.records.record_rows import APPENDED, GROWS, OF_EVERY_YEAR, OF_SCORES, OF_YEAR, RECORDED
from bot.storage.schema import all as tables

ROOT = Path(__file__).parents[4]
MATERIAL = {table.name for named in KEYS.values() for table, _ in named}
DECIDED = {"decisions", "unit_decisions"}
"""Rows that keep who, why and what stood before by themselves, and are only added."""
WRITERS = {"insert_all", "_replace", "_append", "replace_people"}
"""Functions that write the table that they are given."""
CALLS = ("insert", "update", "delete")
STORES = {
    *("write_units", "replace_inner", "replace_leaders", "replace_adjustments"),
    *("replace_findings", "merge_indicators", "append_history", "replace_people"),
}
"""Functions of the room that store material."""


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "bot").rglob("*.py")):
        if "migrations" not in path.parts:
            name = path.relative_to(ROOT).as_posix()
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def table_of(node: ast.AST) -> str:
    named = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    return node.attr if named and node.value.id in ("tables", "records") else ""


def written(tree: ast.Module) -> Iterator[str]:
    """The tables that a module writes by name."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr in CALLS:
            yield table_of(function.value)
        name = getattr(function, "attr", getattr(function, "id", ""))
        if name in {*WRITERS, *CALLS}:
            yield from map(table_of, call.args)


def test_only_the_room_of_records_writes_material() -> None:
    found = {
        (name, table)
        for name, tree in trees()
        for table in written(tree)
        if table in MATERIAL | DECIDED
    }
    assert {table for _, table in found} == MATERIAL | DECIDED, "each is found where it is written"
    outside = {it for it in found if not it[0].startswith("bot/records/")}
    assert outside == set()


def test_material_is_stored_by_tables_that_leave_a_filing_and_by_the_synthetic_city() -> None:
    found = {
        name
        for name, tree in trees()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and getattr(call.func, "attr", getattr(call.func, "id", "")) in STORES
    }
    # What records defines is reached by `store_sheet`, which compares before and after.
    outside = {name for name in found if not name.startswith("bot/records/")}
    assert outside == {"bot/demo/fill.py"}, "it fills an empty database"


def test_a_seal_records_every_table_of_material() -> None:
    beside = {"filings", "material_closings", "recusals", "calendar_days"}
    assert set(RECORDED) >= MATERIAL | DECIDED | beside
    assert set(RECORDED) <= set(tables.metadata.tables)
    parts = (OF_YEAR, OF_EVERY_YEAR, APPENDED, OF_SCORES, GROWS)
    assert sum(map(len, parts)) == len(set().union(*parts)) == len(RECORDED) - 2
