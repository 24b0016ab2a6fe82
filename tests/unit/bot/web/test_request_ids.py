"""The id of a request: in the answer, on the page of an error, and in the lines of the log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.core.events import REQUEST, TextLines
from bot.web.server import make_web
from bot.web.shared.request_ids import HEADER
from tests.web_city import city

GIVEN = "5f2c9f0e-77aa"
SECRET = "Zwölfkanarien"


async def fails(_request: web.Request) -> web.Response:
    raise RuntimeError(SECRET)


@pytest.mark.parametrize("proxies", [0, 1])
async def test_who_asks_why_a_page_failed_names_the_line_of_the_log(
    proxies: int, tmp_path: Path, valkey_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.setFormatter(TextLines())
    caplog.set_level(logging.INFO, logger="bot")
    routes = [web.get("/test/fails", fails)]
    async with (
        city(tmp_path, valkey_url, trusted_proxies=proxies) as made,
        TestClient(TestServer(make_web(made.service, routes))) as client,
    ):
        sent = {HEADER: GIVEN, "Accept-Language": "en"}
        caplog.clear()
        async with client.get("/test/fails", headers=sent) as failed:
            own, page = failed.headers[HEADER], await failed.text()
        assert (failed.status, own == GIVEN) == (500, bool(proxies))
        assert f"please name the request {own}." in page
        [line] = caplog.text.splitlines()
        assert f"ERROR page_failed request={own} error=RuntimeError at=fails:" in line
        caplog.clear()
        async with client.get("/admin/campaigns/2026", headers=sent, allow_redirects=False) as seen:
            own = seen.headers[HEADER]
        [line] = caplog.text.splitlines()
        route = "method=GET route=/admin/campaigns/{campaign} status=303 ms="
        assert f"INFO request request={own} area=console {route}" in line
        caplog.clear()
        async with client.get(f"/r/{made.link}/FIN", headers=sent) as rated:
            assert (rated.status, HEADER in rated.headers) == (200, False)
        async with client.get("/nothing", headers=sent) as missing:
            assert (missing.status, HEADER in missing.headers) == (404, True)
        assert caplog.text == "", "citizens have no line"
        # What nobody may send is not taken, and stands nowhere.
        async with client.get("/test/fails", headers={HEADER: f"a {SECRET}"}) as failed:
            assert SECRET not in failed.headers[HEADER]
        assert SECRET not in caplog.text
    assert REQUEST.get() is None
