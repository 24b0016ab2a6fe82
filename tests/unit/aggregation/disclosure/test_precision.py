"""How finely figures of scores are told, by the number of answers and the kind of unit."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, tally
from aggregation.disclosure.coarsening import imagined_share, told_change, told_shrunken
from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.disclosure.precision import (
    Precision,
    group_step,
    outward,
    rounded,
    unit_precision,
    units_alone,
    upward,
)
from aggregation.disclosure.suppression import disclose
from aggregation.estimation.scores import UnitScore, score_tally
from aggregation.quality.changes import ChangeVerdict, ScoreChange
from aggregation.scheme.scheme import Scheme
from survey_flows.questionnaire import Questionnaire
from tests.scoring import WINDOW, bounded_scheme, rating, scheme

ONE = Questionnaire("one", "1", WINDOW.title, (rating("overall", 1, overall=True),))
SHEETS = {"window": WINDOW, "one": ONE}
TENTH, HALF, WHOLE = Fraction(1, 10), Fraction(1, 2), Fraction(1)

Said = tuple[str, str, str, int]
"""Group, source, ratings, number."""

MIXED = ("VS S VS S", "S VS S VS", "S VS B S", "VS S S B", "B S VS S", "B VS S VS")


def made(said: list[Said], sheet: str = "window", rules: Scheme | None = None) -> UnitScore:
    return told(said, sheet, rules)[0]


def told(
    said: list[Said], sheet: str = "window", rules: Scheme | None = None
) -> tuple[UnitScore, DisclosedScore]:
    """Return a unit's score and what is disclosed of it."""
    used = rules or bounded_scheme()
    rows = [
        PatternCount("U", sheet, group, "", source, 4, ratings, count)
        for group, source, ratings, count in said
    ]
    counted = tally(rows, PatternReader(SHEETS, used))
    scores = score_tally(counted, {"U": "econ"}, used)
    alone = units_alone(counted, {"U": sheet}, SHEETS, used)
    return scores["U"], disclose(scores, {"U": {4: scores["U"].n}}, used, alone)["U"]


