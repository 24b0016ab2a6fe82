"""The appraisal inside units: parts inherit, are graded by quota and never change the city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.nesting import InnerBody, appraise_inside, city_inputs, find_cycle
from aggregation.model.facts import (
    AppraisedUnit,
    Finding,
    FindingKind,
    Grade,
    PastGrade,
    UnitDecision,
)
from aggregation.model.results import AppraisalResult, Certainty, ConsequenceKind, explain
from aggregation.scheme.scheme import parse_scheme
from survey_flows.errors import BadInput
from tests.cities import confirm, founding_inputs, founding_result, public, scheme_data, small_city
from tests.nested import LEADERS, POSTS, SECTIONS, appraised, nested_city, nested_scheme

F, S, T = Grade.FIRST, Grade.SECOND, Grade.THIRD


def result(body: InnerBody) -> AppraisalResult:
    assert body.result is not None
    return body.result


def grades(body: InnerBody) -> str:
    return "".join({F: "1", S: "2", T: "3", None: "?"}[unit.grade] for unit in result(body).units)


def with_units(given: AppraisalInputs, *units: AppraisedUnit) -> AppraisalInputs:
    return replace(given, units=(*given.units, *units))


def test_a_part_inherits_the_total_of_its_unit_and_a_person_that_of_the_part() -> None:
    city, bodies = appraised(nested_city())
    above = city.unit("U01").total
    assert above == Decimal("88.25")
    section = result(bodies["U01"]).unit("U01-1")
    assert section.total == Decimal("89.30")  # 0.4 x 88.25 + 0.6 x 90
    post = result(bodies["U01-1"]).unit("U01-1-1")
    assert post.total == Decimal("89.65")  # 0.5 x 89.30 + 0.5 x 90
    assert result(bodies["U01-1"]).leader("OU01-1-1").score == Decimal(
        "83.86"
    )  # 0.4 x 89.65 + 0.6 x 80
    assert result(bodies["U01"]).leader("PU01-1").score == Decimal(
        "85.58"
    )  # 0.6 x 89.30 + 0.4 x 80
    assert [(body.unit, body.level) for body in bodies.values()][:5] == [
        ("U01", 1),
        ("U05", 1),
        ("U10", 1),
        ("U01-1", 2),
        ("U01-2", 2),
    ]


def test_the_places_inside_follow_from_the_grade_of_the_unit() -> None:
    city, bodies = appraised(nested_city())
    assert [city.unit(code).grade for code in ("U01", "U05", "U10")] == [F, S, T]
    assert [grades(bodies[code]) for code in ("U01", "U05", "U10")] == ["1122", "1222", "2233"]
    assert [grades(bodies[f"U10-{n}"]) for n in range(1, 5)] == ["12", "12", "22", "22"]
    assert [(x.leader, x.grade) for x in result(bodies["U10"]).leaders] == [
        ("PU10-1", F),
        ("PU10-2", S),  # half of two principals of second-grade sections
        ("PU10-3", S),
        ("PU10-4", S),
    ]


def test_the_city_is_the_same_with_and_without_its_parts() -> None:
    city, _ = appraised(nested_city())
    assert city == appraise(small_city(nested_scheme()))


def test_the_founding_figures_stand_whatever_hangs_below() -> None:
    whole = founding_inputs()
    scheme = parse_scheme(whole.scheme.model_dump(mode="json") | {"inner": SECTIONS})
    parts = [
        AppraisedUnit(f"TAX-{n}", f"科{n}", f"Section {n}", "section", parent="TAX")
        for n in range(1, 5)
    ]
    given = replace(
        whole,
        scheme=scheme,
        units=(*whole.units, *parts),
        indicators={**whole.indicators, **{(x.code, "tasks"): Decimal(80) for x in parts}},
    )
    city, bodies = appraised(given)
    assert replace(city, scheme_digest="") == replace(founding_result(), scheme_digest="")
    assert list(bodies) == ["TAX"]


def test_parts_wait_with_their_unit_and_inherit_only_the_grade_of_one_graded_by_a_person() -> None:
    given = nested_city()
    few = replace(given, public={**given.public, "U01": public("U01", flags=("insufficient",))})
    _, waiting = appraised(few)
    assert {code for code, body in waiting.items() if body.result is None} == {
        "U01",
        *(f"U01-{n}" for n in range(1, 5)),
    }
    decided = replace(
        few, unit_decisions=(UnitDecision("U01", T, "周正平", "走访核实", "2011-02-10"),)
    )
    city, bodies = appraised(decided)
    assert city.unit("U01").total is None
    section = result(bodies["U01"]).unit("U01-1")
    assert (section.total, [c.id for c in section.components]) == (Decimal("90.00"), ["tasks"])
    assert grades(bodies["U01"]) == "2233"
    assert section.certainty is Certainty.PROVISIONAL


def test_weights_that_are_shared_out_anew_sum_to_a_hundred_as_they_are_printed() -> None:
    three = {"parent": 10, "a": 30, "b": 30, "c": 30}
    names = {name: {"zh": name, "en": name} for name in "abc"}
    scheme = nested_scheme(
        categories={"section": {"zh": "科", "en": "Section", "weights": three}},
        indicators=names,
        inner=None,
    )
    sections = [u for u in nested_city().units if u.parent == "U01"]
    given = replace(
        small_city(scheme),
        units=(*small_city().units, *sections),
        public={**small_city().public, "U01": public("U01", flags=("insufficient",))},
        unit_decisions=(UnitDecision("U01", F, "周正平", "走访核实", "2011-02-10"),),
    )
    points = {(section.code, name): Decimal("90.01") for section in sections for name in "abc"}
    _, bodies = appraised(replace(given, indicators={**given.indicators, **points}))
    section = result(bodies["U01"]).unit("U01-1")
    assert [str(c.weight) for c in section.components] == ["33.333333", "33.333333", "33.333334"]
    assert section.exact == Decimal("90.01")


def test_what_is_not_sure_above_is_not_sure_below() -> None:
    given = nested_city()
    unsure = replace(
        given, public={code: replace(it, variance=900.0) for code, it in given.public.items()}
    )
    city, bodies = appraised(unsure)
    assert city.unit("U01").certainty is Certainty.PROVISIONAL
    assert city.unit("U01").possible == (F, S, T)
    sections = result(bodies["U01"]).units
    assert [u.possible for u in sections] == [(F, S), (F, S), (S, T), (S, T)]
    assert {u.certainty for u in sections} == {Certainty.PROVISIONAL}
    # What comes out alike under every grade of the unit above is settled all the same.
    for body in bodies.values():
        for one in (*result(body).units, *result(body).leaders):
            assert (one.certainty is Certainty.SETTLED) is (len(one.possible) == 1)
    assert {u.certainty for u in result(bodies["U01-1"]).units} == {Certainty.SETTLED}


def test_the_rules_for_leaders_hold_for_people_inside_as_far_as_the_scheme_says_so() -> None:
    facts = (
        Finding("E1", FindingKind.CRIMINAL_OFFENCE, "PU05-2", "2010-06-01", "判决书"),
        Finding("E2", FindingKind.UNFITNESS, "PU05-3", "2010-06-01", "考察报告"),
    )
    key = "2010/criminal_offence/grade_four/PU05-2/E1"
    given = replace(nested_city(), facts=facts, decisions=confirm(key))
    city, bodies = appraised(given)
    inside = result(bodies["U05"])
    assert inside.leader("PU05-2").grade is Grade.FOURTH
    assert inside.subjects(ConsequenceKind.GRADE_FOUR) == ("PU05-2",)
    assert "2010/unfitness/dismissal/PU05-3/E2" in {p.key for p in inside.about("PU05-3")}
    assert city.proposals == appraise(small_city(nested_scheme())).proposals
    assert (city.unused, inside.unused) == ((), ())


def test_a_person_who_came_from_elsewhere_brings_the_history_along() -> None:
    third = replace(
        nested_city(),
        facts=(Finding("E1", FindingKind.CRIMINAL_OFFENCE, "PU05-2", "2010-06-01", "判决书"),),
        history=(PastGrade(2009, "PU05-2", T, True, "U01", "科长", "default-1"),),
    )
    _, bodies = appraised(third)
    assert "上年等次：三等（确定） | 依据 history.PU05-2.2009: U01 科长" in explain(
        result(bodies["U05"]), "PU05-2"
    )


def test_reasons_say_what_a_part_inherits_and_from_where() -> None:
    _, bodies = appraised(nested_city())
    field = "scheme inner: categories.section.weights"
    assert explain(result(bodies["U10"]), "U10-3", "en")[:3] == [
        "grade of the unit above: third grade (settled by the ballots) | from units.U10: Unit 10 | "
        "scheme inner: unit_quota",
        f"Total of the unit above: 73.4 × 40% = 29.36 | from units.U10.total | {field}.parent",
        f"Tasks of the section: 70 × 60% = 42 | from indicators.U10-3.tasks | {field}.tasks",
    ]
    assert explain(result(bodies["U10-3"]), "U10-3-1", "en")[0].endswith(
        "| scheme inner.inner: unit_quota"
    )


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        (
            AppraisedUnit("N1", "n", "n", "section", parent="NO"),
            "N1: it is part of «NO», which does not exist; add that",
        ),
        (
            AppraisedUnit("N1", "n", "n", "section", parent="N1"),
            "N1: it is part of itself: N1 → N1; correct one of",
        ),
        (
            AppraisedUnit("N1", "n", "n", "section", parent="U02"),
            "parts of U02: indicator tasks of N1: the points are missing; add",
        ),
        (
            AppraisedUnit("N1", "n", "n", "post", parent="U02"),
            "category 'post' is not in the scheme",
        ),
        (
            AppraisedUnit("N1", "n", "n", "post", parent="U01-1-1"),
            "the scheme has no rules for level 3 inside units; "
            "add inner.inner.inner to the scheme or remove",
        ),
    ],
)
def test_parts_that_hang_wrong_are_refused(unit: AppraisedUnit, message: str) -> None:
    with pytest.raises(BadInput) as refused:
        appraised(with_units(nested_city(), unit))
    assert message in str(refused.value)


def test_two_units_that_are_part_of_each_other_are_refused() -> None:
    two = (
        AppraisedUnit("N1", "n", "n", "section", parent="N2"),
        AppraisedUnit("N2", "n", "n", "section", parent="N1"),
    )
    with pytest.raises(
        BadInput, match="N1: it is part of itself: N1 → N2 → N1; correct one of the parents"
    ):
        appraised(with_units(nested_city(), *two))


def test_a_ring_is_found_from_any_unit_that_hangs_below_it() -> None:
    parents = {"A": "B", "B": "C", "C": "B", "D": "", "E": "D"}
    assert find_cycle("A", parents) == ["B", "C", "B"]
    assert find_cycle("E", parents) == []


def test_an_officer_is_appraised_where_the_scheme_has_shares_for_officers() -> None:
    without = {name: share for name, share in LEADERS["shares"].items() if name != "officer"}
    scheme = nested_scheme(inner=POSTS | {"leaders": LEADERS | {"shares": without}})
    with pytest.raises(
        BadInput, match="leader OU01-1-1: the scheme has no shares for the role officer; change one"
    ):
        appraised(nested_city(scheme))


def test_four_levels_are_appraised_like_two() -> None:
    deeper: Mapping[str, Any] = {
        **POSTS,
        "categories": {
            "task": {"zh": "事项", "en": "Matter", "weights": {"parent": 30, "matter": 70}}
        },
        "indicators": {"matter": {"zh": "事项", "en": "Matter"}},
    }
    scheme = nested_scheme(inner=POSTS | {"inner": deeper})
    given = with_units(nested_city(scheme), AppraisedUnit("N1", "n", "n", "task", parent="U01-1-1"))
    given = replace(given, indicators={**given.indicators, ("N1", "matter"): Decimal(60)})
    city, bodies = appraised(given)
    assert bodies["U01-1-1"].level == 3
    assert result(bodies["U01-1-1"]).unit("N1").total == Decimal(
        "68.90"
    )  # 0.3 x 89.65 + 0.7 x 60, rounded half up
    assert appraise_inside(given, city) == tuple(bodies.values())
    assert city_inputs(given).units == small_city().units


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        (
            SECTIONS
            | {
                "categories": {
                    "section": {"zh": "科", "en": "S", "weights": {"parent": 50, "tasks": 60}}
                }
            },
            "inner.categories.section.weights: the weights sum to 110; "
            "change them so that they sum to 100",
        ),
        (
            SECTIONS
            | {"categories": {"section": {"zh": "科", "en": "S", "weights": {"public": 100}}}},
            "inner.categories.section.weights: 'public' is unknown; "
            "use one of parent, tasks or add it to indicators",
        ),
        (
            SECTIONS
            | {"categories": {"B_econ": {"zh": "科", "en": "S", "weights": {"tasks": 100}}}},
            "inner.categories.B_econ: this name stands on a level above; choose another",
        ),
        (
            SECTIONS
            | {"inner": POSTS | {"indicators": SECTIONS["indicators"] | POSTS["indicators"]}},
            "inner.inner.indicators.tasks: this name stands on a level above; choose another",
        ),
        (
            SECTIONS
            | {"indicators": {"parent": {"zh": "a", "en": "b"}, "tasks": {"zh": "a", "en": "b"}}},
            "indicators.parent: this name is kept for the total of the unit "
            "that a part belongs to; choose another",
        ),
        (SECTIONS | {"rules": {"luck": {}}}, "inner.rules: 'luck' is unknown"),
        (
            SECTIONS | {"inner": POSTS | {"rules": {"bottom_rank": {"category": -1}}}},
            "inner.inner.rules.bottom_rank",
        ),
        (
            SECTIONS | {"unit_quota": {"first_pct": {"first": 50}}},
            "inner.unit_quota.first_pct: give a percentage for "
            "parts of first, second and third-grade units",
        ),
    ],
)
def test_rules_inside_units_that_contradict_themselves_are_refused_by_field(
    inner: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadInput) as refused:
        parse_scheme(scheme_data() | {"inner": inner})
    assert message in str(refused.value)
