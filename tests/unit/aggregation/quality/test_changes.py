"""Changes of public scores between two years."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import t

from aggregation.quality.changes import (
    ChangeVerdict,
    YearScore,
    holm_adjusted,
    score_changes,
    score_definition,
)
from aggregation.ranking.draws import normals
from bot.campaigns.scheme_files import offered_scheme, shipped_scheme
from tests.cities import small_scheme
from tests.scoring import SINGLE, WINDOW


def read(score: float, variance: float = 1.0, how: object = "same") -> YearScore:
    return YearScore(Fraction(score), variance, how)


def test_intervals_that_overlap_do_not_hide_a_change() -> None:
    # 70 ± 1.96 and 73.5 ± 1.96 overlap; the difference of 3.5 has the error √2 and p = 0.0133
    found = score_changes({"U": read(70)}, {"U": read(73.5)})["U"]
    assert found.p == pytest.approx(0.01333, abs=1e-5)
    assert (found.verdict, found.difference) == (ChangeVerdict.BETTER, Fraction(7, 2))
    assert score_changes({"U": read(73.5)}, {"U": read(70)})["U"].verdict is ChangeVerdict.WORSE
    assert score_changes({"U": read(70)}, {"U": read(72)})["U"].verdict is ChangeVerdict.OPEN


def test_p_values_are_adjusted_for_the_number_of_units() -> None:
    # by hand: 3·0.01, 2·0.03, and 0.04 raised to what stands before it
    assert holm_adjusted({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx(
        {"a": 0.03, "c": 0.06, "b": 0.06}
    )
    assert holm_adjusted({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
    many = {f"U{n}": read(70) for n in range(20)}
    assert score_changes(many, many | {"U3": read(73.5)})["U3"].verdict is ChangeVerdict.OPEN


def test_years_that_were_measured_otherwise_are_shown_and_not_tested() -> None:
    found = score_changes(
        {"U": read(70), "V": read(60)}, {"U": read(90, how="other"), "W": read(1)}
    )
    assert list(found) == ["U"]
    assert (found["U"].p, found["U"].verdict, found["U"].difference) == (
        None,
        ChangeVerdict.OTHER,
        20,
    )


def test_what_is_measured_alike() -> None:
    base = small_scheme()
    same = small_scheme(
        min_n={"group": 10, "unit": 50, "publish_cell": 10}, unit_quota={"first": 1, "second": 8}
    )
    assert score_definition(WINDOW, "B_econ", base) == score_definition(WINDOW, "B_econ", same)
    assert score_definition(WINDOW, "B_econ", base) != score_definition(SINGLE, "B_econ", base)
    assert score_definition(WINDOW, "B_econ", base) != score_definition(WINDOW, "C_social", base)
    assert score_definition(WINDOW, "B_econ", base) != score_definition(
        WINDOW, "B_econ", small_scheme(overall_share="50")
    )


def test_cities_in_which_nothing_changed_rarely_show_a_change() -> None:
    noise = normals("no change", 400, 80)
    false = 0
    for row in noise:
        years = [{f"U{n}": read(70 + x) for n, x in enumerate(part)} for part in np.split(row, 2)]
        false += any(c.verdict is not ChangeVerdict.OPEN for c in score_changes(*years).values())
    # 5 % of 400, give or take 4.4
    assert false <= 20 + 3 * 4.4


def test_years_in_which_other_groups_counted_are_not_tested() -> None:
    """One ballot of 690 took a group below its floor: «worse», p = 0.002."""
    base, both, one = small_scheme(), {"resident", "enterprise"}, {"resident"}
    before = read(70, how=score_definition(WINDOW, "B_econ", base, both))
    after = read(60, how=score_definition(WINDOW, "B_econ", base, one))
    assert score_changes({"U": before}, {"U": after})["U"].verdict is ChangeVerdict.OTHER
    again = read(60, how=score_definition(WINDOW, "B_econ", base, both))
    assert score_changes({"U": before}, {"U": again})["U"].verdict is ChangeVerdict.WORSE


def test_by_method_2_all_groups_count_and_the_constants_are_compared() -> None:
    new = offered_scheme()
    assert new.evidence is not None
    old = new.model_copy(
        update={"evidence": new.evidence.model_copy(update={"imagined": Decimal(15)})}
    )
    alike = score_definition(WINDOW, "B_econ", new, {"resident"})
    assert alike == score_definition(WINDOW, "B_econ", new, {"resident", "enterprise"})
    assert alike != score_definition(WINDOW, "B_econ", old, {"resident"})
    assert alike != score_definition(WINDOW, "B_econ", shipped_scheme(), {"resident"})


def test_variances_on_few_degrees_of_freedom_are_judged_by_student_s_t() -> None:
    few = {"U": replace(read(70), freedom=2)}, {"U": replace(read(73.5), freedom=2)}
    found = score_changes(*few)["U"]
    # t = 3.5/√2 on Welch's 4 degrees of freedom
    assert found.p == pytest.approx(2 * t.sf(3.5 / 2**0.5, 4))
    assert found.verdict is ChangeVerdict.OPEN
