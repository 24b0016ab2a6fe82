"""Files with the habits of other programs: what a person saw is read, or the place is named."""

from __future__ import annotations

import io
import unicodedata
import zipfile

import pytest

from bot.spreadsheets import workbooks, worksheet
from bot.spreadsheets.columns import Field, InputCell, match_columns
from bot.spreadsheets.reader import Problems, Sheet, normalise_width, read_sheet
from survey_flows.characters import clean_text, visible
from survey_flows.errors import BadInput, Message
from tests.workbooks import rows_xml, workbook

HEADER = ["code", "value"]
FIELDS = (Field("code", ("单位代码",)), Field("value"))


def read(data: bytes, file: str = "a.xlsx", others: bool = False) -> Sheet:
    return read_sheet(file, data, others)


def values(data: bytes, file: str = "a.xlsx") -> list[str]:
    """The cells of the column «value»."""
    return [row.cells["value"] for row in read(data, file).rows]


def styled(number: int, code: str, value: object) -> bytes:
    shown = f'<c r="@" s="1"><v>{value}</v></c>'
    return workbook(rows_xml([HEADER, ["A", shown]]), formats=[(number, code)])


def refusal(data: bytes, file: str = "a.xlsx", lang: str = "en") -> str:
    with pytest.raises(BadInput) as raised:
        read(data, file)
    return raised.value.render(lang)


@pytest.mark.parametrize("number", [14, 15, 27, 28, 29, 30, 31, 36, 50, 51, 57, 58])
def test_each_built_in_date_format_of_chinese_excel_is_a_date(number: int) -> None:
    assert values(styled(number, "", 40299)) == ["2010-05-01"]


@pytest.mark.parametrize(
    "code",
    [
        '[DBNum1][$-804]yyyy"年"m"月"d"日";@',
        "yyyy/m/d;@",
        "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy",
        "aaaa;@",
        'm"月"d"日"',
        "e/m/d",
    ],
)
def test_dates_of_other_formats_are_dates(code: str) -> None:
    assert values(styled(164, code, 40299)) == ["2010-05-01"]


def test_a_time_stands_with_its_day_and_years_count_from_1904_where_the_file_says_so() -> None:
    assert values(styled(22, "", 46329.354166666664)) == ["2026-11-03T08:30:00"]
    shown = '<c r="@" s="1"><v>38837</v></c>'
    old = workbook(rows_xml([HEADER, ["A", shown]]), formats=[(14, "")], properties='date1904="1"')
    assert values(old) == ["2010-05-01"]


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("000", 7, "007"),
        ("000000", 430102, "430102"),
        ("yyyy", 40179, "2010"),
        ("0.00", 87.456, "87.456"),
        ("#,##0.00", 1234.5, "1234.5"),
        ('0"分"', 95, "95"),
        ("@", 85, "85"),
        ("General", 85, "85"),
        ("G/通用格式", 85, "85"),
        ("[Red]0.0", 5.5, "5.5"),
        ('_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', 12, "12"),
        ("0.00_);[Red]\\(0.00\\)", -5, "-5"),
    ],
)
def test_a_number_is_read_as_its_format_shows_it(code: str, value: float, shown: str) -> None:
    assert values(styled(164, code, value)) == [shown]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("000-0000", 1234567),
        ('"A"000', 7),
        ('0!.0,"万"', 12345),
        ("#,##0,", 12345),
        (";;;", 12),
        ("0;-0;;@", 0),
        ('[=1]"是";[=0]"否"', 1),
        ("000", 7.5),
        ("00.00", 7),
    ],
)
def test_a_format_that_shows_another_number_is_refused(code: str, value: float) -> None:
    complaint = refusal(styled(164, code, value))
    assert complaint.startswith("a.xlsx, row 2, column B: the cell holds "), complaint
    assert "shows it otherwise" in complaint


