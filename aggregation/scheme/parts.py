"""The parts of a scheme: categories with weights, scales, quotas, ceilings, days."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from aggregation.model.facts import UNIT_GRADES, Grade, Role
from aggregation.scheme.problems import SchemeError
from survey_flows.errors import Message
from survey_flows.spoken_terms import Terms

Percent = Annotated[Decimal, Field(ge=0, le=100)]
Points = Annotated[Decimal, Field(ge=0)]
Days = Annotated[int, Field(ge=1, le=366)]
Graded = Literal["quota", "league"]
Late = Literal["established", "amend"]
"""To which year a finding about a sealed year belongs."""


class SchemeModel(BaseModel):
    """Base of all parts of a scheme: nothing unknown is taken, nothing can be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def weights_of_100(weights: dict[str, Decimal]) -> dict[str, Decimal]:
    """Returns the weights, which must sum to 100; raises `SchemeError` otherwise."""
    total = sum(weights.values(), Decimal(0))
    if total != 100:
        raise SchemeError(Message("scheme-weights-sum", total=str(total)))
    return weights


class Name(SchemeModel):
    """A name in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


Called = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,20}$")]
"""A word that stands within a sentence."""


class GradeName(SchemeModel):
    """A grade as the city calls it. The English words follow «the»: «excellent grade»."""

    zh: Called
    en: Called


class GradeNames(SchemeModel):
    """What a city calls the grades, and what it calls the state of who has none.

    In the law's words (公务员法 36) grades are 优秀, 称职, 基本称职, 不称职; a person without one
    is 不定等次 or 不进行考核.
    """

    first: GradeName
    second: GradeName
    third: GradeName
    fourth: GradeName
    no_grade: GradeName | None = None
    not_appraised: GradeName | None = None

    @model_validator(mode="after")
    def _distinct(self) -> GradeNames:
        names = [name for name in vars(self).values() if name is not None]
        for lang in ("zh", "en"):
            words = [getattr(name, lang).strip().casefold() for name in names]
            if "" in words or len(set(words)) < len(words):
                raise SchemeError(Message("scheme-grade-names-distinct"))
        return self

    @property
    def terms(self) -> Terms:
        """The terms of messages that are called so."""
        grades = {str(grade): getattr(self, grade) for grade in Grade}
        rows = [(f"grade-{grade}", it.zh, it.en) for grade, it in grades.items()]
        rows += [(f"short-{grade}", it.zh, it.en) for grade, it in grades.items()]
        of_units = [grades[grade] for grade in UNIT_GRADES]
        row = ("/".join(it.zh for it in of_units), "/".join(it.en for it in of_units))
        rows.append(("grade-row", *row))
        for term, state in (("no-grade", self.no_grade), ("not-appraised", self.not_appraised)):
            rows += [(term, state.zh, state.en)] if state else []
        return tuple(rows)


class Category(SchemeModel):
    """A kind of unit and the weights of its total. Each set of weights sums to 100.

    ``weights`` are by indicator, and by ``public`` for the public score. ``graded_by`` says whether
    its units share the quota (R4) or are ranked in their leagues (R3).
    """

    zh: str
    en: str
    weights: dict[str, Percent]
    group_weights: dict[str, Percent]
    graded_by: Graded = "quota"

    _sum = field_validator("weights", "group_weights")(weights_of_100)


class ScaleOption(SchemeModel):
    """One code of a scale; ``points`` is None for «don't know», which is missing and no number."""

    code: str = Field(pattern=r"^[A-Z0-9]{1,8}$")
    zh: str
    en: str
    points: Percent | None


class Scale(SchemeModel):
    """The conversion of stored codes to 0–100, best option first."""

    options: tuple[ScaleOption, ...]

    @field_validator("options")
    @classmethod
    def _ordered(cls, options: tuple[ScaleOption, ...]) -> tuple[ScaleOption, ...]:
        codes = [o.code for o in options]
        points = [o.points for o in options if o.points is not None]
        if len(set(codes)) < len(codes):
            raise SchemeError(Message("scheme-option-code-twice", codes=tuple(codes)))
        if len(points) < 2 or points != sorted(set(points), reverse=True):
            raise SchemeError(Message("scheme-options-falling"))
        return options


class FamilyPlaces(SchemeModel):
    """The places of one family of units that are graded by quota; the rest of them is second."""

    first: int = Field(ge=0)
    third: int = Field(ge=0)


