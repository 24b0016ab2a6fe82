"""Dispositions of invitations by AAPOR's Standard Definitions (10th edition, 2023), in ranges.

Every invitation has one disposition, so that they add up. Counts of people's acts are disclosed as
ranges of ten or more, and so are the rates made of them; the number of invitations is exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

QUEUED, UNREACHABLE, OPTED_OUT = "queued", "unreachable", "opted_out"
NOT_DELIVERED = "not_delivered"
SENT, DECLINED, EXPIRED = "sent", "declined", "expired"
STARTED, PARTIAL, BROKEN, COMPLETED = "started", "partial", "broken", "completed"
DISPOSITIONS = (
    QUEUED,
    UNREACHABLE,
    OPTED_OUT,
    NOT_DELIVERED,
    SENT,
    EXPIRED,
    DECLINED,
    STARTED,
    PARTIAL,
    BROKEN,
    COMPLETED,
)
PARTICIPATION_STATES = (STARTED, PARTIAL, BROKEN, COMPLETED)
"""States of participation in order: for each person the last one counts."""
CountRange = tuple[int, int]
"""The least and the most that a number can be, given the disclosed figures."""


@dataclass(frozen=True, slots=True)
class InvitationCounts:
    """The counts of a cell by the two sides, which are never joined: invitations and participants.

    ``invited`` is exact. ``queued``, ``unreachable``, ``opted_out`` and ``not_delivered`` (given up
    after trouble that might have passed) never got a message; ``refused`` opted out after one.
    ``opened`` counts invitations; ``partial``, ``broken`` and ``completed`` count participants.
    """

    invited: int
    queued: int = 0
    unreachable: int = 0
    opted_out: int = 0
    not_delivered: int = 0
    refused: int = 0
    opened: int = 0
    partial: int = 0
    broken: int = 0
    completed: int = 0


def dispositions(known: InvitationCounts, over: bool) -> dict[str, int]:
    """One disposition for each invitation of a cell; they add up to ``invited``.

    Participants are counted an hour later than opened invitations, and a person who deletes their
    conversation and comes back is counted twice: the later and more exact count bounds the other.
    Whether people who opted out had participated is unknown; as many as possible are taken not to
    have. ``over``: the campaign takes no ballots any more.
    """
    left = known.invited
    found = dict.fromkeys(DISPOSITIONS, 0)

    def take(name: str, count: int, most: int) -> int:
        found[name] = max(0, min(count, most))
        return found[name]

    for name in (QUEUED, UNREACHABLE, OPTED_OUT, NOT_DELIVERED):
        left -= take(name, getattr(known, name), left)
    came = min(known.opened, left)
    left -= came
    for name in (COMPLETED, BROKEN, PARTIAL):
        came -= take(name, getattr(known, name), came)
    found[STARTED] = came
    left -= take(DECLINED, known.refused, left)
    found[EXPIRED if over else SENT] = left
    return found


def as_ranges(found: Mapping[str, int], step: int) -> dict[str, CountRange]:
    """Each count as a range of ``step`` numbers; their exact sum narrows no small range down.

    A count of nothing is disclosed as nothing. A count below ``step`` is disclosed as 1 to ``step``
    − 1. When the sum and the other ranges would say more, the largest count gets a wider range, and
    if that is not enough (all are small), every small count could be anything from nothing to all.
    """
    ranges = {name: range_of(count, step) for name, count in found.items()}
    whole = sum(found.values())
    small = [name for name, count in found.items() if 0 < count < step]
    largest = max(found, key=lambda name: found[name], default="")
    while any(_narrowed(ranges, name, whole, step) for name in small) and ranges[largest] != (
        0,
        whole,
    ):
        low, high = ranges[largest]
        ranges[largest] = max(0, low - step), min(whole, high + step)
    if any(_narrowed(ranges, name, whole, step) for name in small):
        ranges |= dict.fromkeys(small, (0, whole))
    return ranges


def range_of(count: int, step: int) -> CountRange:
    """A count by itself as a range of ``step`` numbers; no sum with others is disclosed."""
    low = count - count % step
    return (0, 0) if not count else (max(low, 1), low + step - 1)


def _narrowed(ranges: Mapping[str, CountRange], name: str, whole: int, step: int) -> bool:
    """Whether the sum says more of a small count than that it is small."""
    others = [span for other, span in ranges.items() if other != name]
    least, most = whole - sum(high for _, high in others), whole - sum(low for low, _ in others)
    return least > 1 or most < step - 1


@dataclass(frozen=True, slots=True)
class ResponseRates:
    """Rates in per cent, rounded outwards; None where the denominator is 0."""

    rr1: CountRange | None
    rr2: CountRange | None
    break_off: CountRange | None


def response_rates(ranges: Mapping[str, CountRange]) -> ResponseRates:
    """AAPOR's RR1 and RR2, and the break-off rate.

    With I completed, P partial, B broken off, and all invitations as the denominator (everybody
    drawn is eligible, and no eligibility is unknown): RR1 = I ÷ all, RR2 = (I + P) ÷ all, break-off
    rate = B ÷ (I + P + B).
    """
    begun = [ranges[name] for name in (COMPLETED, PARTIAL, BROKEN)]
    rest = [span for name, span in ranges.items() if name != COMPLETED]
    unfinished = [span for name, span in ranges.items() if name not in (COMPLETED, PARTIAL)]
    return ResponseRates(
        percent_range(ranges[COMPLETED], rest),
        percent_range(_sum(begun[:2]), unfinished),
        percent_range(ranges[BROKEN], begun[:2]),
    )


def percent_range(part: CountRange, rest: list[CountRange]) -> CountRange | None:
    """The bounds in per cent of ``part`` among itself and ``rest``; None when all are nothing."""
    others = _sum(rest)
    if not part[1] + others[1]:
        return None
    low = part[0] * 100 // (part[0] + others[1]) if part[0] + others[1] else 0
    high = -(-part[1] * 100 // (part[1] + others[0])) if part[1] + others[0] else 100
    return low, min(100, high)


def _sum(spans: list[CountRange]) -> CountRange:
    return sum(low for low, _ in spans), sum(high for _, high in spans)
