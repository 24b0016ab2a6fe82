"""One operation of the interface for programs, as the table of operations holds it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.web.shared.problems import PREFIX

VERSION = "1.0.0"
"""Of the interface: it changes with what is answered."""


FILES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a program can ask for.

    Attributes:
        method: GET only looks; what others do is noted in the audit log.
        path: below `PREFIX`.
        does: the module of `bot.web` and its function.
        scope: what the token must be good for; ``""``: any token.
        summary: one line for readers.
        answer: the model of `bot.web.api.models` that is answered; ``""``: a file.
        query: the model of the address's parameters.
        body: the model of the body.
        status: of an answer that is no error.
        refuses: further statuses with a problem, beside those that every operation has.
        repeats: whether a header Idempotency-Key must be sent.
    """

    method: str
    path: str
    does: str
    scope: str
    summary: str
    answer: str = ""
    query: str = ""
    body: str = ""
    status: int = 200
    refuses: tuple[int, ...] = ()
    repeats: bool = False

    @property
    def name(self) -> str:
        """What it is called in the document."""
        return self.does.rpartition(".")[2]

    @property
    def full_path(self) -> str:
        """Where it is."""
        return PREFIX + self.path
