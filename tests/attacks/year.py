"""Changes in the database after a year is sealed, and what found each.

Whoever changes rows here owns the database and none of the keys: triggers are dropped first, and
digests that stand beside what they digest are made to fit again.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from aggregation.model.facts import Verdict
from bot.appraisal.appeals import assign_appeal, receive_appeal, uphold_appeal
from bot.appraisal.year_verifier import State, verify_year
from bot.core.identity import Office
from bot.publication.year_bundle import make_year_bundle
from bot.records.amendments import StoredAmendment
from bot.records.recusals import Recusal, RecusalKind, add_recusal
from bot.storage.database import open_database, writing
from bot.storage.schema import all as tables
from bot.verification.bundle_reader import VerificationRequest
from survey_flows.errors import BadInput
from survey_flows.signed_notes import VerifierKey
from tests.contract.test_conductor import make_road
from tests.contract.test_year_tables import LEADERS, UNITS, bring, hold_campaign
from tests.deciding import decide
from tests.sealing import approvals_of, closed_material, give_notice, prepared_seal
from tests.temporary import PREFIX

YEAR = 2025
EIGHT = (
    *("filings", "indicators", "units", "posts"),
    *("decisions", "releases", "seals", "amendments"),
)
"""The tables on which a sealed year stands: its record, material, decisions, scores and results."""
MORE = (
    *("public_notices", "material_closings", "campaigns", "findings", "adjustments", "leaders"),
    *("inner_units", "memberships", "unit_periods", "unit_events", "absences", "discipline"),
    *("grades", "unit_decisions", "recusals"),
)
SAYS_NOTHING = {
    "units": {"position"},
    **{name: {"id"} for name in ("adjustments", "posts", "absences", "unit_events", "grades")},
}
"""Columns that the result of no year depends on: a running number, a place in the list."""
POINTS = """subject,objective,superior,governance,tasks,duties,personal
U1,95,95,95,,,
U2,60,80,80,,,
U3,60,95,95,,,
D1,70,70,70,,,
U3-1,,,,80,,
L1,,,,,,90
L2,,,,,,85
L3,,,,,,80
L4,,,,,,75
"""
TABLES = {
    "units": UNITS,
    "leaders": LEADERS,
    "inner": "code,name_zh,parent,category\nU3-1,一科,U3,section\n",
    "indicators": POINTS,
    "adjustments": "unit,points,reason,source\nU1,1,表彰,市政府文件\nU2,-1,通报,市政府文件\n",
    "findings": "id,kind,subject,date,source\nV1,veto,U2,2025-03-01,市政府文件\n",
    "unit-periods": "code,begins,until,name_zh,name_en,category,league\n"
    "U1,2000-01-01,,市一局,Bureau 1,C_social,\nU2,2000-01-01,,市二局,Bureau 2,C_social,\n",
    "unit-events": "on,kind,before,after,document,shares,continues\n"
    "2020-01-01,rename,U1,U1,机构改革文件,,\n",
    "posts": "person,unit,role,title,begins,until\n"
    "L1,U1,principal,局长,2020-01-01,\nL2,U2,principal,局长,2021-01-01,\n",
    "absences": "person,kind,begins,until\nL4,study,2025-01-01,2025-02-01\n",
    "discipline": "id,person,kind,level,begins,ended\n"
    "S1,L2,sanction,warning,2019-01-01,2019-07-01\n",
    "history": "year,subject,grade\n2024,U1,first\n2024,L1,second\n",
}
"""The material of the year, by kind of table."""
SEALED_RECUSALS = 3
"""So many rows were there when the year was sealed."""
NOTHING = "NOT FOUND"
KEY = "2025/third_grade_unit/downgrade/L3"


@dataclass(frozen=True)
class SealedYear:
    """A year that was sealed, noticed and amended, and whose acts are in the log."""

    file: Path
    key: VerifierKey
    today: date


async def sealed_year(folder: Path) -> SealedYear:
    """Seal a small city's year, give notice, uphold an appeal; in an SQLite file."""
    file = folder / "year.sqlite3"
    async with make_road(f"sqlite+aiosqlite:///{file}", folder) as road:
        database, clock = road.database, road.clock
        for kind, text in TABLES.items():
            await bring(database, kind, text, 0 if kind == "units" else YEAR)
        await hold_campaign(database, year=YEAR)
        zhou, chen = (Office(it, clock, "Asia/Shanghai") for it in ("zhou", "chen"))
        async with writing(database) as connection:
            for row in (recusal("chen", "L8"), recusal("he", "L9"), recusal("he", "L7")):
                await add_recusal(connection, row)
        approvals = approvals_of(database, clock)
        await closed_material(approvals, YEAR, zhou)
        await decide(database, YEAR, KEY, Verdict.DECLINED, "市委常委会", "so it is", zhou)
        await prepared_seal(database, YEAR, clock=clock)
        rows = [
            {"login": it, "password": "", "role": "administrator", "unit": None}
            for it in ("zhou", "chen")
        ]
        async with writing(database) as connection:
            await connection.execute(tables.staff.insert(), rows)
        await give_notice(database, YEAR, zhou)
        appeal = await receive_appeal(database, YEAR, "U3", "The count is wrong", zhou)
        await assign_appeal(database, appeal.number, "chen", zhou)
        given = (appeal.number, ["value:95:objective"], "looked at", chen)
        await uphold_appeal(database, approvals, *given)
        # What comes later changes tables of every year, and the sealed one stays as it is.
        later = TABLES["posts"] + "L3,U3,principal,局长,2026-01-01,\n"
        await bring(database, "posts", later, YEAR + 1)
        async with writing(database) as connection:
            await add_recusal(connection, recusal("chen", "L9"))
        await road.mixer.turn()
        return SealedYear(file, road.mixer.key, zhou.today)


