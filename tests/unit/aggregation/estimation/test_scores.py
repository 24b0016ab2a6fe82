"""Public scores: expectations computed by hand or by the plain oracle of `tests.scoring`."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, tally
from aggregation.estimation.scores import GroupScore, UnitScore, score_tally, score_units
from survey_flows.errors import BadInput
from survey_flows.questionnaire import Questionnaire
from tests.scoring import GROUPS, QUESTIONNAIRES, TITLE, rating, row, scheme

FACETS = Questionnaire("facets", "1", TITLE, (rating("a", 30), rating("b", 50), rating("c", 20)))
"""Without an overall item: the dimensions speak alone."""
THREE = Questionnaire("three", "1", TITLE, (rating("y", 1, scale="three_dk"),))
PLAIN = Questionnaire("plain", "1", TITLE, (rating("y", 1, scale=None),))
"""On the scheme's default scale."""
KNOWN = {**QUESTIONNAIRES, **{q.id: q for q in (FACETS, THREE, PLAIN)}}


def score(*rows: PatternCount, category: str = "econ", group: int = 1, unit: int = 1) -> UnitScore:
    return score_units(rows, {"U": category}, KNOWN, scheme(group, unit))["U"]


@pytest.mark.parametrize(
    ("questionnaire", "ratings", "expected"),
    [
        ("window", "S S S S", 80),
        ("window", "VS D D D", 58),  # 40 % of 100 + 60 % of 30
        (
            "window",
            "VS DK B -",
            76,
        ),  # 40 % of 100 + 60 % of 60: the mean of the answered dimensions
        ("window", "DK S B DK", 70),  # the dimensions stand alone
        ("window", "VS - - DK", None),  # one of four
        ("window", "VS D - -", 58),  # two of four: half is enough
        ("window", "DK DK DK DK", None),
        ("window", "- - - -", None),
        ("window", "DK - - VD", None),
        (
            "uneven",
            "VS S D",
            Fraction(2, 5) * 80 + Fraction(3, 5) * Fraction(17 * 100 + 60 * 30, 77),
        ),
        ("single", "B", 60),
        ("single", "DK", None),
        ("single", "-", None),
        ("uneven", "- VD -", None),  # one of three
        ("uneven", "DK S B", 68),  # 40 % of 80 + 60 % of 60
        ("facets", "VS S D", 76),  # 30 % of 100 + 50 % of 80 + 20 % of 30
        ("facets", "- S D", Fraction(50 * 80 + 20 * 30, 70)),
        ("facets", "- - D", None),
        ("three", "B", 70),
        ("three", "D", 30),
        ("plain", "B", 60),
    ],
)
def test_the_score_of_one_ballot(
    questionnaire: str, ratings: str, expected: Fraction | None
) -> None:
    assert PatternReader(KNOWN, scheme()).read(questionnaire, ratings).score == expected


@pytest.mark.parametrize(
    ("questionnaire", "ratings", "unknown"),
    [
        ("window", "DK S S S", True),  # the unit as a whole is not known
        ("window", "S DK DK DK", False),
        ("window", "- DK - DK", True),
        ("window", "- - D -", False),
        ("window", "- - - -", True),  # shown no question: does not know the unit
        ("facets", "DK - DK", True),
        ("facets", "DK - S", False),
        ("single", "DK", True),
        ("single", "VD", False),
    ],
)
def test_who_knows_nothing_of_the_unit(questionnaire: str, ratings: str, unknown: bool) -> None:
    assert PatternReader(KNOWN, scheme()).read(questionnaire, ratings).dont_know is unknown


def test_a_questionnaire_with_an_unknown_scale_is_refused() -> None:
    odd = Questionnaire("odd", "1", TITLE, (rating("y", 1, scale="ten"),))
    with pytest.raises(BadInput, match="no scale «ten»; it has five_dk, three_dk"):
        PatternReader({"odd": odd}, scheme())


