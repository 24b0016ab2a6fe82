"""XLSForm questionnaires from Excel files."""

from __future__ import annotations

from pathlib import Path

from bot.core.shipped_files import shipped_scales
from bot.spreadsheets.cell_values import Reading
from bot.spreadsheets.lines import Origin, fault_in, origin_of_path
from bot.spreadsheets.workbooks import Workbook, open_workbook
from bot.spreadsheets.worksheet import sheet_lines
from survey_flows.characters import clean_text
from survey_flows.errors import BadInput, BadQuestionnaire, Message, Place, Problem, gathered
from survey_flows.questionnaire import Questionnaire
from survey_flows.text_sheet import column_letters
from survey_flows.xlsform import read_xlsform

MEGABYTE = 1_000_000
MAX_BYTES, MAX_UNPACKED_BYTES = 5 * MEGABYTE, 50 * MEGABYTE
MAX_ROWS, MAX_COLUMNS = 5_000, 200


def load_xlsx(path: Path) -> Questionnaire:
    """Returns the questionnaire in an XLSForm file.

    Raises:
        BadQuestionnaire: the file cannot be read or is no .xlsx file; or the cell and reason of
            each wrong or unsupported part.
    """
    try:
        origin = origin_of_path(path)
        origin.bound(MAX_BYTES)
        book = open_workbook(origin, MAX_UNPACKED_BYTES)
        sheets = _sheets(origin, book)
    except BadQuestionnaire:
        raise
    except BadInput as error:
        raise gathered(error.problems, path.name, BadQuestionnaire) from None
    return read_xlsform(sheets, path.name, shipped_scales())


def _sheets(origin: Origin, book: Workbook) -> dict[str, list[list[str]]]:
    """Returns the texts of every visible sheet by name, row by row from the first.

    Raises:
        BadQuestionnaire: by cell, all that is doubtful; or a sheet that is hidden or too long.
    """
    problems = [
        Problem(Message("campaign-xlsform-hidden-sheet"), Place(sheet=sheet.name))
        for sheet in book.sheets
        if not sheet.visible
    ]
    found = {}
    for sheet in book.visible():
        rows: list[list[str]] = []
        lines = sheet_lines(origin, book, sheet, Reading(booleans=True, as_typed=True))
        for line in lines.lines:
            place = Place(sheet=sheet.name, row=line.number)
            if line.number > MAX_ROWS or len(line.cells) > MAX_COLUMNS:
                most = {"rows": MAX_ROWS, "columns": MAX_COLUMNS}
                problems.append(Problem(Message("campaign-xlsform-too-large", **most), place))
                break
            cells = [clean_text(cell) for cell in line.cells]
            faults = line.faults or {}
            for at, cell in enumerate(cells):
                if fault := faults.get(at) or fault_in(cell):
                    column = column_letters(at)
                    where = Place(sheet=sheet.name, row=line.number, column=column)
                    problems.append(Problem(fault, where))
            if line.hidden:
                problems.append(Problem(Message("campaign-xlsform-hidden-row"), place))
            rows.extend([] for _ in range(line.number - len(rows) - 1))
            rows.append(cells)
        found[sheet.name] = rows
    if problems:
        raise gathered(problems, origin.name, BadQuestionnaire)
    return found
