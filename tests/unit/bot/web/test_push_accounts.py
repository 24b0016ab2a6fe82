"""The push page of a city that sends SMS: words, parts, accounts, and what a provider refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import time
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import update

from bot.accounts.staff import add_staff
from bot.core.identity import Address
from bot.fieldwork.audience.contacts import Contact
from bot.fieldwork.outreach.accounts import announce_accounts
from bot.fieldwork.outreach.messenger import Account
from bot.fieldwork.outreach.outbox import read_pushes
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.web.server import make_web
from tests.console import PASSWORD, Console, texts
from tests.unit.bot.web.test_code_door import invited_city

PUSH = "/admin/campaigns/2026/push"
PEOPLE = [
    Contact(Address("sms", f"+86{13800000000 + n}"), "en", "deputy", "", "", "2026-01-02", "")
    for n in range(12)
]
ACCOUNT = Account("city", "sms", "gateway", hours=(time(8), time(22)))


@pytest.fixture
async def console(tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    async with (
        invited_city(tmp_path, valkey_url, PEOPLE) as town,
        TestClient(TestServer(make_web(town.service))) as client,
    ):
        await add_staff(town.service.roster, "zhou", PASSWORD, "administrator")
        yield Console(client, town.service)


async def test_short_words_are_shown_as_sent_and_counted_in_parts(console: Console) -> None:
    await console.sign_in("zhou")
    assert "SMS in Chinese" not in texts(await console.open(PUSH)), "nobody can send one yet"
    async with writing(console.service.database) as connection:
        await announce_accounts(connection, [ACCOUNT])
    page = texts(await console.open(PUSH))
    assert "Public-cloud SMS allows neither surveys nor personal links" in page
    assert "SMS city 10 08:00–22:00" in page
    own = {"csrf": console.csrf, "zh": "请评价", "en": "Please rate", "hours": "00:00-23:59"}
    short = own | {"short_zh": "评" * 60 + "{link}", "short_en": "Rate us: {link}"}
    page = texts(await console.post(f"{PUSH}/begin", short | {"act": "preview"}))
    link = f"{console.service.settings.public_url or 'http://127.0.0.1:8080'}/7K3M9P2QXB"
    assert f"Rate us: {link}" in page
    assert f"{60 + len(link)} characters, 2 parts" in page
    await console.post(f"{PUSH}/begin", short | {"act": "begin"})
    async with reading(console.service.database) as connection:
        (push,) = await read_pushes(connection, "2026")
    assert push.short == {"zh-Hans": short["short_zh"], "en": short["short_en"]}


async def test_a_step_that_a_provider_refuses_says_so(console: Console) -> None:
    async with writing(console.service.database) as connection:
        await announce_accounts(connection, [ACCOUNT])
    await console.sign_in("zhou")
    own = {"csrf": console.csrf, "zh": "请评价", "en": "Please rate", "hours": "00:00-23:59"}
    await console.post(f"{PUSH}/begin", own | {"act": "begin"})
    async with writing(console.service.database) as connection:
        stopped = update(tables.pushes).values(state="paused", stopped="sms IllegalSignId")
        await connection.execute(stopped)
    page = texts(await console.open(PUSH))
    assert "The account for SMS refuses the message (IllegalSignId)" in page
    assert "Sending has stopped, and nobody counts as failed" in page