def test_text_that_a_formula_left_empty_is_an_empty_cell() -> None:
    empty = '<c r="@" t="str"><f>IF(A9="","",A9)</f><v></v></c>'
    full = '<c r="@" t="str"><f>A9&amp;""</f><v>x</v></c>'
    data = workbook(rows_xml([HEADER, ["A", full], [empty, empty], ["B", "<c r='@'/>"]]))
    assert [dict(row.cells) for row in read(data).rows] == [
        {"code": "A", "value": "x"},
        {"code": "B", "value": ""},
    ]
    unknown = workbook(rows_xml([HEADER, ["A", '<c r="@"><f>1+1</f></c>']]))
    assert "row 2, column B: the formula has no stored result" in refusal(unknown)


def test_the_visible_sheet_is_read_and_the_others_are_told() -> None:
    old, new = rows_xml([HEADER, ["A", 10]]), rows_xml([HEADER, ["A", 91]])
    book = workbook(("旧", "hidden", old), ("2010", "visible", new), ("空", "visible", ""))
    found = read(book, others=True)
    assert [row.cells["value"] for row in found.rows] == ["91"]
    assert [str(it) for it in found.notes] == [
        "only the sheet «2010» was read, and not the sheet 旧 (hidden)"
    ]
    assert refusal(book) == "a.xlsx: " + str(found.notes[0])
    two = workbook(("区", "visible", new), ("县", "visible", old))
    assert "只读取了工作表“区”，没有读取：县" in refusal(two, lang="zh-Hans")


def test_hidden_rows_columns_and_merged_cells_are_no_silent_part_of_a_table() -> None:
    body = rows_xml([HEADER, ["A", 91], ["B", 10], ["C", 11]])
    hidden = body.replace('<row r="3"', '<row r="3" hidden="1"')
    assert refusal(workbook(hidden)) == (
        "a.xlsx, row 3: the row is hidden by a filter or by hand; show it or delete it"
    )
    both = hidden.replace('<row r="4"', '<row r="4" hidden="true"')
    assert "row 3: 2 rows from here to row 4 are hidden" in refusal(workbook(both))
    columns = '<cols><col min="2" max="9" hidden="1"/></cols>'
    whole = f"{columns}<sheetData>{body}</sheetData>"
    assert "row 1, column value: the column is hidden" in refusal(workbook(whole))
    merged = f'<sheetData>{body}</sheetData><mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
    assert "row 2, column code: the cell is merged with others" in refusal(workbook(merged))


def test_escaped_characters_of_a_workbook_are_what_they_stand_for() -> None:
    data = workbook(
        rows_xml([HEADER, ["税务局_x000D_", "_x000D_\n第一分局"], ["_x005F_x0041_", 1]])
    )
    assert [row.cells["code"] for row in read(data).rows] == ["税务局", "_x0041_"]
    assert values(data)[0] == "第一分局"
    half = workbook(rows_xml([HEADER, ["A", "_xD800_"]]))
    assert refusal(half) == (
        "a.xlsx, row 2, column B: the text holds the hidden character U+D800;"
        " delete it and type the text anew"
    )


def test_a_row_far_below_is_read() -> None:
    data = workbook(rows_xml({1: HEADER, 2: ["A", 91], 250_000: ["B", 81]}))
    assert [(row.number, row.cells["value"]) for row in read(data).rows] == [
        (2, "91"),
        (250_000, "81"),
    ]


def test_borders_down_to_the_last_row_are_no_rows() -> None:
    drawn = "".join(f'<row r="{at}"><c r="A{at}" s="1"/></row>' for at in range(3, 30_000))
    data = workbook(rows_xml([HEADER, ["A", 91]]) + drawn, formats=[(0, "")])
    assert values(data) == ["91"]


def test_what_a_workbook_may_unpack_to_is_said_with_what_to_do() -> None:
    data = workbook(rows_xml([HEADER, ["A", 91]]) + " " * 201_000_000)
    complaint = refusal(data)
    assert "unpacks to 202 MB, and at most 200 MB are read" in complaint
    assert "delete the empty formatted rows" in complaint
    assert "split" not in complaint


