"""Runs the one scan where the ballots are: in the database, or over Parquet files of an archive."""

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
from survey_flows.errors import BadInput

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = {"campaign": "string", **dict.fromkeys(KEYS, "string"), "weight": "int64"}
TEXT = {"VARCHAR"}
WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
"""What DuckDB calls columns of text and of whole numbers."""
DIALECTS = {"postgresql": "postgres", "spark": "pyspark"}
"""What ibis calls an engine where we call it otherwise."""

WEIGHTS = {0, 1, 2, 4}
"""Fraud weights, in quarters."""


async def read_counts(
    engine: AsyncEngine, campaign: str, span: PositionSpan | None = None
) -> list[PatternCount]:
    """The counts of one campaign's ballots, or of a span of them, by their keys; the same on every engine."""
    statement = scan_sql(engine.dialect.name, campaign, span)
    async with reading(engine) as connection:
        rows = (await connection.exec_driver_sql(statement)).all()
    return in_order(rows)


class SharedBallot(NamedTuple):
    """A ballot of somebody who rated several units. The voter's pseudonym goes no further than into sums."""

    voter: bytes
    unit: str
    questionnaire: str
    grp: str
    stratum: str
    source: str
    weight: int
    ratings: str


async def read_shared(engine: AsyncEngine, campaign: str) -> list[SharedBallot]:
    """The ballots of a campaign's voters who rated several units, in no order."""
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
    """As `read_counts`, over Parquet files with the columns of the table of ballots.

    ``campaign`` may be left out when the files hold one only.

    Raises:
        BadInput: a file cannot be read, a column is missing, of another type or not filled, a weight is none of
            `WEIGHTS`, or there are several campaigns and none was chosen.
    """
    return counts_of(table_from_parquet(paths, campaign))


def counts_of(table: pa.Table) -> list[PatternCount]:
    """The rows of a table with the columns of `aggregation.counts.scan.scan`, by their keys."""
    return in_order(list(zip(*(table[name].to_pylist() for name in (*KEYS, "count")), strict=True)))


def table_from_parquet(paths: Sequence[Path], campaign: str | None = None) -> pa.Table:
    """As `counts_from_parquet`, unsorted in an Arrow table for `aggregation.estimation.scores.score_table`."""
    import duckdb

    where = ", ".join(path.name for path in paths)
    try:
        with duckdb.connect() as connection:
            files = connection.read_parquet([str(path) for path in paths])
            _check_columns(files, where)
            files.create_view("ballots")
            chosen = _only_campaign(connection) if campaign is None else campaign
            table = connection.sql(scan_sql("duckdb", chosen)).to_arrow_table()
    except duckdb.Error as error:
        raise BadInput(str(error).splitlines()[0], where) from None
    check_values(table, where)
    return table


def tables_from_parquet(paths: Sequence[Path], campaign: str | None = None) -> Iterator[pa.Table]:
    """As `table_from_parquet`, one file after the other: what has to be held in memory is that of the largest file.

    The same keys may come in several tables. Without ``campaign`` each file may hold another one.
    """
    return (table_from_parquet([path], campaign) for path in paths)


def check_files(paths: Sequence[Path]) -> None:
    """Refuse files that do not have the columns of ballots; raises `BadInput` as `counts_from_parquet`."""
    import duckdb

    for path in paths:
        try:
            with duckdb.connect() as connection:
                _check_columns(connection.read_parquet(str(path)), path.name)
        except duckdb.Error as error:
            raise BadInput(str(error).splitlines()[0], path.name) from None


def _check_columns(files: Any, where: str) -> None:
    found = dict(zip(files.columns, map(str, files.types), strict=True))
    for name, kind in COLUMNS.items():
        if name not in found:
            raise BadInput(f"the column «{name}» is missing; export the ballots with it", where)
        if found[name] not in (TEXT if kind == "string" else WHOLE):
            needed = "text" if kind == "string" else "whole numbers"
            raise BadInput(
                f"the column «{name}» has to hold {needed} in every ballot; export it so", where
            )


def check_values(table: pa.Table, where: str) -> None:
    """Refuse a table of counts that no ballots could give; raises `BadInput` as `counts_from_parquet`."""
    for name in KEYS:
        if table[name].null_count:
            raise BadInput(
                f"the column «{name}» is not filled in every ballot; write empty text for «none»",
                where,
            )
    wrong = sorted(set(table["weight"].unique().to_pylist()) - WEIGHTS)
    if wrong:
        raise BadInput(f"a fraud weight is {wrong[0]} quarters; it can be 0, 1, 2 or 4", where)


def _only_campaign(connection: Any) -> str:
    found = [
        row[0]
        for row in connection.sql("SELECT DISTINCT campaign FROM ballots ORDER BY 1").fetchall()
    ]
    if None in found:
        raise BadInput("there are ballots without a campaign; write it in each", "campaign")
    if len(found) > 1:
        raise BadInput(f"the files hold {', '.join(found)}; choose one", "campaign")
    return found[0] if found else ""


@lru_cache(maxsize=64)
def scan_sql(engine: str, campaign: str, span: PositionSpan | None = None) -> str:
    """The one scan in the language of ``engine``: sqlite, postgresql, duckdb or spark."""
    import ibis

    places = {"id": "int64", "position": "int64"} if span else {}
    ballots = ibis.table(COLUMNS | places, name="ballots")
    return str(ibis.to_sql(scan(ballots, campaign, span), dialect=DIALECTS.get(engine, engine)))


def in_order(rows: Sequence[Sequence[Any]]) -> list[PatternCount]:
    """Rows of the scan as any engine gives them, by their keys."""
    return [PatternCount(*row) for row in sorted(tuple(row) for row in rows)]
