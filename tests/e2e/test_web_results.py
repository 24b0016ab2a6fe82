"""Public results in Chromium, and the administrators' pages of files and tokens."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from bot.accounts.api_tokens import create_token, revoke_token
from bot.accounts.staff import add_staff
from bot.campaigns.registered import read_registered_campaigns
from bot.core.settings import Settings
from bot.publication.public_release import make_public
from bot.service.composition import build
from tests.console import PASSWORD
from tests.e2e.browsing import BROWSER, DESKTOP, PHONE, browsing, keep, serious
from tests.web_city import Clock, after_notice, fill

pytestmark = BROWSER


async def test_results_files_and_tokens_are_found_and_read(
    tmp_path: Path, valkey_url: str, browser: Browser
) -> None:
    async with build(Settings(data=tmp_path, redis_url=valkey_url), Clock()) as service:
        year = await fill(service)
        await after_notice(service, year)
        registered = (await read_registered_campaigns(service.database))[0]
        await make_public(
            service.database, registered, "zhou", service.clock, service.settings.timezone
        )
        await add_staff(service.roster, "zhou", PASSWORD, "administrator")
        for name in ("old-portal", "statistics"):
            await create_token(service.roster, name, ["results:read"], 30, "zhou", service.clock)
        await revoke_token(service.roster, "old-portal", service.clock)
        async with browsing(service, browser, viewport=DESKTOP) as page:
            await page.goto("/admin/sign-in?lang=en")
            await page.get_by_label("Login").fill("zhou")
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Sign in").click()
            await page.wait_for_url("/admin/years/*")
            await page.goto("/admin/tokens?lang=en")
            await page.get_by_label("Name of the program").fill("portal")
            await page.get_by_label("results:read").check()
            await page.get_by_role("button", name="Make a token").click()
            await expect(page.get_by_role("alert")).to_contain_text("shown only now")
            await look(page, "results-token-made-desktop-en")
            for path, name in {
                "/results": "results-list",
                f"/results/city-{year}": "results-one",
                "/api": "results-api",
                "/admin/exports": "results-exports",
                "/admin/tokens": "results-tokens",
            }.items():
                for lang in ("en", "zh-Hans"):
                    answer = await page.goto(f"{path}?lang={lang}")
                    assert answer is not None
                    assert answer.status == 200, path
                    for size, viewport in {"desktop": DESKTOP, "phone": PHONE}.items():
                        await page.set_viewport_size(viewport)
                        await keep(page, f"{name}-{size}-{lang}")
                await look(page, f"{name}-phone-zh-Hans")


async def look(page: Page, name: str) -> None:
    """Keep a picture, and let axe-core look for serious faults."""
    await keep(page, name)
    assert await serious(page) == [], name
