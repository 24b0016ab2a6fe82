"""A workbook as an archive: its sheets, styles and shared texts (ECMA-376, also «Strict»).

Only what the table needs is read, so that a stylesheet with odd fonts stops nobody.
Nothing is read before the sizes that the archive declares are within bounds.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from xml.parsers import expat

from bot.spreadsheets.lines import MEGABYTE, Origin
from bot.spreadsheets.number_formats import PLAIN, NumberFormat, read_format
from survey_flows.errors import BadInput, Message, Place

MAX_UNPACKED_BYTES = 200 * MEGABYTE
"""A workbook is an archive: a small one may unpack to more than the service's memory."""
MAX_PARTS = 5_000
MAX_CELLS = 5_000_000
MAX_STYLES = 100_000
"""Spreadsheets keep fewer than 65,000."""
BLOCK = 1 << 18
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_OLD = b"\xd0\xcf\x11\xe0"
"""The first bytes of .xls and of a workbook under a password."""

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]


class DamagedWorkbook(Exception):
    """The archive or its XML is not what a spreadsheet writes.

    Args:
        part: the part of the archive that cannot be read.
        line: the line of its XML.
        message: what is wrong, when more is known.
    """

    def __init__(self, part: str = "", line: int = 0, message: Message | None = None) -> None:
        super().__init__(part, line)
        self.part, self.line = part, line
        self.message = message or Message("spreadsheets-damaged-workbook")


class Enough(Exception):
    """Nothing more of a part is asked for."""


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the workbook lists it; ``part`` is its path in the archive."""

    name: str
    part: str
    visible: bool


@dataclass(frozen=True, slots=True)
class Workbook:
    """An opened workbook.

    Args:
        archive: the open archive.
        sheets: worksheets in their order.
        formats: number formats by style.
        strings: shared texts.
        from_1904: whether dates count from 1904.
    """

    archive: zipfile.ZipFile
    sheets: tuple[SheetEntry, ...]
    formats: tuple[NumberFormat, ...]
    strings: list[str]
    from_1904: bool

    def visible(self) -> tuple[SheetEntry, ...]:
        """Return the sheets that a person sees."""
        return tuple(sheet for sheet in self.sheets if sheet.visible)


def open_workbook(origin: Origin, most: int = 0) -> Workbook:
    """Open a workbook and read all but its sheets.

    Args:
        origin: the file.
        most: bytes that its parts may have unpacked; 0: `MAX_UNPACKED_BYTES`.

    Raises:
        BadInput: it is no workbook, or unpacks to more than ``most``.
    """
    with origin.open() as file:
        data = file.read()
    if data.startswith(_OLD):
        raise BadInput(Message("spreadsheets-old-workbook"), Place(file=origin.name))
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        _refuse_bombs(origin, archive, most or MAX_UNPACKED_BYTES)
        return _read(archive)
    except BadInput:
        raise
    except DamagedWorkbook as error:
        raise damaged(origin, error) from None
    except Exception:
        # What is no archive can fail with any error.
        raise BadInput(Message("spreadsheets-no-workbook"), Place(file=origin.name)) from None


def damaged(origin: Origin, error: DamagedWorkbook) -> BadInput:
    """Return the refusal of a workbook of which a part cannot be read."""
    place = Place(file=origin.name, line=error.line, field=error.part)
    return BadInput(error.message, place)


def _refuse_bombs(origin: Origin, archive: zipfile.ZipFile, most: int) -> None:
    """Refuse an archive by the sizes that it declares; more than these is never unpacked."""
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if unpacked > most or len(parts) > MAX_PARTS:
        message = Message(
            "spreadsheets-unpacked-too-large",
            megabytes=most // MEGABYTE,
            has=-(-unpacked // MEGABYTE),
        )
        raise BadInput(message, Place(file=origin.name))


def _read(archive: zipfile.ZipFile) -> Workbook:
    parts = {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}

    def part_of(path: str) -> str:
        return parts.get(path.lower(), "")

    main = "xl/workbook.xml"
    for kind, target in _relations(archive, part_of("_rels/.rels"), "").values():
        if kind == "officedocument":
            main = target
    folder, name = posixpath.split(main)
    relations = _relations(archive, part_of(f"{folder}/_rels/{name}.rels"), folder)
    listed, from_1904 = _listed(archive, part_of(main) or main)
    sheets = []
    for title, key, state in listed:
        kind, target = relations.get(key, ("", ""))
        if kind == "worksheet" and part_of(target):
            sheets.append(SheetEntry(title, part_of(target), state == "visible"))
    if not any(sheet.visible for sheet in sheets):
        raise DamagedWorkbook(main)
    others = {kind: part_of(target) for kind, target in relations.values()}
    formats = _formats(archive, others["styles"]) if others.get("styles") else ()
    strings = _strings(archive, others["sharedstrings"]) if others.get("sharedstrings") else []
    return Workbook(archive, tuple(sheets), formats, strings, from_1904)


def parse_part(
    archive: zipfile.ZipFile,
    part: str,
    start: Start,
    end: End | None = None,
    characters: Callable[[str], None] | None = None,
) -> None:
    """Parse a part of the archive until its end, or until a handler raises `Enough`.

    A document type, whose entities could multiply, is refused.

    Raises:
        DamagedWorkbook: the part is not there, or cannot be read; says where.
    """
    parser = make_parser(start, end, characters)
    try:
        with archive.open(part) as file:
            while block := file.read(BLOCK):
                parser.Parse(block, False)
        parser.Parse(b"", True)
    except Enough:
        return
    except Exception as error:
        # A damaged part can fail with any error of the archive, the XML or the numbers in it.
        raise DamagedWorkbook(part, parser.CurrentLineNumber, message_of(error)) from None


def message_of(error: Exception) -> Message | None:
    """Return what is known of an error while a part is read; None when only that it failed."""
    return error.message if isinstance(error, DamagedWorkbook) else None


def make_parser(
    start: Start, end: End | None, characters: Callable[[str], None] | None
) -> expat.XMLParserType:
    """Return a parser that calls the three functions."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters

    def refuse(*_: object) -> None:
        raise DamagedWorkbook

    parser.StartDoctypeDeclHandler = refuse
    return parser


