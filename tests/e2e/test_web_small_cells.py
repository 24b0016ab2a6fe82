"""Suppressed numbers in Chromium, with the reason beside them.

On a phone and a wide screen, in both languages.
"""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, expect
from sqlalchemy import select, update

from bot.accounts.staff import add_staff
from bot.core.labels import HIDDEN
from bot.core.settings import Settings
from bot.results.scoring import score_campaign
from bot.service.composition import build
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from tests.console import CAMPAIGN, PASSWORD, YEAR
from tests.e2e.browsing import BROWSER, DESKTOP, PHONE, browsing, keep
from tests.web_city import Clock, fill

pytestmark = BROWSER
WHY = {"en": "could be traced to them", "zh-Hans": "可能追溯到个人"}


async def test_hidden_numbers_say_so_and_why(
    tmp_path: Path, valkey_url: str, browser: Browser
) -> None:
    async with build(Settings(data=tmp_path, redis_url=valkey_url), Clock()) as service:
        await fill(service)
        await add_staff(service.roster, "li", PASSWORD, "observer")
        columns = tables.ballots.c
        async with reading(service.database) as connection:
            unit = str((await connection.execute(select(columns.unit).limit(1))).scalar_one())
        async with writing(service.database) as connection:
            rest = select(columns.id).where(columns.unit == unit).order_by(columns.id).offset(4)
            await connection.execute(
                update(tables.ballots).where(columns.id.in_(rest)).values(weight=0)
            )
        told = (await score_campaign(service.database, "city-2010")).disclosed
        rich = next(
            u
            for u, it in sorted(told.items())
            if None in it.distribution.values() and not it.withheld
        )
        async with browsing(service, browser, viewport=DESKTOP) as page:
            await page.goto("/admin/sign-in?lang=en")
            await page.get_by_label("Login").fill("li")
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Sign in").click()
            for lang in ("en", "zh-Hans"):
                for name, path in {
                    "scores": f"{CAMPAIGN}/scores",
                    "campaign": CAMPAIGN,
                    "year": f"{YEAR}/ranking",
                    "explain": f"{YEAR}/explain/{rich}",
                }.items():
                    await page.goto(f"{path}?lang={lang}")
                    for size, viewport in {"desktop": DESKTOP, "phone": PHONE}.items():
                        await page.set_viewport_size(viewport)
                        await expect(page.get_by_text(HIDDEN, exact=True).first).to_be_visible()
                        await expect(page.get_by_text(WHY[lang])).to_be_visible()
                        await keep(page, f"floor-{size}-{name}-{lang}")
