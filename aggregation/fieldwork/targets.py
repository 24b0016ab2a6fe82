"""How many people an office wants to hear, by evaluator group, and what follows by district."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

from aggregation.scheme.population import STROKE, Population


def area_of(stratum: str) -> str:
    """The district of a stratum such as ``430102/large``; empty without one."""
    return stratum.partition(STROKE)[0]


def area_targets(
    targets: Mapping[str, int],
    population: Population | None,
    invited: Mapping[tuple[str, str], int],
) -> dict[str, int]:
    """The targets of groups shared out to districts.

    A group's people are shared by the scheme's population figures, or, where it has none of that
    group by district, by the invitations. What neither shares out has no district.

    Args:
        targets: people by group.
        population: the figures to which answers are weighted.
        invited: invitations by group and stratum.
    """
    found: Counter[str] = Counter()
    for group, people in targets.items():
        weights = _by_area(population, group) or Counter[str]()
        if not weights:
            for (own, stratum), number in invited.items():
                if own == group and area_of(stratum):
                    weights[area_of(stratum)] += number
        found.update(shared_out(people, weights))
    return {area: people for area, people in sorted(found.items()) if people}


def _by_area(population: Population | None, group: str) -> Counter[str]:
    """The people of a group by district, of units without figures of their own."""
    found: Counter[str] = Counter()
    target = population.targets().get(("", group)) if population else None
    if target is None:
        return found
    for margin, values in target.margins.items():
        if margin <= 1:
            for value, people in values.items():
                found[area_of(value)] += people
    return found


def shared_out(people: int, weights: Mapping[str, int]) -> dict[str, int]:
    """A number of people shared by weights, whole and with the same sum (largest remainders)."""
    whole = sum(weights.values())
    if not whole:
        return {}
    exact = {name: Fraction(people * weight, whole) for name, weight in weights.items()}
    found = {name: int(share) for name, share in exact.items()}
    left = people - sum(found.values())
    for name in sorted(exact, key=lambda name: (found[name] - exact[name], name))[:left]:
        found[name] += 1
    return found


def due_by(target: int, opens_at: float, closes_at: float, now: float) -> int:
    """How many of a target are due at an even pace, rounded down; times in epoch seconds."""
    if now >= closes_at:
        return target
    passed = max(0.0, now - opens_at)
    return int(target * passed / (closes_at - opens_at))
