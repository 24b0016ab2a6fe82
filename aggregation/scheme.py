"""The year's rules as validated data: the appraisal scheme (考核办法)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from aggregation.inputs import Grade, Role
from aggregation.population import Population
from aggregation.rules import registry
from survey_flows.ballot import STAFF
from survey_flows.errors import BadInput

PUBLIC = "public"
"""The one component that is not an indicator: the public score (民评)."""

Percent = Annotated[Decimal, Field(ge=0, le=100)]
Points = Annotated[Decimal, Field(ge=0)]
Days = Annotated[int, Field(ge=1, le=366)]
Graded = Literal["quota", "league"]
LATER = frozenset({"graded_score", "population"})
"""Fields that older schemes lack: one that says no more than its default leaves the digest as it was."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(_Data):
    """What a thing is called, in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Category(_Data):
    """A kind of unit and how its total is put together. Each set of weights sums to 100.

    ``weights`` are by indicator, and by ``public`` for the public score. ``graded_by`` says whether its units share the
    quota (R4) or are ranked in their leagues (R3).
    """

    zh: str
    en: str
    weights: dict[str, Percent]
    group_weights: dict[str, Percent]
    graded_by: Graded = "quota"

    @field_validator("weights", "group_weights")
    @classmethod
    def _sum_to_100(cls, weights: dict[str, Decimal]) -> dict[str, Decimal]:
        total = sum(weights.values(), Decimal(0))
        if total != 100:
            raise ValueError(f"the weights sum to {total}; change them so that they sum to 100")
        return weights


class ScaleOption(_Data):
    """One code of a scale; ``points`` is None for «don't know», which is missing and never a number."""

    code: str = Field(pattern=r"^[A-Z0-9]{1,8}$")
    zh: str
    en: str
    points: Percent | None


class Scale(_Data):
    """The conversion of stored codes to 0–100, best option first."""

    options: tuple[ScaleOption, ...]

    @field_validator("options")
    @classmethod
    def _ordered(cls, options: tuple[ScaleOption, ...]) -> tuple[ScaleOption, ...]:
        codes = [o.code for o in options]
        points = [o.points for o in options if o.points is not None]
        if len(set(codes)) < len(codes):
            raise ValueError(f"a code stands twice in {' '.join(codes)}; give each option its own")
        if len(points) < 2 or points != sorted(set(points), reverse=True):
            raise ValueError("list at least two options with points, the best first, no two with the same points")
        return options


class UnitQuota(_Data):
    """How many departments get each grade: counts locked before the year's answers (R4).

    ``ties`` is the policy for a tie that still stands at a cut: ``better`` gives all the better grade, ``middle`` gives
    all the second grade. Whether the counts fit the departments is checked when they are applied (`quota.check`).
    """

    first: int = Field(ge=0)
    second: int = Field(ge=0)
    third: int = Field(ge=0)
    method: Literal["largest_remainder"] = "largest_remainder"
    ties: Literal["better", "middle"] = "better"


class Floors(_Data):
    """Numbers of valid answers below which a figure is not used."""

    group: int = Field(default=30, ge=0)
    unit: int = Field(default=100, ge=0)
    publish_cell: int = Field(default=10, ge=0)


class Adjustments(_Data):
    """The most that bonuses may add to a total and deductions take from it, in points."""

    bonus_max: Points = Decimal(3)
    deduct_max: Points = Decimal(5)


class Shares(_Data):
    """How a leader's score is put together, % of 100."""

    unit: Percent
    personal: Percent

    @model_validator(mode="after")
    def _sum_to_100(self) -> Shares:
        if self.unit + self.personal != 100:
            raise ValueError(f"unit {self.unit} and personal {self.personal} must sum to 100; change one of them")
        return self


class LeaderRules(_Data):
    """Leaders from unit and person, and the ceilings of their first grade.

    ``first_pct`` is the largest share of a pool's leaders, rounded down, that may be first, by the unit's grade;
    ``pool`` says whether a pool is one unit or all units of the same grade. In leagues, the best ``league_first`` units
    count as first-grade units here and the last ``league_third`` as third-grade ones.
    """

    shares: dict[Role, Shares]
    first_pct: dict[Grade, Percent]
    pool: Literal["unit", "unit_grade"] = "unit"
    third_unit_principal_may_be_first: bool = False
    league_first: int = Field(default=1, ge=0)
    league_third: int = Field(default=0, ge=0)

    @field_validator("shares")
    @classmethod
    def _both_roles(cls, shares: dict[Role, Shares]) -> dict[Role, Shares]:
        if set(shares) != set(Role):
            raise ValueError("give shares for both principal and deputy")
        return shares

    @field_validator("first_pct")
    @classmethod
    def _falling(cls, pct: dict[Grade, Decimal]) -> dict[Grade, Decimal]:
        grades = [Grade.FIRST, Grade.SECOND, Grade.THIRD]
        if set(pct) != set(grades):
            raise ValueError("give a ceiling for units of the first, second and third grade, and no other")
        if not pct[Grade.FIRST] >= pct[Grade.SECOND] >= pct[Grade.THIRD]:
            raise ValueError("a worse unit may not have the higher ceiling; list them falling")
        return pct


