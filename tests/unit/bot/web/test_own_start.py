"""The first page of approvers and auditors: what waits for them, and links that all open."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.accounts.audit_log import REFUSED, AuditRecord, append_record
from bot.accounts.staff import add_staff
from bot.storage.database import writing
from bot.storage.schema.accounts import grants
from bot.web.server import make_web
from tests.console import PASSWORD, Console, texts
from tests.web_city import city

ROLES = {"zhou": "administrator", "wu": "approver", "audi": "auditor", "li": "observer"}


@pytest.fixture
async def console(tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    async with city(tmp_path, valkey_url) as town:
        for login, role in ROLES.items():
            await add_staff(town.service.roster, login, PASSWORD, role)
        async with TestClient(TestServer(make_web(town.service))) as client:
            yield Console(client, town.service)


async def start_of(console: Console, login: str) -> str:
    """Sign in, and return the page to which `/admin` leads."""
    console.client.session.cookie_jar.clear()
    await console.sign_in(login)
    async with console.client.get("/admin", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/admin/start"
    return await console.open("/admin/start")


async def test_an_approver_begins_with_what_waits_for_the_own_signature(console: Console) -> None:
    page = texts(await start_of(console, "wu"))
    assert "Nothing waits for you now." in page
    officers = console.service.officers
    await officers.set_profile("city", "zhou")
    made = await officers.set_profile("solo", "zhou")
    page = texts(await start_of(console, "wu"))
    assert "Profile, prepared by zhou" in page
    assert "Nothing waits for you now." not in page
    await console.service.approvals.refuse(made.id, "zhou")
    assert "Nothing waits for you now." in texts(await start_of(console, "wu"))


async def test_an_auditor_begins_with_grants_and_with_what_was_refused(console: Console) -> None:
    service = console.service
    assert "acts were refused" not in texts(await start_of(console, "audi"))
    act = AuditRecord("zhou", "", "campaign close", "2026", REFUSED)
    await append_record(service.database, act, service.desk, service.clock)
    now = int(service.clock.now().timestamp())
    rows = [
        {"auditor": login, "campaign": name, "begins": now - 9, "ends": now + ends, "position": at}
        for at, (login, name, ends) in enumerate(
            (("audi", "-2010", 99), ("audi", "2026", 99), ("audi", "old", -1), ("wu", "2025", 99))
        )
    ]
    known = {column.name for column in grants.c}
    async with writing(service.database) as connection:
        await connection.execute(
            grants.insert(), [{k: v for k, v in row.items() if k in known} for row in rows]
        )
    page = await start_of(console, "audi")
    assert re.findall(r'href="([^"]+\.zip)"', page) == [
        "/admin/years/2010/auditors.zip",
        "/admin/campaigns/2026/openings.zip",
    ]
    assert "One act was refused or failed in the last seven days" in texts(page)


@pytest.mark.parametrize("login", ["wu", "audi"])
async def test_every_page_that_is_named_opens_and_is_said_in_words(
    console: Console, login: str
) -> None:
    page = await start_of(console, login)
    main = page[page.index("<main") :]
    links = [it for it in re.findall(r'href="(/admin[^"]*)"', main) if not it.endswith(".zip")]
    assert len(links) >= 4
    for link in links:
        await console.open(link)
        assert console.status == 200, link
    async with console.client.get("/admin/start?lang=zh-Hans") as answer:
        words = texts(await answer.text())
    assert {"wu": "第二人签字", "audi": "您检查各项工作"}[login] in words


async def test_others_have_no_such_page_and_do_not_find_it(console: Console) -> None:
    for login in ("zhou", "li"):
        console.client.session.cookie_jar.clear()
        await console.sign_in(login)
        assert "/admin/start" not in await console.open("/admin/campaigns")
        await console.open("/admin/start")
        assert console.status == 403
