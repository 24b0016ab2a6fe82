"""What only the command line did: posters, codes, scans, releases, reopened cases, samples."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, update

from bot.accounts.staff import add_staff
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.links import create_link
from bot.campaigns.organiser import save_organiser
from bot.campaigns.summaries import show_campaign
from bot.core.faults import NotNow
from bot.core.identity import Address
from bot.core.settings import Settings
from bot.fieldwork.audience.contact_store import store_contacts
from bot.fieldwork.audience.contacts import Contact
from bot.fieldwork.audience.sampling import read_plan
from bot.results.releases import read_releases
from bot.service.children import Children
from bot.service.composition import build
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.web.admin.bundle_jobs import BUNDLE_JOBS
from bot.web.admin.closed_campaigns import scan_job
from bot.web.server import make_web
from survey_flows.errors import Message
from tests.console import CAMPAIGN, PASSWORD, Console, make_data, texts
from tests.openings import ORGANISER
from tests.unit.bot.web.test_small_cells import suspected
from tests.web_city import Clock, make_draft

PLAN = "/admin/campaigns/plan"
COUNTERS = "unit,counter_zh\nFIN,1号窗口\nFIN,2号窗口\n".encode()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, valkey_server: str) -> Path:
    folder = tmp_path_factory.mktemp("city")
    make_data(folder, valkey_server)
    return folder


@pytest.fixture
async def console(filled: Path, tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    folder = tmp_path / "data"
    await asyncio.to_thread(shutil.copytree, filled, folder)
    settings = Settings(data=folder, redis_url=valkey_url, public_url="http://ping.example")
    async with (
        build(settings, Clock()) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        await add_staff(service.roster, "wang", PASSWORD, "staff")
        await create_campaign(service.database, replace(make_draft(), id="plan"), service.clock)
        yield Console(client, service)


async def send(console: Console, path: str, typed: dict[str, str], **files: bytes) -> bytes:
    await console.open("/admin/password")
    form = FormData(quote_fields=False)
    for name, value in {"csrf": console.csrf, **typed}.items():
        form.add_field(name, value)
    for field, data in files.items():
        form.add_field(field, data, filename=f"{field}.csv")
    origin = str(console.client.make_url("/")).rstrip("/")
    headers = {"Origin": origin, "Accept-Language": "en"}
    answer = await console.client.post(path, data=form, headers=headers)
    console.status, body = answer.status, await answer.read()
    return body


async def test_staff_make_a_poster_for_each_unit_or_counter(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    await console.sign_in("wang")
    said = (await send(console, f"{PLAN}/posters", {"counter_zh": "大厅"})).decode()
    assert (console.status, "name it first on the page of settings" in said) == (422, True)
    assert 'value="大厅"' in said
    await save_organiser(console.service.database, ORGANISER)
    pages = []
    for typed, files in (
        ({}, {}),
        ({"unit": "FIN"}, {}),
        ({}, {"file": COUNTERS}),
    ):
        body = await send(console, f"{PLAN}/posters", typed, **files)
        assert (console.status, body[:5]) == (200, b"%PDF-")
        pages += [int(count) for count in re.findall(rb"/Count (\d+)", body)[:1]]
    assert pages == [len(make_draft().units), 1, 2]
    await send(console, f"{PLAN}/posters", {"unit": "NONE"})
    assert console.status == 422

    async def ended(_children: Children, words: Sequence[str], _lang: str) -> None:
        assert words[:2] == ["posters", "plan"]
        raise NotNow(Message("child-ended", megabytes=768))

    monkeypatch.setattr(Children, "run", ended)
    said = (await send(console, f"{PLAN}/posters", {"counter_zh": "二楼大厅"})).decode()
    assert (console.status, 'value="二楼大厅"' in said) == (422, True), "a failure is a sentence"
    assert "768 MB" in said


async def test_a_link_s_code_is_seen_by_whoever_sees_the_link(console: Console) -> None:
    service = console.service
    await create_link(service.database, "plan", "deputy", "", service.desk, service.clock, None)
    links = (await show_campaign(service.database, "plan")).links
    open_ = next(it for it in links if it.source == "open")
    group = next(it for it in links if it.source != "open")
    for login, seen in (("wang", [200, 200]), ("li", [200, 404])):
        console.client.session.cookie_jar.clear()
        await console.sign_in(login)
        found = []
        for link in (open_, group):
            await console.open(f"{PLAN}/links/{link.token}/web.svg")
            found.append(console.status)
        assert found == seen
    await console.open(f"{PLAN}/links/{open_.token}/telegram.svg")
    assert console.status == 404
    await console.open(f"{PLAN}/links/none/web.svg")
    assert console.status == 404


async def test_an_administrator_looks_for_organised_rating_in_a_closed_campaign(
    console: Console,
) -> None:
    await console.sign_in()
    await console.open("/admin/password")
    await console.post(f"{PLAN}/scan", {"csrf": console.csrf})
    assert (console.status, "not closed" in texts(console.page)) == (422, True)
    assert "Begin to look" in texts(await console.open(CAMPAIGN))
    await console.post(f"{CAMPAIGN}/scan", {"csrf": console.csrf})
    assert "It has begun to look" in texts(console.page)
    jobs = console.client.server.app[BUNDLE_JOBS]  # type: ignore[attr-defined]
    await asyncio.gather(*jobs.tasks.values())
    assert jobs.failed == {}
    assert scan_job("city-2010") not in jobs.tasks
    async with reading(console.service.database) as connection:
        found = (await connection.execute(select(tables.cases.c.state))).scalars().all()
    assert set(found) <= {"waiting", "decided", "dropped"}
    assert "Begin to look" in texts(await console.open(CAMPAIGN))


async def test_a_new_release_is_made_once_something_has_changed(console: Console) -> None:
    await console.sign_in()
    await console.open(f"{CAMPAIGN}/scores")
    await console.post(f"{CAMPAIGN}/release", {"csrf": console.csrf, "act": "release"})
    assert "no release was made" in texts(console.page)
    database = console.service.database
    columns = tables.ballots.c
    async with writing(database) as connection:
        one = (
            await connection.execute(
                select(columns.id, columns.unit).where(columns.campaign == "city-2010").limit(1)
            )
        ).one()
        few = update(tables.ballots).where(columns.id == one.id)
        await connection.execute(few.values(weight=0))
    await console.post(f"{CAMPAIGN}/release", {"csrf": console.csrf, "act": "release"})
    said = texts(console.page)
    assert "fewer than 10 ballots changed" in said
    typed = {"csrf": console.csrf, "act": "correct", "unit": one.unit, "reason": ""}
    await console.post(f"{CAMPAIGN}/release", typed)
    assert console.status == 422
    await console.post(f"{CAMPAIGN}/release", typed | {"reason": "一票重复"})
    assert "A new release of the scores is made" in texts(console.page)
    last = (await read_releases(database, "city-2010"))[-1]
    assert {unit: (it.by, it.reason) for unit, it in last.corrections.items()} == {
        one.unit: ("zhou", "一票重复")
    }


async def test_a_checker_opens_a_decided_case_again_with_a_reason(console: Console) -> None:
    service = console.service
    await add_staff(service.roster, "chen", PASSWORD, "checker")
    async with writing(service.database) as connection:
        row = suspected("FIN") | {"state": "decided", "verdict": "release"}
        await connection.execute(tables.cases.insert(), [row])
    await console.sign_in("chen")
    page = f"/admin/cases/{row['id']}"
    assert "Open the case again" in texts(await console.open(page))
    await console.post(f"{page}/reopen", {"csrf": console.csrf, "reason": " "})
    assert console.status == 422
    await console.open(page)
    await console.post(f"{page}/reopen", {"csrf": console.csrf, "reason": "新的证据"})
    assert (console.status, "The case is open again" in texts(console.page)) == (200, True)
    console.client.session.cookie_jar.clear()
    await console.sign_in()
    await console.open("/admin/password")
    await console.post(f"{page}/reopen", {"csrf": console.csrf, "reason": "x"})
    assert console.status == 403


async def test_a_sample_is_planned_by_numbers_of_one_s_own(console: Console) -> None:
    service = console.service
    people = [
        Contact(Address("telegram", str(first + n)), "zh-Hans", group, "", "", "2026-01-02", "")
        for group, first in (("resident", 5000), ("enterprise", 6000))
        for n in range(40)
    ]
    async with writing(service.database) as connection:
        await store_contacts(connection, service.contact_keys, people)
    await console.sign_in("wang")
    typed = {"size": "0", "least": "0", "fatigue": "180", "allocation": "fixed"}
    cells = b"group,value\nresident,15\nenterprise,12\n"
    await send(console, f"{PLAN}/push/plan", typed, cells=cells)
    plan = await read_plan(service.database, "plan")
    assert plan is not None
    assert dict(plan.sizes) == {"resident": 15, "enterprise": 12}
    await send(console, f"{PLAN}/push/plan", typed, cells=b"group,value\nresident,many\n")
    assert console.status == 422
    await send(console, f"{PLAN}/push/plan", typed | {"allocation": "best", "size": "20"})
    assert console.status == 422
