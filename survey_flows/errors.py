"""Every error that the core raises, drawn as one tree; each branch says whose fault it is.

MinpingError
├── BadInput            the file or the request is wrong: say what, where, and what to do
│   ├── BadQuestionnaire
│   └── BadSession      a stored conversation cannot be read back
└── Misuse              the calling code is wrong

A citizen's typing error is never an exception: the engine answers it with a reply.
"""

from __future__ import annotations


class MinpingError(Exception):
    """Root of the errors that this project raises on purpose."""


class BadInput(MinpingError):
    """Input that a person can mend.

    Args:
        what: one clear sentence that says what is wrong and what to do.
        where: file, line, cell, row or field; empty when there is only one place it can be.
    """

    def __init__(self, what: str, where: str = "") -> None:
        super().__init__(f"{where}: {what}" if where else what)
        self.what = what
        self.where = where


class BadQuestionnaire(BadInput):
    """A questionnaire file that contradicts itself or the format."""


class BadSession(BadInput):
    """A stored conversation that this version cannot read."""


class Misuse(MinpingError):
    """The calling code broke a stated precondition."""
