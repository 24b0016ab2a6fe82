"""A browser goes to an identity provider on another site and back, in the console and as a citizen.

Cookies that a browser keeps back from a request of another site show in no test without one.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from aiohttp import web
from playwright.async_api import Browser, expect

from bot.accounts.provider_accounts import GroupRole
from bot.campaigns.lifecycle import create_campaign
from bot.core.settings import Settings
from bot.service.composition import Service, build
from bot.serving import announce_provider
from bot.web.server import make_web
from tests.e2e.browsing import BROWSER, PATIENCE, PHONE, keep
from tests.openings import open_campaign
from tests.provided import provider_of
from tests.standins.openid import OpenIdProvider
from tests.web_city import Clock, make_draft

pytestmark = BROWSER
LI = {"sub": "0001", "preferred_username": "li.na", "name": "李娜", "groups": ["minping"]}


@asynccontextmanager
async def served(
    folder: Path, redis_url: str
) -> AsyncIterator[tuple[str, str, Service, OpenIdProvider]]:
    """A city on localhost whose provider is on 127.0.0.1: for a browser these are two sites."""
    clock = Clock()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = f"http://localhost:{port}"
    backs = {f"{site}/admin/sign-in/back/city", f"{site}/i/back/card"}
    settings = Settings(data=folder, redis_url=redis_url, public_url=site, port=port)
    async with (
        OpenIdProvider(clock.now, backs, LI, asks=True) as standin,
        build(settings, clock) as service,
    ):
        providers = [
            provider_of(standin, "city", roles={"minping": GroupRole("staff")}),
            provider_of(standin, "card", use="citizens", scopes=("openid",)),
        ]
        await announce_provider(service, providers)
        draft = replace(make_draft(), identity=("openid",))
        link = await create_campaign(service.database, draft, clock)
        await open_campaign(service.database, "2026", service.keys, service.desk)
        await service.mixer.turn()
        await service.live_campaigns.refresh()
        runner = web.AppRunner(make_web(service, providers=providers), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield site, link.token, service, standin
        finally:
            await runner.cleanup()


async def test_there_and_back(tmp_path: Path, valkey_url: str, browser: Browser) -> None:
    async with served(tmp_path, valkey_url) as (site, token, _, standin):
        context = await browser.new_context(
            locale="zh-CN", viewport=PHONE, reduced_motion="reduce", base_url=site
        )
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        await page.goto("/admin/sign-in")
        await keep(page, "provider sign-in")
        await page.get_by_role("link", name="用市统一身份认证登录").click()
        # From a page of another site: a browser keeps back the session's cookie for a while.
        await page.get_by_role("link", name="Agree").click()
        await page.wait_for_url("**/admin/years/*")
        await page.goto("/admin/sessions")
        await expect(page.locator("body")).to_contain_text("李娜 · 工作人员")
        await page.goto(f"/r/{token}/FIN")
        await page.get_by_role("button", name="开始").first.click()
        await page.get_by_role("button", name="确认身份（可选）").click()
        await page.get_by_role("link", name="打开确认页").click()
        await keep(page, "provider confirm")
        await page.get_by_role("button", name="用市统一身份认证确认").click()
        await page.get_by_role("link", name="Agree").click()
        await page.wait_for_url("**/i/back/card?*")
        await expect(page.locator("main")).to_contain_text("身份已确认")
        await keep(page, "provider confirmed")
        await page.get_by_role("link", name="继续").click()
        await expect(page.locator("main")).not_to_contain_text("确认身份（可选）")
        await context.close()
        assert standin.violations == []
