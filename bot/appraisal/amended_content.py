"""What amendments make of a sealed year, and what a correction makes of it; without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aggregation.appraisal.corrections import Correction, CorrectionKind, corrected
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.nesting import ancestors, appraise_inside, city_inputs
from aggregation.appraisal.standing import (
    Amendment,
    Cause,
    Change,
    YearView,
    changes_of,
    has_lower_figure,
    is_worse,
    moves_only_in_rank,
    standing_bodies,
    view_year,
)
from aggregation.model.results import AppraisalResult
from bot.appraisal.city_result import appraise_city
from bot.appraisal.sealed_content import SealedContent


def amended(content: SealedContent, made: Sequence[Amendment]) -> SealedContent:
    """Return a seal's content with the results as they stand."""
    if not made:
        return content
    city, *inside = standing_bodies(content.bodies, made)
    found: Mapping[str, AppraisalResult] = {
        body.unit: result
        for body, result in zip(
            [body for body in content.inside if body.result is not None], inside, strict=True
        )
    }
    bodies = (replace(body, result=found.get(body.unit)) for body in content.inside)
    return replace(content, result=city, inside=tuple(bodies))


def sealed_material(content: SealedContent) -> AppraisalInputs:
    """Return all the material of a sealed year, of the city and inside its units, as it was read.

    The order of what the bodies hold never matters to the appraisal.
    """
    whole = content.inputs
    for body in content.inside:
        part = body.inputs
        whole = replace(
            whole,
            units=(*whole.units, *part.units),
            leaders=(*whole.leaders, *part.leaders),
            indicators={**whole.indicators, **part.indicators},
            personal={**whole.personal, **part.personal},
            adjustments=(*whole.adjustments, *part.adjustments),
            facts=(*whole.facts, *part.facts),
            decisions=(*whole.decisions, *part.decisions),
            unit_decisions=(*whole.unit_decisions, *part.unit_decisions),
            history=(*whole.history, *part.history),
            discipline=(*whole.discipline, *part.discipline),
        )
    return whole


def appraised_bodies(material: AppraisalInputs) -> tuple[AppraisalResult, ...]:
    """Return the results that material gives by the present engine, the city's first."""
    city = appraise_city(city_inputs(material))
    inside = (body.result for body in appraise_inside(material, city))
    return (city, *(result for result in inside if result is not None))


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """What corrections give: what stands, what the material gives with them, and who changes.

    Args:
        standing: what stands.
        after: what the material gives with them.
        changes: what follows for each subject.
        moved: those that only stand at another rank.
        free: those who get a worse result too.
        worse: whether whoever asked would fare worse, and keeps the result.
    """

    standing: YearView
    after: YearView
    changes: tuple[Change, ...]
    moved: frozenset[str]
    free: frozenset[str]
    worse: bool


def work_out(
    standing: YearView,
    so_far: AppraisalInputs,
    corrections: Sequence[Correction],
    subject: str,
    cause: str = "",
) -> WorkedOut:
    """Return what corrections change.

    Args:
        standing: what stands.
        so_far: the material with what was put right before.
        corrections: what is put right now.
        subject: who asked, or whom it is about.
        cause: what it follows from; empty: an appeal, by which whoever asked never fares worse.
    """
    before = view_year(appraised_bodies(so_far))
    after = view_year(appraised_bodies(corrected(so_far, corrections)))
    free = _free(cause, subject, corrections, so_far, after)
    found = changes_of(standing, before, after, free)
    # Whose post is put right may have left since, and has no result of their own.
    known = subject in standing.results and subject in after.results
    worse = known and (
        is_worse(standing, after, subject) or has_lower_figure(standing, after, subject)
    )
    if worse and not cause:
        grade = standing.results[subject].grade
        own = Change(subject, grade, grade, True)
        found = tuple(own if it.subject == subject else it for it in found)
    moved = frozenset(it.subject for it in found if moves_only_in_rank(standing, it))
    return WorkedOut(standing, after, found, moved, free, worse)


def _free(
    cause: str,
    subject: str,
    corrections: Sequence[Correction],
    material: AppraisalInputs,
    after: YearView,
) -> frozenset[str]:
    """Return who gets a worse result too, by what the amendment follows from."""
    if cause == Cause.DEFERRED:
        return frozenset((subject,))
    if cause == Cause.LATE:
        facts = {it.what for it in corrections if it.kind is CorrectionKind.ADDED}
        about = (p.subject for found in after.proposals.values() for p in found if p.fact in facts)
        return frozenset((subject, *about))
    return _with_its_people(material, subject) if cause == Cause.FALSE else frozenset()


def _with_its_people(material: AppraisalInputs, subject: str) -> frozenset[str]:
    """Return a unit with its leaders, parts and their people; a person alone."""
    parents = {unit.code: unit.parent for unit in material.units if unit.parent}
    units = {it.code for it in material.units if subject in ancestors(it.code, parents)}
    return frozenset({subject} | units | {x.id for x in material.leaders if x.unit in units})
