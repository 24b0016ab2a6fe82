"""A staff member's day in Chromium.

They import, draw, preview, send, watch, pause, resume, remind, close and export.
"""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import openpyxl
from playwright.async_api import Browser, Page, expect

from aggregation.fieldwork.sampling import sample_contradiction
from bot.accounts.staff import add_staff
from bot.campaigns.lifecycle import create_campaign
from bot.core.settings import Settings
from bot.fieldwork.audience.sampling import read_sample
from bot.service.composition import Service, build
from bot.serving import serve_telegram
from bot.storage.database import writing
from bot.storage.schema import all as tables
from tests.botapi.citizen import Citizen
from tests.botapi.server import BotApi
from tests.e2e.browsing import BROWSER, DESKTOP, PHONE, browsing, follow_menu, keep
from tests.web_city import Clock, make_draft

pytestmark = BROWSER
PASSWORD = "correct horse battery"
PEOPLE, RATE = 40, 8
FIRST = 5001


async def test_the_day_of_a_staff_member(tmp_path: Path, valkey_url: str, browser: Browser) -> None:
    async with BotApi() as api:
        for chat in (*range(FIRST, FIRST + PEOPLE), 77):
            api.chat(chat)
        api.chat(FIRST).blocked = True
        settings = Settings(
            data=tmp_path,
            redis_url=valkey_url,
            telegram_token=api.token,
            telegram_api=api.url,
            push_rate=RATE,
        )
        async with build(settings, Clock()) as service, serve_telegram(service) as channel:
            assert channel is not None
            stop = asyncio.Event()
            polling = asyncio.create_task(channel.poll(stop))
            await create_campaign(service.database, make_draft(), service.clock)
            await add_staff(service.roster, "zhou", PASSWORD, "administrator")
            async with browsing(service, browser, viewport=DESKTOP) as page:
                await sign_in(page)
                await say_who_asks(page)
                await bring_contacts(page, tmp_path)
                await plan_and_open(page)
                await invite(page, tmp_path)
                await write_and_send(page, api)
                await pause_and_go_on(page, api)
                await somebody_answers(page, api)
                await three_days_pass(service)
                await remind(page, api)
                await close_and_export(page, tmp_path)
            stop.set()
            await polling
        assert api.violations == []


async def sign_in(page: Page) -> None:
    await page.goto("/admin")
    await page.get_by_label("用户名").fill("zhou")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()


async def say_who_asks(page: Page) -> None:
    await page.goto("/admin/settings")
    for label, value in (
        ("主办单位", "清水市考评办"),
        ("电话", "0731-12345678"),
        ("个人信息事务（电话或邮箱）", "0731-12345679"),
        ("ICP 备案号", "湘ICP备12345678号"),
        ("公安备案号", "湘公网安备43010202000123号"),
    ):
        await page.get_by_label(label, exact=True).fill(value)
    await keep(page, "settings-organiser")
    await page.get_by_role("button", name="登记主办单位").click()
    await expect(page.get_by_text("已登记由谁主办")).to_be_visible()
    await expect(page.get_by_label("电话", exact=True)).to_have_value("0731-12345678")


async def bring_contacts(page: Page, folder: Path) -> None:
    await follow_menu(page, "联系人")
    head = "渠道,联系方式,语言,评价主体,区域,规模,同意日期,名单\n"
    rows = [f"telegram,{FIRST + n},中文,resident,,,2026-01-02,办事大厅\n" for n in range(PEOPLE)]
    (folder / "wrong.csv").write_text(
        head + "".join(rows) + "telegram,x,中文,resident,,,2026-01-02,\n", "utf-8"
    )
    (folder / "people.csv").write_text(head + "".join(rows), "utf-8")
    await page.get_by_label("文件").set_input_files(folder / "wrong.csv")
    await page.get_by_role("button", name="导入").click()
    await expect(page.get_by_role("alert")).to_contain_text(f"第 {PEOPLE + 2} 行，“联系方式”列")
    await keep(page, "push-contacts-problem")
    await page.get_by_label("文件").set_input_files(folder / "people.csv")
    await page.get_by_role("button", name="导入").click()
    await expect(page.locator(".notice")).to_contain_text(f"新增 {PEOPLE}")
    await keep(page, "push-contacts")


async def plan_and_open(page: Page) -> None:
    await page.goto("/admin/campaigns/2026/push")
    await page.get_by_label("抽取人数").fill("30")
    await keep(page, "push-plan")
    await page.get_by_role("button", name="确定抽样").click()
    await expect(page.locator(".notice")).to_have_text("抽样已确定。")
    await page.goto("/admin/campaigns/2026")
    await page.get_by_label("活动代号").first.fill("2026")
    await page.get_by_role("button", name="开启活动").click()
    await expect(page.get_by_text("活动已开启。")).to_be_visible()


