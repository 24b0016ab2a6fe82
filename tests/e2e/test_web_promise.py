"""The page of a promise in Chromium: what stands behind «#» stays there and becomes a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Request, expect

from tests.e2e.browsing import BROWSER, browsing, keep, press
from tests.web_city import City, city

pytestmark = BROWSER
WORDS = {
    "zh-Hans": (
        ("开始评价", "办过事", "非常满意", "满意", "满意", "满意", "跳过", "提交"),
        ("要一份签名承诺", "给我看", "打开承诺页面，保存下来", "保存为文件", "English"),
        "它能证明",
    ),
    "en": (
        ("Start", "Used a service", "Very satisfied", *["Satisfied"] * 3, "Skip", "Submit"),
        (
            "Get a signed promise", "Show it", "Open its page, to keep it", "Keep it as a file",
            "中文",
        ),
        "It proves that",
    ),
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, valkey_url: str) -> AsyncIterator[City]:
    async with city(tmp_path, valkey_url) as made:
        yield made


async def file_of(page: Page, label: str, role: str) -> str:
    async with page.expect_download() as loading:
        await page.get_by_role(role, name=label).click()  # type: ignore[arg-type]
    download = await loading.value
    assert download.suggested_filename == "minping-promise.txt"
    return (await download.path()).read_text()


@pytest.mark.parametrize("lang", list(WORDS))
async def test_the_page_makes_the_file_and_leaves_the_promise_nowhere(
    town: City, browser: Browser, lang: str
) -> None:
    taps, (ask, show, opened, as_file, other), proves = WORDS[lang]
    phone = {"has_touch": True, "is_mobile": True, "locale": lang}
    async with browsing(town.service, browser, **phone) as chat:
        asked: list[Request] = []

        def note(request: Request) -> None:
            asked.append(request)

        chat.context.on("request", note)
        await chat.goto(f"/r/{town.link}/FIN?lang={lang}")
        for words in taps:
            await press(chat, words)
        await keep(chat, f"promise-1-{lang}")
        await press(chat, ask)
        await keep(chat, f"promise-2-{lang}")
        await press(chat, show)
        await keep(chat, f"promise-3-{lang}")
        given = await file_of(chat, as_file, "button")
        code = await chat.locator(".receipt").inner_text()
        address = await chat.get_by_role("link", name=opened).get_attribute("href")
        assert address
        page = await chat.context.new_page()
        await page.goto(address)
        await expect(page.get_by_text(proves).first).to_be_visible()
        await keep(page, f"promise-4-{lang}")
        assert await page.locator(".receipt").inner_text() == code
        assert await page.locator("pre").inner_text() == given
        assert await file_of(page, as_file, "link") == given
        assert await page.evaluate("location.hash + history.length") == "2"
        behind = address.partition("#")[2]
        await page.get_by_role("link", name=other).click()
        await expect(page.locator(".receipt")).to_have_text(code)
        assert await page.evaluate("location.hash") == ""
        sent = [request.url + (request.post_data or "") for request in asked]
        assert any("/p/2026" in one for one in sent)
        heads = [repr(await request.all_headers()) for request in asked if "/p/" in request.url]
        signature = given.split(" ")[-1][:20]
        for part in (behind, behind[20:], signature):
            assert not [one for one in (*sent, *heads) if part in one.partition("#")[0]]
        await page.close()


async def test_without_a_promise_or_with_another_due_it_shows_none(
    town: City, browser: Browser
) -> None:
    async with browsing(town.service, browser) as page:
        for behind in ("", "#", "#abc", f"#{'A' * 111}", f"#{'AQ' + 'A' * 109}", "#%E0%A4%A"):
            await page.goto("about:blank")
            await page.goto(f"/p/2026{behind}")
            await expect(page.locator("pre")).to_be_hidden()
            marked = behind.startswith("#AQ")
            words = "可能会被用来认出持有人" if marked else "这里没有"
            await expect(page.get_by_text(words)).to_be_visible()
    async with browsing(town.service, browser, java_script_enabled=False) as page:
        await page.goto("/p/2026#abc")
        await expect(page.get_by_text("JavaScript")).to_be_visible()
        await keep(page, "promise-5-none")
