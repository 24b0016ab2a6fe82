"""Reads and stores dated units: what a unit was from when until when, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.dated import Period, UnitEvent, UnitEventKind, UnitPeriod
from aggregation.model.facts import AppraisedUnit, Membership
from bot.records import code_lists as choices
from bot.records.context import ImportResult, YearContext
from bot.records.posts import read_period
from bot.records.sealed_units import SealedUnits, units_of_next_seal
from bot.records.store import ListedUnit, exists_in, read_inner, read_units
from bot.spreadsheets.columns import Field, cell_reader, match_columns, refuse_duplicates
from bot.spreadsheets.reader import Cells, Problems, Row, Sheet, normalise_width
from bot.storage.bulk import insert_all
from bot.storage.schema import all as tables
from survey_flows.messages import Message

FIELDS = (
    Field("code", ("单位代码", "代码"), choices=choices.city_units),
    Field("begins", ("成立日期", "起")),
    Field("until", ("撤销日期", "止"), optional=True),
    Field("name_zh", ("单位名称", "名称", "name"), longest=80),
    Field("name_en", ("英文名称",), longest=120),
    Field("category", ("类别", "单位类别"), choices=choices.categories),
    Field("league", ("分组", "序列"), optional=True, choices=choices.leagues),
)
COLUMNS = ("code", "begins", "until", "name_zh", "name_en", "category", "league")
KINDS = {
    UnitEventKind.CREATE: ("新设",),
    UnitEventKind.MERGE: ("合并",),
    UnitEventKind.SPLIT: ("分设",),
    UnitEventKind.ABOLISH: ("撤销",),
    UnitEventKind.RENAME: ("更名",),
    UnitEventKind.RECATEGORISE: ("调整类别",),
}
EVENTS = (
    Field("on", ("日期",)),
    Field("kind", ("类型", "情形"), choices=choices.enum_names(KINDS), named=True),
    Field("before", ("原单位",), optional=True),
    Field("after", ("现单位",), optional=True),
    Field("document", ("依据", "文件")),
    Field("shares", ("得分比例",), optional=True),
    Field("continues", ("延续考核",), optional=True),
)
YES = ("yes", "true", "1", "是")


async def read_unit_periods(connection: AsyncConnection) -> tuple[UnitPeriod, ...]:
    """Read every period of every unit, by code and first day."""
    columns = tables.unit_periods.c
    rows = await connection.execute(
        select(tables.unit_periods).order_by(columns.code, columns.begins)
    )
    return tuple(
        UnitPeriod(
            row.code,
            row.name_zh,
            row.name_en,
            row.category,
            Period(
                date.fromisoformat(row.begins),
                date.fromisoformat(row.until) if row.until else None,
            ),
            row.league,
        )
        for row in rows
    )


async def read_unit_events(connection: AsyncConnection) -> tuple[UnitEvent, ...]:
    """Read what became of units, by day."""
    columns = tables.unit_events.c
    rows = await connection.execute(select(tables.unit_events).order_by(columns.on, columns.id))
    return tuple(_event(row) for row in rows)


def _event(row: Any) -> UnitEvent:
    shares = [part.partition("=") for part in row.shares.split()]
    return UnitEvent(
        date.fromisoformat(row.on),
        UnitEventKind(row.kind),
        tuple(row.before.split()),
        tuple(row.after.split()),
        row.document,
        tuple((code, Decimal(share)) for code, _, share in shares),
        row.continues,
    )


async def read_units_of(connection: AsyncConnection, year: int) -> tuple[ListedUnit, ...]:
    """Read the units that exist on a day of a year, as they are on the last of these days.

    A unit without periods stands in every year; but one that a seal of the year, or of the next
    sealed one, does not know appeared after it, and stands only in the years after that seal's.
    """
    dated = await read_unit_periods(connection)
    sealed = await units_of_next_seal(connection, year)
    periods = {code: list(part) for code, part in groupby(dated, key=lambda it: it.code)}
    found = []
    for listed in await read_units(connection):
        mine = periods.get(listed.unit.code)
        if mine is None:
            if exists_in(listed.unit, year) and not _came_later(listed.unit, sealed):
                found.append(listed)
            continue
        here = [it for it in mine if it.period.days_in(year)]
        if here:
            found.append(ListedUnit(_as_it_is(here[-1]), listed.questionnaire))
    return tuple(found)


def _came_later(unit: AppraisedUnit, sealed: SealedUnits | None) -> bool:
    """Return whether a unit without periods appeared after a year was sealed."""
    if sealed is None or unit.code in sealed.codes:
        return False
    return exists_in(unit, sealed.year)


async def read_all_units(connection: AsyncConnection, year: int) -> tuple[AppraisedUnit, ...]:
    """Read the city's units of a year and their inner units."""
    own = (listed.unit for listed in await read_units_of(connection, year))
    return (*own, *await read_inner(connection, year))


