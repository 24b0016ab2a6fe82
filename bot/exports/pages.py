"""Pages about the public scores: units, groups, questions, and what was not counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from aggregation.ratings import Reader
from aggregation.scheme import Scheme
from aggregation.scores import SATISFIED, UnitScore
from bot.exports.book import EXACT, SHARE, Column, Page, Value, joined
from bot.exports.disclosure import hidden, hidden_in_blocks
from bot.labels import flags
from bot.scoring import Scored, places
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
FLAGS = (Column("flags", "标记"), Column("flags_zh", "标记说明"), Column("flags_en", "标记说明（英文）"))
REASONS = {
    "counted": ("计入", "counted"),
    "excluded": ("经审核剔除（权重为零）", "excluded after review (weight zero)"),
    "dont_know": ("不了解，不计分", "don't know: not scored"),
    "too_few_items": ("作答不足一半", "fewer than half of the items answered"),
    "group_without_weight": ("该主体在此类单位无权重", "the scheme gives this group no weight here"),
}


def codes(scheme: Scheme) -> list[str]:
    """Every code that the scheme's scales have, and the one for no answer, in a fixed order."""
    return [*dict.fromkeys(o.code for scale in scheme.scales.values() for o in scale.options), NO_ANSWER]


def distribution_columns(scheme: Scheme) -> list[Column]:
    """A column of counts for each code."""
    labels = {o.code: o.zh for scale in reversed(scheme.scales.values()) for o in scale.options}
    return [
        Column("n_none", "总体评价：未作答")
        if code == NO_ANSWER
        else Column(f"n_{code}", f"总体评价：{labels[code]}（票）")
        for code in codes(scheme)
    ]


def untold(score: UnitScore | None, scheme: Scheme) -> bool:
    """Whether a unit's answers are so few that no figure of them is published."""
    return score is None or score.n_valid < scheme.min_n.publish_cell


def score_cells(score: UnitScore | None, scheme: Scheme) -> list[Value]:
    """The cells of `SCORE`; empty for a unit that no campaign rates, and without figures where too few answered."""
    if score is None:
        return [None] * len(SCORE)
    if untold(score, scheme):
        few = below(scheme.min_n.publish_cell)
        return [*[None] * 4, *[few if score.n else 0] * 3, None, None]
    figures: list[Value] = [score.score, score.low, score.high, score.unweighted]
    return [*figures, score.n, score.n_valid, score.excluded, score.dont_know_rate, score.top_two_rate]


def distribution_cells(score: UnitScore | None, scheme: Scheme) -> list[Value]:
    """Counts by code. Few answers are hidden; «don't know» and no answer, which say nothing of anyone, are not."""
    if score is None:
        return [None] * len(codes(scheme))
    floor, given = scheme.min_n.publish_cell, score.distribution
    if untold(score, scheme):
        return [below(floor) if score.n else 0] * len(codes(scheme))
    missing = {o.code for scale in scheme.scales.values() for o in scale.options if o.points is None} | {NO_ANSWER}
    rest = [code for code in given if code not in missing and code not in SATISFIED]
    small = hidden_in_blocks(given, [SATISFIED, rest], floor)
    return [below(floor) if code in small else given.get(code, 0) for code in codes(scheme)]


def below(floor: int) -> str:
    """What stands for a count that is hidden, alone or to protect another."""
    return f"<{floor}*"


def flag_cells(found: Sequence[str], scheme: Scheme) -> list[Value]:
    """The cells of `FLAGS`."""
    return [joined(found), *(flags(found, lang, scheme.groups) for lang in ("zh-Hans", "en"))]


def scores_page(scored: Scored) -> Page:
    """The units of one campaign with their public scores and places."""
    scheme = scored.poll.scheme
    ranked = places(scored)
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
        *distribution_columns(scheme),
        *FLAGS,
    )
    rows = []
    for code, score in scored.scores.items():
        unit, place = scored.poll.units[code], ranked.get(code)
        head: list[Value] = [code, unit.name["zh-Hans"], unit.name["en"], unit.category]
        spot = [place.rank, place.of, place.low, place.high] if place else [None] * 4
        cells = [*score_cells(score, scheme), *distribution_cells(score, scheme), *flag_cells(score.flags, scheme)]
        kind = scheme.categories[unit.category]
        rows.append((*head, kind.zh, kind.en, *spot, *cells))
    return Page("units", "单位", columns, tuple(rows))


def groups_page(polls: Iterable[Scored]) -> Page:
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
        *FLAGS,
    )
    rows = tuple(row for scored in polls for score in scored.scores.values() for row in _group_rows(scored, score))
    return Page("groups", "评价主体", columns, rows)


def _group_rows(scored: Scored, score: UnitScore) -> Iterable[tuple[Value, ...]]:
    scheme, unit = scored.poll.scheme, scored.poll.units[score.unit]
    floor = scheme.min_n.publish_cell
    # Either count tells on the other, so a group that is small by one of them is hidden by both.
    small = hidden({g.group: g.n for g in score.groups}, floor) | hidden(
        {g.group: g.n_valid for g in score.groups}, floor
    )
    for group in score.groups:
        called = scheme.groups.get(group.group, {"zh": group.group, "en": group.group})
        head = (
            scored.poll.id,
            score.unit,
            unit.name["zh-Hans"],
            unit.name["en"],
            group.group,
            called["zh"],
            called["en"],
        )
        parts = hidden({"open": group.n_open, "vouched": group.n_valid - group.n_open}, floor)
        counts: tuple[Value, ...] = (group.n, group.n_valid, below(floor) if parts else group.n_open, group.score)
        shown = (below(floor), below(floor), below(floor), None) if group.group in small else counts
        yield (*head, *shown, group.weight, group.weight_used, *flag_cells(group.flags, scheme))


def questions_page(polls: Iterable[Scored]) -> Page:
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
        (scored.poll.id, sheet.id, sheet.version, position, *_question(question))
        for scored in polls
        for sheet in scored.poll.questionnaires.values()
        if sheet.id in {unit.questionnaire for unit in scored.poll.units.values()}
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
        joined([option.code for option in options]),
        _listed(options, "zh-Hans"),
        _listed(options, "en"),
        question.scale or "",
        question.weight,
        question.overall,
        question.optional,
        write_condition(question.show_if) if question.show_if else "",
    )


def _listed(options: Sequence[Option], lang: str) -> str:
    return joined([_said(option.label, lang) for option in options])


def _said(text: Mapping[str, str], lang: str) -> str:
    return text.get(lang, "")


def exclusions_page(polls: Iterable[Scored]) -> Page:
    """For each campaign how many ballots counted, and why the others did not; the numbers add up to all received."""
    columns = (
        Column("campaign", "活动"),
        Column("reason", "原因代码"),
        Column("reason_zh", "原因"),
        Column("reason_en", "原因（英文）"),
        Column("ballots", "评价票"),
    )
    rows = []
    for scored in polls:
        counts = fates(scored)
        rows += [(scored.poll.id, reason, *words, counts[reason]) for reason, words in REASONS.items()]
    return Page("exclusions", "计入与剔除", columns, tuple(rows))


def fates(scored: Scored) -> Counter[str]:
    """What became of the ballots, by the codes of `REASONS`."""
    poll = scored.poll
    sheets = Reader(poll.questionnaires, poll.scheme)
    result: Counter[str] = Counter()
    for row in scored.counts:
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
