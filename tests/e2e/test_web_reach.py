"""People of several channels in Chromium: drawn, planned, written to, bounced, opted out, reminded,
and their answers in the response rates.

An SMS gateway and a mail relay stand in for the providers; letters are made and come back.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from playwright.async_api import Browser, Page, expect
from sqlalchemy import func, select

from aggregation.fieldwork.dispositions import dispositions
from bot.accounts.staff import add_staff
from bot.campaigns.lifecycle import create_campaign
from bot.conversations.phone_codes import PhoneCodes, code_messenger
from bot.core.settings import Settings
from bot.core.shipped_files import shipped_words
from bot.fieldwork.monitoring.response_monitor import _cells, _courses, _known
from bot.fieldwork.outreach.accounts import announce_accounts
from bot.fieldwork.outreach.pace import Pace
from bot.fieldwork.outreach.sender import PushSender
from bot.messengers.account_files import read_account
from bot.messengers.contract import AccountMessenger, Request
from bot.messengers.registry import PROVIDERS
from bot.service.composition import Service, build, running
from bot.serving import make_hooks
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.campaign_definition import Link
from tests.contract.test_conductor import Road
from tests.e2e.browsing import BROWSER, DESKTOP, PHONE, browsing, keep, press
from tests.e2e.test_web_push import say_who_asks, sign_in, three_days_pass
from tests.standins import plain
from tests.standins.relay import Relay
from tests.standins.server import StandIn
from tests.unit.bot.messengers.test_email import ACCOUNT
from tests.unit.bot.messengers.test_messengers import CASES, HOOK
from tests.waiting import until
from tests.web_city import Clock, make_draft

pytestmark = BROWSER
SITE = "https://mp.cs.cn"
PUSH = "/admin/campaigns/2026/push"
BY_SMS, BY_MAIL, BY_LETTER = range(1, 25), range(25, 49), range(49, 61)
NO_NUMBER, LEFT_BY_SMS, FINISHES, STOPS, BEGINS = range(1, 6)
"""Of the people with a telephone: whose number is none, and what the others do."""
NO_MAIL, LEFT_BY_MAIL = 25, 26
SPARED = {NO_NUMBER, LEFT_BY_SMS, FINISHES, STOPS, BEGINS, NO_MAIL, LEFT_BY_MAIL}
"""Who gets no reminder, with those who finish without a browser: `OTHERS`."""
OTHERS = (*range(6, 18), *range(27, 38))
"""People who finish a rating without a browser."""
SPARED |= set(OTHERS)
FIGURES = {
    "已邀请": "60",
    "已提交": "20–29",
    "回应率 RR1": "19–55 %",
    "回应率 RR2": "21–63 %",
    "中途退出率": "0 %",
}
"""By hand of 24 completed, 30 expired, one partial, one started, two each unreachable and declined.

Those below ten are 1–9. Their sum with 60 would narrow these, so that the largest, 30–39, is told
as 20–49. RR1 is 20 ÷ (20 + 49 + 36) to 29 ÷ (29 + 20 + 4), RR2 21 ÷ (21 + 49 + 27) to
38 ÷ (38 + 20 + 3), both rounded outwards.
"""
TYPED, TOLD = "139 0013 9000", "+8613900139000"
"""A telephone as somebody types it to confirm, and as the gateway is told it."""
ANSWERS = ("办过事", "非常满意", "满意", "满意", "满意", "跳过", "提交")


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

    def phone_codes(self) -> PhoneCodes:
        on = (self.service.redis, self.service.database, self.service.keys)
        return PhoneCodes(*on, code_messenger(self.messengers))

    def code(self, who: int) -> str:
        """The code of a person's link, from their message."""
        mails = {one["To"]: one.get_body(("plain",)) for one in self.relay.mails}
        body = mails.get(mail(who))
        text = self.short.get(phone(who), "") if body is None else body.get_content()
        return text.partition(f"{SITE}/")[2][:10]

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
        relay = await stack.enter_async_context(Relay(unknown={mail(NO_MAIL)}))
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
    clock = Clock()
    async with build(settings, clock) as service, reaching(service) as reach:
        draft = replace(make_draft(), identity=("phone",))
        await create_campaign(service.database, draft, service.clock)
        await add_staff(service.roster, "zhou", "correct horse battery", "administrator")
        async with browsing(service, browser, viewport=DESKTOP) as page:
            await sign_in(page)
            await say_who_asks(page)
            await bring_and_draw(page, tmp_path)
            await send(page, reach)
            await bounce_and_write_letters(page, reach, tmp_path)
            await leave(page, reach)
            await answer(service, browser, reach)
            await count_an_hour_later(service, clock)
            await sign_in(page)
            await three_days_pass(service)
            await remind(page, reach)
            await close(page)
        async with reading(service.database) as connection:
            cells, people = await _cells(connection, "2026"), await _courses(connection, "2026")
    told: Counter[str] = Counter()
    for cell, counts in cells.items():
        told.update(dispositions(_known(cell, counts, people), over=True))
    expected = {"unreachable": 2, "declined": 2, "started": 1, "partial": 1, "completed": 24}
    assert {name: number for name, number in told.items() if number} == expected | {"expired": 30}


