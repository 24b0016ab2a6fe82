"""A copy of a ready road is what a road that is made anew is, and each test's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.storage.database import reading
from bot.storage.schema import all as tables
from tests import ready
from tests.contract.test_conductor import make_road


async def counts(database: AsyncEngine) -> dict[str, int]:
    """The number of rows of each table that has any."""
    async with reading(database) as connection:
        found = {
            table.name: int(
                (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            )
            for table in tables.metadata.sorted_tables
        }
    return {name: count for name, count in found.items() if count}


async def test_a_copy_has_what_a_road_has_that_is_made_anew(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = "sqlite" if store_url.startswith("sqlite") else "postgresql"
    kept = ready.KEPT["road", kind]
    async with make_road(store_url, tmp_path) as road:
        assert (tmp_path / "mixer").is_dir()
        copied, drawn = await counts(road.database), road.clock.drawn
        assert copied["log_entries"] > 1
    with monkeypatch.context() as patch:
        patch.setattr(ready, "KEPT", {})
        url = f"sqlite:///{tmp_path}/anew/minping.sqlite3"
        async with make_road(url, tmp_path / "anew") as road:
            assert (await counts(road.database), road.clock.drawn) == (copied, drawn)
    assert ready.KEPT["road", kind] is kept


async def test_what_a_test_does_to_its_copy_no_other_sees(store_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    async with make_road(store_url, tmp_path) as road:
        before = await counts(road.database)
        await road.rate("ann")
        assert len(await road.ballots()) == 1
        async with make_road(f"sqlite:///{folder}/minping.sqlite3", folder) as other:
            assert await counts(other.database) == before
            await other.rate("ben")
            assert len(await other.ballots()) == 1


async def test_nothing_is_copied_over_what_is_there(store_url: str, tmp_path: Path) -> None:
    (tmp_path / "mixer").mkdir()
    assert ready.begin("road", store_url, tmp_path) is None
    (tmp_path / "mixer").rmdir()
    async with open_store(Settings(database_url=store_url)) as database:
        async with database.begin() as connection:
            said = "INSERT INTO log_entries (position, campaign, kind, form) VALUES (0, '', '', 2)"
            await connection.execute(text(said))
        assert ready.begin("road", store_url, tmp_path) is None
        assert await counts(database) == {"log_entries": 1}
    assert ready.begin("nothing", store_url, tmp_path) is None
