"""Characters that nobody sees, and characters that no text may hold.

Copied text brings marks that have no shape: a word joiner from a web page, an embedding from a
chat. They are dropped where a table is read, and shown by their numbers where a message quotes one.
A text may hold no control character, no half of a surrogate pair and no mark that turns the order
of what is read: databases, XML, charts and printers each fail on another of them.
"""

from __future__ import annotations

import re

_TURNING = "\u202b\u202e\u2067"
"""Marks that turn the order of the characters: what is seen is not what is stored."""
_JOINERS = "\u200c\u200d"
_VARIANTS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a\u202c\u202d\u2060-\u2066"
    "\u2068-\u206f\ufeff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
    "\U000e01f0-\U000e0fff]"
    # A joiner or a choice of a shape stands behind what it joins or shapes, and before a key (⃣).
    f"|(?<![^\x00-\x7f])[{_JOINERS}{_VARIANTS}](?!\u20e3)"
    rf"|(?<=[\u3400-\u9fff\U00020000-\U0003ffff])[{_JOINERS}]|[{_JOINERS}](?=\s|\Z)"
)
"""Marks without a shape that mean nothing in a name or a code.

Scripts and emoji are written with joiners, and rare ideographs with choices of a shape: these mean
nothing only where there is nothing to join or to shape.
"""
_BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
"""Letters that look like a space."""
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
    + _TURNING
    + "\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb\ufffd-\uffff"
    + "".join(chr(plane * 0x10000 + last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
"""Controls, halves of surrogate pairs, no-characters, turning marks, and the sign for lost text."""
BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
"""What ends a line, besides the line feed that all of them become."""
FOLDED = re.compile(r"\s*\n\s*")
_SHOWN = re.compile(f"{INVISIBLE.pattern}|{FORBIDDEN.pattern}|{_BLANK.pattern}")


def clean_text(text: str) -> str:
    """Return a text without white space at its ends and without marks that nobody sees.

    Lines end with a line feed. A character that is forbidden stays, to be complained of.
    """
    if text.isprintable() and (text.isascii() or not _SHOWN.search(text)):
        return text.strip()
    text = BREAKS.sub("\n", INVISIBLE.sub("", _BLANK.sub(" ", text)))
    return text.replace("\t", " ").strip()


def one_line(text: str) -> str:
    """Return a clean text on one line: a line break becomes one space."""
    return FOLDED.sub(" ", text) if "\n" in text else text


def forbidden_character(text: str) -> str:
    """Return the first forbidden character of a text as «U+XXXX»; empty when there is none."""
    if text.isprintable() and "\ufffd" not in text:
        return ""
    found = FORBIDDEN.search(text)
    return code_point(found[0]) if found else ""


def code_point(character: str) -> str:
    """Return the number of a character, as «U+202D»."""
    return f"U+{ord(character):04X}"


def visible(text: str) -> str:
    """Return a text to be read by a person, in which hidden characters show their numbers."""
    return (
        text
        if text.isascii() and text.isprintable()
        else _SHOWN.sub(lambda it: code_point(it[0]), text)
    )
