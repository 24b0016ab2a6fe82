"""A real browser before the real pages. Screenshots are kept in `artifacts/`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestServer
from playwright.async_api import Page, async_playwright

from bot.service.composition import Service
from bot.web.server import make_web

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "screens"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
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


@asynccontextmanager
async def browsing(service: Service, chromium: Path, **context: Any) -> AsyncIterator[Page]:
    """Open a page of a fresh browser with addresses relative to the service.

    Any script error fails the test.
    """
    errors: list[str] = []
    async with TestServer(make_web(service)) as server, async_playwright() as play:
        browser = await play.chromium.launch(executable_path=str(chromium), args=list(OPTIONS))
        options = {
            "locale": "zh-CN",
            "viewport": PHONE,
            "reduced_motion": "reduce",
            "base_url": str(server.make_url("/")),
        } | context
        page = await (await browser.new_context(**options)).new_page()
        page.set_default_timeout(15_000)
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
            await browser.close()
    assert errors == []


async def keep(page: Page, name: str) -> None:
    """Keep a screenshot, and check everything that every screen must meet."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)
    flaws = await page.evaluate(FLAWS)
    assert flaws == [], f"{name}: {flaws}"


async def press(page: Page, words: str) -> None:
    """Press the button with exactly these words and wait for the next page."""
    await page.evaluate("document.querySelector('main').dataset.old = ''")
    await page.get_by_role("button", name=words, exact=True).click()
    await page.wait_for_selector("main:not([data-old])")
    await page.wait_for_selector("#page:not([aria-busy])")
