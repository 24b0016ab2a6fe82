"""Sections and posts: the parts inside units, to any depth that the scheme has rules for (R16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.appraisal.nesting import depth, find_cycle
from aggregation.model.facts import AppraisedUnit
from aggregation.scheme.scheme import scheme_levels
from bot.records import code_lists as choices
from bot.records.context import ImportResult, YearContext
from bot.records.store import replace_inner, replace_leaders
from bot.spreadsheets.columns import Field, cell_reader, match_columns, refuse_duplicates
from bot.spreadsheets.reader import Cells, Problems, Row, Sheet, normalise_width

FIELDS = (
    Field("code", ("代码", "科室代码", "岗位代码")),
    Field("name_zh", ("名称", "name"), longest=80),
    Field("name_en", ("英文名称",), optional=True, longest=120),
    Field("parent", ("上级单位", "所属单位"), choices=choices.units),
    Field("category", ("类别",), choices=choices.inner_categories),
)
NAMED = 8


async def store_table(
    connection: AsyncConnection, known: YearContext, sheet: Sheet
) -> ImportResult:
    """Make these the year's parts inside units; people who stood in parts that are gone are appraised no more."""
    parts = read_inner(sheet, known)
    await replace_inner(connection, known.year, parts)
    standing = {*known.city, *(part.code for part in parts)}
    lost = [x for x in known.leaders.values() if x.unit not in standing]
    if lost:
        await replace_leaders(
            connection, known.year, [x for x in known.leaders.values() if x.unit in standing]
        )
    notes = [
        f"they take the place of {len(known.inner)}",
        *([_lost([x.id for x in lost])] if lost else []),
    ]
    return ImportResult(len(parts), tuple(notes))


async def current_table(_connection: AsyncConnection, known: YearContext) -> list[Cells]:
    """The year's parts inside units as a table."""
    return [(x.code, x.zh, x.en, x.parent, x.category) for x in known.inner.values()]


def _lost(people: list[str]) -> str:
    named = ", ".join(people[:NAMED]) + (" …" if len(people) > NAMED else "")
    return f"{len(people)} people stood in parts that are gone and are out of the year: {named}; import people again"


@dataclass(frozen=True, slots=True)
class _Tree:
    """Who is part of whom in the table, and the cities' own units with no parent."""

    known: YearContext
    parents: Mapping[str, str]


def read_inner(sheet: Sheet, known: YearContext) -> list[AppraisedUnit]:
    """The parts of a table. A parent is a unit of the city or another row, before it or after.

    Raises:
        BadInput: by row and column: a parent that there is not, a part that is part of itself, a level that the scheme
            has no rules for, a category that is not of its level.
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
    if code in tree.known.city or code in tree.known.leaders:
        what = "unit of the city" if code in tree.known.city else "person"
        cell("code").complain(f"«{code}» is the code of a {what}; give the part another")
    parent = cell("parent").one_of(tree.parents, "unit or part")
    name, category = cell("name_zh").text, normalise_width(cell("category").text)
    if ring := find_cycle(code, tree.parents):
        cell("parent").complain(
            f"«{code}» is part of itself: {' → '.join(ring)}; correct one of the parents"
        )
    elif code not in tree.known.city and parent in tree.parents:
        category = _category(row, depth(code, tree.parents), tree.known, problems)
    return AppraisedUnit(code, name, cell("name_en").text or name, category, parent=parent)


def _category(row: Row, level: int, known: YearContext, problems: Problems) -> str:
    rules = scheme_levels(known.scheme)
    cell = cell_reader(problems, row)
    if level > len(rules):
        where = ".".join(["inner"] * level)
        cell("parent").complain(
            f"this is level {level} inside a unit, and the scheme has no rules for it ({where})"
        )
        return normalise_width(cell("category").text)
    return cell("category").one_of(rules[level - 1].categories, f"category of level {level}")
