"""The variance of method 2 against independent arithmetic."""

from __future__ import annotations

from fractions import Fraction
from math import fsum, sqrt

import numpy as np
import pytest

from aggregation.estimation.estimates import CellSums
from aggregation.estimation.method2.clusters import ClusterSums, design_effect, intra_class
from aggregation.estimation.method2.components import components
from aggregation.estimation.method2.evidence import AnswerSums, GroupEvidence
from aggregation.estimation.method2.measure import measure
from aggregation.estimation.method2.own_score import own_score
from aggregation.estimation.method2.parts import group_parts, part_shares
from aggregation.scheme.evidence import EvidenceRules
from aggregation.scheme.population import WeightingTarget
from benchmarks.method2.cities import SCALE, Kind, city, sums_of

RULES = EvidenceRules()
FIGURES = WeightingTarget(
    {1: {"N": 30, "S": 70}, 2: {"large": 40, "small": 60}}, 10, Fraction(1), Fraction(1)
)
MIXED = Kind(
    "mixed",
    (40, 150, 31, 12, 8, 5),
    (60, 50, 80, 25, 12, 13),
    (0, 0, 6, 0, -4, 0),
    units=8,
    between=4,
    mood=3,
    apart=-6,
)


def counts(*said: int) -> CellSums:
    return sums_of(np.array(said))


def test_cells_are_products_of_margins_and_sum_to_one() -> None:
    group = group_parts(Fraction(1), {"N/large": counts(1, 2, 3, 0, 0)}, {}, FIGURES)
    shares = dict(zip(group.strata, (portion for portion, _ in group.evidence.cells), strict=True))
    assert shares == {
        "N/large": Fraction(12, 100),
        "N/small": Fraction(18, 100),
        "S/large": Fraction(28, 100),
        "S/small": Fraction(42, 100),
    }


def test_real_shares_are_what_a_point_more_of_a_part_does_to_the_score() -> None:
    vouched = {
        "N/large": counts(9, 5, 2, 1, 0),
        "S/small": counts(3, 9, 9, 2, 1),
        "": counts(2, 1, 1, 0, 0),
    }
    groups = {
        "resident": group_parts(
            Fraction(7, 10), vouched, {"open": counts(30, 20, 9, 9, 9)}, FIGURES
        ),
        "deputy": group_parts(
            Fraction(3, 10), {"": counts(4, 2, 1, 0, 0)}, {"open": counts(0, 1, 2, 0, 0)}
        ),
    }
    evidence = {name: group.evidence for name, group in groups.items()}
    own = own_score(evidence, {}, RULES)
    assert own is not None
    pull = sum((t.pull for t in own.terms.values()), Fraction())
    total = Fraction()
    for name, group in groups.items():
        for key, (direct, level) in part_shares(group, own.terms[name], own.imagined, pull).items():
            moved = own_score(
                {**evidence, name: _raised(group.evidence, group.strata, key)}, {}, RULES
            )
            assert moved is not None
            assert moved.score - own.score == direct + level
            total += direct + level
    assert total == 1


def _raised(group: GroupEvidence, strata: tuple[str, ...], key: tuple[str, str]) -> GroupEvidence:
    """The group with every answer of a part a point higher."""

    def up(sums: AnswerSums) -> AnswerSums:
        return AnswerSums(sums.weight, sums.points + sums.weight, sums.bend)

    kind, name = key
    return GroupEvidence(
        group.share,
        tuple(
            (portion, up(sums) if kind == "cell" and stratum == name else sums)
            for stratum, (portion, sums) in zip(strata, group.cells, strict=True)
        ),
        up(group.unplaced) if kind == "unplaced" else group.unplaced,
        tuple(
            (at, up(sums) if kind == "loose" and at == name else sums) for at, sums in group.loose
        ),
    )


def test_the_model_part_is_the_sum_of_its_terms() -> None:
    made = city(MIXED, np.random.default_rng(3))
    found = measure(made.parts, made.family, dict.fromkeys(made.parts, SCALE), RULES)
    parts = found.components["0"]
    for code, unit in found.units.items():
        known = found.variances[code]
        loose = {
            name: float(
                t.pull
                / sum(x.pull for x in unit.own.terms.values())
                * t.worth
                / (t.worth + t.vouched)
            )
            for name, t in unit.own.terms.items()
            if t.worth
        }
        assert known.loose == pytest.approx(fsum(loose.values()))
        remote = {name: float(t.share) - known.shares[name] for name, t in unit.own.terms.items()}
        expected = fsum(gap**2 for gap in remote.values()) * parts.between
        expected += known.loose**2 * parts.mood + fsum(x**2 for x in loose.values()) * parts.loose
        assert known.model == pytest.approx(expected)
        common = fsum(gap**2 * parts.contrasts[name] for name, gap in remote.items())
        assert known.common == pytest.approx(common + known.loose**2 * parts.loose_contrast)
        assert known.whole == pytest.approx(known.sampling + known.model + known.common)
    assert found.covariances()["000", "001"] == pytest.approx(
        fsum(
            found.variances["000"].remote[name] * found.variances["001"].remote[name] * value
            for name, value in parts.contrasts.items()
        )
        + found.variances["000"].loose * found.variances["001"].loose * parts.loose_contrast
    )


