"""Mangled files of every kind that people hand in: a value or a sentence with a place."""

from __future__ import annotations

import csv
import io
import random
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from bot.ballots.imported.mapping import read_mapping
from bot.campaigns.questionnaire_files import read_questionnaire
from bot.campaigns.scheme_files import load_scheme_file
from bot.spreadsheets.columnar import read_table
from bot.spreadsheets.reader import read_sheet
from survey_flows.errors import BadInput
from tests.workbooks import rows_xml, workbook

ROOT = Path(__file__).parents[2]
NEEDED = {"id": "respondent", "单位": "unit", "q1": "items.overall"}
ROWS = [["id", "单位", "q1"], ["1", "税务", "5"], ["2", "教育\n局", "4"], ["3", "税务", ""]]
SPECIAL = [
    *("\0", "\x0b", "\ud800", "\u202e", "\ufeff", "\U0001f600", "_xD800_", "=1+1", '"', "'", "\r"),
    *("4.3E+17", "1e999", "-", "*a", "&a [*a]", "? ", "!!python/object:os.system", "{", "[[[["),
    *("9" * 400, "<", "]]>", "&#0;", "%", "#N/A", "\t", ",,,,", ";", "2026-99-99", "~", "- - - -"),
]
"""Texts that broke some reader somewhere."""
VALUES = [
    *("0", "-1", "+1", "1.5", "1,5", "1,234", "１２", "٣", "²", "1e5", "0x1F", "∞", "nan", "None"),
    *(
        "2026-02-30",
        "0000-01-01",
        "9999-12-31",
        "10000-01-01",
        "2026年2月",
        "11/3/2026",
        "yes",
        "是",
    ),
    *(
        "a" * 501,
        "税" * 40,
        "𠮷安",
        "é" * 3,
        "\u200b",
        "\u2028",
        "\u00a0",
        "a/b",
        "a|b",
        "../x",
        "%00",
    ),
    *("2026-01-01T25:00", "24:00", "TRUE", "{}", "[]", "null", "${x}", "{ $x }", "'; --", "<b>"),
]
"""Values that a cell of another kind may hold."""


WHOLE = {
    *("spreadsheets-no-workbook", "spreadsheets-no-parquet", "spreadsheets-file-empty"),
    *("spreadsheets-no-rows", "appraisal-table-empty", "fieldwork-table-empty"),
    *("records-calendar-empty", "spreadsheets-unpacked-too-large", "spreadsheets-file-too-large"),
}
"""Messages about a file that has no place to name: no archive, no footer, no line or no rows."""


@dataclass(slots=True)
class Fuzzed:
    """What came of one kind of file: how many were read, how many refused, what went wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def csv_file() -> bytes:
    quoted = "\n".join(",".join(f'"{cell}"' for cell in row) for row in ROWS)
    return quoted.encode()


def parquet_file() -> bytes:
    buffer = io.BytesIO()
    columns = {name: [row[at] for row in ROWS[1:]] for at, name in enumerate(ROWS[0])}
    parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def xlsx_file() -> bytes:
    day = '<c r="@" s="1"><v>46000.5</v></c>'
    cells = [*ROWS[:3], ["3", day, '<c r="@" t="str"><f>1</f><v>4</v></c>']]
    return workbook(rows_xml(cells), formats=[(14, ""), (164, '0.0"分"')])


def form_file() -> bytes:
    survey = [
        ["type", "name", "label::Chinese (zh-Hans)", "label::English (en)", "weight", "overall"],
        ["select_one three_dk", "overall", "满意吗", "Satisfied", 100, "yes"],
    ]
    settings = [["form_id", "version", "form_title"], ["f", "1", "F"]]
    return workbook(
        ("survey", "visible", rows_xml(survey)),
        ("choices", "visible", rows_xml([["list_name", "name"]])),
        ("settings", "visible", rows_xml(settings)),
    )


def in_archive(data: bytes, chance: random.Random) -> bytes:
    """Mangle one part of an archive and leave the archive whole."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        chosen = chance.choice(old.namelist())
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, mangled(body, chance) if name == chosen else body)
    return buffer.getvalue()


