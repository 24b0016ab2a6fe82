"""The variance of a unit's score by method 2, its interval, and how two units' errors covary.

Var = Σ α²·V + Σ (a − α)²·τ² + (Σα_o)²·τ_u² + Σ α_o²·τ_e² + Σ (a − α)²·Var(c_g) + (Σα_o)²·Var(c_o),
with α the share that a group or part really has in the score. The last two are common to all units
and count in a comparison only as far as the shares differ. All of this is floating point, summed in
the order of codes by one code on every database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import fsum, inf, sqrt

from aggregation.estimation.intervals import Posterior, part_posterior, third_of_mean
from aggregation.estimation.method2.components import Components, MeasuredUnit
from aggregation.estimation.method2.own_score import GroupContrast
from aggregation.estimation.method2.parts import LOOSE, PartKey, channel_of, part_shares

LEVEL = 0.95
NORMAL = 1.959963984540054
CLOSEST = 1e-6
"""How near the mean of an interval (0–1) comes to an end of the scale."""


@dataclass(frozen=True, slots=True)
class ScoreVariance:
    """The parts of a score's variance (points²) and what they rest on.

    ``shares`` are the real shares α by group, which sum to 1; ``loose`` is that of all loose
    answers. ``sampling`` is Σ α²·V. ``model`` is the scatter of groups and of loose answers beyond
    single answers, and ``common`` what contrasts add, the same way for all units. ``pull`` is by
    how much the prior moves the mean, ``third`` the third cumulant. ``freedom`` are the degrees of
    freedom of ``sampling`` and ``model`` together. ``remote`` is a − α by group.
    """

    shares: Mapping[str, float]
    loose: float
    sampling: float
    model: float
    common: float
    pull: float
    third: float
    freedom: float
    remote: Mapping[str, float]

    @property
    def own(self) -> float:
        """Without the part that is common to all units."""
        return self.sampling + self.model

    @property
    def whole(self) -> float:
        """All of it."""
        return self.own + self.common

    @property
    def posterior(self) -> Posterior:
        """As rank sets take it."""
        return Posterior(self.pull, self.whole, self.third)


def score_variance(
    unit: MeasuredUnit,
    parts: Components,
    points: Sequence[Fraction],
    freedom: Mapping[tuple[str, str], float] | None = None,
) -> ScoreVariance:
    """The variance of a unit's score.

    Args:
        unit: the unit.
        parts: the components of its family.
        points: the points of its questionnaire's scale, for the prior.
        freedom: degrees of freedom by group and loose channel whose answers came in clusters.
    """
    own = unit.own
    pull = own.pull
    filled = own.imagined
    lean = 1 + _mean_slope(unit)
    sampling: list[tuple[float, float]] = []
    shares: dict[str, float] = {}
    moved = third = loose = 0.0
    apart: list[float] = []
    for name, terms in own.terms.items():
        found = part_shares(unit.parts[name], terms, filled, pull)
        shares[name] = fsum(float(one + two) for one, two in found.values())
        contrast = own.contrasts.get(name, GroupContrast())
        for key, (direct, level) in found.items():
            it = unit.parts[name].estimates[key]
            share = direct + level
            if not share:
                continue
            mean, variance = part_posterior(share, it, points)
            slope = _slopes(key, contrast, float(it.mean))
            real = float(direct) * slope[0] + float(level) * slope[1] * lean
            degrees = min(max(it.n - 1, 1), (freedom or {}).get((name, channel_of(key)), inf))
            sampling.append((real**2 * float(variance), degrees))
            moved += real * float(mean - it.mean)
            third += real**3 * third_of_mean(float(mean), float(variance))
            if key[0] == LOOSE:
                loose += float(share)
                apart.append(float(share))
    remote = {name: float(own.terms[name].share) - share for name, share in shares.items()}
    between = fsum(gap**2 * parts.between for gap in remote.values())
    between += fsum(share**2 * parts.loose for share in apart)
    mood = loose**2 * parts.mood
    common = fsum(remote[name] ** 2 * parts.contrasts.get(name, 0.0) for name in remote)
    answers, model = fsum(value for value, _ in sampling), between + mood
    below = fsum(value**2 / degrees for value, degrees in sampling)
    below += between**2 / parts.freedom + mood**2 / parts.mood_freedom
    return ScoreVariance(
        shares=shares,
        loose=loose,
        sampling=answers,
        model=model,
        common=common + loose**2 * parts.loose_contrast,
        pull=moved,
        third=third,
        freedom=(answers + model) ** 2 / below if below else inf,
        remote=remote,
    )


def _mean_slope(unit: MeasuredUnit) -> float:
    """By how much more than 1 imagined answers follow the general level, on average."""
    own, filled = unit.own, unit.own.imagined
    bent = sum(
        (
            t.share * t.phantom * own.contrasts[name].expected
            for name, t in own.terms.items()
            if name in own.contrasts
        ),
        Fraction(),
    )
    return float(bent * (100 - 2 * own.level) / filled) if filled else 0.0


def _slopes(key: PartKey, contrast: GroupContrast, mean: float) -> tuple[float, float]:
    """How a part's contribution follows its mean: in its group's mean, and on the common level."""
    bend = 100 - 2 * mean
    if key[0] == LOOSE:
        return 1 - float(contrast.loose) * bend, 1 - float(contrast.both) * bend
    return 1.0, 1 - float(contrast.level) * bend


def interval(score: float, variance: float, known: ScoreVariance) -> tuple[float, float]:
    """The 95 % interval around a score (points), which holds the score and lies within 0–100.

    The variance (points²) is widened as Student's t is against the normal. As much of it as a Beta
    distribution can have without a peak at either end of the scale (`most_of_beta`) goes into Beta
    quantiles. The rest is added to the distance of each end from the mean as normal errors add, in
    squares. So the interval never becomes narrower with a larger variance: a Beta with two peaks
    puts its quantiles on them, which near an end of the scale is no interval at all.
    """
    from scipy.special import betaincinv, stdtrit

    m = min(max((score + known.pull) / 100, CLOSEST), 1 - CLOSEST)
    wide = variance
    if known.freedom != inf and variance:
        wide *= (float(stdtrit(max(known.freedom, 1.0), (1 + LEVEL) / 2)) / NORMAL) ** 2
    v = max(wide / 10_000, 1e-12)
    inner = min(v, most_of_beta(m))
    size = m * (1 - m) / inner - 1
    ends = betaincinv(m * size, (1 - m) * size, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    below, above = (sqrt((m - float(end)) ** 2 + NORMAL**2 * (v - inner)) for end in ends)
    low, high = max(0.0, 100 * (m - below)), min(100.0, 100 * (m + above))
    return min(low, score), max(high, score)


def most_of_beta(mean: float) -> float:
    """The variance of the Beta distribution with this mean (0–1) whose lesser shape is 1.

    With more, one of the shapes is below 1, and the density has no bound at that end.
    """
    nearest = min(mean, 1 - mean)
    return mean * (1 - mean) * nearest / (1 + nearest)


def common_covariance(one: ScoreVariance, other: ScoreVariance, parts: Components) -> float:
    """The covariance of two scores of a family by the contrasts that both rest on."""
    found = [
        gap * other.remote.get(name, 0.0) * parts.contrasts.get(name, 0.0)
        for name, gap in one.remote.items()
    ]
    return fsum([*found, one.loose * other.loose * parts.loose_contrast])


def standard_error(variance: ScoreVariance) -> float:
    """The standard error without the common part, as differences of units see it."""
    return sqrt(variance.own)
