"""Internal pages about inner units, posts and people (R16)."""

from __future__ import annotations

from collections.abc import Iterator

from aggregation.appraisal.nesting import InnerBody
from aggregation.model.reason_lines import worded
from aggregation.model.results import AppraisalResult, UnitResult
from bot.appraisal.plain_reasons import Names, names_of, part_name, scheme_names
from bot.appraisal.year import AppraisedYear
from bot.publication.exports.appraisal_pages import (
    GRADE,
    grade_cells,
    leader_cells,
    leader_columns,
    pair,
)
from bot.publication.exports.book import POINTS, Column, Page, Value, joined_text, joined_words
from bot.publication.exports.score_pages import UNIT
from survey_flows.messages import ENGLISH
from survey_flows.wording import DEFAULT


def parts_page(year: AppraisedYear) -> Page:
    """Return every inner unit and post with total, components, rank and grade."""
    places = year.inputs.scheme.places
    columns = (
        *UNIT,
        Column("parent", "column-parent"),
        Column("parent_zh", "column-parent-name"),
        Column("parent_en", "column-parent-en"),
        Column("level", "column-level"),
        Column("category", "column-category"),
        Column("category_zh", "column-category-name"),
        Column("category_en", "column-category-en"),
        Column("components_zh", "column-components"),
        Column("components_en", "column-components-en"),
        Column("adjustment", "column-adjustment", POINTS),
        Column("total", "column-total", places),
        Column("rank", "column-rank"),
        Column("of", "column-of"),
        *GRADE,
        Column("barred", "column-barred"),
        Column("decided_by", "column-decided-by"),
    )
    names = scheme_names(year.inputs.scheme)
    rows = tuple(
        _part(body, part, names) for body, result in _settled(year) for part in result.units
    )
    return Page("parts", "page-parts", columns, rows)


def _settled(year: AppraisedYear) -> Iterator[tuple[InnerBody, AppraisalResult]]:
    for body in year.inside:
        if body.result is not None:
            yield body, body.result


def _part(body: InnerBody, part: UnitResult, names: Names) -> tuple[Value, ...]:
    return (
        *(part.unit, part.zh, part.en, body.unit, body.zh, body.en, body.level, part.category),
        *pair(names.get(part.category, part.category)),
        *(_components(part, names, lang) for lang in (DEFAULT, ENGLISH)),
        *(part.adjustment, part.total, part.rank, part.of),
        *grade_cells(part),
        *(joined_text(part.barred), part.decided_by),
    )


def _components(part: UnitResult, names: Names, lang: str) -> str:
    return joined_words(
        [
            f"{worded(part_name(it.id, names), lang)} {float(it.points or 0):.2f} × {it.weight}%"
            for it in part.components
        ],
        lang,
    )


def people_page(year: AppraisedYear) -> Page:
    """Return every person inside units."""
    called = names_of(year.bodies, year.inputs.scheme)
    rows = tuple(leader_cells(x, called) for _, result in _settled(year) for x in result.leaders)
    return Page("people", "page-people", leader_columns(year.inputs.scheme.places), rows)
