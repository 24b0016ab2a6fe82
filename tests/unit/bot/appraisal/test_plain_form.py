"""What a seal holds of dated facts is read back as it was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.model.dated import (
    Absence,
    AbsenceKind,
    Discipline,
    DisciplineKind,
    Ending,
    EndingKind,
    Period,
    SanctionLevel,
)
from aggregation.model.results import AppraisalResult
from bot.appraisal.plain_form import read_plain, write_plain
from tests.cities import small_city


def test_posts_absences_and_states_are_read_back_from_a_seal() -> None:
    city = small_city()
    begins = date(2010, 3, 1)
    sanction = DisciplineKind.SANCTION
    given = replace(
        city,
        posts=city.held_posts,
        absences=(Absence("P02", AbsenceKind.SICK, Period(date(2010, 1, 1), date(2010, 8, 1))),),
        endings=(Ending("P04", EndingKind.DIED, date(2010, 9, 1)),),
        discipline=(Discipline("D", "B05", sanction, begins, SanctionLevel.DEMERIT),),
    )
    result = appraise(given)
    assert {x.state.state.value for x in result.leaders} == {
        "appraised",
        "no_grade",
        "not_appraised",
    }
    assert read_plain(write_plain(result, AppraisalResult), AppraisalResult) == result
    again = read_plain(write_plain(given, AppraisalInputs), AppraisalInputs)
    assert replace(again, scheme=given.scheme) == given
