"""Rectification in Chromium: a citizen's request, an office's answer, a unit's view, an appeal."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from aggregation.model.facts import AppraisedUnit, Grade
from bot.accounts.staff import add_staff
from bot.appraisal.year import open_year
from bot.records import store as yearbook
from bot.records.amendments import read_amendments
from bot.storage.database import writing
from tests.console import PASSWORD
from tests.contract.test_year_tables import bring, hold_campaign
from tests.e2e.browsing import BROWSER, DESKTOP, PHONE, browsing, keep, press
from tests.sealing import seal_at
from tests.web_city import City, city

pytestmark = BROWSER
RATING = ("开始评价", "办过事", "非常满意", "满意", "满意", "满意")
WORDS = "周六下午也开门"


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, valkey_url: str) -> AsyncIterator[City]:
    async with city(tmp_path, valkey_url) as made:
        database = made.service.database
        async with writing(database) as connection:
            unit = AppraisedUnit("FIN", "市财政局", "Finance Bureau", "B_econ")
            await yearbook.write_units(connection, [yearbook.ListedUnit(unit, "econ")])
        for login, role, unit_ in (
            ("ofa", "office", ""),
            ("fin", "unit", "FIN"),
            ("zhou", "administrator", ""),
        ):
            await add_staff(made.service.roster, login, PASSWORD, role, unit_)
        yield made


async def sign_in(page: Page, login: str) -> None:
    await page.context.clear_cookies()
    await page.goto("/admin/sign-in?lang=zh-Hans")
    await page.get_by_label("用户名").fill(login)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_url(re.compile(r"/admin(/requests|/unit|/years/\d{4})?$"))


async def look(page: Page, path: str, name: str) -> None:
    """Keep a page on both widths in both languages."""
    for lang in ("en", "zh-Hans"):
        await page.goto(f"{path}?lang={lang}")
        for size, viewport in {"desktop": DESKTOP, "phone": PHONE}.items():
            await page.set_viewport_size(viewport)
            await keep(page, f"rectification-{name}-{size}-{lang}")


async def test_a_request_goes_to_the_office_and_comes_back(town: City, browser: Browser) -> None:
    async with browsing(town.service, browser) as page:
        await page.goto(f"/r/{town.link}/FIN")
        for words in RATING:
            await press(page, words)
        await page.get_by_label("您的回答").fill(WORDS)
        await press(page, "填好了，继续")
        await keep(page, "rectification-send-phone-zh")
        await press(page, "交办公室，原话也给该单位看")
        await press(page, "提交")
        await keep(page, "rectification-receipt-phone-zh")
        await expect(page.locator("main").get_by_text("明天交给办公室")).to_be_visible()
        assert await town.ballots() == [("FIN", "VS S S S")]
        town.clock.time += timedelta(days=1)
        await town.service.mixer.turn()
        citizen = await page.context.cookies()

    async with browsing(town.service, browser) as page:
        await sign_in(page, "ofa")
        await page.goto("/admin/requests")
        await page.get_by_role("link", name="市财政局").click()
        await page.get_by_label("给市民的答复").fill("周六下午从几点开始合适？")
        await press(page, "转达")
        await expect(page.get_by_text("市民回来时可见")).to_be_visible()
        await page.get_by_label("由谁整改").fill("大厅管理科")
        await page.get_by_label("主题").select_option("speed")
        await press(page, "交办")
        await page.get_by_label("方案").fill("每周六下午增开两个窗口")
        await press(page, "记录整改方案")
        await page.get_by_label("做了什么").fill("自本月起周六下午开门")
        await press(page, "记录已整改")
        where = page.url.split("?")[0]
        await look(page, where, "request")
        await look(page, "/admin/requests", "requests")
        await look(page, "/admin/themes", "themes")
        await sign_in(page, "fin")
        await expect(page.get_by_text(WORDS)).to_be_visible()
        await look(page, "/admin/unit", "unit")

    async with browsing(town.service, browser, java_script_enabled=False) as page:
        await page.goto("/help")
        here = page.url.removesuffix("/help")
        await page.context.add_cookies(
            [{"name": c["name"], "value": c["value"], "url": here} for c in citizen]
        )
        await page.goto("/")
        await page.get_by_role("link", name="我的留言").click()
        await keep(page, "rectification-list-phone-zh")
        await page.get_by_role("button", name="市财政局").click()
        await expect(page.get_by_text("周六下午从几点开始合适？")).to_be_visible()
        await keep(page, "rectification-thread-phone-zh")
        await page.get_by_label("您的回答").fill("两点")
        await page.get_by_role("button", name="发给办公室").click()
        await expect(page.get_by_text("已转交办公室")).to_be_visible()
        await page.get_by_role("button", name="已经改好").click()
        await expect(page.get_by_text("这不影响得分")).to_be_visible()
        await page.get_by_role("button", name="停止这条留言").click()
        await expect(page.get_by_text("您已停止")).to_be_visible()
        await keep(page, "rectification-stopped-phone-zh")


async def seal_last_year(town: City) -> None:
    """Seal 2025, in which the Finance Bureau is third of three."""
    database = town.service.database
    names = (("FIN", "市财政局"), ("EDU", "市教育局"), ("TAX", "市税务局"))
    head = "code,name_zh,name_en,category,questionnaire\n"
    rows = "".join(f"{code},{name},{code},C_social,window\n" for code, name in names)
    await bring(database, "units", head + rows, 0)
    points = "".join(f"{code},80,80,80\n" for code, _ in names)
    await bring(database, "indicators", f"subject,objective,superior,governance\n{points}", 2025)
    answers = {"FIN": "VD", "EDU": "S", "TAX": "VS"}
    await hold_campaign(database, "2025", year=2025, answers=answers)
    await seal_at(town.service, 2025)


async def test_an_appeal_is_received_charged_and_answered(town: City, browser: Browser) -> None:
    await seal_last_year(town)
    await add_staff(town.service.roster, "chen", PASSWORD, "administrator")
    async with browsing(town.service, browser, viewport=DESKTOP) as page:
        await sign_in(page, "zhou")
        await page.goto("/admin/years/2025/notice")
        await page.locator("input[name=typed]").fill("2025")
        await press(page, "从今天起公示")
        await sign_in(page, "fin")
        await page.get_by_label("哪里有误，理由是什么").fill("票数有误")
        await press(page, "申请复核")
        await expect(page.get_by_text("待指派")).to_be_visible()
        await look(page, "/admin/unit", "unit-appeal")
        await sign_in(page, "zhou")
        await page.goto("/admin/appeals")
        await page.get_by_role("link", name="申诉 1").click()
        await page.get_by_label("用户名").select_option("chen")
        await press(page, "指派")
        await sign_in(page, "chen")
        await page.goto("/admin/appeals/1")
        await look(page, "/admin/appeals/1", "appeal-to-answer")
        await page.get_by_label("结论").select_option("upheld")
        await page.get_by_label("等次：二等").check()
        await page.get_by_label("答复的理由").fill("重新核对，确有误")
        await press(page, "答复，不能再改")
        await expect(page.get_by_text("三等 → 等次：二等")).to_be_visible()
        await look(page, "/admin/appeals/1", "appeal-answered")
        await look(page, "/admin/appeals", "appeals")
    async with writing(town.service.database) as connection:
        (told,) = await read_amendments(connection, 2025)
    assert (told.appeal, told.subject, told.by) == (1, "FIN", "chen")
    year = await open_year(town.service.database, 2025)
    assert year.result.unit("FIN").grade is Grade.SECOND