@pytest.mark.parametrize(
    ("questionnaire", "ratings", "where"),
    [
        ("window", "S S S", "questionnaire window"),
        ("window", "S S S S S", "questionnaire window"),
        ("window", "S S XX S", "questionnaire window, question speed"),
        ("other", "S", "questionnaire other"),
    ],
)
def test_a_pattern_that_cannot_be_read_is_refused(
    questionnaire: str, ratings: str, where: str
) -> None:
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
    # econ: service users 25, residents 20, enterprises 35;
    # the others have no answers, so that 80 become 100.
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
    rows = [
        row("VS VS VS VS", 30),
        row("S S S S", 29, grp="enterprise"),
        row("B B B B", 70, grp="service_user"),
    ]
    made = score(*rows, group=30, unit=100)
    assert made.score == Fraction(20 * 100 + 25 * 60, 45)
    below = [flag for flag in made.flags if flag.startswith("group_below_floor:")]
    assert below == [
        f"group_below_floor:{name}" for name in ("enterprise", "deputy", "grassroots", "supervisor")
    ]
    assert "insufficient" not in made.flags
    at_the_floor = score(*rows, row("S S S S", 1, grp="enterprise"), group=30, unit=100)
    assert at_the_floor.score == Fraction(20 * 100 + 25 * 60 + 35 * 80, 80)


@pytest.mark.parametrize(("valid", "insufficient"), [(99, True), (100, False)])
def test_a_unit_below_its_floor_is_insufficient(valid: int, insufficient: bool) -> None:
    made = score(row("S S S S", valid), row("DK DK DK DK", 50), group=30, unit=100)
    assert ("insufficient" in made.flags) is insufficient
    assert (made.n, made.n_valid, made.score) == (valid + 50, valid, 80)


def test_a_unit_that_the_people_were_not_asked_about_is_insufficient() -> None:
    made = score(
        row("S S S S", 200, grp="enterprise"),
        row("VS VS VS VS", 200, grp="deputy"),
        group=30,
        unit=100,
    )
    assert "insufficient" in made.flags


def test_without_a_group_at_the_floor_all_are_pooled_for_information() -> None:
    made = score(row("VS VS VS VS", 10), row("B B B B", 20, grp="service_user"), group=30, unit=100)
    assert made.score == Fraction(10 * 100 + 20 * 60, 30)
    assert {"insufficient", "pooled"} <= set(made.flags)


def test_many_small_groups_do_not_make_a_unit_sufficient() -> None:
    made = score(row("S S S S", 29), row("S S S S", 29, grp="service_user"), group=30, unit=50)
    assert made.n_valid == 58
    assert {"insufficient", "pooled"} <= set(made.flags)


def test_answers_of_groups_without_weight_are_not_pooled_and_fraud_weights_stay() -> None:
    # district: supervisors have weight 0. The others: 10 at 100 with weight ½, 15 at 60 with 1.
    rows = [row("VS VS VS VS", 10, weight=2), row("B B B B", 15, grp="deputy")]
    made = score(
        *rows, row("VD VD VD VD", 20, grp="supervisor"), category="district", group=30, unit=100
    )
    assert made.score == Fraction(5 * 100 + 15 * 60, 20)
    assert {g.group: g.weight_used for g in made.groups if g.weight_used} == {
        "resident": 25,
        "deputy": 75,
    }


def test_a_group_without_weight_is_told_but_does_not_count() -> None:
    # district: supervisors have weight 0.
    made = score(row("S S S S", 5), row("VD VD VD VD", 50, grp="supervisor"), category="district")
    assert (made.score, made.n, made.n_valid) == (80, 55, 5)
    few = score(
        row("S S S S", 40),
        row("VD VD VD VD", 5, grp="supervisor", source="open"),
        category="district",
        group=30,
    )
    assert next(g.flags for g in few.groups if g.group == "supervisor") == (
        "below_floor",
        "open_link_only",
    )
    assert [flag for flag in few.flags if "supervisor" in flag] == []


def test_open_links_are_capped_at_thirty_per_cent_beside_vouched_answers() -> None:
    made = score(row("VS VS VS VS", 10), row("VD VD VD VD", 90, source="open"))
    assert made.score == Fraction(70)
    assert "open_link_capped:resident" in made.flags
    uncapped = score(row("VS VS VS VS", 70), row("VD VD VD VD", 30, source="open"))
    assert uncapped.score == Fraction(70)
    assert [flag for flag in uncapped.flags if flag.startswith("open")] == []


