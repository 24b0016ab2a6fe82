"""A stranger's recomputation of made cities agrees with the product, line by line."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import pytest

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.corrections import corrected
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.standing import Amendment, changes_of, standing_bodies, view_year
from aggregation.model.results import AppraisalResult
from bot.appraisal.sealed_content import SealedContent, write_content
from tests.recomputation import stranger
from tests.recomputation.cities import YEAR, made_city, made_correction

CITIES = 10
"""In every run; `python -m tests.recomputation` takes more."""


def sealed(given: AppraisalInputs, result: AppraisalResult) -> str:
    return write_content(SealedContent(YEAR, (), given, result, (), {}))


def told(result: AppraisalResult) -> dict[str, Any]:
    """What the product says, in the words of the stranger."""
    return {
        "units": {
            u.unit: {
                "total": u.total,
                "rank": u.rank,
                "family": u.family,
                "grade": u.grade,
                "standing": u.standing,
                "barred": bool(u.barred),
            }
            for u in result.units
        },
        "leaders": {
            x.leader: {
                "state": x.state.state,
                "unit": x.unit,
                "score": x.score,
                "base": x.base,
                "grade": x.grade,
                "certainty": x.certainty,
            }
            for x in result.leaders
        },
        "proposals": {p.key: p.status for p in result.proposals},
    }


@pytest.mark.parametrize("seed", range(CITIES))
def test_a_stranger_comes_to_the_same_result(seed: int) -> None:
    given = made_city(seed)
    result = appraise(given)
    assert stranger.recompute(sealed(given, result)) == told(result)


@pytest.mark.parametrize("seed", range(CITIES))
def test_a_stranger_amends_a_year_to_the_same_standing_result(seed: int) -> None:
    given = made_city(seed)
    put_right = corrected(given, [made_correction(given, seed)])
    before, after = appraise(given), appraise(put_right)
    theirs = stranger.amend(sealed(given, before), sealed(put_right, after))
    assert theirs == amended(before, after)


def amended(before: AppraisalResult, after: AppraisalResult) -> dict[str, tuple[Any, bool]]:
    """By whom a correction touches: the grade that the product says stands, and if it was kept."""
    was, now = view_year([before]), view_year([after])
    changes = changes_of(was, was, now)
    (result,) = standing_bodies([before], [Amendment(1, 1, "", "recount", changes)])
    stands = {unit.unit: unit.grade for unit in result.units}
    stands |= {leader.leader: leader.grade for leader in result.leaders}
    return {it.subject: (stands[it.subject], it.kept) for it in changes}


def test_the_stranger_has_nothing_of_ours() -> None:
    tree = ast.parse(Path(stranger.__file__).read_text(encoding="utf-8"))
    taken = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert taken <= set(sys.stdlib_module_names)
