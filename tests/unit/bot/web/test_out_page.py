"""The way out of a mail: fetching it uses nothing, one click of the mail program is enough."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot.core.identity import Address
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.web.server import make_web
from tests.unit.bot.web.test_code_door import invited_city
from tests.web_city import City

PHONE = Address("sms", "+8613800000001")
ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def there(tmp_path: Path, valkey_url: str) -> AsyncIterator[tuple[City, Any]]:
    async with (
        invited_city(tmp_path, valkey_url) as town,
        TestClient(TestServer(make_web(town.service))) as client,
    ):
        yield town, client


async def left(town: City) -> bool:
    async with reading(town.service.database) as connection:
        rows = (await connection.execute(select(tables.persons.c.opted_out))).scalars()
        return any(rows)


async def test_a_fetched_address_tells_and_uses_nothing_and_one_click_leaves(
    there: tuple[City, Any],
) -> None:
    town, client = there
    token = town.service.contact_keys.leave_token(town.service.contact_keys.lookup(PHONE))
    for _ in range(3):
        async with client.get(f"/out/{token}?lang=en") as response:
            page = await response.text()
        assert (response.status, "No more invitations" in page) == (200, True)
        async with client.get("/out/none?lang=en") as response:
            other = await response.text()
        assert page.replace(token, "none") == other, "the page tells no token from another"
    async with client.head(f"/out/{token}") as response:
        assert response.status == 200
    assert not await left(town)
    async with client.post(f"/out/{token}?lang=en", data=ONE_CLICK, headers=FORM) as response:
        assert response.status == 200
        assert "You will not be invited again" in await response.text()
    assert await left(town)
    async with client.post(f"/out/{token}", data=ONE_CLICK, headers=FORM) as response:
        assert response.status == 200, "twice is no error"


async def test_no_other_token_leaves_and_no_other_site_may_press(there: tuple[City, Any]) -> None:
    town, client = there
    keys = town.service.contact_keys
    token = keys.leave_token(keys.lookup(PHONE))
    assert keys.leave_token(keys.lookup(PHONE)) != token, "two mails cannot be told to be of one"
    changed = ("B" if token[20] == "A" else "A").join((token[:20], token[21:]))
    for wrong in ("none", "A" * 80, changed, "é", "%00", token[:-4]):
        async with client.post(f"/out/{wrong}", data=ONE_CLICK, headers=FORM) as response:
            assert response.status == 422, wrong
    elsewhere = {**FORM, "Origin": "https://other.example"}
    async with client.post(f"/out/{token}", data=ONE_CLICK, headers=elsewhere) as response:
        assert response.status == 403
    assert not await left(town)
