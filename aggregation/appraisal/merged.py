"""The public score of a unit that came out of others during the year."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import sqrt
from statistics import NormalDist

from aggregation.appraisal.totals import INSUFFICIENT
from aggregation.estimation.scores import UnitScore
from aggregation.model.dated import UnitEvent
from aggregation.ranking.ranks import Covariances


def merged_score(
    unit: str,
    event: UnitEvent,
    scores: Mapping[str, UnitScore],
    covariances: Covariances | None,
    confidence_pct: Decimal = Decimal(95),
) -> UnitScore | None:
    """Returns the public score of a unit from those of the units that became it.

    It is Σ share·score with the variance Σ share·share·covariance. Without covariances the errors
    count as fully alike, which bounds the variance from above. Without fixed shares, or if a score
    is missing, a person decides: None.
    """
    shares = {code: Fraction(share) for code, share in event.shares}
    parts = {code: scores.get(code) for code in event.before}
    if set(shares) != set(event.before) or sum(shares.values()) != 1:
        return None
    known = {
        code: (it, it.score)
        for code, it in parts.items()
        if it is not None and it.score is not None and INSUFFICIENT not in it.flags
    }
    if known.keys() != parts.keys():
        return None
    score = sum((shares[code] * points for code, (_, points) in known.items()), Fraction(0))
    variance = sum(
        float(shares[one] * shares[other]) * _covariance(one, other, scores, covariances)
        for one, other in product(shares, repeat=2)
    )
    reach = Fraction(NormalDist().inv_cdf(0.5 + float(confidence_pct) / 200) * sqrt(variance))
    flags = sorted({flag for it, _ in known.values() for flag in it.flags})
    return UnitScore(
        unit=unit,
        n=sum(it.n for it, _ in known.values()),
        n_valid=sum(it.n_valid for it, _ in known.values()),
        score=score,
        variance=variance,
        low=float(max(Fraction(0), score - reach)),
        high=float(min(Fraction(100), score + reach)),
        dont_know_rate=None,
        top_two_rate=None,
        distribution={},
        groups=(),
        flags=tuple(flags),
        excluded=sum(it.excluded for it, _ in known.values()),
    )


def _covariance(
    one: str, other: str, scores: Mapping[str, UnitScore], covariances: Covariances | None
) -> float:
    if one == other:
        return scores[one].variance
    if covariances is None:
        return sqrt(scores[one].variance * scores[other].variance)
    return covariances.get((min(one, other), max(one, other)), 0.0)
