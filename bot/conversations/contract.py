"""The contract between a channel and the conductor: updates come in, replies go out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from survey_flows.effects import Screen
from survey_flows.events import Update


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update in the domain's words.

    Attributes:
        key: unique for each update and the same in each delivery (``telegram:123456``), so that a
            second delivery is harmless.
        channel: the channel's name.
        user: the channel's id of the citizen; it lives in memory only, never in a table or a log.
        event: what the citizen did.
        message: the chat's message that the reply will replace; 0 when the reply is a new message.
        typed: the chat's message that holds the citizen's words, where the channel can remove it.
    """

    key: str
    channel: str
    user: str
    event: Update
    message: int = 0
    typed: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """The notices and the screen that a citizen sees.

    Attributes:
        notices: short texts, shown before the screen.
        screen: at most one screen.
        replayed: the update had been taken before.
        stale: messages of the chat that show answers and are to be removed.
        covers: the message that the screen will replace shows answers until then.
    """

    notices: tuple[str, ...] = ()
    screen: Screen | None = None
    replayed: bool = False
    stale: tuple[int, ...] = ()
    covers: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outcome of showing a reply.

    Attributes:
        shown: the new message that shows answers, or 0.
        removed: messages that show no answers any more.
        blocked: the citizen has blocked the bot.
    """

    shown: int = 0
    removed: tuple[int, ...] = ()
    blocked: bool = False


class Handler(Protocol):
    """Takes updates from a channel and returns when all their effects are durable."""

    async def handle(self, incoming: Incoming) -> Reply:
        """Takes one update.

        Raises:
            bot.conversations.conductor.Unavailable: nothing was stored; the update must come again.
        """

    async def note(self, incoming: Incoming, delivery: Delivery) -> None:
        """Stores the outcome of the reply to an update.

        Raises:
            bot.conversations.conductor.Unavailable: nothing was stored.
        """
