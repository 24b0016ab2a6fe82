"""Pages about the public scores: units, groups, questions, and what was not counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from aggregation.counts.ratings import PatternReader
from aggregation.disclosure.exclusions import disclose_exclusions
from aggregation.disclosure.suppression import Count, DisclosedScore, Share, ShareBound
from aggregation.estimation.weighting import RakingFit
from aggregation.scheme.scheme import Scheme
from bot.core.labels import HIDDEN, bound_text, disclosed_flags, flags
from bot.publication.exports.book import EXACT, SHARE, Column, Page, Value, joined_text
from bot.results.scoring import ScoredCampaign, unit_ranks
from survey_flows.ballot import STAFF
from survey_flows.conditions import write_condition
from survey_flows.questionnaire import NO_ANSWER, Option, Question

SCORE = (
    Column("public_score", "民评得分", EXACT),
    Column("low", "95%区间下限", EXACT),
    Column("high", "95%区间上限", EXACT),
    Column("unweighted_score", "未按核验加权的民评得分", EXACT),
    Column("n", "收到评价票"),
    Column("n_valid", "有效票"),
    Column("excluded", "剔除票"),
    Column("dont_know_rate", "不了解比例", SHARE),
    Column("top_two_rate", "满意率（非常满意+满意）", SHARE),
)
UNIT = (Column("code", "单位代码"), Column("name_zh", "单位名称"), Column("name_en", "英文名称"))
WEIGHTING = (
    Column("weighted_to", "人口加权方式（cells 事后分层，margins 边际校准）"),
    Column("cells", "使用的层数"),
    Column("joined", "并入相邻层的层数"),
    Column("trimmed", "权重达到限值的层数"),
    Column("rounds", "迭代次数"),
    Column("gap", "与人口比例的最大差距", 6),
)
BORROWED = (
    Column("shrunken_score", "经验贝叶斯得分", EXACT),
    Column("own_share", "其中本单位数据占比", SHARE),
)
FLAGS = (
    Column("flags", "标记"),
    Column("flags_zh", "标记说明"),
    Column("flags_en", "标记说明（英文）"),
)
PRECISE = 6
"""Decimals of covariances."""
MEASURES = {
    "alpha": ("克隆巴赫α系数", "Cronbach's alpha"),
    "omega": ("单因子ω系数", "omega of one factor"),
    "units": ("参与估计的单位数", "units that it is estimated from"),
    "mean": ("类别均值", "mean of the category"),
    "between": ("单位间方差", "variance between units"),
    "within": ("单位内作答方差", "variance of answers within units"),
    "reliability": ("单位间信度", "reliability between units"),
}
REASONS = {
    "counted": ("计入", "counted"),
    "excluded": ("经审核剔除（权重为零）", "excluded after review (weight zero)"),
    "dont_know": ("不了解，不计分", "don't know: not scored"),
    "too_few_items": ("作答不足一半", "fewer than half of the items answered"),
    "group_without_weight": (
        "该主体在此类单位无权重",
        "the scheme gives this group no weight here",
    ),
    STAFF: ("本单位人员，单列不计分", "the unit's own staff: counted apart, not scored"),
}


def scheme_codes(scheme: Scheme) -> list[str]:
    """Every code that the scheme's scales have, and the one for no answer, in a fixed order."""
    return [
        *dict.fromkeys(o.code for scale in scheme.scales.values() for o in scale.options),
        NO_ANSWER,
    ]


def distribution_columns(scheme: Scheme) -> list[Column]:
    """A column of counts for each code."""
    labels = {o.code: o.zh for scale in reversed(scheme.scales.values()) for o in scale.options}
    return [
        Column("n_none", "总体评价：未作答")
        if code == NO_ANSWER
        else Column(f"n_{code}", f"总体评价：{labels[code]}（票）")
        for code in scheme_codes(scheme)
    ]


def score_cells(told: DisclosedScore | None) -> list[Value]:
    """The cells of `SCORE`; empty for a unit that no campaign rates, and without figures where too few answered."""
    if told is None:
        return [None] * len(SCORE)
    counts = [count_cell(count) for count in (told.n, told.n_valid, told.excluded)]
    shares = [share_cell(share) for share in (told.dont_know, told.top_two)]
    return [told.score, told.low, told.high, told.unweighted, *counts, *shares]


def distribution_cells(told: DisclosedScore | None, scheme: Scheme) -> list[Value]:
    """Counts by code."""
    if told is None:
        return [None] * len(scheme_codes(scheme))
    return [count_cell(told.distribution.get(code, 0)) for code in scheme_codes(scheme)]


