"""The year's rules as validated data: the appraisal scheme (考核办法)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError, model_validator

from aggregation.model.facts import Grade
from aggregation.scheme.evidence import EvidenceRules
from aggregation.scheme.inner_units import PARENT, InnerScheme
from aggregation.scheme.parts import (
    Adjustments,
    Category,
    Floors,
    GradeNames,
    Late,
    LeaderRules,
    Name,
    Percent,
    Presence,
    Procedure,
    Scale,
    SchemeModel,
    UnitQuota,
)
from aggregation.scheme.population import Population
from aggregation.scheme.problems import (
    field_problem,
    raise_if_any,
    rule_problems,
    unknown_name_problems,
    validation_problems,
)
from survey_flows.ballot import STAFF
from survey_flows.errors import Message, Problem, gathered
from survey_flows.same_objects import remembered_of_same
from survey_flows.spoken_terms import Terms


def scheme_levels(scheme: Scheme) -> list[InnerScheme]:
    """The rules of each level, that of the units' own parts first."""
    found: list[InnerScheme] = []
    below = scheme.inner
    while below is not None:
        found.append(below)
        below = below.inner
    return found


def repeated_name_problems(scheme: Scheme) -> Iterator[Problem]:
    """Problems of names that stand on two levels: a name means the same on every level."""
    for what in ("categories", "indicators"):
        seen: set[str] = set(getattr(scheme, what))
        for level, inner in enumerate(scheme_levels(scheme), 1):
            here: Mapping[str, Any] = getattr(inner, what)
            yield from _repeated(f"{'.'.join(['inner'] * level)}.{what}", here, seen)
            seen |= set(here)


PUBLIC = "public"
"""The one component that is not an indicator: the public score (民评)."""

RESERVED = {
    PUBLIC: Message("scheme-name-public-score"),
    PARENT: Message("scheme-name-parent-total"),
}
"""Names that no indicator can have, and why."""
POOLED = "pooled"
"""The family of categories that are too small for one of their own."""
POOLED_NAME = Name(zh="合并组", en="Pooled categories")
LATER: Mapping[str, frozenset[str]] = {
    "Scheme": frozenset(
        {
            *("graded_score", "population", "inner", "method", "evidence", "sponsor"),
            *("presence", "late", "grade_names"),
        }
    ),
    "EvidenceRules": frozenset({"verified_worth"}),
    "UnitQuota": frozenset({"min_family", "small", "families"}),
    "LeaderRules": frozenset({"personal_floor"}),
    "Procedure": frozenset(
        {
            "late_cause_working_days",
            "person_request_days",
            "person_second_days",
            "person_review_answer_days",
            "person_appeal_answer_days",
        }
    ),
}
"""Fields that older schemes lack, by part; one at its default is left out of the digest."""


