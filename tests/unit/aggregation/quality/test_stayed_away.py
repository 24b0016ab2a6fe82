"""Figures on people who stayed away: by hand, and never more than can be said."""

from __future__ import annotations

from math import sqrt

import pytest

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.estimation.method2.kept_sums import KeptSums, Moments
from aggregation.model.results import explain
from aggregation.quality.stayed_away import (
    apart,
    good_as,
    manski_bounds,
    reminder_trend,
    representativity,
    unheard_share,
)
from tests.unit.aggregation.appraisal.test_method2_grades import replace, rules, scored

GROUPS = ("service_user", "resident", "enterprise", "deputy", "grassroots", "supervisor")


def test_where_everybody_answered_nothing_rests_on_the_unheard_but_imagined_answers() -> None:
    given = scored(rules())
    figures = given.public["U01"].bounded
    assert figures is not None
    answered = dict.fromkeys(GROUPS, 60)
    assert unheard_share(figures, answered, {}) is None
    assert unheard_share(figures, answered, dict.fromkeys(GROUPS, 60)) == 0.1
    # A third of the invited answered: 1 − 1/3 is told as 0.7.
    assert unheard_share(figures, answered, dict.fromkeys(GROUPS, 180)) == pytest.approx(0.7)
    assert unheard_share(figures, {}, dict.fromkeys(GROUPS, 180)) == 1.0
    # Of residents alone it is known: α = 20 % of the score, of which all answered.
    one = unheard_share(figures, answered, {"resident": 60})
    assert one is not None
    share = figures.variance.shares["resident"]
    assert 1 - share <= one < 1 - share + 0.1


def test_answers_that_nobody_vouches_for_have_no_response_rate() -> None:
    given = scored(rules(), source="open")
    figures = given.public["U01"].bounded
    assert figures is not None
    assert unheard_share(figures, dict.fromkeys(GROUPS, 60), dict.fromkeys(GROUPS, 60)) == 1.0


def test_a_difference_is_told_in_tenths_and_never_too_large() -> None:
    assert apart(3.0, 1.0) == 3.0
    assert apart(3.0, 0.7) == 4.2  # 4.2857…
    assert apart(0.04, 0.9) == 0.0


def test_the_grade_of_a_unit_says_how_different_the_silent_would_have_to_be() -> None:
    given = scored(rules())
    invited = dict.fromkeys(given.public, dict.fromkeys(GROUPS, 180))
    results = [appraise(given), appraise(replace(given, invited=invited))]
    outlooks = [result.unit("U03").outlook for result in results]
    cuts = [cut for outlook in outlooks if outlook for cut in outlook.cuts]
    half = len(cuts) // 2
    assert half
    for plain, known in zip(cuts[:half], cuts[half:], strict=True):
        assert plain.apart is None
        assert plain.points == known.points
        assert known.points is not None
        assert known.apart is not None
        assert known.safe is not None
        assert known.points / 1.0 - 0.1 < known.apart <= known.points / 0.6
        assert 2 * known.safe < known.points <= 2 * known.safe + 0.2 + 1e-9
    said = "\n".join(explain(appraise(replace(given, invited=invited)), "U03", "en"))
    assert "unless people who did not answer are" in said
    assert "less content than those who did, beyond what they are at other units" in said
    told = "\n".join(explain(appraise(replace(given, invited=invited)), "U03", "zh-Hans"))
    assert "除非未作答者比作答者低" in told
    assert "unless people" not in "\n".join(explain(appraise(given), "U03", "en"))


def test_a_group_whose_loose_answers_are_not_told_counts_as_nobody_who_answered() -> None:
    """Else its loose answers would be invited people who answered, and too few had stayed away."""
    given = scored(rules())
    hidden = {
        code: replace(
            told,
            groups=tuple(
                replace(group, n_open=None) if group.group == "resident" else group
                for group in told.groups
            ),
        )
        for code, told in given.disclosed.items()
    }
    invited = dict.fromkeys(GROUPS, 180)
    others = {name: people for name, people in invited.items() if name != "resident"}

    def told_apart(given: AppraisalInputs, people: dict[str, int]) -> list[float]:
        asked = replace(given, invited=dict.fromkeys(given.public, people))
        cuts = [cut for it in appraise(asked).units if it.outlook for cut in it.outlook.cuts]
        return [cut.apart for cut in cuts if cut.apart is not None]

    found = told_apart(replace(given, disclosed=hidden), invited)
    assert found == told_apart(given, others)
    assert sum(found) < sum(told_apart(given, invited))


def test_without_any_assumption_a_score_is_hardly_known() -> None:
    assert manski_bounds(80, 0.25) == (20, 95)
    assert manski_bounds(80, 1) == (80, 80)
    # Half of everybody is as good as 40,000 drawn people if the correlation is 0.005.
    assert good_as(0.5) == 40_000
    assert good_as(0) == good_as(1) == 0


def test_the_indicator_of_representativity_is_that_of_its_paper() -> None:
    found = representativity([(100, 30), (300, 30)], 20.0)
    assert found is not None
    deviation = sqrt((100 * (0.3 - 0.15) ** 2 + 300 * (0.1 - 0.15) ** 2) / 400)
    assert found.indicator == pytest.approx(1 - 2 * deviation)
    assert found.bias == pytest.approx((1 - found.indicator) * 20 / (2 * 0.15))
    even = representativity([(100, 20), (300, 60)], 20.0)
    assert even is not None
    assert (even.indicator, even.bias) == (1, 0)
    assert representativity([(100, 20)], 20.0) is None
    assert representativity([(100, 0), (300, 0)], 20.0) is None


def answers(*points: int) -> Moments:
    return Moments(
        len(points), 4 * len(points), 4 * sum(points), 4 * sum(point**2 for point in points)
    )


def test_reminders_are_compared_within_units() -> None:
    """A unit that is liked less and was reminded of more does not make a trend."""
    eager, late = answers(*[90, 70] * 10), answers(*[80, 60] * 10)
    alike = {
        "A": KeptSums(1, {}, {0: eager}),
        "B": KeptSums(1, {}, {1: late}),
    }
    assert reminder_trend(alike) is None  # within no unit anything differs
    found = reminder_trend({**alike, "C": KeptSums(1, {}, {0: eager, 2: late})})
    assert found is not None
    # In C those before a reminder are 5 above the unit's mean, those after two 5 below it.
    assert found.levels == pytest.approx({0: 2.5, 1: 0.0, 2: -5.0})
    assert found.slope == pytest.approx(-5)
    # Spread of 10 points within cells, n/(n − 1) of 80 answers in four cells; Σ(r − r̄)² = 40.
    assert found.error == pytest.approx(sqrt(80 * 100 / 76 / 40))
    few = {"C": KeptSums(1, {}, {0: eager, 1: answers(10, 10, 10)})}
    assert reminder_trend(few) is None
