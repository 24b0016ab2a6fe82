"""Internal pages about inner units, posts and people (R16)."""

from __future__ import annotations

from collections.abc import Iterator

from aggregation.appraisal.nesting import InnerBody
from aggregation.model.results import AppraisalResult, UnitResult
from bot.appraisal.year import AppraisedYear
from bot.publication.exports.appraisal_pages import GRADE, grade_cells, leader_cells, leader_columns
from bot.publication.exports.book import POINTS, Column, Page, Value, joined_text
from bot.publication.exports.score_pages import UNIT


def parts_page(year: AppraisedYear) -> Page:
    """Return every inner unit and post with total, components, rank and grade."""
    places = year.inputs.scheme.places
    columns = (
        *UNIT,
        Column("parent", "column-parent"),
        Column("parent_zh", "column-parent-name"),
        Column("level", "column-level"),
        Column("category", "column-category"),
        Column("components", "column-components"),
        Column("adjustment", "column-adjustment", POINTS),
        Column("total", "column-total", places),
        Column("rank", "column-rank"),
        Column("of", "column-of"),
        *GRADE,
        Column("barred", "column-barred"),
        Column("decided_by", "column-decided-by"),
    )
    rows = tuple(_part(body, part) for body, result in _settled(year) for part in result.units)
    return Page("parts", "page-parts", columns, rows)


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
    """Return every person inside units."""
    names = {part.unit: part.zh for _, result in _settled(year) for part in result.units}
    rows = tuple(
        leader_cells(x, names.get(x.unit, ""))
        for _, result in _settled(year)
        for x in result.leaders
    )
    return Page("people", "page-people", leader_columns(year.inputs.scheme.places), rows)
