"""The response page in Chromium: quotas of a draft, then a running campaign.

Live, without scripts, and on a phone.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select, update

from bot.accounts.staff import add_staff
from bot.campaigns.lifecycle import create_campaign
from bot.core.identity import Address
from bot.core.settings import Settings
from bot.fieldwork.audience.contact_store import store_contacts
from bot.fieldwork.audience.contacts import Contact
from bot.fieldwork.audience.invitations import make_invitations
from bot.fieldwork.audience.sampling import SampleRequest, draw_campaign_sample, plan_sample
from bot.fieldwork.outreach.push_service import begin_push
from bot.fieldwork.outreach.push_texts import plain_texts
from bot.service.composition import Service, build
from bot.storage.database import writing
from bot.storage.schema import all as tables
from tests.e2e.browsing import BROWSER, DESKTOP, browsing, keep
from tests.openings import open_campaign
from tests.web_city import NOW, Clock, make_draft

pytestmark = BROWSER
PASSWORD = "correct horse battery"
PAGE = "/admin/campaigns/2026/responses"
HOUR = int(NOW.timestamp()) // 3600
GROUPS = {"resident": ("430102", 120), "deputy": ("", 45)}


async def test_the_response_page(
    tmp_path: Path, valkey_url: str, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.admin.responses.LIVE_SECONDS", 0.5)
    async with build(Settings(data=tmp_path, redis_url=valkey_url), Clock()) as service:
        await create_campaign(service.database, make_draft(), service.clock)
        await add_staff(service.roster, "wang", PASSWORD, "staff")
        async with browsing(service, browser) as page:
            await sign_in(page)
            await give_quotas(page, tmp_path)
            await run_campaign(service)
            await page.set_viewport_size(DESKTOP)
            await page.goto(PAGE)
            await give_targets(page)
            await expect(page.get_by_role("heading", name="各抽样单元")).to_be_visible()
            await expect(page.locator("[data-live]")).to_contain_text("40–49")
            await keep(page, "responses-zh-desktop")
            async with writing(service.database) as connection:
                changed = update(tables.progress_counts).where(
                    tables.progress_counts.c.progress == "completed"
                )
                await connection.execute(changed.values(people=463))
            await expect(page.locator("[data-live]")).to_contain_text("460–469")
            await page.set_viewport_size({"width": 390, "height": 844})
            await keep(page, "responses-zh-phone")
        async with browsing(service, browser, locale="en-GB", java_script_enabled=False) as page:
            await page.goto("/admin?lang=en")
            await page.get_by_label("Login").fill("wang")
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Sign in").click()
            await page.goto(f"{PAGE}?lang=en")
            await expect(page.get_by_role("heading", name="Where people stop")).to_be_visible()
            await keep(page, "responses-en-phone")
            await page.set_viewport_size(DESKTOP)
            await keep(page, "responses-en-desktop")


async def sign_in(page: Page) -> None:
    await page.goto("/admin")
    await page.get_by_label("用户名").fill("wang")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()


async def give_quotas(page: Page, folder: Path) -> None:
    await page.goto("/admin/campaigns/2026")
    await page.get_by_role("link", name="参与情况").click()
    (folder / "wrong.csv").write_text(
        "单位代码,评价主体,人数上限\nFIN,resident,5\nNIL,,100\n", "utf-8"
    )
    (folder / "quotas.csv").write_text(
        "单位代码,评价主体,来源,人数上限\nFIN,,,400\nFIN,resident,open,200\nEDU,deputy,,30\n",
        "utf-8",
    )
    await page.get_by_label("文件").set_input_files(folder / "wrong.csv")
    await page.get_by_role("button", name="设定配额").click()
    await expect(page.get_by_role("alert")).to_contain_text("第 2 行")
    await expect(page.get_by_role("alert")).to_contain_text("第 3 行")
    await keep(page, "responses-quotas-problem")
    await page.get_by_label("文件").set_input_files(folder / "quotas.csv")
    await page.get_by_role("button", name="设定配额").click()
    await expect(page.locator(".notice")).to_have_text("配额已保存。")
    await keep(page, "responses-draft")


async def give_targets(page: Page) -> None:
    await page.locator("summary", has_text="设定目标").click()
    await page.locator("[name=target-deputy]").fill("三十")
    await page.locator("[name=target-resident]").fill("400")
    await page.get_by_role("button", name="设定目标").click()
    await expect(page.get_by_role("alert")).to_contain_text("请写人数")
    await expect(page.locator("[name=target-resident]")).to_have_value("400")
    await page.locator("[name=target-deputy]").fill("30")
    await page.get_by_role("button", name="设定目标").click()
    await expect(page.locator(".notice")).to_have_text("目标已保存。")
    await expect(page.locator("[data-live]")).to_contain_text("至少达到目标 430 人的 18%")
    groups = page.get_by_role("region", name="按评价主体")
    await expect(groups.get_by_role("row", name="市民群众")).to_contain_text("80–98")
    areas = page.get_by_role("region", name="按区县")
    await expect(areas.get_by_role("row", name="430102")).to_contain_text("40–49")


async def run_campaign(service: Service) -> None:
    """Make the counts of a campaign in its second week."""
    database, day = service.database, NOW.date()
    people = [
        Contact(Address("telegram", str(1000 * at + n)), "en", group, area, "", "2026-01-02", "")
        for at, (group, (area, number)) in enumerate(GROUPS.items(), 1)
        for n in range(number)
    ]
    async with writing(database) as connection:
        await store_contacts(connection, service.contact_keys, people)
    await plan_sample(database, service.contact_keys, "2026", SampleRequest(size=165), day)
    await open_campaign(database, "2026", service.keys, service.desk)
    await service.mixer.turn()
    await draw_campaign_sample(database, "2026")
    await make_invitations(database, service.keys, service.desk, "2026", day, service.clock)
    await service.live_campaigns.refresh()
    await begin_push(database, "2026", await plain_texts(database, "2026", "Asia/Shanghai"))
    async with writing(database) as connection:
        await connection.execute(update(tables.outbox).values(state="sent"))
        marks = (await connection.execute(select(tables.invitations.c.mark))).scalars().all()
        opened = update(tables.invitations).where(tables.invitations.c.mark.in_(marks[:90]))
        await connection.execute(opened.values(holder=bytes(32)))
        where = {"campaign": "2026"}
        links = (("personal", "resident", "430102"), ("open", "resident", ""))
        courses = (("started", 8), ("partial", 6), ("broken", 14), ("completed", 41))
        await connection.execute(
            tables.progress_counts.insert(),
            [
                where
                | {"source": s, "group_code": g, "stratum": x, "progress": course, "people": people}
                for s, g, x in links
                for course, people in courses
            ],
        )
        rows = [
            where | {"hour": HOUR - back, "progress": course, "people": 3 + (back * step) % 17}
            for back in range(0, 120, 3)
            for course, step in (("started", 7), ("broken", 2), ("completed", 5))
        ]
        await connection.execute(tables.arrivals.insert(), rows)
        stops = (("econ", "overall", 13), ("econ", "review", 4), ("livelihood", "contact", 23))
        await connection.execute(
            tables.break_offs.insert(),
            [
                where | {"questionnaire": q, "question": question, "people": n}
                for q, question, n in stops
            ],
        )
        cells = (("FIN", "", "", 213), ("FIN", "resident", "open", 200), ("EDU", "deputy", "", 7))
        await connection.execute(
            tables.quota_cells.insert(),
            [
                where | {"unit": u, "group_code": g, "stratum": "", "source": s, "taken": n}
                for u, g, s, n in cells
            ],
        )
