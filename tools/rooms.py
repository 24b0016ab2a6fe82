"""Writes the map of the rooms in docs/architecture.md from the packages' docstrings.

    python tools/rooms.py            write the map
    python tools/rooms.py --check    end with 1 when the map is stale

A room is a package. The first line of its docstring is its purpose. The order is that of the
layers in pyproject.toml, the lowest first, so that a reader meets a room after those it rests on.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- rooms: written by tools/rooms.py -->", "<!-- end of rooms -->"
PACKAGES = ("survey_flows", "aggregation", "bot")
APART = "migrations"  # a list of steps, not a room


def purpose(package: Path) -> str:
    """Return the first line of a package's docstring.

    Raises:
        SystemExit: the package has no docstring.
    """
    source = package / "__init__.py"
    words = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8")))
    if not words:
        raise SystemExit(f"{source.relative_to(ROOT)}: a room needs a docstring")
    return words.splitlines()[0]


def floors() -> dict[str, int]:
    """Return each module that a contract of layers names, with its height above the lowest."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    heights: dict[str, int] = {}
    for contract in settings["tool"]["importlinter"]["contracts"]:
        for height, line in enumerate(reversed(contract.get("layers", []))):
            for name in line.replace(":", "|").split("|"):
                heights.setdefault(name.strip(), height)
    return heights


def rooms(root: Path = ROOT) -> list[Path]:
    """Return the packages with the lowest floor first, each before the packages inside it."""
    heights = floors()
    found = [
        init.parent
        for package in PACKAGES
        for init in (root / package).rglob("__init__.py")
        if APART not in init.parts
    ]

    def place(room: Path) -> list[tuple[int, str]]:
        names = room.relative_to(root).parts
        dotted = [".".join(names[: n + 1]) for n in range(1, len(names))]
        first = (PACKAGES.index(names[0]), names[0])
        return [first, *((heights.get(name, 0), name) for name in dotted)]

    return sorted(found, key=place)


def table() -> str:
    """Return the map as a Markdown table."""
    lines = ["| Room | For |", "|---|---|"]
    for room in rooms():
        path = room.relative_to(ROOT)
        name = ".".join(path.parts)
        lines.append(f"| [`{name}`](../{path.as_posix()}) | {purpose(room)} |")
    return "\n".join(lines)


def renewed(page: str) -> str:
    """Return the page with the present map between its markers."""
    before, rest = page.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def main(arguments: list[str]) -> int:
    """Write the map, or with ``--check`` say whether it is fresh."""
    page = PAGE.read_text(encoding="utf-8")
    fresh = renewed(page)
    if arguments == ["--check"]:
        if page != fresh:
            print("docs/architecture.md: the map of the rooms is stale; run tools/rooms.py")
        return int(page != fresh)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
