"""Chromium stores a download under the name that it was sent with."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser

from bot.web.shared.downloads import StoredFile, download
from tests.e2e.browsing import BROWSER

pytestmark = BROWSER
NAMES = {
    "长沙市2026年通报.pdf": "长沙市2026年通报.pdf",
    "单位「𠮷安」😀 ✔.xlsx": "单位「𠮷安」😀 ✔.xlsx",
    'a "b"; filename=c.csv': "a _b_; filename=c.csv",
    "100% 'x' ~ (1), [2] & = + # ü.zip": "100% 'x' ~ (1), [2] & = + # ü.zip",
    "../../etc/passwd": "_.._etc_passwd",
}
"""The name that is sent, and the one that a browser stores."""


@pytest.mark.parametrize("kind", ["written", "stored"])
async def test_a_browser_stores_the_name_of_a_file(
    browser: Browser, tmp_path: Path, kind: str
) -> None:
    stored = tmp_path / "stored"
    stored.write_bytes(b"x")

    async def send(request: web.Request) -> web.StreamResponse:
        name = list(NAMES)[int(request.match_info["number"])]
        return (
            download(b"x", "application/octet-stream", name)
            if kind == "written"
            else StoredFile(stored, name)
        )

    async def show(_: web.Request) -> web.Response:
        return web.Response(text="<a id=x>x</a>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/{number}", send)
    app.router.add_get("/", show)
    found = []
    async with TestServer(app) as server:
        page = await browser.new_page(accept_downloads=True)
        await page.goto(str(server.make_url("/")))
        for number in range(len(NAMES)):
            await page.evaluate(f"document.getElementById('x').href = '/{number}'")
            async with page.expect_download() as waiting:
                await page.click("#x")
            loaded = await waiting.value
            assert (await loaded.path()).read_bytes() == b"x"
            found.append(loaded.suggested_filename)
        await page.close()

    assert found == [*NAMES.values()]