def test_a_title_above_the_header_is_named() -> None:
    data = workbook(rows_xml([["2010年度加减分情况表"], HEADER, ["A", 1]]))
    assert refusal(data) == (
        "a.xlsx, row 1: this is a title; the header, now in row 2, must be the first row:"
        " delete what stands above it"
    )
    who = [
        ["单位一览表"],
        ["填报单位：考核办", None, "三月一日"],
        [*HEADER, "名称", "说明"],
        ["A", 1],
    ]
    assert "the header, now in row 3, must be" in refusal(workbook(rows_xml(who)))
    text = "导出时间：2026-11-03\ncode,value\nA,1\n".encode()
    assert "row 1: this is a title" in refusal(text, "a.csv")


def test_a_running_number_is_no_column_of_the_table() -> None:
    for heading in ("序号", "No.", "序 号"):
        sheet = read_sheet("a.csv", f"{heading},单位代码,value\n1,A,5\n".encode())
        problems = Problems("a.csv")
        (row,) = match_columns(sheet, FIELDS, problems)
        assert (dict(row.cells), problems.found) == ({"code": "A", "value": "5"}, [])


def test_a_complaint_calls_a_column_as_the_file_does() -> None:
    sheet = read_sheet("a.csv", "单位代码,value\n,5\nA,x\n".encode())
    problems = Problems("a.csv")
    _, row = match_columns(sheet, FIELDS, problems)
    InputCell(problems, row, "code").complain(Message("spreadsheets-cell-empty"))
    with pytest.raises(BadInput) as raised:
        problems.settle()
    said = raised.value.render("zh-Hans")
    assert "第 2 行，“单位代码”列：单元格是空的" in said
    assert "第 3 行，“单位代码”列：单元格是空的" in said


def test_workbooks_of_other_programs_are_read() -> None:
    body = rows_xml([HEADER, ["A", 91]])
    odd = workbook(body, fonts='<font><family val="34"/></font>')
    wrong_size = workbook(f'<dimension ref="A1"/><sheetData>{body}</sheetData>')
    unnumbered = "<row><c t='inlineStr'><is><t>code</t></is></c>" + (
        "<c t='inlineStr'><is><t>value</t></is></c></row><row><c t='inlineStr'><is><t>A</t></is>"
        "</c><c><v>91</v></c></row>"
    )
    spoken = '<c r="@" t="inlineStr"><is><r><t>9</t></r><r><t>1</t></r><rPh><t>x</t></rPh></is></c>'
    for data in (
        odd,
        wrong_size,
        workbook(body, strict=True),
        workbook(unnumbered),
        workbook(rows_xml([HEADER, ["A", spoken]])),
        workbook(rows_xml([HEADER, ["A", '<c r="@" t="n"><v>9.1E1</v></c>']])),
    ):
        assert values(data) == ["91"]


def test_numbers_keep_the_digits_that_a_spreadsheet_shows_and_longer_ones_are_refused() -> None:
    data = workbook(rows_xml([HEADER, *(["A", it] for it in (0.30000000000000004, 5.0, 1e14))]))
    assert values(data) == ["0.3", "5", "100000000000000"]
    long = workbook(rows_xml([HEADER, ["A", 430102199001011264]]))
    assert "row 2, column B: a number cell keeps 15 digits only" in refusal(long)


@pytest.mark.parametrize("text", ["\u202d91\u202c", "91\u200e", "\u206091", "9\u00ad1", "\ufeff91"])
def test_marks_that_nobody_sees_are_no_part_of_a_value(text: str) -> None:
    assert values(f"code,value\nA,{text}\n".encode(), "a.csv") == ["91"]
    assert values(workbook(rows_xml([["code", "val\u200bue"], ["A", text]]))) == ["91"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("9\x011", "U+0001"), ("9\u202e1", "U+202E"), ("9\x7f", "U+007F"), ("\ufffd", "U+FFFD")],
)
def test_a_character_that_no_text_may_hold_is_shown_by_its_number(text: str, shown: str) -> None:
    complaint = refusal(f"code,value\nA,{text}\n".encode(), "a.csv")
    assert complaint.startswith(
        f"a.csv, row 2, column 2: the text holds the hidden character {shown}"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"sep=;\ncode;value\nA;91\n",
        b'"sep=;"\r\ncode;value\r\nA;91\r\n',
        b"code,value\rA,91\r",
        b"\xef\xbb\xbfcode,value\r\nA,91\r\n\r\n,\r\n",
        b"\n\ncode,value\nA,91\n",
        "code\tvalue\nA\t91\n".encode("utf-16"),
        "code\tvalue\nA\t91\n".encode("utf-16-le"),
        "code\tvalue\nA\t91\n".encode("utf-16-be"),
        b'"code\nin two lines",value\nA,91\n',
    ],
)
def test_text_files_as_programs_save_them_are_read(data: bytes) -> None:
    assert values(data, "a.txt") == ["91"]


