"""Every page of the product in Chromium, in both languages: axe-core finds nothing serious.

``SCREENS=folder`` keeps pictures at the width of a phone and of a desktop.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

from playwright.async_api import Browser, Error, Page, Response

from bot.accounts.staff import add_staff, find_account
from bot.core.settings import Settings
from bot.service.composition import Service, build
from bot.web.admin.sessions import open_session
from bot.web.admin.sign_in_checks import begin_second_step
from bot.web.server import make_web
from tests.console import PASSWORD
from tests.e2e.browsing import BROWSER, DESKTOP, FLAWS, PHONE, browsing, press, serious
from tests.every_page import REVIEWERS, WITHOUT_SESSION, addresses, fill_pages
from tests.web_city import Clock

pytestmark = BROWSER
LANGUAGES = ("zh-Hans", "en")
FIRST_PAGES = {
    "staff": ("/admin/years/2026", "/admin/campaigns/2026"),
    "observer": ("/admin/years/2010", "/admin/years/2010/ranking", "/admin/years/2010/explain/CME"),
    "auditor": ("/admin/start", "/admin/audit", "/admin/years/2010"),
    "approver": ("/admin/start", "/admin/approvals", "/admin/years/2010"),
    "office": ("/admin/requests",),
    "unit": ("/admin/unit",),
}
"""What a role sees that differs from what administrators and checkers see."""
MOST_BYTES = 50_000
"""Of a citizen's page with all its parts: a second on a slow telephone."""


async def test_every_page_can_be_used_by_everybody(
    tmp_path: Path, valkey_url: str, browser: Browser
) -> None:
    async with build(
        Settings(data=tmp_path, redis_url=valkey_url, telegram_name="minping_bot"), Clock()
    ) as service:
        link = await fill_pages(service)
        found = list(addresses(make_web(service), link))
        flaws: list[str] = []
        seen = 0
        async with browsing(service, browser, viewport=PHONE) as page:
            for address in found:
                if not address.startswith("/admin") or address in WITHOUT_SESSION:
                    seen += await look(page, address, flaws)
            for address in found:
                if not address.startswith(("/admin", "/api")):
                    flaws += await for_citizens(page, address)
            flaws += await rate(page, link)
            seen += await code_page(page, service, flaws)
            for login in ("zhou", "chen"):
                await become(page, service, login)
                for address in found:
                    if address.startswith("/admin") and (
                        login == "zhou" or address.startswith(REVIEWERS)
                    ):
                        seen += await look(page, address, flaws)
            for role, pages in FIRST_PAGES.items():
                unit = "CME" if role == "unit" else ""
                await add_staff(service.roster, f"one.{role}", PASSWORD, role, unit)
                await become(page, service, f"one.{role}")
                for address in pages:
                    assert await look(page, address, flaws) == 1, f"{role} {address}"
                    seen += 1
        assert flaws == []
        assert seen > 48


async def become(page: Page, service: Service, login: str) -> None:
    account = await find_account(service.database, login)
    assert account is not None
    token = await open_session(service, account)
    await page.context.clear_cookies()
    await page.goto("/admin/sign-in")
    await page.context.add_cookies([{"name": "staff", "value": token, **_whole(page)}])


def _whole(page: Page) -> dict[str, str]:
    """Return a cookie's fields for the whole site: without a path it holds for one folder."""
    return {"domain": page.url.split("/")[2].partition(":")[0], "path": "/"}


async def code_page(page: Page, service: Service, flaws: list[str]) -> int:
    """Open the page between password and code, which only a right password reaches."""
    account = await find_account(service.database, "li")
    assert account is not None
    await page.context.add_cookies(
        [{"name": "step", "value": await begin_second_step(service, account), **_whole(page)}]
    )
    return await look(page, "/admin/sign-in/code", flaws)