def count_cell(count: Count) -> Value:
    """A count, or what stands for one that is hidden."""
    return HIDDEN if count is None else count


def share_cell(share: Share) -> Value:
    """A share, or the bound that is told of it."""
    return bound_text(share) if isinstance(share, ShareBound) else share


def flag_cells(found: Sequence[str], scheme: Scheme) -> list[Value]:
    """The cells of `FLAGS`."""
    return [joined_text(found), *(flags(found, lang, scheme.groups) for lang in ("zh-Hans", "en"))]


def scores_page(scored: ScoredCampaign) -> Page:
    """The units of one campaign with their public scores and places."""
    scheme = scored.campaign.scheme
    ranked, told = unit_ranks(scored), scored.disclosed
    borrowed = scored.borrowed(told)
    columns = (
        *UNIT,
        Column("category", "类别"),
        Column("category_zh", "类别名称"),
        Column("category_en", "类别名称（英文）"),
        Column("rank", "类内名次"),
        Column("of", "参与排名数"),
        Column("rank_low", "名次区间上限"),
        Column("rank_high", "名次区间下限"),
        *SCORE,
        *BORROWED,
        *distribution_columns(scheme),
        *FLAGS,
    )
    rows = []
    for code, it in told.items():
        unit, place = scored.campaign.units[code], ranked.get(code)
        head: list[Value] = [code, unit.name["zh-Hans"], unit.name["en"], unit.category]
        spot = [place.rank, place.of, place.low, place.high] if place else [None] * 4
        own = borrowed.get(code)
        cells = [*score_cells(it), *([own.score, own.share] if own else [None, None])]
        cells += [*distribution_cells(it, scheme), *flag_cells(disclosed_flags(it), scheme)]
        kind = scheme.categories[unit.category]
        rows.append((*head, kind.zh, kind.en, *spot, *cells))
    return Page("units", "单位", columns, tuple(rows))


def reliability_page(polls: Iterable[ScoredCampaign]) -> Page:
    """How much of what was measured is real: of each questionnaire its consistency, of each category its scatter."""
    columns = (
        Column("campaign", "活动"),
        Column("about", "对象（问卷或类别）"),
        Column("code", "代码"),
        Column("measure", "指标代码"),
        Column("measure_zh", "指标"),
        Column("measure_en", "指标（英文）"),
        Column("value", "数值", EXACT),
    )
    rows = tuple(
        (scored.campaign.id, about, code, name, *MEASURES[name], value)
        for scored in polls
        for about, code, name, value in reliability_rows(scored, scored.disclosed)
    )
    return Page("reliability", "信度", columns, rows)


def covariances_page(polls: Iterable[ScoredCampaign]) -> Page:
    """How the scores of ranked units of one category move together, from raters in common; none means 0."""
    columns = (
        Column("campaign", "活动"),
        Column("code", "单位代码"),
        Column("other", "另一单位代码"),
        Column("covariance", "民评得分的协方差（同一批参评者所致）", PRECISE),
    )
    rows = tuple(
        (scored.campaign.id, *pair, value)
        for scored in polls
        for pair, value in _covariances(scored)
    )
    return Page("covariances", "协方差", columns, rows)


def _covariances(scored: ScoredCampaign) -> Iterable[tuple[tuple[str, str], float]]:
    told, units = scored.disclosed, scored.campaign.units
    shown = {
        code
        for code in unit_ranks(scored)
        if told[code].n_valid is not None and not told[code].corrected
    }
    for (one, other), value in sorted((scored.covariances or {}).items()):
        if {one, other} <= shown and units[one].category == units[other].category:
            yield (one, other), value


def reliability_rows(
    scored: ScoredCampaign, told: Mapping[str, DisclosedScore]
) -> Iterable[tuple[str, str, str, Fraction | float | None]]:
    """About what, its code, the measure by the codes of `MEASURES`, and the value; None where it cannot be had."""
    for code, sheet in scored.consistency(told).items():
        yield ("questionnaire", code, "alpha", sheet.alpha)
        yield ("questionnaire", code, "omega", sheet.omega)
    for category, found in scored.shrinkage().items():
        if found.family:
            for name in ("reliability", "units", "mean", "between", "within"):
                yield ("category", category, name, getattr(found.family, name))


