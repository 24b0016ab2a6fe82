"""A third grade of a leader counts only if it comes out under every possible grade of the unit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.model.facts import Finding, FindingKind, Grade, PastGrade, UnitDecision
from aggregation.model.results import AppraisalResult, Certainty, ConsequenceKind, explain
from tests.cities import confirm, public, small_city, small_scheme

F, S, T, X = Grade.FIRST, Grade.SECOND, Grade.THIRD, Grade.FOURTH
ACCIDENT = Finding("E1", FindingKind.SAFETY_ACCIDENT, "U10", "2010-06-01", "事故调查报告")
DOWN = confirm("2010/safety_accident/downgrade/P10/E1")


def last_year(grade: Grade | None, confirmed: bool = True) -> tuple[PastGrade, ...]:
    return (PastGrade(2009, "P10", grade, confirmed, "U10", "principal"),)


def vague(given: AppraisalInputs, variance: float = 900.0) -> AppraisalInputs:
    """The same city with public scores so unsure that every unit may hold every rank."""
    return replace(
        given, public={code: replace(it, variance=variance) for code, it in given.public.items()}
    )


def with_personal(given: AppraisalInputs, points: int) -> AppraisalInputs:
    return replace(given, personal={**given.personal, "P10": Decimal(points)})


def dismissed(result: AppraisalResult) -> list[str]:
    return [p.subject for p in result.proposals if p.kind is ConsequenceKind.DISMISSAL]


@pytest.mark.parametrize(
    ("personal", "possible", "proposed"), [(99, (S, T), []), (70, (T,), ["P10"])]
)
def test_row_third_possible_a_dismissal_needs_a_third_under_every_grade_of_the_unit(
    personal: int, possible: tuple[Grade, ...], proposed: list[str]
) -> None:
    given = replace(small_city(), facts=(ACCIDENT,), decisions=DOWN, history=last_year(T))
    result = appraise(with_personal(vague(given), personal))
    assert result.unit("U10").possible == (F, S, T)
    leader = result.leader("P10")
    assert (leader.grade, leader.possible) == (T, possible)
    assert leader.certainty is (Certainty.SETTLED if possible == (T,) else Certainty.PROVISIONAL)
    assert dismissed(result) == proposed


def test_the_reasons_name_every_grade_that_is_possible() -> None:
    given = replace(small_city(), facts=(ACCIDENT,), decisions=DOWN)
    unsure = explain(appraise(with_personal(vague(given), 99)), "P10", "en")
    assert (
        "grades that are possible: second grade, third grade | from units.U10 "
        "| scheme leaders.first_pct, rules"
    ) in unsure
    sure = explain(appraise(with_personal(vague(given), 70)), "P10", "en")
    assert not any("are possible" in line for line in sure)


def test_a_lowering_by_a_third_grade_unit_holds_only_where_the_unit_is_third() -> None:
    key = "2010/third_grade_unit/downgrade/P10"
    given = replace(small_city(), decisions=confirm(key), history=last_year(T))
    sure = appraise(with_personal(given, 70))
    assert (sure.leader("P10").possible, dismissed(sure)) == ((T,), ["P10"])
    unsure = appraise(with_personal(vague(given), 70))
    assert (unsure.leader("P10").grade, unsure.leader("P10").possible) == (T, (S, T))
    assert dismissed(unsure) == []


@pytest.mark.parametrize(
    ("before", "proposed"),
    [
        (last_year(T), ["P10"]),
        (last_year(X), ["P10"]),
        (last_year(T, confirmed=False), []),
        (last_year(X, confirmed=False), []),
        (last_year(S), []),
        (last_year(None), []),
        ((), []),
    ],
)
def test_row_third_year_third_or_worse_counts_if_it_is_settled_in_both_years(
    before: tuple[PastGrade, ...], proposed: list[str]
) -> None:
    given = replace(small_city(), facts=(ACCIDENT,), decisions=DOWN, history=before)
    assert dismissed(appraise(with_personal(given, 70))) == proposed


def test_row_third_year_a_personal_score_of_nothing_is_second_and_no_sanction() -> None:
    scheme = small_scheme(leaders={"personal_floor": 60}, rules={"low_personal_score": {}})
    city = small_city(scheme)
    result = appraise(replace(city, personal={**city.personal, "P05": Decimal(0)}))
    assert result.leader("P05").grade is S
    assert [p.kind for p in result.about("P05")] == [ConsequenceKind.VERIFICATION_REVIEW]


def test_under_a_grade_that_a_person_gave_every_open_grade_is_possible() -> None:
    city = small_city()
    given = replace(
        city,
        public={**city.public, "U05": public("U05", 80, flags=("insufficient",))},
        unit_decisions=(UnitDecision("U05", T, "周正平", "走访核实", "2011-02-10"),),
    )
    result = appraise(given)
    assert result.unit("U05").possible == (F, S, T)
    # The principal is first under a first or second grade and not under a third.
    assert result.leader("P05").possible == (F, S)
    assert result.leader("E05").possible == (S,)
    assert result.leader("E05").certainty is Certainty.SETTLED
    veto = Finding("V1", FindingKind.VETO, "U05", "2010-06-01", "通报")
    assert appraise(replace(given, facts=(veto,))).unit("U05").possible == (S, T)


def test_who_leads_by_the_units_total_is_unsure_where_that_total_is() -> None:
    """Principals take 70 % of the unit's total and deputies 50 %: the order may turn."""
    city = small_city()
    close = replace(city, personal={**city.personal, "P05": Decimal(80), "A05": Decimal(82)})
    sure = appraise(close)
    unsure = appraise(vague(close, 400.0))
    assert sure.unit("U05").total == Decimal("81.65")
    assert [sure.leader(x).possible for x in ("P05", "A05")] == [(S,), (F,)]
    assert {unsure.leader(x).possible for x in ("P05", "A05")} == {(F, S)}
    assert unsure.leader("A05").certainty is Certainty.PROVISIONAL
