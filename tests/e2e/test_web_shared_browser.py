"""Several units and several people in one Chromium, and a whole rating over a slow network.

``SCREENS=folder`` keeps pictures of the screens.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.e2e.browsing import BROWSER, DESKTOP, browsing, keep, press, serious
from tests.e2e.test_every_page import MOST_BYTES, dark_and_large
from tests.web_city import City, city

pytestmark = BROWSER
SLOW = 50_000
"""Bytes a second."""
ITEMS = 6
ZH = ("开始评价", "办过事", "非常满意", *["满意"] * 3, "跳过", "提交")
EN = ("Start", "Used a service", "Very satisfied", *["Satisfied"] * 3, "Skip", "Submit")
WORDS = {
    "zh-CN": (
        ZH,
        "先评市教育局",
        "未提交的评价",
        "未提交：接着评市财政局",
        "改我的评价",
        "换一个人评",
    ),
    "en-GB": (
        EN,
        "Rate Education Bureau first",
        "Not submitted yet",
        "Not submitted: go on with Finance Bureau",
        "Change my rating",
        "Another person rates",
    ),
}
SIZES = (
    {"width": 320, "height": 568},
    {"width": 360, "height": 640},
    {"width": 390, "height": 844},
    DESKTOP,
)


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, valkey_url: str) -> AsyncIterator[City]:
    async with city(tmp_path, valkey_url) as made:
        yield made


async def looked_at(page: Page, name: str) -> None:
    """Check a screen at every width, in the dark, and with text of twice the size."""
    for size in SIZES:
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        await keep(page, f"{name}-{size['width']}")
    assert await serious(page) == []
    assert await dark_and_large(page) == []
    await keep(page, f"{name}-dark-large")
    await page.emulate_media(color_scheme="light")
    await page.evaluate("document.documentElement.style.fontSize = ''")
    await page.set_viewport_size(SIZES[2])  # type: ignore[arg-type]


@pytest.mark.parametrize("script", [True, False])
async def test_a_whole_rating_over_a_slow_network_weighs_and_takes_little(
    town: City, browser: Browser, script: bool
) -> None:
    async with browsing(town.service, browser, java_script_enabled=script) as page:
        network = await page.context.new_cdp_session(page)
        await network.send("Network.enable")
        await network.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": 150,
                "downloadThroughput": SLOW,
                "uploadThroughput": SLOW,
            },
        )
        parts: list[int] = []
        network.on("Network.loadingFinished", lambda done: parts.append(done["encodedDataLength"]))
        await page.goto(f"/r/{town.link}/FIN")
        for words in ZH:
            await press(page, words)
        await expect(page.locator(".receipt")).to_be_visible()
        await page.wait_for_load_state("networkidle")
    assert len(ZH) <= ITEMS + 3
    assert sum(parts) <= MOST_BYTES, parts
    assert await town.ballots() == [("FIN", "VS S S S")]


@pytest.mark.parametrize("locale", list(WORDS))
@pytest.mark.parametrize("script", [True, False])
async def test_two_units_in_two_tabs_and_a_list_of_what_is_not_submitted(
    town: City, browser: Browser, locale: str, script: bool
) -> None:
    taps, go_first, waiting, go_on, *_ = WORDS[locale]
    async with browsing(town.service, browser, locale=locale, java_script_enabled=script) as first:
        await first.goto(f"/r/{town.link}/FIN")
        for words in taps[:3]:
            await press(first, words)
        second = await first.context.new_page()
        await second.goto(f"/r/{town.link}/EDU")
        await press(second, taps[0])
        if script:
            await looked_at(second, f"other-unit-{locale}")
        await press(second, go_first)
        await press(second, taps[1])
        await press(first, taps[3])
        await press(second, taps[2])
        await second.reload()
        await first.go_back()
        await first.goto("/")
        await first.get_by_role("button", name=waiting).click()
        await expect(first.get_by_role("button", name=go_on)).to_be_visible()
        if script:
            await looked_at(first, f"waiting-{locale}")
        await first.get_by_role("button", name=go_on).click()
        for words in (*taps[4:],):
            await press(first, words)
        await expect(first.locator(".receipt")).to_be_visible()
    assert await town.ballots() == [("FIN", "VS S S S")]


@pytest.mark.parametrize("locale", list(WORDS))
@pytest.mark.parametrize("script", [True, False])
async def test_who_rates_again_from_one_browser_is_asked_and_the_next_person_sees_nothing(
    town: City, browser: Browser, locale: str, script: bool
) -> None:
    taps, *_, mine, other = WORDS[locale]
    async with browsing(town.service, browser, locale=locale, java_script_enabled=script) as page:
        for _ in range(2):
            await page.goto(f"/r/{town.link}/FIN")
            await press(page, taps[0])
            if await page.get_by_role("button", name=other).count():
                break
            for words in taps[1:]:
                await press(page, words)
            receipt = await page.locator(".receipt").inner_text()
        if script:
            await looked_at(page, f"whose-{locale}")
        await expect(page.get_by_role("button", name=mine)).to_be_visible()
        await page.get_by_role("button", name=other).click()
        await expect(page.get_by_role("button", name=taps[1], exact=True)).to_be_visible()
        await page.go_back()
        await page.wait_for_load_state()
        assert receipt not in await page.content()
        await page.goto("/")
        assert receipt not in await page.content()
        for words in taps[1:]:
            await press(page, words)
    assert await town.ballots() == [("FIN", "VS S S S")] * 2
