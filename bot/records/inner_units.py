"""Reads and stores inner units: sections and posts, as deep as the scheme has rules (R16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.appraisal.nesting import depth, find_cycle
from aggregation.model.facts import AppraisedUnit
from aggregation.scheme.scheme import scheme_levels
from bot.records import code_lists as choices
from bot.records.context import ImportResult, YearContext, first_names
from bot.records.store import replace_inner, replace_leaders
from bot.spreadsheets.columns import Field, cell_reader, match_columns, refuse_duplicates
from bot.spreadsheets.reader import Cells, Problems, Row, Sheet, normalise_width
from survey_flows.messages import Message

FIELDS = (
    Field("code", ("代码", "科室代码", "岗位代码")),
    Field("name_zh", ("名称", "name"), longest=80),
    Field("name_en", ("英文名称",), optional=True, longest=120),
    Field("parent", ("上级单位", "所属单位"), choices=choices.units),
    Field("category", ("类别",), choices=choices.inner_categories),
)


async def store_table(
    connection: AsyncConnection, known: YearContext, sheet: Sheet
) -> ImportResult:
    """Replace the year's inner units; people in inner units that are gone leave the year."""
    parts = read_inner(sheet, known)
    await replace_inner(connection, known.year, parts)
    standing = {*known.city, *(part.code for part in parts)}
    lost = [x for x in known.leaders.values() if x.unit not in standing]
    if lost:
        await replace_leaders(
            connection, known.year, [x for x in known.leaders.values() if x.unit in standing]
        )
    notes = [Message("records-replaced", count=len(known.inner))]
    if lost:
        people = first_names([x.id for x in lost])
        notes.append(Message("records-people-dropped", count=len(lost), people=people))
    return ImportResult(len(parts), tuple(notes))


async def current_table(_connection: AsyncConnection, known: YearContext) -> list[Cells]:
    """Return the year's inner units as a table."""
    return [(x.code, x.zh, x.en, x.parent, x.category) for x in known.inner.values()]


@dataclass(frozen=True, slots=True)
class _Tree:
    """The parent of each inner unit in the table; the city's units have none."""

    known: YearContext
    parents: Mapping[str, str]


def read_inner(sheet: Sheet, known: YearContext) -> list[AppraisedUnit]:
    """Read the inner units of a table; a parent is a unit of the city or any other row.

    Raises:
        BadInput: by row and column, a parent is unknown, an inner unit is part of itself,
            the scheme has no rules for a level, or a category is not of its level.
    """
    problems = Problems(sheet.file)
    rows = match_columns(sheet, FIELDS, problems)
    refuse_duplicates(rows, ["code"], problems)
    above = {
        normalise_width(row.cells["code"]): normalise_width(row.cells["parent"]) for row in rows
    }
    tree = _Tree(known, {**above, **dict.fromkeys(known.city, "")})
    parts = [_part(row, tree, problems) for row in rows]
    problems.settle()
    return parts


def _part(row: Row, tree: _Tree, problems: Problems) -> AppraisedUnit:
    cell = cell_reader(problems, row)
    code = cell("code").code()
    if code in tree.known.city:
        cell("code").complain(Message("records-code-of-city-unit", code=code))
    elif code in tree.known.leaders:
        cell("code").complain(Message("records-code-of-person", code=code))
    parent = cell("parent").one_of(tree.parents, Message("spreadsheets-kind-unit-or-part"))
    name, category = cell("name_zh").text, normalise_width(cell("category").text)
    if ring := find_cycle(code, tree.parents):
        cell("parent").complain(Message("records-part-of-itself", code=code, ring=" → ".join(ring)))
    elif code not in tree.known.city and parent in tree.parents:
        category = _category(row, depth(code, tree.parents), tree.known, problems)
    return AppraisedUnit(code, name, cell("name_en").text or name, category, parent=parent)


def _category(row: Row, level: int, known: YearContext, problems: Problems) -> str:
    rules = scheme_levels(known.scheme)
    cell = cell_reader(problems, row)
    if level > len(rules):
        field = ".".join(["inner"] * level)
        cell("parent").complain(Message("records-level-without-rules", level=level, field=field))
        return normalise_width(cell("category").text)
    return cell("category").one_of(
        rules[level - 1].categories, Message("spreadsheets-kind-level-category", level=level)
    )
