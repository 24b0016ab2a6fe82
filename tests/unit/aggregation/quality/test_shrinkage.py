"""Empirical Bayes scores: R's metafor and saePy agree, and the edges hold."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from saePy.mseFH import mseFH

from aggregation.counts.scan import PatternCount
from aggregation.estimation.scores import UnitScore, score_units
from aggregation.quality.shrinkage import reml, shrink
from tests.oracles import made, taught, values
from tests.scoring import QUESTIONNAIRES, row, scheme


def scores(rows: list[PatternCount]) -> dict[str, UnitScore]:
    return score_units(rows, {r.unit: "econ" for r in rows}, QUESTIONNAIRES, scheme(1, 1))


DATA = {"made": [r for _, r in made()], "insteval": [r for _, r in taught()]}


@pytest.mark.parametrize("case", DATA)
def test_metafor_agrees(case: str) -> None:
    theirs, known = values("metafor.csv", case), scores(DATA[case])
    found = shrink(known, known)
    family = found.family
    assert family is not None
    ours = {name: getattr(family, name) for name in ("between", "mean", "error", "reliability")}
    assert ours == pytest.approx({name: theirs["", name] for name in ours}, rel=1e-9)
    shrunken = {unit: it.score for unit, it in found.units.items()}
    assert shrunken == pytest.approx(
        {unit: v for (unit, name), v in theirs.items() if name == "shrunken"}, rel=1e-9
    )


def test_sae_agrees_on_the_errors_too() -> None:
    known = scores(DATA["insteval"])
    found = shrink(known, known)
    assert found.family is not None
    variances = [found.family.within / float(s.effective or 1) for s in known.values()]
    frame = pd.DataFrame({"y": [float(s.score or 0) for s in known.values()], "v": variances})
    theirs = mseFH("y ~ 1", "v", MAXITER=1000, PRECISION=1e-13, data=frame)
    assert found.family.between == pytest.approx(theirs["est"]["fit"]["refVar"], rel=1e-9)
    assert [it.variance for it in found.units.values()] == pytest.approx(
        list(theirs["mse"]), rel=1e-9
    )


def test_few_answers_say_less_and_borrow_more() -> None:
    sizes = {"A": 400, "B": 40, "C": 200, "D": 12}
    rows = [
        row(p, n // 4, unit=u)
        for u, n in sizes.items()
        for p in ("VS VS VS VS", "S S S S", "B B B B", "D D D D")
    ]
    rows += [row("VS VS VS VS", 300, unit="A"), row("VD VD VD VD", 60, unit="C")]
    found = shrink(scores(rows), "ABC")
    assert found.family is not None
    assert found.family.units == 3
    assert sorted(found.units, key=lambda unit: found.units[unit].share) == ["D", "B", "C", "A"]
    for unit, score in scores(rows).items():
        own, borrowed = float(score.score or 0), found.units[unit]
        low, high = sorted((own, found.family.mean))
        assert low < borrowed.score < high
        assert borrowed.variance > 0


def test_units_that_do_not_differ_all_get_the_mean() -> None:
    rows = [row(p, 10, unit=u) for u in "ABCD" for p in ("VS VS VS VS", "B B B B")]
    found = shrink(scores(rows), "ABCD")
    assert found.family is not None
    assert (found.family.between, found.family.reliability) == (0, 0)
    assert {it.score for it in found.units.values()} == {80.0}


def test_no_model_for_few_units_or_without_spread() -> None:
    rows = [row(p, 10, unit=u) for u in "AB" for p in ("VS VS VS VS", "B B B B")]
    assert shrink(scores(rows), "AB").family is None
    agreed = [
        row(p, 10, unit=u)
        for u, p in zip("ABC", ("VS VS VS VS", "B B B B", "D D D D"), strict=True)
    ]
    assert shrink(scores(agreed), "ABC").units == {}


def test_who_has_no_score_borrows_nothing() -> None:
    rows = [row(p, 10, unit=u) for u in "ABC" for p in ("VS VS VS VS", "B B B B")]
    known = scores(rows)
    known["D"] = replace(
        known["A"], unit="D", score=None, effective=None, squares=Fraction(), degrees=0
    )
    assert set(shrink(known, "ABCD").units) == set("ABC")


def test_reml_is_where_its_likelihood_is_largest() -> None:
    chance = np.random.default_rng(5)
    for _ in range(20):
        variances = chance.uniform(0.5, 9, 12)
        points = (
            70 + chance.normal(0, chance.uniform(0.1, 4), 12) + chance.normal(0, np.sqrt(variances))
        )

        def likelihood(between: float, y: np.ndarray = points, v: np.ndarray = variances) -> float:
            w = 1 / (between + v)
            mean = (w * y).sum() / w.sum()
            return float(
                -0.5 * (np.log(between + v).sum() + np.log(w.sum()) + (w * (y - mean) ** 2).sum())
            )

        best = reml(points.tolist(), variances.tolist())
        around = [max(best - step, 0) for step in (0.01, 0.5)] + [
            best + step for step in (0.01, 0.5, 5)
        ]
        assert all(likelihood(best) >= likelihood(other) - 1e-12 for other in around)
