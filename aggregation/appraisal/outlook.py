"""The certainty of ranked units: rank sets, odds of grades, distance to the cuts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from aggregation.appraisal.cuts import MovableScore, grade_cuts
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.quota import GradeCandidate
from aggregation.appraisal.totals import UnitTotal, as_estimate
from aggregation.estimation.scores import UnitScore
from aggregation.model.facts import Grade
from aggregation.model.results import RankOutlook
from aggregation.ranking.ranks import JointInference, PairwiseComparison, RankSet, covariance_matrix
from aggregation.scheme.scheme import PUBLIC

if TYPE_CHECKING:
    from aggregation.ranking.draws import Matrix

SHAPES = 12
"""The size of the library of shapes (`aggregation.ranking.shapes.library`)."""


@dataclass(frozen=True, slots=True)
class RankCertainty:
    """By unit code, the rank sets, those by which grades are settled, and the outlooks.

    ``settled`` are the sets among all units and ``eligible`` those among units that can be first;
    in both, each difference is first reduced by the scheme's declared bias.
    """

    sets: Mapping[str, RankSet] = field(default_factory=dict)
    settled: Mapping[str, RankSet] = field(default_factory=dict)
    eligible: Mapping[str, RankSet] = field(default_factory=dict)
    outlooks: Mapping[str, RankOutlook] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GradedField:
    """The ranked units of a family with their grades, and the places that they share."""

    name: str
    totals: Sequence[UnitTotal]
    entries: Sequence[GradeCandidate]
    grades: Mapping[str, Grade]
    first: int
    third: int

    @property
    def barred(self) -> Collection[str]:
        """The units that cannot be first."""
        return frozenset(e.unit for e in self.entries if e.barred)


def rank_certainty(
    given: AppraisalInputs, field_: GradedField, others: Matrix | None = None
) -> RankCertainty:
    """The certainty of each ranked unit's standing.

    The seed of all draws is the scheme's digest with year and family. It is fixed before the first
    answer and known to everybody. ``others`` are from `other_families`.
    """
    known = [t for t in field_.totals if t.exact is not None]
    if not known:
        return RankCertainty()
    seed = f"{given.scheme.digest}/{given.year}/{field_.name}"
    weights = {t.unit.code: _share(t) for t in known}
    estimates = {t.unit.code: t.estimate for t in known if t.estimate}
    joint = JointInference(_covariances(given, weights), seed)
    level = given.scheme.confidence_pct
    compared = PairwiseComparison(estimates, level, joint)
    bias = _bias(given, weights)
    biased = PairwiseComparison(estimates, level, replace(joint, bias=bias)) if bias else compared
    own, odds = compared.own_sets(), _odds(given, field_, known, weights, seed, others)
    outlooks = {
        e.unit: RankOutlook(
            own[e.unit].low,
            own[e.unit].high,
            odds[e.unit],
            grade_cuts(
                e,
                field_.entries,
                field_.grades,
                weights[e.unit],
                given.disclosed.get(e.unit),
                _movable(given, e.unit),
            ),
            coarse=given.scheme.evidence is not None,
        )
        for e in field_.entries
    }
    eligible = frozenset(e.unit for e in field_.entries if not e.barred)
    return RankCertainty(compared.sets(), biased.sets(), biased.sets(eligible), outlooks)


def _bias(given: AppraisalInputs, weights: Mapping[str, float]) -> float:
    """The declared bias in points of the total."""
    rules = given.scheme.evidence
    return float(rules.declared_bias) * max(weights.values()) if rules is not None else 0.0


def _movable(given: AppraisalInputs, unit: str) -> MovableScore | None:
    score, rules = given.public.get(unit), given.scheme.evidence
    if score is None or score.bounded is None or rules is None:
        return None
    return MovableScore(score.bounded, rules, given.invited.get(unit, {}))


def _share(total: UnitTotal) -> float:
    return float(next((c.weight for c in total.components if c.id == PUBLIC), Decimal(0))) / 100


def _covariances(
    given: AppraisalInputs, weights: Mapping[str, float]
) -> dict[tuple[str, str], float] | None:
    """Covariances of the totals; None if those of the public scores are not known."""
    if given.covariances is None:
        return None
    return {
        (one, other): value * weights[one] * weights[other]
        for (one, other), value in given.covariances.items()
        if one in weights and other in weights
    }


def _odds(
    given: AppraisalInputs,
    field_: GradedField,
    known: Sequence[UnitTotal],
    weights: Mapping[str, float],
    seed: str,
    others: Matrix | None,
) -> dict[str, Mapping[Grade, float]]:
    """The odds of grades, from the means and variances that rank sets compare.

    Without covariances units count as independent. Shared raters would make differences more
    certain, not less.
    """
    import numpy as np

    from aggregation.ranking.odds import GradeDraws, grade_odds, shaped_odds

    codes = [t.unit.code for t in known]
    public = [given.public.get(code) for code in codes]
    points = [score.score or Fraction() if score else Fraction() for score in public]
    read = {
        code: as_estimate(at, score) for code, at, score in zip(codes, points, public, strict=True)
    }
    share = np.array([weights[code] for code in codes])
    race = GradeDraws(
        codes=codes,
        fixed=np.array([float(t.exact or 0) for t in known])
        - share * np.array([float(at) for at in points]),
        share=share,
        scores=np.array([float(read[code].total) for code in codes]),
        covariance=covariance_matrix(codes, read, given.covariances or {}),
        barred=field_.barred,
        first=field_.first,
        third=field_.third,
        shrunken=given.scheme.graded_score != "direct",
    )
    if given.scheme.evidence is None:
        return grade_odds(race, seed)
    alone = np.array([_own_variance(score) for score in public])
    return shaped_odds(race, alone, seed, others)


def other_families(
    given: AppraisalInputs, families: Mapping[str, Sequence[UnitTotal]]
) -> dict[str, Matrix]:
    """By family, what all others say of the shapes that true scores may have (method 2)."""
    import numpy as np

    from aggregation.ranking.shapes import shape_evidence

    found: dict[str, Matrix] = {}
    for name, totals in sorted(families.items()):
        scores = [given.public.get(t.unit.code) for t in totals if t.exact is not None]
        read = [(as_estimate(s.score, s), _own_variance(s)) for s in scores if s and s.score]
        if len(read) > 1:
            points = np.array([float(estimate.total) for estimate, _ in read])
            found[name] = shape_evidence(points, np.array([max(v, 1e-9) for _, v in read]))
    return {
        name: sum((it for other, it in found.items() if other != name), np.zeros(SHAPES))
        for name in families
    }


def _own_variance(score: UnitScore | None) -> float:
    """The variance without what all units have in common."""
    return score.bounded.variance.own if score and score.bounded else 0.0
