"""Canonical JSON: one text for one value, so that its bytes can be hashed, signed and compared.

It is RFC 8785 for strings, whole numbers below 2^53, true, false, null, lists and objects with
ASCII keys. It knows nothing else: a decimal is written as a string.
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


def canonical(body: Mapping[str, object]) -> str:
    """Returns the canonical text of a value: sorted keys, no white space."""
    return _WRITER.encode(body)


def read_canonical(text: str, place: Place) -> Any:
    """Returns the value of a text that is canonical to the byte.

    Raises:
        BadInput: it is not, and the message says in what.
    """
    try:
        value = _reader(place).decode(text)
        again = _WRITER.encode(value)
    except BadInput:
        raise
    except (ValueError, RecursionError) as error:
        raise BadInput(Message("canonical-no-json"), place) from error
    if _SURROGATE.search(again):
        raise BadInput(Message("canonical-surrogate"), place)
    if again != text:
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


def _reader(place: Place) -> json.JSONDecoder:
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
        if foreign is not None:
            raise refuse("canonical-key-not-ascii", ascii(foreign)[1:-1])
        return result

    return json.JSONDecoder(
        object_pairs_hook=pairs, parse_int=whole, parse_float=decimal, parse_constant=no_number
    )
