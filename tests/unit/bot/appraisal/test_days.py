"""A typed day lies between two days, both included, and nothing else is one."""

from __future__ import annotations

from datetime import date

import pytest

from bot.appraisal.days import day_between
from survey_flows.errors import BadInput, Place

GIVEN = (date(2011, 1, 5), date(2011, 1, 20), "appraisal-cause-day", Place(field="on"))


@pytest.mark.parametrize("text", ["2011-01-05", " 2011-01-20 ", "2011-01-12"])
def test_a_day_between_is_taken(text: str) -> None:
    assert day_between(text, *GIVEN) == date.fromisoformat(text.strip())


@pytest.mark.parametrize("text", ["", "soon", "2011-01-04", "2011-01-21", "1999-01-20", "5.1.2011"])
def test_any_other_text_is_refused_with_the_two_days(text: str) -> None:
    with pytest.raises(BadInput, match="on: the day lies between 2011-01-05 and 2011-01-20"):
        day_between(text, *GIVEN)
