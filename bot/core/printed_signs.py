"""Which signs print: the bundled font's, and those of Debian's font for rare characters.

A name may hold any character that its owner writes. A page that is printed holds only what a font
can draw; the rest is printed by its number, such as «[U+20BB7]», so that no name stops a report and
nobody reads a box for a name.
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import Any

from survey_flows.characters import FORBIDDEN, INVISIBLE, code_point

DEBIAN = Path("/usr/share/fonts/truetype/hanazono")
"""Where Debian's package «fonts-hanazono» puts its fonts: characters of GB 18030-2022, level 3."""
_JOINING = frozenset("\u200c\u200d\ufe0e\ufe0f")
"""Parts of longer signs, which draw nothing of their own."""
_BLANK = frozenset("\n\t ")
_GROUP, _SEGMENT = 12, 4
"""Formats of a font's table of characters (OpenType, «cmap»)."""


def font_folders() -> tuple[Path, ...]:
    """Return the folders of the fonts that pages are printed with, the bundled one first."""
    from pylopdf_fonts_zh_cn import sans_path

    return (sans_path().parent, *([DEBIAN] if DEBIAN.is_dir() else []))


@cache
def printed_signs() -> frozenset[str]:
    """Return every character that the fonts can draw."""
    from pylopdf_fonts_zh_cn import sans_path

    others = sorted(DEBIAN.glob("*.ttf")) if DEBIAN.is_dir() else []
    return frozenset(chr(code) for path in (sans_path(), *others) for code in read_signs(path))


def unprinted(text: str) -> tuple[str, ...]:
    """Return the characters of a text that no font can draw, each once."""
    missing = set(text) - printed_signs() - _JOINING - _BLANK
    return tuple(it for it in dict.fromkeys(text) if it in missing)


def as_printed(text: str) -> str:
    """Return a text in which each sign that no font can draw is its number."""
    missing = unprinted(text)
    if not missing and not _JOINING & set(text):
        return text
    signs = {ord(it): "" for it in _JOINING}
    signs |= {ord(it): "" if INVISIBLE.match(it) else f"[{code_point(it)}]" for it in missing}
    return text.translate(signs)


def data_as_printed(data: Any) -> Any:
    """Return JSON-like data with every text as it is printed."""
    if isinstance(data, str):
        return as_printed(data)
    if isinstance(data, dict):
        return {key: data_as_printed(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [data_as_printed(value) for value in data]
    return data


def without_controls(text: str) -> str:
    """Return a text that XML can hold: characters that it forbids are shown by their numbers."""
    if text.isprintable():
        return text
    return FORBIDDEN.sub(lambda it: f"[{code_point(it[0])}]", text)


def read_signs(font: Path) -> set[int]:
    """Return the code points that a font has a glyph for."""
    data = font.read_bytes()
    tables = struct.unpack(">H", data[4:6])[0]
    start = 0
    for at in range(12, 12 + 16 * tables, 16):
        if data[at : at + 4] == b"cmap":
            start = struct.unpack(">I", data[at + 8 : at + 12])[0]
    found: set[int] = set()
    for at in range(
        start + 4, start + 4 + 8 * struct.unpack(">H", data[start + 2 : start + 4])[0], 8
    ):
        table = start + struct.unpack(">I", data[at + 4 : at + 8])[0]
        kind = struct.unpack(">H", data[table : table + 2])[0]
        if kind == _GROUP:
            count = struct.unpack(">I", data[table + 12 : table + 16])[0]
            for first, last, _ in struct.iter_unpack(
                ">III", data[table + 16 : table + 16 + 12 * count]
            ):
                found.update(range(first, last + 1))
        elif kind == _SEGMENT:
            found.update(_segments(data, table))
    return found


def _segments(data: bytes, table: int) -> set[int]:
    count = struct.unpack(">H", data[table + 6 : table + 8])[0] // 2
    ends = struct.unpack(f">{count}H", data[table + 14 : table + 14 + 2 * count])
    begins_at = table + 16 + 2 * count
    begins = struct.unpack(f">{count}H", data[begins_at : begins_at + 2 * count])
    pairs = zip(begins, ends, strict=True)
    return {code for first, last in pairs for code in range(first, last + 1) if code != 0xFFFF}
