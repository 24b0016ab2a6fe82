"""Versions of what is stored in flight: the first character says which reader takes the rest.

A running campaign outlives an upgrade, so rows of an older version must stay readable. Each kind
of row has one table from version to reader. A reader stays for two minor releases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from survey_flows.errors import MinpingError

T = TypeVar("T")
Readers = Mapping[int, Callable[[str], T]]
"""Readers by version. 0 and 1 have no version before them: a JSON object, and any other text."""
FIRST, LAST = 2, 9
"""The versions that are written. No text of versions 0 and 1 begins with these characters."""


class UnknownForm(MinpingError):
    """A stored text has a version that this program cannot read, or not the shape it claims."""

    def __init__(self, form: int) -> None:
        super().__init__(f"no reader takes version {form}")


def write_form(form: int, text: str) -> str:
    """Returns ``text`` with its version before it."""
    return chr(form) + text


def read_form(readers: Readers[T], text: str) -> T:
    """Returns what the reader of the text's version makes of it.

    Raises:
        UnknownForm: ``readers`` has none for this version.
    """
    form = form_of(text)
    if form not in readers:
        raise UnknownForm(form)
    return readers[form](text[1:] if form >= FIRST else text)


def form_of(text: str) -> int:
    """Returns the version of a stored text."""
    first = ord(text[0]) if text else LAST + 1
    if FIRST <= first <= LAST:
        return first
    return 0 if text[:1] == "{" else 1
