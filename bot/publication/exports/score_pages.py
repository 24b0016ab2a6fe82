"""Pages of public scores: units, groups, questions, exclusions, reliability and covariances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from aggregation.disclosure.disclosed import Count, DisclosedScore, Share, ShareBound
from aggregation.estimation.weighting import RakingFit
from aggregation.scheme.scheme import Scheme
from bot.core.labels import HIDDEN, both, bound_text, disclosed_flags, flags
from bot.publication.exclusions import REASONS, disclosed_exclusions
from bot.publication.exports.book import (
    EXACT,
    SHARE,
    Column,
    Page,
    Value,
    joined_text,
    joined_words,
)
from bot.results.scoring import ScoredCampaign, unit_ranks
from survey_flows.conditions import write_condition
from survey_flows.messages import Message
from survey_flows.questionnaire import NO_ANSWER, Option, Question

SCORE = (
    Column("public_score", "column-public-score", EXACT),
    Column("low", "column-low", EXACT),
    Column("high", "column-high", EXACT),
    Column("unweighted_score", "column-unweighted-score", EXACT),
    Column("n", "column-n"),
    Column("n_valid", "column-n-valid"),
    Column("excluded", "column-excluded"),
    Column("dont_know_rate", "column-dont-know-rate", SHARE),
    Column("top_two_rate", "column-top-two-rate", SHARE),
)
UNIT = (
    Column("code", "column-unit-code"),
    Column("name_zh", "column-unit-name"),
    Column("name_en", "column-unit-name-en"),
)
WEIGHTING = (
    Column("weighted_to", "column-weighted-to"),
    Column("cells", "column-cells"),
    Column("joined", "column-joined"),
    Column("trimmed", "column-trimmed"),
    Column("rounds", "column-rounds"),
    Column("gap", "column-gap", 6),
)
BORROWED = (Column("shrunken_score", "column-shrunken-score", EXACT),)
FLAGS = (
    Column("flags", "column-flags"),
    Column("flags_zh", "column-flags-name"),
    Column("flags_en", "column-flags-en"),
)
PRECISE = 6
"""Decimals of covariances."""
MEASURES = {
    "alpha": Message("publication-reliability-alpha"),
    "omega": Message("publication-reliability-omega"),
    "units": Message("publication-reliability-units"),
    "mean": Message("publication-reliability-mean"),
    "between": Message("publication-reliability-between"),
    "within": Message("publication-reliability-within"),
    "reliability": Message("publication-reliability-between-units"),
}


def scheme_codes(scheme: Scheme) -> list[str]:
    """Return every code of the scheme's scales and `NO_ANSWER`, in a fixed order."""
    return [
        *dict.fromkeys(o.code for scale in scheme.scales.values() for o in scale.options),
        NO_ANSWER,
    ]


def distribution_columns(scheme: Scheme) -> list[Column]:
    """Return a column of counts for each code."""
    labels = {o.code: o.zh for scale in reversed(scheme.scales.values()) for o in scale.options}
    return [
        Column("n_none", "column-n-none")
        if code == NO_ANSWER
        else Column(f"n_{code}", "column-overall-answers", about=(labels[code], code))
        for code in scheme_codes(scheme)
    ]


def score_cells(score: DisclosedScore | None) -> list[Value]:
    """Return the cells of `SCORE`; they are empty for a unit that no campaign rates."""
    if score is None:
        return [None] * len(SCORE)
    counts = [count_cell(count) for count in (score.n, score.n_valid, score.excluded)]
    shares = [share_cell(share) for share in (score.dont_know, score.top_two)]
    return [score.score, score.low, score.high, score.unweighted, *counts, *shares]


def distribution_cells(score: DisclosedScore | None, scheme: Scheme) -> list[Value]:
    """Return the counts of overall answers by code."""
    if score is None:
        return [None] * len(scheme_codes(scheme))
    return [count_cell(score.distribution.get(code, 0)) for code in scheme_codes(scheme)]


def count_cell(count: Count) -> Value:
    """Return a count, or `HIDDEN` for a suppressed one."""
    return HIDDEN if count is None else count


def share_cell(share: Share) -> Value:
    """Return a share, or its bound."""
    return bound_text(share) if isinstance(share, ShareBound) else share


def flag_cells(found: Sequence[str], scheme: Scheme) -> list[Value]:
    """Return the cells of `FLAGS`."""
    return [joined_text(found), *(flags(found, lang, scheme.groups) for lang in ("zh-Hans", "en"))]


