"""The contract between a channel and the conductor: what comes in, what goes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from survey_flows.effects import Screen
from survey_flows.events import Update


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update, normalised.

    ``key`` is unique for each update and stable when it is delivered again (``telegram:123456``); it is what makes
    a replay harmless. ``user`` is the channel's id of the citizen: it lives in memory only, never in a table or a log.
    ``message`` is the chat's message in which the reply will stand; 0 when it will stand in a new one.
    """

    key: str
    channel: str
    user: str
    event: Update
    message: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the citizen sees: short notices, then at most one screen. ``replayed``: the update was taken before.

    ``stale`` are messages of the chat in which answers stand that have had their time: remove them. ``covers``: the
    message in which the screen will stand shows answers until then.
    """

    notices: tuple[str, ...] = ()
    screen: Screen | None = None
    replayed: bool = False
    stale: tuple[int, ...] = ()
    covers: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a reply.

    ``shown`` is the new message in which answers stand, 0 without one; ``removed`` are those that no longer show any;
    ``blocked``: the citizen wants to hear nothing more from the bot.
    """

    shown: int = 0
    removed: tuple[int, ...] = ()
    blocked: bool = False


class Handler(Protocol):
    """What a channel is given: it returns only when the update and all it caused are stored durably."""

    async def handle(self, incoming: Incoming) -> Reply:
        """Take one update.

        Raises:
            bot.conversations.conductor.Unavailable: nothing was stored; the sender should deliver it again.
        """

    async def note(self, incoming: Incoming, delivery: Delivery) -> None:
        """Store what became of the reply to an update.

        Raises:
            bot.conversations.conductor.Unavailable: nothing was stored.
        """
