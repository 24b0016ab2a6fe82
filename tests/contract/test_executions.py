"""What happened to a decision: the list before it, the recall from elected posts, one act once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.appraisal.appeals import receive_appeal
from bot.appraisal.executing import ExecutionOrder, record_execution, show_execution
from bot.appraisal.executions import Execution, ExecutionAct, read_executions
from bot.storage.database import reading
from survey_flows.errors import BadInput
from survey_flows.messages import render
from tests.contract.test_causes import FOUND, FOUR, OFFENCE, YEAR, clock, decided, noticed
from tests.contract.test_year_tables import bring, small_year
from tests.deciding import execute
from tests.sealing import office_of

REMOVAL = f"{YEAR}/criminal_offence/removal_from_posts/L1/F1"
POSTS = "person,unit,role,title,begins,until,held,main,elected\n"
TODAY = "2026-11-23"
EXECUTED, RECALLED = ExecutionAct.EXECUTED, ExecutionAct.RECALLED


@pytest.fixture
async def city(store_url: str) -> AsyncIterator[AsyncEngine]:
    """A year under notice in which L1 is removed from posts; U1 elected L1 to one of them."""
    async with small_year(store_url) as database:
        await bring(database, "findings", FOUND + OFFENCE)
        await bring(database, "posts", POSTS + "L1,U1,principal,局长,2024-01-01,,held,yes,yes\n")
        await decided(database, YEAR, FOUR, REMOVAL)
        await noticed(database)
        yield database


async def acts(database: AsyncEngine) -> list[Execution]:
    async with reading(database) as connection:
        return await read_executions(connection, YEAR)


async def test_row_execute_who_was_elected_is_recalled_before_the_removal(
    city: AsyncEngine,
) -> None:
    office = office_of(clock=clock())
    given = (TODAY, "组织部文件1号", office)
    with pytest.raises(BadInput, match="enter first by which document those who elected"):
        await execute(city, YEAR, REMOVAL, EXECUTED, *given)
    # That the post is entered as ended after the decision is no recall.
    ended = "L1,U1,principal,局长,2024-01-01,2026-11-23,held,yes,yes\n"
    await bring(city, "posts", POSTS + ended, YEAR + 1)
    with pytest.raises(BadInput, match="enter first by which document those who elected"):
        await execute(city, YEAR, REMOVAL, EXECUTED, *given)
    for key, complaint in (
        (FOUR, "a recall is entered once, of somebody who holds an elected post"),
        (f"{YEAR}/third_grade_unit/downgrade/L3", "does not stand confirmed"),
    ):
        with pytest.raises(BadInput, match=complaint):
            await execute(city, YEAR, key, RECALLED, *given)
    with pytest.raises(BadInput, match="the day lies between 2026-01-01 and 2026-11-23"):
        await execute(city, YEAR, REMOVAL, RECALLED, "2025-12-31", "罢免决定", office)
    await execute(city, YEAR, REMOVAL, RECALLED, "2026-11-20", "市人大常委会决定", office)
    with pytest.raises(BadInput, match="a recall is entered once"):
        await execute(city, YEAR, REMOVAL, RECALLED, *given)
    await execute(city, YEAR, REMOVAL, EXECUTED, *given)
    await execute(city, YEAR, FOUR, EXECUTED, *given)
    assert [(it.proposal, it.act, str(it.on), it.document) for it in await acts(city)] == [
        (REMOVAL, RECALLED, "2026-11-20", "市人大常委会决定"),
        (REMOVAL, EXECUTED, TODAY, "组织部文件1号"),
        (FOUR, EXECUTED, TODAY, "组织部文件1号"),
    ]


async def test_row_execute_the_name_is_typed_and_the_list_is_the_one_that_was_seen(
    city: AsyncEngine,
) -> None:
    office = office_of(clock=clock())
    order = ExecutionOrder(FOUR, EXECUTED, TODAY, "组织部文件1号")
    found = await show_execution(city, YEAR, order, office)
    assert (found.names, found.stops) == (("L1", "领导1", "领导1"), ())
    (ask,) = found.asks
    assert render(ask, "en").startswith("a review may still be asked for until 2026-12-")
    # A request that comes between is told, so that the list seen before is another one.
    await receive_appeal(city, YEAR, "L1", "不服", office)
    with pytest.raises(BadInput, match="the list has changed since you saw it"):
        await record_execution(city, YEAR, replace(order, typed="领导1", seen=found.digest), office)
    found = await show_execution(city, YEAR, order, office)
    assert render(found.asks[-1], "zh-Hans").startswith("第 1 号申请尚待答复；")
    assert len(found.asks) == 2
    said = replace(order, typed="领导1", seen=found.digest)
    for wrong, complaint in (
        (replace(said, typed=""), r"type the name or the code \(L1\)"),
        (replace(said, typed="领导2"), r"type the name or the code \(L1\)"),
        (replace(said, seen="0" * 16), "the list has changed since you saw it"),
        (replace(said, document="文件2号"), "the list has changed since you saw it"),
    ):
        with pytest.raises(BadInput, match=complaint):
            await record_execution(city, YEAR, wrong, office)
    assert await acts(city) == []
    both = (record_execution(city, YEAR, said, office) for _ in range(2))
    done = await asyncio.gather(*both, return_exceptions=True)
    assert [it for it in done if it is not None and not isinstance(it, BadInput)] == []
    assert sum(it is None for it in done) == 1
    assert [(it.proposal, it.act) for it in await acts(city)] == [(FOUR, EXECUTED)]