async def invite(page: Page, folder: Path) -> None:
    await page.get_by_role("link", name="邀请").click()
    await page.get_by_role("button", name="抽取并生成邀请").click()
    await expect(page.locator(".notice")).to_contain_text("邀请已生成")
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="下载样本").click()
    await (await waiting.value).save_as(folder / "sample.json")
    sample = read_sample("sample.json", (folder / "sample.json").read_bytes())
    assert (sample_contradiction(sample), sum(map(len, sample.drawn.values()))) == (None, 30)
    assert json.loads((folder / "sample.json").read_text())


async def write_and_send(page: Page, api: BotApi) -> None:
    await page.get_by_label("中文消息").fill("请您给市财政局和市教育局评一评。")
    await expect(page.locator("#mock-zh")).to_have_text("请您给市财政局和市教育局评一评。")
    await keep(page, "push-preview")
    await page.get_by_label("您自己的聊天编号").fill("77")
    await page.get_by_role("button", name="先发给我").click()
    await expect(page.locator(".notice")).to_have_text("已发到您的聊天，没有发给别人。")
    assert {call.params["chat_id"] for call in api.calls if call.method == "sendMessage"} == {77}
    written = re.compile("^请您给市财政局和市教育局评一评。\n主办：清水市考评办　电话：")
    await expect(page.get_by_label("中文消息")).to_have_value(written)
    await page.get_by_role("button", name="发送给 30 人").click()
    await expect(page.locator(".notice")).to_have_text("已排队，正在发送。")


async def pause_and_go_on(page: Page, api: BotApi) -> None:
    await api.until(lambda: len(messages(api)) >= 5)
    api.flowing.clear()  # a busy machine would be too late
    await page.get_by_role("button", name="暂停").click()
    await expect(page.locator(".notice")).to_contain_text("已暂停")
    api.flowing.set()
    await asyncio.sleep(0.6)
    held = len(messages(api))
    assert held < 30
    await keep(page, "push-paused")
    await asyncio.sleep(0.8)
    assert len(messages(api)) == held
    await page.get_by_role("button", name="继续").click()
    # By the live part, without a reload.
    await expect(page.get_by_role("heading", name="已完成")).to_be_visible()
    chats = messages(api)
    assert len(chats) == len(set(chats)) <= 30
    await page.reload()
    await keep(page, "push-done")
    await page.set_viewport_size(PHONE)
    await page.goto("/admin/campaigns/2026/push?lang=en")
    await keep(page, "push-done-phone")
    await page.set_viewport_size(DESKTOP)


def messages(api: BotApi) -> list[int]:
    return [
        call.params["chat_id"]
        for call in api.calls
        if call.method == "sendMessage" and call.params["chat_id"] != 77
    ]


async def somebody_answers(page: Page, api: BotApi) -> None:
    told = [chat for chat in messages(api) if not api.chat(chat).blocked]
    ann = Citizen(api, told[0], "zh-hans")
    await ann.press("开始评价")
    assert "评价" in ann.text
    ben = Citizen(api, told[1], "zh-hans")
    await ben.press("不再接收邀请")
    await page.goto("/admin/campaigns/2026/push?lang=zh-Hans")
    await expect(page.get_by_role("row", name="市民群众")).to_contain_text("少于10")


async def three_days_pass(service: Service) -> None:
    """Let the invitation be handed over long ago; the console's own time stays."""
    async with writing(service.database) as connection:
        handed = tables.pushes.c.handed
        await connection.execute(tables.pushes.update().values(handed=handed - 72 * 3600))


async def remind(page: Page, api: BotApi) -> None:
    before = messages(api)
    told = [chat for chat in before if not api.chat(chat).blocked]
    await page.get_by_role("button", name="发送给 30 人").click()
    await expect(page.get_by_role("heading", name="第 1 次提醒 已完成")).to_be_visible()
    reminded = messages(api)[len(before) :]
    assert told[0] not in reminded, "who opened the invitation is spared"
    assert told[1] not in reminded, "who opted out is left alone"
    assert len(set(reminded)) == len(reminded)
    await page.reload()
    await keep(page, "push-reminded")


async def close_and_export(page: Page, folder: Path) -> None:
    await page.goto("/admin/campaigns/2026")
    await page.get_by_text("提前截止…").first.click()
    await page.get_by_label("活动代号").first.fill("2026")
    await page.get_by_label("提前截止的理由").fill("答复已经足够")
    await page.get_by_role("button", name="截止", exact=True).click()
    await page.goto("/admin/campaigns/2026/scores")
    async with page.expect_download() as waiting:
        await page.locator("a[href*='export.xlsx']").first.click()
    await (await waiting.value).save_as(folder / "scores.xlsx")
    assert openpyxl.load_workbook(folder / "scores.xlsx", read_only=True).sheetnames
    await page.goto("/admin/audit")
    await expect(page.get_by_role("row", name="暂停评价活动 2026 的推送")).to_be_visible()
    await keep(page, "audit")
    await page.set_viewport_size(PHONE)
    await page.goto("/admin/audit?lang=en")
    await keep(page, "audit-phone")
