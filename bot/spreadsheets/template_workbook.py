"""Writes a table of a year as a workbook, to be changed and brought in again.

It offers the codes to choose from; the import itself checks what comes back.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from bot.core.labels import Pair, label, pick
from bot.spreadsheets.cell_values import plain_number
from bot.spreadsheets.columns import NUMBER, Field
from bot.spreadsheets.reader import Cells
from survey_flows.messages import Message

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

LAST_ROW = 20_000
"""The last row in which cells offer their codes."""
EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001  (a workbook's times have no zone)
WIDE, NARROW = 28, 16
CODES = Message("spreadsheets-codes")
MEANING = Message("spreadsheets-meaning")
MAY_BE_EMPTY = Message("spreadsheets-may-be-empty")
CHOOSE = Message("spreadsheets-choose")


def workbook(
    title: str,
    fields: Sequence[Field],
    rows: Iterable[Cells],
    codes: Mapping[str, Mapping[str, Pair]],
    lang: str,
) -> bytes:
    """Return an XLSX file whose first sheet is the table and whose second lists the codes.

    The same arguments give the same bytes.

    Args:
        title: the name of the first sheet.
        fields: the columns.
        rows: a text for each column; a number is written as one where a spreadsheet, which keeps
            15 digits, shows and saves exactly this text.
        codes: by column, the codes that it may hold, with their names.
        lang: the language of headings and names.
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
        file.set_properties({"title": title, "created": EPOCH})
        sheet = file.add_worksheet(title[:31])
        _head(file, sheet, [(_heading(field, lang), field) for field in fields])
        places = _write_codes(file, fields, codes, lang)
        for place, field in enumerate(fields):
            sheet.data_validation(
                1, place, LAST_ROW, place, _rule(field, places.get(field.name), lang)
            )
        for number, row in enumerate(rows, 1):
            for place, (field, text) in enumerate(zip(fields, row, strict=True)):
                _write(sheet, number, place, field, _written_code(field, text, codes, lang))
    return buffer.getvalue()


def _heading(field: Field, lang: str) -> str:
    """Return a heading that `Field.known_as` understands when the table comes back."""
    return (
        f"{field.headings[0]} {field.name}"
        if lang.startswith("zh") and field.headings
        else field.name
    )


def _head(file: Workbook, sheet: Worksheet, headings: Sequence[tuple[str, Field]]) -> None:
    needed = file.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
    optional = file.add_format({"italic": True, "bg_color": "#E8EEF4", "bottom": 1})
    # Without this format a spreadsheet takes the zeros off the code 007.
    text = file.add_format({"num_format": "@"})
    for place, (heading, field) in enumerate(headings):
        sheet.set_column(
            place,
            place,
            WIDE if field.longest > NARROW * 4 else NARROW,
            None if field.numbers else text,
        )
        sheet.write_string(0, place, heading, optional if field.optional else needed)
    sheet.freeze_panes(1, 1)


def _write_codes(
    file: Workbook, fields: Sequence[Field], codes: Mapping[str, Mapping[str, Pair]], lang: str
) -> dict[str, str]:
    """Write the second sheet and return the range of each column's codes."""
    chosen = [field for field in fields if codes.get(field.name)]
    if not chosen:
        return {}
    sheet, places = file.add_worksheet(label(CODES, lang)), {}
    bold = file.add_format({"bold": True, "bottom": 1})
    for field, place in zip(chosen, count(step=2)):
        sheet.set_column(place, place + 1, WIDE)
        code_of = Message("spreadsheets-code-of", column=_heading(field, lang))
        sheet.write_string(0, place, label(code_of, lang), bold)
        sheet.write_string(0, place + 1, label(MEANING, lang), bold)
        for number, (code, pair) in enumerate(codes[field.name].items(), 1):
            sheet.write_string(number, place, _written_code(field, code, codes, lang))
            sheet.write_string(number, place + 1, pick(pair, lang))
        places[field.name] = _range(label(CODES, lang), place, len(codes[field.name]))
    sheet.freeze_panes(1, 0)
    return places


def _range(sheet: str, place: int, rows: int) -> str:
    from xlsxwriter.utility import xl_range_abs

    return f"='{sheet}'!{xl_range_abs(1, place, rows, place)}"


def _rule(field: Field, codes: str | None, lang: str) -> dict[str, Any]:
    """Return a column's rule, which warns and forbids nothing, as the import itself checks."""
    notes = [label(CHOOSE, lang)] if codes else []
    notes += [label(MAY_BE_EMPTY, lang)] if field.optional else []
    shown = {"input_message": " ".join(notes)} if notes else {}
    return (
        {"validate": "list", "source": codes, "error_type": "warning", **shown}
        if codes
        else {
            "validate": "any",
            **shown,
        }
    )


def _written_code(
    field: Field, text: str, codes: Mapping[str, Mapping[str, Pair]], lang: str
) -> str:
    """Return a code as people write it: by its name, where names may stand."""
    known = codes.get(field.name, {})
    return pick(known[text], lang) if field.named and text in known else text


def _write(sheet: Worksheet, row: int, place: int, field: Field, text: str) -> None:
    if field.numbers and NUMBER.fullmatch(text) and plain_number(float(text)) == text:
        sheet.write_number(row, place, float(text))
    elif text:
        sheet.write_string(row, place, text)
