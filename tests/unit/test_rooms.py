"""The house: which room may know which, measured from the imports themselves."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("survey_flows", "aggregation", "bot")
FLAT = {"bot.__main__", "bot.serving"}
"""The only modules that lie beside the rooms of bot."""
GROUPS = {"bot.fieldwork", "bot.publication", "bot.web", "bot.channels"}
"""Rooms whose folders are rooms of their own."""


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=None)


def room_of(module: str) -> str:
    """The room of a module: two names deep, or three inside a group of rooms."""
    parts = module.split(".")
    if parts[0] == "survey_flows" or module in FLAT:
        return ".".join(parts[: 1 if parts[0] == "survey_flows" else 2])
    depth = 3 if ".".join(parts[:2]) in GROUPS else 2
    path = ROOT.joinpath(*parts[:depth])
    return ".".join(parts[:depth]) if path.is_dir() else ".".join(parts[: depth - 1])


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Strongly connected components of more than one node (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(edges.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            component = []
            while not component or component[-1] != node:
                component.append(stack.pop())
            if len(component) > 1:
                found.append(sorted(component))

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found


def module_edges() -> dict[str, set[str]]:
    edges: dict[str, set[str]] = defaultdict(set)
    for module in graph().modules:
        edges[module] |= set(graph().find_modules_directly_imported_by(module)) - {module}
    return edges


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert circles(module_edges()) == []


def test_no_room_imports_itself_by_way_of_others() -> None:
    edges: dict[str, set[str]] = defaultdict(set)
    for module, others in module_edges().items():
        here = room_of(module)
        edges[here] |= {room_of(other) for other in others} - {here}
    assert circles(edges) == []


def test_a_circle_would_be_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]


def test_no_module_of_bot_lies_outside_a_room() -> None:
    flat = {f"bot.{path.stem}" for path in (ROOT / "bot").glob("*.py")} - {"bot.__init__"}
    assert flat == FLAT


def test_every_room_is_under_a_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    assert len(contracts) >= 9
    named = {
        name.strip()
        for contract in contracts
        if contract["type"] == "layers"
        for layer in contract["layers"]
        for name in layer.split("|")
    }
    for package in ("bot", "aggregation"):
        rooms = {
            f"{package}.{path.name}"
            for path in (ROOT / package).iterdir()
            if (path / "__init__.py").exists()
        }
        assert rooms - named == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_states_its_purpose_in_one_line(package: str) -> None:
    for path in sorted((ROOT / package).rglob("__init__.py")):
        first = path.read_text().split('"""')[1].split("\n")[0] if '"""' in path.read_text() else ""
        assert first.endswith("."), path
        assert len(first) <= 100 - len('"""'), path


def test_the_service_starts_without_the_scoring() -> None:
    """Scores are made after a close; their code is memory that citizens' answers do not need."""
    said = "import sys, bot.serving; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=True
    )
    late = ("aggregation.estimation", "aggregation.ranking", "bot.results", "pandas", "numpy")
    assert [name for name in ran.stdout.split() if name.startswith(late)] == []
