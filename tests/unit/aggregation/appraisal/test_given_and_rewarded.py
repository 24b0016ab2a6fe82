"""Given grades that cannot stand, and first grades without a reward."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.model.dated import Discipline, DisciplineKind, SanctionLevel
from aggregation.model.facts import Finding, FindingKind, Grade, UnitDecision, Verdict
from aggregation.model.results import AppraisalResult, Certainty, ConsequenceKind, explain
from tests.cities import confirm, public, small_city, small_scheme

F, S, T = Grade.FIRST, Grade.SECOND, Grade.THIRD


def lacking(*units: str) -> AppraisalInputs:
    city = small_city()
    few = {unit: public(unit, 80, flags=("insufficient",)) for unit in units}
    return replace(city, public={**city.public, **few})


def by_person(unit: str, grade: Grade, day: int = 10) -> UnitDecision:
    return UnitDecision(unit, grade, "周正平", "走访核实", f"2011-02-{day:02}")


def standing(result: AppraisalResult, *units: str) -> list[Grade | None]:
    return [result.unit(unit).standing for unit in units]


def veto(unit: str) -> Finding:
    return Finding("V1", FindingKind.VETO, unit, "2010-06-01", "通报")


def test_row_given_a_barred_unit_is_not_given_the_first_grade() -> None:
    given = replace(lacking("U05"), facts=(veto("U05"),), unit_decisions=(by_person("U05", F),))
    result = appraise(given)
    assert standing(result, "U05", "U01", "U02") == [None, F, F]
    assert any(
        "this unit is barred from the first grade" in line for line in explain(result, "U05", "en")
    )
    second = replace(given, unit_decisions=(by_person("U05", S),))
    assert standing(appraise(second), "U05") == [S]


def test_row_given_three_are_given_first_and_there_is_one_place() -> None:
    scheme = small_scheme(unit_quota={"first": 1, "second": 8, "third": 1})
    made = (by_person("U05", F, 12), by_person("U06", F, 11), by_person("U07", F, 13))
    given = replace(lacking("U05", "U06", "U07"), scheme=scheme, unit_decisions=made)
    result = appraise(given)
    assert standing(result, "U05", "U06", "U07", "U01") == [None, F, None, S]
    assert [result.unit(unit).refused is None for unit in ("U05", "U06", "U07")] == [
        False,
        True,
        False,
    ]
    assert (result.quotas[0].given[F], result.quotas[0].waiting) == (1, 2)


def test_row_given_no_more_third_grades_are_given_than_there_are_places() -> None:
    made = (by_person("U05", T, 11), by_person("U06", T, 12))
    result = appraise(replace(lacking("U05", "U06"), unit_decisions=made))
    assert standing(result, "U05", "U06", "U10") == [T, None, S]
    assert result.unit("U05").certainty is Certainty.PROVISIONAL


# Rewards


def rewarded(result: AppraisalResult) -> set[str]:
    kinds = (ConsequenceKind.COMMENDATION, ConsequenceKind.PROMOTION_FILE)
    return {p.subject for p in result.proposals if p.kind in kinds}


UNFIT = Finding("N1", FindingKind.UNFITNESS, "P01", "2010-06-01", "考察报告")
UNFIT_KEY = "2010/unfitness/dismissal/P01/N1"
REFERRED = Finding("M1", FindingKind.MANIPULATION, "U01", "2010-06-01", "核查报告")
REFERRAL = "2010/manipulation/discipline_referral/P01/M1"
BAR = "2010/manipulation/bar_first/U01/M1"


def test_row_reward_confirmed_unfitness_bars_the_first_grade_and_the_next_moves_up() -> None:
    city = small_city()
    assert appraise(city).leader("P01").grade is F
    result = appraise(replace(city, facts=(UNFIT,), decisions=confirm(UNFIT_KEY)))
    assert [result.leader(x).grade for x in ("P01", "A01")] == [S, F]
    assert "P01" not in rewarded(result)
    assert "A01" in rewarded(result)


def test_row_reward_open_unfitness_takes_no_grade_and_no_reward_is_proposed() -> None:
    result = appraise(replace(small_city(), facts=(UNFIT,)))
    assert result.leader("P01").grade is F
    assert "P01" not in rewarded(result)
    assert any("no reward" in line for line in explain(result, "P01", "en"))
    declined = confirm(UNFIT_KEY, verdict=Verdict.DECLINED)
    assert "P01" in rewarded(appraise(replace(small_city(), facts=(UNFIT,), decisions=declined)))


def test_row_reward_a_unit_that_is_referred_is_not_rewarded_nor_its_principal() -> None:
    before = rewarded(appraise(small_city()))
    assert {"U01", "P01"} <= before
    after = rewarded(appraise(replace(small_city(), facts=(REFERRED,))))
    assert before - after == {"U01", "P01"}
    barred = replace(small_city(), facts=(REFERRED,), decisions=confirm(REFERRAL, BAR))
    result = appraise(barred)
    assert result.unit("U01").grade is S
    assert result.unit("U03").grade is F
    assert not {"U01", "P01"} & rewarded(result)


@pytest.mark.parametrize(
    ("level", "begins", "ended", "barred"),
    [
        (None, date(2010, 11, 1), None, True),
        (None, date(2010, 11, 1), date(2010, 12, 20), False),
        (None, date(2011, 1, 1), None, False),
        (SanctionLevel.WARNING, date(2010, 6, 30), None, False),
        (SanctionLevel.WARNING, date(2010, 7, 1), None, True),
        (SanctionLevel.DEMERIT, date(2009, 12, 31), None, False),
        (SanctionLevel.MAJOR_DEMERIT, date(2009, 7, 1), None, True),
        (SanctionLevel.DEMOTION, date(2009, 1, 1), None, True),
        (SanctionLevel.REMOVAL, date(2008, 12, 31), None, False),
        (SanctionLevel.REMOVAL, date(2009, 6, 1), date(2010, 6, 1), False),
    ],
)
def test_row_reward_discipline_bars_while_it_runs(
    level: SanctionLevel | None, begins: date, ended: date | None, barred: bool
) -> None:
    kind = DisciplineKind.SANCTION if level else DisciplineKind.INVESTIGATION
    case = Discipline("D1", "P01", kind, begins, level, ended)
    result = appraise(replace(small_city(), discipline=(case,)))
    assert ("P01" not in rewarded(result)) is barred


def test_row_third_year_a_low_personal_score_proposes_a_review_and_no_sanction() -> None:
    scheme = small_scheme(leaders={"personal_floor": 60}, rules={"low_personal_score": {}})
    city = small_city(scheme)
    low = replace(city, personal={**city.personal, "P01": Decimal("59.99")})
    result = appraise(low)
    assert [result.leader(x).grade for x in ("P01", "A01")] == [S, F]
    assert [p.key for p in result.about("P01")] == [
        "2010/low_personal_score/verification_review/P01"
    ]
    enough = replace(city, personal={**city.personal, "P01": Decimal(60)})
    assert [p.kind for p in appraise(enough).about("P01")].count(
        ConsequenceKind.VERIFICATION_REVIEW
    ) == 0