def mangled(data: bytes, chance: random.Random) -> bytes:
    """Change a few places of a file."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(found) + 1)
        kind = chance.randrange(5)
        if kind == 0 and at < len(found):
            found[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            found[at:at] = chance.choice(SPECIAL).encode("utf-8", "surrogatepass")
        elif kind == 2:
            del found[at : at + chance.randint(1, 30)]
        elif kind == 3:
            start = chance.randrange(len(found) + 1)
            found[at:at] = found[start : start + chance.randint(1, 60)]
        else:
            found[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 6)))
    return bytes(found)


def in_cells(table: str, chance: random.Random) -> list[list[str]]:
    """Change a few cells, rows or columns of a table and leave the file whole."""
    rows = [*csv.reader(io.StringIO(table))]
    for _ in range(chance.randint(1, 3)):
        row, other = chance.choice(rows), chance.choice(rows)
        at, there = chance.randrange(len(row)), chance.randrange(len(other))
        kind = chance.randrange(8)
        if kind < 3:
            row[at] = chance.choice((*SPECIAL, *VALUES)).encode("utf-8", "replace").decode()
        elif kind == 3:
            row[at] = other[there]
        elif kind == 4:
            row[at] = mangled(row[at].encode(), chance).decode("utf-8", "replace")
        elif kind == 5:
            rows.insert(chance.randrange(len(rows) + 1), [*row])
        elif kind == 6:
            row[at], row[at - 1] = row[at - 1], row[at]
        else:
            row[at] = ""
    return rows


def as_csv(rows: list[list[str]]) -> bytes:
    """The bytes of a table."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def kinds() -> dict[str, tuple[bytes, Callable[[Path], object]]]:
    """Each kind's whole file and what reads it."""
    return {
        "table.csv": (csv_file(), lambda path: read_sheet(path.name, path.read_bytes())),
        "table.xlsx": (xlsx_file(), lambda path: read_sheet(path.name, path.read_bytes())),
        "ballots.csv": (csv_file(), lambda path: read_table(path, NEEDED)),
        "ballots.xlsx": (xlsx_file(), lambda path: read_table(path, NEEDED)),
        "ballots.parquet": (parquet_file(), lambda path: read_table(path, NEEDED)),
        "form.xlsx": (form_file(), read_questionnaire),
        "questionnaire.yaml": (
            (ROOT / "docs/examples/lecture.yaml").read_bytes(),
            read_questionnaire,
        ),
        "mapping.yaml": ((ROOT / "docs/examples/insteval.yaml").read_bytes(), read_mapping),
        "scheme.yaml": (
            (ROOT / "aggregation/schemes/default-2.yaml").read_bytes(),
            load_scheme_file,
        ),
    }


def unclear(error: BadInput) -> list[str]:
    """The problems of a refusal that name no file, or no place in it."""
    found = []
    for it in error.problems:
        place, text = it.place, it.render("zh-Hans") + it.render("en")
        text.encode()
        exact = place.sheet or place.line or place.row or place.column or place.field
        if not (error.file or place.file):
            found.append(f"no file named: {text[:200]}")
        elif not exact and it.message.id not in WHOLE:
            found.append(f"no place named: {text[:200]}")
    return found


def fuzz_files(count: int, seed: int, only: str = "") -> dict[str, Fuzzed]:
    """Read ``count`` mangled files of each kind."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (whole, read) in kinds().items():
            if only and only != name:
                continue
            path = Path(folder) / name
            chance, result = random.Random(f"{seed} {name}"), Fuzzed()
            for number in range(count):
                inner = name.endswith(".xlsx") and number % 4
                data = in_archive(whole, chance) if inner else mangled(whole, chance)
                path.write_bytes(data)
                try:
                    read(path)
                    result.counts["read"] += 1
                except BadInput as error:
                    result.counts["refused"] += 1
                    result.faults += [f"{number}: {it}" for it in unclear(error)]
                except Exception as error:
                    result.faults.append(f"{number}: {type(error).__name__}: {error}"[:300])
            found[name] = result
    return found