async def bring_and_draw(page: Page, folder: Path) -> None:
    (folder / "people.csv").write_text(listed(), "utf-8")
    await page.goto("/admin/contacts")
    await page.get_by_label("文件").set_input_files(folder / "people.csv")
    await page.get_by_role("button", name="导入").click()
    await expect(page.locator(".notice")).to_contain_text("新增 60")
    await page.goto(PUSH)
    await page.get_by_label("抽取人数").fill("60")
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
    await page.get_by_role("button", name="发送给 48 人").click()
    await expect(page.get_by_role("heading", name="邀请 已完成")).to_be_visible()
    assert set(reach.short) == {phone(n) for n in BY_SMS}
    code = re.compile(rf"请评价政府部门工作：{SITE}/[0-9A-Z]{{10}} 拒收回复R")
    assert all(code.fullmatch(text) for text in reach.short.values())
    assert {one["To"] for one in reach.relay.mails} == {mail(n) for n in BY_MAIL if n != NO_MAIL}
    row = page.get_by_role("row", name="电子邮件 0 23 1")
    await page.reload()
    await expect(row).to_be_visible()


async def bounce_and_write_letters(page: Page, reach: Reach, folder: Path) -> None:
    """The gateway says later that one telephone is none; that person gets a letter, too."""
    order = list(reach.short)
    receipts = [
        {"id": f"m-{n}", "status": "unknown-number" if to == phone(NO_NUMBER) else "delivered"}
        for n, to in enumerate(order)
    ]
    await reach.tell({"receipts": receipts[::-1] * 2})
    await page.reload()
    await expect(page.get_by_role("row", name="短信 0 23 1")).to_be_visible()
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
    assert addresses == {f"清水市解放路 {n} 号 410000" for n in (NO_NUMBER, *BY_LETTER)}
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


async def leave(page: Page, reach: Reach) -> None:
    (one,) = [found for found in reach.relay.mails if found["To"] == mail(LEFT_BY_MAIL)]
    out = one["List-Unsubscribe"].strip("<>").removeprefix(SITE)
    await page.set_viewport_size(PHONE)
    await page.goto(f"{out}?lang=en")
    await keep(page, "reach-out-en")
    await page.goto(f"{out}?lang=zh-Hans")
    await keep(page, "reach-out-zh")
    await page.get_by_role("button", name="不再接收邀请").click()
    await expect(page.get_by_text("已退订")).to_be_visible()
    await keep(page, "reach-out-done-zh")
    await page.set_viewport_size(DESKTOP)
    await reach.tell({"words": [{"from": phone(LEFT_BY_SMS), "text": "退订"}]})


async def answer(service: Service, browser: Browser, reach: Reach) -> None:
    """One finishes in a browser, one stops half way, one only begins; others finish elsewhere."""
    for who, answers in ((FINISHES, ANSWERS), (STOPS, ANSWERS[:3]), (BEGINS, ())):
        async with browsing(service, browser, reach.phone_codes()) as page:
            if answers:
                await page.goto(f"/r/{reach.code(who)}/FIN")
            else:
                await look_at_the_door(page, service, reach.code(who))
            await page.get_by_role("button", name="开始").first.click()
            await expect(page.locator("#page")).to_be_visible()
            if who == FINISHES:
                await confirm(page, service, reach)
            for words in answers:
                await press(page, words)
            if who == FINISHES:
                await expect(page.get_by_role("heading").first).to_contain_text("已收到您对")
    for who in OTHERS:
        on = (service.database, service.live_campaigns, service.conductor, service.clock)
        road = Road(*on, Link(reach.code(who)), service.keys, service.mixer)  # type: ignore[arg-type]
        road.sent = 100 * who
        await road.rate(f"person-{who}", unit="FIN")


