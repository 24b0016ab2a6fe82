"""Canonical JSON: one text for one value, so that its bytes can be hashed, signed and compared.

It is RFC 8785 for strings, whole numbers below 2^53, true, false, null, lists and objects with
ASCII keys. It knows nothing else: a decimal is written as a string. The keys of the gate's counts
by unit alone are free text (`canonical_by_code`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import accumulate
from math import isfinite
from typing import Any

from survey_flows.errors import BadInput, Message, Place

MOST = 2**53 - 1
"""The largest whole number, up or down: beyond it programs read different numbers (RFC 7493)."""
DIGITS = 17
"""More characters than such a number has, sign included."""
DEEPEST = 64
"""The most lists and objects inside each other: readers differ in how many they take."""

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
"""A string; one that does not end goes to the end of the text."""
_BRACKET = re.compile(r"[\[\]{}]")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}
"""How much deeper a bracket leads."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_WRITER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)
_AS_GIVEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class _Refused(Exception):
    """A value that canonical JSON does not have."""

    def __init__(self, message: str, found: str) -> None:
        super().__init__(message)
        self.message = Message(message, found=found[:40])


def _whole(digits: str) -> int:
    if len(digits) > DIGITS or abs(int(digits)) > MOST:
        raise _Refused("canonical-number-too-large", digits)
    return int(digits)


def _decimal(digits: str) -> None:
    raise _Refused("canonical-decimal", digits)


def _no_number(name: str) -> None:
    raise _Refused("canonical-no-number", name)


def _finite(digits: str) -> float:
    if not isfinite(value := float(digits)):
        raise _Refused("canonical-number-too-large", digits)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Returns an object, each of whose keys stands once."""
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise _Refused("canonical-double-key", ascii(double)[1:-1])
    return result


def _once_in_ascii(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = _once(pairs)
    for name in result:
        if not name.isascii():
            raise _Refused("canonical-key-not-ascii", ascii(name)[1:-1])
    return result


# A decoder and its scanner hold each other; a verifier that reads a million texts makes them once.
_READER, _READER_OF_FREE_KEYS, _READER_OF_FRACTIONS = (
    json.JSONDecoder(
        object_pairs_hook=pairs,
        parse_int=_whole,
        parse_float=decimal,
        parse_constant=_no_number,
    )
    for pairs, decimal in ((_once_in_ascii, _decimal), (_once, _decimal), (_once, _finite))
)


def canonical(body: Mapping[str, object]) -> str:
    """Returns the canonical text of a value: sorted keys, no white space."""
    return _WRITER.encode(body)


def canonical_by_code(values: Mapping[str, object]) -> str:
    """Returns the canonical text of an object whose keys are free text, such as units' codes.

    RFC 8785 sorts keys by their UTF-16 code units; of ASCII keys alone that is the same order.
    """
    ordered = sorted(values.items(), key=lambda part: part[0].encode("utf-16-be"))
    return _AS_GIVEN.encode(dict(ordered))


def is_too_deep(text: object) -> bool:
    """Returns whether a JSON text has more than `DEEPEST` lists and objects inside each other."""
    if not isinstance(text, str) or text.count("[") + text.count("{") <= DEEPEST:
        return False
    steps = map(_STEP.__getitem__, _BRACKET.findall(_STRING.sub("", text)))
    return max(accumulate(steps), default=0) > DEEPEST


def read_strict(text: str, place: Place, ascii_keys: bool = True, fractions: bool = False) -> Any:
    """Returns the value of a JSON text that every program reads alike.

    Args:
        text: the text.
        place: names it in refusals.
        ascii_keys: whether keys are ASCII.
        fractions: whether numbers may have a fraction, as in a registered definition; its keys are
            free text, too.

    Raises:
        BadInput: it has a double key, a decimal, a number beyond 2^53, half of a surrogate pair, a
            key beyond ASCII or too many lists and objects inside each other, or is no JSON; the
            message says which.
    """
    reader = _READER if ascii_keys else _READER_OF_FREE_KEYS
    if is_too_deep(text):
        raise BadInput(Message("canonical-too-deep", most=DEEPEST), place)
    try:
        value = (_READER_OF_FRACTIONS if fractions else reader).decode(text)
        again = _AS_GIVEN.encode(value) if "\\u" in text else ""
    except _Refused as error:
        raise BadInput(error.message, place) from error
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
