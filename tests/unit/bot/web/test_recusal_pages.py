"""The pages of recusal: kin are shown to the officer alone; a page says when nobody is left."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot.accounts.staff import add_staff
from bot.core.settings import Settings
from bot.service.composition import build
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.web.server import make_web
from tests.console import PASSWORD, Console, make_data, texts
from tests.web_city import Clock

OWN, OFFICE = "/admin/recusal", "/admin/challenges"
PROPOSALS = "/admin/years/2010/proposals?status=all&q={}"


@pytest.fixture
async def console(tmp_path: Path, valkey_server: str, valkey_url: str) -> AsyncIterator[Console]:
    await asyncio.to_thread(make_data, tmp_path / "made", valkey_server)
    folder = await asyncio.to_thread(shutil.move, tmp_path / "made", tmp_path / "data")
    async with (
        build(Settings(data=Path(folder), redis_url=valkey_url), Clock()) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        yield Console(client, service)


async def test_kin_is_declared_by_name_and_the_page_says_why_to_the_officer_alone(
    console: Console,
) -> None:
    roster = console.service.roster
    await add_staff(roster, "chen", PASSWORD, "administrator")
    columns = tables.decisions.c
    query = select(columns.proposal).where(columns.proposal.contains("/downgrade/")).limit(1)
    async with reading(console.service.database) as connection:
        key = (await connection.execute(query)).scalar_one()
        listed = select(tables.leaders).where(tables.leaders.c.leader == key.split("/")[3])
        head = (await connection.execute(listed)).first()
    assert head is not None
    await console.sign_in("chen")
    assert "You have declared nobody." in texts(await console.open(OWN))
    form = {"csrf": console.csrf, "act": "kin"}
    await console.post(OWN, form | {"person": "没有这个人"})
    assert "names this person" in texts(console.page)
    await console.post(OWN, form | {"person": head.leader})
    assert head.leader in texts(await console.open(OWN))
    page = texts(await console.open(PROPOSALS.format(head.leader)))
    assert f"you must stand aside from {head.leader} (kin)" in page
    # Who an account is, the office enters; a slip names its place.
    await console.open(OFFICE)
    ties = {"csrf": console.csrf, "login": "chen", "person": head.leader, "reason": ""}
    await console.post(OFFICE, ties | {"act": "no-kin"})
    assert "say why" in texts(console.page)
    await console.post(OFFICE, ties | {"act": "no-kin", "reason": "写错了"})
    assert "own account" in texts(console.page)
    assert head.name_zh not in texts(await console.open(OFFICE)), "kin are not listed"


async def test_a_challenge_is_taken_and_decided_and_the_page_says_when_nobody_is_left(
    console: Console,
) -> None:
    roster = console.service.roster
    await add_staff(roster, "chen", PASSWORD, "administrator")
    await console.sign_in("chen")
    await console.open(OFFICE)
    form = {"csrf": console.csrf, "year": "2010", "subject": "TAX", "reason": "同乡"}
    await console.post(OFFICE, form | {"login": "zhou", "act": "challenge"})
    assert "Challenge 1: TAX (2010) against zhou" in texts(console.page)
    given = {"csrf": console.csrf, "number": "1", "reason": "属实"}
    await console.post(OFFICE, given | {"act": "accepted"})
    assert "accepted 属实" in texts(console.page)
    await console.post(OFFICE, given | {"act": "refused"})
    assert "decided already" in texts(console.page)
    await console.open(OFFICE)
    await console.post(OFFICE, form | {"login": "chen", "act": "challenge"})
    assert "Nobody is left" in texts(console.page)
