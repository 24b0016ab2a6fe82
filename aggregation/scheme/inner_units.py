"""The rules for the parts of units: sections, posts and their people (R16), to any depth."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, field_validator

from aggregation.model.facts import UNIT_GRADES, Grade
from aggregation.scheme.parts import (
    LeaderRules,
    Name,
    Percent,
    SchemeModel,
    UnitQuota,
    weights_of_100,
)
from aggregation.scheme.problems import SchemeError, rule_problems, unknown_name_problems
from survey_flows.errors import Message, Problem

PARENT = "parent"
"""The component that a part inherits: the total of the unit that it is part of."""


class InnerCategory(SchemeModel):
    """A kind of part and its weights, by indicator and by ``parent`` for the unit's total."""

    zh: str
    en: str
    weights: dict[str, Percent]

    _sum = field_validator("weights")(weights_of_100)


class InnerQuota(SchemeModel):
    """The places of each grade: % of the parts of one unit by that unit's grade, rounded down.

    They are percentages and no counts, since the units' grades are unknown when the year begins.
    """

    first_pct: dict[Grade, Percent]
    third_pct: dict[Grade, Percent] = Field(default=dict.fromkeys(UNIT_GRADES, Decimal(0)))
    ties: Literal["better", "middle"] = "better"

    @field_validator("first_pct", "third_pct")
    @classmethod
    def _by_every_grade(cls, pct: dict[Grade, Decimal]) -> dict[Grade, Decimal]:
        if set(pct) != set(UNIT_GRADES):
            raise SchemeError(Message("scheme-inner-quota-grades"))
        return pct

    def counts(self, standing: Grade, parts: int) -> UnitQuota:
        """The places among ``parts`` parts of a unit with this grade; first goes before third."""
        first = int(parts * self.first_pct[standing] / 100)
        third = min(int(parts * self.third_pct[standing] / 100), parts - first)
        return UnitQuota(first=first, second=parts - first - third, third=third, ties=self.ties)


class InnerScheme(SchemeModel):
    """The rules inside units, in the terms of the scheme. ``inner`` are those inside the parts.

    Limits of adjustments, decimals and days are the scheme's own.
    """

    categories: dict[str, InnerCategory] = Field(min_length=1)
    indicators: dict[str, Name] = Field(default={})
    unit_quota: InnerQuota
    tie_breaks: tuple[str, ...] = ()
    leaders: LeaderRules
    rules: dict[str, dict[str, Any]] = Field(default={})
    inner: InnerScheme | None = None

    def problems(self, where: str = "inner") -> Iterator[Problem]:
        """The contradictions on this level and below it."""
        components = {*self.indicators, PARENT}
        for id_, category in self.categories.items():
            yield from unknown_name_problems(
                f"{where}.categories.{id_}.weights", category.weights, components, "indicators"
            )
        yield from unknown_name_problems(
            f"{where}.tie_breaks", self.tie_breaks, components, "indicators"
        )
        yield from rule_problems(self.rules, f"{where}.rules")
        if self.inner is not None:
            yield from self.inner.problems(f"{where}.inner")
