"""Made cities of known true scores, with thin groups, loose answers and clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from aggregation.counts.ratings import OPEN, VERIFIED
from aggregation.estimation.estimates import CellSums
from aggregation.estimation.method2.clusters import ClusterSums
from aggregation.estimation.method2.parts import GroupParts, group_parts
from benchmarks.coverage.cases import ACCORD, ITEMS

Floats = NDArray[np.float64]
POINTS = np.array([100, 80, 60, 30, 0])
SCALE = [Fraction(int(point)) for point in POINTS]
BASE = np.array([0.35, 0.3, 0.2, 0.1, 0.05])
GROUPS = ("service_user", "resident", "enterprise", "deputy", "grassroots", "supervisor")
SHARES = (25, 20, 35, 10, 5, 5)
TILTS = np.linspace(-0.12, 0.25, 1500)
_PMF = BASE * np.exp(TILTS[:, None] * POINTS)
_PMF /= _PMF.sum(axis=1, keepdims=True)
_MEANS = _PMF @ POINTS


@dataclass(frozen=True)
class Kind:
    """One kind of city; sizes are expected answers by group, scatter is in points.

    ``vouched`` and ``loose`` are expected numbers; ``contrast`` by group; ``spread`` of units'
    true scores; ``between`` of groups from unit to unit; ``mood`` of loose people from unit to
    unit, whose mean difference is ``apart``. ``fixed`` numbers do not vary by chance. ``cluster``
    is the size of clusters of vouched answers with the intra-class correlation ``alike``.
    ``mixed``: loose answers of a unit are between none and twice as many. ``items``: a ballot is
    the mean of four items that are answered in accord. ``families``: the units are in so many
    families, whose contrasts differ by 3 points. ``confirmed`` are expected answers of people who
    showed to be one person, who differ by ``confirmed_apart``, with ``confirmed_mood`` from unit to
    unit.
    """

    name: str
    vouched: tuple[float, ...]
    loose: tuple[float, ...] = (0.0,) * 6
    contrast: tuple[float, ...] = (0.0,) * 6
    units: int = 24
    level: float = 76.0
    spread: float = 0.0
    between: float = 0.0
    mood: float = 0.0
    apart: float = 0.0
    fixed: bool = False
    cluster: int = 0
    alike: float = 0.05
    mixed: bool = False
    shares: tuple[int, ...] = SHARES
    items: bool = False
    families: int = 1
    confirmed: tuple[float, ...] = ()
    confirmed_apart: float = 0.0
    confirmed_mood: float = 0.0


@dataclass(frozen=True)
class City:
    """A city's answers and its true scores, by unit code."""

    parts: Mapping[str, Mapping[str, GroupParts]]
    true: Mapping[str, float]
    family: Mapping[str, str] = field(default_factory=dict)


def pmf(mean: float) -> Floats:
    """The distribution of answers with this mean, from `BASE` by an exponential tilt."""
    at = float(np.interp(mean, _MEANS, np.arange(len(TILTS))))
    low = min(int(at), len(TILTS) - 2)
    return np.asarray(_PMF[low] * (low + 1 - at) + _PMF[low + 1] * (at - low))


def sums_of(counts: NDArray[np.int_]) -> CellSums:
    """The sums of answers of full weight by their points."""
    n, y, y2 = int(counts.sum()), int(counts @ POINTS), int(counts @ POINTS**2)
    return CellSums(1, n, 4 * n, 4 * y, 4 * y2, 16 * n, 16 * y, 16 * y2, n, y)


