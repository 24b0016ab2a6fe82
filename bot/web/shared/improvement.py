"""Where a unit lies behind units like it, by what counts for its total: what to improve first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median

from aggregation.model.results import UnitResult
from aggregation.scheme.scheme import PUBLIC, Scheme
from bot.core.labels import pick

FEWEST = 3
"""Of fewer units a median says who the others are, so none is made."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One component of a total beside its median among units of the same category.

    ``difference`` is own points minus the median's, and ``gain`` what the total would gain at the
    median, in points of the total; 0 for who is at it or above.
    """

    component: str
    weight: float
    own: float
    peers: float
    difference: float
    gain: float


def gaps(unit: UnitResult, units: Iterable[UnitResult]) -> list[Gap]:
    """Returns the components of a unit's total, those with the most to gain first.

    The medians are of all units of its category, its own among them; without `FEWEST` that have a
    total there are none.
    """
    peers = [it for it in units if it.category == unit.category and it.total is not None]
    if len(peers) < FEWEST or unit.total is None:
        return []
    found = []
    for part in unit.components:
        values = [
            other.points
            for it in peers
            for other in it.components
            if other.id == part.id and other.points is not None
        ]
        if part.points is not None and part.weight and len(values) >= FEWEST:
            middle = Fraction(median(values))
            behind = max(Fraction(0), middle - part.points) * Fraction(part.weight) / 100
            difference = float(part.points - middle)
            found.append(
                Gap(
                    part.id,
                    float(part.weight),
                    float(part.points),
                    float(middle),
                    difference,
                    float(behind),
                )
            )
    return sorted(found, key=lambda it: (-it.gain, it.difference, it.component))


def named_gaps(
    unit: UnitResult, units: Iterable[UnitResult], scheme: Scheme, lang: str
) -> list[tuple[str, Gap]]:
    """Returns what `gaps` does, with the names of the indicators; the public score has none."""
    return [(_name(it.component, scheme, lang), it) for it in gaps(unit, units)]


def _name(component: str, scheme: Scheme, lang: str) -> str:
    called = scheme.indicators.get(component)
    if called is None:
        return "" if component == PUBLIC else component
    return pick((called.zh, called.en), lang)


@dataclass(frozen=True, slots=True)
class PeerStrip:
    """Totals on a line from ``least`` to ``most``: ``own``, and ``peers`` without their names.

    ``own`` and ``peers`` are positions in % of the line.
    """

    least: int
    most: int
    own: float
    peers: tuple[float, ...]


def peer_strip(unit: UnitResult, units: Iterable[UnitResult]) -> PeerStrip | None:
    """Returns where a unit's total stands among those it is ranked with; None without a rank."""
    others = [it.total for it in units if it.family == unit.family and it.total is not None]
    if unit.total is None or unit.rank is None or len(others) < FEWEST:
        return None
    least, most = int(min(others)) // 5 * 5, -(-int(max(others) + 1) // 5) * 5

    def at(total: Decimal) -> float:
        return round(100 * (float(total) - least) / (most - least), 2)

    return PeerStrip(least, most, at(unit.total), tuple(sorted({at(it) for it in others})))
