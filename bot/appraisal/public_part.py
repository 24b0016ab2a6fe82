"""What everybody may read of a seal and of its amendments: units alone, and nobody's name.

The public log commits to these texts. They say no more of a unit than the public table, its points
and the rules: no reason, no source, no count of answers; of people only how many have each grade.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aggregation.appraisal.corrections import Correction, CorrectionKind, read_bonus
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.standing import Change
from aggregation.model.facts import Grade, Membership
from aggregation.model.results import AppraisalResult, UnitResult
from aggregation.numbers import half_up
from bot.appraisal.commitments import FORM, PUBLIC, derived_salt
from bot.appraisal.plain_form import write_plain
from bot.appraisal.sealed_content import SealedContent, write_rules
from survey_flows.canonical_json import canonical

TOLD = (
    *(CorrectionKind.VALUE, CorrectionKind.FINDING, CorrectionKind.GRADE, CorrectionKind.SCORE),
    *(CorrectionKind.ADDED, CorrectionKind.BONUS),
)
"""Corrections of a unit that are told; a decision's key may name a person."""


def public_part(content: SealedContent) -> str:
    """Return the public text of a seal; its salt is drawn from that of the seal."""
    inputs = content.inputs
    leagues = {unit.code: unit.memberships for unit in inputs.units}
    return canonical(
        {
            "form": FORM,
            "year": content.year,
            "engine": content.engine,
            "salt": derived_salt(content.salt, PUBLIC),
            "before": content.before,
            "releases": [[it.campaign, it.release] for it in content.releases],
            "rules": write_rules(inputs.scheme),
            "units": [
                _material(inputs, unit, leagues[unit.unit]) | result_row(inputs, unit)
                for unit in content.result.units
            ],
            "leaders": leader_counts(content.result),
        }
    )


def _material(
    inputs: AppraisalInputs, unit: UnitResult, memberships: tuple[Membership, ...]
) -> dict[str, Any]:
    points = {name: value for (code, name), value in inputs.indicators.items() if code == unit.unit}
    return {
        "name": {"zh": unit.zh, "en": unit.en},
        "category": unit.category,
        "memberships": write_plain(memberships, tuple[Membership, ...]),
        "indicators": {name: f"{points[name]:f}" for name in sorted(points)},
        "adjustments": sorted(f"{a.points:f}" for a in inputs.adjustments if a.unit == unit.unit),
        # Of two given grades and one place the earlier stands; nobody is told when they were given.
        "given": _grade(unit.standing) if unit.insufficient else None,
    }


def result_row(inputs: AppraisalInputs, unit: UnitResult) -> dict[str, Any]:
    """Return what everybody is told of a unit's result; figures are texts."""
    told = inputs.disclosed.get(unit.unit)
    score = told.score if told else None
    return {
        "unit": unit.unit,
        "family": unit.family,
        "rank": unit.rank,
        "of": unit.of,
        "total": None if unit.total is None else f"{unit.total:f}",
        "public_score": None if score is None else f"{half_up(score, inputs.scheme.places):f}",
        "grade": _grade(unit.grade),
        "certainty": str(unit.certainty) if unit.certainty else None,
        "tentative": unit.tentative,
        "barred": bool(unit.barred),
    }


def _grade(grade: Grade | None) -> str | None:
    return str(grade) if grade else None


def leader_counts(result: AppraisalResult) -> dict[str, int]:
    """Return how many leaders of the city have each grade; ``none``: who still waits for one."""
    return {str(grade or "none"): count for grade, count in result.leader_grades().items()}


def public_changes(
    standing: AppraisalResult,
    inputs: AppraisalInputs,
    corrections: Sequence[Correction],
    changes: Sequence[Change],
    cause: str = "",
) -> dict[str, Any]:
    """Return what everybody may read of an amendment, but for its number and digests.

    Args:
        standing: the city's result with the amendment.
        inputs: the material with what it puts right.
        corrections: what it puts right.
        changes: what follows for each subject.
        cause: what it follows from; empty: an appeal.
    """
    units = {unit.unit for unit in standing.units}
    return {
        "corrections": [
            {"kind": str(it.kind), "unit": it.subject, "what": _what(it), "after": _after(it)}
            for it in corrections
            if it.subject in units and it.kind in TOLD
        ],
        "units": [
            {
                "unit": it.subject,
                "before": _grade(it.before),
                "after": _grade(it.after),
                "kept": it.kept,
                "row": None if it.unit is None else result_row(inputs, it.unit),
            }
            for it in changes
            if it.subject in units
        ],
        "leaders": leader_counts(standing),
        **({"cause": cause} if cause else {}),
    }


def _what(it: Correction) -> str:
    """Return what a correction puts right; of a bonus its points alone, as the seal tells it."""
    return _points(it.before) if it.kind is CorrectionKind.BONUS else it.what


def _after(it: Correction) -> str:
    """Return what stands after a correction; of a late finding neither source nor note."""
    if it.kind is CorrectionKind.BONUS:
        return _points(it.after)
    return "" if it.kind is CorrectionKind.ADDED else it.after


def _points(bonus: str) -> str:
    return f"{read_bonus(bonus).points:f}" if bonus else ""
