"""The appraisal of a small city: totals, ranks, grades, leaders and refused inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.model.facts import (
    Adjustment,
    Finding,
    FindingKind,
    Grade,
    Membership,
    PastGrade,
    UnitDecision,
)
from aggregation.model.results import AppraisalResult, Certainty, explain
from survey_flows.errors import BadInput
from tests.cities import confirm, public, small_city, small_scheme, with_objective

F, S, T = Grade.FIRST, Grade.SECOND, Grade.THIRD


def grades(result: AppraisalResult) -> str:
    names = {F: "1", S: "2", T: "3", None: "?"}
    return "".join(names[u.grade] for u in result.units if u.league is None)


def firsts(result: AppraisalResult, *units: str) -> list[str]:
    return [x.leader for x in result.leaders if x.grade is F and x.unit in units]


def lacking(given: AppraisalInputs, *units: str) -> AppraisalInputs:
    few = {unit: public(unit, 80, flags=("insufficient",)) for unit in units}
    return replace(given, public={**given.public, **few})


def by_person(unit: str, grade: Grade) -> UnitDecision:
    return UnitDecision(unit, grade, "周正平", "走访核实", "2011-02-10")


def test_a_total_is_its_weighted_parts_and_limited_adjustments() -> None:
    given = replace(
        with_objective(small_city(), {"U01": Decimal("95.01")}),
        public={**small_city().public, "U01": public("U01", Fraction(250, 3), 4.0)},
        adjustments=(
            Adjustment("U01", Decimal(2), "表彰", "文1"),
            Adjustment("U01", Decimal(2), "创新", "文2"),
            Adjustment("U01", Decimal("-0.5"), "逾期", "文3"),
        ),
    )
    unit = appraise(given).unit("U01")
    # 0.55 x 95.01 + 0.10 x 80 + 0.30 x 250/3 + 0.05 x 80 + min(4, 3) - 0.5 = 91.7555
    assert unit.exact == Fraction(917555, 10000)
    assert (unit.total, unit.adjustment) == (Decimal("91.76"), Decimal("2.5"))
    assert unit.variance == pytest.approx(0.36)
    assert [(c.id, c.weight, c.contribution) for c in unit.components] == [
        ("objective", 55, Fraction("52.2555")),
        ("superior", 10, 8),
        ("public", 30, 25),
        ("governance", 5, 4),
    ]


def test_a_small_city_is_graded_by_its_quota_and_ranked_in_its_leagues() -> None:
    result = appraise(small_city())
    assert grades(result) == "1122222223"
    assert result.leagues == {"county": ("Y1",), "district": ("X1", "X2")}
    assert [result.unit(code).standing for code in ("X1", "X2", "Y1")] == [F, S, F]
    assert {u.certainty for u in result.units} == {Certainty.SETTLED}


def test_equal_totals_are_separated_by_the_public_score() -> None:
    given = with_objective(small_city(), {"U02": 89, "U03": 86})
    louder = {"U03": public("U03", Fraction(80) + Fraction(55 * 3, 30))}
    result = appraise(replace(given, public={**given.public, **louder}))
    assert result.unit("U02").total == result.unit("U03").total
    assert (result.unit("U02").rank, result.unit("U03").rank) == (3, 2)
    assert grades(result)[:3] == "121"


def test_a_standing_tie_at_the_cut_follows_the_policy_and_is_recorded() -> None:
    better = appraise(with_objective(small_city(), {"U02": 89}))
    assert grades(better) == "1112222223"
    quota = {"first": 2, "second": 7, "third": 1, "ties": "middle"}
    middle = appraise(with_objective(small_city(small_scheme(unit_quota=quota)), {"U02": 89}))
    assert grades(middle) == "1222222223"
    told = [[note.text("en") for note in result.quotas[0].notes] for result in (better, middle)]
    assert told == [
        ["places of the first grade: over by 1 | from U02 = U03 | scheme unit_quota.ties"],
        ["places of the first grade: short by 1 | from U02 = U03 | scheme unit_quota.ties"],
    ]


def test_a_unit_with_too_few_answers_waits_and_so_do_its_leaders() -> None:
    result = appraise(lacking(small_city(), "U01"))
    unit = result.unit("U01")
    assert (unit.insufficient, unit.total, unit.rank, unit.grade, unit.certainty) == (
        True,
        None,
        None,
        None,
        None,
    )
    assert grades(result) == "?112222223"
    assert (result.quotas[0].waiting, result.quotas[0].given) == (1, {F: 2, S: 6, T: 1})
    waiting = [(x.score, x.base, x.grade, x.certainty) for x in result.leaders if x.unit == "U01"]
    assert waiting == [(None, None, None, None)] * 5


def test_a_fourth_grade_does_not_wait_for_the_unit() -> None:
    given = replace(
        lacking(small_city(), "U01"),
        facts=(Finding("E1", FindingKind.CRIMINAL_OFFENCE, "A01", "2010-06-01", "判决书"),),
        decisions=confirm("2010/criminal_offence/grade_four/A01/E1"),
    )
    assert [x.grade for x in appraise(given).leaders if x.unit == "U01"] == [
        Grade.FOURTH,
        None,
        None,
        None,
        None,
    ]


def test_a_persons_grade_takes_a_place_and_stays_provisional() -> None:
    given = replace(lacking(small_city(), "U05"), unit_decisions=(by_person("U05", F),))
    result = appraise(given)
    assert grades(result) == "1222122223"
    assert result.unit("U05").certainty is Certainty.PROVISIONAL
    assert [(x.score, x.grade) for x in result.leaders if x.unit == "U05"] == [
        (Decimal("83.00"), S),
        (Decimal("81.00"), S),
        (Decimal("79.00"), S),
        (Decimal("77.00"), S),
        (Decimal("85.00"), F),
    ]


def test_a_persons_grade_of_a_unit_with_enough_answers_changes_nothing() -> None:
    given = replace(small_city(), unit_decisions=(by_person("U05", F),))
    assert appraise(given) == appraise(small_city())


def test_a_veto_bars_the_first_grade_and_the_next_one_moves_up() -> None:
    given = replace(
        small_city(), facts=(Finding("E1", FindingKind.VETO, "U01", "2010-06-01", "通报"),)
    )
    result = appraise(given)
    assert grades(result) == "2112222223"
    assert (result.unit("U01").rank, result.unit("U01").barred) == (1, ("E1: 通报, 2010-06-01",))


def test_manipulation_bars_only_once_it_is_confirmed() -> None:
    given = replace(
        small_city(), facts=(Finding("E1", FindingKind.MANIPULATION, "U01", "2010-06-01", "调查"),)
    )
    assert grades(appraise(given)) == "1122222223"
    confirmed = replace(given, decisions=confirm("2010/manipulation/bar_first/U01/E1"))
    assert grades(appraise(confirmed)) == "2112222223"


def test_a_grade_that_the_answers_do_not_settle_is_provisional() -> None:
    given = small_city()
    vague = replace(given, public={**given.public, "U02": public("U02", 80, 400.0)})
    certainties = {u.unit: u.certainty for u in appraise(vague).units}
    unsure = {unit for unit, certainty in certainties.items() if certainty is Certainty.PROVISIONAL}
    assert {"U02", "U03"} <= unsure
    assert certainties["X1"] is Certainty.SETTLED


def test_ceilings_are_rounded_down_in_each_unit() -> None:
    # five leaders: 25 % of a first-grade unit is 1, 20 % of a second-grade one 1,
    # 10 % of a third-grade one none
    result = appraise(small_city())
    assert firsts(result, "U01", "U05", "U10") == ["P01", "P05"]


def test_ceilings_may_be_pooled_over_units_of_one_grade() -> None:
    # first-grade standing: U01 U02 X1 Y1, 20 leaders, 5 first;
    # P01 85.5+… best by score, over the units
    result = appraise(small_city(small_scheme(leaders={"pool": "unit_grade"})))
    admitted = firsts(result, "U01", "U02", "X1", "Y1")
    assert len(admitted) == 5
    out = [
        x.score
        for x in result.leaders
        if x.unit in ("U01", "U02", "X1", "Y1") and x.leader not in admitted
    ]
    assert min(result.leader(x).score or 0 for x in admitted) > max(score or 0 for score in out)


def test_a_tie_across_a_ceiling_stays_out() -> None:
    given = small_city()
    level = replace(
        given,
        personal={**given.personal, "A05": Decimal(90), "B05": Decimal(90), "P05": Decimal(60)},
    )
    assert firsts(appraise(level), "U05") == []


def test_the_principal_of_a_third_grade_unit_is_not_first_unless_the_scheme_lets_it() -> None:
    ceilings = {"first_pct": {"first": 25, "second": 20, "third": 20}}
    best = {**small_city().personal, "P10": Decimal(100)}
    strict = appraise(replace(small_city(small_scheme(leaders=ceilings)), personal=best))
    open_to_all = small_scheme(leaders=ceilings | {"third_unit_principal_may_be_first": True})
    lenient = appraise(replace(small_city(open_to_all), personal=best))
    assert (firsts(strict, "U10"), firsts(lenient, "U10")) == (["A10"], ["P10"])


def test_a_first_that_is_lowered_is_second_and_its_place_is_not_filled() -> None:
    given = replace(
        small_city(),
        facts=(Finding("E1", FindingKind.SAFETY_ACCIDENT, "U05", "2010-06-01", "报告"),),
        decisions=confirm("2010/safety_accident/downgrade/P05/E1"),
    )
    result = appraise(given)
    assert (result.leader("P05").base, result.leader("P05").grade) == (F, S)
    assert firsts(result, "U05") == []


def test_league_membership_is_dated() -> None:
    given = small_city()
    dated = (Membership("county", None, 2010), Membership("district", 2011, None))
    units = tuple(replace(u, memberships=dated) if u.code == "X2" else u for u in given.units)
    before = appraise(replace(given, units=units))
    after = appraise(replace(given, units=units, year=2011))
    assert before.leagues == {"county": ("X2", "Y1"), "district": ("X1",)}
    assert after.leagues == {"county": ("Y1",), "district": ("X1", "X2")}


def test_a_decision_without_its_proposal_is_shown_and_not_applied() -> None:
    stray = confirm("2010/unfitness/dismissal/A01/E9")
    result = appraise(replace(small_city(), decisions=stray))
    assert result.unused == stray
    assert replace(result, unused=()) == appraise(small_city())


def test_this_years_grades_are_next_years_history() -> None:
    records = {r.subject: r for r in appraise(small_city()).records()}
    assert records["P01"] == PastGrade(2010, "P01", F, True, "U01", "principal", "default-1")
    assert records["U10"] == PastGrade(2010, "U10", T, True, "U10", "", "default-1")
    assert records["X1"].grade is None


def test_the_reasons_of_a_unit_are_printed_line_by_line() -> None:
    given = replace(
        small_city(),
        facts=(Finding("E1", FindingKind.MANIPULATION, "U01", "2010-06-01", "调查报告"),),
        decisions=confirm("2010/manipulation/bar_first/U01/E1"),
    )
    assert explain(appraise(given), "U01", "en") == [
        "Objectives: 95 × 55% = 52.25 | from indicators.U01.objective | "
        "scheme categories.B_econ.weights.objective",
        "Official evaluation: 80 × 10% = 8 | from indicators.U01.superior | "
        "scheme categories.B_econ.weights.superior",
        "Public evaluation: 80 × 30% = 24 | from public.U01 | "
        "scheme categories.B_econ.weights.public",
        "Governance: 80 × 5% = 4 | from indicators.U01.governance | "
        "scheme categories.B_econ.weights.governance",
        "total (rounded half up): 52.25 + 8 + 24 + 4 +0 = 88.25 → 88.25 | scheme places",
        "barred from the first grade: 2010/manipulation/bar_first/U01/E1 | "
        "scheme rules.manipulation, veto",
        "rank: 1/10 | from categories.B_econ | scheme tie_breaks: "
        "ranked by total, Public evaluation, Objectives, in this order",
        "simultaneous rank set: 1–1 | from variance of the total 0.0000 | scheme confidence_pct",
        "rank set of this unit alone: 1–1 | scheme confidence_pct",
        "probability of each grade: first <1%, second >99%, third <1% | scheme unit_quota",
        "from the third grade: 14.85 points above; 49.5 points of the public score | "
        "scheme unit_quota",
        "places first/second/third, locked → given: 2/7/1 → 2/7/1 (n=10) | scheme unit_quota",
        "grade: second grade (settled by the ballots) | scheme unit_quota",
        "proposal of barred from the first grade: confirmed | "
        "from 2010/manipulation/bar_first/U01/E1"
        " | scheme rules.manipulation",
        "  ground, proven manipulation of the evaluation: U01 | from E1: 调查报告, 2010-06-01",
        "  decided by, why, when: 周正平; 核实; 2011-02-10T09:00:00+08:00",
        "proposal of answers void: proposed | from 2010/manipulation/void_answers/U01/E1"
        " | scheme rules.manipulation",
        "  ground, proven manipulation of the evaluation: U01 | from E1: 调查报告, 2010-06-01",
    ]


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "zh-Hans",
            "依据 public.U01：有效票 220，95% 区间 78.50–81.50；"
            "公开链接票权重已达上限（市民群众）；"
            "评价主体不足最低票数，权重转给其他主体（市民群众、企业） | 办法",
        ),
        (
            "en",
            "from public.U01: valid ballots 220, 95 % interval 78.50–81.50; "
            "weight of open-link ballots capped [Residents]; "
            "group below the floor, its weight goes to others [Residents, Enterprises] | ",
        ),
    ],
)
def test_the_source_of_a_public_score_is_told_in_the_language_of_the_page(
    lang: str, told: str
) -> None:
    flags = (
        "open_link_capped:resident",
        "group_below_floor:resident",
        "group_below_floor:enterprise",
    )
    score = DisclosedScore(
        unit="U01",
        withheld=False,
        n=230,
        n_valid=220,
        excluded=10,
        score=Fraction(80),
        low=78.5,
        high=81.5,
        unweighted=Fraction(80),
        dont_know=None,
        top_two=None,
        distribution={},
        groups=(),
        flags=flags,
    )
    lines = explain(appraise(replace(small_city(), disclosed={"U01": score})), "U01", lang)
    assert told in lines[2]


def test_the_reasons_of_a_leader_are_printed_in_chinese() -> None:
    given = replace(small_city(), history=(PastGrade(2009, "P01", None, False, "U07", "局长"),))
    assert explain(appraise(given), "P01") == [
        "单位得分：88.25 | 依据 units.U01.total | 办法 leaders.shares.principal.unit",
        "个人得分：85 | 依据 personal.P01 | 办法 leaders.shares.principal.personal",
        "领导干部得分：87.28 | 办法 leaders.shares.principal, places",
        "一等名额上限（已用/上限，人数）：1/1（5） | 依据 名额组 U01 | "
        "办法 leaders.first_pct, leaders.pool",
        "按得分和名额的等次：一等 | 办法 leaders.first_pct",
        "等次：一等（确定） | 依据 units.U01",
        "上年等次：未考核 | 依据 history.P01.2009: U07 局长",
        "拟处理·表彰：待决定（可酌情） | 依据 2010/first_grade/commendation/P01 | "
        "办法 rules.first_grade",
        "　事由·考核等次：一等 | 依据 leaders.P01.grade",
        "拟处理·提拔使用参考：待决定（可酌情） | 依据 2010/first_grade/promotion_file/P01"
        " | 办法 rules.first_grade",
        "　事由·考核等次：一等 | 依据 leaders.P01.grade",
    ]


def test_the_reason_of_a_person_is_told_for_a_unit_with_too_few_answers() -> None:
    given = replace(lacking(small_city(), "U05", "U06"), unit_decisions=(by_person("U05", F),))
    result = appraise(given)
    assert "有效评价不足，不参加排名：周正平 2011-02-10: 走访核实 | 办法 min_n.unit" in explain(
        result, "U05"
    )
    assert "too few valid answers, not ranked: waits for a person | scheme min_n.unit" in explain(
        result, "U06", "en"
    )


Change = Callable[[AppraisalInputs], dict[str, Any]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda g: {"units": (*g.units, g.units[0])}, "unit X1: it stands twice; keep one"),
        (
            lambda g: {"leaders": (*g.leaders, g.leaders[0])},
            "leader PX1: it stands twice; keep one",
        ),
        (
            lambda g: {"leaders": (*g.leaders, replace(g.leaders[0], id="U01"))},
            "U01: this is the code of a unit and of a leader",
        ),
        (
            lambda g: {"units": (replace(g.units[0], category="Z"), *g.units[1:])},
            "category 'Z' is not in the scheme",
        ),
        (
            lambda g: {"units": (replace(g.units[0], memberships=()), *g.units[1:])},
            "unit X1: the unit has 0 leagues in 2010; date",
        ),
        (
            lambda g: {"leaders": (*g.leaders, replace(g.leaders[0], id="Q", unit="Z"))},
            "leader Q: the unit 'Z' is unknown",
        ),
        (
            lambda g: {"personal": {**g.personal, "P01": Decimal(101)}},
            "leader P01: the personal score 101 is not in 0",
        ),
        (
            lambda g: {"personal": {**g.personal, "Q": Decimal(1)}},
            "leader Q: there is a personal score and no such leader",
        ),
        (
            lambda g: {"indicators": {**g.indicators, ("U01", "x"): Decimal(1)}},
            "indicator x of U01: the unit or the ind",
        ),
        (
            lambda g: {"indicators": {**g.indicators, ("U01", "objective"): Decimal(-1)}},
            "of U01: -1 is not in 0–100",
        ),
        (
            lambda _: {"indicators": {}},
            "indicator objective of X1: the points are missing; add them",
        ),
        (
            lambda _: {"adjustments": (Adjustment("Z", Decimal(1), "", ""),)},
            "adjustment of Z: there is no such unit",
        ),
        (
            lambda _: {"facts": (Finding("E1", FindingKind.VETO, "P01", "2010-06-01", "s"),)},
            "finding E1: 'P01' is no unit",
        ),
        (
            lambda _: {"facts": (Finding("E1", FindingKind.UNFITNESS, "U01", "2010-06-01", "s"),)},
            "'U01' is no leader; correct",
        ),
        (
            lambda _: {"facts": (Finding("E1", FindingKind.VETO, "U01", "June", "s"),)},
            "finding E1: 'June' is not a date",
        ),
        (
            lambda _: {"facts": (Finding("E1", FindingKind.VETO, "U01", "2010-06-01", " "),)},
            "finding E1: the source is missing",
        ),
        (
            lambda _: {"decisions": (*confirm("a"), *confirm("a"))},
            "decision on a: it stands twice; keep one",
        ),
        (
            lambda _: {"decisions": (replace(confirm("a")[0], by=""),)},
            "decision on a: a decision needs a name, a reason and a time",
        ),
        (
            lambda _: {"unit_decisions": (by_person("Z", F),)},
            "decision on unit Z: a known unit and the first, second",
        ),
        (
            lambda _: {"unit_decisions": (by_person("U01", Grade.FOURTH),)},
            "decision on unit U01: a known unit and the first",
        ),
        (
            lambda _: {"history": (PastGrade(2009, "P01", S, True),) * 2},
            "history of P01 in 2009: it stands twice; keep one",
        ),
    ],
)
def test_inputs_that_contradict_themselves_are_refused(change: Change, message: str) -> None:
    given = small_city()
    with pytest.raises(BadInput) as refused:
        appraise(replace(given, **change(given)))
    assert message in str(refused.value)
