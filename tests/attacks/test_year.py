"""Whoever changes the database after a year is sealed is found, table by table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.attacks.year import EIGHT, MORE, NOTHING, SealedYear, found_by, play, sealed_year

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def year(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SealedYear]:
    yield await sealed_year(tmp_path_factory.mktemp("sealed"))


async def test_the_year_as_it_was_left_has_nothing_to_find(year: SealedYear) -> None:
    assert await found_by(year, year.file) == ""


@pytest.mark.parametrize("table", [*EIGHT, *MORE])
async def test_a_change_after_the_seal_is_found(
    year: SealedYear, table: str, tmp_path: Path
) -> None:
    found = await play(year, table, 3 if table in EIGHT else 1, tmp_path)
    assert [by for by in found if by.startswith(NOTHING)] == []
