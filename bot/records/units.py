"""Reads and stores units with their leagues, and makes the words by which citizens find them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.facts import AppraisedUnit, Membership
from aggregation.scheme.parts import Category
from bot.records import code_lists as choices
from bot.records.context import ImportResult, YearContext
from bot.records.seals import sealed_years
from bot.records.store import ListedUnit, write_units
from bot.spreadsheets.columns import Field, cell_reader, match_columns, refuse_duplicates
from bot.spreadsheets.reader import Cells, Problems, Row, Sheet
from survey_flows.messages import Message

FIELDS = (
    Field("code", ("单位代码", "代码")),
    Field("name_zh", ("单位名称", "名称", "name"), longest=80),
    Field("name_en", ("英文名称",), longest=120),
    Field("category", ("类别", "单位类别"), choices=choices.categories),
    Field("questionnaire", ("问卷",), longest=64, choices=choices.questionnaires),
    Field("league", ("分组", "序列"), optional=True, choices=choices.leagues),
    Field("since", ("起始年份",), optional=True),
)


@lru_cache(maxsize=4096)
def unit_search(name_zh: str, code: str) -> str:
    """Return lower-case words to find a unit by: name in pinyin, its initials, and the code."""
    from pypinyin import Style, lazy_pinyin

    full = "".join(lazy_pinyin(name_zh))
    initials = "".join(lazy_pinyin(name_zh, style=Style.FIRST_LETTER))
    words = ["".join(filter(str.isalnum, word)).lower() for word in (full, initials)] + [
        code.lower()
    ]
    return " ".join(dict.fromkeys(word for word in words if word))


async def store_table(
    connection: AsyncConnection, known: YearContext, sheet: Sheet
) -> ImportResult:
    """Add or change the units; a league counts from the year ``since``, or always without it."""
    listed = read_units(sheet, known)
    await write_units(connection, listed)
    new = sum(x.unit.code not in known.city for x in listed)
    same = sum(x == known.city.get(x.unit.code) for x in listed)
    notes = [
        Message("records-units-imported", new=new, changed=len(listed) - new - same, same=same)
    ]
    if new and (sealed := await sealed_years(connection)):
        notes.append(Message("records-units-after-seal", year=max(sealed)))
    return ImportResult(len(listed), tuple(notes))


async def current_table(_connection: AsyncConnection, known: YearContext) -> list[Cells]:
    """Return the city's units as a table, each with its last league."""
    return [_cells(listed.unit, listed.questionnaire) for listed in known.city.values()]


def _cells(unit: AppraisedUnit, questionnaire: str) -> Cells:
    last = unit.memberships[-1] if unit.memberships else None
    league = (last.league, str(last.since or "")) if last else ("", "")
    return (unit.code, unit.zh, unit.en, unit.category, questionnaire, *league)


def read_units(sheet: Sheet, known: YearContext) -> list[ListedUnit]:
    """Read the units of a table, whose categories and leagues the scheme must have.

    Raises:
        BadInput: all problems, by row and column.
    """
    problems = Problems(sheet.file)
    rows = match_columns(sheet, FIELDS, problems)
    refuse_duplicates(rows, ["code"], problems)
    listed = [_unit(row, known, problems) for row in rows]
    problems.settle()
    return listed


def _unit(row: Row, known: YearContext, problems: Problems) -> ListedUnit:
    cell = cell_reader(problems, row)
    code = cell("code").code()
    if code in known.leaders:
        cell("code").complain(Message("records-code-is-leader-id", code=code))
    if code in known.inner:
        cell("code").complain(Message("records-code-is-part", code=code))
    category = cell("category").one_of(
        known.scheme.categories, Message("spreadsheets-kind-category")
    )
    leagues = _leagues(row, known.scheme.categories.get(category), known, problems)
    unit = AppraisedUnit(code, cell("name_zh").text, cell("name_en").text, category, leagues)
    return ListedUnit(_with_past(unit, known.city), cell("questionnaire").code())


def _leagues(
    row: Row, category: Category | None, known: YearContext, problems: Problems
) -> tuple[Membership, ...]:
    cell = cell_reader(problems, row)
    ranked = category is not None and category.graded_by == "league"
    if not row.cells["league"]:
        if ranked:
            problems.add(Message("records-league-missing"), row.number, "league")
        return ()
    if category is not None and not ranked:
        cell("league").complain(Message("records-league-not-used"))
    league = cell("league").one_of(known.scheme.leagues, Message("spreadsheets-kind-league"))
    since = cell("since").year() if row.cells["since"] else None
    return (Membership(league, since),)


def _with_past(unit: AppraisedUnit, known: Mapping[str, ListedUnit]) -> AppraisedUnit:
    """Return the unit with its earlier memberships, which end before the new one begins.

    A membership that stands already stays as it is, with its end if it has one.
    望城 was a county before it became a district: the past must not change.
    """
    if not unit.memberships or unit.code not in known:
        return unit
    since, stored = unit.memberships[0].since, known[unit.code].unit.memberships
    if stored and replace(stored[-1], until=None) == unit.memberships[0]:
        return replace(unit, memberships=stored)
    if since is None:
        return unit
    past = [m for m in stored if (m.since or 0) < since]
    ended = [replace(m, until=min(m.until or since - 1, since - 1)) for m in past]
    return replace(unit, memberships=(*ended, *unit.memberships))
