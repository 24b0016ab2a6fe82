"""The lines of a reason trail by which an official can follow a score of method 2.

Each disclosed group has one line: how it rates on the common level, by how much this group and
loose answers differ at other units, and how much weight it really has. Figures are coarse enough
that no answer follows from them: whole points, and b in tenths.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.estimation.method2.figures import BoundedFigures
from aggregation.estimation.method2.own_score import GroupContrast
from aggregation.model.reason_lines import ReasonLine
from aggregation.numbers import half_up
from aggregation.scheme.scheme import Scheme
from survey_flows.messages import Message, Named

TOP = 100
LEAST = 10
"""Valid answers from which a group's figures are told."""


def score_lines(
    figures: BoundedFigures, disclosed: DisclosedScore, scheme: Scheme, category: str
) -> Iterator[ReasonLine]:
    """The lines of one unit; none where its figures are withheld."""
    rules = scheme.evidence
    if rules is None or disclosed.withheld or disclosed.corrected or disclosed.n_valid is None:
        return
    own, field = figures.own, f"categories.{category}.group_weights"
    for group in disclosed.groups:
        terms = own.terms.get(group.group)
        if terms is None or not terms.share:
            continue
        names = scheme.groups.get(group.group, {})
        called = Named(names.get("zh", group.group), names.get("en", group.group))
        weight = str(half_up(100 * terms.share, 2).normalize().__format__("f"))
        if group.hidden or terms.common is None or (group.n_valid or 0) < LEAST:
            value = Message("appraisal-group-few", weight=weight)
            yield ReasonLine(called, value, (), f"{field}.{group.group}")
            continue
        contrast = own.contrasts.get(group.group, GroupContrast())
        value = Message(
            "appraisal-group-level",
            level=_whole(terms.common),
            group=_points(contrast.level, own.level),
            loose=_points(contrast.loose, own.level),
            weight=weight,
            evidence=str(half_up(terms.weight, 1)),
            real=_whole(_real(figures, group.group)),
        )
        yield ReasonLine(called, value, (), f"{field}.{group.group}, evidence.imagined")
    yield _imagined(figures, str(rules.imagined))
    yield _move(figures)
    yield _interval(figures)


def _whole(value: Fraction) -> str:
    return str(half_up(value, 0))


def _points(multiple: Fraction, level: Fraction) -> str:
    """A contrast in whole points at the unit's general level, with its sign."""
    points = half_up(multiple * level * (TOP - level), 0)
    return f"{points:+f}" if points else "0"


def _real(figures: BoundedFigures, group: str) -> Fraction:
    """The real weight of a group's answers in percent."""
    return Fraction(TOP * figures.variance.shares.get(group, 0.0))


def _imagined(figures: BoundedFigures, each: str) -> ReasonLine:
    filled = _whole(TOP * figures.own.imagined)
    value = Message("appraisal-score-imagined", share=filled, each=each)
    return ReasonLine(Message("appraisal-score-mean"), value, (), "evidence.imagined")


def _interval(figures: BoundedFigures) -> ReasonLine:
    """The interval without what all units have in common, outwards to halves of a point."""
    low, high = floor(2 * figures.low) / 2, ceil(2 * figures.high) / 2
    value = Message("appraisal-score-interval", low=f"{low:.1f}", high=f"{high:.1f}")
    return ReasonLine(Message("appraisal-score-among"), value, (), "confidence_pct")


def _move(figures: BoundedFigures) -> ReasonLine:
    """The worst move, upwards to halves of a point."""
    halves = -(-2 * figures.move.numerator // figures.move.denominator)
    value = Message("appraisal-score-move", points=f"{halves / 2:.1f}")
    return ReasonLine(Message("appraisal-score-bound"), value, (), "evidence.states")
