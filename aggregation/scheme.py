"""The year's rules as validated data: the appraisal scheme (考核办法)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Category(_Data):
    """A kind of unit and how its total is put together. Each set of weights sums to 100."""

    zh: str
    en: str
    weights: dict[str, Decimal]
    group_weights: dict[str, Decimal]


class ScaleOption(_Data):
    """One code of a scale; ``points`` is None for «don't know», which is missing and never a number."""

    code: str
    zh: str
    en: str
    points: Decimal | None


class Scale(_Data):
    """The conversion of stored codes to 0–100, best option first."""

    options: tuple[ScaleOption, ...]


class UnitQuota(_Data):
    """How many departments get each grade: counts locked before the year's answers (R4)."""

    first: int = Field(ge=0)
    second: int = Field(ge=0)
    third: int = Field(ge=0)
    method: Literal["largest_remainder"] = "largest_remainder"
    ties: Literal["better", "middle"] = "better"


class Floors(_Data):
    """Numbers of valid answers below which a figure is not used."""

    group: int = 30
    unit: int = 100
    publish_cell: int = 10


class Scheme(_Data):
    """One version of the rules. Grows in `aggregation.scheme`; every figure cites the line it came from."""

    version: str
    categories: dict[str, Category]
    groups: dict[str, dict[str, str]]
    scales: dict[str, Scale]
    default_scale: str
    min_n: Floors = Floors()
    overall_share: Decimal = Decimal(40)
    open_link_cap_pct: Decimal = Decimal(30)
    dk_flag_pct: Decimal = Decimal(50)
    unit_quota: UnitQuota
    places: int = 2