def groups_page(polls: Iterable[ScoredCampaign]) -> Page:
    """What each evaluator group gave each unit, without the groups that are too small to be shown."""
    columns = (
        Column("campaign", "活动"),
        *UNIT,
        Column("group", "评价主体"),
        Column("group_zh", "评价主体名称"),
        Column("group_en", "评价主体（英文）"),
        Column("n", "收到评价票"),
        Column("n_valid", "有效票"),
        Column("n_open", "其中公开链接"),
        Column("score", "得分", EXACT),
        Column("weight", "规定权重", EXACT),
        Column("weight_used", "实际权重", EXACT),
        *WEIGHTING,
        *FLAGS,
    )
    rows = tuple(
        row
        for scored in polls
        for it in scored.disclosed.values()
        for row in _group_rows(scored, it)
    )
    return Page("groups", "评价主体", columns, rows)


def _group_rows(scored: ScoredCampaign, told: DisclosedScore) -> Iterable[tuple[Value, ...]]:
    scheme, unit = scored.campaign.scheme, scored.campaign.units[told.unit]
    for group in told.groups:
        called = scheme.groups.get(group.group, {"zh": group.group, "en": group.group})
        head = (
            scored.campaign.id,
            told.unit,
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
    """The cells of `WEIGHTING`; empty for a group whose answers are not weighted to the population."""
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


def questions_page(polls: Iterable[ScoredCampaign]) -> Page:
    """Every question as it was asked."""
    columns = (
        Column("campaign", "活动"),
        Column("questionnaire", "问卷"),
        Column("version", "问卷版本"),
        Column("position", "序号"),
        Column("question", "题目代码"),
        Column("kind", "题型"),
        Column("label_zh", "题目"),
        Column("label_en", "题目（英文）"),
        Column("options", "选项代码"),
        Column("options_zh", "选项"),
        Column("options_en", "选项（英文）"),
        Column("scale", "量表"),
        Column("weight", "权重"),
        Column("overall", "是否总体题"),
        Column("optional", "可否跳过"),
        Column("show_if", "显示条件"),
    )
    rows = tuple(
        (scored.campaign.id, sheet.id, sheet.version, position, *_question(question))
        for scored in polls
        for sheet in scored.campaign.questionnaires.values()
        if sheet.id in {unit.questionnaire for unit in scored.campaign.units.values()}
        for position, question in enumerate(sheet.questions, 1)
    )
    return Page("questions", "题目", columns, rows)


def _question(question: Question) -> tuple[Value, ...]:
    options = question.options
    return (
        question.id,
        question.kind.value,
        _said(question.label, "zh-Hans"),
        _said(question.label, "en"),
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
    return joined_text([_said(option.label, lang) for option in options])


def _said(text: Mapping[str, str], lang: str) -> str:
    return text.get(lang, "")


def exclusions_page(polls: Iterable[ScoredCampaign]) -> Page:
    """For each campaign how many ballots counted, and why the others did not; few are hidden."""
    columns = (
        Column("campaign", "活动"),
        Column("reason", "原因代码"),
        Column("reason_zh", "原因"),
        Column("reason_en", "原因（英文）"),
        Column("ballots", "评价票"),
    )
    rows = []
    for scored in polls:
        counts = disclosed_exclusions(scored)
        rows += [
            (scored.campaign.id, code, *words, count_cell(counts[code]))
            for code, words in REASONS.items()
        ]
    return Page("exclusions", "计入与剔除", columns, tuple(rows))


def disclosed_exclusions(scored: ScoredCampaign) -> dict[str, Count]:
    """What may be told of what became of the ballots, by the codes of `REASONS`."""
    counts = exclusion_counts(scored)
    found = {reason: counts[reason] for reason in REASONS}
    return disclose_exclusions(found, scored.scores, scored.disclosed, scored.campaign.scheme)


def exclusion_counts(scored: ScoredCampaign) -> Counter[str]:
    """What became of the ballots, by the codes of `REASONS`."""
    poll = scored.campaign
    sheets = PatternReader(poll.questionnaires, poll.scheme)
    result: Counter[str] = Counter()
    for row in scored.counts:
        if row.grp == STAFF:
            result[STAFF] += row.count
            continue
        outcome = sheets.read(row.questionnaire, row.ratings)
        weights = poll.scheme.categories[poll.units[row.unit].category].group_weights
        if not row.weight:
            reason = "excluded"
        elif outcome.score is None:
            reason = "dont_know" if outcome.dont_know else "too_few_items"
        else:
            reason = "counted" if weights.get(row.grp) else "group_without_weight"
        result[reason] += row.count
    return result