class Procedure(_Data):
    """Days of notice, review and repair (`aggregation.appeals`, `aggregation.rectification`).

    ``public_notice_working_days`` and ``rectification_days`` count working days, the others all days; a time that would
    end on a day off ends on the next working day.
    """

    public_notice_working_days: Days = 5
    review_request_days: Days = 10
    review_answer_days: Days = 10
    second_appeal_days: Days = 30
    rectification_days: Days = 15


class Scheme(_Data):
    """One version of the rules; every figure cites the field it came from.

    ``rules`` turns on the rules named in it, with their parameters. Percentages are 0–100. ``places`` are the decimals
    that totals and scores are rounded to, half up, before anything is ranked. ``confidence_pct`` is the simultaneous
    coverage of rank sets. ``graded_score`` says which public score is ranked and graded: the direct one, or the one
    that borrows from the category's mean (`aggregation.shrinkage`). ``population`` are the figures that answers are
    weighted to; without, every answer of a group counts by its fraud weight alone.
    """

    version: str = Field(min_length=1, max_length=64)
    title: Name = Name(zh="绩效考核办法", en="Appraisal scheme")
    categories: dict[str, Category] = Field(min_length=1)
    indicators: dict[str, Name] = {}
    groups: dict[str, dict[str, str]]
    leagues: dict[str, Name] = {}
    scales: dict[str, Scale]
    default_scale: str
    min_n: Floors = Floors()
    overall_share: Percent = Decimal(40)
    open_link_cap_pct: Percent = Decimal(30)
    dk_flag_pct: Percent = Decimal(50)
    unit_quota: UnitQuota
    adjustments: Adjustments = Adjustments()
    tie_breaks: tuple[str, ...] = ("public", "objective")
    leaders: LeaderRules
    rules: dict[str, dict[str, Any]] = {}
    procedure: Procedure = Procedure()
    confidence_pct: Annotated[Decimal, Field(gt=50, lt=100)] = Decimal(95)
    graded_score: Literal["direct", "shrunken"] = "direct"
    population: Population | None = None
    places: int = Field(default=2, ge=0, le=6)

    @model_validator(mode="after")
    def _consistent(self) -> Scheme:
        problems = [*self._weight_problems(), *self._name_problems(), *_rule_problems(self.rules)]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _weight_problems(self) -> Iterable[str]:
        components = {*self.indicators, PUBLIC}
        for id_, category in self.categories.items():
            yield from _unknown(f"categories.{id_}.weights", category.weights, components, "indicators")
            yield from _unknown(f"categories.{id_}.group_weights", category.group_weights, self.groups, "groups")

    def _name_problems(self) -> Iterable[str]:
        if STAFF in self.groups:
            yield f"groups.{STAFF}: this name is kept for the units' own staff, who have no weight; choose another"
        if PUBLIC in self.indicators:
            yield f"indicators.{PUBLIC}: this name is kept for the public score; choose another"
        yield from _unknown("default_scale", [self.default_scale], self.scales, "scales")
        figures = self.population.figures if self.population else ()
        yield from _unknown("population", dict.fromkeys(figure.group for figure in figures), self.groups, "groups")
        yield from _unknown("tie_breaks", self.tie_breaks, {*self.indicators, PUBLIC}, "indicators")
        if self.min_n.unit < self.min_n.publish_cell:
            yield "min_n.unit: it is below min_n.publish_cell, so units would be ranked of which nothing may be told"
        if not self.leagues and any(c.graded_by == "league" for c in self.categories.values()):
            yield "leagues: a category is graded by league, so name the leagues"

    @property
    def digest(self) -> str:
        """SHA-256 of the scheme's canonical JSON, in hexadecimal: equal rules have equal digests."""
        silent = {name for name in LATER if getattr(self, name) == type(self).model_fields[name].default}
        body = json.dumps(
            _plain(self.model_dump(exclude=silent)), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        return hashlib.sha256(body.encode()).hexdigest()


def parse_scheme(data: object, where: str = "scheme") -> Scheme:
    """The scheme in ``data`` (as read from YAML or JSON). Raises `BadInput` that names every wrong field."""
    try:
        return Scheme.model_validate(data)
    except ValidationError as wrong:
        raise BadInput("; ".join(_sentence(e["loc"], e["msg"]) for e in wrong.errors()), where) from None


def _sentence(loc: tuple[str | int, ...], message: str) -> str:
    field = ".".join(str(part) for part in loc if part != "[key]")
    text = message.removeprefix("Value error, ")
    hint = {"Field required": "is missing; add it", "Extra inputs are not permitted": "is not known; remove it"}
    if text in hint:
        return f"{field} {hint[text]}"
    return f"{field}: {text}" if field else text


def _unknown(field: str, names: Iterable[str], known: Iterable[str], where: str) -> Iterable[str]:
    for name in names:
        if name not in known:
            yield f"{field}: {name!r} is unknown; use one of {', '.join(sorted(known))} or add it to {where}"


def _rule_problems(rules: dict[str, dict[str, Any]]) -> Iterable[str]:
    known = registry()
    yield from _unknown("rules", rules, known, "aggregation/rules")
    for name in rules.keys() & known.keys():
        try:
            known[name].params.model_validate(rules[name])
        except ValidationError as wrong:
            yield from (_sentence(("rules", name, *e["loc"]), e["msg"]) for e in wrong.errors())


def _plain(value: Any) -> Any:
    """``value`` in types JSON has one spelling for; 30 and 30.0 are the same number."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value
