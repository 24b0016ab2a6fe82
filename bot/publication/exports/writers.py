"""Books as files: one workbook, or one CSV file a page; the same book gives the same bytes."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.publication.exports.book import Book, Column, Page, printed_value

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Spreadsheets run a text that begins so as a formula, East Asian ones also a full-width sign."""
EPOCH = (1980, 1, 1, 0, 0, 0)
LONGEST = 32_000
"""A cell of a workbook holds 32,767 characters."""
WIDEST = 60
MOST_ON_PAPER = 60


def workbook(book: Book) -> bytes:
    """Return the book as XLSX, with a sheet for each page.

    Two header rows stay in view: Chinese labels, and names for programs.
    """
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(buffer, options) as file:
        file.set_properties(
            {
                "title": book.title,
                "company": book.sponsor,
                "author": book.issued,
                "created": datetime.combine(book.day, time()),
            }
        )
        for page in book.pages:
            sheet = _write_page(file, page)
            sheet.set_header(f"&L{_on_paper(book.sponsor)}&R{_on_paper(book.title)}")
            sheet.set_footer(f"&L{book.day.isoformat()} {_on_paper(book.issued)}&R&P / &N")
    return buffer.getvalue()


def _on_paper(text: str) -> str:
    """Return a text for the header of printed pages, which holds 255 characters with its marks."""
    return text[:MOST_ON_PAPER].replace("&", "&&")


def _write_page(file: Workbook, page: Page) -> Worksheet:
    sheet = file.add_worksheet(f"{page.zh} {page.name}"[:31])
    head = file.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4", "border": 1}
    )
    name = file.add_format({"italic": True, "font_color": "#555555", "bottom": 1})
    formats = [_number_format(file, column) for column in page.columns]
    for place, column in enumerate(page.columns):
        sheet.write_string(0, place, column.zh, head)
        sheet.write_string(1, place, column.name, name)
        sheet.set_column(place, place, _width(page, place))
    for number, row in enumerate(page.rows, 2):
        for place, (value, column) in enumerate(zip(row, page.columns, strict=True)):
            _write_cell(sheet, number, place, printed_value(value, column), formats[place])
    sheet.freeze_panes(2, 1)
    if page.rows:
        sheet.autofilter(1, 0, len(page.rows) + 1, len(page.columns) - 1)
    return sheet


def _write_cell(
    sheet: Any, row: int, place: int, value: str | int | Decimal | None, form: Any
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(row, place, value if len(value) <= LONGEST else value[:LONGEST] + "…")
    else:
        sheet.write_number(row, place, value, form)


def _number_format(file: Workbook, column: Column) -> Any:
    return file.add_format({"num_format": "0" if not column.places else "0." + "0" * column.places})


def _width(page: Page, place: int) -> int:
    """Return a width that fits the first rows; a Chinese character is two wide."""
    column = page.columns[place]
    shown = [str(printed_value(row[place], column) or "") for row in page.rows[:200]]
    # The label may be broken over two lines.
    needed = [_room(column.name), -(-_room(column.zh) // 2), *(_room(text) for text in shown)]
    return min(max(needed) + 2, WIDEST)


def _room(text: str) -> int:
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)


def csv_files(book: Book) -> dict[str, bytes]:
    """Return the book as CSV: a file for each page, headed by the names for programs.

    The files are UTF-8 with a byte-order mark, which Excel needs.
    """
    return {f"{page.name}.csv": _csv(page) for page in book.pages}


def _csv(page: Page) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in page.columns])
    for row in page.rows:
        writer.writerow(
            [
                _csv_cell(printed_value(v, column))
                for v, column in zip(row, page.columns, strict=True)
            ]
        )
    return text.getvalue().encode("utf-8-sig")


def _csv_cell(value: str | int | Decimal | None) -> str:
    if isinstance(value, str):
        return escape_formula(value)
    return "" if value is None else str(value)


def escape_formula(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula, with an apostrophe where needed."""
    return f"'{text}" if text.startswith(FORMULA) else text


def page_records(page: Page) -> list[dict[str, str | int | float | None]]:
    """Return the page's rows by column name, for JSON."""
    return [
        {
            column.name: _plain(printed_value(value, column))
            for value, column in zip(row, page.columns, strict=True)
        }
        for row in page.rows
    ]


def _plain(value: str | int | Decimal | None) -> str | int | float | None:
    return float(value) if isinstance(value, Decimal) else value


def csv_archive(book: Book) -> bytes:
    """Return the CSV files in one ZIP."""
    return zip_archive(csv_files(book))


def zip_archive(files: Mapping[str, bytes]) -> bytes:
    """Return the files in one ZIP, the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, data in files.items():
            whole.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