def test_a_capped_group_tells_what_was_capped_and_how_uncertain_it_is() -> None:
    vouched = [
        row("VS VS VS VS", 10),
        row("S S S S", 10),
    ]  # mean 90, V = 20/19 · 20·10² / 20² = 100/19
    opened = [
        row("VD VD VD VD", 20, source="open"),
        row("D D D D", 20, source="open"),
    ]  # 15; 40/39 · 40·15²/40²
    made = score(*vouched, *opened, group=30)
    (resident,) = (g for g in made.groups if g.group == "resident")
    assert resident.score == Fraction(70 * 90 + 30 * 15, 100)
    assert resident.unweighted == resident.score
    assert resident.variance == pytest.approx(0.7**2 * 100 / 19 + 0.3**2 * 225 / 39)
    assert (resident.n, resident.n_valid, resident.n_open) == (60, 60, 40)
    assert resident.flags == ("open_link_capped", "verified_below_floor")
    assert {"open_link_capped:resident", "verified_below_floor:resident"} <= set(made.flags)


def test_the_cap_is_on_the_weight_and_not_on_the_number_of_open_answers() -> None:
    # 60 open answers at ¼ weigh 15 beside 35: exactly 30 %.
    rows = [row("VS VS VS VS", 35), row("VD VD VD VD", 60, source="open", weight=1)]
    at_the_cap = score(*rows)
    assert at_the_cap.score == Fraction(35 * 100, 50)
    assert "open_link_capped:resident" not in at_the_cap.flags
    over = score(*rows, row("VD VD VD VD", 1, source="open", weight=1))
    assert over.score == 70
    assert "open_link_capped:resident" in over.flags


def test_open_links_beside_excluded_vouched_answers_stand_alone() -> None:
    made = score(row("S S S S", 40, source="open"), row("VD VD VD VD", 40, weight=0))
    assert (made.score, made.excluded) == (80, 40)
    assert "open_link_only" in made.flags


def test_one_vouched_group_is_enough_not_to_rest_on_open_links_only() -> None:
    made = score(row("S S S S", 40, source="open"), row("S S S S", 40, grp="enterprise"))
    assert "open_link_only" not in made.flags
    assert "open_link_only:resident" in made.flags


def test_exclusion_can_bring_a_group_below_its_floor() -> None:
    rows = [
        row("S S S S", 150, grp="service_user"),
        row("VD VD VD VD", 29),
        row("VD VD VD VD", 5, weight=0),
    ]
    made = score(*rows, group=30, unit=100)
    assert made.score == 80
    assert "group_below_floor:resident" in made.flags
    assert (made.n, made.n_valid, made.excluded) == (184, 179, 5)


def test_open_links_alone_count_whole_and_are_flagged() -> None:
    made = score(row("S S S S", 100, source="open"))
    assert made.score == 80
    assert {"open_link_only", "open_link_only:resident"} <= set(made.flags)


def test_not_knowing_is_reported_and_never_imputed() -> None:
    made = score(
        row("VS VS VS VS", 2),
        row("D D D D", 1),
        row("DK S S S", 1),
        row("DK DK DK DK", 3),
        row("- - - -", 3),
    )
    assert made.dont_know_rate == Fraction(7, 10)
    assert made.top_two_rate == Fraction(2, 3)
    assert made.score == Fraction(2 * 100 + 30 + 80, 4)
    assert "dont_know_high" in made.flags
    half = score(row("VS VS VS VS", 1), row("DK DK DK DK", 1))
    assert "dont_know_high" not in half.flags