async def look(page: Page, address: str, flaws: list[str]) -> int:
    """Look at a page in each language; 0 when the address is none.

    What axe judges is the same in both, and takes most of the time: it judges the first.
    """
    for lang in LANGUAGES:
        answer = await visit(page, f"{address}{'&' if '?' in address else '?'}lang={lang}")
        if answer is not None and answer.status >= 500:
            flaws.append(f"{address}: {answer.status}")
        if answer is None or not is_page(answer):
            return 0
        await page.wait_for_load_state()
        found = await examine(page) if lang == LANGUAGES[0] else await measure(page)
        flaws += [f"{address} {lang}: {flaw}" for flaw in found]
        await picture(page, f"{address} {lang}")
    return 1


async def for_citizens(page: Page, address: str) -> list[str]:
    """Return what is wrong with a citizen's page: too heavy, or not readable dark or large."""
    async with weighed(page) as parts:
        answer = await visit(page, address)
        if answer is None or not is_page(answer):
            return []
        await page.wait_for_load_state("load")
    weight = sum(parts)
    flaws = [f"{weight} bytes"] if weight > MOST_BYTES else []
    flaws += await dark_and_large(page)
    await picture(page, f"{address} dark large")
    await page.emulate_media(color_scheme="light")
    return [f"{address}: {flaw}" for flaw in flaws]


async def dark_and_large(page: Page) -> list[str]:
    """Turn a page dark, with text of twice the size, and measure it."""
    await page.emulate_media(color_scheme="dark")
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    found: list[str] = await page.evaluate(FLAWS)
    return found


@asynccontextmanager
async def weighed(page: Page) -> AsyncIterator[list[int]]:
    """Note the bytes of each answer as sent, to a browser that knows nothing yet."""
    network = await page.context.new_cdp_session(page)
    parts: list[int] = []
    network.on("Network.loadingFinished", lambda done: parts.append(done["encodedDataLength"]))
    await network.send("Network.enable")
    await network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    yield parts
    await network.detach()


async def visit(page: Page, address: str) -> Response | None:
    """Return the answer once its head is there (a stream has no end); None for a stored file."""
    try:
        return await page.goto(address, wait_until="commit")
    except Error as instead:
        if "Download is starting" not in str(instead):
            raise
        return None


def is_page(answer: Response) -> bool:
    """Tell a page of its own from a redirection, whose target has an address of its own."""
    kind = answer.headers.get("content-type", "")
    return (
        kind.startswith("text/html")
        and answer.status != HTTPStatus.NOT_FOUND
        and answer.request.redirected_from is None
    )


async def examine(page: Page) -> list[str]:
    """Return the findings of axe and of `measure`."""
    return await serious(page) + await measure(page)


async def measure(page: Page) -> list[str]:
    """Return a fault if the page is wider than a phone, and others that the browser measures."""
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return ["wider than the screen"] if wide else []


async def rate(page: Page, link: str) -> list[str]:
    """Rate, and examine a citizen's screens from the first to the receipt."""
    flaws = []
    await page.goto(f"/r/{link}/FIN?lang=zh-Hans")
    answers = ("办过事", "非常满意", "满意", "满意", "满意", "跳过", "提交")
    for words in ("开始评价", *answers, "要一份签名承诺", "给我看"):
        await press(page, words)
        flaws += [f"chat after {words}: {flaw}" for flaw in await examine(page)]
        await picture(page, f"chat after {words}")
        flaws += [f"dark chat after {words}: {flaw}" for flaw in await dark_and_large(page)]
        await picture(page, f"chat after {words} dark large")
        await page.emulate_media(color_scheme="light")
        await page.evaluate("document.documentElement.style.fontSize = ''")
    return flaws


async def picture(page: Page, name: str) -> None:
    folder = os.environ.get("SCREENS")
    if folder:
        for size, viewport in {"phone": PHONE, "desktop": DESKTOP}.items():
            await page.set_viewport_size(viewport)
            file = re.sub(r"[^\w-]+", "_", name).strip("_")
            await page.screenshot(path=Path(folder) / f"{file}.{size}.png", full_page=True)
        await page.set_viewport_size(PHONE)
