"""How groups, and answers that nobody vouches for, differ at other units.

A unit's contrasts rest on every unit but itself. Per group, c is the least-squares fit of
M_jg = u_j + c_g with weights b_jg, Σ a·c = 0: over the campaign, starting from no difference, and
then over the unit's family, pulled to the campaign's. The loose contrast c_o is the mean of
ȳ_o − ȳ_v over other units' groups with weight b_v·b_o, starting from no difference. ρ and φ are
these as multiples of y(100 − y). All sums are whole numbers of small parts, so that no order of
units changes a bit; the equations are solved in fractions and rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from aggregation.estimation.method2.evidence import NOTHING, TOP, GroupEvidence, UnitEvidence
from aggregation.estimation.method2.own_score import Contrasts, GroupContrast, group_terms
from aggregation.scheme.evidence import EvidenceRules

FINE = 10**6
"""Published contrasts are multiples of 1/`FINE`."""
STEEPEST = Fraction(99, 10_000)
"""The largest multiple of y(100 − y): from 1/100 on a better answer could count for less."""

NO_CONTRAST = GroupContrast()

Vector = tuple[int, ...]


def _fine(value: Fraction) -> int:
    """The nearest whole number of 1/`FINE`, halves up."""
    return (2 * value.numerator * FINE + value.denominator) // (2 * value.denominator)


@dataclass(frozen=True, slots=True)
class ContrastSums:
    """What units add to the equations, in whole numbers of 1/`FINE` (products: 1/`FINE`²).

    By group: ``weights`` Σb; ``means`` and ``loose`` the right-hand sides of M without a loose
    contrast and of the part that one multiplies; ``bends`` ΣbH. ``cross`` is the matrix of the
    equations, row by row. ``levels`` counts units, ``room`` sums û(100 − û). Of loose answers:
    ``both`` Σω, ``apart`` Σω(ȳ_o − ȳ_v), ``loose_bend`` Σωh̄_o.
    """

    weights: Vector
    cross: Vector
    means: Vector
    loose: Vector
    bends: Vector
    levels: int = 0
    room: int = 0
    both: int = 0
    apart: int = 0
    loose_bend: int = 0

    def plus(self, other: ContrastSums, sign: int = 1) -> ContrastSums:
        """The sums with those of other units added, or taken away."""

        def rows(one: Vector, two: Vector) -> Vector:
            return tuple(a + sign * b for a, b in zip(one, two, strict=True))

        return ContrastSums(
            rows(self.weights, other.weights),
            rows(self.cross, other.cross),
            rows(self.means, other.means),
            rows(self.loose, other.loose),
            rows(self.bends, other.bends),
            self.levels + sign * other.levels,
            self.room + sign * other.room,
            self.both + sign * other.both,
            self.apart + sign * other.apart,
            self.loose_bend + sign * other.loose_bend,
        )


def no_sums(size: int) -> ContrastSums:
    """The sums of no unit, for so many groups."""
    row = (0,) * size
    return ContrastSums(row, (0,) * size**2, row, row, row)


def unit_sums(unit: UnitEvidence, groups: Sequence[str], rules: EvidenceRules) -> ContrastSums:
    """What one unit adds to the equations of all others."""
    found = [_GroupMeans.of(unit.get(name), rules) for name in groups]
    weights = [it.weight for it in found]
    total = sum(weights, Fraction())
    if not total:
        return no_sums(len(groups))
    middle = sum((it.weight * it.mean for it in found), Fraction()) / total
    lean = sum((it.weight * it.lean for it in found), Fraction()) / total
    pulls = [
        unit[name].share * it.weight if name in unit else Fraction()
        for name, it in zip(groups, found, strict=True)
    ]
    level = sum((pull * it.mean for pull, it in zip(pulls, found, strict=True)), Fraction()) / sum(
        pulls
    )
    cross = [
        _fine((weights[row] if row == column else 0) - weights[row] * weights[column] / total)
        for row in range(len(groups))
        for column in range(len(groups))
    ]
    return ContrastSums(
        tuple(map(_fine, weights)),
        tuple(cross),
        tuple(_fine(it.weight * (it.mean - middle)) for it in found),
        tuple(_fine(it.weight * (it.lean - lean)) for it in found),
        tuple(_fine(it.weight * it.bend) for it in found),
        1,
        _fine(level * (TOP - level)),
        sum(_fine(it.both) for it in found),
        sum(_fine(it.both * it.apart) for it in found),
        sum(_fine(it.both * it.loose_bend) for it in found),
    )


@dataclass(frozen=True, slots=True)
class _GroupMeans:
    """A group's means before any contrast: M = ``mean`` − ρ_o·``lean``, and H = ``bend``."""

    weight: Fraction = Fraction()
    mean: Fraction = Fraction()
    lean: Fraction = Fraction()
    bend: Fraction = Fraction()
    both: Fraction = Fraction()
    apart: Fraction = Fraction()
    loose_bend: Fraction = Fraction()

    @classmethod
    def of(cls, group: GroupEvidence | None, rules: EvidenceRules) -> _GroupMeans:
        if group is None:
            return cls()
        imagined = Fraction(rules.imagined)
        vouched, loose = group.vouched, NOTHING
        for name, sums in group.loose:
            most = Fraction(rules.most_worth(name))
            part = most / (sums.weight + most)
            loose += type(sums)(part * sums.weight, part * sums.points, part * sums.bend)
        terms = group_terms(group, NO_CONTRAST, rules)
        if terms.mean is None:
            return cls()
        both = apart = loose_bend = Fraction()
        if vouched.weight and loose.weight:
            both = vouched.weight / (vouched.weight + imagined)
            both *= loose.weight / (loose.weight + imagined)
            apart, loose_bend = loose.mean - vouched.mean, loose.mean_bend
        return cls(terms.weight, terms.mean, terms.lean, terms.bend, both, apart, loose_bend)


