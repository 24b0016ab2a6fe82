"""Who is appraised, and who answers: units, posts, absences and discipline over dated periods."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.merged import merged_score
from aggregation.appraisal.presence import (
    main_post,
    person_states,
    unit_of_year,
    unit_shares,
    unit_states,
    who_answers,
    who_answers_for_year,
)
from aggregation.model.dated import (
    Absence,
    AbsenceKind,
    Discipline,
    DisciplineKind,
    Ending,
    EndingKind,
    Held,
    Period,
    Post,
    SanctionLevel,
    UnitEvent,
    UnitEventKind,
    UnitPeriod,
    add_months,
)
from aggregation.model.facts import Finding, FindingKind, Grade, Role, UnitDecision
from aggregation.model.results import AppraisalResult, ConsequenceKind, explain
from aggregation.model.standings import AppraisalState, SubjectState
from aggregation.scheme.parts import Presence
from tests.cities import confirm, public, small_city

YEAR = 2010
F, S, T = Grade.FIRST, Grade.SECOND, Grade.THIRD
RULES = Presence()


def day(text: str, year: int = YEAR) -> date:
    return date.fromisoformat(f"{year}-{text}")


def period(begins: str = "01-01", until: str | None = None, year: int = YEAR) -> Period:
    return Period(day(begins, year), day(until, year) if until else None)


def unit(code: str, held: Period, name: str = "甲局", category: str = "B_econ") -> UnitPeriod:
    return UnitPeriod(code, name, name, category, held)


def post(person: str, code: str, when: Period, **more: Any) -> Post:
    return Post(person, code, more.pop("role", Role.PRINCIPAL), "局长", when, **more)


def state_of(found: SubjectState) -> str:
    return found.state.value


# Units


@pytest.mark.parametrize(
    ("held", "expected", "why"),
    [
        (Period(day("01-01", 2000), day("06-30")), "not_appraised", "ended on 2010-06-30"),
        (period("08-01"), "not_appraised", "on 153 days of the year, fewer than 183"),
        (period("07-02"), "appraised", ""),
        (period("03-01"), "appraised", ""),
        (period("07-03"), "not_appraised", "on 182 days"),
        (Period(day("01-01", 2000)), "appraised", ""),
    ],
)
def test_row_unit_ends_and_unit_new(held: Period, expected: str, why: str) -> None:
    found = unit_states([unit("U", held)], [], YEAR, RULES)["U"]
    assert state_of(found) == expected
    assert (found.reason is None) is (why == "")
    later = unit_states([unit("U", held)], [], YEAR + 1, RULES)
    assert ("U" in later) is (held.until is None)


def test_the_days_of_the_units_before_count_for_one_that_continues_them() -> None:
    before, after = Period(day("01-01", 2000), day("08-31")), period("09-01")
    periods = [unit("A", before), unit("B", before), unit("C", after)]
    kind = UnitEventKind.MERGE
    merge = UnitEvent(day("09-01"), kind, ("A", "B"), ("C",), "编办文", continues=True)
    found = unit_states(periods, [merge], YEAR, RULES)
    assert {code: state_of(it) for code, it in found.items()} == {
        "A": "not_appraised",
        "B": "not_appraised",
        "C": "appraised",
    }
    alone = unit_states(periods, [replace(merge, continues=False)], YEAR, RULES)
    assert state_of(alone["C"]) == "not_appraised"


def test_row_unit_rename_a_sealed_year_keeps_the_name_and_category_of_its_day() -> None:
    periods = [
        UnitPeriod(
            "TOB", "烟草局", "Tobacco", "D_enforce", Period(day("01-01", 2000), day("12-31"))
        ),
        UnitPeriod("TOB", "烟草专卖局", "Monopoly", "B_econ", Period(day("01-01", 2011))),
    ]
    rename = UnitEvent(day("01-01", 2011), UnitEventKind.RENAME, ("TOB",), ("TOB",), "编办文")
    then = unit_of_year(periods, [rename], "TOB", 2010)
    assert then is not None
    assert (then.zh, then.category) == ("烟草局", "D_enforce")
    now = unit_of_year(periods, [rename], "TOB", 2011)
    assert now is not None
    assert (now.zh, now.category) == ("烟草专卖局（原烟草局）", "B_econ")
    later = unit_of_year(periods, [rename], "TOB", 2012)
    assert later is not None
    assert later.zh == "烟草专卖局"


def test_a_unit_that_is_recategorised_after_the_registration_moves_with_the_next_campaign() -> None:
    first, then = period("01-01", "08-31"), period("09-01")
    periods = [unit("U", first), unit("U", then, category="C_social")]
    for registered, category in ((day("03-01"), "B_econ"), (day("10-01"), "C_social")):
        found = unit_of_year(periods, [], "U", YEAR, registered)
        assert found is not None
        assert found.category == category


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ((("A", Decimal("0.6")), ("B", Decimal("0.4"))), Fraction(84)),
        ((), None),
        ((("A", Decimal("0.6")),), None),
        ((("A", Decimal("0.6")), ("B", Decimal("0.5"))), None),
    ],
)
def test_row_unit_merge_the_score_is_shared_or_a_person_decides(
    shares: tuple[tuple[str, Decimal], ...], expected: Fraction | None
) -> None:
    event = UnitEvent(day("07-01"), UnitEventKind.MERGE, ("A", "B"), ("C",), "编办文", shares)
    scores = {"A": public("A", 80, 4.0), "B": public("B", 90, 9.0)}
    made = merged_score("C", event, scores, {("A", "B"): 2.0})
    if expected is None:
        assert made is None
        return
    assert made is not None
    assert made.score == expected
    # 0.36 x 4 + 0.16 x 9 + 2 x 0.24 x 2 = 3.84
    assert made.variance == pytest.approx(3.84)
    unknown = merged_score("C", event, scores, None)
    assert unknown is not None
    assert unknown.variance == pytest.approx((0.6 * 2 + 0.4 * 3) ** 2)
    few = scores | {"B": public("B", 90, 9.0, flags=("insufficient",))}
    assert merged_score("C", event, few, None) is None


# Persons


def absence(person: str, begins: str, until: str, kind: AbsenceKind = AbsenceKind.SICK) -> Absence:
    return Absence(person, kind, period(begins, until))


def states(posts: Iterable[Post], **more: Any) -> dict[str, str]:
    facts = {"absences": (), "endings": (), "discipline": ()} | more
    found = person_states(
        tuple(posts),
        facts["absences"],
        facts["endings"],
        facts["discipline"],
        YEAR,
        RULES,
    )
    return {person: state_of(it) for person, it in found.items()}


ALL_YEAR = Period(day("01-01", 2005))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "appraised"),
        ({"absences": [absence("P", "01-01", "07-19")]}, "not_appraised"),
        ({"absences": [absence("P", "01-01", "07-01")]}, "appraised"),
        (
            {"absences": [absence("P", "01-01", "05-01"), absence("P", "04-01", "07-01")]},
            "appraised",
        ),
        ({"endings": [Ending("P", EndingKind.DIED, day("09-01"))]}, "not_appraised"),
        ({"endings": [Ending("P", EndingKind.RETIRED, day("12-31"))]}, "not_appraised"),
        ({"endings": [Ending("P", EndingKind.LEFT, day("01-01", 2011))]}, "appraised"),
        (
            {"absences": [absence("P", "10-01", "12-31", AbsenceKind.PROBATION)]},
            "no_grade",
        ),
        (
            {"discipline": [Discipline("D", "P", DisciplineKind.INVESTIGATION, day("11-01"))]},
            "no_grade",
        ),
        (
            {
                "discipline": [
                    Discipline(
                        "D", "P", DisciplineKind.INVESTIGATION, day("03-01"), None, day("10-01")
                    )
                ]
            },
            "appraised",
        ),
        (
            {
                "discipline": [
                    Discipline(
                        "D", "P", DisciplineKind.SANCTION, day("03-01"), SanctionLevel.DEMERIT
                    )
                ]
            },
            "no_grade",
        ),
    ],
)
def test_row_absent_the_state_follows_from_what_happened(
    more: dict[str, Any], expected: str
) -> None:
    assert states([post("P", "U", ALL_YEAR)], **more) == {"P": expected}


def test_who_came_too_late_or_holds_nothing_at_the_end_is_not_appraised() -> None:
    posts = [
        post("LATE", "U", period("07-03")),
        post("EARLY", "U", period("07-02")),
        post("GONE", "U", period("01-01", "11-30")),
    ]
    assert states(posts) == {
        "EARLY": "appraised",
        "GONE": "not_appraised",
        "LATE": "not_appraised",
    }


def test_an_investigation_defers_the_grade() -> None:
    case = Discipline("D", "P", DisciplineKind.INVESTIGATION, day("11-01"))
    found = person_states([post("P", "U", ALL_YEAR)], [], [], [case], YEAR, RULES)["P"]
    assert (found.state, found.deferred) == (AppraisalState.NO_GRADE, True)


@pytest.mark.parametrize(
    ("begins", "months", "expected"),
    [
        (date(2010, 1, 31), 1, date(2010, 2, 28)),
        (date(2009, 12, 1), 12, date(2010, 12, 1)),
        (date(2008, 2, 29), 24, date(2010, 2, 28)),
        (date(2010, 11, 30), 3, date(2011, 2, 28)),
        (date(2010, 6, 15), 6, date(2010, 12, 15)),
    ],
)
def test_months_are_added_to_the_same_day_or_the_last_one(
    begins: date, months: int, expected: date
) -> None:
    assert add_months(begins, months) == expected


# Who answers


def test_row_unit_ends_the_principal_answers_for_march() -> None:
    held = post("Q", "U", Period(day("01-01", 2008), day("06-30")))
    assert [it.person for it in who_answers([held], [], [], "U", day("03-01"))] == ["Q"]
    assert who_answers([held], [], [], "U", day("08-01")) == ()


def test_row_posts_two_principals_answer_and_an_acting_one_does_firmly() -> None:
    two = [post("P", "U", ALL_YEAR), post("Q", "U", ALL_YEAR)]
    assert [it.person for it in who_answers(two, [], [], "U", day("03-01"))] == ["P", "Q"]
    acting = post("D", "U", period("02-01", "04-30"), held=Held.ACTING)
    leave = [absence("P", "02-01", "04-30")]
    found = who_answers([two[0], acting], leave, [], "U", day("03-01"))
    assert [(it.person, it.discretionary) for it in found] == [("D", False), ("P", True)]
    alone = who_answers([two[0]], leave, [], "U", day("03-01"))
    assert [(it.person, it.discretionary) for it in alone] == [("P", False)]
    away = post("S", "U", ALL_YEAR, held=Held.SECONDED)
    assert who_answers([away], [], [], "U", day("03-01")) == ()
    deputy = post("A", "U", ALL_YEAR, role=Role.DEPUTY)
    assert who_answers([deputy], [], [], "U", day("03-01")) == ()


def test_the_retired_are_recorded_and_of_the_dead_nothing_is_said() -> None:
    posts = [post("P", "U", ALL_YEAR), post("Q", "U", ALL_YEAR)]
    endings = [
        Ending("P", EndingKind.RETIRED, day("09-01")),
        Ending("Q", EndingKind.DIED, day("09-01")),
    ]
    found = who_answers(posts, [], endings, "U", day("03-01"))
    assert [(it.person, it.gone is not None) for it in found] == [("P", True)]


def test_for_the_year_of_a_third_grade_unit_half_a_year_is_asked() -> None:
    posts = [post("P", "U", period("01-01", "07-02")), post("Q", "U", period("07-03"))]
    assert [it.person for it in who_answers_for_year(posts, [], "U", YEAR, RULES)] == ["P"]


def test_row_posts_who_heads_two_units_has_one_main_post() -> None:
    posts = [
        post("P", "U01", ALL_YEAR),
        post("P", "U02", Period(day("01-01", 2009)), main=False),
    ]
    main = main_post(posts, day("12-31"))
    assert main is not None
    assert main.unit == "U01"
    assert unit_shares(posts, YEAR) == {"P": (("U01", 365),)}


# The whole year


def with_posts(given: AppraisalInputs, *changed: Post, **more: Any) -> AppraisalInputs:
    """The small city with dated posts: those of the leaders, but other ones for some people."""
    people = {it.person for it in changed}
    kept = [it for it in given.held_posts if it.person not in people]
    return replace(given, posts=(*kept, *changed), **more)


def lowered(result: AppraisalResult) -> list[tuple[str, bool]]:
    """Return for whom the accident proposes a downgrade, and whether it is left to the office."""
    return [
        (p.subject, p.discretionary)
        for p in result.proposals
        if p.kind is ConsequenceKind.DOWNGRADE and p.rule == "safety_accident"
    ]


ACCIDENT = Finding("E1", FindingKind.SAFETY_ACCIDENT, "U01", "2010-03-01", "事故调查报告")


def transferred() -> AppraisalInputs:
    """Q headed U01 until 31 May and then U05; P came to U01 on 1 December."""
    city = small_city()
    moved = (
        post("P05", "U01", period("01-01", "05-31")),
        post("P05", "U05", period("06-01")),
        post("P01", "U01", period("12-01")),
    )
    return with_posts(city, *moved, facts=(ACCIDENT,))


def test_row_transfer_who_headed_the_unit_on_the_day_answers() -> None:
    result = appraise(transferred())
    assert lowered(result) == [("P05", False)]
    assert state_of(result.leader("P01").state) == "not_appraised"
    leader = result.leader("P05")
    assert leader.unit_days == (("U01", 151), ("U05", 214))
    assert (leader.unit, leader.appraised) == ("U05", True)
    ceiling = [line for line in explain(result, "P05", "en") if "leaders.pool" in line]
    assert "U05" in ceiling[0]


def test_row_transfer_the_unit_part_is_the_mean_by_days() -> None:
    given = transferred()
    low = {unit: Decimal(value) for unit, value in (("U01", 50), ("U05", 100))}
    points = {
        key: low.get(key[0], value) if key[1] != "public" else value
        for key, value in given.indicators.items()
    }
    # 0.7 x 50 + 0.3 x 83.33 = 60.00 and 0.7 x 100 + 0.3 x 66.67 = 90.00
    scores = {
        **given.public,
        "U01": public("U01", Fraction(250, 3)),
        "U05": public("U05", Fraction(200, 3)),
    }
    result = appraise(replace(given, indicators=points, public=scores))
    assert [str(result.unit(code).total) for code in ("U01", "U05")] == ["60.00", "90.00"]
    assert result.leader("P05").unit_total == Decimal("77.59")
    assert any("U01" in line and "151 days" in line for line in explain(result, "P05", "en"))


def test_row_posts_a_vacant_unit_stops_the_seal_until_a_person_decides() -> None:
    vacant = post("P01", "U01", period("04-01"))
    result = appraise(with_posts(small_city(), vacant, facts=(ACCIDENT,)))
    assert lowered(result) == []
    assert [(task.subject, task.stops) for task in result.tasks] == [("U01", True)]


def test_row_posts_on_leave_while_a_deputy_acts() -> None:
    acting = (
        post("A01", "U01", ALL_YEAR, role=Role.DEPUTY),
        post("A01", "U01", period("02-01", "04-30"), held=Held.ACTING, main=False),
    )
    leave = (absence("P01", "02-01", "04-30"),)
    result = appraise(with_posts(small_city(), *acting, facts=(ACCIDENT,), absences=leave))
    assert lowered(result) == [("A01", False), ("P01", True)]


def test_row_absent_two_are_not_appraised_one_waits_and_the_rest_is_computed() -> None:
    city = small_city()
    given = with_posts(
        replace(city, personal={k: v for k, v in city.personal.items() if k != "A03"}),
        absences=(absence("P02", "01-01", "07-19"),),
        endings=(Ending("P04", EndingKind.DIED, day("09-01")),),
        discipline=(Discipline("D", "B05", DisciplineKind.INVESTIGATION, day("11-01")),),
    )
    result = appraise(replace(given, posts=city.held_posts))
    assert {x.leader: state_of(x.state) for x in result.leaders if not x.appraised} == {
        "A03": "waiting",
        "B05": "no_grade",
        "P02": "not_appraised",
        "P04": "not_appraised",
    }
    assert all(x.grade is not None for x in result.leaders if x.appraised)
    assert result.leader_grades()[None] == 1
    others = {x.leader: x.grade for x in appraise(city).leaders if x.unit == "U03"}
    assert {x.leader: x.grade for x in result.leaders if x.unit == "U03"} == others | {"A03": None}
    # Only who is graded counts in a ceiling: a quarter of four is one, a fifth of four nobody.
    assert [x.leader for x in result.leaders if x.unit == "U02" and x.grade is F] == ["A02"]
    assert [x.leader for x in result.leaders if x.unit == "U04" and x.grade is F] == []
    records = {it.subject: it.grade for it in result.records()}
    assert [records[x] for x in ("A03", "B05", "P02")] == [None, None, None]


def test_a_finding_about_somebody_who_has_retired_is_recorded_and_proposes_nothing() -> None:
    offence = Finding("E9", FindingKind.CRIMINAL_OFFENCE, "P04", "2010-03-01", "判决书")
    city = replace(small_city(), facts=(offence,))
    for kind, told in ((EndingKind.RETIRED, ["P04"]), (EndingKind.DIED, [])):
        ending = Ending("P04", kind, day("09-01"))
        result = appraise(replace(city, posts=city.held_posts, endings=(ending,)))
        assert result.about("P04") == ()
        assert [task.subject for task in result.tasks] == told
        assert not any(task.stops for task in result.tasks)


def test_row_unit_ends_an_accident_of_a_unit_that_is_gone_is_answered_by_its_principal() -> None:
    city = small_city()
    moved = (
        post("P05", "OLD", period("01-01", "06-30")),
        post("P05", "U05", period("07-01")),
    )
    fact = replace(ACCIDENT, subject="OLD")
    key = "2010/safety_accident/downgrade/P05/E1"
    given = with_posts(city, *moved, facts=(fact,), decisions=confirm(key))
    result = appraise(given)
    assert [u.unit for u in result.units if u.unit == "OLD"] == []
    assert lowered(result) == [("P05", False)]
    # The unit that is gone has no total, so that the days in the other one count alone.
    assert result.leader("P05").unit_total == result.unit("U05").total


def test_years_without_dated_posts_are_appraised_as_before() -> None:
    city = small_city()
    dated = replace(city, posts=city.held_posts)
    assert appraise(dated) == appraise(city)


def test_a_leader_whose_main_post_is_elsewhere_is_refused() -> None:
    from survey_flows.errors import BadInput

    wrong = with_posts(small_city(), post("P01", "U05", ALL_YEAR))
    with pytest.raises(BadInput, match="the main post on 31 December is in U05"):
        appraise(wrong)


def test_a_unit_without_enough_answers_still_waits_with_its_leaders() -> None:
    city = small_city()
    few = {**city.public, "U05": public("U05", flags=("insufficient",))}
    waiting = appraise(replace(city, public=few, posts=city.held_posts))
    assert waiting.leader("P05").grade is None
    assert waiting.leader("P05").appraised
    made = UnitDecision("U05", S, "周正平", "走访核实", "2011-02-10")
    given = appraise(replace(city, public=few, unit_decisions=(made,)))
    assert given.leader("P05").grade is not None
