"""The end of a year in a browser: notice, a unit's own result, its appeal, and what follows.

The unit's own people decide nothing of it, everything that shows a result agrees afterwards,
whoever moved is told, and the year after rests on what stands.
"""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from aggregation.model.facts import Grade, Verdict
from bot.accounts.staff import add_staff
from bot.appraisal.year import open_year
from bot.core.identity import Office
from bot.core.settings import Settings
from bot.records.tellings import make_code
from bot.service.composition import Service, build
from tests.contract.halls import KEY, PASSWORD, POINTS, YEAR
from tests.contract.test_year_tables import LEADERS, UNITS, bring, hold_campaign
from tests.deciding import decide
from tests.e2e.browsing import BROWSER, browsing, keep, press
from tests.e2e.test_every_page import become
from tests.sealing import nothing_else, seal_at
from tests.web_city import Clock

pytestmark = BROWSER
NEXT = YEAR + 1
PEOPLE = (
    ("zhou", "administrator", ""),
    ("chen", "administrator", ""),
    ("tan", "administrator", "U3"),
    ("he", "approver", ""),
    ("wu", "approver", "U3"),
    ("three", "unit", "U3"),
    ("two", "unit", "U2"),
)
BARRED = "您与U3有回避情形"


@pytest_asyncio.fixture(loop_scope="session")
async def service(tmp_path: Path, valkey_url: str) -> AsyncIterator[Service]:
    """A sealed year in which U3 is third, and its principal with it."""
    async with build(Settings(data=tmp_path, redis_url=valkey_url), Clock()) as made:
        database = made.database
        await bring(database, "units", UNITS, 0)
        for login, role, unit in PEOPLE:
            await add_staff(made.roster, login, PASSWORD, role, unit)
        await material(made, YEAR)
        await decide(database, YEAR, KEY, Verdict.CONFIRMED, office=office(made))
        await seal_at(made, YEAR)
        await made.officers.set_profile("city", "zhou")
        yield made


def office(service: Service) -> Office:
    return Office("zhou", service.clock, "Asia/Shanghai")


async def material(service: Service, year: int) -> None:
    await bring(service.database, "leaders", LEADERS, year)
    points = "".join(f"{line}\n" for line in POINTS.splitlines() if "-" not in line[:3])
    kept = [line for line in points.splitlines() if not line.startswith("Q1")]
    await bring(service.database, "indicators", "\n".join(kept) + "\n", year)
    await hold_campaign(service.database, f"poll-{year}", year=year)
    await nothing_else(service.database, year, office(service))


async def at(page: Page, service: Service, login: str, path: str) -> None:
    await become(page, service, login)
    await page.goto(f"{path}{'&' if '?' in path else '?'}lang=zh-Hans")


async def seen(page: Page, *texts: str) -> None:
    for text in texts:
        await expect(page.locator("main").get_by_text(text).first).to_be_visible()


async def sign(page: Page, service: Service, login: str) -> None:
    await at(page, service, login, "/admin/approvals")
    await press(page, "批准")


async def pictures(page: Page, name: str) -> None:
    """Keep a page at the width of a phone in both languages."""
    here = page.url.split("lang=")[0].rstrip("?&")
    for lang in ("en", "zh-Hans"):
        joint = "&" if "?" in here else "?"
        await page.goto(f"{here}{joint}lang={lang}")
        await keep(page, f"year-end-{name}-{lang}")