def city(kind: Kind, rng: np.random.Generator) -> City:
    """Make one city."""
    share = np.array(kind.shares) / 100
    apart = 3 * rng.standard_normal((kind.families, 6)) * (kind.families > 1)
    family: dict[str, str] = {}
    parts: dict[str, dict[str, GroupParts]] = {}
    true: dict[str, float] = {}
    for at in range(kind.units):
        code = f"{at:03}"
        own = kind.between * rng.standard_normal(6)
        family[code] = str(at % kind.families)
        contrast = np.array(kind.contrast) + apart[at % kind.families]
        contrast -= share @ contrast
        level = kind.level + kind.spread * rng.standard_normal()
        means = np.clip(level + contrast + own - share @ own, 3, 98)
        true[code] = float(share @ means)
        mood = kind.apart + kind.mood * rng.standard_normal()
        more = 2 * rng.random() if kind.mixed else 1.0
        # Kinds without such people draw as they did before there were any.
        shown = kind.confirmed_mood * rng.standard_normal() if kind.confirmed else 0.0
        moods = (mood, kind.confirmed_apart + shown)
        parts[code] = {
            name: _group(kind, Fraction(kind.shares[g], 100), float(means[g]), moods, more, g, rng)
            for g, name in enumerate(GROUPS)
            if kind.shares[g]
        }
    return City(parts, true, family)


def _group(
    kind: Kind,
    share: Fraction,
    mean: float,
    moods: tuple[float, float],
    more: float,
    at: int,
    rng: np.random.Generator,
) -> GroupParts:
    vouched = _number(kind.vouched[at], kind.fixed, rng)
    loose = _number(more * kind.loose[at], kind.fixed, rng)
    if kind.cluster:
        counts, clusters = _clustered(kind, vouched, mean, rng)
    else:
        counts, clusters = rng.multinomial(vouched, pmf(mean)), ()
    off, confirmed_off = (float(np.clip(mean + mood, 2, 98.5)) for mood in moods)
    own = _rated(vouched, mean, rng) if kind.items else sums_of(counts)
    other = _rated(loose, off, rng) if kind.items else sums_of(rng.multinomial(loose, pmf(off)))
    channels = {OPEN: other} if loose else {}
    if kind.confirmed and (confirmed := _number(kind.confirmed[at], kind.fixed, rng)):
        channels[VERIFIED] = sums_of(rng.multinomial(confirmed, pmf(confirmed_off)))
    return group_parts(
        share,
        {"": own} if vouched else {},
        channels,
        clusters={"": clusters} if clusters else {},
    )


def _rated(answers: int, mean: float, rng: np.random.Generator) -> CellSums:
    """Ballots of four items in accord, whose mean scores are whole points."""
    cuts = norm.ppf(np.cumsum(pmf(mean))[:-1])
    common, own = rng.standard_normal((answers, 1)), rng.standard_normal((answers, 4))
    latent = ACCORD**0.5 * common + (1 - ACCORD) ** 0.5 * own
    y = POINTS[np.searchsorted(cuts, latent)] @ ITEMS // 100
    n, total, squares = answers, int(y.sum()), int((y**2).sum())
    return CellSums(1, n, 4 * n, 4 * total, 4 * squares, 16 * n, 16 * total, 16 * squares, n, total)


def _number(expected: float, fixed: bool, rng: np.random.Generator) -> int:
    return round(expected) if fixed else int(rng.poisson(expected))


def _clustered(
    kind: Kind, answers: int, mean: float, rng: np.random.Generator
) -> tuple[NDArray[np.int_], tuple[ClusterSums, ...]]:
    chances = pmf(mean)
    scatter = float(chances @ (POINTS - chances @ POINTS) ** 2)
    off = (kind.alike * scatter) ** 0.5
    total, found = np.zeros(len(POINTS), dtype=np.int64), []
    sizes = [kind.cluster] * (answers // kind.cluster)
    sizes += [answers % kind.cluster] if answers % kind.cluster else []
    for at, size in enumerate(sizes, 1):
        counts = rng.multinomial(
            size, pmf(float(np.clip(mean + off * rng.standard_normal(), 2, 98.5)))
        )
        total += counts
        points, squares = float(counts @ POINTS), float(counts @ POINTS**2)
        found.append(ClusterSums(str(at), size, float(size), points, squares))
    return total, tuple(found)
