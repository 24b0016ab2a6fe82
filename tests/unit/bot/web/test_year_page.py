"""The page of a year is there for every year and role, and leads nobody to what refuses them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from bot.accounts.roles import ROLES, may
from bot.accounts.staff import add_staff
from bot.campaigns.lifecycle import create_campaign
from bot.core.settings import Settings
from bot.service.composition import Service, build
from bot.storage.database import writing
from bot.storage.schema import all as tables
from bot.web.server import make_web
from tests.console import PASSWORD, YEAR, Console, make_data, texts
from tests.unit.bot.web.test_small_cells import suspected
from tests.web_city import Clock, make_draft

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(
    tmp_path_factory: pytest.TempPathFactory, valkey_server: str
) -> AsyncIterator[Service]:
    folder = tmp_path_factory.mktemp("years")
    make_data(folder, valkey_server)
    async with build(Settings(data=folder, redis_url=valkey_server), Clock()) as service:
        await create_campaign(service.database, replace(make_draft(), id="plan"), service.clock)
        async with writing(service.database) as connection:
            await connection.execute(tables.cases.insert(), [suspected("FIN")])
        for role in ROLES:
            unit = "FIN" if role == "unit" else ""
            await add_staff(service.roster, f"one.{role}", PASSWORD, role, unit)
        yield service


@pytest_asyncio.fixture(loop_scope="module")
async def console(service: Service, valkey_url: str) -> AsyncIterator[Console]:
    async with TestClient(TestServer(make_web(service))) as client:
        yield Console(client, service)


async def test_a_year_of_which_nothing_is_known_has_its_page(console: Console) -> None:
    await console.sign_in()
    page = texts(await console.open("/admin/years/1999"))
    assert console.status == 200
    for words in (
        "Appraisal 1999",
        "Preparing",
        "This year has no campaign yet.",
        "Import leaders",
    ):
        assert words in page
    assert (await console.client.get("/admin/years/1999/ranking")).status == 409


async def test_a_draft_a_closed_campaign_and_a_case_each_say_what_waits(console: Console) -> None:
    await console.sign_in()
    page = texts(await console.open("/admin/years/2026"))
    assert "“Ratings 2026” cannot open yet" in page
    page = texts(await console.open(YEAR))
    assert "Close the material" in page
    assert "One case of organised rating waits for checkers" in page
    assert "waits for: checker" in page
    mine = texts(await console.open(f"{YEAR}?who=me"))
    others = texts(await console.open(f"{YEAR}?who=others"))
    assert ("waits for: checker" in mine, "waits for: checker" in others) == (False, True)
    assert 'class="badge"' in console.page


@pytest.mark.parametrize("role", ROLES)
async def test_no_role_is_led_to_a_page_that_refuses_it(console: Console, role: str) -> None:
    await console.sign_in(f"one.{role}")
    for year in (1999, 2010, 2026):
        page = await console.open(f"/admin/years/{year}")
        assert (console.status == 200) == may(role, "GET", f"/admin/years/{year}")
        links = {
            unescape(link).partition("?")[0] for link in re.findall(r'href="(/admin[^"#]*)', page)
        }
        assert links
        assert [link for link in links - {"/admin"} if not may(role, "GET", link)] == []


async def test_who_sees_no_results_is_told_none(console: Console) -> None:
    for role in ("staff", "auditor", "approver"):
        await console.sign_in(f"one.{role}")
        page = texts(await console.open(YEAR))
        assert console.status == 200
        assert "proposal" not in page
        assert "valid ballots" not in page
