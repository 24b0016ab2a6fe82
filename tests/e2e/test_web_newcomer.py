"""Five tasks of somebody who is new, each in at most four clicks from the sign-in; prints them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from bot.accounts.staff import add_staff
from bot.appraisal.appeals import assign_appeal
from bot.core.identity import Office
from bot.core.settings import Settings
from bot.records.store import merge_indicators, read_indicators
from bot.service.composition import Service, build
from bot.storage.database import reading, writing
from tests.console import PASSWORD
from tests.e2e.browsing import BROWSER, DESKTOP, browsing
from tests.every_page import fill_pages
from tests.web_city import Clock

pytestmark = BROWSER
MOST = 4
"""Clicks; a choice from a list is one. Typing is none, nor is the key that sends a search."""


@dataclass
class Newcomer:
    """Somebody who has just signed in, and counts clicks."""

    page: Page
    clicks: int = 0

    async def click(self, what: Locator) -> None:
        self.clicks += 1
        await what.click()

    async def follow(self, name: str, where: str = "main") -> None:
        found = self.page.locator(where).get_by_role("link", name=name, exact=True)
        await self.click(found.first)

    async def press(self, name: str) -> None:
        await self.click(self.page.get_by_role("button", name=name, exact=True))

    async def choose(self, field: str, value: str) -> None:
        self.clicks += 1
        await self.page.locator(f"select[name={field}]").first.select_option(value)

    async def go_to_year(self, year: int) -> None:
        await self.click(self.page.locator(".years summary"))
        await self.follow(f"{year} 年度", ".years")


async def sign_in(page: Page, login: str) -> Newcomer:
    await page.context.clear_cookies()
    await page.goto("/admin/sign-in?lang=zh-Hans")
    await page.get_by_label("用户名").fill(login)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await expect(page.locator("#menu")).to_be_visible()
    return Newcomer(page)


async def find_a_score(page: Page, _service: Service) -> Newcomer:
    one = await sign_in(page, "zhou")
    await one.go_to_year(2010)
    await one.follow("排名与等次", "#menu")
    row = page.get_by_role("row", name="市税务局")
    await expect(row.locator(".c-score")).to_contain_text(".")
    await expect(row.locator(".c-set")).to_contain_text("–")
    return one


async def see_why_it_is_third(page: Page, _service: Service) -> Newcomer:
    one = await sign_in(page, "zhou")
    await one.go_to_year(2010)
    await one.follow("排名与等次", "#menu")
    third = page.locator("tr", has=page.locator(".grade.third")).first
    await one.click(third.get_by_role("link"))
    await expect(page.get_by_text("等次：三等", exact=False).first).to_be_visible()
    await expect(page.get_by_role("heading", name="依据与过程")).to_be_visible()
    await expect(page.get_by_role("heading", name="先改进什么")).to_be_visible()
    return one


async def invite_a_district(page: Page, _service: Service) -> Newcomer:
    one = await sign_in(page, "zhou")
    await one.follow("2026年民评")
    await one.click(page.locator("summary", has_text="生成链接"))
    await one.choose("group", "deputy")
    await page.get_by_label("分层（可不填）").fill("芙蓉区")
    await one.press("生成链接")
    await expect(page.get_by_text("链接已生成。")).to_be_visible()
    await expect(page.locator("main")).to_contain_text("芙蓉区")
    return one


async def answer_an_appeal(page: Page, service: Service) -> Newcomer:
    await add_staff(service.roster, "wang", PASSWORD, "administrator")
    office = Office("zhou", service.clock, "Asia/Shanghai")
    await assign_appeal(service.database, 1, "wang", office)
    one = await sign_in(page, "wang")
    await one.follow("公示与申诉", "#menu")
    await one.click(page.locator("main").get_by_role("link", name="申诉 1").first)
    await one.choose("ruling", "rejected")
    await page.get_by_label("答复的理由").fill("经复核，票数无误。")
    await one.press("答复，不能再改")
    await expect(page.locator("main")).to_contain_text("经复核，票数无误。")
    return one


async def fix_a_mistyped_indicator(page: Page, service: Service) -> Newcomer:
    async with writing(service.database) as connection:
        await merge_indicators(connection, 2026, {("FIN", "objective"): Decimal(19)})
    one = await sign_in(page, "zhou")
    await one.follow("指标得分", "#menu")
    await page.get_by_label("查找（名称、代码或内容）").fill("市财政局")
    await page.keyboard.press("Enter")
    await one.follow("FIN")
    await page.get_by_label("考事（目标任务）").fill("91")
    await one.press("保存")
    await expect(page.get_by_role("row", name="市财政局")).to_contain_text("91")
    async with reading(service.database) as connection:
        assert (await read_indicators(connection, 2026))["FIN", "objective"] == 91
    return one


TASKS = (
    find_a_score,
    see_why_it_is_third,
    invite_a_district,
    answer_an_appeal,
    fix_a_mistyped_indicator,
)


async def test_a_newcomer_needs_four_clicks_at_most(
    tmp_path: Path, valkey_url: str, browser: Browser
) -> None:
    found = {}
    async with build(Settings(data=tmp_path, redis_url=valkey_url), Clock()) as service:
        await fill_pages(service)
        async with browsing(service, browser, viewport=DESKTOP, java_script_enabled=False) as page:
            for task in TASKS:
                found[task.__name__] = (await task(page, service)).clicks
    print(found)
    assert max(found.values()) <= MOST, found
