"""The data dictionary is whole in both languages, and the document equals the code."""

from __future__ import annotations

import pytest

from bot.campaigns.scheme_files import shipped_scheme
from bot.publication.exports.dictionary import unit_of_measure
from bot.publication.exports.dictionary_text import ARCHIVE, dictionary_text
from bot.publication.exports.labelled_data import AT_LEAST
from bot.results.archive.writer import COUNT_COLUMNS
from tests.dictionary import DOCUMENT, books

BOOKS = books()
COLUMNS = {
    (page.name, column.name): column
    for book in BOOKS
    for page in book.pages
    for column in page.columns
}


@pytest.mark.parametrize("column", [*COLUMNS.values(), AT_LEAST], ids=lambda column: column.name)
def test_every_column_has_a_meaning_and_a_unit_in_both_languages(column) -> None:  # type: ignore[no-untyped-def]
    assert column.zh
    assert column.en
    assert column.en.isascii() or "–" in column.en
    assert all(unit_of_measure(column))


def test_every_book_ends_with_its_part_of_the_dictionary() -> None:
    for book in BOOKS:
        explained = {(row[0], row[2]) for row in book.page("columns").rows}
        assert explained == {
            (page.name, column.name) for page in book.pages[:-1] for column in page.columns
        }
        assert all(all(row) for row in book.page("columns").rows)


def test_the_columns_of_the_archive_are_explained() -> None:
    assert tuple(ARCHIVE) == COUNT_COLUMNS


def test_the_document_is_what_the_code_says() -> None:
    assert DOCUMENT.read_text() == dictionary_text(BOOKS, shipped_scheme()), (
        "python -m tests.dictionary"
    )
