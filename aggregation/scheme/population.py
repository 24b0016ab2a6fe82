"""Population figures by cell or by margin, to which answers are weighted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aggregation.scheme.problems import field_problem, raise_if_any
from survey_flows.errors import Message, Problem

STROKE = "/"
"""Divides a stratum such as ``430102/large`` into its margins."""
CLOSE = Fraction(1, 100)
"""By how much the sums of a group's margins may differ: figures are often rounded to thousands."""

Factor = Annotated[Decimal, Field(gt=0)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PopulationFigure(_Data):
    """The people of a group in a cell: the whole stratum (``margin`` 0) or one part (1, 2, …).

    A figure with a ``unit`` is of that unit's people; one without is of every unit that has none of
    its own.
    """

    unit: str = Field(default="", max_length=32)
    group: str = Field(min_length=1, max_length=16)
    margin: int = Field(default=0, ge=0, le=4)
    value: str = Field(min_length=1, max_length=32)
    people: int = Field(ge=1)


class Population(_Data):
    """Population figures, in the order that defines neighbours, and the limits of weighting.

    Cells with fewer than ``least`` answers are joined. No answer counts less than ``lightest`` or
    more than ``heaviest`` times its unweighted part.
    """

    figures: tuple[PopulationFigure, ...] = Field(min_length=1)
    least: int = Field(default=10, ge=10)
    lightest: Factor = Decimal("0.2")
    heaviest: Factor = Decimal(5)

    @model_validator(mode="after")
    def _consistent(self) -> Population:
        raise_if_any([*self._limits(), *self._doubles(), *self._sums()])
        return self

    def _limits(self) -> Iterable[Problem]:
        if not self.lightest <= 1 <= self.heaviest:
            yield field_problem("", Message("scheme-weighting-limits"))

    def _doubles(self) -> Iterable[Problem]:
        seen: set[tuple[str, str, int, str]] = set()
        for figure in self.figures:
            key = (figure.unit, figure.group, figure.margin, figure.value)
            if key in seen:
                yield _figures_problem(Message("scheme-figure-twice", figure=_called(figure)))
            seen.add(key)

    def _sums(self) -> Iterable[Problem]:
        for (unit, group), target in self.targets().items():
            people = _people(group, unit)
            if 0 in target.margins and len(target.margins) > 1:
                yield _figures_problem(Message("scheme-figures-cells-or-margins", people=people))
            sums = [sum(values.values()) for values in target.margins.values()]
            if max(sums) - min(sums) > CLOSE * max(sums):
                yield _figures_problem(
                    Message("scheme-figures-sums", people=people, sums=tuple(sums))
                )

    def targets(self) -> dict[tuple[str, str], WeightingTarget]:
        """By unit (empty: every other) and group."""
        found: dict[tuple[str, str], dict[int, dict[str, int]]] = {}
        for figure in self.figures:
            margins = found.setdefault((figure.unit, figure.group), {})
            margins.setdefault(figure.margin, {})[figure.value] = figure.people
        limits = (Fraction(self.lightest), Fraction(self.heaviest))
        return {
            key: WeightingTarget(margins, self.least, *limits) for key, margins in found.items()
        }


def _figures_problem(message: Message) -> Problem:
    return field_problem("figures", message)


def _people(group: str, unit: str) -> Message:
    """The name of the people that figures count."""
    if unit:
        return Message("scheme-people-of-unit", group=group, unit=unit)
    return Message("scheme-people", group=group)


def _called(figure: PopulationFigure) -> str:
    return " ".join(
        filter(None, (figure.unit, figure.group, str(figure.margin or ""), figure.value))
    )


@dataclass(frozen=True, slots=True)
class WeightingTarget:
    """The target of a group's weighting: people by value, by margin (0 alone: whole stratum)."""

    margins: Mapping[int, Mapping[str, int]]
    least: int
    lightest: Fraction
    heaviest: Fraction

    def parts(self, stratum: str) -> tuple[str, ...] | None:
        """The stratum's value on each margin; None for one that the figures do not know."""
        parts = stratum.split(STROKE)
        found = [
            stratum if not margin else parts[margin - 1] if margin <= len(parts) else ""
            for margin in self.margins
        ]
        known = all(
            value in values for value, values in zip(found, self.margins.values(), strict=True)
        )
        return tuple(found) if known else None
