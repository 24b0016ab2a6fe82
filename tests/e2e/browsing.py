"""A real browser opens the real pages.

``SCREENS=folder`` keeps a picture of every screen that a test looks at.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.conversations.phone_codes import PhoneCodes
from bot.service.composition import Service
from bot.web.server import make_web

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
PATIENCE = 60_000
"""Milliseconds until a test gives up: on a busy machine everything takes longer."""
BROWSER = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
"""The marks of a test that uses the browser of the run."""
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# What a keyboard, a screen reader or a thumb would stumble over on the page as it stands.
FLAWS = """() => {
  const seen = e => e.getClientRects().length && getComputedStyle(e).visibility !== 'hidden';
  const flaws = [];
  for (const e of document.querySelectorAll('button, select, textarea, input:not([type=hidden])')) {
    const box = e.getBoundingClientRect();
    if (seen(e) && e.type !== 'checkbox' && box.height < 43.5) flaws.push('low: ' + e.outerHTML);
    const label = e.getAttribute('aria-label') || (e.labels && e.labels.length);
    const named = e.textContent.trim() || label;
    if (seen(e) && !named) flaws.push('no name: ' + e.outerHTML);
  }
  for (const e of document.querySelectorAll('img:not([alt])')) flaws.push('no alt: ' + e.outerHTML);
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  if (new Set(ids).size < ids.length) flaws.push('an id stands twice');
  if (!document.documentElement.lang) flaws.push('no language');
  if (document.querySelectorAll('h1').length !== 1) flaws.push('not one h1');
  if (document.querySelectorAll('main').length !== 1) flaws.push('not one main');
  if (document.documentElement.scrollWidth > innerWidth) flaws.push('wider than the screen');
  const luminance = c => {
    const [r, g, b] = c.map(x => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const colour = s => s.match(/[\\d.]+/g).map(Number);
  const under = e => {
    for (; e; e = e.parentElement) {
      const c = colour(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const worded = 'h1, h2, h3, p, li, button, a, label, td, th, dt, dd, span';
  for (const e of document.querySelectorAll(worded)) {
    const words = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!seen(e) || e.closest('.unseen') || !words) continue;
    const [a, b] = [luminance(colour(getComputedStyle(e).color).slice(0, 3)), luminance(under(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) flaws.push('contrast ' + ratio.toFixed(2) + ': ' + e.outerHTML.slice(0, 120));
  }
  return flaws;
}"""
# All that axe-core finds is a megabyte on every page, and would go through three processes.
VIOLATIONS = """async () => {
  const found = await axe.run({resultTypes: ['violations'], iframes: false});
  return found.violations
    .map(one => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`);
}"""


@asynccontextmanager
async def launched(chromium: Path) -> AsyncIterator[Browser]:
    """Launch a browser without a page."""
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=str(chromium), args=list(OPTIONS))
        yield browser
        await browser.close()


@asynccontextmanager
async def browsing(
    service: Service, browser: Browser, codes: PhoneCodes | None = None, **context: Any
) -> AsyncIterator[Page]:
    """Open a page of a fresh browser with addresses relative to the service.

    Any script error fails the test.
    """
    errors: list[str] = []
    async with TestServer(make_web(service, (), codes)) as server:
        options = {
            "locale": "zh-CN",
            "viewport": PHONE,
            "reduced_motion": "reduce",
            "base_url": str(server.make_url("/")),
        } | context
        opened = await browser.new_context(**options)
        page = await opened.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                errors.append(message.text) if "Content Security" in message.text else None
            ),
        )
        try:
            yield page
        finally:
            await opened.close()
    assert errors == []


async def keep(page: Page, name: str) -> None:
    """Check everything that every screen must meet; keep a picture where SCREENS names a folder."""
    if folder := os.environ.get("SCREENS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    flaws = await page.evaluate(FLAWS)
    assert flaws == [], f"{name}: {flaws}"


async def serious(page: Page) -> list[str]:
    """What axe-core finds serious or critical."""
    await page.evaluate(Axe().axe_script)
    found: list[str] = await page.evaluate(VIOLATIONS)
    return found


async def press(page: Page, words: str) -> None:
    """Press the button with exactly these words and wait for the next page."""
    await page.evaluate("document.querySelector('main').dataset.old = ''")
    await page.get_by_role("button", name=words, exact=True).click()
    await page.wait_for_selector("main:not([data-old])")
    await page.wait_for_selector("#page:not([aria-busy])")


async def open_menu(page: Page) -> None:
    """Open the console's menu, which a narrow screen shows on demand."""
    button = page.locator("a[href='#menu']")
    if await button.is_visible():
        await button.click()


async def follow_menu(page: Page, name: str) -> None:
    """Follow an entry of the console's menu."""
    await open_menu(page)
    await page.locator("#menu").get_by_role("link", name=name, exact=True).click()
