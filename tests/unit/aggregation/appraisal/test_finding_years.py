"""A finding belongs to the year of the act, or to that of the verdict if that year is sealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.finding_years import (
    amends_sealed_year,
    finding_year,
    findings_of_year,
    is_revoked,
)
from aggregation.model.dated import Ending, EndingKind
from aggregation.model.facts import Finding, FindingKind, Grade
from aggregation.model.results import explain
from survey_flows.errors import BadInput
from tests.cities import confirm, small_city

OFFENCE = Finding(
    "E1", FindingKind.CRIMINAL_OFFENCE, "P01", "2010-06-01", "判决书", established="2011-06-20"
)


@pytest.mark.parametrize(
    ("finding", "sealed", "expected"),
    [
        (OFFENCE, set(), 2010),
        (OFFENCE, {2009}, 2010),
        (OFFENCE, {2010}, 2011),
        (OFFENCE, {2010, 2011}, 2012),
        (replace(OFFENCE, established=""), {2010}, 2010),
        (replace(OFFENCE, established="2010-09-01"), {2010}, 2011),
    ],
)
def test_row_late_verdict_the_year_follows_from_the_act_and_what_is_sealed(
    finding: Finding, sealed: set[int], expected: int
) -> None:
    assert finding_year(finding, sealed) == expected
    assert findings_of_year([finding], expected, sealed) == (finding,)
    assert findings_of_year([finding], expected + 1, sealed) == ()


def test_row_late_verdict_amending_the_sealed_year_is_a_choice() -> None:
    assert finding_year(OFFENCE, {2010}, "amend") == 2010
    assert amends_sealed_year(OFFENCE, {2010}, "amend")
    assert not amends_sealed_year(OFFENCE, {2010}, "established")
    assert not amends_sealed_year(OFFENCE, set(), "amend")


def test_row_late_verdict_the_fourth_grade_comes_in_the_later_year() -> None:
    city = replace(small_city(), year=2011, facts=(OFFENCE,))
    key = "2011/criminal_offence/grade_four/P01/E1"
    result = appraise(replace(city, decisions=confirm(key)))
    assert result.leader("P01").grade is Grade.FOURTH
    assert any("established on 2011-06-20" in line for line in explain(result, "P01", "en"))


def test_row_late_verdict_of_somebody_who_is_gone_it_is_recorded() -> None:
    city = replace(small_city(), year=2011, facts=(OFFENCE,))
    left = Ending("P01", EndingKind.RETIRED, date(2011, 3, 1))
    result = appraise(replace(city, posts=city.held_posts, endings=(left,)))
    assert result.about("P01") == ()
    assert [(task.subject, task.stops) for task in result.tasks] == [("P01", False)]


def test_an_overturned_finding_counts_no_more() -> None:
    gone = replace(OFFENCE, revoked="2012-03-01")
    assert is_revoked(gone)
    assert not is_revoked(gone, date(2012, 2, 29))
    assert findings_of_year([gone], 2010, ()) == ()
    assert findings_of_year([gone], 2010, (), on=date(2012, 2, 29)) == (gone,)


def test_a_verdict_before_the_act_is_refused() -> None:
    wrong = replace(OFFENCE, established="2010-05-31")
    with pytest.raises(BadInput, match="it cannot be established on 2010-05-31"):
        appraise(replace(small_city(), facts=(wrong,)))
