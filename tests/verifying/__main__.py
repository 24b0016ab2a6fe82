"""Writes the vectors and their part of the page: python -m tests.verifying."""

from __future__ import annotations

from tests.verifying.vectors import FOLDER, PAGE, all_vectors, renewed, written_file


def main() -> None:
    found = all_vectors()
    FOLDER.mkdir(exist_ok=True)
    for name, value in found.items():
        (FOLDER / f"{name}.json").write_text(written_file(value))
    PAGE.write_text(renewed(PAGE.read_text(), found))


if __name__ == "__main__":
    main()
