"""Public scores: expectations worked out by hand, or by the plain oracle of `tests.scoring`."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from aggregation.cells import PatternCount, tally
from aggregation.ratings import Reader
from aggregation.scores import UnitScore, score_tally, score_units
from survey_flows.errors import BadInput
from tests.scoring import QUESTIONNAIRES, row, scheme


def score(*rows: PatternCount, category: str = "econ", group: int = 1, unit: int = 1) -> UnitScore:
    return score_units(rows, {"U": category}, QUESTIONNAIRES, scheme(group, unit))["U"]


@pytest.mark.parametrize(
    ("questionnaire", "ratings", "expected"),
    [
        ("window", "S S S S", 80),
        ("window", "VS D D D", 58),  # 40 % of 100 + 60 % of 30
        ("window", "VS DK B -", 76),  # 40 % of 100 + 60 % of 60: the mean of the answered dimensions
        ("window", "DK S B DK", 70),  # the dimensions stand alone
        ("window", "VS - - DK", None),  # one of four
        ("window", "VS D - -", 58),  # two of four: half is enough
        ("window", "DK DK DK DK", None),
        ("window", "- - - -", None),
        ("window", "DK - - VD", None),
        ("uneven", "VS S D", Fraction(2, 5) * 80 + Fraction(3, 5) * Fraction(17 * 100 + 60 * 30, 77)),
        ("single", "B", 60),
        ("single", "DK", None),
    ],
)
def test_the_score_of_one_ballot(questionnaire: str, ratings: str, expected: Fraction | None) -> None:
    assert Reader(QUESTIONNAIRES, scheme()).read(questionnaire, ratings).score == expected


@pytest.mark.parametrize(
    ("questionnaire", "ratings", "where"),
    [
        ("window", "S S S", "questionnaire window"),
        ("window", "S S S S S", "questionnaire window"),
        ("window", "S S XX S", "questionnaire window, question speed"),
        ("other", "S", "questionnaire other"),
    ],
)
def test_a_pattern_that_cannot_be_read_is_refused(questionnaire: str, ratings: str, where: str) -> None:
    with pytest.raises(BadInput) as refused:
        score(row(ratings, questionnaire=questionnaire))
    assert refused.value.where == where


def test_a_group_is_a_weighted_mean_with_its_linearised_variance() -> None:
    counts = {("VS VS VS VS", 4): 5, ("S S S S", 2): 3, ("D D D D", 1): 2, ("VD VD VD VD", 0): 7}
    made = score(*(row(ratings, n, weight=w) for (ratings, w), n in counts.items()))
    y = np.repeat([100.0, 80.0, 30.0], [5, 3, 2])
    w = np.repeat([1.0, 0.5, 0.25], [5, 3, 2])
    mean = (w * y).sum() / w.sum()
    variance = 10 / 9 * (w**2 * (y - mean) ** 2).sum() / w.sum() ** 2
    assert made.score == Fraction(5 * 4 * 100 + 3 * 2 * 80 + 2 * 1 * 30, 5 * 4 + 3 * 2 + 2)
    assert made.variance == pytest.approx(variance, rel=1e-12)
    assert made.unweighted == Fraction(5 * 100 + 3 * 80 + 2 * 30, 17)
    assert (made.n, made.n_valid, made.excluded) == (17, 10, 7)
    assert made.distribution == {"VS": 5, "S": 3, "B": 0, "D": 2, "VD": 0, "DK": 0, "-": 0}


def test_groups_are_put_together_by_the_schemes_weights() -> None:
    # econ: service users 25, residents 20, enterprises 35; the others have no answers, so that 80 become 100.
    made = score(
        row("VS VS VS VS", 6, grp="service_user"),
        row("S S S S", 3, grp="resident"),
        row("VD VD VD VD", 3, grp="resident"),
        row("B B B B", 8, grp="enterprise"),
    )
    assert made.score == Fraction(25 * 100 + 20 * 40 + 35 * 60, 80)
    assert made.variance == pytest.approx((20 / 80) ** 2 * (6 / 5 * 6 * 40**2 / 6**2))
    used = {group.group: (group.weight, group.weight_used) for group in made.groups}
    assert used["service_user"] == (25, Fraction(2500, 80))
    assert used["deputy"] == (10, 0)
    assert sum(weight for _, weight in used.values()) == 100


def test_a_group_below_its_floor_gives_its_weight_to_the_others_and_is_flagged() -> None:
    rows = [row("VS VS VS VS", 30), row("S S S S", 29, grp="enterprise"), row("B B B B", 70, grp="service_user")]
    made = score(*rows, group=30, unit=100)
    assert made.score == Fraction(20 * 100 + 25 * 60, 45)
    below = [flag for flag in made.flags if flag.startswith("group_below_floor:")]
    assert below == [f"group_below_floor:{name}" for name in ("enterprise", "deputy", "grassroots", "supervisor")]
    assert "insufficient" not in made.flags
    at_the_floor = score(*rows, row("S S S S", 1, grp="enterprise"), group=30, unit=100)
    assert at_the_floor.score == Fraction(20 * 100 + 25 * 60 + 35 * 80, 80)


@pytest.mark.parametrize(("valid", "insufficient"), [(99, True), (100, False)])
def test_a_unit_below_its_floor_is_insufficient(valid: int, insufficient: bool) -> None:
    made = score(row("S S S S", valid), row("DK DK DK DK", 50), group=30, unit=100)
    assert ("insufficient" in made.flags) is insufficient
    assert (made.n, made.n_valid, made.score) == (valid + 50, valid, 80)


def test_a_unit_that_the_people_were_not_asked_about_is_insufficient() -> None:
    made = score(row("S S S S", 200, grp="enterprise"), row("VS VS VS VS", 200, grp="deputy"), group=30, unit=100)
    assert "insufficient" in made.flags


def test_without_a_group_at_the_floor_all_are_pooled_for_information() -> None:
    made = score(row("VS VS VS VS", 10), row("B B B B", 20, grp="service_user"), group=30, unit=100)
    assert made.score == Fraction(10 * 100 + 20 * 60, 30)
    assert {"insufficient", "pooled"} <= set(made.flags)


def test_a_group_without_weight_is_told_but_does_not_count() -> None:
    # district: supervisors have weight 0.
    made = score(row("S S S S", 5), row("VD VD VD VD", 50, grp="supervisor"), category="district")
    assert (made.score, made.n, made.n_valid) == (80, 55, 5)


def test_open_links_are_capped_at_thirty_per_cent_beside_vouched_answers() -> None:
    made = score(row("VS VS VS VS", 10), row("VD VD VD VD", 90, source="open"))
    assert made.score == Fraction(70)
    assert "open_link_capped:resident" in made.flags
    uncapped = score(row("VS VS VS VS", 70), row("VD VD VD VD", 30, source="open"))
    assert uncapped.score == Fraction(70)
    assert [flag for flag in uncapped.flags if flag.startswith("open")] == []


def test_open_links_alone_count_whole_and_are_flagged() -> None:
    made = score(row("S S S S", 100, source="open"))
    assert made.score == 80
    assert {"open_link_only", "open_link_only:resident"} <= set(made.flags)


def test_not_knowing_is_reported_and_never_imputed() -> None:
    made = score(row("VS VS VS VS", 2), row("D D D D", 1), row("DK S S S", 1), row("DK DK DK DK", 3), row("- - - -", 3))
    assert made.dont_know_rate == Fraction(7, 10)
    assert made.top_two_rate == Fraction(2, 3)
    assert made.score == Fraction(2 * 100 + 30 + 80, 4)
    assert "dont_know_high" in made.flags
    half = score(row("VS VS VS VS", 1), row("DK DK DK DK", 1))
    assert "dont_know_high" not in half.flags


def test_a_unit_without_ballots_has_no_score() -> None:
    made = score()
    assert (made.n, made.n_valid, made.score, made.low, made.high) == (0, 0, None, None, None)
    assert (made.dont_know_rate, made.top_two_rate) == (None, None)
    assert "insufficient" in made.flags


def test_ballots_for_an_unknown_unit_or_category_are_refused() -> None:
    with pytest.raises(BadInput, match="unit X"):
        score(row("S S S S", unit="X"))
    with pytest.raises(BadInput, match="no category «none»"):
        score(row("S S S S"), category="none")


def test_counts_of_parts_add_up_to_those_of_the_whole() -> None:
    rows = [row("S B D VS", 3), row("VS VS - DK", 4, grp="deputy"), row("S B D VS", 2, source="open", stratum="x")]
    reader = Reader(QUESTIONNAIRES, scheme())
    whole, part, rest = tally(rows, reader), tally(rows[:1], reader), tally(rows[1:], reader)
    part.merge(rest)
    assert score_tally(part, {"U": "econ"}, scheme()) == score_tally(whole, {"U": "econ"}, scheme())
