"""Several views of the same people: each has the same sum, and none may narrow a small count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aggregation.fieldwork.dispositions import CountRange

Cell = tuple[int, str]
"""The place of a view, and a count's name in it."""


def views_of_one_sum(
    views: Sequence[Mapping[str, int]], told: Sequence[Mapping[str, CountRange]], step: int
) -> list[dict[str, CountRange]]:
    """The ranges of counts so that together they narrow no count below ``step``.

    Views are for example the days and the hours of the day in which the same people came. Whoever
    holds all ranges bounds the sum by each view, and a count by the sum and the others of its view.
    Where that would leave a small count fewer than ``step`` − 1 values, the largest counts of the
    later view get wider ranges. A count of nothing is disclosed as nothing.

    Args:
        views: the counts by name, all with the same sum.
        told: the range of each count by itself; those of the first view stay.
        step: the smallest count that is disclosed.
    """
    spans = [dict(view) for view in told]
    for place in range(1, len(views)):
        seen = spans[: place + 1]
        most = max(_sum(view)[1] for view in seen)
        small = [
            (at, name)
            for at, view in enumerate(views[: place + 1])
            for name, count in view.items()
            if 0 < count < step
        ]
        own = seen[place]
        for name in sorted(own, key=lambda name: (-views[place][name], name)):
            while own[name] not in ((0, 0), (0, most)) and any(
                _narrow(seen, cell, step) for cell in small
            ):
                low, high = own[name]
                own[name] = max(0, low - step), min(most, high + step)
    return spans


def _narrow(told: Sequence[Mapping[str, CountRange]], cell: Cell, step: int) -> bool:
    """Whether a count has fewer than ``step`` − 1 values that all ranges allow."""
    low, high = possible(told, cell)
    return high - low < step - 2


def possible(told: Sequence[Mapping[str, CountRange]], cell: Cell) -> CountRange:
    """The values of a count that all ranges allow, if each view has the same sum."""
    place, name = cell
    sums = [_sum(view) for at, view in enumerate(told) if at != place]
    others = _sum({other: span for other, span in told[place].items() if other != name})
    low, high = told[place][name]
    least = max((low for low, _ in sums), default=0)
    most = min((high for _, high in sums), default=high + others[1])
    return max(low, least - others[1]), min(high, most - others[0])


def _sum(spans: Mapping[str, CountRange]) -> CountRange:
    return sum(low for low, _ in spans.values()), sum(high for _, high in spans.values())
