"""Pages about the year's appraisal. Those about persons are for the office, not for the public."""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.disclosure.suppression import DisclosedScore
from aggregation.model.facts import UNIT_GRADES, Grade
from aggregation.model.results import GradeCut, LeaderResult, Proposal, UnitResult
from aggregation.scheme.scheme import PUBLIC
from bot.appraisal.year import AppraisedYear
from bot.core.labels import disclosed_flags, name
from bot.publication.exports.book import EXACT, POINTS, SHARE, Column, Page, Value, joined_text
from bot.publication.exports.score_pages import (
    FLAGS,
    SCORE,
    UNIT,
    distribution_cells,
    distribution_columns,
    flag_cells,
    score_cells,
)

GRADE = (
    Column("grade", "等次"),
    Column("grade_zh", "等次名称"),
    Column("certainty", "等次是否确定"),
    Column("certainty_zh", "等次是否确定（说明）"),
)
OUTLOOK = (
    Column("own_rank_low", "单看本单位名次区间上限"),
    Column("own_rank_high", "单看本单位名次区间下限"),
    Column("p_first", "一等概率", SHARE),
    Column("p_second", "二等概率", SHARE),
    Column("p_third", "三等概率", SHARE),
    Column("up_gap", "距上一等（总分）", POINTS),
    Column("up_ballots", "升等至少需满分票数（never：再多也不够）"),
    Column("down_gap", "高出下一等（总分）", POINTS),
    Column("down_ballots", "降等至少需零分票数（never：再多也不够）"),
)


def units_page(year: AppraisedYear) -> Page:
    """Every unit with its total, what it was made of, rank, grade and public score."""
    scheme = year.inputs.scheme
    parts = [*scheme.indicators, PUBLIC]
    labels = {PUBLIC: "民评", **{id_: called.zh for id_, called in scheme.indicators.items()}}
    columns = (
        *UNIT,
        Column("category", "类别"),
        Column("category_zh", "类别名称"),
        Column("category_en", "类别名称（英文）"),
        Column("league", "分组"),
        Column("league_zh", "分组名称"),
        Column("league_en", "分组名称（英文）"),
        Column("total", "总分", scheme.places),
        Column("rank", "名次"),
        Column("of", "参与排名数"),
        Column("rank_low", "名次区间上限"),
        Column("rank_high", "名次区间下限"),
        *GRADE,
        *OUTLOOK,
        Column("barred", "不得评一等的原因"),
        Column("decided_by", "人工决定"),
        *(column for part in parts for column in _part_columns(part, labels[part])),
        Column("adjustment", "加减分", POINTS),
        *SCORE,
        *distribution_columns(scheme),
        *FLAGS,
    )
    told = year.inputs.disclosed
    rows = tuple(_unit(year, unit, told.get(unit.unit), parts) for unit in year.result.units)
    return Page("units", "单位", columns, rows)


def _part_columns(part: str, label: str) -> Iterable[Column]:
    yield Column(f"{part}_points", f"{label}（得分）", EXACT)
    yield Column(f"{part}_weight", f"{label}（权重%）", POINTS)
    yield Column(f"{part}_contribution", f"{label}（计入总分）", EXACT)


def _unit(
    year: AppraisedYear, unit: UnitResult, told: DisclosedScore | None, parts: Iterable[str]
) -> tuple[Value, ...]:
    scheme = year.inputs.scheme
    components = {c.id: (c.points, c.weight, c.contribution) for c in unit.components}
    if told is None or told.withheld:
        components.pop(PUBLIC, None)
    kind, league = (
        scheme.categories[unit.category],
        scheme.leagues[unit.league] if unit.league else None,
    )
    return (
        *(unit.unit, unit.zh, unit.en, unit.category, kind.zh, kind.en),
        *((unit.league, league.zh, league.en) if league else ("", "", "")),
        *(unit.total, unit.rank, unit.of, unit.low, unit.high),
        *grade_cells(unit),
        *_outlook(unit),
        *(joined_text(unit.barred), unit.decided_by),
        *(value for part in parts for value in components.get(part, (None, None, None))),
        unit.adjustment,
        *score_cells(told),
        *distribution_cells(told, scheme),
        *flag_cells(disclosed_flags(told) if told else ("insufficient",), scheme),
    )


def grade_cells(unit: UnitResult) -> tuple[Value, ...]:
    """What stands under `GRADE`."""
    return (unit.grade or "", name(unit.grade), unit.certainty or "", name(unit.certainty))


def _outlook(unit: UnitResult) -> tuple[Value, ...]:
    if unit.outlook is None or unit.grade is None:
        return (None,) * len(OUTLOOK)
    outlook, ways = unit.outlook, {cut.up: cut for cut in unit.outlook.cuts}
    cells = [_way(ways.get(up)) for up in (True, False)]
    return (
        outlook.low,
        outlook.high,
        *(outlook.odds[g] for g in UNIT_GRADES),
        *cells[0],
        *cells[1],
    )


def _way(cut: GradeCut | None) -> tuple[Value, ...]:
    if cut is None:
        return (None, None)
    return (cut.gap, "never" if cut.never else cut.ballots)


