"""Lists the migrations that are in use somewhere, with their digests, so that none is edited."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "bot" / "storage" / "migrations"
LIST = FOLDER / "released.txt"


def listing(folder: Path = FOLDER / "versions") -> str:
    """Returns a line for each migration: its SHA-256 and its file's name, by number."""
    files = sorted(folder.glob("[0-9]*.py"))
    return "".join(f"{sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)


def changed(listed: str, present: str) -> list[str]:
    """Returns the names of listed migrations that are missing or have other bytes."""
    there = set(present.splitlines())
    return [line.split()[1] for line in listed.splitlines() if line not in there]


def main() -> int:
    """Writes the list anew; refuses where a listed migration was edited."""
    present = listing()
    edited = changed(LIST.read_text("utf-8"), present) if LIST.exists() else []
    if edited:
        print(f"edited after their release: {', '.join(edited)}; make another migration instead")
        return 1
    LIST.write_text(present, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
