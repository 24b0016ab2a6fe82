"""XLSForm questionnaires from Excel files."""

from __future__ import annotations

import zipfile
from pathlib import Path

from bot.core.shipped_files import shipped_scales
from survey_flows.errors import BadQuestionnaire, Message, Place
from survey_flows.questionnaire import Questionnaire
from survey_flows.xlsform import read_xlsform


def load_xlsx(path: Path) -> Questionnaire:
    """Returns the questionnaire in an XLSForm file.

    Raises:
        BadQuestionnaire: no .xlsx file, or the cell and reason of each wrong or unsupported part.
        OSError: the file cannot be read.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError):
        raise BadQuestionnaire(
            Message("campaign-xlsform-not-excel"), Place(file=path.name)
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
    """Returns a cell as it was typed: Excel stores 5 as 5.0; XLSForm writes yes and no."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
