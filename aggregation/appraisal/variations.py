"""What-if: the same answers under other scales, weights and exclusions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from aggregation.counts.scan import OPEN, VOUCHED, PatternCount
from aggregation.disclosure.disclosed import below_floor
from aggregation.estimation.scores import PEOPLE, UnitScore, score_units
from aggregation.estimation.unit_score import kept_contrasts
from aggregation.model.reason_lines import Label
from aggregation.scheme.parts import Category, Scale
from aggregation.scheme.scheme import PUBLIC, Scheme
from survey_flows.ballot import STAFF
from survey_flows.identity_kinds import VERIFIED
from survey_flows.messages import Message
from survey_flows.questionnaire import Questionnaire

FULL_WEIGHT = 4
"""The fraud weight of a ballot that counts in full, in quarters."""
SCALES: Mapping[str, tuple[Message, Mapping[int, tuple[int, ...]]]] = {
    "scale_even": (
        Message("appraisal-scale-even"),
        {5: (100, 75, 50, 25, 0), 3: (100, 50, 0)},
    ),
    "scale_80_60_30": (
        Message("appraisal-scale-points", points="100/80/60/30/0"),
        {5: (100, 80, 60, 30, 0)},
    ),
    "scale_100_70_30": (
        Message("appraisal-scale-points", points="100/70/30"),
        {5: (100, 100, 70, 30, 30), 3: (100, 70, 30)},
    ),
}
STEPS = (-10, -5, 5, 10)
"""By how many percent points the weight of the public score is moved."""

RowChange = Callable[[PatternCount, Category], PatternCount | None]
"""Changes a row of the scan; None leaves the row out."""


@dataclass(frozen=True, slots=True)
class Variation:
    """Other rules for the same answers: a scheme and a change of rows (None: all rows stay)."""

    key: str
    label: Label
    scheme: Scheme
    row_change: RowChange | None = None


def variations(scheme: Scheme) -> list[Variation]:
    """All that differ from the scheme itself."""
    return [*_scales(scheme), *_public(scheme), *_rows(scheme), *_evidence(scheme)]


def _scales(scheme: Scheme) -> Iterator[Variation]:
    name = scheme.default_scale
    for key, (label, points) in SCALES.items():
        scale = _rescaled(scheme.scales[name], points)
        if scale != scheme.scales[name]:
            # Not validated: on 100/70/30 two options have the same points.
            scales = scheme.scales | {name: scale}
            yield Variation(key, label, scheme.model_copy(update={"scales": scales}))


def _evidence(scheme: Scheme) -> Iterator[Variation]:
    """Fewer and more imagined answers, and a smaller and greater worth of loose ones.

    The worth of people who showed to be one person goes with that of the others.
    """
    rules = scheme.evidence
    if rules is None:
        return
    for times in (Decimal("0.5"), Decimal(2)):
        count = f"{(rules.imagined * times).normalize():f}"
        label = Message("appraisal-imagined-answers", count=count)
        changed = rules.model_copy(update={"imagined": Decimal(count)})
        other = scheme.model_copy(update={"evidence": changed})
        yield Variation(f"imagined_{count}", label, other)
        count = f"{(rules.loose_worth * times).normalize():f}"
        label = Message("appraisal-loose-worth", count=count)
        worth: dict[str, Decimal] = {"loose_worth": Decimal(count)}
        if rules.verified_worth is not None:
            worth["verified_worth"] = rules.verified_worth * times
        changed = rules.model_copy(update=worth)
        yield Variation(
            f"loose_worth_{count}", label, scheme.model_copy(update={"evidence": changed})
        )


def _rescaled(scale: Scale, points: Mapping[int, Sequence[int]]) -> Scale:
    rated = [option for option in scale.options if option.points is not None]
    if len(rated) not in points:
        return scale
    new = {o.code: Decimal(p) for o, p in zip(rated, points[len(rated)], strict=True)}
    return scale.model_copy(
        update={
            "options": tuple(
                o.model_copy(update={"points": new.get(o.code)}) for o in scale.options
            )
        }
    )


def _public(scheme: Scheme) -> Iterator[Variation]:
    for step in STEPS:
        moved = {name: _moved(category, step) for name, category in scheme.categories.items()}
        label = Message("appraisal-public-weight", step=f"{step:+}")
        yield Variation(f"public{step:+}", label, scheme.model_copy(update={"categories": moved}))


def _moved(category: Category, step: int) -> Category:
    """The public weight moved within 0–100; the other weights make room in proportion."""
    old = category.weights.get(PUBLIC, Decimal(0))
    new = min(max(old + step, Decimal(0)), Decimal(100))
    if old in (0, 100):
        return category
    others = {
        name: w * (100 - new) / (100 - old)
        for name, w in category.weights.items()
        if name != PUBLIC
    }
    return category.model_copy(update={"weights": {**others, PUBLIC: new}})


def _rows(scheme: Scheme) -> Iterator[Variation]:
    label = Message("appraisal-without-open-link")
    yield Variation("no_open_link", label, scheme, partial(_vouched, _vouched_sources(scheme)))
    label = Message("appraisal-without-fraud-rules")
    yield Variation("no_fraud_weights", label, scheme, _in_full)
    if PEOPLE[0] in scheme.groups:
        alike = {
            name: c.model_copy(update={"group_weights": {PEOPLE[0]: Decimal(100)}})
            for name, c in scheme.categories.items()
        }
        other = scheme.model_copy(update={"categories": alike})
        label = Message("appraisal-equal-answers")
        yield Variation("equal_answers", label, other, _alike)


def _vouched_sources(scheme: Scheme) -> frozenset[str] | None:
    return None if scheme.evidence is None else frozenset({VOUCHED, *scheme.evidence.vouched})


def _vouched(vouched: frozenset[str] | None, row: PatternCount, _: Category) -> PatternCount | None:
    loose = row.source in (OPEN, VERIFIED) if vouched is None else row.source not in vouched
    return None if loose else row


def _in_full(row: PatternCount, _: Category) -> PatternCount:
    return replace(row, weight=FULL_WEIGHT)


def _alike(row: PatternCount, category: Category) -> PatternCount | None:
    return replace(row, grp=PEOPLE[0]) if category.group_weights.get(row.grp) else None


@dataclass(frozen=True, slots=True)
class RescoringInputs:
    """The inputs of a campaign's scores. ``fixed`` units keep their corrected score."""

    rows: Sequence[PatternCount]
    categories: Mapping[str, str]
    questionnaires: Mapping[str, Questionnaire]
    scores: Mapping[str, UnitScore]
    fixed: frozenset[str] = frozenset()


