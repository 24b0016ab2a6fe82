"""Reads the calendar of working days: the shipped one, and the years that a city imports.

An imported year replaces the shipped year whole.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.procedure.workdays import SATURDAY, WorkingDays
from bot.spreadsheets.columns import Field, InputCell, cell_reader, match_columns, refuse_duplicates
from bot.spreadsheets.reader import Problems, normalise_width, read_sheet
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.messages import Message

SHIPPED = "china.csv"
"""Holidays by the State Council's General Office: 国办发明电〔2024〕12号 and 〔2025〕7号."""
OFF, WORK = "off", "work"
FIELDS = (
    Field("day", ("日期",)),
    Field("kind", ("类型",)),
    Field("name", ("名称", "节日"), optional=True, longest=40),
)

KINDS = {"休": OFF, "放假": OFF, "班": WORK, "上班": WORK, OFF: OFF, WORK: WORK}

Days = Mapping[date, str]
"""`OFF` or `WORK` by day."""


@cache
def shipped_days() -> Days:
    """Return the shipped days that differ from their weekday."""
    text = (files("aggregation") / "calendars" / SHIPPED).read_text("utf-8")
    return {
        date.fromisoformat(row["day"]): row["kind"] for row in csv.DictReader(io.StringIO(text))
    }


async def read_calendar(database: AsyncEngine) -> WorkingDays:
    """Read the present calendar."""
    async with reading(database) as connection:
        return await stored_calendar(connection)


async def stored_calendar(connection: AsyncConnection) -> WorkingDays:
    """Read the present calendar on an open connection."""
    return make_calendar(await stored_days(connection))


async def stored_days(connection: AsyncConnection) -> Days:
    """Return the present days that differ from their weekday: a city's own years replace ours."""
    columns = tables.calendar_days.c
    rows = await connection.execute(select(columns.day, columns.kind))
    own = {date.fromisoformat(day): kind for day, kind in rows}
    years = {day.year for day in own}
    return {day: kind for day, kind in shipped_days().items() if day.year not in years} | own


def known_years(calendar: WorkingDays) -> list[int]:
    """Return the years whose holidays are known."""
    return sorted({day.year for day in calendar.off})


def unknown_years(calendar: WorkingDays, today: date) -> list[int]:
    """Return this year and the next one, where their holidays are not known."""
    return [year for year in (today.year, today.year + 1) if not calendar.knows(year)]


def make_calendar(days: Days) -> WorkingDays:
    """Make a calendar of its days."""
    return WorkingDays(frozenset(_of(days, OFF)), frozenset(_of(days, WORK)))


def _of(days: Days, kind: str) -> Iterable[date]:
    return (day for day, found in days.items() if found == kind)


async def import_calendar(database: AsyncEngine, file: str, data: bytes) -> dict[int, int]:
    """Store the holidays of whole years; return how many days each year has.

    Raises:
        BadInput: all problems, by row and column; nothing is stored.
    """
    rows = read_days(file, data)
    years: dict[int, int] = {}
    for row in rows:
        years[int(row["day"][:4])] = years.get(int(row["day"][:4]), 0) + 1
    async with writing(database) as connection:
        for year in years:
            await connection.execute(
                delete(tables.calendar_days).where(tables.calendar_days.c.day.like(f"{year}-%"))
            )
        await connection.execute(tables.calendar_days.insert(), rows)
    return years


def read_days(file: str, data: bytes) -> list[dict[str, str]]:
    """Read the days of a table, as rows of the database.

    Raises:
        BadInput: all problems, by row and column.
    """
    problems = Problems(file)
    rows = match_columns(read_sheet(file, data), FIELDS, problems)
    if not rows:
        problems.add(Message("records-calendar-empty"))
    found = []
    for row in rows:
        cell = cell_reader(problems, row)
        day, kind = cell("day").day(), _kind(cell("kind"))
        if kind == WORK and day and date.fromisoformat(day).weekday() < SATURDAY:
            cell("day").complain(Message("records-day-worked-anyway", day=day))
        found.append({"day": day, "kind": kind, "name": cell("name").text})
    refuse_duplicates(rows, ["day"], problems)
    problems.settle()
    return found


def _kind(cell: InputCell) -> str:
    kind = KINDS.get(normalise_width(cell.text).lower(), "")
    if not kind:
        cell.complain(Message("records-no-kind-of-day", text=cell.text))
    return kind