def scores_page(scored: ScoredCampaign) -> Page:
    """Return the units of one campaign with their public scores and ranks."""
    scheme = scored.campaign.scheme
    ranked, disclosed = unit_ranks(scored), scored.disclosed
    borrowed = scored.borrowed(disclosed)
    columns = (
        *UNIT,
        Column("category", "column-category"),
        Column("category_zh", "column-category-name"),
        Column("category_en", "column-category-en"),
        Column("rank", "column-rank-in-category"),
        Column("of", "column-of"),
        Column("rank_low", "column-rank-low"),
        Column("rank_high", "column-rank-high"),
        *SCORE,
        *BORROWED,
        *distribution_columns(scheme),
        *FLAGS,
    )
    rows = []
    for code, it in disclosed.items():
        unit, place = scored.campaign.units[code], ranked.get(code)
        head: list[Value] = [code, unit.name["zh-Hans"], unit.name["en"], unit.category]
        spot = [place.rank, place.of, place.low, place.high] if place else [None] * 4
        cells = [*score_cells(it), borrowed.get(code)]
        cells += [*distribution_cells(it, scheme), *flag_cells(disclosed_flags(it), scheme)]
        kind = scheme.categories[unit.category]
        rows.append((*head, kind.zh, kind.en, *spot, *cells))
    return Page("units", "page-units", columns, tuple(rows))


def reliability_page(campaigns: Iterable[ScoredCampaign]) -> Page:
    """Return the consistency of each questionnaire and the reliability of each category."""
    columns = (
        Column("campaign", "column-campaign"),
        Column("about", "column-about"),
        Column("code", "column-code"),
        Column("measure", "column-measure"),
        Column("measure_zh", "column-measure-name"),
        Column("measure_en", "column-measure-en"),
        Column("value", "column-value", EXACT),
    )
    rows = tuple(
        (scored.campaign.id, about, code, name, *both(MEASURES[name]), value)
        for scored in campaigns
        for about, code, name, value in reliability_rows(scored, scored.disclosed)
    )
    return Page("reliability", "page-reliability", columns, rows)


def covariances_page(campaigns: Iterable[ScoredCampaign]) -> Page:
    """Return the covariances of ranked units of one category; a pair that is not listed has 0.

    By method 2 they are for auditors: they hold the real weights of groups, and so their sizes.
    """
    columns = (
        Column("campaign", "column-campaign"),
        Column("code", "column-unit-code"),
        Column("other", "column-other"),
        Column("covariance", "column-covariance", PRECISE),
    )
    rows = tuple(
        (scored.campaign.id, *pair, value)
        for scored in campaigns
        if scored.campaign.scheme.evidence is None
        for pair, value in _covariances(scored)
    )
    return Page("covariances", "page-covariances", columns, rows)


def _covariances(scored: ScoredCampaign) -> Iterable[tuple[tuple[str, str], float]]:
    disclosed, units = scored.disclosed, scored.campaign.units
    shown = {
        code
        for code in unit_ranks(scored)
        if disclosed[code].n_valid is not None and not disclosed[code].corrected
    }
    for (one, other), value in sorted((scored.covariances or {}).items()):
        if {one, other} <= shown and units[one].category == units[other].category:
            yield (one, other), value


FINE_MOMENTS_FROM = 1000
"""Complete ballots from which alpha and omega are told in hundredths, and not in tenths.

There a ballot moves them by some thousandths, so that many sets of ballots share a hundredth.
"""


def reliability_rows(
    scored: ScoredCampaign, disclosed: Mapping[str, DisclosedScore]
) -> Iterable[tuple[str, str, str, Fraction | float | None]]:
    """Yield ``questionnaire`` or ``category``, its code, a code of `MEASURES`, and the value.

    The value is None where it cannot be estimated. By method 2 few decimals are told, and the
    variances behind a reliability are left out: answers follow from several such moments.
    """
    bounded = scored.campaign.scheme.evidence is not None
    for code, sheet in scored.consistency(disclosed).items():
        decimals = 2 if sheet.n >= FINE_MOMENTS_FROM else 1
        yield ("questionnaire", code, "alpha", _told(sheet.alpha, decimals, bounded))
        yield ("questionnaire", code, "omega", _told(sheet.omega, decimals, bounded))
    names = ("reliability", "units", *(() if bounded else ("mean", "between", "within")))
    for category, found in scored.shrinkage().items():
        if found.family:
            for name in names:
                yield ("category", category, name, _told(getattr(found.family, name), 1, bounded))


def _told(value: Fraction | float | None, decimals: int, bounded: bool) -> Fraction | float | None:
    """Return a measure; by method 2 it is rounded.

    Hundredths of the reliability of three units, or of alpha over few ballots, gave single codes
    away to whoever tries all cities that agree with what is published.
    """
    return value if value is None or not bounded else round(float(value), decimals)


