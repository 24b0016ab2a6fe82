"""The contract between a channel and the conductor: what comes in, what goes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from survey_flows.effects import Screen
from survey_flows.events import Event


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update, normalised.

    ``key`` is unique for each update and stable when it is delivered again (``telegram:123456``); it is what makes
    a replay harmless. ``user`` is the channel's id of the citizen: it lives in memory only, never in a table or a log.
    """

    key: str
    channel: str
    user: str
    event: Event


@dataclass(frozen=True, slots=True)
class Reply:
    """What the citizen sees: short notices, then at most one screen. ``replayed``: the update was taken before."""

    notices: tuple[str, ...] = ()
    screen: Screen | None = None
    replayed: bool = False


class Handler(Protocol):
    """What a channel is given: it returns only when the update and all it caused are stored durably."""

    async def handle(self, incoming: Incoming) -> Reply:
        """Take one update.

        Raises:
            bot.conductor.Unavailable: nothing was stored; the sender should deliver it again.
        """
