"""Rankings to draw: a panel for each league or category, a mark for each unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from aggregation.appraisal.outlook_lines import odds_text
from aggregation.disclosure.disclosed import Count, DisclosedScore
from aggregation.model.facts import Grade
from aggregation.model.results import UnitResult
from aggregation.numbers import half_up
from aggregation.scheme.scheme import POOLED, PUBLIC, Scheme
from bot.appraisal.year import AppraisedYear
from bot.core.labels import pick
from bot.results.scoring import ScoredCampaign, UnitRank, unit_ranks

GREY = frozenset({"insufficient", "pooled", "open_link_only"})
"""Flags of a score that is too uncertain to rely on."""
STEP = 10


@dataclass(frozen=True, slots=True)
class Mark:
    """One unit.

    ``score``, ``low`` and ``high``: 0–100, or None when they are not shown.
    ``n``: valid ballots, or None when suppressed.
    ``best`` to ``worst``: the 95 % possible ranks.
    ``odds``: the printed probability of the grade.
    ``shrunken``: the empirical Bayes score.
    ``grey``: the score is too uncertain to rely on. ``amended``: after a review.
    """

    code: str
    name: str
    rank: int | None
    best: int | None
    worst: int | None
    score: Decimal | None
    low: float | None
    high: float | None
    n: Count
    grade: Grade | None = None
    provisional: bool = False
    grey: bool = False
    odds: str = ""
    shrunken: Decimal | None = None
    amended: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Units that are ranked among themselves, the best first, units without a rank last."""

    name: str
    marks: tuple[Mark, ...]

    @property
    def graded(self) -> bool:
        """Whether grades are given here: leagues are only ranked (R3)."""
        return any(mark.grade for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Panels over one common axis from ``least`` to ``most`` (0–100)."""

    panels: tuple[Panel, ...]
    least: int
    most: int
    cell: int
    """Fewer ballots than this are suppressed."""

    def at(self, points: float | Decimal) -> float:
        """Return the position of a score on the axis, in % of its length."""
        share = (float(points) - self.least) / (self.most - self.least)
        return round(100 * min(1.0, max(0.0, share)), 2)

    @property
    def borrows(self) -> bool:
        """Whether any unit has an empirical Bayes score."""
        return any(mark.shrunken is not None for panel in self.panels for mark in panel.marks)

    @property
    def ticks(self) -> list[int]:
        """Scores at which the axis is labelled: round ones, at most seven."""
        step = STEP if self.most - self.least <= 6 * STEP else 2 * STEP
        return list(range(-(-self.least // step) * step, self.most + 1, step))


def year_ranking(year: AppraisedYear, lang: str) -> Ranking:
    """Return the totals of a year's appraisal.

    Only the public score is uncertain: a total's interval is the public score's, by its weight.
    """
    scheme = year.inputs.scheme
    families = [*scheme.leagues, *scheme.categories, POOLED]
    called = {family: scheme.family_name(family) for family in families}
    named = {family: (it.zh, it.en) for family, it in called.items()}
    found = [
        (u.family, _year_mark(u, year.inputs.disclosed.get(u.unit), scheme, lang))
        for u in year.result.units
    ]
    return _ranking(found, named, scheme, lang)


def campaign_ranking(scored: ScoredCampaign, lang: str) -> Ranking:
    """Return the public scores of one campaign, by category."""
    scheme, ranked = scored.campaign.scheme, unit_ranks(scored)
    disclosed = scored.disclosed
    borrowed, found = scored.borrowed(disclosed), []
    for code, score in disclosed.items():
        unit = scored.campaign.units[code]
        called = pick((unit.name["zh-Hans"], unit.name.get("en") or unit.name["zh-Hans"]), lang)
        found.append(
            (unit.category, _mark(called, score, ranked.get(code), scheme, borrowed.get(code)))
        )
    return _ranking(found, _categories(scheme), scheme, lang)


def _categories(scheme: Scheme) -> dict[str, tuple[str, str]]:
    return {name: (category.zh, category.en) for name, category in scheme.categories.items()}


def _year_mark(unit: UnitResult, public: DisclosedScore | None, scheme: Scheme, lang: str) -> Mark:
    low = high = None
    if (
        unit.exact is not None
        and public
        and public.score is not None
        and public.low is not None
        and public.high
    ):
        share = float(scheme.categories[unit.category].weights[PUBLIC]) / 100
        low = float(unit.exact) - share * (float(public.score) - public.low)
        high = float(unit.exact) + share * (public.high - float(public.score))
    return Mark(
        code=unit.unit,
        name=pick((unit.zh, unit.en), lang),
        rank=unit.rank,
        best=unit.low,
        worst=unit.high,
        score=unit.total,
        low=low,
        high=high,
        n=public.n_valid if public else 0,
        grade=unit.grade,
        provisional=unit.certainty == "provisional",
        grey=unit.insufficient or bool(public and GREY & set(public.flags)),
        odds=odds_text(unit.outlook.odds[unit.grade], unit.outlook.coarse)
        if unit.outlook and unit.grade
        else "",
        amended=bool(unit.amended),
    )


def _mark(
    name: str,
    score: DisclosedScore,
    ranked: UnitRank | None,
    scheme: Scheme,
    borrowed: Fraction | None,
) -> Mark:
    return Mark(
        code=score.unit,
        name=name,
        rank=ranked.rank if ranked else None,
        best=ranked.low if ranked else None,
        worst=ranked.high if ranked else None,
        score=half_up(score.score, scheme.places) if score.score is not None else None,
        low=score.low,
        high=score.high,
        n=score.n_valid,
        shrunken=None if borrowed is None else half_up(borrowed, scheme.places),
        grey=bool(GREY & set(score.flags)),
    )


def _ranking(
    found: Iterable[tuple[str, Mark]],
    names: Mapping[str, tuple[str, str]],
    scheme: Scheme,
    lang: str,
) -> Ranking:
    by_family: dict[str, list[Mark]] = {name: [] for name in names}
    for family, mark in found:
        by_family.setdefault(family, []).append(mark)
    panels = tuple(
        Panel(pick(names.get(family, (family, family)), lang), tuple(sorted(marks, key=_order)))
        for family, marks in by_family.items()
        if marks
    )
    ends = [
        x
        for panel in panels
        for m in panel.marks
        for x in (m.score, m.low, m.high)
        if x is not None
    ]
    least = max(0, floor(float(min(ends, default=0)) / STEP) * STEP)
    most = min(100, ceil(float(max(ends, default=100)) / STEP) * STEP)
    return Ranking(panels, least, max(most, least + STEP), scheme.min_n.publish_cell)


def _order(mark: Mark) -> tuple[bool, int, str]:
    return (mark.rank is None, mark.rank or 0, mark.code)
