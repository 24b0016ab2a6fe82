"""Bars of the response page stay in their room, and targets of districts follow from figures."""

from __future__ import annotations

import pytest

from aggregation.scheme.population import Population, PopulationFigure
from bot.fieldwork.monitoring.targets import people_by_area
from bot.web.admin.response_charts import HEIGHT, TOP, TargetBar, day_chart, target_bar


def test_a_bar_shows_both_ends_of_a_count_its_target_and_what_is_due() -> None:
    assert target_bar((600, 690), 1000, 300, 0) == TargetBar(50.0, 57.5, 83.3, 25.0)
    assert target_bar((600, 690), 0, 0, 1380) == TargetBar(43.5, 50.0)
    assert target_bar((0, 0), 0, 0, 0) == TargetBar(0.0, 0.0)


def test_a_bar_past_its_target_stays_in_its_room() -> None:
    bar = target_bar((5_000, 5_009), 10, 10, 0)
    assert bar.high == 100.0
    assert bar.target == 0.2


def test_days_stand_on_one_line_under_one_scale() -> None:
    chart = day_chart({"1": (0, 0), "2": (1, 9), "3": (230, 239)}, 80)
    assert chart is not None
    assert chart.most == 300
    assert [bar.low_y + bar.low_height for bar in chart.bars] == [TOP + HEIGHT] * 3
    assert [bar.high_y + bar.high_height for bar in chart.bars] == pytest.approx(
        [bar.low_y for bar in chart.bars], abs=0.11
    )
    assert [bar.low_height for bar in chart.bars] == [0.0, 0.5, 115.0]
    assert chart.goal == TOP + HEIGHT - 40
    assert [bar.x for bar in chart.bars] == [5.0, 38.33, 71.67]


def test_without_a_count_there_is_no_chart_and_without_a_target_no_line() -> None:
    assert day_chart({}, 10) is None
    assert day_chart({"1": (0, 0)}, 10) is None
    chart = day_chart({"1": (10, 19)}, 0)
    assert chart is not None
    assert chart.goal is None


def test_people_of_a_district_are_of_whole_strata_or_of_the_first_margin() -> None:
    figures = (
        ("", "resident", 1, "430102", 300),
        ("", "resident", 1, "430103", 100),
        ("", "resident", 2, "large", 250),
        ("", "resident", 2, "small", 150),
        ("", "firm", 0, "430102/large", 5),
        ("TAX", "firm", 0, "430103/large", 9),
    )
    population = Population(
        figures=tuple(
            PopulationFigure(unit=unit, group=group, margin=margin, value=value, people=people)
            for unit, group, margin, value, people in figures
        )
    )
    assert people_by_area(population) == {
        "resident": {"430102": 300, "430103": 100},
        "firm": {"430102/large": 5},
    }
    assert people_by_area(None) == {}