def leagues_page(year: AppraisedYear) -> Page:
    """The districts and the counties, each ranked among themselves (R3)."""
    columns = (
        Column("league", "分组"),
        Column("league_zh", "分组名称"),
        Column("league_en", "分组名称（英文）"),
        Column("rank", "名次"),
        *UNIT,
        Column("total", "总分", year.inputs.scheme.places),
        Column("rank_low", "名次区间上限"),
        Column("rank_high", "名次区间下限"),
    )
    units = {unit.unit: unit for unit in year.result.units}
    rows = []
    for league, ranked in year.result.leagues.items():
        called = year.inputs.scheme.leagues[league]
        for unit in (units[code] for code in ranked):
            head = (league, called.zh, called.en, unit.rank, unit.unit, unit.zh, unit.en)
            rows.append((*head, unit.total, unit.low, unit.high))
    return Page("leagues", "区县排名", columns, tuple(rows))


def quotas_page(year: AppraisedYear) -> Page:
    """The places locked at the start of the year, and the grades that were given (R4)."""
    grades = (Grade.FIRST, Grade.SECOND, Grade.THIRD)
    columns = (
        Column("category", "类别"),
        Column("category_zh", "类别名称"),
        Column("units", "单位数"),
        *(Column(f"places_{grade}", f"{name(grade)}名额") for grade in grades),
        *(Column(f"given_{grade}", f"{name(grade)}实评") for grade in grades),
        Column("waiting", "待人工决定"),
        Column("notes_zh", "说明"),
        Column("notes_en", "说明（英文）"),
    )
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            *(use.category, year.inputs.scheme.categories[use.category].zh, use.size),
            *(use.places.get(grade, 0) for grade in grades),
            *(use.given.get(grade, 0) for grade in grades),
            use.waiting,
            *(joined_text([line.text(lang) for line in use.notes]) for lang in ("zh-Hans", "en")),
        )
        for use in year.result.quotas
    )
    return Page("quotas", "名额", columns, rows)


def leaders_page(year: AppraisedYear) -> Page:
    """Every leader's year. Internal."""
    names = {unit.unit: unit.zh for unit in year.result.units}
    rows = tuple(leader_cells(x, names[x.unit]) for x in year.result.leaders)
    return Page("leaders", "领导干部", leader_columns(year.inputs.scheme.places), rows)


def leader_columns(places: int) -> tuple[Column, ...]:
    """The columns of a page of persons, whose scores have so many decimals."""
    return (
        Column("id", "干部编号"),
        Column("name_zh", "姓名"),
        Column("name_en", "姓名（英文）"),
        Column("unit", "单位代码"),
        Column("unit_zh", "单位名称"),
        Column("role", "正副职"),
        Column("role_zh", "正副职名称"),
        Column("post", "职务"),
        Column("unit_total", "单位总分", places),
        Column("personal", "个人得分", places),
        Column("score", "综合得分", places),
        Column("base", "按得分等次"),
        Column("grade", "最终等次"),
        Column("grade_zh", "最终等次名称"),
        Column("certainty", "等次是否确定"),
        Column("certainty_zh", "等次是否确定（说明）"),
        Column("lowered_by", "降等依据"),
    )


def leader_cells(leader: LeaderResult, unit: str) -> tuple[Value, ...]:
    """A person's row; ``unit`` is the Chinese name of the unit or part."""
    return (
        *(
            leader.leader,
            leader.zh,
            leader.en,
            leader.unit,
            unit,
            leader.role,
            name(leader.role),
            leader.post,
        ),
        *(
            leader.unit_total,
            leader.personal,
            leader.score,
            leader.base or "",
            leader.grade or "",
            name(leader.grade),
        ),
        *(leader.certainty or "", name(leader.certainty), joined_text(leader.lowered_by)),
    )


def proposals_page(year: AppraisedYear) -> Page:
    """What the rules propose, on what grounds, and what persons decided. Internal."""
    columns = (
        Column("key", "建议编号"),
        Column("rule", "规则"),
        Column("kind", "类型"),
        Column("kind_zh", "类型名称"),
        Column("kind_en", "类型（英文）"),
        Column("subject", "对象"),
        Column("subject_zh", "对象名称"),
        Column("discretionary", "是否酌定"),
        Column("status", "状态"),
        Column("status_zh", "状态名称"),
        Column("by", "决定人"),
        Column("at", "决定时间"),
        Column("reason", "决定理由"),
        Column("grounds_zh", "依据"),
        Column("grounds_en", "依据（英文）"),
    )
    names = {unit.unit: unit.zh for result in year.bodies for unit in result.units}
    names |= {x.leader: x.zh for result in year.bodies for x in result.leaders}
    rows = tuple(
        _proposal(p, names.get(p.subject, "")) for result in year.bodies for p in result.proposals
    )
    return Page("proposals", "建议与决定", columns, rows)


def _proposal(proposal: Proposal, called: str) -> tuple[Value, ...]:
    made = proposal.decision
    return (
        *(
            proposal.key,
            proposal.rule,
            proposal.kind,
            name(proposal.kind),
            name(proposal.kind, "en"),
        ),
        *(proposal.subject, called, proposal.discretionary, proposal.status, name(proposal.status)),
        *((made.by, made.at, made.reason) if made else ("", "", "")),
        *(
            joined_text([line.text(lang) for line in proposal.grounds])
            for lang in ("zh-Hans", "en")
        ),
    )


def reasons_page(year: AppraisedYear) -> Page:
    """The reason trail of every unit, part and person. Internal."""
    columns = (
        Column("subject", "对象"),
        Column("position", "序号"),
        Column("reason_zh", "理由"),
        Column("reason_en", "理由（英文）"),
    )
    rows = tuple(
        (subject, position, line.text("zh-Hans"), line.text("en"))
        for result in year.bodies
        for subject, lines in result.trail.items()
        for position, line in enumerate(lines, 1)
    )
    return Page("reasons", "理由", columns, rows)
