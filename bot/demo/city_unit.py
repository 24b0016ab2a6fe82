"""A unit of the synthetic city."""

from __future__ import annotations

from dataclasses import dataclass

from aggregation.model.facts import AppraisedUnit


@dataclass(frozen=True, slots=True)
class CityUnit:
    """A unit with its questionnaire, the profile that it is drawn from and the size of its team."""

    unit: AppraisedUnit
    questionnaire: str
    profile: str
    leaders: int
