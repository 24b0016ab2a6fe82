"""Canonical JSON: one text for one value, so that its bytes can be hashed, signed and compared.

It is RFC 8785 for strings, whole numbers below 2^53, true, false, null, lists and objects with
ASCII keys. It knows nothing else: a decimal is written as a string. The keys of the gate's counts
by unit alone are free text (`canonical_by_code`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from survey_flows.errors import BadInput, Message, Place

MOST = 2**53 - 1
"""The largest whole number, up or down: beyond it programs read different numbers (RFC 7493)."""
DIGITS = 17
"""More characters than such a number has, sign included."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_WRITER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)
_AS_GIVEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def canonical(body: Mapping[str, object]) -> str:
    """Returns the canonical text of a value: sorted keys, no white space."""
    return _WRITER.encode(body)


def canonical_by_code(values: Mapping[str, object]) -> str:
    """Returns the canonical text of an object whose keys are free text, such as units' codes.

    RFC 8785 sorts keys by their UTF-16 code units; of ASCII keys alone that is the same order.
    """
    ordered = sorted(values.items(), key=lambda part: part[0].encode("utf-16-be"))
    return _AS_GIVEN.encode(dict(ordered))


def read_strict(text: str, place: Place, ascii_keys: bool = True) -> Any:
    """Returns the value of a JSON text that every program reads alike.

    Raises:
        BadInput: it has a double key, a decimal, a number beyond 2^53, half of a surrogate pair or
            a key beyond ASCII, or is no JSON; the message says which.
    """
    try:
        value = _reader(place, ascii_keys).decode(text)
        again = _AS_GIVEN.encode(value) if "\\u" in text else ""
    except (ValueError, RecursionError) as error:
        raise BadInput(Message("canonical-no-json"), place) from error
    if _SURROGATE.search(again):
        raise BadInput(Message("canonical-surrogate"), place)
    return value


def read_canonical(text: str, place: Place) -> Any:
    """Returns the value of a text that is canonical to the byte.

    Raises:
        BadInput: as `read_strict`, or it has another spelling.
    """
    value = read_strict(text, place)
    if _WRITER.encode(value) != text:
        raise BadInput(Message("canonical-other-spelling"), place)
    return value


def read_canonical_object(text: str, place: Place) -> dict[str, Any]:
    """Returns the object of a canonical text.

    Raises:
        BadInput: as `read_canonical`, or it is another value.
    """
    value = read_canonical(text, place)
    if not isinstance(value, dict):
        raise BadInput(Message("canonical-no-object"), place)
    return value


def _reader(place: Place, ascii_keys: bool) -> json.JSONDecoder:
    def refuse(message: str, found: str) -> BadInput:
        return BadInput(Message(message, found=found[:40]), place)

    def whole(digits: str) -> int:
        if len(digits) > DIGITS or abs(int(digits)) > MOST:
            raise refuse("canonical-number-too-large", digits)
        return int(digits)

    def decimal(digits: str) -> None:
        raise refuse("canonical-decimal", digits)

    def no_number(name: str) -> None:
        raise refuse("canonical-no-number", name)

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(found)
        if len(result) < len(found):
            names = [name for name, _ in found]
            double = next(name for name in names if names.count(name) > 1)
            raise refuse("canonical-double-key", ascii(double)[1:-1])
        foreign = next((name for name in result if not name.isascii()), None)
        if ascii_keys and foreign is not None:
            raise refuse("canonical-key-not-ascii", ascii(foreign)[1:-1])
        return result

    return json.JSONDecoder(
        object_pairs_hook=pairs, parse_int=whole, parse_float=decimal, parse_constant=no_number
    )
