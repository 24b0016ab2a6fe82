"""A checker in Chromium, from the list over the evidence to the vote.

On a phone and a wide screen, in both languages.
"""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, expect

from bot.accounts.staff import add_staff
from bot.core.settings import Settings
from bot.service.composition import build
from bot.storage.database import writing
from bot.storage.schema import all as tables
from tests.console import CAMPAIGN, PASSWORD
from tests.e2e.browsing import BROWSER, DESKTOP, PHONE, browsing, keep, open_menu, press
from tests.unit.bot.web.test_small_cells import suspected
from tests.web_city import Clock, fill

pytestmark = BROWSER
EFFECTS = '[{"rule": "lockstep", "moved": 3, "largest": "2.41", "ranks": 5, "furthest": 4}]'


async def test_a_checker_votes(tmp_path: Path, valkey_url: str, browser: Browser) -> None:
    async with build(Settings(data=tmp_path, redis_url=valkey_url), Clock()) as service:
        await fill(service)
        await add_staff(service.roster, "chen", PASSWORD, "checker")
        await add_staff(service.roster, "zhou", PASSWORD, "administrator")
        async with writing(service.database) as connection:
            await connection.execute(tables.cases.insert(), [suspected("FIN")])
            row = {"campaign": "city-2010", "at": 0, "body": EFFECTS}
            await connection.execute(tables.rule_effects.insert(), [row])
        async with browsing(service, browser, viewport=DESKTOP, locale="en-US") as page:
            await page.goto("/admin/sign-in")
            await page.get_by_label("Login").fill("chen")
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Sign in").click()
            await expect(page.get_by_role("heading", name="Case 00c0ffee")).to_be_visible()
            for lang in ("zh-Hans", "en"):
                for name, path in {
                    "list": "/admin/cases",
                    "case": "/admin/cases/00c0ffee",
                }.items():
                    await page.goto(f"{path}?lang={lang}")
                    for size, viewport in {"desktop": DESKTOP, "phone": PHONE}.items():
                        await page.set_viewport_size(viewport)
                        await keep(page, f"review-{size}-{name}-{lang}")
            await page.get_by_label("Verdict and reason").select_option("uphold:shared-devices")
            await page.get_by_label("Note").fill("seen in all of them")
            await press(page, "Vote, for good")
            await expect(page.get_by_text("seen in all of them")).to_be_visible()
            await keep(page, "review-phone-voted-en")
            await open_menu(page)
            await press(page, "Sign out")
            await page.get_by_label("Login").fill("zhou")
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Sign in").click()
            await expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()
            await page.goto(f"{CAMPAIGN}/scores")
            await expect(page.get_by_text("2.41")).to_be_visible()
            await keep(page, "review-phone-effects-en")
