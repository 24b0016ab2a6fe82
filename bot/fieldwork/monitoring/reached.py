"""Who was written to how: messages by step and kind of address, none of which tells who answered.

Of a reminder it is not told how many arrived: whoever had come already was spared it, and counts
as sent, so that arrivals would count those who came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.fieldwork.outreach.messenger import NOT_STARTED
from bot.fieldwork.outreach.outbox import (
    DELIVERED,
    FAILED,
    HANDED,
    HANDOUT,
    QUEUED,
    REMINDER,
    Push,
    count_kinds,
    read_pushes,
)
from bot.fieldwork.outreach.push_service import reminder_number
from bot.fieldwork.outreach.recipients import of_messengers

OPTED_OUT = "opted_out"
UNREACHED = ("unreachable", NOT_STARTED)


@dataclass(frozen=True, slots=True)
class Reached:
    """People written to in a step over one kind of address.

    ``reminder`` is the number of a reminder, 0 for an invitation; ``in_file`` tells invitations in
    a file, such as letters. ``received`` are those with a receipt, among ``handed``; None where it
    is not told. ``waiting``, ``handed``, ``unreached``, ``failed`` and ``opted_out`` add up to
    ``written``.
    """

    reminder: int
    in_file: bool
    kind: str
    written: int
    waiting: int
    handed: int
    received: int | None
    unreached: int
    failed: int
    opted_out: int


async def read_reached(connection: AsyncConnection, campaign: str) -> list[Reached]:
    """Return the steps of a campaign in order, by kind of address."""
    steps = await read_pushes(connection, campaign)
    kinds = await count_kinds(connection, campaign)
    return [
        _reached(steps, step, kind, counts)
        for step in steps
        for kind, counts in sorted(kinds.get(step.step, {}).items())
    ]


def _reached(steps: Sequence[Push], step: Push, kind: str, counts: Counter[str]) -> Reached:
    in_file = step.kind == HANDOUT
    return Reached(
        reminder=0 if in_file else reminder_number(of_messengers(steps), step),
        in_file=in_file,
        kind=kind,
        written=counts.total(),
        waiting=counts[QUEUED],
        handed=sum(counts[state] for state in HANDED),
        received=None if step.kind == REMINDER else counts[DELIVERED],
        unreached=sum(counts[state] for state in UNREACHED),
        failed=counts[FAILED],
        opted_out=counts[OPTED_OUT],
    )
