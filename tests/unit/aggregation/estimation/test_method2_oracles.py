"""Method 2 against other software: R's survey (kept values), svy and statsmodels.

Without imagined answers a group's mean is the post-stratified one of its cells, so that estimators
that everybody knows must come out; what clusters add is Taylor's variance of a mean by clusters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import fsum

import numpy as np
import polars
import pytest
import svy
from statsmodels.regression.linear_model import WLS

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount
from aggregation.estimation.estimates import CellSums
from aggregation.estimation.method2.clusters import ClusterSums, between_variance, design_effect
from aggregation.estimation.method2.own_score import own_score
from aggregation.estimation.method2.parts import (
    GroupParts,
    group_parts,
    part_shares,
    population_cells,
)
from aggregation.scheme.evidence import EvidenceRules
from aggregation.scheme.population import WeightingTarget
from tests.oracles import made, values
from tests.scoring import QUESTIONNAIRES, scheme
from tests.unit.aggregation.estimation.test_weighting import (
    CELLS,
    MARGINS,
    UNITS,
    strata,
    target,
)

BARE = EvidenceRules(imagined=Decimal("1e-12"))
"""The rules with next to no imagined answers."""


def rows_of(unit: str) -> list[PatternCount]:
    return [row for _, row in made() if row.unit == unit]


def scored(unit: str) -> list[tuple[PatternCount, float]]:
    """Return the valid ballots of a unit with their scores."""
    reader = PatternReader(QUESTIONNAIRES, scheme())
    read = [(row, reader.read(row.questionnaire, row.ratings).score) for row in rows_of(unit)]
    return [(row, float(score)) for row, score in read if score is not None]


def mean_and_variance(cells: dict[str, CellSums], known: WeightingTarget) -> tuple[float, float]:
    """Return the mean of a single group of method 2 and Σ α²·V over its cells."""
    group: GroupParts = group_parts(Fraction(1), cells, {}, known)
    own = own_score({"all": group.evidence}, {}, BARE)
    assert own is not None
    terms = own.terms["all"]
    shares = part_shares(group, terms, own.imagined, terms.pull)
    parts = [(sum(shares[key], Fraction()), it) for key, it in group.estimates.items()]
    return float(own.score), fsum(float(share) ** 2 * float(it.variance) for share, it in parts)


def product_target() -> dict[str, float]:
    """Return the cells that two margins give when nothing says how they hang together."""
    return {name: float(share) for name, share in population_cells(target(MARGINS)).items()}


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    ("case", "known"), [("post", {0: CELLS}), ("post_products", MARGINS)], ids=["cells", "products"]
)
def test_cells_give_the_post_stratified_mean_of_r_s_survey(
    unit: str, case: str, known: dict[int, dict[str, int]]
) -> None:
    theirs = values("survey.csv", case)
    found = mean_and_variance(strata(rows_of(unit)), target(known))
    assert found[0] == pytest.approx(theirs[unit, "mean"], rel=1e-9)
    assert found[1] == pytest.approx(theirs[unit, "variance"], rel=1e-9)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("margins", [False, True])
def test_svy_post_stratifies_alike(unit: str, margins: bool) -> None:
    known = target(MARGINS if margins else {0: CELLS})
    shares = {name: float(share) for name, share in population_cells(known).items()}
    lines = [(row.stratum, row.weight / 4, y) for row, y in scored(unit)]
    frame = polars.DataFrame(lines, schema=["stratum", "w", "y"], orient="row")
    sample = svy.Sample(frame, svy.Design(wgt="w", stratum="stratum"))
    weighted = sample.weighting.poststratify(shares, cells="stratum")
    (theirs,) = weighted.estimation.mean("y").estimates
    mean, variance = mean_and_variance(strata(rows_of(unit)), known)
    assert (mean, variance**0.5) == pytest.approx((theirs.est, theirs.se), rel=1e-9)


def test_margins_are_met_whatever_the_answers_say() -> None:
    """Row 13: trimmed raking left gaps of 1.6 to 2.0 points; products leave none."""
    shares = product_target()
    for at, margin in enumerate(MARGINS.values()):
        whole = sum(margin.values())
        for value, people in margin.items():
            own = fsum(s for name, s in shares.items() if name.split("/")[at] == value)
            assert own == pytest.approx(people / whole, abs=1e-6)
    assert fsum(shares.values()) == pytest.approx(1, abs=1e-12)


Keyed = Callable[[str, PatternCount], str]
"""The cluster of a ballot, of its rater and itself."""
KEYS: dict[str, Keyed] = {
    "by_place": lambda _, row: row.stratum,
    "by_area": lambda _, row: row.stratum.partition("/")[0],
    "by_rater": lambda rater, _: rater,
}


def clusters(unit: str, key: str = "by_place") -> list[ClusterSums]:
    """Return the ballots of a unit by cluster."""
    reader = PatternReader(QUESTIONNAIRES, scheme())
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for rater, row in made():
        score = reader.read(row.questionnaire, row.ratings).score
        if row.unit == unit and row.weight and score is not None:
            found[KEYS[key](rater, row)].append((row.weight / 4, float(score)))
    return [
        ClusterSums(
            name,
            len(said),
            sum(w for w, _ in said),
            sum(w * y for w, y in said),
            sum(w * y * y for w, y in said),
        )
        for name, said in sorted(found.items())
    ]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("key", KEYS)
def test_clusters_give_the_variance_of_r_s_survey(unit: str, key: str) -> None:
    """Six places, three areas, and people of whom each is a cluster of one."""
    theirs = values("survey.csv", key)
    assert between_variance(clusters(unit, key)) == pytest.approx(
        theirs[unit, "variance"], rel=1e-9
    )


@pytest.mark.parametrize("unit", UNITS)
def test_svy_and_statsmodels_give_the_same_variance_by_clusters(unit: str) -> None:
    lines = [(row.stratum, row.weight / 4, y) for row, y in scored(unit) if row.weight]
    frame = polars.DataFrame(lines, schema=["place", "w", "y"], orient="row")
    (theirs,) = svy.Sample(frame, svy.Design(wgt="w", psu="place")).estimation.mean("y").estimates
    ours = between_variance(clusters(unit))
    assert ours**0.5 == pytest.approx(theirs.se, rel=1e-9)
    places, weights, points = (np.array(column) for column in zip(*lines, strict=True))
    _, numbers = np.unique(places, return_inverse=True)
    fit = WLS(points, np.ones(len(points)), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": numbers}
    )
    # Its correction m/(m − 1)·(n − 1)/(n − 1) is ours.
    assert ours == pytest.approx(float(fit.cov_params()[0, 0]), rel=1e-9)


@pytest.mark.parametrize("unit", UNITS)
def test_a_design_effect_leans_on_the_variance_by_clusters(unit: str) -> None:
    known = clusters(unit)
    n = sum(c.n for c in known)
    plain = 5.0
    own = between_variance(known) / plain
    freedom = n**2 / sum(c.n**2 for c in known) - 1
    expected = 1 + 0.05 * (sum(c.n**2 for c in known) / n - 1)
    found = design_effect(known, plain, 0.05)
    assert found.factor == pytest.approx(
        max(1.0, (10 * expected + freedom * own) / (10 + freedom)), rel=1e-12
    )
