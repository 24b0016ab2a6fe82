"""A unit of the synthetic city."""

from __future__ import annotations

from dataclasses import dataclass

from aggregation.model.facts import AppraisedUnit


@dataclass(frozen=True, slots=True)
class CityUnit:
    """A unit with the questionnaire that citizens get and the profile it is drawn from; ``leaders`` is its team."""

    unit: AppraisedUnit
    questionnaire: str
    profile: str
    leaders: int
