"""Who reads a message: at a terminal, where a command is typed, or on a page of the console.

A sentence that says where something is done picks its words by ``{ $reader -> [console] …
*[command] … }``. No caller gives that value: whoever answers a request says once for whom, and it
holds for all that is worded in the same task.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Literal

Reader = Literal["command", "console"]
READER = "reader"
"""The placeholder that stands for the reader in every message."""

_reader: ContextVar[Reader] = ContextVar("reader", default="command")


def word_for(reader: Reader) -> None:
    """Words messages for this reader from now on."""
    _reader.set(reader)


def reader() -> Reader:
    """Returns for whom messages are worded."""
    return _reader.get()
