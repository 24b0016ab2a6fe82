"""Takes apart the rows of a sheet that are written in the plain way, without a parser.

Nearly every row of a long list is plain: numbers, shared texts and texts in their cells, without
formulas, entities and line breaks. A parser of XML calls seven functions for each such cell, which
took most of the time of a long list. What is not plain to the last character is left to the parser,
so that nothing is read more loosely here than there.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from bot.spreadsheets.cell_values import NO_STYLE, NUMBER

ROW_END = "</row>"
_TEXT = r"[^<>&\x00-\x1f\ufffe\uffff]*"
"""What XML takes as it stands, in one line."""
_ROW = re.compile(
    r'[ \t\r\n]*<row r="([0-9]{1,7})"((?: [A-Za-z][A-Za-z0-9:]{0,19}="[!#-%\'-;=?-~]{0,40}")*)>'
)
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})[0-9]{1,7}('
    r'"(?: s="[0-9]{1,5}")?(?: t="[A-Za-z]{1,9}")?'
    r'(?:/>|>(?:<v>|<is><t(?: xml:space="preserve")?>)))'
    rf"({_TEXT})"
    r"((?:(?:</v>|</t></is>)</c>)?)"
)
_OPENING = re.compile(r'"(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")?(/>|><v>|><is>.*)')
_CLOSING = {"/>": "", "><v>": "</v></c>"}
_TEXT_CLOSING = "</t></is></c>"
_ATTRIBUTE = re.compile(r' ([A-Za-z0-9:]+)="([^"]*)"')
_PROLOGUE = re.compile(
    rb'<\?xml version="1\.0"(?: encoding="[Uu][Tt][Ff]-8")?(?: standalone="(?:yes|no)")? ?\?>'
)

Around = tuple[str, str, str]
"""Of a cell its column in letters, what opens its text and what closes it."""


class PlainRow(NamedTuple):
    """A plain row.

    Args:
        number: its number.
        attributes: the others of its element.
        around: of each cell what stands around its text.
        texts: the texts of the cells.
    """

    number: int
    attributes: str
    around: tuple[Around, ...]
    texts: list[str]


def is_utf_8(begin: bytes) -> bool:
    """Return whether a part of an archive says that it is UTF-8, in the way that programs write."""
    return bool(_PROLOGUE.match(begin.removeprefix(BOM_UTF8)))


def plain_row(piece: str) -> PlainRow | None:
    """Return a plain row; None when anything in it is not plain.

    Args:
        piece: what stands from the end of a row to before `ROW_END`.
    """
    parts = _CELL.split(piece)
    head = _ROW.fullmatch(parts[0])
    if head is None or any(parts[5::5]):
        return None  # what is no cell stands before, between or behind them
    around = tuple(zip(parts[1::5], parts[2::5], parts[4::5], strict=True))
    return PlainRow(int(head[1]), head[2], around, parts[3::5])


def attributes_of(text: str) -> Mapping[str, str] | None:
    """Return a row's attributes besides its number; None when one stands twice.

    XML forbids that.
    """
    pairs = [("r", ""), *_ATTRIBUTE.findall(text)]
    found = dict(pairs)
    return found if len(found) == len(pairs) else None


@dataclass(frozen=True, slots=True)
class PlainCell:
    """What stands around the text of a cell.

    Args:
        kind: the type of its value.
        style: the place of its format.
        filled: whether it has a value.
    """

    kind: str
    style: str
    filled: bool


@lru_cache(maxsize=1000)
def plain_cell(opening: str, closing: str) -> PlainCell | None:
    """Return what stands around a text; None when what opens a cell is not what closes it.

    Args:
        opening: from the quotation mark behind its reference to before its text.
        closing: what follows its text.
    """
    found = _OPENING.fullmatch(opening)
    if found is None or _CLOSING.get(found[3], _TEXT_CLOSING) != closing:
        return None
    return PlainCell(found[2] or NUMBER, found[1] or NO_STYLE, found[3] != "/>")
