"""Mangled files through the imports themselves: whole, or refused with nothing stored."""

from __future__ import annotations

import csv
import io
import itertools
import random
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.appraisal.table_kinds import TABLES
from bot.ballots.imported.importer import import_ballots
from bot.campaigns.lifecycle import create_campaign
from bot.core.clock import SystemClock
from survey_flows.errors import BadInput
from tests.contract.test_conductor import draft
from tests.contract.test_whole_imports import (
    BALLOTS,
    GATE,
    IMPORTS,
    KEYS,
    OTHERS,
    TEXTS,
    TODAY,
    YEAR,
    bring,
    import_calendar,
    import_contacts,
    import_opt_outs,
    open_year,
    people_campaign,
    set_quotas,
    small_year,
)
from tests.fuzz.files import Fuzzed, as_csv, in_archive, in_cells, mangled, unclear
from tests.sealing import office_of
from tests.unit.bot.ballots.test_imported import MAPPING
from tests.workbooks import rows_xml, workbook

Door = Callable[[AsyncEngine, str, bytes], Awaitable[object]]
"""Takes database, name and bytes of a file."""


async def table(kind: str, database: AsyncEngine, file: str, data: bytes) -> object:
    from bot.appraisal.import_tables import import_table

    year = YEAR if TABLES[kind].dated else 0
    return await import_table(database, kind, file, data, year, office=office_of("zhou"))


async def people(database: AsyncEngine, file: str, data: bytes) -> object:
    with tempfile.TemporaryDirectory() as folder:
        name = f"p{next(NUMBERS)}"
        return await people_campaign(database, Path(folder), data, file, name)


async def rated(database: AsyncEngine, file: str, data: bytes) -> object:
    with tempfile.TemporaryDirectory() as folder:
        path, mapping = Path(folder) / file, Path(folder) / "map.yaml"
        path.write_bytes(data)
        mapping.write_text(MAPPING.replace("last-year", f"b{next(NUMBERS)}"), "utf-8")
        return await import_ballots(database, GATE, SystemClock(), path, mapping)


NUMBERS = itertools.count()
"""Of campaigns."""
DOORS: dict[str, Door] = {kind: partial(table, kind) for kind in TEXTS} | {
    "contacts": lambda on, file, data: import_contacts(on, KEYS, file, data, TODAY),
    "opt-outs": lambda on, file, data: import_opt_outs(on, KEYS, file, data, TODAY),
    "calendar": import_calendar,
    "quotas": lambda on, file, data: set_quotas(on, "limited", file, data),
    "population": people,
    "ballots": rated,
}
assert {*DOORS} == {*IMPORTS}
FILES = TEXTS | OTHERS | {"ballots": BALLOTS}


def whole(kind: str, form: str) -> bytes:
    """The file of a kind that would be stored."""
    text = FILES[kind]
    if form == "csv":
        return text.encode()
    return workbook(rows_xml([*csv.reader(io.StringIO(text))]))


def one_of(kind: str, form: str, number: int, good: bytes, chance: random.Random) -> bytes:
    """A mangled file: every other one in its cells alone, so that it comes as far as the rules."""
    if number % 2:
        rows = in_cells(FILES[kind], chance)
        return as_csv(rows) if form == "csv" else workbook(rows_xml(rows))
    return (in_archive if form == "xlsx" and number % 4 else mangled)(good, chance)


async def fuzz_doors(count: int, seed: int, only: str = "", url: str = "") -> dict[str, Fuzzed]:
    """Bring ``count`` mangled files of each kind, as CSV and as XLSX, into a city.

    Another connection sees whether anything was committed.

    Args:
        count: how many of each kind and form.
        seed: of the chance.
        only: one kind; empty for all.
        url: an empty database; without it a file of SQLite.
    """
    found: dict[str, Fuzzed] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "city.sqlite3"
        async with small_year(url or f"sqlite:///{path}") as database:
            await create_campaign(database, draft("limited"), SystemClock())
            await open_year(database, YEAR)
            watch = Watch(url, path)
            for kind, door in DOORS.items():
                if kind == "units":  # until here proposals can be decided on
                    await bring(database, "inner", TEXTS["inner"])
                for form in ("csv", "xlsx"):
                    if only in ("", kind):
                        name = f"{kind}.{form}"
                        found[name] = await _fuzz(database, watch, door, name, count, seed)
    return found


class Watch:
    """Another connection, which sees what was committed."""

    def __init__(self, url: str, file: Path) -> None:
        self._sqlite = None if url else sqlite3.connect(file, isolation_level=None)
        self._postgres = psycopg.connect(url, autocommit=True) if url else None

    def commits(self) -> object:
        """What changes with each commit that stores anything."""
        if self._sqlite is not None:
            return self._sqlite.execute("PRAGMA data_version").fetchone()
        assert self._postgres is not None
        # A row tells the transaction that wrote it; one that was rolled back left none.
        names = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
        tables = [name for (name,) in self._postgres.execute(names)]
        rows = "count(*), coalesce(sum(xmin::text::bigint), 0)"
        parts = " UNION ALL ".join(f"SELECT {rows} FROM {name}" for name in sorted(tables))
        return self._postgres.execute(parts.encode()).fetchall()


async def _fuzz(
    database: AsyncEngine, watch: Watch, door: Door, name: str, count: int, seed: int
) -> Fuzzed:
    kind, _, form = name.partition(".")
    good, chance, result = whole(kind, form), random.Random(f"{seed} {name}"), Fuzzed()
    for number in range(count):
        data = one_of(kind, form, number, good, chance)
        before = watch.commits()
        try:
            await door(database, name, data)
            result.counts["read"] += 1
        except BadInput as error:
            result.counts["refused"] += 1
            result.faults += [f"{number}: {it}" for it in unclear(error)]
            if watch.commits() != before:
                result.faults.append(f"{number}: refused, and something was stored: {error}"[:300])
        except Exception as error:
            result.faults.append(f"{number}: {type(error).__name__}: {error}"[:300])
    return result
