"""Runs the scan where the ballots are: in the database, or over Parquet files of an archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.counts.scan import KEYS, PatternCount, PositionSpan, scan
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = {"campaign": "string", **dict.fromkeys(KEYS, "string"), "weight": "int64"}
TEXT = {"VARCHAR"}
WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
"""DuckDB's types of text and of whole numbers."""
DIALECTS = {"postgresql": "postgres", "spark": "pyspark"}
"""ibis's names of engines, where they differ from SQLAlchemy's."""

WEIGHTS = {0, 1, 2, 4}
"""Fraud weights, in quarters."""


async def read_counts(
    engine: AsyncEngine, campaign: str, span: PositionSpan | None = None
) -> list[PatternCount]:
    """Count a campaign's ballots, or a span of them, in the order of keys on every engine."""
    statement = scan_sql(engine.dialect.name, campaign, span)
    async with reading(engine) as connection:
        rows = (await connection.exec_driver_sql(statement)).all()
    return in_order(rows)


class SharedBallot(NamedTuple):
    """A ballot of a rater of several units; the pseudonym goes no further than into sums."""

    voter: bytes
    unit: str
    questionnaire: str
    grp: str
    stratum: str
    source: str
    weight: int
    ratings: str


async def read_shared(engine: AsyncEngine, campaign: str) -> list[SharedBallot]:
    """Read the ballots of a campaign's raters of several units, in no order."""
    columns = tables.ballots.c
    several = (
        select(columns.voter)
        .where(columns.campaign == campaign)
        .group_by(columns.voter)
        .having(func.count() > 1)
    )
    chosen = [columns[name] for name in SharedBallot._fields]
    query = select(*chosen).where(columns.campaign == campaign, columns.voter.in_(several))
    async with reading(engine) as connection:
        return [SharedBallot(*row) for row in await connection.execute(query)]


def counts_from_parquet(paths: Sequence[Path], campaign: str | None = None) -> list[PatternCount]:
    """Count as `read_counts`, over Parquet files with the columns of the table of ballots.

    ``campaign`` may be left out when the files hold only one.

    Raises:
        BadInput: a file cannot be read, a column is missing, of another type or not filled,
            a weight is none of `WEIGHTS`, or no one of several campaigns was chosen.
    """
    return counts_of(table_from_parquet(paths, campaign))


def counts_of(table: pa.Table) -> list[PatternCount]:
    """Return the rows of a table that the scan gave, in the order of keys."""
    return in_order(list(zip(*(table[name].to_pylist() for name in (*KEYS, "count")), strict=True)))


def table_from_parquet(paths: Sequence[Path], campaign: str | None = None) -> pa.Table:
    """Count as `counts_from_parquet`, into an unsorted Arrow table.

    Raises:
        BadInput: as `counts_from_parquet`.
    """
    import duckdb

    where = ", ".join(path.name for path in paths)
    try:
        with duckdb.connect() as connection:
            files = connection.read_parquet([str(path) for path in paths])
            _check_columns(files, where)
            files.create_view("ballots")
            chosen = _only_campaign(connection) if campaign is None else campaign
            table = connection.sql(scan_sql("duckdb", chosen)).to_arrow_table()
    except duckdb.Error:
        raise BadInput(Message("results-parquet-unreadable"), Place(file=where)) from None
    check_values(table, where)
    return table


def tables_from_parquet(paths: Sequence[Path], campaign: str | None = None) -> Iterator[pa.Table]:
    """Count as `table_from_parquet`, file by file, so that memory holds only one of them.

    The same keys may come in several tables. Without ``campaign`` each file may hold another one.
    """
    return (table_from_parquet([path], campaign) for path in paths)


def check_files(paths: Sequence[Path]) -> None:
    """Refuse files without the columns of ballots.

    Raises:
        BadInput: as `counts_from_parquet`.
    """
    import duckdb

    for path in paths:
        try:
            with duckdb.connect() as connection:
                _check_columns(connection.read_parquet(str(path)), path.name)
        except duckdb.Error:
            raise BadInput(Message("results-parquet-unreadable"), Place(file=path.name)) from None


def _check_columns(files: Any, where: str) -> None:
    found = dict(zip(files.columns, map(str, files.types), strict=True))
    for name, kind in COLUMNS.items():
        if name not in found:
            raise BadInput(Message("results-column-missing", column=name), Place(file=where))
        if found[name] not in (TEXT if kind == "string" else WHOLE):
            is_text = kind == "string"
            wrong = "results-column-not-text" if is_text else "results-column-not-whole-numbers"
            raise BadInput(Message(wrong, column=name), Place(file=where))


def check_values(table: pa.Table, where: str) -> None:
    """Refuse a table of counts that no ballots could give.

    Raises:
        BadInput: as `counts_from_parquet`.
    """
    for name in KEYS:
        if table[name].null_count:
            raise BadInput(Message("results-column-not-filled", column=name), Place(file=where))
    wrong = sorted(set(table["weight"].unique().to_pylist()) - WEIGHTS)
    if wrong:
        raise BadInput(Message("results-weight-unknown", weight=wrong[0]), Place(file=where))


def _only_campaign(connection: Any) -> str:
    found = [
        row[0]
        for row in connection.sql("SELECT DISTINCT campaign FROM ballots ORDER BY 1").fetchall()
    ]
    if None in found:
        raise BadInput(Message("results-ballots-without-campaign"), Place(column="campaign"))
    if len(found) > 1:
        raise BadInput(
            Message("results-several-campaigns", campaigns=tuple(found)), Place(column="campaign")
        )
    return found[0] if found else ""


@lru_cache(maxsize=64)
def scan_sql(engine: str, campaign: str, span: PositionSpan | None = None) -> str:
    """Return the scan in the SQL of ``engine``: sqlite, postgresql, duckdb or spark."""
    import ibis

    places = {"id": "int64", "position": "int64"} if span else {}
    ballots = ibis.table(COLUMNS | places, name="ballots")
    return str(ibis.to_sql(scan(ballots, campaign, span), dialect=DIALECTS.get(engine, engine)))


def in_order(rows: Sequence[Sequence[Any]]) -> list[PatternCount]:
    """Sort rows of the scan, as any engine gives them, by their keys."""
    return [PatternCount(*row) for row in sorted(tuple(row) for row in rows)]