def test_broken_utf_8_is_refused_where_it_breaks_and_gb18030_is_read() -> None:
    text = "code,value\nA,税务\nB,教育系统\nC,环保局\n"
    whole = text.encode()
    cut = whole.replace("保局".encode(), "保".encode() + "局".encode()[:2])
    assert refusal(cut, "a.csv") == (
        "a.csv, line 4: the text is UTF-8, but is broken here: a character is cut;"
        " export the file again"
    )
    assert values(text.encode("gb18030"), "a.csv") == ["税务", "教育系统", "环保局"]
    mixed = whole + "D,税务\n".encode("gb18030")
    assert "a.csv, line 5: the text is UTF-8" in refusal(mixed, "a.csv")


def test_a_quotation_mark_that_nobody_closed_is_refused_by_row() -> None:
    head = "id,dept,q1,remark\n1,税务,5,好\n"
    three = head + '2,税务,1,"办事慢\n3,税务,1,差\n4,税务,1,差"\n5,教育,4,好\n'
    assert refusal(three.encode(), "a.csv") == (
        "a.csv, row 3: a quotation mark opens this cell and closes only in row 5, so that rows are"
        " missing; double each quotation mark that belongs to the text"
    )
    followed = head + '2,税务,1,"办事慢\n3,税务,1,"差\n'
    assert "a.csv, line 3: this is not proper CSV" in refusal(followed.encode(), "a.csv")
    honest = head + '2,税务,1,"办事慢\n态度差, 还贵"\n3,税务,1,"他说""好"""\n'
    assert [row.cells["remark"] for row in read(honest.encode(), "a.csv").rows] == [
        "好",
        "办事慢\n态度差, 还贵",
        '他说"好"',
    ]


def test_an_error_of_a_spreadsheet_is_one_in_its_csv_too() -> None:
    error = "row 2, column {}: the cell holds the error #N/A; put a value there"
    assert error.format(2) in refusal(b"code,value\nA,#N/A\n", "a.csv")
    cell = '<c r="@" t="e"><v>#N/A</v></c>'
    assert error.format("B") in refusal(workbook(rows_xml([HEADER, ["A", cell]])))


def test_an_old_workbook_and_one_under_a_password_are_named() -> None:
    assert "an old workbook (.xls) or one under a password" in refusal(
        b"\xd0\xcf\x11\xe0" + bytes(99)
    )


@pytest.mark.parametrize(
    ("above", "header"),
    [
        ("2026年指标,\n", 2),
        ("2026年指标\n填报单位：财政局,\n", 3),
        ("2026年指标,\n填报单位：财政局\n日期：11月,\n", 4),
    ],
)
def test_titles_of_several_rows_are_named_with_the_row_of_the_header(
    above: str, header: int
) -> None:
    with pytest.raises(BadInput, match=f"the header, now in row {header}, must be the first"):
        read_sheet("t.csv", f"{above}code,name\nU1,甲\n".encode())


def test_utf_16_that_breaks_is_told_by_its_line_and_a_long_text_by_its_limit() -> None:
    broken = "a,b\n1,市\n2,局".encode("utf-16")[:-1]
    with pytest.raises(BadInput, match="line 3: the text is UTF-16, but is broken here"):
        read_sheet("t.csv", broken)
    for length in (40_000, 200_000):
        with pytest.raises(BadInput, match="32767"):
            read_sheet("t.csv", b"a,b\n1," + b"x" * length)


