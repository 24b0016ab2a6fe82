"""Pages that say how steady results are: what has changed since last year, and what other rules would have done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregation.appraisal.stability import ResultShift
from bot.appraisal.year import AppraisedYear
from bot.core.labels import name
from bot.publication.exports.book import EXACT, SHARE, Book, Column, Page, Value
from bot.publication.exports.dictionary import add_dictionary
from bot.publication.exports.score_pages import UNIT


def changes_page(year: AppraisedYear) -> Page:
    """Each unit's public score beside that of the year before, with a test of the difference (Holm)."""
    columns = (
        *UNIT,
        Column("before", "上年民评得分", EXACT),
        Column("after", "本年民评得分", EXACT),
        Column("difference", "变化", EXACT),
        Column("standard_error", "变化的标准误", EXACT),
        Column("p_holm", "p值（Holm 校正）", SHARE),
        Column("verdict", "结论"),
        Column("verdict_zh", "结论（中文）"),
    )
    names = {unit.unit: (unit.zh, unit.en) for unit in year.result.units}
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            *(unit, *names[unit], c.before, c.after, c.difference),
            *(c.error, c.p, c.verdict, name(c.verdict)),
        )
        for unit, c in year.changes.items()
        if unit in names
    )
    return Page("changes", "与上年比较", columns, rows)


def shifts_page(shifts: Sequence[ResultShift]) -> Page:
    """What each other rule would have done."""
    columns = (
        Column("key", "代码"),
        Column("rule_zh", "改变的规则"),
        Column("rule_en", "改变的规则（英文）"),
        Column("tau_b", "与原排名的 Kendall tau-b", EXACT),
        Column("moved", "名次改变的单位数"),
        Column("furthest", "最大移动名次"),
        Column("furthest_unit", "移动最多的单位"),
        Column("graded", "等次改变的单位数"),
    )
    rows = tuple(
        (s.key, s.zh, s.en, s.tau, s.moved, s.furthest, s.furthest_unit, len(s.graded))
        for s in shifts
    )
    return Page("sensitivity", "敏感性", columns, rows)


def moves_page(year: AppraisedYear, shifts: Sequence[ResultShift]) -> Page:
    """Every unit whose grade would have been another."""
    columns = (
        Column("key", "代码"),
        *UNIT,
        Column("rank_before", "原名次"),
        Column("rank_after", "改后名次"),
        Column("grade_before", "原等次"),
        Column("grade_after", "改后等次"),
        Column("grade_before_zh", "原等次名称"),
        Column("grade_after_zh", "改后等次名称"),
    )
    names: Mapping[str, tuple[str, str]] = {
        unit.unit: (unit.zh, unit.en) for unit in year.result.units
    }
    rows: list[tuple[Value, ...]] = [
        (
            s.key,
            m.unit,
            *names[m.unit],
            *m.ranks,
            *(g or "" for g in m.grades),
            *(name(g) for g in m.grades),
        )
        for s in shifts
        for m in s.graded
    ]
    return Page("grades_that_change", "等次改变的单位", columns, tuple(rows))


def sensitivity_book(year: AppraisedYear, shifts: Sequence[ResultShift], timezone: str) -> Book:
    """A year's sensitivity as a book of its own: it takes seconds to make."""
    closed = max(part.campaign.closes_at for part in year.campaigns)
    title = f"{year.year} 年度考核敏感性分析 Sensitivity of the appraisal {year.year}"
    day = datetime.fromtimestamp(closed, ZoneInfo(timezone)).date()
    return add_dictionary(Book(title, day, (shifts_page(shifts), moves_page(year, shifts))))
