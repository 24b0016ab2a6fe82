"""Covariances from raters of several units: R's survey agrees, and pairs with few are dropped."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import sqrt

import pytest

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import OPEN, PatternCount, Tally, cell_of, tally
from aggregation.estimation.estimates import common_scale, numerators, sum_cell
from aggregation.estimation.rater_covariance import RaterAnswer, score_covariances
from aggregation.estimation.scores import score_influences, score_tally
from aggregation.scheme.scheme import Scheme
from tests.oracles import made, taught, values
from tests.scoring import QUESTIONNAIRES, row, scheme
from tests.unit.aggregation.estimation.test_weighting import (
    MARGINS,
    RESIDENTS,
    rated,
    with_population,
)

Rated = Sequence[tuple[str, PatternCount]]


def counted(ballots: Rated, by: Scheme) -> tuple[Tally, PatternReader, dict[str, str]]:
    reader = PatternReader(QUESTIONNAIRES, by)
    return tally([b for _, b in ballots], reader), reader, {b.unit: "econ" for _, b in ballots}


def found(ballots: Rated, by: Scheme, least: int = 1) -> dict[tuple[str, str], float]:
    whole, reader, categories = counted(ballots, by)
    numbers = {rater: at for at, rater in enumerate(dict.fromkeys(rater for rater, _ in ballots))}
    said = [
        RaterAnswer(
            numbers[rater],
            cell_of(b.unit, b.grp, b.source == OPEN, b.stratum, reader),
            b.weight,
            reader.place(b.questionnaire, b.ratings),
        )
        for rater, b in ballots
    ]
    return score_covariances(said, reader.outcomes, score_influences(whole, categories, by), least)


@pytest.mark.parametrize(
    ("case", "ballots"), [("clusters", made()), ("insteval_clusters", taught())]
)
def test_survey_agrees(case: str, ballots: Rated) -> None:
    theirs = values("survey.csv", case)
    raters = theirs["", "raters"]
    whole, _, categories = counted(ballots, scheme(1, 1))
    n = {
        unit: score.n_valid for unit, score in score_tally(whole, categories, scheme(1, 1)).items()
    }
    ours = found(ballots, scheme(1, 1))
    compared = 0
    for (pair, quantity), value in theirs.items():
        if quantity == "covariance":
            one, other = sorted(pair.split())
            # Theirs has m/(m−1) of all raters, ours the factors of the two scores.
            factor = (raters - 1) / raters * sqrt(n[one] / (n[one] - 1) * n[other] / (n[other] - 1))
            assert ours.get((one, other), 0.0) == pytest.approx(value * factor, rel=1e-9, abs=1e-12)
            compared += 1
    assert compared == len(n) * (len(n) - 1) / 2


MIXED = [
    rated(60, "VS", "a"),
    rated(20, "B", "b"),
    rated(20, "VD", "?", weight=1),
    rated(9, "S", "a", weight=2),
]
MIXED += [
    rated(30, "VD", "a", source=OPEN),
    rated(50, "D", "", grp="enterprise"),
    rated(40, "S", "", grp="enterprise"),
]
MIXED += [rated(5, "VS", "b"), rated(3, "D", "a"), rated(6, "S", "", source=OPEN, weight=1)]


@pytest.mark.parametrize(
    "by",
    [scheme(1, 1), RESIDENTS, scheme(1, 1).model_copy(update={"open_link_cap_pct": Decimal(5)})],
)
def test_influences_give_the_variance_of_the_score(by: Scheme) -> None:
    whole, _, categories = counted([("", r) for r in MIXED], by)
    scale = common_scale(whole.outcomes)
    moves, variance = score_influences(whole, categories, by), Fraction()
    weights = {cell: sum(w * n for (w, _), n in whole.cells[cell].items()) for cell in moves}
    assert sum(move.move * weights[cell] for cell, move in moves.items()) == 1
    for cell, move in moves.items():
        s = sum_cell(whole.cells[cell], numerators(whole.outcomes, scale), scale)
        centre = move.centre * scale
        variance += (
            move.factor
            * (move.move / scale) ** 2
            * (s.w2y2 - 2 * centre * s.w2y + centre**2 * s.w2)
        )
    score = score_tally(whole, categories, by)["U"]
    assert float(variance) == pytest.approx(score.variance, rel=1e-12)


def test_of_raked_answers_too() -> None:
    figures = with_population(
        *(("", "resident", at, value, n) for at, m in MARGINS.items() for value, n in m.items())
    )
    ballots = [(rater, b) for rater, b in made() if b.unit == "U1"]
    whole, _, categories = counted(ballots, figures)
    scale = common_scale(whole.outcomes)
    variance = Fraction()
    for cell, move in score_influences(whole, categories, figures).items():
        s = sum_cell(whole.cells[cell], numerators(whole.outcomes, scale), scale)
        centre = move.centre * scale
        variance += (
            move.factor
            * (move.move / scale) ** 2
            * (s.w2y2 - 2 * centre * s.w2y + centre**2 * s.w2)
        )
    # The score's own takes the residuals from their mean, which is nearly 0.
    assert float(variance) == pytest.approx(
        score_tally(whole, categories, figures)["U1"].variance, rel=1e-2
    )


def pairs(common: int) -> Rated:
    """Return 40 raters of each of two units; some rated both, and agree with themselves."""
    one = [(f"a{at}", row(("VS" if at % 2 else "D") + " B B B", unit="A")) for at in range(40)]
    other = [
        (f"a{at}" if at < common else f"b{at}", row(("VS" if at % 2 else "D") + " B B B", unit="B"))
        for at in range(40)
    ]
    return [*one, *other]


def test_few_in_common_are_not_told_of() -> None:
    assert found(pairs(9), scheme(1, 1), 10) == {}
    assert list(found(pairs(10), scheme(1, 1), 10)) == [("A", "B")]


def test_excluded_ballots_are_in_common_with_nobody() -> None:
    ballots = [
        (rater, b if at else row(b.ratings, unit="A", weight=0))
        for at, (rater, b) in enumerate(pairs(10))
    ]
    assert found(ballots, scheme(1, 1), 10) == {}


def test_who_rates_alike_makes_scores_move_together() -> None:
    # All forty in common and the same answers: the covariance is the variance,
    # so that the difference is sure.
    whole, _, categories = counted(pairs(40), scheme(1, 1))
    score = score_tally(whole, categories, scheme(1, 1))["A"]
    assert found(pairs(40), scheme(1, 1), 10)["A", "B"] == pytest.approx(score.variance, rel=1e-12)
    assert found([], scheme(1, 1)) == {}
