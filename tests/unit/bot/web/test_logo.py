"""The city's logo stands on the console's pages: a small PNG, and nothing else."""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer

from bot.accounts.logo import MOST_BYTES, MOST_PIXELS, PNG, check_logo
from bot.accounts.staff import add_staff
from bot.web.server import make_web
from survey_flows.errors import BadInput
from tests.console import PASSWORD, Console, texts
from tests.web_city import city


def png(width: int = 2, height: int = 2, more: int = 0) -> bytes:
    """A picture of one colour, with bytes behind it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (min(width, 4) + 1) * min(height, 4))
    return PNG + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"") + b"\0" * more


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.fixture
async def console(tmp_path: Path, valkey_url: str, store_url: str) -> AsyncIterator[Console]:
    async with city(tmp_path, valkey_url, database_url=store_url) as town:
        for login, role in (("zhou", "administrator"), ("li", "staff")):
            await add_staff(town.service.roster, login, PASSWORD, role)
        async with TestClient(TestServer(make_web(town.service))) as client:
            yield Console(client, town.service)


async def send(console: Console, data: bytes, act: str = "logo") -> str:
    await console.open("/admin/settings")
    form = FormData()
    form.add_field("csrf", console.csrf)
    form.add_field("act", act)
    form.add_field("logo", data, filename="logo.png")
    return await console.post("/admin/settings", form)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + bytes(40),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        PNG,
        PNG + bytes(40),
        png(MOST_PIXELS + 1),
        png(2, 0),
        png(more=MOST_BYTES),
    ],
)
def test_what_is_no_small_png_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match="a logo is a PNG of 50 kB at most"):
        check_logo(data)
    check_logo(png(MOST_PIXELS, MOST_PIXELS))


async def test_a_logo_stands_on_every_page_until_it_is_taken_away(console: Console) -> None:
    await console.sign_in()
    assert 'src="/static/mark.svg' in console.page
    assert (await console.client.get("/admin/logo.png")).status == 404
    refused = await send(console, b"<svg/>")
    assert (console.status, "a logo is a PNG" in texts(refused)) == (422, True)
    first, second = png(), png(3)
    seen = []
    for picture in (first, second):
        page = await send(console, picture)
        address = page.partition('class="mark" src="')[2].partition('"')[0]
        assert address.startswith("/admin/logo.png?v=")
        response = await console.client.get(address)
        assert response.headers["Content-Type"] == "image/png"
        assert await response.read() == picture
        seen.append(address)
    assert len(set(seen)) == 2
    await console.sign_in("li")
    assert seen[1] in await console.open("/admin/campaigns")
    await console.sign_in()
    assert 'src="/static/mark.svg' in await send(console, b"", "logo-off")


async def test_staff_bring_no_logo_and_nobody_sees_it_without_a_session(console: Console) -> None:
    response = await console.client.get("/admin/logo.png", allow_redirects=False)
    assert response.headers["Location"] == "/admin/sign-in"
    await console.sign_in("li")
    form = FormData()
    form.add_field("csrf", console.csrf)
    form.add_field("act", "logo")
    form.add_field("logo", png(), filename="logo.png")
    await console.post("/admin/settings", form)
    assert console.status == 403