def test_moments_find_the_scatter_that_cities_were_made_with() -> None:
    """Many units and answers: τ, τ_u are seen; without either they are near the prior and 0."""
    many = Kind("many", (60,) * 6, (60,) * 6, units=60, between=6, mood=5, apart=-6)
    made = city(many, np.random.default_rng(5))
    found = measure(made.parts, made.family, dict.fromkeys(made.parts, SCALE), RULES)
    parts = found.components["0"]
    assert sqrt(parts.between) == pytest.approx(6, abs=1.0)
    assert sqrt(parts.mood) == pytest.approx(5, abs=1.2)
    assert sqrt(parts.loose) < 2.5
    still = Kind("still", (60,) * 6, (60,) * 6, units=60)
    made = city(still, np.random.default_rng(6))
    found = measure(made.parts, made.family, dict.fromkeys(made.parts, SCALE), RULES)
    assert sqrt(found.components["0"].between) < 1.5


def test_without_a_cell_that_has_both_the_loose_contrast_is_known_to_ten_points() -> None:
    only = Kind("only loose", (0,) * 6, (40,) * 6, units=5, apart=-6)
    made = city(only, np.random.default_rng(7))
    found = measure(made.parts, made.family, dict.fromkeys(made.parts, SCALE), RULES)
    parts = components(found.units, RULES)["0"]
    assert parts.loose_contrast == 100
    assert parts.mood == 9
    assert all(v.loose == pytest.approx(1) for v in found.variances.values())
    assert all(sqrt(v.whole) > 10 for v in found.variances.values())


def test_units_in_which_all_of_a_kind_say_the_same_have_variances() -> None:
    """Nothing scatters: neither answers, nor how loose ones differ from unit to unit."""
    group = group_parts(Fraction(1), {"": counts(7, 0, 0, 0, 0)}, {"open": counts(0, 0, 0, 1, 0)})
    units = {"A": {"resident": group}, "B": {"resident": group}}
    found = measure(units, dict.fromkeys(units, "one"), dict.fromkeys(units, SCALE), RULES)
    parts = found.components["one"]
    assert (parts.mood, parts.mood_freedom, parts.loose) == (pytest.approx(9, abs=0.05), 1e6, 0)
    assert found.variances["A"].whole == found.variances["B"].whole > 0


def test_clusters_of_people_who_agree_count_as_fewer() -> None:
    alike = [
        ClusterSums(str(at), 10, 10.0, 10.0 * y, 10.0 * y * y)
        for at, y in enumerate([90, 50, 70, 30], 1)
    ]
    assert intra_class([alike]) == 0.05  # nothing within clusters: not estimable
    mixed = [
        ClusterSums(str(at), 10, 10.0, 10.0 * y, 10.0 * (y * y + 100))
        for at, y in enumerate([90, 50, 70, 30], 1)
    ]
    assert intra_class([mixed]) > 0.8
    variance = 600 / 40
    effect = design_effect(mixed, variance, 0.05)
    # By hand: V_cl = 4/3·Σ(10·(ȳ_k − 60))²/40² = 4/3·(900 + 100 + 100 + 900)·100/1600 = 166.67.
    freedom = 40**2 / 400 - 1
    own, expected = (4 / 3 * 2000 * 100 / 1600) / variance, 1 + 0.05 * 9
    assert effect.factor == pytest.approx((10 * expected + freedom * own) / (10 + freedom))
    assert effect.freedom == 10 + freedom


def test_drawn_invitations_are_clusters_of_one() -> None:
    alone = [ClusterSums("0", 40, 40.0, 2400.0, 168000.0)]
    assert design_effect(alone, 15.0, 0.05).factor == 1
    two = [ClusterSums("1", 20, 20.0, 1200.0, 80000.0), ClusterSums("2", 20, 20.0, 1200.0, 80000.0)]
    assert design_effect(two, 15.0, 0.05).factor == pytest.approx(1 + 0.05 * 19)


def test_one_answer_has_the_spread_of_the_prior() -> None:
    group = {"resident": group_parts(Fraction(1), {"": counts(1, 0, 0, 0, 0)}, {})}
    found = measure({"U": group}, {"U": "one"}, {"U": SCALE}, RULES)
    assert found.units["U"].own.score == 100
    assert 10 < sqrt(found.variances["U"].sampling) < 35