def recusal(login: str, kin: str) -> Recusal:
    """Somebody declares kin whom the small year does not have."""
    said = (0, RecusalKind.KIN, login, 0, kin, 0, "", date(YEAR, 11, 20), login, 1)
    return Recusal(*said)


async def found_by(year: SealedYear, file: Path) -> str:
    """What finds a change: a refusal to make the bundle, or a check of it; empty: nothing."""
    database = open_database(f"sqlite+aiosqlite:///{file}")
    try:
        files = await make_year_bundle(database, YEAR, year.today, auditors=True)
    except BadInput as error:
        return f"refused ({error.problems[0].message.id})"
    finally:
        await database.dispose()
    lines = verify_year(files, VerificationRequest(keys=[year.key]))
    failed = (line.finding.message.id for line in lines if line.state is State.FAIL)
    return next(failed, "")


def changed_copy(year: SealedYear, table: str, seed: int, to: Path) -> str:
    """Copy the database with one change in a table; return what was changed."""
    shutil.copy(year.file, to)
    chance = Random(f"{table}/{seed}")
    with sqlite3.connect(to) as connection:
        connection.row_factory = sqlite3.Row
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in connection.execute(query).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        change = Change(connection, table, chance)
        told = change.make(seed)
    connection.close()
    return told


class Change:
    """One change of a table."""

    def __init__(self, connection: sqlite3.Connection, table: str, chance: Random) -> None:
        self.connection, self.table, self.chance = connection, table, chance
        self.rows = connection.execute(f'SELECT rowid AS "_at", * FROM {table}').fetchall()
        self.rows = [dict(row) for row in self.rows if self._of_year(dict(row))]

    def _of_year(self, row: dict[str, Any]) -> bool:
        """Rows of other years, such as what was handed in later, are no part of the sealed one."""
        if self.table == "filings":
            return int(row["year"]) in (0, YEAR)
        if self.table in ("campaigns", "releases"):
            return row.get("id", row.get("campaign")) == "poll"
        if self.table == "recusals":
            return int(row["number"]) <= SEALED_RECUSALS
        return True

    def make(self, seed: int) -> str:
        kinds = ("column", "column", "column", "delete", "insert")
        kind = kinds[seed % len(kinds)] if self.rows else "insert"
        for again in (kind, *["column"] * 20, "delete"):
            try:
                return str(getattr(self, again)())
            except sqlite3.IntegrityError:
                pass  # The table cannot say this; try something else.
        raise AssertionError(self.table)

    def column(self) -> str:
        row = self.chance.choice(self.rows)
        silent = SAYS_NOTHING.get(self.table, set())
        names = sorted(set(row) - silent - {"_at"})
        name = self.chance.choice(names)
        new = {name: self._other(row[name])}
        if self.table == "seals" and row["content"]:
            new |= self._resealed(row) if name in ("content", "digest") else {}
        if self.table == "amendments" and name != "after":
            new = self._amended(row, new)
        self._set(row["_at"], new)
        return f"{name} of a row"

    def _set(self, at: int, new: dict[str, Any]) -> None:
        told = ", ".join(f'"{name}" = ?' for name in new)
        query = f"UPDATE {self.table} SET {told} WHERE rowid = ?"
        self.connection.execute(query, [*new.values(), at])

    def _other(self, value: Any) -> Any:
        if isinstance(value, bytes):
            return value
        if isinstance(value, int):
            return 1 - value if value in (0, 1) else value + self.chance.choice((1, 7))
        text = str(value or "")
        digits = [at for at, sign in enumerate(text) if sign.isdigit()]
        if not digits:
            return f"{text}x"
        at = self.chance.choice(digits)
        return text[:at] + str((int(text[at]) + self.chance.randint(1, 9)) % 10) + text[at + 1 :]

    def _resealed(self, row: dict[str, Any]) -> dict[str, Any]:
        """Another result with its own digest, as if it had been sealed."""
        said = json.loads(gzip.decompress(row["content"]))
        unit = self.chance.choice(said["result"]["units"])
        unit["grade"] = "second" if unit["grade"] == "first" else "first"
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = sha256(text.encode()).hexdigest()
        return {"content": gzip.compress(text.encode(), mtime=0), "digest": digest}

    def _amended(self, row: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        """Other words with their own digest, as if it had been amended so."""
        said = {**row, **new}
        if "changes" in new:
            changes = json.loads(gzip.decompress(row["changes"]))
            changes[0]["after"] = "third"
            said["changes"] = gzip.compress(json.dumps(changes).encode(), mtime=0)
        fields = {name: value for name, value in said.items() if name not in ("after", "_at")}
        fields["changes"] = gzip.decompress(said["changes"]).decode()
        with suppress(ValueError):  # What no reader can read is changed too.
            said["after"] = StoredAmendment(**fields).after
        return {name: value for name, value in said.items() if name != "_at"}

    def delete(self) -> str:
        row = self.chance.choice(self.rows)
        self.connection.execute(f"DELETE FROM {self.table} WHERE rowid = ?", [row["_at"]])
        return "a row is gone"

    def insert(self) -> str:
        """A copy of a row under another key, or a made one."""
        if self.table in ("campaigns", "material_closings", "recusals"):
            # Another campaign or year is no part of the sealed one; recusals are added later too.
            return self.column()
        info = self.connection.execute(f"PRAGMA table_info({self.table})").fetchall()
        keys = [it["name"] for it in info if it["pk"]]
        row = dict(self.chance.choice(self.rows)) if self.rows else self._made(info)
        row.pop("_at", None)
        for name in [it for it in reversed(keys) if it != "year"][:1] or keys:
            row[name] = 90 + self.chance.randint(0, 9) if isinstance(row[name], int) else "X9"
        if self.table in ("seals", "amendments", "public_notices", "filings"):
            row["number"] = len(self.rows) + 1
        if self.table == "releases":
            row["number"] = 0
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        query = f"INSERT INTO {self.table} ({names}) VALUES ({marks})"
        self.connection.execute(query, list(row.values()))
        return "a row more"

    def _made(self, info: Sequence[Any]) -> dict[str, Any]:
        given = {"year": YEAR, "unit": "U1", "grade": "third", "at": "2026-01-01T00:00:00+08:00"}
        return {
            it["name"]: given.get(it["name"], 1 if it["type"] in ("INTEGER", "BIGINT") else "x")
            for it in info
        }


async def play(year: SealedYear, table: str, changes: int, folder: Path) -> Counter[str]:
    """Make so many changes of a table, each in a copy; count what found them."""
    found: Counter[str] = Counter()
    for seed in range(changes):
        file = folder / f"{table}-{seed}.sqlite3"
        told = changed_copy(year, table, seed, file)
        by = await found_by(year, file)
        found[by or f"{NOTHING}: {told} ({seed})"] += 1
        file.unlink()
    return found


async def year_lines(changes: int, only: Sequence[str] = (*EIGHT, *MORE)) -> AsyncIterator[str]:
    """The lines of the table."""
    yield "| Table | found | by what: times |"
    yield "|---|---|---|"
    with TemporaryDirectory(prefix=PREFIX) as name:
        year = await sealed_year(Path(name))
        for table in only:
            found = await play(year, table, changes, Path(name))
            missed = sum(n for by, n in found.items() if by.startswith(NOTHING))
            told = ", ".join(f"{by}: {n}" for by, n in found.most_common())
            yield f"| `{table}` | {changes - missed} of {changes} | {told} |"
