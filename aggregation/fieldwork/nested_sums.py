"""Counts of which some are sums of others: what all ranges together say of each.

The sums form a tree: no count is a part of two wholes that share another count.
Then carrying the bounds from sum to sum until nothing changes gives exactly what can be known.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from aggregation.fieldwork.dispositions import CountRange

Name = tuple[str, ...]
UNKNOWN = (0, 10**12)
"""The range of a count of which nothing is told."""


@dataclass(frozen=True, slots=True)
class WholeOf:
    """A count that is the sum of its parts; each is told, or not."""

    whole: Name
    parts: tuple[Name, ...]


def possible_counts(
    told: Mapping[Name, CountRange], sums: Sequence[WholeOf]
) -> dict[Name, CountRange]:
    """The least and the most of each count that all ranges and sums allow."""
    spans = dict(told)
    for one in sums:
        for name in (one.whole, *one.parts):
            spans.setdefault(name, UNKNOWN)
    for _ in range(2 * len(sums) + 1):  # in a tree, up and down again
        if not sum(_carry(spans, one) for one in sums):
            break
    return spans


def _carry(spans: dict[Name, CountRange], one: WholeOf) -> bool:
    """Narrow the whole by its parts and each part by the others; tell whether anything changed."""
    before = [spans[name] for name in (one.whole, *one.parts)]
    least = sum(spans[part][0] for part in one.parts)
    most = sum(spans[part][1] for part in one.parts)
    low, high = spans[one.whole]
    low, high = max(low, least), min(high, most)
    spans[one.whole] = low, high
    for part in one.parts:
        own = spans[part]
        spans[part] = max(own[0], low - (most - own[1])), min(own[1], high - (least - own[0]))
    return before != [spans[name] for name in (one.whole, *one.parts)]


def widened(
    counts: Mapping[Name, int],
    told: Mapping[Name, CountRange],
    sums: Sequence[WholeOf],
    new: Collection[Name],
    step: int,
) -> dict[Name, CountRange]:
    """The ranges, of which the new ones are so wide that they narrow no count below ``step``.

    A small count keeps ``step`` − 1 values, or as many as it had without the new ranges. The
    largest of the new counts give way first. A count of nothing is disclosed as nothing.

    Args:
        counts: the true counts by name; sums that they contradict are left out.
        told: the range of each count by itself.
        sums: which counts are sums of others.
        new: the names whose ranges may become wider.
        step: the smallest count that is disclosed.
    """
    spans = dict(told)
    true = [one for one in sums if _holds(counts, one)]
    small = [name for name, count in counts.items() if 0 < count < step]
    without = {name: span for name, span in told.items() if name not in new or span == (0, 0)}
    kept = possible_counts(without, true)
    most = sum(counts[name] for name in new) + step
    for name in sorted(new, key=lambda name: (-counts[name], str(name))):
        width = step
        while spans[name] not in ((0, 0), (0, most)):
            found = possible_counts(spans, true)
            if not any(_narrower(found, kept, one, step) for one in small):
                return spans
            low, high = spans[name]
            spans[name] = max(0, low - width), min(most, high + width)
            width *= 2
    return spans


def _holds(counts: Mapping[Name, int], one: WholeOf) -> bool:
    parts = sum(counts[part] for part in one.parts)
    return counts.get(one.whole, parts) == parts


def _narrower(
    found: Mapping[Name, CountRange], kept: Mapping[Name, CountRange], name: Name, step: int
) -> bool:
    """Whether a count has fewer values than it must keep."""
    low, high = found[name]
    before = kept.get(name, UNKNOWN)
    return high - low < min(step - 2, before[1] - before[0])


def sum_of_ranges(spans: Collection[CountRange]) -> CountRange:
    """The range of a sum of which only the parts are told: it says nothing new."""
    return sum(low for low, _ in spans), sum(high for _, high in spans)