async def look_at_the_door(page: Page, service: Service, code: str) -> None:
    """A messenger's previews and a look in two languages begin nothing and use nothing."""
    before = await begun(service)
    for method in ("HEAD", "GET", "GET"):
        answered = await page.request.fetch(f"/{code}", method=method)
        assert (answered.status, "set-cookie" in answered.headers) == (200, False)
    await page.goto(f"/{code.lower()}?lang=en")
    await expect(page.get_by_role("button", name="Start")).to_be_visible()
    await keep(page, "reach-door-en")
    await page.goto(f"/{code}?lang=zh-Hans")
    await keep(page, "reach-door-zh")
    assert await begun(service) == before


async def confirm(page: Page, service: Service, reach: Reach) -> None:
    """Confirms a telephone on the way; to look at the page and to reload it uses nothing."""
    await press(page, "确认身份（可选）")
    await keep(page, "reach-identity-offer-zh")
    before = await begun(service)
    await page.get_by_role("link", name="打开确认页").click()
    await expect(page.get_by_label("手机号")).to_be_visible()
    address = page.url
    assert (await page.request.get(address)).status == 200
    for lang in ("en", "zh-Hans"):
        await page.goto(f"{address.partition('?')[0]}?lang={lang}")
        await keep(page, f"reach-identity-{lang}")
    assert (await begun(service), TOLD in reach.short) == (before, False)
    await page.get_by_label("手机号").fill(TYPED)
    await page.get_by_role("button", name="发送验证码").click()
    await expect(page.get_by_label("六位验证码")).to_be_visible()
    await keep(page, "reach-identity-code-zh")

    async def has_come() -> bool:
        return TOLD in reach.short

    await until(has_come)
    (digits,) = re.findall(r"[0-9]{6}", reach.short[TOLD])
    await page.get_by_label("六位验证码").fill(digits)
    await page.get_by_role("button", name="确认", exact=True).click()
    await expect(page.get_by_text("身份已确认")).to_be_visible()
    await keep(page, "reach-identity-done-zh")
    await page.get_by_role("link", name="继续").click()
    await page.wait_for_selector("#page:not([aria-busy])")


async def begun(service: Service) -> list[int]:
    """How many conversations there are, and how many invitations somebody holds."""
    held = tables.invitations.c.holder.is_not(None)
    conversations = select(func.count()).select_from(tables.sessions)
    opened = select(func.count()).select_from(tables.invitations).where(held)
    async with reading(service.database) as connection:
        return [(await connection.execute(query)).scalar_one() for query in (conversations, opened)]


async def count_an_hour_later(service: Service, clock: Clock) -> None:
    """People are counted when their hour is over, so that no count tells when somebody answered."""
    clock.time += timedelta(hours=1)

    async def all_counted() -> bool:
        async with reading(service.database) as connection:
            people = await _courses(connection, "2026")
        return sum(people.values()) == len(OTHERS) + 3

    await until(all_counted)


async def remind(page: Page, reach: Reach) -> None:
    reach.gateway.requests.clear()
    reach.relay.mails.clear()
    await page.goto(PUSH)
    await page.get_by_role("button", name=re.compile("^发送给")).click()
    await expect(page.get_by_role("heading", name="第 1 次提醒 已完成")).to_be_visible()
    assert set(reach.short) == {phone(n) for n in BY_SMS if n not in SPARED}
    assert {one["To"] for one in reach.relay.mails} == {mail(n) for n in BY_MAIL if n not in SPARED}


async def close(page: Page) -> None:
    await page.goto("/admin/campaigns/2026")
    await page.get_by_text("提前截止…").first.click()
    await page.get_by_label("活动代号").first.fill("2026")
    await page.get_by_label("提前截止的理由").fill("答复已经足够")
    await page.get_by_role("button", name="截止", exact=True).click()
    await page.goto("/admin/campaigns/2026/responses")
    await expect(page.get_by_text("回应率 RR1").first).to_be_visible()
    figures = page.locator("dl.figures").filter(has_text="回应率 RR1")
    names = await figures.locator("dt").all_inner_texts()
    values = await figures.locator("dd").all_inner_texts()
    assert dict(zip(names, values, strict=True)) == FIGURES
    await keep(page, "reach-responses-zh")
