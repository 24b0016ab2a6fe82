"""Pages about what is inside units: sections, posts and people (R16). For the office, not for the public."""

from __future__ import annotations

from collections.abc import Iterator

from aggregation.appraisal.nesting import InnerBody
from aggregation.model.results import AppraisalResult, UnitResult
from bot.appraisal.year import AppraisedYear
from bot.publication.exports.appraisal_pages import GRADE, grade_cells, leader_cells, leader_columns
from bot.publication.exports.book import POINTS, Column, Page, Value, joined_text
from bot.publication.exports.score_pages import UNIT


def parts_page(year: AppraisedYear) -> Page:
    """Every section and post with its total, what it was made of, rank among the parts of its unit, and grade."""
    places = year.inputs.scheme.places
    columns = (
        *UNIT,
        Column("parent", "上级单位代码"),
        Column("parent_zh", "上级单位名称"),
        Column("level", "层级"),
        Column("category", "类别"),
        Column("components", "得分构成"),
        Column("adjustment", "加减分", POINTS),
        Column("total", "总分", places),
        Column("rank", "名次"),
        Column("of", "参与排名数"),
        *GRADE,
        Column("barred", "不得评一等的原因"),
        Column("decided_by", "人工决定"),
    )
    rows = tuple(_part(body, part) for body, result in _settled(year) for part in result.units)
    return Page("parts", "内设机构与岗位", columns, rows)


def _settled(year: AppraisedYear) -> Iterator[tuple[InnerBody, AppraisalResult]]:
    for body in year.inside:
        if body.result is not None:
            yield body, body.result


def _part(body: InnerBody, part: UnitResult) -> tuple[Value, ...]:
    return (
        *(part.unit, part.zh, part.en, body.unit, body.zh, body.level, part.category),
        joined_text([f"{c.id} {float(c.points or 0):.2f} × {c.weight}%" for c in part.components]),
        *(part.adjustment, part.total, part.rank, part.of),
        *grade_cells(part),
        *(joined_text(part.barred), part.decided_by),
    )


def people_page(year: AppraisedYear) -> Page:
    """Every person inside units."""
    names = {part.unit: part.zh for _, result in _settled(year) for part in result.units}
    rows = tuple(
        leader_cells(x, names[x.unit]) for _, result in _settled(year) for x in result.leaders
    )
    return Page("people", "人员", leader_columns(year.inputs.scheme.places), rows)
