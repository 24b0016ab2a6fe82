"""The lines of a reason trail by which an official can follow a score of method 2.

Each disclosed group has one line: how it rates, by how much this group and loose answers differ at
other units, and how much weight it really has. Figures come from disclosure control alone; what is
not told there stands in no line. The level of a group's own answers is told from fifty answers on:
with fewer, single ones follow from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from aggregation.disclosure.coarsening import imagined_share
from aggregation.disclosure.disclosed import DisclosedGroup, DisclosedScore
from aggregation.disclosure.precision import SCORE_FROM
from aggregation.estimation.method2.figures import BoundedFigures
from aggregation.estimation.method2.own_score import GroupContrast
from aggregation.model.reason_lines import ReasonLine
from aggregation.numbers import half_up
from aggregation.scheme.scheme import Scheme
from survey_flows.messages import Message, Named

TOP = 100


def score_lines(
    figures: BoundedFigures, disclosed: DisclosedScore, scheme: Scheme, category: str
) -> Iterator[ReasonLine]:
    """The lines of one unit; none where its figures are withheld."""
    rules, told = scheme.evidence, disclosed.bounds
    if rules is None or told is None:
        return
    field = f"categories.{category}.group_weights"
    for group in disclosed.groups:
        if group.weight:
            names = scheme.groups.get(group.group, {})
            called = Named(names.get("zh", group.group), names.get("en", group.group))
            source = f"{field}.{group.group}"
            yield ReasonLine(called, _group(figures, group), (), f"{source}, evidence.imagined")
    filled = imagined_share(disclosed.groups)
    each = str(rules.imagined)
    yield ReasonLine(
        Message("appraisal-score-mean"),
        Message("appraisal-score-imagined", share=str(filled), each=each)
        if filled is not None
        else Message("appraisal-score-imagined-some", each=each),
        (),
        "evidence.imagined",
    )
    points = f"{float(told.move):.1f}"
    move = Message("appraisal-score-move", points=points)
    yield ReasonLine(Message("appraisal-score-bound"), move, (), "evidence.states")
    if told.vouched is not None:
        value = Message("appraisal-score-vouched", points=str(told.vouched))
        yield ReasonLine(Message("appraisal-score-vouched-only"), value, (), "evidence.vouched")
    if told.among is not None:
        low, high = (f"{end:.1f}" for end in told.among)
        value = Message("appraisal-score-interval", low=low, high=high)
        yield ReasonLine(Message("appraisal-score-among"), value, (), "confidence_pct")


def _group(figures: BoundedFigures, group: DisclosedGroup) -> Message:
    """What is disclosed of a group of so many answers."""
    weight = str(half_up(group.weight, 2).normalize().__format__("f"))
    terms = figures.own.terms.get(group.group)
    if group.evidence is None or group.score is None or terms is None or terms.common is None:
        return Message("appraisal-group-few", weight=weight)
    contrast = figures.own.contrasts.get(group.group, GroupContrast())
    level = figures.own.level
    told: dict[str, str | Message] = {
        "weight": weight,
        "evidence": str(half_up(group.evidence, 1)),
        "real": _real(group.weight_used),
    }
    if (group.n_valid or 0) < SCORE_FROM:
        return Message("appraisal-group-mean", mean=_whole(group.score), **told)
    return Message(
        "appraisal-group-level",
        level=_whole(terms.common),
        group=_points(contrast.level, level),
        loose=_points(contrast.loose, level),
        **told,
    )


def _real(share: Fraction | None) -> Message:
    """The real weight of a group, where it is told."""
    if share is None:
        return Message("appraisal-group-real-hidden")
    return Message("appraisal-group-real", share=str(share))


def _whole(value: Fraction) -> str:
    return str(half_up(value, 0))


def _points(multiple: Fraction, level: Fraction) -> str:
    """A contrast in whole points at the unit's general level, with its sign."""
    points = half_up(multiple * level * (TOP - level), 0)
    return f"{points:+f}" if points else "0"
