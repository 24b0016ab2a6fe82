"""How much each part counts: evaluator groups by the scheme, open-link answers under their cap."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

Shares = Mapping[str, Fraction]


def redistributed_weights(weights: Shares, counted: set[str]) -> dict[str, Fraction]:
    """The weights of the groups that count, scaled so that they keep their ratio and sum to 100.

    A group outside ``counted`` gets 0. When none of positive weight counts, all get 0.
    """
    kept = sum((weight for group, weight in weights.items() if group in counted), Fraction())
    if not kept:
        return dict.fromkeys(weights, Fraction())
    return {
        group: 100 * weight / kept if group in counted else Fraction()
        for group, weight in weights.items()
    }


def open_link_share(open_weight: int, verified_weight: int, cap: Fraction) -> Fraction:
    """The share of open-link answers in a group's mean: at most ``cap`` beside vouched answers.

    Args:
        open_weight: sum of the fraud weights of the open-link answers.
        verified_weight: that of the answers that an invitation vouches for.
        cap: 0–1.
    """
    if not open_weight or not verified_weight:
        return Fraction(1 if open_weight else 0)
    return min(cap, Fraction(open_weight, open_weight + verified_weight))
