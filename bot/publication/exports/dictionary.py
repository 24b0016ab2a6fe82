"""The data dictionary: what each column of a publication means, in Chinese and English, and in which unit it is.

An entry is found by the Chinese label that the column has, because one name (``n``, ``score``) means several things.
Columns that a scheme makes (one for each indicator or code) are found by the form of their name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.publication.exports.book import Book, Column, Page

POINTS, PLAIN, SHARE, COUNT, PLACE, CODE, TEXT, FLAG, PERCENT = (
    ("分（0–100）", "points, 0–100"),
    ("分", "points"),
    ("比例（0–1）", "share, 0–1"),
    ("个数", "count"),
    ("名次", "place, 1 is best"),
    ("代码", "code"),
    ("文字", "text"),
    ("1 是，0 否", "1 yes, 0 no"),
    ("%", "%"),
)

Entry = tuple[str, tuple[str, str]]
"""The English label and the unit in both languages."""

ENTRIES: Mapping[str, Entry] = {
    "上年民评得分": ("public score of the year before", POINTS),
    "上级单位代码": ("code of the unit, or part of one, that it is part of", CODE),
    "上级单位名称": ("name of the unit that it is part of", TEXT),
    "层级": ("level inside the unit: 1 for its own parts", COUNT),
    "得分构成": ("components with points and weights", TEXT),
    "不了解比例": ("don't-know rate: of ballots not excluded", SHARE),
    "不得评一等的原因": ("why it is barred from the first grade", TEXT),
    "与原排名的 Kendall tau-b": (
        "Kendall's tau-b with the ranking as it stands",
        ("−1 至 1", "−1 to 1"),
    ),
    "个人得分": ("personal score", POINTS),
    "人工决定": ("what a person decided, with name and reason", TEXT),
    "代码": ("code", CODE),
    "人口加权方式（cells 事后分层，margins 边际校准）": (
        "weighted to the population by cells or margins",
        CODE,
    ),
    "使用的层数": ("strata that were used", COUNT),
    "另一单位代码": ("code of the other unit", CODE),
    "并入相邻层的层数": ("strata that were joined to others", COUNT),
    "权重达到限值的层数": ("strata whose weight is at a limit", COUNT),
    "民评得分的协方差（同一批参评者所致）": (
        "covariance of public scores from raters in common",
        ("分²", "points²"),
    ),
    "迭代次数": ("rounds until it converged", COUNT),
    "与人口比例的最大差距": ("largest distance from a share of the population", SHARE),
    "依据": ("grounds", TEXT),
    "依据（英文）": ("grounds in English", TEXT),
    "内容": ("content", TEXT),
    "内容（英文）": ("content in English", TEXT),
    "决定人": ("who decided", TEXT),
    "决定时间": ("when it was decided", TEXT),
    "决定理由": ("reason of the decision", TEXT),
    "其中公开链接": ("of the valid ballots, those by open link", COUNT),
    "其中本单位数据占比": ("share of the unit's own data in the empirical Bayes score", SHARE),
    "分组": ("league", CODE),
    "分组名称": ("name of the league", TEXT),
    "分组名称（英文）": ("name of the league in English", TEXT),
    "列": ("column", CODE),
    "剔除票": ("ballots excluded after review", COUNT),
    "加减分": ("bonus and deduction", PLAIN),
    "单位（计量）": ("unit of measurement", TEXT),
    "单位（计量，英文）": ("unit of measurement in English", TEXT),
    "单位代码": ("code of the unit", CODE),
    "单位名称": ("name of the unit", TEXT),
    "单位总分": ("total of the unit", PLAIN),
    "单位数": ("units", COUNT),
    "单看本单位名次区间上限": ("best place of the unit's own 95 % rank set", PLACE),
    "单看本单位名次区间下限": ("worst place of the unit's own 95 % rank set", PLACE),
    "升等至少需满分票数（never：再多也不够）": ("ballots at 100 that would lift it a grade", COUNT),
    "降等至少需零分票数（never：再多也不够）": ("ballots at 0 that would lower it a grade", COUNT),
    "参与排名数": ("units that are ranked with it", COUNT),
    "变化": ("change", PLAIN),
    "变化的标准误": ("standard error of the change", PLAIN),
    "可否跳过": ("may be skipped", FLAG),
    "名次": ("place by total", PLACE),
    "名次区间上限": ("best place of the 95 % rank set", PLACE),
    "名次区间下限": ("worst place of the 95 % rank set", PLACE),
    "名次改变的单位数": ("units whose place changes", COUNT),
    "含义": ("meaning", TEXT),
    "含义（英文）": ("meaning in English", TEXT),
    "原名次": ("place as it stands", PLACE),
    "原因": ("reason", TEXT),
    "原因代码": ("code of the reason", CODE),
    "原因（英文）": ("reason in English", TEXT),
    "原等次": ("grade as it stands", CODE),
    "原等次名称": ("name of the grade as it stands", TEXT),
    "问卷": ("questionnaire", CODE),
    "问卷版本": ("version of the questionnaire", CODE),
    "姓名": ("name of the person", TEXT),
    "姓名（英文）": ("name of the person in English", TEXT),
    "实际权重": ("weight that was used, after redistribution", PERCENT),
    "对象": ("whom or what it is about", CODE),
    "对象名称": ("name of whom or what it is about", TEXT),
    "对象（问卷或类别）": ("questionnaire or category that it is about", CODE),
    "干部编号": ("number of the leader", CODE),
    "序号": ("position of the question", COUNT),
    "建议编号": ("key of the proposal", CODE),
    "得分": ("score", POINTS),
    "总分": ("total", PLAIN),
    "指标": ("measure", TEXT),
    "指标代码": ("code of the measure", CODE),
    "指标（英文）": ("measure in English", TEXT),
    "按得分等次": ("grade by score alone", CODE),
    "收到评价票": ("ballots received", COUNT),
    "改变的规则": ("rule that is changed", TEXT),
    "改变的规则（英文）": ("rule that is changed, in English", TEXT),
    "改后名次": ("place after the change", PLACE),
    "改后等次": ("grade after the change", CODE),
    "改后等次名称": ("name of the grade after the change", TEXT),
    "数值": ("value of the measure", ("见指标", "as the measure says")),
    "显示条件": ("condition on which it is shown", TEXT),
    "是否总体题": ("is the overall question", FLAG),
    "是否酌定": ("at somebody's discretion", FLAG),
    "最大移动名次": ("places that the furthest mover moves", COUNT),
    "最终等次": ("final grade", CODE),
    "最终等次名称": ("name of the final grade", TEXT),
    "有效票": ("valid ballots that count", COUNT),
    "未按核验加权的民评得分": ("public score without fraud weights", POINTS),
    "本年民评得分": ("public score of this year", POINTS),
    "权重": ("weight of the question", PERCENT),
    "标记": ("flags", CODE),
    "标记说明": ("flags in words", TEXT),
    "标记说明（英文）": ("flags in English", TEXT),
    "正副职": ("principal or deputy", CODE),
    "正副职名称": ("principal or deputy, in words", TEXT),
    "民评得分": ("public score: satisfaction index", POINTS),
    "活动": ("campaign", CODE),
    "满意率（非常满意+满意）": ("top-two rate: very satisfied and satisfied", SHARE),
    "状态": ("state", CODE),
    "状态名称": ("state in words", TEXT),
    "理由": ("reason in words", TEXT),
    "理由（英文）": ("reason in words, in English", TEXT),
    "移动最多的单位": ("unit that moves furthest", CODE),
    "等次": ("grade", CODE),
    "等次名称": ("name of the grade", TEXT),
    "等次改变的单位数": ("units whose grade changes", COUNT),
    "等次是否确定": ("is the grade settled by the answers", CODE),
    "等次是否确定（说明）": ("is the grade settled by the answers, in words", TEXT),
    "类内名次": ("place by public score in its category", PLACE),
    "类别": ("category", CODE),
    "类别名称": ("name of the category", TEXT),
    "类别名称（英文）": ("name of the category in English", TEXT),
    "类型": ("kind", CODE),
    "类型名称": ("name of the kind", TEXT),
    "类型（英文）": ("name of the kind in English", TEXT),
    "经验贝叶斯得分": ("empirical Bayes score", POINTS),
    "结论": ("verdict", CODE),
    "结论（中文）": ("verdict in Chinese", TEXT),
    "综合得分": ("composite score", PLAIN),
    "职务": ("post", TEXT),
    "英文名称": ("English name of the unit", TEXT),
    "表": ("table", CODE),
    "表名": ("name of the table", TEXT),
    "规则": ("rule", CODE),
    "规定权重": ("weight in the scheme", PERCENT),
    "评价主体": ("evaluator group", CODE),
    "评价主体名称": ("name of the evaluator group", TEXT),
    "评价主体（英文）": ("name of the evaluator group in English", TEXT),
    "评价票": ("ballots", COUNT),
    "评价票（至少，整十）": ("ballots, at least so many: rounded down to tens", COUNT),
    "说明": ("notes", TEXT),
    "说明（英文）": ("notes in English", TEXT),
    "距上一等（总分）": ("points of the total that the next grade is away", PLAIN),
    "选项": ("options", TEXT),
    "选项代码": ("codes of the options", CODE),
    "选项（英文）": ("options in English", TEXT),
    "量表": ("scale", CODE),
    "降等依据": ("what lowered the grade", TEXT),
    "项目": ("item", TEXT),
    "项目代码": ("code of the item", CODE),
    "项目（英文）": ("item in English", TEXT),
    "题型": ("kind of question", CODE),
    "题目": ("question", TEXT),
    "题目代码": ("code of the question", CODE),
    "题目（英文）": ("question in English", TEXT),
    "高出下一等（总分）": ("points of the total above the next lower grade", PLAIN),
    "待人工决定": ("units that wait for a person's decision", COUNT),
    "一等概率": ("probability of the first grade", SHARE),
    "二等概率": ("probability of the second grade", SHARE),
    "三等概率": ("probability of the third grade", SHARE),
    "95%区间上限": ("upper end of the 95 % interval", POINTS),
    "95%区间下限": ("lower end of the 95 % interval", POINTS),
    "p值（Holm 校正）": ("p value, adjusted by Holm", SHARE),
    "总体评价：未作答": ("overall answer: none", COUNT),
}

FORMS: tuple[tuple[str, str, tuple[str, str]], ...] = (
    (r"n_(\w+)", "overall answer: {}, ballots", COUNT),
    (r"(\w+)_points", "{}: points", POINTS),
    (r"(\w+)_weight", "{}: weight in the total", PERCENT),
    (r"(\w+)_contribution", "{}: part of the total", PLAIN),
    (r"places_(\w+)", "places of the {} grade", COUNT),
    (r"given_(\w+)", "units given the {} grade", COUNT),
)


def dictionary_entry(column: Column) -> Entry:
    """English label and unit of a column.

    Raises:
        KeyError: nobody has said what it means; add it to `ENTRIES`.
    """
    if column.zh in ENTRIES:
        return ENTRIES[column.zh]
    for form, label, unit in FORMS:
        found = re.fullmatch(form, column.name)
        if found:
            return label.format(found[1]), unit
    raise KeyError(f"{column.name} ({column.zh})")


def english_label(column: Column) -> str:
    """The English label of a column; its name where there is none."""
    try:
        return dictionary_entry(column)[0]
    except KeyError:
        return column.name


def unit_of_measure(column: Column, lang: str) -> str:
    """The unit of a column in Chinese or English; nothing where it is not known."""
    try:
        return dictionary_entry(column)[1][0 if lang.startswith("zh") else 1]
    except KeyError:
        return ""


COLUMNS = (
    Column("page", "表"),
    Column("page_zh", "表名"),
    Column("column", "列"),
    Column("label_zh", "含义"),
    Column("label_en", "含义（英文）"),
    Column("unit_zh", "单位（计量）"),
    Column("unit_en", "单位（计量，英文）"),
)


def add_dictionary(book: Book) -> Book:
    """The book with one more page that says what each column is."""
    rows = tuple(
        (
            page.name,
            page.zh,
            column.name,
            column.zh,
            english_label(column),
            unit_of_measure(column, "zh"),
            unit_of_measure(column, "en"),
        )
        for page in book.pages
        for column in page.columns
    )
    return replace(book, pages=(*book.pages, Page("columns", "列说明", COLUMNS, rows)))