def rescored_units(
    answers: RescoringInputs, base: Scheme, variation: Variation
) -> dict[str, UnitScore]:
    """The scores under other rules.

    A unit keeps its score if a rule touches few ballots of one of its groups, or leaves few: the
    difference would disclose them.
    """
    scheme, turn = variation.scheme, variation.row_change
    if variation.key.startswith("public"):
        return dict(answers.scores)
    if turn is None:
        found = score_units(answers.rows, answers.categories, answers.questionnaires, scheme)
        return {unit: _kept(answers, unit, score) for unit, score in found.items()}
    turned = [
        (row, _turned(row, turn, base.categories[answers.categories[row.unit]]))
        for row in answers.rows
    ]
    rows = [new for _, new in turned if new is not None]
    kept = kept_contrasts(answers.scores) if scheme is base else None
    found = score_units(rows, answers.categories, answers.questionnaires, scheme, kept)
    few = _few(turned, base.min_n.publish_cell)
    return {
        unit: answers.scores[unit] if unit in few else _kept(answers, unit, s)
        for unit, s in found.items()
    }


def _kept(answers: RescoringInputs, unit: str, score: UnitScore) -> UnitScore:
    return answers.scores[unit] if unit in answers.fixed else score


def _turned(row: PatternCount, turn: RowChange, category: Category) -> PatternCount | None:
    return row if row.grp == STAFF else turn(row, category)


def _few(turned: Iterable[tuple[PatternCount, PatternCount | None]], floor: int) -> set[str]:
    """Units of which a rule touches few ballots of a group, or leaves few."""
    counts: dict[tuple[str, str, bool], int] = {}
    for old, new in turned:
        key = (old.unit, old.grp, old != new)
        counts[key] = counts.get(key, 0) + old.count
    touched = {(unit, group) for unit, group, other in counts if other}
    return {
        unit
        for unit, group in touched
        if any(below_floor(counts.get((unit, group, x), 0), floor) for x in (True, False))
    }
