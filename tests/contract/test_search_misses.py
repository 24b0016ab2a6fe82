"""Searches that find nothing are counted by word from ten people on, without who they were."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.fieldwork.monitoring.search_misses import (
    MissedWord,
    forget_search_misses,
    read_missed_words,
)
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.events import Started, Typed
from tests.contract.test_conductor import Road, make_road


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as road:
        yield road


async def search(road: Road, user: str, *words: str) -> None:
    await road.send(user, Started(link=road.link.token, lang="en"))
    for word in words:
        await road.send(user, Typed(word))


async def rows(road: Road, table: Any) -> list[Any]:
    async with reading(road.database) as connection:
        return list((await connection.execute(select(table))).all())


async def missed(road: Road) -> list[MissedWord]:
    async with reading(road.database) as connection:
        return await read_missed_words(connection, road.keys, "year")


async def test_a_word_stands_nowhere_before_ten_people_have_typed_it(road: Road) -> None:
    for number in range(9):
        await search(road, f"u{number}", "外星人", "外星人 ！", "13900000000")
    assert await missed(road) == []
    stored = repr([await rows(road, table) for table in tables.metadata.sorted_tables])
    assert "外星人" not in stored
    assert len(await rows(road, tables.search_misses)) == 9
    await search(road, "u9", "外星人")
    await search(road, "u10", "外星人")
    assert await missed(road) == [MissedWord("外星人", 11)]


async def test_what_is_found_is_no_miss_and_marks_go_with_the_close(road: Road) -> None:
    for number in range(10):
        await search(road, f"u{number}", "税", "教育局", "外星人")
    assert len(await rows(road, tables.search_misses)) == 10
    await road.close("year")
    await forget_search_misses(road.database)
    assert await rows(road, tables.search_misses) == []
    assert await missed(road) == [MissedWord("外星人", 10)]
