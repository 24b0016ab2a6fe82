"""One browser for all tests of a worker: to start it takes longer than most of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser

from tests import servers
from tests.conftest import lacking
from tests.e2e.browsing import launched


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    if not servers.CHROMIUM.exists():
        lacking("no Chromium: apt-get install chromium-headless-shell fonts-noto-cjk")
    async with launched(servers.CHROMIUM) as made:
        yield made