def spread(group: str, count: int, source: str = "personal") -> list[Said]:
    """Return answers whose scores do not follow from the overall code."""
    return [(group, source, pattern, count // len(MIXED)) for pattern in MIXED]


@pytest.mark.parametrize(
    ("n", "alone", "expected"),
    [
        (49, False, Precision()),
        (50, False, Precision(WHOLE, None, True)),
        (99, True, Precision(WHOLE, None, False)),
        (100, False, Precision(TENTH, HALF, True)),
        (5000, True, Precision(TENTH, WHOLE, False)),
    ],
)
def test_precision_hangs_on_the_number_of_answers_and_the_kind_of_unit(
    n: int, alone: bool, expected: Precision
) -> None:
    assert unit_precision(n, alone) == expected


def test_a_groups_score_is_never_finer_than_its_own_number_or_its_units_score() -> None:
    large, middle, small = (unit_precision(n, False) for n in (500, 60, 49))
    assert [group_step(n, large) for n in (9, 10, 99, 100)] == [None, WHOLE, WHOLE, TENTH]
    assert [group_step(n, middle) for n in (9, 10, 60)] == [None, WHOLE, WHOLE]
    assert group_step(49, small) is None


def test_steps_round_half_up_upwards_and_outwards() -> None:
    assert rounded(Fraction("78.45"), TENTH) == Fraction("78.5")
    assert upward(Fraction("1.01"), HALF) == Fraction("1.5")
    assert outward(74.2, 81.0, HALF) == (74.0, 81.0)


def test_counts_are_tens_and_figures_of_large_units_tenths() -> None:
    score, it = told(spread("resident", 126) + spread("enterprise", 66))
    assert (score.n_valid, it.n_valid, it.n, it.coarse) == (192, 190, 190, True)
    assert score.bounded is not None
    assert it.score == rounded(score.bounded.own.score, TENTH)
    assert it.low is not None
    assert (2 * it.low).is_integer()
    assert score.low is not None
    assert it.low <= score.low
    groups = {group.group: group for group in it.groups if group.n_valid}
    resident, enterprise = groups["resident"], groups["enterprise"]
    assert [group.n_valid for group in (resident, enterprise)] == [120, 60]
    assert enterprise.score is not None
    assert enterprise.score.denominator == 1
    assert (resident.evidence, enterprise.evidence) == (Fraction("0.8"), Fraction("0.7"))
    # a·b of 20 and 35: 16 and 24.5 of 40.5.
    assert (resident.weight_used, enterprise.weight_used) == (40, 60)
    assert imagined_share(it.groups) == 60
    assert it.bounds is not None
    assert (2 * it.bounds.move).denominator == 1
    assert it.bounds.ballots


def test_a_unit_below_fifty_has_no_score_and_one_below_a_hundred_no_interval() -> None:
    small, middle = told(spread("resident", 48))[1], told(spread("resident", 96))[1]
    assert (small.score, small.low, small.bounds) == (None, None, None)
    assert [group.score for group in small.groups] == [None] * 6
    assert middle.score is not None
    assert middle.score.denominator == 1
    assert (middle.low, middle.unweighted, middle.n_valid) == (None, middle.score, 90)
    assert middle.bounds is not None
    assert (middle.bounds.among, middle.bounds.ballots) == (None, False)


def test_nothing_is_told_of_real_weights_beside_a_group_of_few() -> None:
    """Row 8: from exact weights of the others its size would follow."""
    it = told([*spread("resident", 126), *spread("enterprise", 66), *spread("deputy", 6)])[1]
    assert {group.group for group in it.groups if group.hidden} == {"deputy", "enterprise"}
    assert [group.weight_used for group in it.groups] == [None] * 6
    assert imagined_share(it.groups) is None


def test_figures_of_vouched_answers_are_told_from_fifty_on() -> None:
    few = told([*spread("resident", 48), *spread("resident", 96, "open")])[1]
    many = told([*spread("resident", 54), *spread("resident", 96, "open")])[1]
    assert few.bounds is not None
    assert (few.bounds.vouched, few.bounds.ballots) == (None, False)
    assert many.bounds is not None
    assert many.bounds.vouched is not None
    assert many.bounds.vouched.denominator == 1
    assert many.bounds.ballots


def test_of_a_channel_of_few_nothing_is_told() -> None:
    it = told([*spread("resident", 126), *spread("resident", 6, "open")])[1]
    assert {group.n_open for group in it.groups if group.group == "resident"} == {None}


@pytest.mark.parametrize("share", ["40", "100"])
def test_all_codes_of_a_unit_alone_are_hidden_once_one_is_few(share: str) -> None:
    """Rows 9 and 10: a single item, or the overall item with the whole weight."""
    rules = bounded_scheme().model_copy(update={"overall_share": Fraction(share)})
    sheet, rest = ("one", "") if share == "40" else ("window", " S S S")
    said = [("resident", "personal", f"{c}{rest}", n) for c, n in (("VS", 90), ("S", 60), ("D", 4))]
    it = told(said, sheet, rules)[1]
    assert [it.distribution[code] for code in ("VS", "S", "B", "D", "VD")] == [None] * 5
    assert (it.top_two, it.bounds) == (None, None)
    assert it.low == int(it.low or 0)
    assert [group.evidence for group in it.groups] == [None] * 6


def test_a_unit_is_alone_where_nine_in_ten_scores_follow_from_the_overall_code() -> None:
    same: list[Said] = [("resident", "personal", "VS VS VS VS", 135)]
    most, fewer = same + spread("resident", 12), same + spread("resident", 30)
    assert told(most)[1].bounds is None
    assert told(fewer)[1].bounds is not None
    # By method 1 only what can be known before the first answer counts.
    assert told(most, rules=scheme())[1].coarse is False


def test_a_shrunken_score_is_told_only_where_no_group_or_channel_is_few() -> None:
    score, it = told(spread("resident", 126))
    assert told_shrunken(78.44, score, it, 10) == Fraction("78.4")
    assert told_shrunken(78.44, score, replace(it, n_valid=None), 10) is None
    few, beside = told([*spread("resident", 126), *spread("resident", 6, "open")])
    assert told_shrunken(78.44, few, beside, 10) is None


def test_a_change_since_last_year_gives_no_variance() -> None:
    change = ScoreChange("U", Fraction(80), Fraction(85), 1.234, 0.0123, ChangeVerdict.BETTER)
    assert told_change(change) == replace(change, error=2.0, p=0.05)
