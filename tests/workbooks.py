"""Workbooks as other programs write them, part by part, which no library would write."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def letters(place: int) -> str:
    """«A» for 0."""
    return chr(65 + place) if place < 26 else letters(place // 26 - 1) + chr(65 + place % 26)


def cell(value: object, row: int, place: int) -> str:
    """A cell: a text, a number, or XML (with «@» for its reference) when it begins with «<c»."""
    reference = f"{letters(place)}{row}"
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f'<c r="{reference}"><v>{value}</v></c>'
    if str(value).startswith("<c"):
        return str(value).replace("@", reference)
    text = escape(str(value))
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def rows_xml(rows: Mapping[int, Sequence[object]] | Sequence[Sequence[object]]) -> str:
    """Rows by number, or from 1 on."""
    numbered = rows if isinstance(rows, Mapping) else dict(enumerate(rows, 1))
    return "".join(
        f'<row r="{row}">{"".join(cell(it, row, at) for at, it in enumerate(cells))}</row>'
        for row, cells in numbered.items()
    )


def workbook(
    *sheets: tuple[str, str, str] | str,
    formats: Sequence[tuple[int, str]] = (),
    strict: bool = False,
    properties: str = "",
    fonts: str = "<font/>",
    extra: Mapping[str, str] | None = None,
) -> bytes:
    """A workbook of sheets: (name, state, XML of rows), or the XML of rows alone.

    Args:
        sheets: as said; XML that does not begin with «<row» is the whole of what a sheet holds.
        formats: number and code of the number format of styles 1, 2, …; an empty code is built in.
        strict: whether it is a «Strict Open XML» workbook.
        properties: attributes of the workbook's properties.
        fonts: the fonts of the stylesheet.
        extra: other parts by name.
    """
    space, related = (STRICT, STRICT_RELATIONS) if strict else (TRANSITIONAL, RELATIONS)
    named = [
        (f"S{at}", "visible", it) if isinstance(it, str) else it for at, it in enumerate(sheets, 1)
    ]
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" state="{state}" r:id="rId{at}"/>'
        for at, (name, state, _) in enumerate(named, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{related}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(named) + 1)
    )
    codes = "".join(
        f"<numFmt numFmtId='{number}' formatCode={quoteattr(code)}/>"
        for number, code in formats
        if code
    )
    styles = "".join(f'<xf numFmtId="{number}"/>' for number, _ in formats)
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r"'
        f' Type="{related}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="{related}">'
        f"<workbookPr {properties}/><sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{links}<Relationship'
        f' Id="st" Type="{related}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{space}"><numFmts>{codes}</numFmts>'
        f'<fonts>{fonts}</fonts><cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>',
    }
    for at, (_, _, body) in enumerate(named, 1):
        inner = f"<sheetData>{body}</sheetData>" if body.startswith("<row") or not body else body
        parts[f"xl/worksheets/sheet{at}.xml"] = f'<worksheet xmlns="{space}">{inner}</worksheet>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (parts | dict(extra or {})).items():
            archive.writestr(name, HEAD + text)
    return buffer.getvalue()
