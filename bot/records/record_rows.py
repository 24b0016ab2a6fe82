"""The record of a year's material in its seal: how many rows each table had, and their digest.

A row is the text of a canonical object with its key and its values, so that a program without a
database compares them. Tables that hold in every year change after the seal by filings alone:
taking back what filings changed since must give the rows of the seal. Who must stand aside is only
added to, and nobody may read it: its rows are salted digests. Holidays are told by calendar year.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from survey_flows.canonical_json import canonical

JOURNAL = "filings"
OF_YEAR = (
    *("inner_units", "leaders", "indicators", "adjustments", "decisions", "unit_decisions"),
    "material_closings",
)
"""Tables of which a sealed year keeps every row as it was."""
OF_EVERY_YEAR = (
    *("units", "memberships", "unit_periods", "unit_events"),
    *("findings", "posts", "absences", "discipline"),
)
"""Tables that filings change also after the seal."""
APPENDED = ("grades",)
"""Tables to which filings only add."""
OF_SCORES = ("campaigns", "releases")
"""Tables that hold the campaigns whose scores the seal has, and their releases."""
GROWS = ("recusals",)
"""Tables whose first rows stay what they were; of each row the record has a digest alone."""
CALENDAR = "calendar_days"
"""The holidays by calendar year, up to that of the seal: later ones may still be published."""
RECORDED = (*OF_YEAR, *OF_EVERY_YEAR, *APPENDED, *OF_SCORES, *GROWS, CALENDAR, JOURNAL)
YEARED = ("inner_units", "leaders", "indicators", "adjustments", "findings")
"""Tables whose rows belong to the year of their filing."""


@dataclass(frozen=True, slots=True)
class RecordedTable:
    """How many rows a table had, and the SHA-256 of their sorted lines."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Record:
    """The record of a seal: its tables, and by year the number of the last filing."""

    heads: Mapping[int, int] = field(default_factory=dict)
    tables: Mapping[str, RecordedTable] = field(default_factory=dict)


Rows = Mapping[str, Sequence[str]]
"""The rows of each table."""
Stored = Mapping[str, Any]
"""A filing as it is stored."""


def row_text(key: str, values: Mapping[str, str]) -> str:
    """Return a row."""
    return canonical({"key": key, "values": dict(values)})


def digest_row(salt: str, number: int, text: str) -> str:
    """Return the row of a table that nobody may read: its number, and a salted digest."""
    said = sha256(f"minping-row/{number}\n{salt}\n{text}".encode()).hexdigest()
    return row_text(str(number), {"sha256": said})


def calendar_name(year: int) -> str:
    """Return the name under which a record has the holidays of a calendar year."""
    return f"{CALENDAR} {year}"


def record_of(rows: Rows, heads: Mapping[int, int]) -> Record:
    """Return the record of rows."""
    return Record(dict(sorted(heads.items())), {name: _digest(rows[name]) for name in sorted(rows)})


def _digest(rows: Iterable[str]) -> RecordedTable:
    lines = sorted(rows)
    return RecordedTable(len(lines), sha256("\n".join(lines).encode()).hexdigest())


def since(filings: Sequence[Stored], heads: Mapping[int, int]) -> list[Stored]:
    """Return the filings that came after those of the heads."""
    return [it for it in filings if it["number"] > heads.get(it["year"], 0)]


def moved_tables(
    record: Record, year: int, rows: Rows, filings: Sequence[Stored]
) -> dict[str, tuple[int, int]]:
    """Return the tables that are not those of the record, with their rows then and now.

    Args:
        record: what the seal says.
        year: its year, which takes no filing any more.
        rows: the rows of each table now, without filings.
        filings: all filings of every year now.
    """
    later = since(filings, record.heads)
    before = {name: Counter(lines) for name, lines in rows.items()}
    for filing in later:
        for change in json.loads(filing["changes"]):
            _take_back(before, filing["year"], *change)
    lines = {
        name: [*count.elements(), *(f"-{it}" for it, n in count.items() for _ in range(-n))]
        for name, count in before.items()
    }
    gone = {(it["year"], it["number"]) for it in later if it["year"] != year}
    lines[JOURNAL] = [
        canonical(dict(it)) for it in filings if (it["year"], it["number"]) not in gone
    ]
    for name in GROWS:
        if name in record.tables:
            ordered = sorted(rows.get(name, ()), key=lambda row: int(json.loads(row)["key"]))
            lines[name] = ordered[: record.tables[name].rows]
    found = {name: _digest(lines.get(name, ())) for name in record.tables}
    return {
        name: (then.rows, found[name].rows)
        for name, then in record.tables.items()
        if then != found[name]
    }


def _take_back(
    rows: Mapping[str, Counter[str]],
    year: int,
    table: str,
    key: str,
    _subject: str,
    before: Mapping[str, str] | None,
    after: Mapping[str, str] | None,
) -> None:
    """Take back what one filing changed in one row; rows of other years are not recorded."""
    if table in (*OF_YEAR, *GROWS) or table not in rows:
        return
    added = {"year": str(year)} if table in YEARED else {}
    if after is not None:
        rows[table][row_text(key, {**after, **added})] -= 1
    if before is not None and table not in APPENDED:
        rows[table][row_text(key, {**before, **added})] += 1
