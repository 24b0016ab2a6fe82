"""How sure the standing of each ranked unit of a family is: rank sets, odds of grades, distance to the cuts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from aggregation.appraisal.cuts import cuts
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.quota import Entry
from aggregation.appraisal.totals import Total, judged
from aggregation.model.facts import Grade
from aggregation.model.results import Outlook
from aggregation.ranking.ranks import Comparison, RankSet, Together, covariance_matrix
from aggregation.scheme.scheme import PUBLIC


@dataclass(frozen=True, slots=True)
class Sureness:
    """By unit code: the simultaneous rank sets among all and among those that may be first, and the outlooks."""

    sets: Mapping[str, RankSet] = field(default_factory=dict)
    eligible: Mapping[str, RankSet] = field(default_factory=dict)
    outlooks: Mapping[str, Outlook] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Field:
    """The ranked units of a family, their grades, and the places of the first and third grade that they share."""

    name: str
    totals: Sequence[Total]
    entries: Sequence[Entry]
    grades: Mapping[str, Grade]
    first: int
    third: int

    @property
    def barred(self) -> Collection[str]:
        """Who cannot be first."""
        return frozenset(e.unit for e in self.entries if e.barred)


def sureness(given: AppraisalInputs, field_: Field) -> Sureness:
    """How sure the standing of each ranked unit is.

    The seed of all draws is the scheme's digest with year and family: fixed before the first answer, and known to all.
    """
    known = [t for t in field_.totals if t.exact is not None]
    if not known:
        return Sureness()
    seed = f"{given.scheme.digest}/{given.year}/{field_.name}"
    weights = {t.unit.code: _share(t) for t in known}
    compared = Comparison(
        {t.unit.code: t.judged for t in known if t.judged},
        given.scheme.confidence_pct,
        Together(_covariances(given, weights), seed),
    )
    own, odds = compared.own_sets(), _odds(given, field_, known, weights, seed)
    outlooks = {
        e.unit: Outlook(
            own[e.unit].low,
            own[e.unit].high,
            odds[e.unit],
            cuts(e, field_.entries, field_.grades, weights[e.unit], given.told.get(e.unit)),
        )
        for e in field_.entries
    }
    eligible = frozenset(e.unit for e in field_.entries if not e.barred)
    return Sureness(compared.sets(), compared.sets(eligible), outlooks)


def _share(total: Total) -> float:
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
    field_: Field,
    known: Sequence[Total],
    weights: Mapping[str, float],
    seed: str,
) -> dict[str, Mapping[Grade, float]]:
    """From the means and variances that rank sets compare.

    Without covariances units count as independent: shared raters would make differences surer, not less sure.
    """
    import numpy as np

    from aggregation.ranking.odds import Race, odds

    codes = [t.unit.code for t in known]
    public = [given.public.get(code) for code in codes]
    points = [score.score or Fraction() if score else Fraction() for score in public]
    read = {code: judged(at, score) for code, at, score in zip(codes, points, public, strict=True)}
    share = np.array([weights[code] for code in codes])
    race = Race(
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
    return odds(race, seed)
