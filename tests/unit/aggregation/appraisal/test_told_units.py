"""Ranks and grades from what everybody is told: those of the appraisal, on made cities."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.told_units import stand_again, total_range
from aggregation.model.facts import Grade
from aggregation.numbers import half_up
from bot.appraisal.public_part import public_part
from bot.appraisal.sealed_content import SealedContent
from bot.appraisal.year_bundle_reader import told_unit
from tests.recomputation.cities import YEAR, made_city

CITIES = (*range(10), 35)
"""In the last one two given grades compete for one place."""


@pytest.mark.parametrize("seed", CITIES)
def test_what_everybody_is_told_gives_the_same_ranks_and_grades(seed: int) -> None:
    given = made_city(seed)
    result = appraise(given)
    said = json.loads(public_part(SealedContent(YEAR, (), given, result, (), {})))
    told = [told_unit(row) for row in said["units"]]
    scored = []
    for it in told:
        # The made cities tell no score: it is the one of the total, at the decimals of the table.
        score = given.public[it.unit.code].score
        known = it.total is not None and score is not None
        places = given.scheme.places
        scored.append(replace(it, score=half_up(score, places) if known and score else None))
    again = stand_again(YEAR, given.scheme, scored)
    for unit in result.units:
        made = again[unit.unit]
        assert (made.family, made.league, made.rank, made.of) == (
            *(unit.family, unit.league, unit.rank),
            unit.of,
        )
        assert unit.grade in made.grades
        assert len(made.grades) == 1 or unit.tentative
    for it in scored:
        allowed = total_range(given.scheme, it)
        if it.total is not None and allowed is not None:
            assert allowed[0] <= it.total <= allowed[1]
            assert allowed[1] - allowed[0] <= Decimal(10) ** -given.scheme.places


def test_a_total_that_the_points_do_not_give_lies_outside_and_an_untold_score_leaves_it_open() -> (
    None
):
    given = made_city(1)
    said = json.loads(public_part(SealedContent(YEAR, (), given, appraise(given), (), {})))
    unit = next(it for it in map(told_unit, said["units"]) if it.total is not None)
    assert total_range(given.scheme, replace(unit, score=None)) is None
    score = half_up(given.public[unit.unit.code].score or 0, given.scheme.places)
    allowed = total_range(given.scheme, replace(unit, score=score))
    assert allowed is not None
    assert unit.total is not None
    assert allowed[0] <= unit.total <= allowed[1]
    lower = replace(unit, score=score, adjustments=(*unit.adjustments, Decimal("-0.5")))
    moved = total_range(given.scheme, lower)
    assert moved is not None
    assert moved[1] < unit.total or sum(-p for p in unit.adjustments if p < 0) >= 1


def test_a_tentative_unit_is_never_third_and_first_only_perhaps() -> None:
    given = made_city(3)
    said = json.loads(public_part(SealedContent(YEAR, (), given, appraise(given), (), {})))
    told = [replace(told_unit(row), tentative=False) for row in said["units"]]
    sure = stand_again(YEAR, given.scheme, told)
    loose = stand_again(YEAR, given.scheme, [replace(it, tentative=True) for it in told])
    wanted = {
        Grade.FIRST: (Grade.FIRST, Grade.SECOND),
        Grade.SECOND: (Grade.SECOND,),
        Grade.THIRD: (Grade.SECOND,),
        None: (None,),
    }
    ranked = [code for code, it in sure.items() if it.rank is not None]
    assert {loose[code].grades for code in ranked} == {
        wanted[sure[code].grades[0]] for code in ranked
    }
