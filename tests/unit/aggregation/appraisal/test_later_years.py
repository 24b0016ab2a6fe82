"""What a later year read otherwise than it stands, and what an amendment is said to follow from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.corrections import (
    Correction,
    CorrectionKind,
    corrected,
    finding_text,
    line_text,
    read_finding,
    read_line,
)
from aggregation.appraisal.later_years import changed_lines, rests_on
from aggregation.appraisal.standing import (
    CAUSES,
    Amendment,
    Cause,
    Change,
    is_after_review,
    standing_bodies,
)
from aggregation.model.facts import Finding, FindingKind, Grade, PastGrade
from aggregation.rules import registry
from tests.cities import small_city

LINE = PastGrade(2009, "P01", Grade.FOURTH, True, "U01", "局长", "v")


def test_a_line_has_changed_if_its_grade_or_its_certainty_has() -> None:
    same = replace(LINE, post="书记", scheme_version="w")
    assert changed_lines([LINE], [same]) == ()
    for now in (replace(LINE, grade=Grade.SECOND), replace(LINE, confirmed=False)):
        (found,) = changed_lines([LINE], [now])
        assert (found.subject, found.year, found.read, found.now) == ("P01", 2009, LINE, now)
    assert changed_lines([], [replace(LINE, grade=None)]) == ()
    assert [it.subject for it in changed_lines([], [LINE])] == ["P01"]
    # A line that is there no more moves nothing: who is gone has no result to stand.
    assert changed_lines([LINE], []) == ()


def test_only_a_decided_proposal_of_a_rule_that_reads_history_rests_on_it() -> None:
    (found,) = changed_lines([], [LINE])
    assert rests_on([appraise(small_city())], found) == ()
    assert set(registry()) >= {"two_year_third"}


@pytest.mark.parametrize("grade", [None, Grade.THIRD])
def test_findings_and_lines_come_back_from_the_text_of_a_correction(grade: Grade | None) -> None:
    finding = Finding("F1", FindingKind.VETO, "U01", "2010-05-01", "通报", "说明", "2011-01-02")
    line = replace(LINE, grade=grade)
    assert read_finding(finding_text(finding)) == finding
    assert read_line(line_text(line)) == line
    signed = ("zhou", "由", "2012-01-01T00:00:00+08:00")
    city = replace(small_city(), history=(LINE,))
    added = Correction(CorrectionKind.ADDED, "U01", "F1", "", finding_text(finding), *signed)
    put = Correction(CorrectionKind.LINE, "P01", "2009", "fourth", line_text(line), *signed)
    now = corrected(city, [added, put])
    assert now.facts == (*city.facts, finding)
    assert now.history == (line,)


def test_the_reason_of_a_person_s_own_case_is_told_to_nobody_else() -> None:
    body = appraise(small_city())
    moved = ("P01", "P02")
    people = tuple(
        Change(it, None, Grade.SECOND, False, leader=body.leader(it), trail=()) for it in moved
    )
    about_person = Amendment(1, 0, "P01", "宣告无罪", people, Cause.OVERTURNED)
    (now,) = standing_bodies([body], [about_person])
    told = {it: "宣告无罪" in str(now.trail[it][-1]) for it in moved}
    assert told == {"P01": True, "P02": False}
    unit = body.units[0].unit
    points = Change(unit, None, None, False, unit=body.unit(unit))
    about_unit = Amendment(1, 0, unit, "录入有误", (points, people[1]), Cause.CORRECTION)
    (now,) = standing_bodies([body], [about_unit])
    assert all("录入有误" in str(now.trail[it][-1]) for it in (unit, "P02"))


def test_what_follows_from_a_review_says_so_and_nothing_else_does() -> None:
    made = [Amendment(1, 0, "P01", "由", (), Cause.OVERTURNED), Amendment(2, 7, "P01", "由", ())]
    assert [is_after_review(numbers, made) for numbers in ((1,), (2,), (1, 2), ())] == [
        False,
        True,
        True,
        False,
    ]
    assert set(CAUSES) == {"", *Cause}
