"""The console's page of templates: written, filed, approved by a person, and demanded by a push."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.accounts.staff import add_staff
from bot.fieldwork.outreach.accounts import announce_accounts
from bot.fieldwork.outreach.messenger import Account
from bot.fieldwork.outreach.outbox import read_pushes
from bot.storage.database import reading, writing
from bot.web.server import make_web
from tests.console import PASSWORD, Console, texts
from tests.unit.bot.web.test_code_door import invited_city

PAGE, PUSH = "/admin/templates", "/admin/campaigns/2026/push"
CLOUD = Account("cloud", "sms", "aliyun", "template", 500)
CARD = Account("card", "wechat", "wechat", "template", 500)
FORBIDDEN = "forbid surveys in templates and personal links in variables"
PLACE = {"account": "cloud", "template": "invitation", "lang": "zh-Hans"}


@pytest.fixture
async def console(tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    async with (
        invited_city(tmp_path, valkey_url) as town,
        TestClient(TestServer(make_web(town.service))) as client,
    ):
        for login, role in (("zhou", "administrator"), ("li", "staff"), ("he", "observer")):
            await add_staff(town.service.roster, login, PASSWORD, role)
        yield Console(client, town.service)


async def turn(console: Console, act: str, **more: str) -> str:
    return texts(await console.post(PAGE, PLACE | {"csrf": console.csrf, "act": act} | more))


async def test_a_cloud_s_template_is_approved_with_its_paper_and_a_push_demands_it(
    console: Console,
) -> None:
    await console.sign_in()
    assert "No account sends templates alone" in texts(await console.open(PAGE))
    async with writing(console.service.database) as connection:
        await announce_accounts(connection, [CLOUD, CARD])
    page = texts(await console.open(PAGE))
    assert page.count(FORBIDDEN) == 1, "the card's account is no public cloud"
    assert page.count("Nothing is written yet") == 10
    assert "as 1 to 4 variables" in await turn(console, "write", text="No code")
    await console.open(PAGE)
    text = "评" * 59 + " mp.cs.cn/k ${a}${b}"
    assert "The draft is stored" in await turn(console, "write", text=text)
    assert f"{'评' * 59} mp.cs.cn/k 7K3M9P2QXB" in texts(console.page)
    assert "81 characters, 2 parts" in texts(console.page)
    assert "cannot go into this state" in await turn_as_is(console, "approved")
    await console.open(PAGE)
    assert "Filed with the provider" in await turn(console, "filed", provider_id="SMS_1")
    own = {"csrf": console.csrf, "zh": "请评价", "en": "Rate", "hours": "00:00-23:59"}
    refused = texts(await console.post(f"{PUSH}/begin", own | {"act": "begin"}))
    assert FORBIDDEN in refused
    await console.open(PAGE)
    assert FORBIDDEN in await turn_as_is(console, "approved")
    await console.open(PAGE)
    page = await turn(console, "approved", note="云通信〔2026〕12号")
    assert "Approved · Id at the provider SMS_1" in page
    assert "zhou · 2026-11-" in page
    assert "云通信〔2026〕12号" in page
    await console.open(PUSH)
    assert "The account cloud sends only the template" in texts(console.page)
    await console.post(f"{PUSH}/begin", own | {"csrf": console.csrf, "act": "begin"})
    async with reading(console.service.database) as connection:
        assert len(await read_pushes(connection, "2026")) == 1


async def turn_as_is(console: Console, act: str) -> str:
    return await turn(console, act, provider_id="", note="")


async def test_staff_write_templates_and_observers_look(console: Console) -> None:
    async with writing(console.service.database) as connection:
        await announce_accounts(connection, [CARD])
    await console.sign_in("li")
    await console.open(PAGE)
    card = {"account": "card", "text": "thing1：请您评价本市部门工作\ncharacter_string2：{code}"}
    page = await turn(console, "write", **card)
    assert "thing1：请您评价本市部门工作 character_string2：7K3M9P2QXB" in page
    assert "parts" not in page
    await console.sign_in("he")
    page = await console.open(PAGE)
    assert "7K3M9P2QXB" in page
    assert "Store as a draft" not in page
    assert console.status == 200
