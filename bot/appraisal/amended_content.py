"""What amendments make of a sealed year, and what a correction makes of it; without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aggregation.appraisal.corrections import Correction, corrected
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.nesting import appraise_inside, city_inputs
from aggregation.appraisal.standing import (
    Amendment,
    Change,
    YearView,
    changes_of,
    has_lower_figure,
    is_worse,
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


def following_changes(
    standing: YearView, so_far: AppraisalInputs, corrections: Sequence[Correction], subject: str
) -> tuple[tuple[Change, ...], bool]:
    """Return what corrections change, and whether whoever asked would fare worse by them.

    Then they keep what they have.

    Args:
        standing: what stands.
        so_far: the material with what was put right before.
        corrections: what is put right now.
        subject: who asked.
    """
    before = view_year(appraised_bodies(so_far))
    after = view_year(appraised_bodies(corrected(so_far, corrections)))
    worse = is_worse(standing, after, subject) or has_lower_figure(standing, after, subject)
    found = changes_of(standing, before, after)
    if worse:
        grade = standing.results[subject].grade
        own = Change(subject, grade, grade, True)
        found = tuple(own if it.subject == subject else it for it in found)
    return found, worse
