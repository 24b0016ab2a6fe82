"""Stores posts, absences and discipline as rows with dates; they stand in every year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.dated import (
    Absence,
    AbsenceKind,
    Discipline,
    DisciplineKind,
    Ending,
    EndingKind,
    Held,
    Period,
    Post,
    SanctionLevel,
)
from aggregation.model.facts import Role
from bot.storage.bulk import insert_all
from bot.storage.schema import all as tables

ENDINGS = frozenset(EndingKind)
"""Kinds of absence from which nobody comes back."""


async def read_posts(connection: AsyncConnection) -> tuple[Post, ...]:
    """Read every post, by person and first day."""
    columns = tables.posts.c
    query = select(tables.posts).order_by(columns.person, columns.begins, columns.unit)
    return tuple(
        Post(
            row.person,
            row.unit,
            Role(row.role),
            row.title,
            _period(row.begins, row.until),
            Held(row.held),
            row.main,
            row.elected,
        )
        for row in await connection.execute(query)
    )


async def read_absences(connection: AsyncConnection) -> tuple[Absence, ...]:
    """Read every absence that ends, by person and first day."""
    rows = await _absences(connection)
    return tuple(
        Absence(row.person, AbsenceKind(row.kind), _period(row.begins, row.until))
        for row in rows
        if row.kind not in ENDINGS
    )


async def read_endings(connection: AsyncConnection) -> tuple[Ending, ...]:
    """Read how people left the service, by person."""
    rows = await _absences(connection)
    return tuple(
        Ending(row.person, EndingKind(row.kind), date.fromisoformat(row.begins))
        for row in rows
        if row.kind in ENDINGS
    )


async def _absences(connection: AsyncConnection) -> Sequence[Any]:
    columns = tables.absences.c
    query = select(tables.absences).order_by(columns.person, columns.begins, columns.kind)
    return (await connection.execute(query)).all()


async def read_discipline(connection: AsyncConnection) -> tuple[Discipline, ...]:
    """Read every investigation and sanction, by id."""
    query = select(tables.discipline).order_by(tables.discipline.c.id)
    return tuple(
        Discipline(
            row.id,
            row.person,
            DisciplineKind(row.kind),
            date.fromisoformat(row.begins),
            SanctionLevel(row.level) if row.level else None,
            date.fromisoformat(row.ended) if row.ended else None,
        )
        for row in await connection.execute(query)
    )


def _period(begins: str, until: str) -> Period:
    return Period(date.fromisoformat(begins), date.fromisoformat(until) if until else None)


async def replace_people(
    connection: AsyncConnection, table: Table, people: Iterable[str], rows: Sequence[dict[str, Any]]
) -> None:
    """Replace the rows of some people; those of others stay."""
    columns = table.c
    await connection.execute(table.delete().where(columns.person.in_(sorted(set(people)))))
    await insert_all(connection, table, rows)
