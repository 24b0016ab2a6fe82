"""The small city with parts inside its units: sections, posts and the people in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.nesting import InnerBody, appraise_inside, city_inputs
from aggregation.model.facts import AppraisedUnit, Leader, Role
from aggregation.model.results import AppraisalResult
from aggregation.scheme.scheme import Scheme, parse_scheme
from tests.cities import small_city, small_scheme

LEADERS: dict[str, Any] = {
    "shares": {
        "principal": {"unit": 60, "personal": 40},
        "deputy": {"unit": 50, "personal": 50},
        "officer": {"unit": 40, "personal": 60},
    },
    "first_pct": {"first": 50, "second": 50, "third": 0},
    "pool": "unit_grade",
}
POSTS: dict[str, Any] = {
    "categories": {"post": {"zh": "岗位", "en": "Post", "weights": {"parent": 50, "duty": 50}}},
    "indicators": {"duty": {"zh": "岗位职责", "en": "Duties of the post"}},
    "unit_quota": {"first_pct": {"first": 50, "second": 50, "third": 0}},
    "leaders": LEADERS,
}
SECTIONS: dict[str, Any] = {
    "categories": {
        "section": {"zh": "科室", "en": "Section", "weights": {"parent": 40, "tasks": 60}}
    },
    "indicators": {"tasks": {"zh": "科室任务", "en": "Tasks of the section"}},
    "unit_quota": {
        "first_pct": {"first": 50, "second": 25, "third": 0},
        "third_pct": {"first": 0, "second": 0, "third": 50},
    },
    "leaders": LEADERS,
    "rules": {"criminal_offence": {}, "two_year_third": {}, "unfitness": {}, "first_grade": {}},
    "inner": POSTS,
}


def nested_scheme(**changes: Any) -> Scheme:
    """The small scheme with rules for sections and posts; ``changes`` concern the sections."""
    return parse_scheme(small_scheme().model_dump(mode="json") | {"inner": SECTIONS | changes})


def nested_city(scheme: Scheme | None = None) -> AppraisalInputs:
    """The small city with inner units.

    The best, a middle and the last department have four sections each, and each section two posts.
    In ``U01``, sections ``U01-1`` (best) … ``U01-4`` have 90, 80, 70, 60 points;
    posts ``U01-1-1`` and ``U01-1-2`` have 90 and 70.
    Each section has a principal ``P…``, each post an officer ``O…``.
    """
    city = small_city(scheme or nested_scheme())
    sections = [
        AppraisedUnit(f"{unit}-{n}", f"科{n}", f"Section {n}", "section", parent=unit)
        for unit in ("U01", "U05", "U10")
        for n in range(1, 5)
    ]
    posts = [
        AppraisedUnit(f"{section.code}-{n}", f"岗{n}", f"Post {n}", "post", parent=section.code)
        for section in sections
        for n in (1, 2)
    ]
    heads = [Leader(f"P{x.code}", "科长", "Head", x.code, Role.PRINCIPAL, "科长") for x in sections]
    officers = [
        Leader(f"O{x.code}", "科员", "Officer", x.code, Role.OFFICER, "科员") for x in posts
    ]
    return replace(
        city,
        units=(*city.units, *sections, *posts),
        leaders=(*city.leaders, *heads, *officers),
        indicators={
            **city.indicators,
            **{(x.code, "tasks"): Decimal(100 - 10 * int(x.code[-1])) for x in sections},
            **{(x.code, "duty"): Decimal(110 - 20 * int(x.code[-1])) for x in posts},
        },
        personal={**city.personal, **{x.id: Decimal(80) for x in (*heads, *officers)}},
    )


def appraised(given: AppraisalInputs) -> tuple[AppraisalResult, Mapping[str, InnerBody]]:
    """The city's outcome and the bodies inside it by unit."""
    city = appraise(city_inputs(given))
    return city, {body.unit: body for body in appraise_inside(given, city)}
