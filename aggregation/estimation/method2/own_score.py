"""A unit's own score as an exact fraction of its sums, given the contrasts of other units.

Per group: vouched answers with Σw = W, and of each loose channel with Σw = W_o the worth
E = K·W_o/(W_o + K) vouched ones. What is expected of the group, f = û + φ·û(100 − û), counts as k
imagined answers. The score is Σ a·m over the groups, and over the population cells of a group
m = Σ P·[S + P·(ΣE·x + S_u + k·f)]/[W_c + P·(ΣE + W_u + k)]. b is the part of m that is not
imagined: B/(B + k) with B = W + ΣE where there is one cell. Of that part M is the mean, and
T = M − ρ·H the same on the common level. The general level is û = Σab·T/Σab.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from aggregation.estimation.method2.evidence import TOP, AnswerSums, GroupEvidence, UnitEvidence
from aggregation.scheme.evidence import EvidenceRules

ENDS = (Fraction(0), Fraction(TOP))


@dataclass(frozen=True, slots=True)
class GroupContrast:
    """How a group and loose answers differ elsewhere, as multiples of y(100 − y).

    ``level`` is ρ of the group, ``loose`` ρ of loose answers, ``both`` their sum within its limit,
    and ``expected`` φ.
    """

    level: Fraction = Fraction()
    loose: Fraction = Fraction()
    both: Fraction = Fraction()
    expected: Fraction = Fraction()


Contrasts = Mapping[str, GroupContrast]
"""By evaluator group; all other units' answers make them, and none of the unit's own."""


@dataclass(frozen=True, slots=True)
class GroupTerms:
    """What a group adds to its unit's score.

    ``vouched`` is W, ``worth`` ΣE, ``weight`` b, ``mean`` M and ``common`` T (points; None without
    answers). The group's mean is m = ``base`` + ``phantom``·f: ``phantom`` is the share of the
    imagined answers in it. ``bend`` is H, ``lean`` its part of loose answers, ``borne`` the weight
    W/(W + k) of vouched answers alone, ``each`` the worth E of each loose channel. ``below`` are
    the divisors of the population cells, and ``common_share`` the part of m that one answer
    without a cell has.
    """

    share: Fraction
    vouched: Fraction
    worth: Fraction
    weight: Fraction
    mean: Fraction | None
    common: Fraction | None
    base: Fraction
    phantom: Fraction
    bend: Fraction
    lean: Fraction
    borne: Fraction
    each: Mapping[str, Fraction]
    below: tuple[Fraction, ...]
    common_share: Fraction

    @property
    def pull(self) -> Fraction:
        """The group's weight a·b in the general level."""
        return self.share * self.weight


def group_terms(group: GroupEvidence, contrast: GroupContrast, rules: EvidenceRules) -> GroupTerms:
    """The terms of one group."""
    imagined = Fraction(rules.imagined)
    vouched = group.vouched
    each: dict[str, Fraction] = {}
    plain = bend = Fraction()
    for name, sums in group.loose:
        most = Fraction(rules.most_worth(name))
        part = most / (sums.weight + most)
        each[name] = part * sums.weight
        plain += part * sums.points
        bend += part * sums.bend
    worth = sum(each.values(), Fraction())
    moved = plain - contrast.loose * bend
    below = tuple(
        cell.weight + people * (worth + group.unplaced.weight + imagined)
        for people, cell in group.cells
    )
    loose_level = plain - contrast.both * bend
    loose = (moved, loose_level, bend)
    found = _CellSums()
    for (people, cell), whole in zip(group.cells, below, strict=True):
        if whole:
            found = found.plus(people, cell, group.unplaced, loose, contrast, whole)
    weight = 1 - found.common * imagined
    return GroupTerms(
        share=group.share,
        vouched=vouched.weight,
        worth=worth,
        weight=weight,
        mean=found.base / weight if weight else None,
        common=found.level / weight if weight else None,
        base=found.base,
        phantom=1 - weight,
        bend=found.bend / weight if weight else Fraction(),
        lean=found.common * bend / weight if weight else Fraction(),
        borne=vouched.weight / (vouched.weight + imagined),
        each=each,
        below=below,
        common_share=found.common,
    )