class Scheme(SchemeModel):
    """One version of the rules; every figure cites its field.

    ``rules`` turns on the rules named in it, with their parameters. Percentages are 0–100.
    ``places`` are the decimals that totals and scores are rounded to, half up, before anything is
    ranked. ``confidence_pct`` is the simultaneous coverage of rank sets. ``graded_score`` says
    which public score is ranked and graded: the direct one, or the one that borrows from the
    category's mean (`aggregation.quality.shrinkage`). ``population`` are the figures that answers
    are weighted to; without them, every answer of a group counts by its fraud weight alone.
    ``inner`` are the rules inside units. ``method`` is how scores are estimated: 1 by floors and a
    cap of open links, for years that are over; 2 by ``evidence``, which then has to be there.
    ``sponsor`` is who orders and pays the evaluation; the method page names it.
    ``grade_names`` is what the city calls the grades; without it they are 一等 to 四等.
    """

    version: str = Field(min_length=1, max_length=64)
    title: Name = Name(zh="绩效考核办法", en="Appraisal scheme")
    categories: dict[str, Category] = Field(min_length=1)
    indicators: dict[str, Name] = Field(default={})
    groups: dict[str, dict[str, str]]
    leagues: dict[str, Name] = Field(default={})
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
    rules: dict[str, dict[str, Any]] = Field(default={})
    procedure: Procedure = Procedure()
    presence: Presence = Presence()
    late: Late = "established"
    inner: InnerScheme | None = None
    confidence_pct: Annotated[Decimal, Field(gt=50, lt=100)] = Decimal(95)
    graded_score: Literal["direct", "shrunken"] = "direct"
    population: Population | None = None
    method: Literal[1, 2] = 1
    evidence: EvidenceRules | None = None
    sponsor: Name | None = None
    grade_names: GradeNames | None = None
    places: int = Field(default=2, ge=0, le=6)

    @model_validator(mode="after")
    def _consistent(self) -> Scheme:
        raise_if_any(
            [
                *self._weight_problems(),
                *self._name_problems(),
                *self._ranking_problems(),
                *rule_problems(self.rules),
                *self._inner_problems(),
                *self._method_problems(),
            ]
        )
        return self

    def _weight_problems(self) -> Iterable[Problem]:
        components = {*self.indicators, PUBLIC}
        for id_, category in self.categories.items():
            yield from unknown_name_problems(
                f"categories.{id_}.weights", category.weights, components, "indicators"
            )
            yield from unknown_name_problems(
                f"categories.{id_}.group_weights", category.group_weights, self.groups, "groups"
            )

    def _name_problems(self) -> Iterable[Problem]:
        if STAFF in self.groups:
            yield field_problem(f"groups.{STAFF}", Message("scheme-group-own-staff"))
        for indicators in (self.indicators, *(level.indicators for level in scheme_levels(self))):
            for kept in RESERVED.keys() & set(indicators):
                yield field_problem(f"indicators.{kept}", RESERVED[kept])
        yield from unknown_name_problems(
            "default_scale", [self.default_scale], self.scales, "scales"
        )
        figures = self.population.figures if self.population else ()
        yield from unknown_name_problems(
            "population", dict.fromkeys(figure.group for figure in figures), self.groups, "groups"
        )
        yield from unknown_name_problems(
            "tie_breaks", self.tie_breaks, {*self.indicators, PUBLIC}, "indicators"
        )

    def _ranking_problems(self) -> Iterable[Problem]:
        if self.min_n.unit < self.min_n.publish_cell:
            yield field_problem("min_n.unit", Message("scheme-floor-below-threshold"))
        if not self.leagues and any(c.graded_by == "league" for c in self.categories.values()):
            yield field_problem("leagues", Message("scheme-leagues-missing"))
        yield from self._family_problems()

    def _family_problems(self) -> Iterable[Problem]:
        quota = self.unit_quota
        graded = [name for name, it in self.categories.items() if it.graded_by == "quota"]
        yield from unknown_name_problems(
            "unit_quota.families", quota.families, [*graded, POOLED], "categories"
        )
        if POOLED in self.categories:
            yield field_problem(f"categories.{POOLED}", Message("scheme-name-pooled"))
        for grade in ("first", "third") if quota.families else ():
            total = sum(getattr(it, grade) for it in quota.families.values())
            if total != getattr(quota, grade):
                wanted = getattr(quota, grade)
                message = Message("scheme-family-places", total=total, wanted=wanted)
                yield field_problem(f"unit_quota.families.{grade}", message)

    def _inner_problems(self) -> Iterable[Problem]:
        if self.inner is not None:
            yield from self.inner.problems()
            yield from repeated_name_problems(self)

    def _method_problems(self) -> Iterable[Problem]:
        if (self.method == 2) != (self.evidence is not None):
            yield field_problem("evidence", Message("scheme-evidence-with-method"))
        if self.method == 2 and self.graded_score != "direct":
            yield field_problem("graded_score", Message("scheme-shrunken-with-method"))

    def family_name(self, family: str) -> Name:
        """Returns the name of a league, a category or the pooled categories."""
        if family in self.leagues:
            return self.leagues[family]
        category = self.categories.get(family)
        return POOLED_NAME if category is None else Name(zh=category.zh, en=category.en)

    @property
    def terms(self) -> Terms:
        """The terms of messages that this scheme calls otherwise than usual."""
        return self.grade_names.terms if self.grade_names else ()

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON in hexadecimal: equal rules have equal digests."""
        return _digest(self)


@remembered_of_same(16)
def _digest(scheme: Scheme) -> str:
    body = json.dumps(_plain(scheme), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


def parse_scheme(data: object, where: str = "scheme") -> Scheme:
    """Returns the scheme in ``data``, as it is read from YAML or JSON.

    Args:
        data: the parsed file.
        where: the file's name, for the problems.

    Raises:
        BadInput: it names every wrong field.
    """
    try:
        return Scheme.model_validate(data)
    except ValidationError as wrong:
        raise gathered(tuple(validation_problems(wrong)), where) from None


def _plain(value: Any) -> Any:
    """``value`` in types JSON has one spelling for; 30 and 30.0 are the same number.

    Fields of `LATER` that say nothing which an older scheme did not say are left out.
    """
    if isinstance(value, BaseModel):
        later, fields = LATER.get(type(value).__name__, ()), type(value).model_fields
        return {
            name: _plain(said)
            for name, said in vars(value).items()
            if name not in later or said != fields[name].default
        }
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value


def inner_scheme(inner: InnerScheme, scheme: Scheme, standing: Grade, parts: int) -> Scheme:
    """The scheme by which the ``parts`` of a unit with the grade ``standing`` are appraised.

    Limits of adjustments, decimals and days stay those of ``scheme``.
    """
    categories = {
        name: Category.model_construct(
            zh=it.zh, en=it.en, weights=it.weights, group_weights={}, graded_by="quota"
        )
        for name, it in inner.categories.items()
    }
    changed = {
        "categories": categories,
        "indicators": inner.indicators,
        "leagues": {},
        "unit_quota": inner.unit_quota.counts(standing, parts),
        "tie_breaks": inner.tie_breaks,
        "leaders": inner.leaders,
        "rules": inner.rules,
        "population": None,
        "inner": inner.inner,
    }
    return scheme.model_copy(update=changed)


def _repeated(where: str, names: Iterable[str], seen: set[str]) -> Iterator[Problem]:
    for name in names:
        if name in seen:
            yield field_problem(f"{where}.{name}", Message("scheme-name-on-level-above"))
