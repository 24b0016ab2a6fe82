from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.campaigns.xlsform_files import load_xlsx
from bot.core.shipped_files import shipped_scales
from survey_flows.errors import BadQuestionnaire
from survey_flows.load import load_questionnaire
from survey_flows.text_sheet import column_letters
from survey_flows.xlsform import read_xlsform
from tests.workbooks import rows_xml, workbook

ZH, EN = "label::Chinese (zh-Hans)", "label::English (en)"


def form() -> dict[str, list[list[str]]]:
    return {
        "survey": [
            ["type", "name", ZH, EN, "required", "relevant", "weight", "overall"],
            ["note", "hello", "您好", "Hello", "", "", "", ""],
            ["select_one contact", "contact", "打过交道吗", "Any dealings", "yes", "", "", ""],
            [
                "select_one yes_no",
                "again",
                "还去吗",
                "Again",
                "yes",
                "${contact} = 'used' or ${contact} = 'met'",
                "",
                "",
            ],
            ["integer", "times", "几次", "How often", "yes", "${again} = 'yes'", "", ""],
            [
                "select_one three_dk",
                "overall",
                "满意吗",
                "Satisfied",
                "yes",
                "${contact} != 'dk'",
                "100",
                "yes",
            ],
            [
                "text",
                "comment",
                "意见",
                "Comment",
                "",
                "${times} >= 3 and ${again} = 'yes'",
                "",
                "",
            ],
        ],
        "choices": [
            ["list_name", "name", ZH, EN, "group"],
            ["contact", "used", "办过事", "Used", "service_user"],
            ["contact", "met", "见过", "Met", ""],
            ["contact", "dk", "不了解", "No idea", ""],
        ],
        "settings": [["form_id", "version", "form_title"], ["library", "2026", "图书馆 Library"]],
    }


SAME = """
id: library
version: "2026"
title: {zh-Hans: 图书馆 Library, en: 图书馆 Library}
questions:
  - {id: hello, kind: note, label: {zh-Hans: 您好, en: Hello}}
  - id: contact
    kind: choice
    label: {zh-Hans: 打过交道吗, en: Any dealings}
    options:
      - {code: used, label: {zh-Hans: 办过事, en: Used}, group: service_user}
      - {code: met, label: {zh-Hans: 见过, en: Met}}
      - {code: dk, label: {zh-Hans: 不了解, en: No idea}}
  - id: again
    kind: yes_no
    label: {zh-Hans: 还去吗, en: Again}
    show_if: contact = used or contact = met
  - {id: times, kind: integer, label: {zh-Hans: 几次, en: How often}, show_if: again = yes}
  - id: overall
    kind: rating
    scale: three_dk
    weight: 100
    overall: true
    label: {zh-Hans: 满意吗, en: Satisfied}
    show_if: contact != dk
  - id: comment
    kind: text
    optional: true
    label: {zh-Hans: 意见, en: Comment}
    show_if: times >= 3 and again = yes
"""


def test_a_form_reads_as_the_same_questionnaire_as_its_yaml() -> None:
    assert read_xlsform(form(), "form.xlsx", shipped_scales()) == load_questionnaire(
        SAME, "x", shipped_scales()
    )


def test_an_excel_file_reads_as_its_cells(tmp_path: Path) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in form().items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([int(cell) if cell.isdigit() else cell or None for cell in row])
    book.save(tmp_path / "form.xlsx")
    assert load_xlsx(tmp_path / "form.xlsx") == read_xlsform(form(), "form.xlsx", shipped_scales())


def test_a_file_that_is_not_excel_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_text("type,name")
    with pytest.raises(BadQuestionnaire, match=r"form.xlsx: this is not an Excel workbook"):
        load_xlsx(path)


