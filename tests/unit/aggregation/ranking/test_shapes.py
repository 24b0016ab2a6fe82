"""The library of shapes, and draws of true scores from it."""

from __future__ import annotations

import numpy as np
import pytest

from aggregation.ranking.draws import normals
from aggregation.ranking.shapes import library, possible_scores, shape_evidence


def test_every_shape_has_mean_0_and_variance_1() -> None:
    assert len(library()) == 12
    for shape in library():
        weights, means, deviations = map(np.array, (shape.weights, shape.means, shape.deviations))
        assert weights.sum() == pytest.approx(1)
        assert weights @ means == pytest.approx(0, abs=1e-12)
        assert weights @ (means**2 + deviations**2) == pytest.approx(1)


def test_two_clusters_are_recognised_and_scores_drawn_within_them() -> None:
    z = normals("two", 2, 60)
    true = np.where(np.arange(60) % 2, 85.0, 65.0) + z[0]
    seen = true + 3 * z[1]
    evidence = shape_evidence(seen, np.full(60, 9.0))
    best = library()[int(np.argmax(evidence))].name
    assert best.startswith("two clusters")
    drawn = possible_scores(seen, np.diag(np.full(60, 9.0)), "seed", 400)
    assert np.abs(drawn.mean(axis=0) - true).mean() < np.abs(seen - true).mean()


def test_a_known_normal_spread_shrinks_as_the_formula_says() -> None:
    z = normals("shapes", 2, 90)
    true = 70 + 4 * z[0]
    seen = true + 3 * z[1]
    drawn = possible_scores(seen, np.diag(np.full(90, 9.0)), "seed", 200)
    shrunk = 70 + 16 / 25 * (seen - 70)
    assert np.abs(drawn.mean(axis=0) - shrunk).mean() < 0.9


def test_what_errors_have_in_common_changes_no_difference() -> None:
    seen = np.array([60.0, 75.0, 90.0])
    alone = np.full(3, 1.0)
    together = possible_scores(seen, np.diag(alone) + 25.0, "seed", 500, variances=alone)
    apart = possible_scores(seen, np.diag(alone + 25.0), "seed", 500)
    assert (together[:, 2] - together[:, 0]).std() < 0.5 * (apart[:, 2] - apart[:, 0]).std()


def test_anybody_gets_the_same_draws() -> None:
    seen, errors = np.array([60.0, 75.0, 90.0]), np.diag([4.0, 4.0, 9.0])
    assert np.array_equal(
        possible_scores(seen, errors, "s", 50), possible_scores(seen, errors, "s", 50)
    )