async def test_the_end_of_a_year(
    service: Service, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes: list[str] = []

    def making() -> str:
        codes.append(make_code())
        return codes[-1]

    monkeypatch.setattr("bot.publication.reports.letters.make_code", making)
    async with browsing(service, browser) as page:
        await notice_and_appeal(page, service)
        await answer(page, service)
        await everything_agrees(page, service)
        await who_moved_is_told(page, service, codes)
        await the_next_year(page, service)


async def notice_and_appeal(page: Page, service: Service) -> None:
    table = f"/results/years/{YEAR}"
    gone = await page.goto(table)
    assert gone is not None
    assert gone.status == 404
    await at(page, service, "three", "/admin/unit")
    await seen(page, "目前没有可以申请复核的结果。")
    await at(page, service, "zhou", f"/admin/years/{YEAR}/notice")
    await pictures(page, "notice")
    await page.locator("input[name=typed]").fill(str(YEAR))
    await press(page, "从今天起公示")
    await at(page, service, "zhou", "/admin/exports")
    off = page.get_by_role("button", name="公开第 1 个发布版")
    await expect(off).to_be_disabled()
    assert await off.evaluate("it => getComputedStyle(it).borderStyle") == "dashed"
    await at(page, service, "zhou", f"/admin/years/{YEAR}/notice")
    await page.context.clear_cookies()
    await page.goto(table)
    await seen(page, "市三局", "三等")
    await pictures(page, "table")
    await at(page, service, "three", "/admin/unit")
    await seen(page, "3 / 3", "三等", "申请复核截止 2026-12-03（含当日）。")
    await pictures(page, "unit")
    await press(page, "已知悉本结果")
    await page.get_by_label("哪里有误，理由是什么").fill("目标任务的分值录错了。")
    await press(page, "申请复核")
    await seen(page, "待指派")


async def answer(page: Page, service: Service) -> None:
    """The unit's own people can be neither its handler nor the second person."""
    await at(page, service, "zhou", "/admin/appeals/1")
    names = await page.locator("select[name=to] option").all_text_contents()
    assert names == ["chen"], "tan belongs to the unit, and zhou handed in its points"
    await page.locator("select[name=to]").select_option("chen")
    await press(page, "指派")
    await at(page, service, "tan", "/admin/appeals/1")
    assert await page.get_by_role("button", name="答复，不能再改").count() == 0
    await at(page, service, "chen", "/admin/appeals/1")
    await page.locator("select[name=ruling]").select_option("upheld")
    await page.locator("select[name=value_of]").select_option("objective")
    await page.locator("input[name=value]").fill("95")
    await page.get_by_label("答复的理由").fill("原始记录为95分。")
    await press(page, "答复，不能再改")
    await sign(page, service, "wu")
    await seen(page, BARRED)
    assert (await open_year(service.database, YEAR)).result.unit("U3").grade is Grade.THIRD
    await sign(page, service, "he")
    assert (await open_year(service.database, YEAR)).result.unit("U3").grade is Grade.SECOND


async def everything_agrees(page: Page, service: Service) -> None:
    """The public table, the unit's page, circular, workbook and programs' file say the same."""
    await page.context.clear_cookies()
    told = await page.request.get(f"/results/years/{YEAR}/table.json")
    rows = {row["unit"]: row for row in json.loads(await told.body())["units"]}
    assert [(rows[u]["rank"], rows[u]["grade"], rows[u]["total"]) for u in ("U2", "U3")] == [
        (2, "second", "70.00"),
        (2, "second", "72.25"),
    ]
    await page.goto(f"/results/years/{YEAR}")
    await seen(page, "经复核改定", "更正 1 次：")
    await at(page, service, "three", "/admin/unit")
    await seen(page, "二等", "72.25", "经复核改定：以下为现行结果。", "原始记录为95分。")
    await at(page, service, "zhou", f"/admin/years/{YEAR}")
    circular = await page.request.get(f"/admin/years/{YEAR}/circular.html")
    text = await circular.text()
    assert "72.25" in text
    assert "原始记录为95分。" in text
    book = await page.request.get(f"/admin/years/{YEAR}/export.zip?audience=public")
    with zipfile.ZipFile(io.BytesIO(await book.body())) as files:
        units = files.read("units.csv").decode("utf-8-sig")
    (line,) = [line for line in units.splitlines() if line.startswith("U3,")]
    assert ",72.25," in line
    assert ",second," in line


async def who_moved_is_told(page: Page, service: Service, codes: list[str]) -> None:
    """U2 keeps its grade and is told; U3's principal reads the new grade by a letter's code."""
    await at(page, service, "two", "/admin/unit")
    await seen(page, "这是第 1 号更正之后的结果。", "二等", "申请复核")
    await at(page, service, "zhou", f"/admin/years/{YEAR}/letters?unit=U3")
    await seen(page, "告知第 1 号更正")
    await press(page, "申请印发 1 份")
    await sign(page, service, "he")
    await at(page, service, "zhou", f"/admin/years/{YEAR}/letters?unit=U3")
    await pictures(page, "letters")
    async with page.expect_download() as made:
        await page.get_by_role("button", name="生成 1 份通知书（PDF）").click()
    file = Path(await (await made.value).path())
    assert (await asyncio.to_thread(file.read_bytes)).startswith(b"%PDF")
    await page.context.clear_cookies()
    (code,) = codes
    await page.goto(f"/{code}?lang=zh-Hans")
    assert "领导3" not in await page.content()
    await pictures(page, "door")
    await page.goto("/result?lang=en")
    await keep(page, "year-end-entry-en")
    await page.goto("/result?lang=zh-Hans")
    await keep(page, "year-end-entry-zh-Hans")
    await page.get_by_label("通知书上的查询码").fill(f"{code[:5]}-{code[5:]}".lower())
    await press(page, "查看我的结果")
    await seen(page, "领导3", "二等", "经复核改定：以下为现行结果。")
    assert code not in page.url
    await keep(page, "year-end-own-zh-Hans")
    await page.goto("/result?lang=en")
    await page.get_by_label("Code from the letter").fill(code)
    await press(page, "Open my result")
    await keep(page, "year-end-own-en")


async def the_next_year(page: Page, service: Service) -> None:
    """U3 is third again: its principal, second by the amendment, is not third for two years."""
    await material(service, NEXT)
    await at(page, service, "zhou", f"/admin/years/{NEXT}/proposals?status=all")
    kinds = {p.kind for p in (await open_year(service.database, NEXT)).result.about("L3")}
    assert {str(kind) for kind in kinds} == {"downgrade", "admonition_talk"}
    assert "建议辞退" not in await page.content()
    key = KEY.replace(str(YEAR), str(NEXT))
    await decide(service.database, NEXT, key, Verdict.CONFIRMED, office=office(service))
    service.clock.time += timedelta(days=1)  # type: ignore[attr-defined]
    await at(page, service, "zhou", f"/admin/years/{NEXT}/seal")
    await page.get_by_label("确认名单的机关").fill("市委常委会")
    await page.locator("input[name=document]").fill("纪要")
    await page.locator("input[name=decided_on]").fill("2026-11-24")
    await page.locator("input[name=typed]").fill(str(NEXT))
    await press(page, "封存年度")
    await sign(page, service, "he")
    await at(page, service, "zhou", f"/admin/years/{NEXT}/seal")
    await seen(page, "第 1 次封存有效")
    year = await open_year(service.database, NEXT)
    assert year.seal is not None
    assert {it.subject: it.grade for it in year.inputs.history if it.year == YEAR}["L3"] is (
        Grade.SECOND
    )