@pytest.mark.parametrize("known", [(46, ""), (164, "[h]:mm"), (164, "[mm]:ss")])
def test_a_time_that_counts_hours_is_no_day(known: tuple[int, str]) -> None:
    sheet = rows_xml([["a"], ['<c r="@" s="1"><v>7</v></c>']])
    with pytest.raises(BadInput, match="shows it otherwise"):
        read_sheet("t.xlsx", workbook(sheet, formats=[known]))


HIDDEN = [
    "\u200c",
    "\u200d",
    "\u034f",
    "\ufe0f",
    "\U000e0041",
    "\U000e0100",
    "\U0001d173",
    "\u17b4",
]
BLANKS = ["\u3164", "\u115f", "\u2800", "\uffa0", "\u00a0", "\u3000"]


@pytest.mark.parametrize("mark", HIDDEN)
def test_a_mark_that_shapes_nothing_is_no_part_of_a_code_or_a_name(mark: str) -> None:
    cells = f"code,value\n4{mark}3,{mark}91{mark}\n{mark},{mark}A{mark} 局\n"
    rows = [[*row.cells.values()] for row in read(cells.encode(), "a.csv").rows]
    assert rows == [["43", "91"], ["", "A 局"]]


def test_marks_that_shape_a_sign_stay_and_letters_that_look_like_a_space_are_one() -> None:
    whole = ["❤\ufe0f", "👨\u200d👩", "葛\U000e0100", "1\ufe0f\u20e3", "می\u200cخواهم"]
    for text in whole:
        assert clean_text(text) == visible(text) == text
    assert clean_text("税务局\u200d") == clean_text("税\u200c务局") == "税务局"
    for blank in BLANKS:
        assert clean_text(f"{blank}税{blank}") == "税"
        assert clean_text(blank) == ""
    assert [visible(f"9{it}1") for it in ("\u200d", "\u3164", "\ufe0f")] == [
        "9U+200D1", "9U+31641", "9U+FE0F1"
    ]  # fmt: skip


def test_a_digit_that_is_raised_or_circled_makes_no_other_number() -> None:
    strange = [
        sign
        for sign in map(chr, range(0x80, 0x20000))
        if unicodedata.category(sign) != "Nd"
        and any(it in "0123456789" for it in unicodedata.normalize("NFKC", sign))
    ]
    assert len(strange) > 200
    assert [it for it in strange if normalise_width(f"8{it}") != f"8{it}"] == []
    assert normalise_width("８．５") == "8.5"


def test_wrong_cells_without_number_are_refused_before_they_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = rows_xml([HEADER, *[['<c r="@" t="e"><v>#N/A</v></c>'] * 40] * 300])
    assert "10000 problems" in refusal(workbook(rows))
    assert "10000 problems" in refusal(b"a,b\n" + b"#N/A,#N/A\n" * 6000, "a.csv")
    monkeypatch.setattr(workbooks, "MAX_CELLS", 3)
    monkeypatch.setattr(worksheet, "MAX_MERGED", 2)
    many = '<row r="1"/></sheetData><mergeCells>' + '<mergeCell ref="A1:B2"/>' * 3
    body = f"<sheetData>{many}</mergeCells>"
    assert "more than 2 merged areas" in refusal(workbook(body))
    texts = {"xl/sharedStrings.xml": "<sst>" + "<si><t>a</t></si>" * 4 + "</sst>"}
    assert "more than 3 cells" in refusal(with_texts(workbook(rows_xml([["a"]]), extra=texts)))


def with_texts(data: bytes) -> bytes:
    """A workbook whose relations name its shared texts."""
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(found, "w") as new:
        for name in old.namelist():
            related = (
                b'<Relationship Id="sh" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relat'
            )
            part = old.read(name)
            new.writestr(
                name, part.replace(b"</Relat", related) if "workbook.xml.r" in name else part
            )
    return found.getvalue()
