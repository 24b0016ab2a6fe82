"""Reads the files of a bundle strictly: lines, tables, JSON and canonical bodies."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import orjson

from survey_flows.canonical_json import MOST, is_too_deep, read_canonical_object, read_strict
from survey_flows.errors import BadInput, Message, Place

SALT = re.compile("[0-9a-f]{32}")
DIGITS = re.compile("[0-9a-f]*")


def table_rows(raw: bytes, name: str, head: str) -> Iterator[bytes]:
    """Return the rows of a table below its first line.

    Raises:
        BadInput: the first line is another one, or the file was cut off.
    """
    lines = read_lines(raw, name)
    if next(lines, b"") != head.encode():
        raise BadInput(Message("verification-first-line-wrong", head=head), Place(file=name))
    return lines


def is_whole(text: bytes) -> bool:
    """Return whether a text is a position: decimal, without leading zeros, below 10^15."""
    return text.isdigit() and len(text) < 16 and (text == b"0" or text[:1] != b"0")


def read_salt(value: object) -> bytes:
    """Return a salt: sixteen bytes, as 32 lower-case hexadecimal digits.

    Raises:
        ValueError: it is written in another way.
    """
    if not isinstance(value, str) or not SALT.fullmatch(value):
        raise ValueError(value)
    return bytes.fromhex(value)


def read_lines(raw: bytes, name: str) -> Iterator[bytes]:
    """Return the lines of a file; nothing but 0x0A ends one.

    Raises:
        BadInput: the file was cut off.
    """
    if raw and not raw.endswith(b"\n"):
        raise BadInput(Message("verification-file-cut-off"), Place(file=name))
    return (line[:-1] for line in io.BytesIO(raw))


def read_json(raw: bytes, place: Place) -> Any:
    """Return the value of a JSON text.

    Raises:
        BadInput: the text is not JSON.
    """
    try:
        return orjson.loads(raw)
    except ValueError as error:
        raise BadInput(Message("verification-no-json"), place) from error


def read_hex(value: object, length: int) -> bytes:
    """Return the bytes of so many lower-case hexadecimal digits.

    Raises:
        ValueError: it is written in another way.
    """
    if not isinstance(value, str) or len(value) != length or not DIGITS.fullmatch(value):
        raise ValueError(value)
    return bytes.fromhex(value)


def read_strict_json(raw: bytes, place: Place, ascii_keys: bool = True) -> Any:
    """Return the value of a JSON text that every program reads alike.

    Raises:
        BadInput: as `survey_flows.canonical_json.read_strict`, or it is no UTF-8.
    """
    return read_strict(read_text(raw, place), place, ascii_keys)


def read_body(text: str, place: Place) -> dict[str, Any]:
    """Return the object of a canonical body.

    Raises:
        BadInput: as `survey_flows.canonical_json.read_canonical_object`.
    """
    # A million bodies are read by the quick reader; only what it minds is read to name the fault.
    try:
        value: Any = None if is_too_deep(text) else orjson.loads(text)
        good = isinstance(value, dict) and _is_plain(value)
        if good and orjson.dumps(value, option=orjson.OPT_SORT_KEYS) == text.encode():
            return dict(value)
    except ValueError:
        pass
    return read_canonical_object(text, place)


def _is_plain(value: object) -> bool:
    """Return whether a value has none but the types of canonical JSON."""
    if isinstance(value, dict):
        return all(name.isascii() and _is_plain(part) for name, part in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, int):
        return abs(value) <= MOST
    return value is None or isinstance(value, str)


def read_text(raw: bytes, place: Place) -> str:
    """Return a text.

    Raises:
        BadInput: the bytes are no UTF-8.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise BadInput(Message("verification-no-utf-8"), place) from error