def test_each_scale_is_counted_by_its_own_codes_and_only_two_levels_are_satisfied() -> None:
    made = score(
        row("S", 4, questionnaire="three"),
        row("B", 3, questionnaire="three"),
        row("DK", 1, questionnaire="three"),
        row("VS", 2, questionnaire="plain"),
        row("B", 1, questionnaire="plain"),
        row("VS VS VS", 5, questionnaire="facets"),  # has no overall item
    )
    assert made.distribution == {"VS": 2, "S": 4, "B": 4, "D": 0, "VD": 0, "DK": 1, "-": 5}
    assert made.top_two_rate == Fraction(6, 10)
    assert made.dont_know_rate == Fraction(1, 16)
    assert made.score == Fraction(4 * 100 + 3 * 70 + 2 * 100 + 60 + 5 * 100, 15)
    assert score(row("S", 4, questionnaire="three")).distribution == {
        "S": 4,
        "B": 0,
        "D": 0,
        "DK": 0,
        "-": 0,
    }


def test_a_unit_without_ballots_has_no_score() -> None:
    weights = zip(GROUPS, (25, 20, 35, 10, 5, 5), strict=True)
    groups = [
        GroupScore(name, 0, 0, None, 2500.0, Fraction(w), Fraction(0), ("below_floor",))
        for name, w in weights
    ]
    assert score() == UnitScore(
        unit="U",
        n=0,
        n_valid=0,
        score=None,
        variance=2500.0,  # the most that points within 0–100 can vary
        low=None,
        high=None,
        dont_know_rate=None,
        top_two_rate=None,
        distribution=dict.fromkeys(["VS", "S", "B", "D", "VD", "DK", "-"], 0),
        groups=tuple(groups),
        flags=("insufficient", *(f"group_below_floor:{name}" for name in GROUPS)),
    )


def test_a_unit_that_nobody_knows_or_whose_ballots_are_all_excluded_has_no_score() -> None:
    unknown, excluded = score(row("DK DK DK DK", 150)), score(row("S S S S", 150, weight=0))
    assert (unknown.n, unknown.n_valid, unknown.score, unknown.dont_know_rate) == (150, 0, None, 1)
    assert unknown.flags[:2] == ("insufficient", "dont_know_high")
    assert (excluded.n, excluded.excluded, excluded.score, excluded.dont_know_rate) == (
        150,
        150,
        None,
        None,
    )
    assert sum(excluded.distribution.values()) == 0


def test_a_unit_heard_only_by_groups_without_weight_has_no_score() -> None:
    made = score(row("S S S S", 200, grp="supervisor"), category="district")
    assert (made.n, made.n_valid, made.score, made.low) == (200, 0, None, None)
    assert "insufficient" in made.flags
    supervisor = next(g for g in made.groups if g.group == "supervisor")
    assert (supervisor.score, supervisor.weight, supervisor.weight_used) == (80, 0, 0)


def test_one_ballot_has_a_score_and_says_how_little_it_tells() -> None:
    made = score(row("VS VS VS VS"))
    assert (made.score, made.variance, made.high) == (100, 2500.0, 100.0)
    assert made.low is not None
    assert made.low < 20


def test_units_come_in_the_order_of_the_campaign() -> None:
    rows = [row("S S S S", unit="B"), row("B B B B", unit="A")]
    made = score_units(rows, {"C": "econ", "B": "district", "A": "econ"}, KNOWN, scheme(1, 1))
    assert [(unit, made[unit].unit, made[unit].score) for unit in made] == [
        ("C", "C", None),
        ("B", "B", 80),
        ("A", "A", 60),
    ]


def test_ballots_for_an_unknown_unit_or_category_are_refused() -> None:
    with pytest.raises(BadInput, match="unit X"):
        score(row("S S S S", unit="X"))
    with pytest.raises(BadInput, match="no category «none»"):
        score(row("S S S S"), category="none")


def test_counts_of_parts_add_up_to_those_of_the_whole() -> None:
    rows = [
        row("S B D VS", 3),
        row("VS VS - DK", 4, grp="deputy"),
        row("S B D VS", 2, source="open", stratum="x"),
    ]
    reader = PatternReader(QUESTIONNAIRES, scheme())
    whole, part, rest = tally(rows, reader), tally(rows[:1], reader), tally(rows[1:], reader)
    part.merge(rest)
    assert score_tally(part, {"U": "econ"}, scheme()) == score_tally(whole, {"U": "econ"}, scheme())
