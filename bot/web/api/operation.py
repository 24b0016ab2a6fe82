"""One operation of the interface for programs, as the table of operations holds it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.web.shared.lazy_routes import name_of
from bot.web.shared.problems import PREFIX

if TYPE_CHECKING:
    from aiohttp import web
    from pydantic import BaseModel

    from bot.web.api.call import ApiCall

VERSION = "1.0.0"
"""Version of the interface; it changes with the answers."""
FILES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
"""Content types of the files, by the end of the address."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a program can ask for.

    Attributes:
        method: GET only reads; every other method is recorded in the audit log.
        path: below `PREFIX`.
        handler: the function that answers; `lazy_routes.loaded` loads it.
        scope: the scope that the token needs; ``""``: any token will do.
        summary: one line for readers.
        answer: the model of the answer; None: a file.
        query: the model of the address's parameters.
        body: the model of the body.
        status: of an answer that is no error.
        refuses: further statuses with a problem, beside those that every operation has.
        repeats: whether a header Idempotency-Key must be sent.
    """

    method: str
    path: str
    handler: Callable[[ApiCall], Awaitable[web.StreamResponse]]
    scope: str
    summary: str
    answer: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    status: int = 200
    refuses: tuple[int, ...] = ()
    repeats: bool = False

    @property
    def name(self) -> str:
        """The operation's id in the OpenAPI document."""
        return name_of(self.handler)

    @property
    def full_path(self) -> str:
        """The operation's address."""
        return PREFIX + self.path