def local_name(name: str) -> str:
    """Return an element's name without its prefix."""
    return name.rpartition(":")[2] if ":" in name else name


def unescape(text: str) -> str:
    """Return a text in which each «_xHHHH_» is the character that it stands for."""
    if "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda it: chr(int(it[1], 16)), text)
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        # Half of a pair stays as it is, and is refused with its number.
        return text


def is_true(text: str | None) -> bool:
    """Return whether an attribute says yes."""
    return text in ("1", "true", "on")


def _relations(archive: zipfile.ZipFile, part: str, folder: str) -> dict[str, tuple[str, str]]:
    """Return the kinds and paths of related parts by id; kinds in small letters."""
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if local_name(name) != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = attributes.get("Target", "").replace("\\", "/")
        path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        kind = attributes.get("Type", "").rpartition("/")[2].lower()
        found[attributes.get("Id", "")] = (kind, posixpath.normpath(path))

    if part:
        parse_part(archive, part, start)
    return found


def _listed(archive: zipfile.ZipFile, part: str) -> tuple[list[tuple[str, str, str]], bool]:
    """Return name, relation and state of each sheet, and whether dates count from 1904."""
    sheets: list[tuple[str, str, str]] = []
    from_1904 = False

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal from_1904
        name = local_name(name)
        if name == "sheet":
            key = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            state = attributes.get("state", "visible")
            sheets.append((unescape(attributes.get("name", "")), key, state))
        elif name == "workbookPr":
            from_1904 = is_true(attributes.get("date1904"))

    parse_part(archive, part, start)
    return sheets, from_1904


def _formats(archive: zipfile.ZipFile, part: str) -> tuple[NumberFormat, ...]:
    """Return the number format of each style."""
    codes: dict[int, str] = {}
    numbers: list[int] = []
    inside = False

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside
        name = local_name(name)
        if name == "cellXfs":
            inside = True
        elif name == "xf" and inside:
            numbers.append(int(attributes.get("numFmtId", "0")))
            if len(numbers) > MAX_STYLES:
                raise DamagedWorkbook
        elif name == "numFmt" and "numFmtId" in attributes:
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")

    def end(name: str) -> None:
        nonlocal inside
        if local_name(name) == "cellXfs":
            inside = False

    parse_part(archive, part, start, end)
    known = {number: read_format(number, codes.get(number, "")) for number in set(numbers)}
    return tuple(PLAIN if number == 0 else known[number] for number in numbers)


def _strings(archive: zipfile.ZipFile, part: str) -> list[str]:
    """Return the shared texts; what says how a sign is pronounced is no part of one."""
    found: list[str] = []
    pieces: list[str] = []
    taken = spoken = False

    def start(name: str, _: Mapping[str, str]) -> None:
        nonlocal taken, spoken
        name = local_name(name)
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            spoken = True
        elif name == "t":
            taken = not spoken

    def end(name: str) -> None:
        nonlocal taken, spoken
        name = local_name(name)
        if name == "t":
            taken = False
        elif name == "rPh":
            spoken = False
        elif name == "si":
            found.append(unescape("".join(pieces)))
            if len(found) > MAX_CELLS:
                raise DamagedWorkbook(message=Message("spreadsheets-too-many-cells", max=MAX_CELLS))

    def characters(data: str) -> None:
        if taken:
            pieces.append(data)

    parse_part(archive, part, start, end, characters)
    return found
