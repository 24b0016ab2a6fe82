"""Half-up rounding, apportionment and competition ranks."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

Key = tuple[Decimal, ...]
"""The ranking key of a unit: the rounded total, then the tie-breaks; greater is better."""


def half_up(value: Fraction | Decimal, places: int) -> Decimal:
    """``value`` rounded half up, away from zero, to ``places`` decimals, exactly."""
    exact = value if isinstance(value, Fraction) else Fraction(value)
    top, below = abs(exact.numerator), exact.denominator
    digits = Decimal((2 * top * 10**places + below) // (2 * below)).scaleb(-places)
    return (digits if exact >= 0 else -digits).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def apportion(
    places: int,
    sizes: Mapping[str, int],
    room: Mapping[str, int] | None = None,
    lots: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """Shares out ``places`` in proportion to ``sizes`` by largest remainder.

    Equal remainders go to the lowest of the drawn ``lots``; without lots to the larger category,
    then by name. No category gets more than its ``room``, its size if None. The shares sum to
    ``places`` when there is room for them.
    """
    room = sizes if room is None else room
    total = sum(sizes.values())
    exact = {
        name: Fraction(places * size, total) if total else Fraction(0)
        for name, size in sizes.items()
    }
    shares = {name: min(int(share), room[name]) for name, share in exact.items()}
    turn = {name: (0, lots[name]) if lots else (-sizes[name], name) for name in sizes}
    order = sorted(sizes, key=lambda name: (int(exact[name]) - exact[name], turn[name]))
    while (left := places - sum(shares.values())) > 0:
        takers = [name for name in order if shares[name] < room[name]][:left]
        if not takers:
            break
        shares.update({name: shares[name] + 1 for name in takers})
    return shares


def competition_ranks(keys: Mapping[str, Key]) -> dict[str, int]:
    """Places from 1; equal keys share the better place."""
    return {unit: 1 + sum(other > key for other in keys.values()) for unit, key in keys.items()}
