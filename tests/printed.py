"""Reads what a PDF of ours shows: the text of its pages, and the glyphs that stand for none."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

OBJECT = re.compile(rb"(?s)(\d+) 0 obj\s(.*?)endobj")
STREAM = re.compile(rb"(?s)stream\r?\n(.*?)endstream")
FONT = re.compile(rb"/(\w+) (\d+) 0 R")
FONT_SET = re.compile(rb"/(\w+) [\d.-]+ Tf")
IN_HEX = re.compile(rb"<([0-9A-Fa-f]*)>(?!>)")
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


@dataclass(frozen=True, slots=True)
class Printed:
    """What a PDF shows.

    Args:
        text: its text, by the tables that readers copy from.
        boxes: how often the glyph of a missing character is drawn.
    """

    text: str
    boxes: int


def read_pdf(data: bytes) -> Printed:
    """Read a PDF as typst writes it: fonts by glyph numbers of two bytes, with their characters."""
    objects = {int(it[1]): it[2] for it in OBJECT.finditer(data)}
    fonts: dict[bytes, dict[int, str]] = {}
    for body in objects.values():
        if b"/Font<<" in body:
            listed = body[body.index(b"/Font<<") :].partition(b">>")[0]
            for name, number in FONT.findall(listed):
                fonts[name] = _characters(objects, int(number))
    text, boxes = [], 0
    for body in objects.values():
        for font, shown in _shown(_unpacked(body)) if b"/Font" not in body else ():
            glyphs = [int.from_bytes(shown[at : at + 2]) for at in range(0, len(shown), 2)]
            boxes += glyphs.count(0)
            text += [fonts[font].get(glyph, "") for glyph in glyphs]
    return Printed("".join(text), boxes)


def _shown(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the texts of a page with their fonts; brackets within a text may stand in pairs."""
    font, at = b"", 0
    while at < len(content):
        if found := FONT_SET.match(content, at):
            font, at = found[1], found.end()
        elif font and (found := IN_HEX.match(content, at)):
            yield font, bytes.fromhex(found[1].decode())
            at = found.end()
        elif font and content[at : at + 1] == b"(":
            start, depth = at + 1, 1
            while depth:
                at += 1
                sign = content[at : at + 1]
                depth += {b"(": 1, b")": -1}.get(sign, 0)
                at += sign == b"\\"
            yield font, _plain(content[start:at])
        else:
            at += 1


def _plain(text: bytes) -> bytes:
    def said(found: re.Match[bytes]) -> bytes:
        sign = found[1]
        return bytes([int(sign, 8) & 255]) if sign.isdigit() else CONTROLS.get(sign, sign)

    return ESCAPED.sub(said, text)


def _unpacked(body: bytes) -> bytes:
    found = STREAM.search(body)
    if found is None or b"FlateDecode" not in body[: found.start()]:
        return found[1] if found else b""
    if b"/Image" in body[: found.start()] or b"FontFile" in body:
        return b""
    return zlib.decompressobj().decompress(found[1])


def _characters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    """The characters of a font's glyphs, from its table for readers."""
    told = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    if told is None:
        return {}
    table = _unpacked(objects[int(told[1])]).decode("latin-1")
    found: dict[int, str] = {}
    for part in re.findall(r"(?s)beginbfchar(.*?)endbfchar", table):
        for glyph, text in re.findall(r"<(\w+)> ?<(\w+)>", part):
            found[int(glyph, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for part in re.findall(r"(?s)beginbfrange(.*?)endbfrange", table):
        for first, last, text in re.findall(r"<(\w+)> ?<(\w+)> ?<(\w+)>", part):
            start = bytes.fromhex(text).decode("utf-16-be")
            for glyph in range(int(first, 16), int(last, 16) + 1):
                step = glyph - int(first, 16)
                found[glyph] = start[:-1] + chr(ord(start[-1]) + step)
    return found