def _as_it_is(it: UnitPeriod) -> AppraisedUnit:
    leagues = (Membership(it.league),) if it.league else ()
    return AppraisedUnit(it.code, it.zh, it.en, it.category, leagues)


async def store_table(
    connection: AsyncConnection, known: YearContext, sheet: Sheet
) -> ImportResult:
    """Replace the periods of the units in the table; those of other units stay."""
    rows = read_periods_table(sheet, known)
    codes = sorted({row[0] for row in rows})
    columns = tables.unit_periods.c
    gone = await connection.execute(tables.unit_periods.delete().where(columns.code.in_(codes)))
    made = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    await insert_all(connection, tables.unit_periods, made)
    return ImportResult(len(rows), (Message("records-replaced", count=gone.rowcount),))


async def current_table(connection: AsyncConnection, _known: YearContext) -> list[Cells]:
    """Return every period as a table."""
    return [
        (
            it.code,
            it.period.begins.isoformat(),
            it.period.until.isoformat() if it.period.until else "",
            *(it.zh, it.en, it.category, it.league),
        )
        for it in await read_unit_periods(connection)
    ]


def read_periods_table(sheet: Sheet, known: YearContext) -> list[tuple[str, ...]]:
    """Read the periods of a table; those of one unit have no day in common.

    Raises:
        BadInput: all problems, by row and column.
    """
    problems = Problems(sheet.file)
    rows = match_columns(sheet, FIELDS, problems)
    periods = [read_period(row, problems) for row in rows]
    found = [
        _period(row, period, known, problems) for row, period in zip(rows, periods, strict=True)
    ]
    for number, row in enumerate(rows):
        same = (n for n in range(number) if found[n][0] == found[number][0])
        if any(periods[n].overlaps(periods[number]) for n in same):
            message = Message("records-periods-overlap", code=found[number][0])
            problems.add(message, row.number, "begins")
    problems.settle()
    return found


def _period(row: Row, period: Period, known: YearContext, problems: Problems) -> tuple[str, ...]:
    cell = cell_reader(problems, row)
    category = cell("category").one_of(
        known.scheme.categories, Message("spreadsheets-kind-category")
    )
    league = ""
    if row.cells["league"]:
        league = cell("league").one_of(known.scheme.leagues, Message("spreadsheets-kind-league"))
    return (
        cell("code").one_of(known.listed or known.city, Message("spreadsheets-kind-unit")),
        period.begins.isoformat(),
        period.until.isoformat() if period.until else "",
        *(cell("name_zh").text, cell("name_en").text, category, league),
    )


async def store_events_table(
    connection: AsyncConnection, known: YearContext, sheet: Sheet
) -> ImportResult:
    """Replace what became of units."""
    events = read_events_table(sheet, known)
    gone = await connection.execute(tables.unit_events.delete())
    await insert_all(connection, tables.unit_events, events)
    return ImportResult(len(events), (Message("records-replaced", count=gone.rowcount),))


async def current_events_table(connection: AsyncConnection, _known: YearContext) -> list[Cells]:
    """Return what became of units as a table."""
    return [
        (
            it.on.isoformat(),
            it.kind,
            " ".join(it.before),
            " ".join(it.after),
            it.document,
            " ".join(f"{code}={share}" for code, share in it.shares),
            "yes" if it.continues else "no",
        )
        for it in await read_unit_events(connection)
    ]


def read_events_table(sheet: Sheet, known: YearContext) -> list[dict[str, object]]:
    """Read what became of units; the shares of a merged score sum to 1.

    Raises:
        BadInput: all problems, by row and column.
    """
    problems = Problems(sheet.file)
    rows = match_columns(sheet, EVENTS, problems)
    refuse_duplicates(rows, ["on", "kind", "before", "after"], problems)
    found = [_event_row(row, known, problems) for row in rows]
    problems.settle()
    return found


def _event_row(row: Row, known: YearContext, problems: Problems) -> dict[str, object]:
    cell = cell_reader(problems, row)
    units = {name: normalise_width(cell(name).text).split() for name in ("before", "after")}
    for name, codes in units.items():
        for code in codes:
            if code not in (known.listed or known.city):
                cell(name).complain(Message("records-no-such-unit", code=code))
    shares = normalise_width(cell("shares").text).split()
    if shares and not _sum_to_one(shares, units["before"]):
        cell("shares").complain(Message("records-shares"))
    return {
        "on": cell("on").day(),
        "kind": cell("kind").member(UnitEventKind, KINDS).value,
        "before": " ".join(units["before"]),
        "after": " ".join(units["after"]),
        "document": cell("document").text,
        "shares": " ".join(shares),
        "continues": normalise_width(cell("continues").text).lower() in YES,
    }


def _sum_to_one(shares: Sequence[str], before: Sequence[str]) -> bool:
    parts = [part.partition("=") for part in shares]
    try:
        whole = sum((Decimal(share) for _, _, share in parts), Decimal(0))
    except ArithmeticError:
        return False
    return whole == 1 and {code for code, _, _ in parts} == set(before)
