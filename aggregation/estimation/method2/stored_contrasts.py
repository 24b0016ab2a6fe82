"""Contrasts as they are stored with a release: whole numbers of 10⁻⁶, by unit and group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from aggregation.estimation.method2.contrasts import FINE
from aggregation.estimation.method2.own_score import Contrasts, GroupContrast

StoredContrasts = dict[str, dict[str, list[int]]]


def dump_contrasts(found: Mapping[str, Contrasts]) -> StoredContrasts:
    """ρ, ρ_o, their sum within its limit, and φ, in that order."""
    return {
        unit: {
            name: [int(x * FINE) for x in (c.level, c.loose, c.both, c.expected)]
            for name, c in sorted(own.items())
        }
        for unit, own in sorted(found.items())
    }


def load_contrasts(stored: Mapping[str, Mapping[str, Sequence[int]]]) -> dict[str, Contrasts]:
    """The contrasts that `dump_contrasts` gave."""
    return {
        unit: {
            name: GroupContrast(*(Fraction(number, FINE) for number in numbers))
            for name, numbers in own.items()
        }
        for unit, own in stored.items()
    }
