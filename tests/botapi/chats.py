"""The stand-in's memory: chats, messages, calls, and the faults that a test asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.schema import Refused

BOT = {"id": 42, "is_bot": True, "first_name": "Minping", "username": "minping_test_bot"}
NOW = 1_795_000_000
BAD_REQUEST, FORBIDDEN, TOO_MANY = 400, 403, 429
BLOCKED = "Forbidden: bot was blocked by the user"


@dataclass(slots=True)
class Message:
    """A message of the bot's as the chat now shows it."""

    message_id: int
    chat_id: int
    text: str
    markup: dict[str, Any] | None = None
    date: int = NOW
    deleted: bool = False
    old: bool = False
    """Whether the message is too old to be deleted."""

    def to_json(self) -> dict[str, Any]:
        shown = {
            "message_id": self.message_id,
            "date": self.date,
            "chat": private(self.chat_id),
            "text": self.text,
        }
        return {**shown, "from": BOT, **({"reply_markup": self.markup} if self.markup else {})}


@dataclass(frozen=True, slots=True)
class Call:
    """A method that the bot called, and how (``request``, or ``webhook`` for a response's body)."""

    method: str
    params: dict[str, Any]
    via: str


@dataclass(slots=True)
class Chat:
    """The history of one chat: ``log`` holds (kind, message or toast) in order."""

    log: list[tuple[str, Any]] = field(default_factory=list)
    last: Message | None = None
    blocked: bool = False


@dataclass(slots=True)
class Fault:
    """What the next ``times`` calls of ``method`` (any, when empty) get.

    It is a status, or 0 for a dropped connection.
    With a ``chat``, it holds for calls about that chat only.
    """

    method: str
    status: int
    times: int
    retry_after: int = 0
    chat: int = 0

    def concerns(self, method: str, params: Mapping[str, Any]) -> bool:
        """Say whether a call fails."""
        return bool(
            self.times and self.method in ("", method) and self.chat in (0, params.get("chat_id"))
        )

    def refusal(self) -> Refused:
        """The answer that Telegram gives with this status."""
        if self.status == TOO_MANY:
            after = self.retry_after
            return Refused(TOO_MANY, f"Too Many Requests: retry after {after}", retry_after=after)
        if self.status == BAD_REQUEST:
            return Refused(BAD_REQUEST, "Bad Request: refused")
        return Refused(
            self.status, BLOCKED if self.status == FORBIDDEN else "Internal Server Error"
        )


def private(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "private", "first_name": f"Citizen {chat}"}
