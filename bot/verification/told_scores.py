"""Checks whether the published figures of a unit can make its score by method 2, for anybody.

By the rule a score is Σ a·m with m = b·M + (1 − b)·f, f = û + φ·û(100 − û) and û = Σ ab·T/Σ ab,
T = M − ρ·H (docs/scoring.md). Of each group M, b and the contrasts are told, rounded, or are not;
of H nothing is, but it is a mean of y(100 − y). From the values that all these may have follow the
least and the largest score. One that lies outside contradicts its groups; one inside is no proof.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from aggregation.disclosure.precision import FINE_FROM, TENS, TENTH, WHOLE
from aggregation.estimation.method2.contrasts import STEEPEST
from aggregation.scheme.scheme import Scheme
from bot.verification.bounded_totals import COARSE
from survey_flows.errors import BadInput, Message, Place

HEX_DIGITS = 64
NOTHING, TOP = Fraction(), Fraction(100)
_ROUNDED_AWAY = Fraction(1, 2 * 10**COARSE)
_WIDEST_BEND = TOP**2 / 4
"""The most that y(100 − y) can be."""

Window = tuple[Fraction, Fraction]
"""The least and the largest value that a figure may have, in points or as a share."""
ALL_SCORES: Window = NOTHING, TOP


def disagreeing_units(
    found: Mapping[str, Any], categories: Mapping[str, str], scheme: Scheme
) -> tuple[list[str], int]:
    """Return the units whose told figures contradict each other, and how many scores were compared.

    Args:
        found: the public totals of method 2.
        categories: the category of each unit that is registered.
        scheme: the registered scheme, of method 2.

    Raises:
        BadInput: the totals are incomplete or name other units.
    """
    try:
        units = {unit["unit"]: unit for unit in found["units"]}
        if set(units) != set(categories) or len(units) < len(found["units"]):
            raise BadInput(Message("verification-totals-units-wrong"), Place(file="totals.json"))
        wrong = [
            code
            for code, unit in sorted(units.items())
            if not _agrees(unit, scheme, categories[code])
        ]
        compared = sum(unit.get("score") is not None for unit in units.values())
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise BadInput(Message("verification-totals-damaged"), Place(file="totals.json")) from error
    return wrong, compared


def _agrees(unit: Mapping[str, Any], scheme: Scheme, category: str) -> bool:
    digest = bytes.fromhex(unit["sums"])
    if len(digest) * 2 != HEX_DIGITS:
        return False
    if unit.get("withheld"):
        return True
    weights = {
        name: Fraction(weight)
        for name, weight in scheme.categories[category].group_weights.items()
        if weight
    }
    groups = {group["group"]: group for group in unit["groups"]}
    if set(groups) != set(weights):
        return False
    k = Fraction(scheme.evidence.imagined) if scheme.evidence else Fraction()
    told = [told_group(groups[name], weight / TOP, k) for name, weight in weights.items()]
    if not all(group.possible for group in told):
        return False
    if unit["score"] is None:
        return True
    low, high = _printed(unit["score"], unit["n"])
    if unit["n"] is None or unit["n"] < FINE_FROM:
        low -= TENTH / 2  # it was rounded to tenths before
    least, most = possible_scores(told)
    return least <= high and low <= most


@dataclass(frozen=True, slots=True)
class ToldGroup:
    """What may be so of a group: its weight a, b, the mean M of its answers, ρ, ρ_o and φ."""

    share: Fraction
    evidence: Window
    mean: Window
    level: Window
    loose: Window
    expected: Window

    @property
    def possible(self) -> bool:
        """Whether there is any such group."""
        return all(
            low <= high
            for low, high in (self.evidence, self.mean, self.level, self.loose, self.expected)
        )

    @property
    def common(self) -> Window:
        """T on the level that all groups share, whatever the bends of its answers are."""
        # M of loose answers is moved by ρ_o times their bend: so far may ȳ lie from it.
        off = [contrast * _WIDEST_BEND for contrast in self.loose]
        ends = self.mean[0] + min(off[0], NOTHING), self.mean[1] + max(off[1], NOTHING)
        nearest = min(max(TOP / 2, ends[0]), ends[1])
        bend = max(nearest * (TOP - nearest), NOTHING)
        # The sum of ρ and ρ_o is held within its limit, which moves what is taken off loose ones.
        beyond = [rho + other for rho, other in zip(self.level, self.loose, strict=True)]
        level = (
            self.level[0] + min(STEEPEST - beyond[1], NOTHING),
            self.level[1] + max(-STEEPEST - beyond[0], NOTHING),
        )
        moved = [contrast * bend for contrast in level]
        return (
            max(self.mean[0] - max(moved[1], NOTHING), NOTHING),
            min(self.mean[1] - min(moved[0], NOTHING), TOP),
        )


def possible_scores(groups: Sequence[ToldGroup]) -> Window:
    """Return the least and the largest score that groups of these figures can make."""
    level = _general_level(groups)
    least = most = Fraction()
    for group in groups:
        low, high = (
            at + steep * at * (TOP - at) for at, steep in zip(level, group.expected, strict=True)
        )
        ends = [b * group.mean[0] + (1 - b) * low for b in group.evidence]
        least += group.share * min(ends)
        ends = [b * group.mean[1] + (1 - b) * high for b in group.evidence]
        most += group.share * max(ends)
    return least, most


def _general_level(groups: Sequence[ToldGroup]) -> Window:
    """û, a mean of T with weights ab: it is largest where the largest T weigh most."""
    pulls = [[group.share * b for b in group.evidence] for group in groups]
    commons = [group.common for group in groups]
    ends: list[Fraction] = []
    for side, sign in ((0, 1), (1, -1)):
        order = sorted(range(len(groups)), key=lambda at: sign * commons[at][side])
        means = []
        for cut in range(len(order) + 1):
            weights = [pulls[at][place < cut] for place, at in enumerate(order)]
            whole = sum(weights, Fraction())
            if whole:
                points = [w * commons[at][side] for w, at in zip(weights, order, strict=True)]
                means.append(sum(points, Fraction()) / whole)
        ends.append(ALL_SCORES[side] if not means else min(means) if side == 0 else max(means))
    return ends[0], ends[1]


def told_group(group: Mapping[str, Any], share: Fraction, k: Fraction) -> ToldGroup:
    """Return the windows that rounding and what is not told leave.

    So many answers have at most b = n/(n + k).
    """
    n = group["n"]
    reached = Fraction(1)
    if n is not None and k:
        reached = (int(n) + TENS) / (int(n) + TENS + k) if n else Fraction()
    b = (Fraction(), reached)
    if group["b"] is not None:
        told = Fraction(group["b"])
        b = max(told - TENTH / 2, NOTHING), min(told + TENTH / 2, reached)
    level, loose, expected = (_contrast(text) for text in group["contrasts"])
    return ToldGroup(share, b, _printed(group["score"], n), level, loose, expected)


def _contrast(text: str) -> Window:
    told = Fraction(text)
    return max(told - _ROUNDED_AWAY, -STEEPEST), min(told + _ROUNDED_AWAY, STEEPEST)


def _printed(score: str | None, n: int | None) -> Window:
    """Return the values that are printed like this."""
    if score is None:
        return ALL_SCORES
    step = TENTH if n is not None and n >= FINE_FROM else WHOLE
    told = Fraction(score)
    return max(told - step / 2, NOTHING), min(told + step / 2, TOP)