def test_a_form_goes_through_the_reader_of_all_workbooks(tmp_path: Path) -> None:
    sheets = [(name, "visible", rows_xml(rows)) for name, rows in form().items()]
    path = tmp_path / "form.xlsx"
    path.write_bytes(workbook(*sheets, strict=True, fonts='<font><family val="34"/></font>'))
    assert load_xlsx(path) == read_xlsform(form(), "form.xlsx", shipped_scales())
    path.write_bytes(workbook(*sheets, ("notes", "hidden", rows_xml([["x"]]))))
    with pytest.raises(BadQuestionnaire, match=r"sheet notes: the sheet is hidden"):
        load_xlsx(path)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<row r="1048576"><c r="A1048576"><v>1</v></c></row>',
         "sheet survey, row 1048576: a form has at most 5000 rows and 200 columns"),
        ('<row r="9"><c r="XFD9"><v>1</v></c></row>', "sheet survey, row 9: a form has at most"),
        ('<row r="9"><c r="A9" t="e"><v>#REF!</v></c></row>',
         "sheet survey, row 9, column A: the cell holds the error #REF!"),
        ('<row r="9" hidden="1"><c r="A9"><v>1</v></c></row>',
         "sheet survey, row 9: the row is hidden"),
        ('<row r="9"><c r="A9" t="inlineStr"><is><t>a_x0007_</t></is></c></row>',
         "sheet survey, row 9, column A: the text holds the hidden character U+0007"),
    ],
)  # fmt: skip
def test_what_a_form_cannot_hold_is_refused_by_its_cell(
    tmp_path: Path, cell: str, expected: str
) -> None:
    sheets = [(name, "visible", rows_xml(rows)) for name, rows in form().items()]
    sheets[0] = ("survey", "visible", sheets[0][2] + cell)
    path = tmp_path / "form.xlsx"
    path.write_bytes(workbook(*sheets))
    with pytest.raises(BadQuestionnaire) as raised:
        load_xlsx(path)
    assert expected in str(raised.value)


@pytest.mark.parametrize(
    ("sheet", "row", "column", "text", "expected"),
    [
        ("survey", 7, 1, "select_multiple x",
         "row 7, column A: the type «select_multiple x» is not supported"),
        ("survey", 7, 1, "", "row 7, column A: the type «» is not supported"),
        ("survey", 3, 1, "select_one nope",
         "row 3, column A: the list «nope» is neither in choices nor"),
        ("survey", 3, 2, "hello", "row 3, column B: the id hello is used twice"),
        ("survey", 3, 4, "", "row 3, column C: the label in en is missing"),
        ("survey", 3, 5, "maybe",
         "row 3, column E: required must be yes, no or empty, not «maybe»"),
        ("survey", 6, 6, "selected(${contact}, 'dk')",
         "row 6, column F: «selected(${contact}, 'dk')» is not"),
        ("survey", 6, 6, "contact != 'dk'",
         "row 6, column F: «contact != 'dk'» must name earlier questions"),
        ("survey", 6, 6, "${later} = 'x'",
         "row 6, column F: the condition names later, which is not a question"),
        ("survey", 4, 6, "${contact} = 'none'", "row 4, column F: contact has no option none"),
        ("survey", 6, 7, "ten", "row 6, column G: the weight «ten» is not a whole number"),
        ("survey", 6, 7, "90", "row 1, column G: the weights of the ratings add up to 90, not 100"),
        ("survey", 1, 6, "constraint", "row 1, column F: the column «constraint» is not supported"),
        ("survey", 1, 6, "", "row 4, column F: this cell has no column title above it"),
        ("survey", 1, 6, "name", "row 1, column F: the column «name» is there twice"),
        ("choices", 3, 2, "used", "row 2, column B: the option used is there 2 times"),
        ("choices", 3, 1, "three_dk",
         "row 3, column B: the scale three_dk has the codes S, B, D, DK, in this order"),
        ("choices", 3, 1, "", "row 3, column A: the list_name is missing"),
        ("choices", 3, 3, "", "row 3, column C: the label in zh-Hans is missing"),
        ("settings", 2, 1, "Library!", "row 2, column A: the id «Library!» must be"),
        ("settings", 2, 2, "", "row 2, column B: the sheet settings must give version"),
    ],
)  # fmt: skip
def test_what_lies_outside_the_subset_is_refused_by_its_cell(
    sheet: str, row: int, column: int, text: str, expected: str
) -> None:
    sheets = form()
    sheets[sheet][row - 1][column - 1] = text
    with pytest.raises(BadQuestionnaire) as caught:
        read_xlsform(sheets, "form.xlsx", shipped_scales())
    assert str(caught.value).startswith("form.xlsx")
    assert f"sheet {sheet}, {expected}" in str(caught.value)


@pytest.mark.parametrize(
    "sheets", [{}, {"survey": []}, {"survey": [["type"]], "entities": [["x"]]}]
)
def test_a_form_without_its_sheets_is_refused(sheets: dict[str, list[list[str]]]) -> None:
    with pytest.raises(BadQuestionnaire, match=r"form\.xlsx: \d problems"):
        read_xlsform(sheets, "form.xlsx", shipped_scales())


def test_columns_have_the_letters_of_a_spreadsheet() -> None:
    assert [column_letters(i) for i in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]
