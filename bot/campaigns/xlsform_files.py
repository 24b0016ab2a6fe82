"""XLSForm questionnaires from Excel files."""

from __future__ import annotations

import zipfile
from pathlib import Path

from bot.core.shipped_files import shipped_scales
from survey_flows.errors import BadQuestionnaire
from survey_flows.questionnaire import Questionnaire
from survey_flows.xlsform import read_xlsform


def load_xlsx(path: Path) -> Questionnaire:
    """The questionnaire in an XLSForm file.

    Raises:
        BadQuestionnaire: not an .xlsx file, or the cell and the reason of everything that is wrong or unsupported.
        OSError: the file cannot be read.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError):
        raise BadQuestionnaire(
            "this is not an Excel file; save the form as .xlsx", path.name
        ) from None
    try:
        sheets = {
            sheet.title: [
                [_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)
            ]
            for sheet in book.worksheets
        }
    finally:
        book.close()
    return read_xlsform(sheets, path.name, shipped_scales())


def _text(value: object) -> str:
    """A cell as it was typed: whole numbers without a decimal point, truth values as XLSForm writes them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
