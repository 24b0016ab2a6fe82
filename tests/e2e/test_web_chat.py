"""A citizen's rating in Chromium: by thumb, without JavaScript, by keyboard, in the dark."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.campaigns.lifecycle import pause_campaign
from bot.web.public import waiting_room
from tests.e2e.browsing import BROWSER, DESKTOP, browsing, keep, press, serious
from tests.web_city import City, city

pytestmark = BROWSER
ANSWERS = ("办过事", "非常满意", "满意", "满意", "满意")
IN_ENGLISH = ("Used a service", "Very satisfied", *["Satisfied"] * 3)
RATED = [("FIN", "VS S S S")]


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, valkey_url: str) -> AsyncIterator[City]:
    async with city(tmp_path, valkey_url) as made:
        yield made


async def begin(page: Page, town: City) -> None:
    await page.goto(f"/r/{town.link}/FIN")
    await press(page, "开始评价")


async def test_a_rating_by_tapping_takes_eight_taps_from_the_link_to_the_receipt(
    town: City, browser: Browser
) -> None:
    async with browsing(town.service, browser, has_touch=True, is_mobile=True) as page:
        await page.goto(f"/r/{town.link}/FIN")
        await keep(page, "phone-1-start")
        taps = ("开始评价", *ANSWERS, "跳过", "提交")
        for number, words in enumerate(taps, 2):
            await press(page, words)
            await keep(page, f"phone-{number}-{words}")
        await expect(page.get_by_role("heading")).to_contain_text(
            ["已收到您对市财政局的评价，谢谢您！", "其他操作"]
        )
    assert len(taps) == 8
    assert await town.ballots() == RATED


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(
    ("width", "height", "locale", "words"),
    [
        (320, 568, "zh-CN", ("开始评价", *ANSWERS, "跳过", "提交")),
        (360, 640, "zh-CN", ("开始评价", *ANSWERS, "跳过", "提交")),
        (360, 640, "en-GB", ("Start", *IN_ENGLISH, "Skip", "Submit")),
    ],
)
async def test_at_the_last_step_submit_is_in_view_below_one_line_an_answer(
    town: City,
    browser: Browser,
    width: int,
    height: int,
    locale: str,
    words: tuple[str, ...],
    script: bool,
) -> None:
    size = {"width": width, "height": height}
    async with browsing(
        town.service, browser, viewport=size, locale=locale, java_script_enabled=script
    ) as page:
        await page.goto(f"/r/{town.link}/FIN")
        *before, submit = words
        for number, label in enumerate(before):
            await page.get_by_role("button", name=label, exact=True).click()
            if number < len(before) - 1:
                await expect(page.locator(".progress label")).to_contain_text(str(number + 1))
        await expect(page.locator(".items li")).to_have_count(6)
        await keep(page, f"review-{width}-{locale}-{script}")
        await expect(page.get_by_role("button", name=submit, exact=True)).to_be_in_viewport(ratio=1)
        if width == 360:
            for item in await page.locator(".items li").all():
                box = await item.bounding_box()
                assert box is not None
                assert box["height"] < 50  # one line
                await expect(item).to_be_in_viewport(ratio=1)
        if script:
            assert await serious(page) == []
            await page.evaluate("document.documentElement.style.fontSize = '200%'")
            await expect(page.get_by_role("button", name=submit)).to_be_in_viewport(ratio=1)
        edits = page.get_by_role("button", name="Edit" if locale == "en-GB" else "改")
        await edits.nth(3).click()
        await expect(page.locator("h1")).to_contain_text("approv" if "en" in locale else "审批")
        await page.get_by_role("button", name=words[2], exact=True).click()
        await page.get_by_role("button", name=submit, exact=True).click()
        await expect(page.locator(".receipt")).to_be_visible()


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
async def test_nine_items_of_version_2_are_whole_on_a_small_phone(
    tmp_path: Path, valkey_url: str, browser: Browser, locale: str
) -> None:
    zh = locale == "zh-CN"
    used, satisfied = ("两样都有", "满意") if zh else ("Both", "Satisfied")
    box = "填好了，继续" if zh else "Done, go on"
    counted = (
        "只作统计：按主题计数，没有人答复" if zh else "Count them by theme only; nobody answers"
    )
    taps = ["开始评价" if zh else "Start", used, *[satisfied] * 6]
    async with (
        city(tmp_path, valkey_url, "2") as town,
        browsing(
            town.service, browser, viewport={"width": 360, "height": 640}, locale=locale
        ) as page,
    ):
        await page.goto(f"/r/{town.link}/FIN")
        for label in taps:
            await press(page, label)
            if label != taps[0]:
                await expect(page.locator("main")).to_contain_text(
                    "市财政局" if zh else "Finance Bureau"
                )
        await keep(page, f"v2-question-{locale}")
        await press(page, "没遇到过" if zh else "Did not come up")
        await page.get_by_role("textbox").fill("13800138000，窗口少" if zh else "Call 13800138000")
        await press(page, box)
        await keep(page, f"v2-personal-{locale}")
        await press(page, "隐去" if zh else "Hide it")
        await keep(page, f"v2-goes-{locale}")
        assert await serious(page) == []
        await press(page, counted)
        await keep(page, f"v2-review-{locale}")
        for item in await page.locator(".items li").all():
            await expect(item).to_be_in_viewport(ratio=1)
        submit = page.get_by_role("button", name="提交" if zh else "Submit", exact=True)
        await expect(submit).to_be_in_viewport(ratio=1)
        await submit.click()
        await expect(page.locator(".receipt")).to_be_visible()
        assert await town.ballots() == [("FIN", "S S S S S S NE")]
        assert len(taps) + 4 <= 9 + 3 + 1  # one tap more hides what looked like a number


async def test_a_receipt_can_be_copied_and_looked_up_on_the_spot(
    town: City, browser: Browser
) -> None:
    async with browsing(
        town.service, browser, permissions=["clipboard-read", "clipboard-write"]
    ) as page:
        await begin(page, town)
        for words in (*ANSWERS, "跳过", "提交"):
            await press(page, words)
        await page.get_by_role("button", name="复制回执").click()
        await expect(page.get_by_role("button", name="已复制")).to_be_visible()
        receipt = await page.locator(".receipt").inner_text()
        assert await page.evaluate("navigator.clipboard.readText()") == receipt
        assert await serious(page) == []
        await page.get_by_role("button", name="查验回执").click()
        await expect(page.get_by_label("回执码")).to_have_value(receipt.replace("-", ""))
        assert receipt not in page.url


async def test_in_a_pause_the_chosen_language_can_be_read(town: City, browser: Browser) -> None:
    async with browsing(town.service, browser) as page:
        await begin(page, town)
        await pause_campaign(town.service.database, "2026", town.service.desk, town.clock)
        await town.service.mixer.turn()
        await town.service.live_campaigns.refresh()
        await page.reload()
        await keep(page, "paused")
        await press(page, "English")
        await expect(page.locator("h1")).to_contain_text("not taking ratings")
        await keep(page, "paused-en")


async def test_a_reload_resumes_where_the_citizen_was(town: City, browser: Browser) -> None:
    async with browsing(town.service, browser) as page:
        await begin(page, town)
        await press(page, "办过事")
        asked = await page.locator("h1").inner_text()
        await page.reload()
        assert await page.locator("h1").inner_text() == asked
        for words in (*ANSWERS[1:], "跳过", "提交"):
            await press(page, words)
    assert await town.ballots() == RATED


@pytest.mark.parametrize("script", [True, False])
async def test_whoever_has_to_wait_goes_on_by_themselves(
    town: City, browser: Browser, script: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_room, "SECONDS", 1)
    crowded = replace(town.service, settings=replace(town.service.settings, web_rate=0))
    async with browsing(crowded, browser, java_script_enabled=script) as page:
        await begin(page, town)
        await expect(page.locator("h1")).to_have_text("请稍等片刻")
        await keep(page, "waiting")
        town.clock.time += timedelta(seconds=1)
        await press(page, "办过事")
        for words in (*ANSWERS[1:], "跳过", "提交"):
            await press(page, words)
    assert await town.ballots() == RATED


async def test_everything_works_without_javascript(town: City, browser: Browser) -> None:
    async with browsing(town.service, browser, java_script_enabled=False) as page:
        await page.goto(f"/r/{town.link}")
        await page.get_by_role("button", name="开始评价").click()
        await page.get_by_label("查找单位").fill("财政")
        await page.get_by_role("button", name="查找").click()
        await expect(page.locator("h1")).to_contain_text("找到 1 个单位")
        for words in ("市财政局", *ANSWERS):
            await page.get_by_role("button", name=words, exact=True).click()
        await page.get_by_label("您的回答").fill("周六也开门")
        await page.get_by_role("button", name="填好了，继续").click()
        await expect(page.get_by_text("周六也开门")).to_be_visible()
        await keep(page, "goes-without-scripts")
        await page.get_by_role("button", name="只作统计：按主题计数，没有人答复").click()
        await expect(page.get_by_text("周六也开门　只作统计")).to_be_visible()
        await page.get_by_role("button", name="提交", exact=True).click()
        await expect(page.get_by_text("已收到您对市财政局的评价")).to_be_visible()
    assert await town.ballots() == RATED


async def test_a_rating_by_keyboard_alone_with_the_focus_on_what_is_new(
    town: City, browser: Browser
) -> None:
    async with browsing(town.service, browser, viewport=DESKTOP) as page:
        await page.goto(f"/r/{town.link}/FIN")
        for words in ("开始评价", *ANSWERS, "跳过", "提交"):
            await tab_to(page, words)
            heading = await page.locator("h1").inner_text()
            await page.keyboard.press("Enter")
            await page.wait_for_function(
                "old => document.querySelector('h1')?.innerText !== old", arg=heading
            )
            if words != "开始评价":
                assert await page.evaluate("document.activeElement.id") == "heading"
        await keep(page, "desktop-receipt")
    assert await town.ballots() == RATED


async def tab_to(page: Page, words: str) -> None:
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.innerText") == words:
            outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid"
            return
    raise AssertionError(f"«{words}» cannot be reached by Tab")


@pytest.mark.parametrize("script", [True, False])
async def test_back_after_submitting_shows_no_answers(
    town: City, browser: Browser, script: bool
) -> None:
    async with browsing(town.service, browser, java_script_enabled=script) as page:
        await page.goto(f"/r/{town.link}/FIN")
        for words in ("开始评价", *ANSWERS, "跳过", "提交"):
            await page.get_by_role("button", name=words, exact=True).click()
            await page.wait_for_timeout(150)
        await expect(page.get_by_text("已收到您对市财政局的评价")).to_be_visible()
        for _ in range(4):
            if await page.go_back() is None:
                break
            text = await page.locator("main").inner_text()
            assert "非常满意" not in text
            assert "请核对" not in text


async def test_a_notice_is_read_out_and_the_language_changes_at_once(
    town: City, browser: Browser
) -> None:
    async with browsing(town.service, browser) as page:
        await begin(page, town)
        await press(page, "停止")
        await expect(page.locator("#live")).to_contain_text("已停止")
        await press(page, "语言 Language")
        await press(page, "English")
        assert await page.evaluate("document.documentElement.lang") == "en"
        await expect(page.get_by_role("button", name="Help")).to_be_visible()


async def test_without_a_network_nothing_is_lost_and_the_citizen_is_told(
    town: City, browser: Browser
) -> None:
    async with browsing(town.service, browser) as page:
        await begin(page, town)
        for words in ANSWERS:
            await press(page, words)
        await page.get_by_label("您的回答").fill("写了很久的意见")
        await page.context.set_offline(True)
        await page.get_by_role("button", name="填好了，继续").click()
        await expect(page.locator("#live")).to_contain_text("网络不通")
        await keep(page, "phone-offline")
        assert await page.get_by_label("您的回答").input_value() == "写了很久的意见"
        await page.context.set_offline(False)
        await press(page, "填好了，继续")
        await expect(page.get_by_text("写了很久的意见")).to_be_visible()


async def test_the_dark_side_and_the_other_screens(town: City, browser: Browser) -> None:
    async with browsing(town.service, browser, color_scheme="dark") as page:
        await page.goto("/privacy")
        await keep(page, "dark-privacy-page")
        await page.goto("/nothing")
        await keep(page, "dark-not-found")
        await begin(page, town)
        await keep(page, "dark-question")
        for words in ("帮助", "隐私", "删除我的评价", "语言 Language"):
            await press(page, words)
            await keep(page, f"dark-{words}")


async def test_zoomed_to_twice_the_size_on_a_small_phone_nothing_is_cut_off(
    town: City, browser: Browser
) -> None:
    async with browsing(
        town.service, browser, viewport={"width": 320, "height": 568}, locale="en-GB"
    ) as page:
        await page.goto(f"/r/{town.link}")
        await press(page, "Start")
        await keep(page, "small-units")
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
