"""An administrator in Chromium: signs in, reads the ranking, decides, downloads."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from playwright.async_api import Browser, Page, expect

from bot.accounts.staff import add_staff
from bot.core.settings import Settings
from bot.service.composition import build
from tests.e2e.browsing import BROWSER, DESKTOP, PHONE, browsing, keep, open_menu
from tests.web_city import Clock, fill

pytestmark = BROWSER
PASSWORD = "correct horse battery"


async def test_from_the_sign_in_to_the_exported_year(
    tmp_path: Path, valkey_url: str, browser: Browser
) -> None:
    async with build(Settings(data=tmp_path, redis_url=valkey_url), Clock()) as service:
        await fill(service)
        await add_staff(service.roster, "zhou", PASSWORD, "administrator")
        async with browsing(service, browser, viewport=DESKTOP) as page:
            await sign_in(page)
            await look_around(page)
            await decide(page)
            await export(page, tmp_path)
            await page.set_viewport_size(PHONE)
            await page.goto("/admin/years/2010/ranking?lang=en")
            await keep(page, "admin-phone-year-en")
            await open_menu(page)
            await page.get_by_role("button", name="Sign out").click()
            await expect(page.get_by_role("heading")).to_have_text("管理人员登录")


async def sign_in(page: Page) -> None:
    await page.goto("/admin")
    await page.get_by_label("用户名").fill("zhou")
    await page.get_by_label("密码").fill("wrong")
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("alert")).to_have_text("用户名或密码不对。")
    await keep(page, "admin-sign-in")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", name="2010 年度绩效考核")).to_be_visible()


async def look_around(page: Page) -> None:
    pages = {
        "overview": "/admin",
        "campaign": "/admin/campaigns/city-2010",
        "scores": "/admin/campaigns/city-2010/scores",
        "year": "/admin/years/2010",
        "ranking": "/admin/years/2010/ranking",
        "campaigns": "/admin/campaigns",
        "leaders": "/admin/years/2010/leaders?grade=third",
        "proposals": "/admin/years/2010/proposals",
        "explain": "/admin/years/2010/explain/CME",
        "import": "/admin/years/2010/import",
        "password": "/admin/password",
    }
    for name, path in pages.items():
        await page.goto(path)
        await keep(page, f"admin-{name}")
    await page.goto("/admin/years/2010/ranking")
    dots = await page.locator(".dot").all()
    boxes = [box for dot in dots[:5] if (box := await dot.bounding_box())]
    # Districts are listed best first, so the dots of the forest plot step to the left.
    assert len(boxes) == 5
    assert [box["x"] for box in boxes] == sorted((box["x"] for box in boxes), reverse=True)


async def decide(page: Page) -> None:
    await page.goto("/admin/years/2010/proposals?status=proposed&kind=verification_review")
    first = page.get_by_role("article").first
    subject = await first.get_by_role("heading").inner_text()
    if not await first.get_by_label("理由").is_visible():
        await first.locator("summary").first.click()
    await first.get_by_label("理由").fill("名次居后，情况属实")
    await first.get_by_role("button", name="确认").click()
    await expect(page.get_by_role("status").last).to_have_text("决定已记录。")
    await page.goto("/admin/years/2010/proposals?status=confirmed&kind=verification_review")
    await expect(page.get_by_role("heading", name=subject)).to_be_visible()
    await expect(page.locator("main").get_by_text("zhou · 2026-")).to_be_visible()


async def export(page: Page, folder: Path) -> None:
    await page.goto("/admin/years/2010/ranking")
    await page.get_by_text("下载", exact=True).click()
    async with page.expect_download() as waiting:
        await page.locator("a[href*='export.xlsx?audience=internal']").click()
    file = folder / "year.xlsx"
    await (await waiting.value).save_as(file)
    book = openpyxl.load_workbook(file, read_only=True)
    rows = sum(
        1
        for _ in book[next(name for name in book.sheetnames if name.endswith(" units"))].iter_rows()
    )
    book.close()
    assert rows == 2 + 9 + 99
