"""What every messenger of this room offers beside sending: receipts and words that come back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol, Self

from bot.fieldwork.outreach.messenger import Answer, DeliveryOutcome, Messenger

LONGEST_REASON = 32
"""Characters of a provider's code that are kept as a reason."""


class BadReceipt(Exception):
    """A request to an account's hook that its provider would not make."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a provider's code means; ``seconds`` are of the pause that it asks for."""

    outcome: DeliveryOutcome
    seconds: float = 0.0

    def answer(self, code: str) -> Answer:
        """Return the answer to a message that was refused with a code."""
        return Answer(self.outcome, seconds=self.seconds, reason=code[:LONGEST_REASON])


def answer_by_code(code: str, codes: Mapping[str, Verdict]) -> Answer | None:
    """Return what a code means; None for one that is not among those that are known."""
    verdict = codes.get(code)
    return None if verdict is None else verdict.answer(code)


NO_TEMPLATE = Answer(DeliveryOutcome.REFUSED, reason="template")
"""The answer of an account that sends templates alone where none is approved."""


@dataclass(frozen=True, slots=True)
class Hooked:
    """What a provider's request to our hook says.

    Attributes:
        receipts: reference and outcome of each message.
        words: address and text of each message that people sent back.
        answer: the body that the provider expects.
        json: whether the answer is JSON.
    """

    receipts: tuple[tuple[str, DeliveryOutcome], ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    answer: str = ""
    json: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a hook: its body, and headers by their names in small letters."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class AccountMessenger(Messenger, AbstractAsyncContextManager[object], Protocol):
    """A messenger with an account file. Enter it before it sends."""

    @property
    def hook(self) -> str:
        """The secret part of the address to which its provider sends receipts; empty for none."""

    def read_hook(self, request: Request) -> Hooked:
        """Read a request to the hook.

        Raises:
            BadReceipt: it is not one of the provider's.
        """

    async def __aenter__(self) -> Self:
        """Begin."""
