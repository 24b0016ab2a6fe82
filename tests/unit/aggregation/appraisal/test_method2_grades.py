"""Grades by method 2: tentative units, the declared bias, odds in tenths, ballots to a cut."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.cuts import two_figures
from aggregation.appraisal.grading import ranked_families
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.outlook import other_families
from aggregation.appraisal.totals import unit_total
from aggregation.counts.scan import PatternCount
from aggregation.disclosure.suppression import disclose
from aggregation.estimation.method2.scorer import with_common_covariances
from aggregation.estimation.scores import score_units
from aggregation.model.facts import Grade
from aggregation.model.results import AppraisalResult, Certainty, ConsequenceKind, explain
from aggregation.ranking.shapes import library
from aggregation.scheme.scheme import Scheme
from bot.campaigns.scheme_files import offered_scheme
from bot.core.shipped_files import shipped_questionnaires
from tests.cities import SMALL_QUOTA, public, small_city

CODES = ("VS", "S", "B", "D", "VD")


def rules(bias: str = "2", ranked_move: str = "3") -> Scheme:
    """The offered scheme for ten departments."""
    evidence = offered_scheme().evidence
    assert evidence is not None
    states = evidence.states.model_copy(update={"ranked_move": Decimal(ranked_move)})
    changed = evidence.model_copy(update={"declared_bias": Decimal(bias), "states": states})
    quota = offered_scheme().unit_quota.model_copy(update=SMALL_QUOTA)
    return offered_scheme().model_copy(update={"evidence": changed, "unit_quota": quota})


def scored(scheme: Scheme, source: str = "personal", people: int = 60) -> AppraisalInputs:
    """The small city, each unit with answers of its own: U01 the most content."""
    given = small_city(scheme)
    sheet = shipped_questionnaires()["econ"]
    rows = [
        PatternCount(
            unit.code, "econ", group, "", source, 4, " ".join([code] * len(sheet.rated)), count
        )
        for at, unit in enumerate(given.units)
        for group, weight in scheme.categories[unit.category].group_weights.items()
        if weight
        for place, code in enumerate(CODES)
        if (count := max(1, people * (5 - place) // 15 + (place - 2) * at // 3))
    ]
    categories = {unit.code: unit.category for unit in given.units}
    found = score_units(rows, categories, shipped_questionnaires(), scheme)
    weights = {unit.code: {4: found[unit.code].n} for unit in given.units}
    return replace(
        given,
        public=found,
        disclosed=disclose(found, weights, scheme),
        covariances=with_common_covariances({}, found),
    )


def test_a_tentative_unit_gets_no_third_grade_no_unsettled_first_and_no_proposal() -> None:
    given = small_city(rules())
    tentative = {"U01", "U10"}
    given = replace(
        given,
        public={
            code: public(code, variance=30.0, flags=("rank_provisional",))
            if code in tentative
            else public(code, variance=30.0)
            for code in given.public
        },
    )
    result = appraise(given)
    first, last = result.unit("U01"), result.unit("U10")
    assert (first.rank, last.rank) == (1, 10)
    assert first.grade is last.grade is Grade.SECOND
    assert first.certainty is last.certainty is Certainty.PROVISIONAL
    assert result.unit_grades()[Grade.THIRD] == 0
    reviewed = {
        p.subject for p in result.proposals if p.kind is ConsequenceKind.VERIFICATION_REVIEW
    }
    assert "U10" not in reviewed
    assert "U09" in reviewed


def test_a_tentative_first_stands_where_it_is_settled() -> None:
    given = small_city(rules(bias="0"))
    sure = {code: public(code, variance=1e-6, flags=("rank_provisional",)) for code in given.public}
    result = appraise(replace(given, public=sure))
    assert result.unit("U01").grade is Grade.FIRST
    assert result.unit("U01").certainty is Certainty.SETTLED
    commended = {p.subject for p in result.proposals if p.kind is ConsequenceKind.COMMENDATION}
    assert not {"U01", "P01"} & commended


def test_fewer_grades_are_settled_the_more_bias_is_declared() -> None:
    settled = []
    for bias in ("0", "2", "20"):
        given = small_city(rules(bias=bias))
        # Objectives fall by 3 × 55 % = 1.65 points a unit; the public score weighs 30 %.
        sure = {code: public(code, variance=1e-6) for code in given.public}
        result = appraise(replace(given, public=sure))
        units = [u for u in result.units if u.grade]
        settled.append(sum(u.certainty is Certainty.SETTLED for u in units))
        assert [(u.low, u.high) for u in units] == [(u.rank, u.rank) for u in units]
    assert settled[0] == settled[1] == 10
    assert settled[2] < 10


def test_odds_are_tenths_and_no_more_than_nine() -> None:
    result = appraise(scored(rules()))
    odds = [p for u in result.units if u.outlook for p in u.outlook.odds.values()]
    assert odds
    assert max(odds) <= 0.9
    assert all(p * 10 == pytest.approx(round(p * 10)) for p in odds)


def test_other_families_say_which_shapes_are_likely() -> None:
    given = scored(rules())
    totals = [unit_total(given, unit) for unit in given.units]
    families = {f.name: f.totals for f in ranked_families(given, totals)}
    found = other_families(given, families)
    assert set(found) == set(families)
    assert all(len(it) == len(library()) for it in found.values())
    one = "B_econ"
    rest = other_families(given, {one: families[one], "district": families["district"]})
    assert np.allclose(
        rest["district"], other_families(given, {one: families[one], "none": ()})["none"]
    )


def test_an_official_can_follow_the_score_and_what_would_move_the_grade() -> None:
    result = appraise(scored(rules()))
    lines = explain(result, "U03", "en")
    text = "\n".join(lines)
    assert "on the common level" in text
    assert "weight 35 × 0.7, so 35 % of the score" in text
    assert "moves the score by at most" in text
    assert "no score is off by more than" in text
    assert "vouched ballots at" in text
    assert "no number of ballots by open links would do" in text or "by open links" in text
    chinese = "\n".join(explain(result, "U03", "zh-Hans"))
    assert "折合共同水平" in chinese
    assert "有凭证评价票" in chinese


def test_ballots_to_a_cut_are_not_told_where_few_are_vouched_for() -> None:
    result = appraise(scored(rules(), source="open"))
    cuts = [cut for u in result.units if u.outlook for cut in u.outlook.cuts]
    assert cuts
    assert all(cut.ballots is cut.loose is None for cut in cuts)
    assert all(u.tentative for u in result.units if u.rank)


def test_a_grade_holds_while_all_scores_are_off_by_what_is_safe_and_not_by_half_the_way() -> None:
    """The unit is moved towards the cut, and all others against it."""
    scores = dict(zip((f"U{n:02}" for n in range(1, 11)), range(90, 40, -5), strict=True))
    scores = {**dict.fromkeys(small_city().public, 80), **scores}

    def graded(off: dict[str, Fraction]) -> AppraisalResult:
        moved = {code: public(code, score + off.get(code, 0)) for code, score in scores.items()}
        return appraise(replace(small_city(rules(bias="0")), public=moved))

    result = graded({})
    held: dict[bool, list[bool]] = {True: [], False: []}
    for code in ("U03", "U10"):
        unit = result.unit(code)
        assert unit.outlook is not None
        for cut in unit.outlook.cuts:
            assert cut.safe is not None
            for safe in held:
                points = Fraction(str(cut.safe)) + (0 if safe else Fraction(1, 10))
                way = points if cut.up else -points
                off = {it: way if it == code else -way for it in scores}
                held[safe].append(graded(off).unit(code).grade is unit.grade)
    assert held == {True: [True] * 3, False: [False] * 3}


def test_numbers_of_ballots_are_told_in_two_figures() -> None:
    assert [two_figures(n) for n in (None, 7, 99, 100, 186, 1299, 20456)] == [
        None,
        7,
        99,
        100,
        180,
        1200,
        20000,
    ]


def test_the_public_score_enters_the_total_as_it_is_printed() -> None:
    given = scored(rules())
    result = appraise(given)
    for unit in result.units:
        part = next(c for c in unit.components if c.id == "public")
        assert part.points is not None
        assert (Fraction(part.points) * 10).denominator == 1