@dataclass(frozen=True, slots=True)
class _CellSums:
    """Sums over population cells: of answers as they are, on the common level, and of bends."""

    base: Fraction = Fraction()
    level: Fraction = Fraction()
    bend: Fraction = Fraction()
    common: Fraction = Fraction()

    def plus(
        self,
        people: Fraction,
        cell: AnswerSums,
        apart: AnswerSums,
        loose: tuple[Fraction, Fraction, Fraction],
        contrast: GroupContrast,
        whole: Fraction,
    ) -> _CellSums:
        plain, level, bend = loose
        if people == 1:  # without figures of the population there is one cell
            vouched = cell.points + apart.points
            bends = cell.bend + apart.bend
            on_level = vouched - contrast.level * bends + level
            return _CellSums(
                (vouched + plain) / whole, on_level / whole, (bends + bend) / whole, 1 / whole
            )
        points = cell.points + people * (apart.points + plain)
        vouched = cell.points - contrast.level * cell.bend
        vouched += people * (apart.points - contrast.level * apart.bend)
        bends = cell.bend + people * (apart.bend + bend)
        return _CellSums(
            self.base + people * points / whole,
            self.level + people * (vouched + people * level) / whole,
            self.bend + people * bends / whole,
            self.common + people * people / whole,
        )


@dataclass(frozen=True)
class OwnScore:
    """A unit's exact score with its parts; ``level`` is û."""

    score: Fraction
    level: Fraction
    terms: Mapping[str, GroupTerms]
    contrasts: Contrasts

    @cached_property
    def pull(self) -> Fraction:
        """Σab, the weight of all groups in the general level."""
        return sum((t.pull for t in self.terms.values()), Fraction())

    @cached_property
    def imagined(self) -> Fraction:
        """The share F of the score that imagined answers fill."""
        return sum((t.share * t.phantom for t in self.terms.values()), Fraction())

    @property
    def support(self) -> Fraction:
        """Σ W/(W + k) over groups: the evidence of vouched answers alone."""
        return sum((t.borne for t in self.terms.values()), Fraction())

    def expected(self, group: str) -> Fraction:
        """What is expected of a group, f."""
        return expected(self.level, self.contrasts.get(group, GroupContrast()))

    def mean(self, group: str) -> Fraction:
        """The group's mean m in the score."""
        return self.terms[group].base + self.terms[group].phantom * self.expected(group)


def expected(level: Fraction, contrast: GroupContrast) -> Fraction:
    """f = û + φ·û(100 − û)."""
    return level + contrast.expected * level * (TOP - level)


def own_score(unit: UnitEvidence, contrasts: Contrasts, rules: EvidenceRules) -> OwnScore | None:
    """The unit's score; None when no answer of a group with a share counts."""
    terms = {
        name: group_terms(group, contrasts.get(name, GroupContrast()), rules)
        for name, group in sorted(unit.items())
    }
    return score_of_terms(terms, contrasts)


def changed_score(
    unit: UnitEvidence, before: UnitEvidence, own: OwnScore, rules: EvidenceRules
) -> OwnScore | None:
    """As `own_score` of ``unit``; groups that are as in ``before`` keep the terms of ``own``."""
    terms = {
        name: own.terms[name]
        if group == before.get(name)
        else group_terms(group, own.contrasts.get(name, GroupContrast()), rules)
        for name, group in sorted(unit.items())
    }
    return score_of_terms(terms, own.contrasts)


def score_of_terms(terms: Mapping[str, GroupTerms], contrasts: Contrasts) -> OwnScore | None:
    """As `own_score`, of terms that are known already."""
    found = _joined(terms, contrasts)
    return OwnScore(*found, terms, contrasts) if found else None


def _joined(
    terms: Mapping[str, GroupTerms], contrasts: Contrasts
) -> tuple[Fraction, Fraction] | None:
    pulls = [(t.pull, t.common) for t in terms.values()]
    pull = sum((weight for weight, _ in pulls), Fraction())
    if not pull:
        return None
    level = sum((weight * mean for weight, mean in pulls if mean is not None), Fraction())
    level /= pull
    score = sum(
        (
            t.share * (t.base + t.phantom * expected(level, contrasts.get(name, GroupContrast())))
            for name, t in terms.items()
        ),
        Fraction(),
    )
    return score, level
