"""A small scheme and questionnaires for tests of scores, and the plainest possible oracle."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from aggregation.counts.scan import PatternCount
from aggregation.scheme.evidence import EvidenceRules
from aggregation.scheme.parts import Category, Floors, Scale, ScaleOption, UnitQuota
from aggregation.scheme.scheme import Scheme
from survey_flows.questionnaire import Question, QuestionKind, Questionnaire

GROUPS = ("service_user", "resident", "enterprise", "deputy", "grassroots", "supervisor")
POINTS = {"VS": 100, "S": 80, "B": 60, "D": 30, "VD": 0, "DK": None}
TITLE = {"zh-Hans": "题", "en": "Title"}
ECON = (25, 20, 35, 10, 5, 5)
DISTRICT = (20, 50, 15, 10, 5, 0)


def scheme(group: int = 30, unit: int = 100) -> Scheme:
    """Return the part of the scheme that scores use, with the given floors."""
    return Scheme.model_construct(
        unit_quota=UnitQuota(first=0, second=0, third=0),
        version="test-1",
        categories={"econ": category(ECON), "district": category(DISTRICT)},
        groups={name: {"zh": name, "en": name} for name in GROUPS},
        scales={
            "five_dk": scale(POINTS),
            "three_dk": scale({"S": 100, "B": 70, "D": 30, "DK": None}),
        },
        default_scale="five_dk",
        min_n=Floors(group=group, unit=unit),
        overall_share=Decimal(40),
        open_link_cap_pct=Decimal(30),
        dk_flag_pct=Decimal(50),
    )


def bounded_scheme(unit: int = 100, **rules: Any) -> Scheme:
    """Return the same with method 2, and with these of its constants."""
    evidence = EvidenceRules.model_validate(rules)
    return scheme(0, unit).model_copy(update={"method": 2, "evidence": evidence})


def category(group_weights: Iterable[int]) -> Category:
    weights = {name: Decimal(weight) for name, weight in zip(GROUPS, group_weights, strict=True)}
    return Category.model_construct(zh="类", en="kind", weights={}, group_weights=weights)


def scale(points: dict[str, int | None]) -> Scale:
    return Scale.model_construct(
        options=tuple(
            ScaleOption.model_construct(
                code=code, zh=code, en=code, points=None if p is None else Decimal(p)
            )
            for code, p in points.items()
        )
    )


def rating(
    name: str, weight: int, overall: bool = False, scale: str | None = "five_dk"
) -> Question:
    return Question(name, QuestionKind.RATING, TITLE, scale=scale, weight=weight, overall=overall)


WINDOW = Questionnaire(
    "window",
    "1",
    TITLE,
    (
        rating("overall", 40, overall=True),
        rating("ease", 20),
        rating("speed", 20),
        rating("attitude", 20),
    ),
)
UNEVEN = Questionnaire(
    "uneven", "1", TITLE, (rating("a", 17), rating("overall", 23, overall=True), rating("b", 60))
)
SINGLE = Questionnaire("single", "1", TITLE, (rating("y", 0),))
QUESTIONNAIRES = {q.id: q for q in (WINDOW, UNEVEN, SINGLE)}


def row(ratings: str, count: int = 1, **keys: object) -> PatternCount:
    """Return ballots of invited residents for unit U, unless ``keys`` say otherwise."""
    known: dict[str, object] = {
        "unit": "U",
        "questionnaire": "window",
        "grp": "resident",
        "stratum": "",
        "source": "invited",
        "weight": 4,
    }
    return PatternCount(**(known | keys), ratings=ratings, count=count)  # type: ignore[arg-type]


def naive_score(questionnaire: Questionnaire, ratings: str) -> Fraction | None:
    """A ballot's score, computed question by question as the rule is written."""
    pairs = list(zip(questionnaire.rated, ratings.split(), strict=True))
    answered = [(q, Fraction(POINTS[code])) for q, code in pairs if POINTS.get(code) is not None]
    if len(answered) < len(pairs) / 2:
        return None
    if len(pairs) == 1:
        return answered[0][1]
    overall = [points for q, points in answered if q.overall]
    rest = [(q.weight, points) for q, points in answered if not q.overall]
    dimensions = [Fraction(sum(w * p for w, p in rest), sum(w for w, _ in rest))] if rest else []
    if overall and dimensions:
        return Fraction(40, 100) * overall[0] + Fraction(60, 100) * dimensions[0]
    return (overall + dimensions)[0]


def naive_mean(rows: Iterable[PatternCount]) -> Fraction | None:
    """The mean over ballots, one by one, of y by fraud weight."""
    total = mass = Fraction()
    for r in rows:
        y = naive_score(QUESTIONNAIRES[r.questionnaire], r.ratings)
        for _ in range(r.count if y is not None else 0):
            total += Fraction(r.weight, 4) * y
            mass += Fraction(r.weight, 4)
    return total / mass if mass else None
