"""The contract between the sender of a push and whatever can deliver its messages.

A messenger makes one attempt and says which of eight outcomes it had. What follows from an outcome
is the sender's, so that it is the same for every messenger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import Enum
from typing import Protocol

BUTTON, FREE, TEMPLATE = "button", "free", "template"
"""How a personal link reaches people: under a button, in words of ours, in an approved template."""
NOT_STARTED = "not_started"
"""Reason of `DeliveryOutcome.UNREACHABLE`: they never began the chat that one may write to."""
UNKNOWN = "unknown"
"""Reason of `DeliveryOutcome.LATER`: a refusal that is none of those we know."""


class DeliveryOutcome(Enum):
    """The outcome of one attempt to send a message, or of a receipt."""

    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    """The provider has taken the message; a receipt may tell more."""
    UNREACHABLE = "unreachable"
    """Nothing arrives at this address, now or later."""
    OPTED_OUT = "opted_out"
    """The person wants no messages, or stands on the operator's list of such people."""
    LIMITED = "limited"
    """The provider asks for a pause for this recipient alone; the message was not sent."""
    SILENCE = "silence"
    """The provider asks for a pause of the whole account; the message was not sent."""
    LATER = "later"
    """No answer, or trouble that passes; the message may have been sent all the same."""
    REFUSED = "refused"
    """Template, signature, balance or words: nobody would get it, and staff must act."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt.

    Attributes:
        outcome: what the sender acts upon.
        reference: the provider's name for the message, by which receipts name it; empty where no
            receipt comes.
        seconds: of the pause that `DeliveryOutcome.LIMITED` or `DeliveryOutcome.SILENCE` asks for.
        reason: the provider's code or one of ours, for staff; never an address.
    """

    outcome: DeliveryOutcome
    reference: str = ""
    seconds: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ApprovedTemplate:
    """A template as its provider approved it: the provider's id, and the text with its places."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message of which each messenger takes what its provider can show.

    Attributes:
        text: the words of a message that has room for them.
        begin: label of the button that opens the personal link.
        token: of the personal link; a code that can be typed.
        stop: label of the button for no more invitations.
        link: the address of the personal link.
        words: the whole text of a short message, the link in it.
        subject: of a mail.
        leave: the address that opts the person out.
        template: what a provider that sends templates alone has approved; None without one.
    """

    text: str
    begin: str
    token: str
    stop: str
    link: str = ""
    words: str = ""
    subject: str = ""
    leave: str = ""
    template: ApprovedTemplate | None = None

    @property
    def with_links(self) -> str:
        """The words of ``text`` and both links below their labels, where there are no buttons."""
        ways = ((self.begin, self.link), (self.stop, self.leave))
        return "\n\n".join((self.text, *(f"{label}\n{link}" for label, link in ways)))


@dataclass(frozen=True, slots=True)
class Account:
    """What a messenger declares of itself.

    Attributes:
        name: of the account, as the operator calls it.
        kind: kind of the addresses that it writes to; one account serves one kind.
        provider: the interface behind it.
        link: `BUTTON`, `FREE` or `TEMPLATE`.
        longest: characters of the longest text.
        rate: messages a second.
        hours: local times within which it may send, whatever a step says.
    """

    name: str
    kind: str
    provider: str
    link: str = FREE
    longest: int = 2000
    rate: float = 10.0
    hours: tuple[time, time] = (time.min, time.max)


class Messenger(Protocol):
    """Sends outgoing messages through one account."""

    @property
    def account(self) -> Account:
        """What it declares."""

    @property
    def pause_seconds(self) -> float:
        """Seconds of pause that the account is known to need now; 0 when it needs none."""

    async def send(self, address: str, message: OutgoingMessage, /) -> Answer:
        """Send a message once."""
