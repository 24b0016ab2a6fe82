"""People of several channels in Chromium: drawn, planned, written to, bounced, opted out, reminded.

An SMS gateway and a mail relay stand in for the providers; letters are made and come back.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from playwright.async_api import Browser, Page, expect

from aggregation.fieldwork.dispositions import dispositions
from bot.accounts.staff import add_staff
from bot.campaigns.lifecycle import create_campaign
from bot.core.settings import Settings
from bot.core.shipped_files import shipped_words
from bot.fieldwork.monitoring.response_monitor import _cells, _known
from bot.fieldwork.outreach.accounts import announce_accounts
from bot.fieldwork.outreach.pace import Pace
from bot.fieldwork.outreach.sender import PushSender
from bot.messengers.account_files import read_account
from bot.messengers.contract import AccountMessenger, Request
from bot.messengers.registry import PROVIDERS
from bot.service.composition import Service, build, running
from bot.serving import make_hooks
from bot.storage.database import reading, writing
from tests.e2e.browsing import BROWSER, DESKTOP, PHONE, browsing, keep
from tests.e2e.test_web_push import say_who_asks, sign_in, three_days_pass
from tests.standins import plain
from tests.standins.relay import Relay
from tests.standins.server import StandIn
from tests.unit.bot.messengers.test_email import ACCOUNT
from tests.unit.bot.messengers.test_messengers import CASES, HOOK
from tests.web_city import Clock, make_draft

pytestmark = BROWSER
SITE = "https://mp.cs.cn"
PUSH = "/admin/campaigns/2026/push"
BY_SMS, BY_MAIL, BY_LETTER = range(1, 13), range(13, 25), range(25, 31)


def phone(n: int) -> str:
    return f"+86{13800000000 + n}"


def mail(n: int) -> str:
    return f"p{n}@example.cn"


def listed() -> str:
    rows = ["人员编号,渠道,联系方式,语言,评价主体,区域,规模,同意日期,名单"]
    common = "中文,resident,,,2026-01-02,办事大厅"
    rows += [f"{n},短信,{13800000000 + n},{common}" for n in BY_SMS]
    rows += [f"{n},电子邮件,{mail(n)},{common}" for n in BY_MAIL]
    rows += [f"{n},信函,清水市解放路 {n} 号 410000,{common}" for n in (*BY_SMS, *BY_LETTER)]
    return "\n".join(rows) + "\n"


class Reach:
    """The service with its two accounts."""

    def __init__(self, service: Service, gateway: StandIn, relay: Relay) -> None:
        self.service, self.gateway, self.relay = service, gateway, relay
        self.messengers: list[AccountMessenger] = []

    @property
    def short(self) -> dict[str, str]:
        return {said["to"]: said["text"] for said in map(json.loads, self.gateway.requests)}

    async def tell(self, said: Any) -> None:
        """What the gateway posts to the hook."""
        hooks = make_hooks(self.service, self.messengers)
        (sms,) = [one for one in self.messengers if one.account.kind == "sms"]
        await hooks._act(sms, sms.read_hook(Request(json.dumps(said).encode())))


@asynccontextmanager
async def reaching(service: Service) -> AsyncIterator[Reach]:
    answers = [(200, {"status": "accepted", "id": f"m-{n}"}) for n in range(500)]
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(StandIn(plain.check, answers))
        relay = await stack.enter_async_context(Relay(unknown={mail(13)}))
        reach = Reach(service, gateway, relay)
        texts = (CASES["plain"].account.format(url=gateway.url, hook=HOOK),)
        for name, text in (("city", *texts), ("relay", ACCOUNT.format(port=relay.port))):
            file = read_account(text, name)
            messenger = PROVIDERS[file.provider](file, service.settings.data)
            reach.messengers.append(await stack.enter_async_context(messenger))
        async with writing(service.database) as connection:
            await announce_accounts(connection, [one.account for one in reach.messengers])
        for messenger in reach.messengers:
            on = (service.database, service.keys, service.contact_keys, messenger)
            pace = Pace(service.redis, 200.0, messenger.account.name)
            sender = PushSender(*on, pace, service.clock, "Asia/Shanghai", shipped_words(), SITE)
            await stack.enter_async_context(running(sender.run()))
        yield reach
    assert gateway.violations == relay.violations == []


async def test_people_of_several_channels(
    tmp_path: Path, valkey_url: str, browser: Browser
) -> None:
    settings = Settings(data=tmp_path, redis_url=valkey_url)
    async with build(settings, Clock()) as service, reaching(service) as reach:
        await create_campaign(service.database, make_draft(), service.clock)
        await add_staff(service.roster, "zhou", "correct horse battery", "administrator")
        async with browsing(service, browser, viewport=DESKTOP) as page:
            await sign_in(page)
            await say_who_asks(page)
            await bring_and_draw(page, tmp_path)
            await send(page, reach)
            await bounce_and_write_letters(page, reach, tmp_path)
            await leave_and_answer(page, reach)
            await three_days_pass(service)
            await remind(page, reach)
            await close(page)
        async with reading(service.database) as connection:
            cells = await _cells(connection, "2026")
    told: Counter[str] = Counter()
    for cell, counts in cells.items():
        told.update(dispositions(_known(cell, counts, {}), over=True))
    # The bounce and the letter that came back; one left by mail, one by SMS; one began.
    expected = {"unreachable": 2, "declined": 2, "started": 1, "expired": 25}
    assert {name: number for name, number in told.items() if number} == expected


async def bring_and_draw(page: Page, folder: Path) -> None:
    (folder / "people.csv").write_text(listed(), "utf-8")
    await page.goto("/admin/contacts")
    await page.get_by_label("文件").set_input_files(folder / "people.csv")
    await page.get_by_role("button", name="导入").click()
    await expect(page.locator(".notice")).to_contain_text("新增 30")
    await page.goto(PUSH)
    await page.get_by_label("抽取人数").fill("30")
    await page.get_by_role("button", name="确定抽样").click()
    await page.goto("/admin/campaigns/2026")
    await page.get_by_label("活动代号").first.fill("2026")
    await page.get_by_role("button", name="开启活动").click()
    await page.goto(PUSH)
    await page.get_by_role("button", name="抽取并生成邀请").click()
    await expect(page.locator(".notice")).to_contain_text("邀请已生成")


async def send(page: Page, reach: Reach) -> None:
    await page.get_by_label("中文短信").fill("请评价政府部门工作：{link} 拒收回复R")
    await page.get_by_role("button", name="预览").click()
    await expect(page.get_by_text("请评价政府部门工作：http")).to_be_visible()
    await page.set_viewport_size(PHONE)
    await keep(page, "reach-preview-zh")
    await page.set_viewport_size(DESKTOP)
    await page.get_by_role("button", name="发送给 24 人").click()
    await expect(page.get_by_role("heading", name="邀请 已完成")).to_be_visible()
    assert set(reach.short) == {phone(n) for n in BY_SMS}
    code = re.compile(rf"请评价政府部门工作：{SITE}/[0-9A-Z]{{10}} 拒收回复R")
    assert all(code.fullmatch(text) for text in reach.short.values())
    assert {one["To"] for one in reach.relay.mails} == {mail(n) for n in BY_MAIL if n != 13}
    row = page.get_by_role("row", name="电子邮件 0 11 1")
    await page.reload()
    await expect(row).to_be_visible()


async def bounce_and_write_letters(page: Page, reach: Reach, folder: Path) -> None:
    """The gateway says later that one telephone is none; that person gets a letter, too."""
    order = list(reach.short)
    receipts = [
        {"id": f"m-{n}", "status": "unknown-number" if to == phone(1) else "delivered"}
        for n, to in enumerate(order)
    ]
    await reach.tell({"receipts": receipts[::-1] * 2})
    await page.reload()
    await expect(page.get_by_role("row", name="短信 0 11 1")).to_be_visible()
    await page.get_by_label("形式").select_option("merge letter")
    await page.get_by_label("用途").fill("信函邀请")
    await page.get_by_role("button", name="申请文件").click()
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="生成并下载").click()
    await (await waiting.value).save_as(folder / "letters.xlsx")
    book = load_workbook(io.BytesIO((folder / "letters.xlsx").read_bytes()))
    head, *rows = book.worksheets[0].iter_rows(values_only=True)
    columns = [str(one) for one in head]
    addresses = {str(row[0]) for row in rows}
    assert addresses == {f"清水市解放路 {n} 号 410000" for n in (1, *BY_LETTER)}
    place = columns.index("参考号 reference")
    await page.reload()
    await page.get_by_label("信上的参考号").fill(str(rows[0][place]).lower())
    await page.get_by_role("button", name="登记这一封").click()
    await expect(page.locator(".notice").first).to_contain_text("已登记")
    await page.get_by_label("信上的参考号").fill("00000000")
    await page.get_by_role("button", name="登记这一封").click()
    await expect(page.get_by_role("main")).to_contain_text("没有这个参考号")
    await page.goto(PUSH)
    await page.set_viewport_size(PHONE)
    await keep(page, "reach-sent-zh")
    await page.goto(f"{PUSH}?lang=en")
    await keep(page, "reach-sent-en")
    await page.goto(f"{PUSH}?lang=zh-Hans")
    await page.set_viewport_size(DESKTOP)


async def leave_and_answer(page: Page, reach: Reach) -> None:
    (one,) = [found for found in reach.relay.mails if found["To"] == mail(14)]
    out = one["List-Unsubscribe"].strip("<>").removeprefix(SITE)
    await page.set_viewport_size(PHONE)
    await page.goto(f"{out}?lang=en")
    await keep(page, "reach-out-en")
    await page.goto(f"{out}?lang=zh-Hans")
    await keep(page, "reach-out-zh")
    await page.get_by_role("button", name="不再接收邀请").click()
    await expect(page.get_by_text("已退订")).to_be_visible()
    await keep(page, "reach-out-done-zh")
    await reach.tell({"words": [{"from": phone(2), "text": "退订"}]})
    code = reach.short[phone(3)].partition(f"{SITE}/")[2][:10]
    await page.goto(f"/{code}")
    await page.get_by_role("button", name="开始").first.click()
    await expect(page.locator("#page")).to_be_visible()
    await page.set_viewport_size(DESKTOP)


async def remind(page: Page, reach: Reach) -> None:
    reach.gateway.requests.clear()
    reach.relay.mails.clear()
    await page.goto(PUSH)
    await page.get_by_role("button", name=re.compile("^发送给")).click()
    await expect(page.get_by_role("heading", name="第 1 次提醒 已完成")).to_be_visible()
    assert set(reach.short) == {phone(n) for n in BY_SMS if n > 3}
    assert {one["To"] for one in reach.relay.mails} == {mail(n) for n in BY_MAIL if n > 14}


async def close(page: Page) -> None:
    await page.goto("/admin/campaigns/2026")
    await page.get_by_text("提前截止…").first.click()
    await page.get_by_label("活动代号").first.fill("2026")
    await page.get_by_label("提前截止的理由").fill("答复已经足够")
    await page.get_by_role("button", name="截止", exact=True).click()
    await page.goto("/admin/campaigns/2026/responses")
    await expect(page.get_by_text("回应率 RR1").first).to_be_visible()
    await expect(page.get_by_role("row", name="市民群众").first).to_contain_text("30")
    await keep(page, "reach-responses-zh")
