"""What-if: the same answers under other rules, and the moves of the results."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from scipy.stats import kendalltau

from aggregation.appraisal.appraise import appraise, unit_standings
from aggregation.appraisal.stability import grade_counts, kendall_tau_b, result_shift
from aggregation.appraisal.variations import RescoringInputs, Variation, rescored_units, variations
from aggregation.estimation.scores import score_units
from aggregation.model.facts import Grade
from aggregation.ranking.draws import uniforms
from aggregation.scheme.diff import SchemeDifference, scheme_differences
from bot.campaigns.scheme_files import offered_scheme, shipped_scheme
from survey_flows.messages import Named
from tests.cities import public, small_city, small_scheme
from tests.scoring import QUESTIONNAIRES, row

SCHEME = small_scheme(min_n={"group": 30, "unit": 100, "publish_cell": 10})
CATEGORIES = {"U": "B_econ"}


def variation(key: str) -> Variation:
    return {v.key: v for v in variations(SCHEME)}[key]


def answers(*rows: object) -> RescoringInputs:
    found = score_units(rows, CATEGORIES, QUESTIONNAIRES, SCHEME)  # type: ignore[arg-type]
    return RescoringInputs(rows, CATEGORIES, QUESTIONNAIRES, found)  # type: ignore[arg-type]


def test_only_rules_that_are_not_the_schemes_own_are_tried() -> None:
    keys = [v.key for v in variations(SCHEME)]
    assert keys == [
        *("scale_even", "scale_100_70_30", "public-10", "public-5", "public+5", "public+10"),
        *("no_open_link", "no_fraud_weights", "equal_answers"),
    ]
    linear = small_scheme(default_scale="linear5_dk")
    assert [v.key for v in variations(linear)][:2] == ["scale_80_60_30", "scale_100_70_30"]


def test_the_other_weights_make_room_in_proportion() -> None:
    moved = variation("public+10").scheme.categories["B_econ"].weights
    assert sum(moved.values()) == pytest.approx(Decimal(100))
    assert moved["public"] == 40
    assert moved["objective"] / moved["superior"] == Decimal(55) / Decimal(10)


@pytest.mark.parametrize(
    ("key", "points"), [("scale_even", (75, 25)), ("scale_100_70_30", (100, 30))]
)
def test_answers_get_the_points_of_the_other_scale(key: str, points: tuple[int, int]) -> None:
    given = answers(row("S S S S", 60), row("D D D D", 60))
    assert rescored_units(given, SCHEME, variation(key))["U"].score == Fraction(sum(points), 2)


def test_open_links_and_fraud_weights_can_be_left_out() -> None:
    given = answers(
        row("VS VS VS VS", 100), row("VD VD VD VD", 50, source="open"), row("S S S S", 60, weight=1)
    )
    assert rescored_units(given, SCHEME, variation("no_open_link"))["U"].score == Fraction(
        100 * 100 + 15 * 80, 115
    )
    assert rescored_units(given, SCHEME, variation("no_fraud_weights"))["U"].score == Fraction(
        100 * 100 + 60 * 80, 210
    )


def test_every_answer_can_count_alike() -> None:
    given = answers(
        row("VS VS VS VS", 100),
        row("VD VD VD VD", 300, grp="enterprise"),
        row("S S S S", 40, grp="own"),
    )
    assert rescored_units(given, SCHEME, variation("equal_answers"))["U"].score == 25


@pytest.mark.parametrize("few", [1, 9])
def test_a_rule_that_touches_few_answers_changes_nothing_that_is_told(few: int) -> None:
    given = answers(row("VS VS VS VS", 150), row("VD VD VD VD", few, source="open"))
    assert rescored_units(given, SCHEME, variation("no_open_link"))["U"] is given.scores["U"]
    left = answers(row("VS VS VS VS", few), row("VD VD VD VD", 150, source="open"))
    assert rescored_units(left, SCHEME, variation("no_open_link"))["U"] is left.scores["U"]


def test_a_corrected_score_stays() -> None:
    given = answers(row("S S S S", 60), row("D D D D", 60))
    kept = replace(given, fixed=frozenset({"U"}))
    assert rescored_units(kept, SCHEME, variation("scale_even"))["U"] is given.scores["U"]


def test_units_alone_stand_as_in_the_whole_appraisal() -> None:
    city = small_city()
    whole = {u.unit: (u.rank, u.grade, u.total) for u in appraise(city).units}
    assert {u.unit: (u.rank, u.grade, u.total) for u in unit_standings(city)} == whole


def test_agreement_is_kendalls_tau_b() -> None:
    units = [u for u in unit_standings(small_city()) if u.family == "B_econ"]
    for lots in uniforms("tau", 20, 2 * len(units)):
        ranks = [
            [1 + int(5 * x) for x in part] for part in (lots[: len(units)], lots[len(units) :])
        ]
        pairs = [
            (replace(u, rank=a), replace(u, rank=b))
            for u, a, b in zip(units, ranks[0], ranks[1], strict=True)
        ]
        assert kendall_tau_b(pairs) == pytest.approx(kendalltau(ranks[0], ranks[1]).statistic)


def test_agreement_is_measured_within_families_only() -> None:
    units = unit_standings(small_city())
    mixed = [
        (u, replace(u, rank=(u.rank or 0) + (100 if u.family == "B_econ" else 0))) for u in units
    ]
    assert kendall_tau_b(mixed) == 1.0
    assert kendall_tau_b([]) is None


def test_a_shift_tells_who_moves_and_whose_grade_changes() -> None:
    city = small_city()
    better = replace(
        city, public={**city.public, "U10": public("U10", 100), "U01": public("U01", 0)}
    )
    found = result_shift("x", Named("甲", "a"), unit_standings(city), unit_standings(better))
    assert (found.moved, found.furthest, found.furthest_unit) == (7, 9, "U01")
    moves = {m.unit: (m.ranks, m.grades) for m in found.graded}
    assert moves["U01"] == ((1, 10), (Grade.FIRST, Grade.THIRD))
    assert grade_counts(unit_standings(better)) == {
        Grade.FIRST: 2,
        Grade.SECOND: 7,
        Grade.THIRD: 1,
        None: 0,
    }


def test_schemes_differ_field_by_field() -> None:
    other = small_scheme(overall_share="50", tie_breaks=["public"])
    assert scheme_differences(SCHEME, SCHEME) == []
    assert scheme_differences(small_scheme(), other) == [
        SchemeDifference("overall_share", "40", "50"),
        SchemeDifference("tie_breaks", "public, objective", "public"),
    ]
    linear = variation("scale_even").scheme
    assert [(d.field, d.before, d.after) for d in scheme_differences(SCHEME, linear)] == [
        ("scales.five_dk.options.S.points", "80", "75"),
        ("scales.five_dk.options.B.points", "60", "50"),
        ("scales.five_dk.options.D.points", "30", "25"),
    ]


def test_the_constants_of_method_2_are_halved_and_doubled() -> None:
    keys = [v.key for v in variations(offered_scheme())]
    assert {"imagined_15", "imagined_60", "loose_worth_5", "loose_worth_20"} <= set(keys)
    assert not any(v.key.startswith(("imagined", "loose")) for v in variations(shipped_scheme()))
