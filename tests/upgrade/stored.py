"""What an installation of a release holds: the rows of its database and the files of its keys.

The rows are kept without a dialect, so that one fixture stands for both databases: the tables of
the release come from its migrations, which are never edited, and the rows go into them.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import reading
from bot.storage.schema import all as tables

FOLDER = Path(__file__).parent / "fixtures"
BYTES = "base64"
LEFT_OUT = ("valkey", "minping.sqlite3", "backup-work", "bundles")


@dataclass(frozen=True, slots=True)
class Installation:
    """What was kept.

    Attributes:
        version: of the product that made it.
        schema: the number of its last migration.
        told: what a test has to know of it, such as receipts.
        rows: by table, each row by column.
        files: of the data folder, by path.
    """

    version: str
    schema: str
    told: Mapping[str, Any]
    rows: Mapping[str, list[dict[str, Any]]]
    files: Mapping[str, bytes]


async def read_rows(database: AsyncEngine) -> dict[str, list[dict[str, Any]]]:
    """Read every row of every table."""
    async with reading(database) as connection:
        return {
            table.name: [dict(row) for row in (await connection.execute(select(table))).mappings()]
            for table in tables.metadata.sorted_tables
        }


def read_files(folder: Path) -> dict[str, bytes]:
    """Read the files of a data folder that are no database, no cache and no work."""
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {
        str(name): path.read_bytes()
        for name, path in sorted(found.items())
        if not name.parts[0].startswith(LEFT_OUT)
    }


def write(one: Installation) -> Path:
    """Write an installation to a fixture of its version; equal ones give equal bytes."""
    body = {
        "version": one.version,
        "schema": one.schema,
        "told": one.told,
        "rows": one.rows,
        "files": one.files,
    }
    written = json.dumps(body, default=_coded, ensure_ascii=False, sort_keys=True).encode()
    file = FOLDER / f"{one.version}.json.gz"
    FOLDER.mkdir(exist_ok=True)
    file.write_bytes(gzip.compress(written, mtime=0))
    return file


def read(file: Path) -> Installation:
    """Read a fixture."""
    body = json.loads(gzip.decompress(file.read_bytes()), object_hook=_decoded)
    return Installation(**body)


def put_files(one: Installation, folder: Path) -> None:
    """Write the files into an empty data folder, for their owner alone."""
    for name, content in one.files.items():
        path = folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)


def put_rows(connection: Connection, one: Installation) -> None:
    """Write the rows into the tables of their release; numbers go on after the last one."""
    metadata = MetaData()
    metadata.reflect(connection)
    assert set(one.rows) == set(metadata.tables) - {"alembic_version"}, "the tables of its release"
    for name, rows in one.rows.items():
        table = metadata.tables[name]
        if rows:
            connection.execute(table.insert(), rows)
        for column in table.primary_key if connection.dialect.name == "postgresql" else ():
            named = {"name": name, "column": column.name}
            found = text("SELECT pg_get_serial_sequence(:name, :column)")
            if rows and (sequence := connection.execute(found, named).scalar()):
                newest = connection.execute(select(func.max(column))).scalar()
                reset = {"sequence": sequence, "newest": newest}
                connection.execute(text("SELECT setval(:sequence, :newest)"), reset)


def _coded(value: object) -> dict[str, str]:
    assert isinstance(value, bytes | memoryview), type(value)
    return {BYTES: b64encode(bytes(value)).decode()}


def _decoded(value: dict[str, Any]) -> Any:
    return b64decode(value[BYTES]) if value.keys() == {BYTES} else value
