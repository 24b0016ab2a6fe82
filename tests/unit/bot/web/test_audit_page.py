"""The audit log's page: by day and in words, filtered by person, object and day; the auditor's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.accounts.audit_anchors import anchor_rows
from bot.accounts.audit_log import DONE, REFUSED, AuditRecord, append_record
from bot.accounts.staff import add_staff
from bot.ballots.mixer import Mixer
from bot.storage.database import writing
from bot.storage.schema.accounts import grants
from bot.web.admin.audit import object_page
from bot.web.server import make_web
from tests.console import PASSWORD, Console, texts
from tests.web_city import Clock, city

ACTS = (
    ("2026-11-19T16:30", AuditRecord("wang", "staff", "contacts import", "list.csv", DONE)),
    ("2026-11-20T01:00", AuditRecord("zhou", "", "campaign close", "2026", DONE)),
    (
        "2026-11-20T02:00",
        AuditRecord("zhou", "", "/admin/years/{year}/decisions", "2010 TAX", DONE),
    ),
    (
        "2026-11-21T03:00",
        AuditRecord("wang", "", "/admin/campaigns/{campaign}/open", "50%", REFUSED),
    ),
)
"""Acts with the moment in UTC: the first is of the 20th in Shanghai."""


@pytest.fixture
async def console(tmp_path: Path, valkey_url: str, store_url: str) -> AsyncIterator[Console]:
    async with city(tmp_path, valkey_url, database_url=store_url) as town:
        for at, act in ACTS:
            clock = Clock()
            clock.time = datetime.fromisoformat(at).replace(tzinfo=UTC)
            await append_record(town.service.database, act, town.service.desk, clock)
        for login, role in (("zhou", "administrator"), ("audi", "auditor"), ("li", "staff")):
            await add_staff(town.service.roster, login, PASSWORD, role)
        async with TestClient(TestServer(make_web(town.service))) as client:
            yield Console(client, town.service)


async def said(console: Console, query: str) -> set[str]:
    page = texts(await console.open(f"/admin/audit?{query}"))
    assert console.status == 200
    marks = {
        "list": "list.csv",
        "close": "closes campaign 2026",
        "decide": "2010 TAX",
        "open": "50%",
    }
    return {name for name, mark in marks.items() if mark in page}


async def test_the_log_is_filtered_by_person_object_and_day_of_the_city(console: Console) -> None:
    await console.sign_in()
    found = {
        "": {"list", "close", "decide", "open"},
        "login=wang": {"list", "open"},
        "about=tax": {"decide"},
        "about=50%25": {"open"},
        "about=0_": set(),
        "from=2026-11-20&to=2026-11-20": {"list", "close", "decide"},
        "to=2026-11-19": set(),
        "from=2026-11-21": {"open"},
        "from=never&to=9999-12-31": {"list", "close", "decide", "open"},
        "undone=yes": {"open"},
        "login=zhou&about=2010": {"decide"},
    }
    assert {query: await said(console, query) for query in found} == found


async def test_days_stand_in_words_and_an_object_leads_to_its_page(console: Console) -> None:
    await console.sign_in()
    page = await console.open("/admin/audit?about=2010&lang=en")
    assert "20 November" in page
    assert "10:00:00" in page
    assert 'href="/admin/years/2010"' in page
    page = await console.open("/admin/audit?undone=yes&lang=zh-Hans")
    assert ("11月21日" in page, "2026-11-21" in page) == (True, False)


def test_an_object_that_is_no_name_has_no_page() -> None:
    def page(act: str, what: str) -> str:
        return object_page(AuditRecord("zhou", "", act, what, DONE))

    assert page("campaign close", "2026") == "/admin/campaigns/2026"
    assert page("/admin/appeals/{appeal} answer", "7 TAX") == "/admin/appeals/7"
    assert page("/admin/years/{year}/decisions", "2010/rule/TAX") == "/admin/years/2010"
    for what in ("", "..//evil.example", "../x", "<b>", "?a=b", "文件.csv"):
        assert page("campaign close", what) == ""
    assert page("contacts import", "list.csv") == ""


async def test_an_auditor_is_shown_the_log_its_anchor_and_the_grants_that_hold(
    console: Console,
) -> None:
    service = console.service
    await console.sign_in("audi")
    page = texts(await console.open("/admin/audit"))
    assert "The public log holds no rows yet." in page
    assert "Nothing is granted to you now." in page
    now = int(service.clock.now().timestamp())
    row = {"by": "zhou", "approved_by": "wang", "campaign": "2026", "auditor": "audi"}
    columns = {column.name for column in grants.c}
    async with writing(service.database) as connection:
        for begins, ends in ((now - 9, now + 60), (now - 9, now - 5)):
            given = row | {"begins": begins, "ends": ends}
            kept = {name: value for name, value in given.items() if name in columns}
            await connection.execute(grants.insert(), [kept])
    assert await anchor_rows(service.database, service.desk, service.clock, now=True)
    assert isinstance(service.mixer, Mixer)
    await service.mixer.turn()
    page = texts(await console.open("/admin/audit"))
    assert page.count("2026, until 23 November") == 1
    assert "The public log holds the first" in page
    await console.sign_in("zhou")
    assert "Granted to you" not in await console.open("/admin/audit")
