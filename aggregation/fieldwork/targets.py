"""How many people an office wants to hear, by evaluator group, and what follows by district."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

STROKE = "/"
"""Divides a stratum such as ``430102/large`` into its parts, the district first."""


def area_of(stratum: str) -> str:
    """The district of a stratum such as ``430102/large``; empty without one."""
    return stratum.partition(STROKE)[0]


def area_targets(
    targets: Mapping[str, int],
    population: Mapping[str, Mapping[str, int]],
    invited: Mapping[tuple[str, str], int],
) -> dict[str, int]:
    """The targets of groups shared out to districts.

    A group's people are shared by population figures, or, where the group has none by district, by
    the invitations. What neither shares out has no district.

    Args:
        targets: people by group.
        population: people by group and stratum.
        invited: invitations by group and stratum.
    """
    found: Counter[str] = Counter()
    for group, people in targets.items():
        asked = {stratum: number for (own, stratum), number in invited.items() if own == group}
        for strata in (population.get(group, {}), asked):
            weights: Counter[str] = Counter()
            for stratum, number in strata.items():
                if area_of(stratum):
                    weights[area_of(stratum)] += number
            if weights:
                found.update(shared_out(people, weights))
                break
    return {area: people for area, people in sorted(found.items()) if people}


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
