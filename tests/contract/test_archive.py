"""The archive on both databases.

Its files alone give the same scores, hold no pseudonym, and show every change to them.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pyarrow import parquet
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.publication.exports.score_pages import scores_page
from bot.publication.exports.writers import page_records
from bot.results.archive.format import (
    BALLOTS,
    COUNTS,
    FORMAT,
    MANIFEST,
    check_archive,
    read_manifest,
)
from bot.results.archive.scores import score_archive
from bot.results.archive.writer import write_archive
from bot.results.scoring import score_campaign
from bot.storage.database import open_database, reading, writing
from bot.storage.migrate import migrate
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.bundles import UNSIGNED, Campaign, drawn
from tests.contract.test_bundles import keep


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_database(store_url)
    await migrate(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
async def case(database: AsyncEngine) -> Campaign:
    """A closed campaign with superseded, withdrawn and lighter ballots."""
    made = drawn(21, ballots=160, way=UNSIGNED)
    async with writing(database) as connection:
        await keep(connection, made)
    return made


async def count(database: AsyncEngine) -> int:
    async with reading(database) as connection:
        return int(
            (
                await connection.execute(select(func.count()).select_from(tables.ballots))
            ).scalar_one()
        )


async def test_an_archive_gives_the_scores_of_the_database_and_tells_of_nobody(
    database: AsyncEngine, case: Campaign, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    written = await write_archive(database, case.name, folder, auditors=False)
    assert (len(written.read), len(written.manifest.parts), written.manifest.whole) == (1, 1, True)
    again = await write_archive(database, case.name, folder, auditors=False)
    assert (again.read, again.manifest.parts) == ([], written.manifest.parts)
    by_files, by_database = score_archive(folder), await score_campaign(database, case.name)
    assert repr(by_files.scored.scores) == repr(by_database.scores)
    assert page_records(scores_page(by_files.scored)) == page_records(scores_page(by_database))
    assert by_files.changed == ()
    found = check_archive(folder)
    assert (found.ballots, found.scanned, found.manifest.size) == (
        await count(database),
        False,
        len(case.log.entries),
    )
    [part] = written.manifest.of(COUNTS)
    names = parquet.read_schema(folder / part.file).names
    assert names == [
        "unit",
        "questionnaire",
        "grp",
        "stratum",
        "source",
        "weight",
        "ratings",
        "count",
    ]
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert not any(
        voter.encode() in everything or bytes.fromhex(voter) in everything for voter, _ in case.last
    )


async def test_auditors_get_single_ballots_that_are_counted_again(
    database: AsyncEngine, case: Campaign, tmp_path: Path
) -> None:
    await write_archive(database, case.name, tmp_path / "a", auditors=True)
    assert check_archive(tmp_path / "a").scanned
    manifest = read_manifest(tmp_path / "a")
    assert manifest
    [part] = manifest.of(BALLOTS)
    table = parquet.read_table(tmp_path / "a" / part.file)
    held = {(row["voter"].hex(), row["unit"]): row["position"] for row in table.to_pylist()}
    assert held == {key: at for key, at in case.last.items() if at not in case.erased}
    assert {"salt", "facts", "bucket", "risk"} <= set(table.column_names)
    # Without the option the single ballots go.
    await write_archive(database, case.name, tmp_path / "a", auditors=False)
    assert list((tmp_path / "a" / BALLOTS).iterdir()) == []
    assert not check_archive(tmp_path / "a").scanned


async def test_what_changes_after_the_release_is_archived_and_held_back(
    database: AsyncEngine, case: Campaign, tmp_path: Path
) -> None:
    before = await score_campaign(database, case.name)
    await write_archive(database, case.name, tmp_path / "a", auditors=False)
    async with writing(database) as connection:
        chosen = (tables.ballots.c.unit == "TAX", tables.ballots.c.grp == "resident")
        await connection.execute(update(tables.ballots).where(*chosen).values(weight=1))
    written = await write_archive(database, case.name, tmp_path / "a", auditors=False)
    assert len(written.read) == 1
    found = score_archive(tmp_path / "a")
    assert (found.changed, repr(found.scored.scores)) == (("TAX",), repr(before.scores))


async def test_an_archive_is_of_one_closed_campaign(
    database: AsyncEngine, case: Campaign, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="there is no such campaign"):
        await write_archive(database, "none", tmp_path / "a", auditors=False)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "letter.txt").write_text("mine")
    with pytest.raises(BadInput, match="the folder holds something else"):
        await write_archive(database, case.name, tmp_path / "b", auditors=False)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / MANIFEST).write_text(
        json.dumps({"format": FORMAT, "campaign": "2025", "parts": []})
    )
    with pytest.raises(BadInput, match="the folder holds the archive of 2025"):
        await write_archive(database, case.name, tmp_path / "c", auditors=False)
    with pytest.raises(BadInput, match="this archive is not finished"):
        score_archive(tmp_path / "c")
    with pytest.raises(BadInput, match="there is no archive"):
        check_archive(tmp_path / "d")
    async with writing(database) as connection:
        await connection.execute(update(tables.campaigns).values(state="open"))
    with pytest.raises(BadInput, match="this campaign is not closed yet"):
        await write_archive(database, case.name, tmp_path / "e", auditors=False)
    assert not (tmp_path / "e").exists()


async def test_every_changed_file_is_noticed(
    database: AsyncEngine, case: Campaign, tmp_path: Path
) -> None:
    folder = tmp_path / "a"
    await write_archive(database, case.name, folder, auditors=True)
    for path in sorted(
        path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST
    ):
        kept = path.read_bytes()
        path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
        with pytest.raises(
            BadInput, match=f"{path.name}: the file is not the one that was written"
        ):
            check_archive(folder)
        path.unlink()
        with pytest.raises(BadInput, match=f"{path.name}: the file cannot be read"):
            check_archive(folder)
        path.write_bytes(kept)
    manifest = json.loads((folder / MANIFEST).read_bytes())
    for name, told in (
        ("ballots", "does not hold what the manifest says"),
        ("format", "not an archive of the format"),
    ):
        changed = (
            manifest | {name: "x"}
            if name in manifest
            else manifest | {"parts": _more(manifest["parts"], name)}
        )
        (folder / MANIFEST).write_text(json.dumps(changed))
        with pytest.raises(BadInput, match=told):
            check_archive(folder)
    (folder / MANIFEST).write_text("{")
    with pytest.raises(BadInput, match="the manifest cannot be read"):
        check_archive(folder)


def _more(parts: list[dict[str, int]], name: str) -> list[dict[str, int]]:
    return [part | {name: part[name] + 1} for part in parts]