def groups_page(campaigns: Iterable[ScoredCampaign]) -> Page:
    """Return each evaluator group's score of each unit, without suppressed groups."""
    columns = (
        Column("campaign", "column-campaign"),
        *UNIT,
        Column("group", "column-group"),
        Column("group_zh", "column-group-name"),
        Column("group_en", "column-group-en"),
        Column("n", "column-n"),
        Column("n_valid", "column-n-valid"),
        Column("n_open", "column-n-open"),
        Column("score", "column-score", EXACT),
        Column("weight", "column-scheme-weight", EXACT),
        Column("weight_used", "column-weight-used", EXACT),
        *WEIGHTING,
        *FLAGS,
    )
    rows = tuple(
        row
        for scored in campaigns
        for it in scored.disclosed.values()
        for row in _group_rows(scored, it)
    )
    return Page("groups", "page-groups", columns, rows)


def _group_rows(scored: ScoredCampaign, score: DisclosedScore) -> Iterable[tuple[Value, ...]]:
    scheme, unit = scored.campaign.scheme, scored.campaign.units[score.unit]
    for group in score.groups:
        called = scheme.groups.get(group.group, {"zh": group.group, "en": group.group})
        head = (
            scored.campaign.id,
            score.unit,
            unit.name["zh-Hans"],
            unit.name["en"],
            group.group,
            called["zh"],
            called["en"],
        )
        counts = [count_cell(count) for count in (group.n, group.n_valid, group.n_open)]
        yield (
            *head,
            *counts,
            group.score,
            group.weight,
            group.weight_used,
            *_fit_cells(group.fit),
            *flag_cells(group.flags, scheme),
        )


def _fit_cells(fit: RakingFit | None) -> list[Value]:
    """Return the cells of `WEIGHTING`; they are empty for a group without population weights."""
    if fit is None:
        return [None] * len(WEIGHTING)
    return [
        "margins" if fit.margins else "cells",
        fit.cells,
        fit.joined,
        fit.trimmed,
        fit.rounds,
        fit.gap,
    ]


def questions_page(campaigns: Iterable[ScoredCampaign]) -> Page:
    """Return every question as it was asked."""
    columns = (
        Column("campaign", "column-campaign"),
        Column("questionnaire", "column-questionnaire"),
        Column("version", "column-version"),
        Column("position", "column-position"),
        Column("question", "column-question"),
        Column("kind", "column-question-kind"),
        Column("label_zh", "column-question-text"),
        Column("label_en", "column-question-en"),
        Column("options", "column-options"),
        Column("options_zh", "column-options-name"),
        Column("options_en", "column-options-en"),
        Column("scale", "column-scale"),
        Column("weight", "column-question-weight"),
        Column("overall", "column-overall"),
        Column("optional", "column-optional"),
        Column("show_if", "column-show-if"),
    )
    rows = tuple(
        (scored.campaign.id, sheet.id, sheet.version, position, *_question(question))
        for scored in campaigns
        for sheet in scored.campaign.questionnaires.values()
        if sheet.id in {unit.questionnaire for unit in scored.campaign.units.values()}
        for position, question in enumerate(sheet.questions, 1)
    )
    return Page("questions", "page-questions", columns, rows)


def _question(question: Question) -> tuple[Value, ...]:
    options = question.options
    return (
        question.id,
        question.kind.value,
        question.label.get("zh-Hans", ""),
        question.label.get("en", ""),
        joined_text([option.code for option in options]),
        _listed(options, "zh-Hans"),
        _listed(options, "en"),
        question.scale or "",
        question.weight,
        question.overall,
        question.optional,
        write_condition(question.show_if) if question.show_if else "",
    )


def _listed(options: Sequence[Option], lang: str) -> str:
    return joined_words([option.label.get(lang, "") for option in options], lang)


def exclusions_page(campaigns: Iterable[ScoredCampaign]) -> Page:
    """Return each campaign's counted ballots, and the others by reason, without small cells."""
    columns = (
        Column("campaign", "column-campaign"),
        Column("reason", "column-exclusion-code"),
        Column("reason_zh", "column-exclusion"),
        Column("reason_en", "column-exclusion-en"),
        Column("ballots", "column-ballots"),
    )
    rows = []
    for scored in campaigns:
        counts = disclosed_exclusions(scored)
        rows += [
            (scored.campaign.id, code, *both(reason), count_cell(counts[code]))
            for code, reason in REASONS.items()
        ]
    return Page("exclusions", "page-exclusions", columns, tuple(rows))