class UnitQuota(SchemeModel):
    """The number of units with each grade, locked before the year's answers (R4).

    ``ties`` is the policy for a tie that still stands at a cut: ``better`` gives all the better
    grade, ``middle`` gives all the second grade. Whether the counts fit the units is checked before
    they are locked; afterwards they are fitted to units that come and go
    (`aggregation.appraisal.places`). ``families`` are the locked places of each family; without
    them the counts are apportioned when they are applied. Categories with fewer than ``min_family``
    units are pooled into one family (``pool``), or have no third grade (``no_third``), and equal
    remainders are then drawn; ``apart`` leaves them as they are, for years that are over.
    """

    first: int = Field(ge=0)
    second: int = Field(ge=0)
    third: int = Field(ge=0)
    method: Literal["largest_remainder"] = "largest_remainder"
    ties: Literal["better", "middle"] = "better"
    min_family: int = Field(default=5, ge=1)
    small: Literal["apart", "pool", "no_third"] = "apart"
    families: dict[str, FamilyPlaces] = Field(default={})


class Floors(SchemeModel):
    """Numbers of valid answers below which a figure is not used."""

    group: int = Field(default=30, ge=0)
    unit: int = Field(default=100, ge=0)
    publish_cell: int = Field(default=10, ge=0)


class Adjustments(SchemeModel):
    """The most that bonuses may add to a total and deductions take from it, in points."""

    bonus_max: Points = Decimal(3)
    deduct_max: Points = Decimal(5)


class Shares(SchemeModel):
    """How a leader's score is put together, % of 100."""

    unit: Percent
    personal: Percent

    @model_validator(mode="after")
    def _sum_to_100(self) -> Shares:
        if self.unit + self.personal != 100:
            raise SchemeError(
                Message("scheme-shares-sum", unit=str(self.unit), personal=str(self.personal))
            )
        return self


class LeaderRules(SchemeModel):
    """The shares of leaders' scores, and the ceilings of their first grade.

    ``shares`` are for principals and deputies, and for officers where there are any. ``first_pct``
    is the largest share of a pool's leaders, rounded down, that may be first, by the unit's grade;
    ``pool`` says whether a pool is one unit or all units of the same grade. In leagues, the best
    ``league_first`` units count as first-grade units here and the last ``league_third`` as
    third-grade ones. Whose personal score is below ``personal_floor`` cannot be first.
    """

    shares: dict[Role, Shares]
    first_pct: dict[Grade, Percent]
    pool: Literal["unit", "unit_grade"] = "unit"
    third_unit_principal_may_be_first: bool = False
    league_first: int = Field(default=1, ge=0)
    league_third: int = Field(default=0, ge=0)
    personal_floor: Percent = Decimal(0)

    @field_validator("shares")
    @classmethod
    def _both_roles(cls, shares: dict[Role, Shares]) -> dict[Role, Shares]:
        if not {Role.PRINCIPAL, Role.DEPUTY} <= set(shares):
            raise SchemeError(Message("scheme-shares-roles"))
        return shares

    @field_validator("first_pct")
    @classmethod
    def _falling(cls, pct: dict[Grade, Decimal]) -> dict[Grade, Decimal]:
        if set(pct) != set(UNIT_GRADES):
            raise SchemeError(Message("scheme-ceiling-grades"))
        if not pct[Grade.FIRST] >= pct[Grade.SECOND] >= pct[Grade.THIRD]:
            raise SchemeError(Message("scheme-ceilings-falling"))
        return pct


class Presence(SchemeModel):
    """On how many days of a year somebody has to be there, each from 1 January to 31 December.

    A unit that exists on fewer than ``unit_days``, or a person who held posts on fewer than
    ``post_days``, is not appraised; nor is who was absent on more than ``absent_days``. A principal
    answers for a third-grade unit from ``answer_days`` in the post on.
    """

    unit_days: Days = 183
    post_days: Days = 183
    absent_days: Days = 182
    answer_days: Days = 183


class Procedure(SchemeModel):
    """Days of notice, review and rectification.

    They are used by `aggregation.procedure.appeals` and `aggregation.procedure.rectification`.
    ``public_notice_working_days``, ``late_cause_working_days`` and ``rectification_days`` count
    working days, the others all days; a time that would end on a day off ends on the next working
    day. Those of persons are bounded by the civil servants' law (公务员法 95, 96): a request within
    30 days from knowing, a second appeal within 15 from the answer, a review answered in at most 30
    and an appeal in at most 60.
    """

    public_notice_working_days: Days = 5
    review_request_days: Days = 10
    review_answer_days: Days = 10
    second_appeal_days: Days = 30
    rectification_days: Days = 15
    late_cause_working_days: Days = 5
    person_request_days: Annotated[int, Field(ge=30, le=366)] = 30
    person_second_days: Annotated[int, Field(ge=15, le=366)] = 15
    person_review_answer_days: Annotated[int, Field(ge=1, le=30)] = 30
    person_appeal_answer_days: Annotated[int, Field(ge=1, le=60)] = 60