def campaign_contrasts(
    units: Mapping[str, UnitEvidence], families: Mapping[str, str], rules: EvidenceRules
) -> dict[str, Contrasts]:
    """The contrasts of every unit, each from all other units.

    Args:
        units: the evidence by unit code.
        families: the family of each unit; its units have the same shares of groups.
        rules: the constants of the scheme.
    """
    groups = sorted({name for unit in units.values() for name in unit})
    each = {code: unit_sums(unit, groups, rules) for code, unit in units.items()}
    every = _total(each.values(), len(groups))
    by_family: dict[str, ContrastSums] = {}
    for code, sums in each.items():
        known = by_family.get(families[code], no_sums(len(groups)))
        by_family[families[code]] = known.plus(sums)
    return {
        code: unit_contrasts(
            every.plus(each[code], -1),
            by_family[families[code]].plus(each[code], -1),
            {name: unit[name].share for name in unit},
            groups,
            rules,
        )
        for code, unit in units.items()
    }


def _total(parts: Iterable[ContrastSums], size: int) -> ContrastSums:
    total = no_sums(size)
    for part in parts:
        total = total.plus(part)
    return total


def unit_contrasts(
    campaign: ContrastSums,
    family: ContrastSums,
    shares: Mapping[str, Fraction],
    groups: Sequence[str],
    rules: EvidenceRules,
) -> Contrasts:
    """One unit's contrasts, from the sums of all other units and of those of its family.

    Args:
        campaign: the sums of all other units.
        family: the sums of the other units of its family.
        shares: its groups with their weights a.
        groups: the groups of the sums, in their order.
        rules: the constants of the scheme.
    """
    start, pull = Fraction(rules.start), Fraction(rules.family_pull)
    apart = Fraction(campaign.apart, campaign.both + start * FINE)
    bend = Fraction(campaign.loose_bend, campaign.both) if campaign.both else Fraction()
    loose = _multiple(apart, bend)
    zero = [Fraction()] * len(groups)
    wide = _solve(campaign, loose, start, zero)
    near = _solve(family, loose, pull, wide) if pull else wide
    at = {name: place for place, name in enumerate(groups)}
    middle = sum((share * near[at[name]] for name, share in shares.items()), Fraction())
    room = _pulled(family.room, family.levels * FINE, campaign.room, campaign.levels * FINE, pull)
    found = {}
    for name in shares:
        place = at[name]
        contrast = near[place] - middle
        level = _multiple(
            contrast,
            _pulled(
                family.bends[place],
                family.weights[place],
                campaign.bends[place],
                campaign.weights[place],
                pull,
            ),
        )
        found[name] = GroupContrast(level, loose, _within(level + loose), _multiple(contrast, room))
    return found


def _pulled(near: int, weight: int, wide: int, whole: int, pull: Fraction) -> Fraction:
    """The family's mean, pulled to the campaign's; 0 where nobody is."""
    middle = Fraction(wide, whole) if whole else Fraction()
    below = weight + pull * FINE
    return (near + pull * FINE * middle) / below if below else middle


def _multiple(points: Fraction, bend: Fraction) -> Fraction:
    """Points as a multiple of the mean y(100 − y), rounded and within its limit."""
    return _within(Fraction(_fine(points / bend), FINE)) if bend > 0 else Fraction()


def _within(value: Fraction) -> Fraction:
    return max(-STEEPEST, min(STEEPEST, value))


def _solve(
    sums: ContrastSums, loose: Fraction, pull: Fraction, centre: Sequence[Fraction]
) -> list[Fraction]:
    """Solves (N + pull·I)·c = r + pull·centre by elimination, in fractions.

    N is symmetric with rows that sum to 0 and no negative eigenvalue but for rounding, so that a
    positive pull makes the pivots positive.
    """
    size = len(centre)
    rows = [
        [
            Fraction(sums.cross[row * size + column], FINE) + (pull if row == column else 0)
            for column in range(size)
        ]
        + [
            Fraction(sums.means[row], FINE)
            - loose * Fraction(sums.loose[row], FINE)
            + pull * centre[row]
        ]
        for row in range(size)
    ]
    for place in range(size):
        for row in range(place + 1, size):
            times = rows[row][place] / rows[place][place]
            if times:
                rows[row] = [a - times * b for a, b in zip(rows[row], rows[place], strict=True)]
    found = [Fraction()] * size
    for place in reversed(range(size)):
        known = sum((rows[place][at] * found[at] for at in range(place + 1, size)), Fraction())
        found[place] = (rows[place][size] - known) / rows[place][place]
    return [Fraction(_fine(value), FINE) for value in found]
