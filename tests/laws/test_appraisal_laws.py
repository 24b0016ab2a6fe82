"""Laws of every appraisal, for any points, ties, bars and decisions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.totals import INSUFFICIENT
from aggregation.model.facts import Finding, FindingKind, Grade
from aggregation.model.results import AppraisalResult, Certainty, ConsequenceKind, ProposalStatus
from aggregation.numbers import apportion
from tests.cities import confirm, public, small_city, small_scheme

QUOTA = {"first": 2, "second": 7, "third": 1}
SCHEMES = {ties: small_scheme(unit_quota=QUOTA | {"ties": ties}) for ties in ("better", "middle")}
BASE = small_city()
DEPARTMENTS = [u.code for u in BASE.units if u.category == "B_econ"]
LEADERS = [x.id for x in BASE.leaders]
POINTS = st.sampled_from([Decimal(n) / 4 for n in range(240, 400, 10)])
WORST = [Grade.FIRST, Grade.SECOND, Grade.THIRD, Grade.FOURTH]
KINDS = {
    FindingKind.VETO: DEPARTMENTS,
    FindingKind.MANIPULATION: DEPARTMENTS,
    FindingKind.SAFETY_ACCIDENT: DEPARTMENTS,
}
PERSONAL = {
    FindingKind.CRIMINAL_OFFENCE: LEADERS,
    FindingKind.UNFITNESS: LEADERS,
    FindingKind.REVIEW_FINDING: LEADERS,
}
LAW = settings(max_examples=40, deadline=None)


@st.composite
def cities(draw: st.DrawFn) -> AppraisalInputs:
    """The small city with coarse points (ties abound), findings, and decisions on some of them."""
    objective = {(unit, "objective"): draw(POINTS) for unit in DEPARTMENTS}
    variance = draw(st.sampled_from([0.0, 0.5, 20.0]))
    few = draw(st.sets(st.sampled_from(DEPARTMENTS), max_size=2))
    scores = {u: public(u, 80, variance, (INSUFFICIENT,) if u in few else ()) for u in BASE.public}
    city = replace(
        BASE,
        scheme=SCHEMES[draw(st.sampled_from(["better", "middle"]))],
        indicators={**BASE.indicators, **objective},
        personal={leader: draw(POINTS) for leader in LEADERS},
        public=scores,
        facts=tuple(draw(facts(number)) for number in range(draw(st.integers(0, 4)))),
    )
    keys = [p.key for p in appraise(city).proposals if draw(st.booleans())] if city.facts else []
    return replace(city, decisions=confirm(*keys))


@st.composite
def facts(draw: st.DrawFn, number: int) -> Finding:
    kind = draw(st.sampled_from([*KINDS, *PERSONAL]))
    subject = draw(st.sampled_from((KINDS | PERSONAL)[kind]))
    return Finding(f"E{number}", kind, subject, "2010-06-01", "document")


def worst(grade: Grade | None) -> int:
    return -1 if grade is None else WORST.index(grade)


@LAW
@given(
    cities(),
    st.sampled_from(DEPARTMENTS),
    st.sampled_from([Decimal("0.25"), Decimal(3), Decimal(40)]),
)
def test_more_points_never_cost_a_unit_rank_or_grade(
    city: AppraisalInputs, unit: str, more: Decimal
) -> None:
    """R19: solid work loses neither points nor place."""
    key = (unit, "objective")
    raised = replace(
        city, indicators={**city.indicators, key: min(city.indicators[key] + more, Decimal(100))}
    )
    before, after = appraise(city).unit(unit), appraise(raised).unit(unit)
    assert (after.rank or 0) <= (before.rank or 0)
    assert worst(after.grade) <= worst(before.grade)
    assert (after.low or 0) <= (before.low or 0)
    assert (after.high or 0) <= (before.high or 0)


@LAW
@given(cities())
def test_grades_fill_the_quota_up_to_what_is_recorded(city: AppraisalInputs) -> None:
    use = appraise(city).quotas[0]
    assert sum(use.given.values()) + use.waiting == use.size == sum(use.places.values())
    if (
        use.given[Grade.FIRST] != use.places[Grade.FIRST]
        or use.given[Grade.THIRD] != use.places[Grade.THIRD]
    ):
        assert use.notes


@LAW
@given(cities(), st.randoms(use_true_random=False))
def test_the_order_of_inputs_changes_nothing(city: AppraisalInputs, random: Any) -> None:
    def shuffled(items: Any) -> Any:
        return tuple(random.sample(list(items), len(items)))

    mixed = replace(
        city,
        units=shuffled(city.units),
        leaders=shuffled(city.leaders),
        facts=shuffled(city.facts),
        decisions=shuffled(city.decisions),
        indicators=dict(shuffled(city.indicators.items())),
        public=dict(shuffled(city.public.items())),
    )
    assert appraise(mixed) == appraise(city)


@LAW
@given(cities())
def test_lower_grades_come_only_from_what_a_person_confirmed(city: AppraisalInputs) -> None:
    """R6, R9: fourth only from a gate, third only from a lowering; both confirmed."""
    result = appraise(city)
    status = {p.key: (p.kind, p.status) for p in result.proposals}
    for leader in result.leaders:
        causes = [status[key] for key in leader.lowered_by]
        assert (leader.grade is Grade.FOURTH) == (
            (ConsequenceKind.GRADE_FOUR, ProposalStatus.CONFIRMED) in causes
        )
        if leader.grade is Grade.THIRD:
            assert causes
            assert set(causes) == {(ConsequenceKind.DOWNGRADE, ProposalStatus.CONFIRMED)}


@LAW
@given(cities())
def test_nothing_takes_effect_undecided(city: AppraisalInputs) -> None:
    result = appraise(replace(city, decisions=()))
    assert {p.status for p in result.proposals} <= {ProposalStatus.PROPOSED}
    assert {x.grade for x in result.leaders} <= {Grade.FIRST, Grade.SECOND, None}


@LAW
@given(cities())
def test_every_proposal_and_every_subject_has_reasons(city: AppraisalInputs) -> None:
    result = appraise(city)
    assert all(p.grounds and all(line.inputs for line in p.grounds) for p in result.proposals)
    assert set(result.trail) == {u.unit for u in result.units} | {x.leader for x in result.leaders}
    for proposal in result.proposals:
        assert any(proposal.key in line.inputs for line in result.trail[proposal.subject])


@LAW
@given(cities())
def test_no_ceiling_is_passed(city: AppraisalInputs) -> None:
    result = appraise(city)
    for unit in result.units:
        team = [x for x in result.leaders if x.unit == unit.unit]
        pct = {Grade.FIRST: 25, Grade.SECOND: 20, Grade.THIRD: 10, None: 0}[unit.standing]
        assert sum(x.grade is Grade.FIRST for x in team) * 100 <= len(team) * pct


@LAW
@given(cities())
def test_the_rank_lies_in_its_set_and_a_confirmed_grade_has_no_other_in_it(
    city: AppraisalInputs,
) -> None:
    for unit in _ranked(appraise(city)):
        assert (unit.low or 0) <= (unit.rank or 0) <= (unit.high or 0)
        if unit.certainty is Certainty.SETTLED and unit.grade is Grade.THIRD:
            assert unit.low == unit.of


def _ranked(result: AppraisalResult) -> list[Any]:
    return [u for u in result.units if u.rank is not None]


@LAW
@given(
    st.integers(0, 40),
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 20), min_size=1).filter(
        lambda d: sum(d.values()) > 0
    ),
)
def test_apportioned_places_sum_up_and_stay_within_one_of_their_share(
    places: int, sizes: dict[str, int]
) -> None:
    places = min(places, sum(sizes.values()))
    shares = apportion(places, sizes)
    total = sum(sizes.values())
    assert sum(shares.values()) == places
    assert all(abs(shares[name] * total - places * size) < total for name, size in sizes.items())
