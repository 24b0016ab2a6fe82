"""An administrator's browser for tests over HTTP, and a whole city to administer."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, FormData
from aiohttp.test_utils import TestClient, TestServer

from bot.accounts.staff import add_staff
from bot.core.settings import Settings
from bot.results.scoring import score_campaign
from bot.service.composition import Service, build
from bot.web.server import make_web
from tests.once import folder_in_a_run
from tests.sealing import seal_at
from tests.web_city import Clock, fill

PASSWORD = "correct horse battery"
YEAR = "/admin/years/2010"
RANKING = f"{YEAR}/ranking"
CAMPAIGN = "/admin/campaigns/city-2010"


def make_data(folder: Path, redis_url: str) -> None:
    """Fill a data folder with the synthetic city and two accounts: zhou acts, li looks."""
    shutil.copytree(_city(redis_url), folder, dirs_exist_ok=True)


def make_sealed(folder: Path, redis_url: str) -> None:
    """Fill a data folder with the same city, its year scored and sealed by zhou."""
    shutil.copytree(_sealed(redis_url), folder, dirs_exist_ok=True)


def _city(redis_url: str) -> Path:
    """Make the city once in a run; tests change copies."""

    async def made(service: Service) -> None:
        await fill(service)
        await add_staff(service.roster, "zhou", PASSWORD, "administrator")
        await add_staff(service.roster, "li", PASSWORD, "observer")

    return folder_in_a_run("city", lambda folder: _serve(folder, redis_url, made))


def _sealed(redis_url: str) -> Path:
    """Seal the city once in a run; tests change copies."""

    async def sealed(service: Service) -> None:
        await score_campaign(service.database, "city-2010")
        await seal_at(service, 2010)

    def make(folder: Path) -> None:
        make_data(folder, redis_url)
        _serve(folder, redis_url, sealed)

    return folder_in_a_run("sealed-city", make)


def _serve(folder: Path, redis_url: str, work: Callable[[Service], Awaitable[None]]) -> None:
    """Do something with a service over a folder, in an event loop of its own."""

    async def run() -> None:
        async with build(Settings(data=folder, redis_url=redis_url), Clock()) as service:
            await work(service)

    asyncio.run(run())


@dataclass
class Console:
    client: TestClient
    service: Service
    page: str = ""
    status: int = 0

    async def read(self, response: ClientResponse) -> str:
        self.page, self.status = await response.text(), response.status
        return self.page

    async def open(self, path: str) -> str:
        return await self.read(await self.client.get(path, headers={"Accept-Language": "en"}))

    async def post(self, path: str, data: dict[str, str] | FormData, **headers: str) -> str:
        own = {"Origin": str(self.client.make_url("/")).rstrip("/"), "Accept-Language": "en"}
        return await self.read(await self.client.post(path, data=data, headers=own | headers))

    async def sign_in(self, login: str = "zhou", password: str = PASSWORD) -> str:
        return await self.post("/admin/sign-in", {"login": login, "password": password})

    @property
    def csrf(self) -> str:
        return re.findall(r'name="csrf" value="([^"]+)"', self.page)[0]

    async def upload(self, kind: str, name: str, data: bytes, check: bool = False) -> str:
        await self.open(f"{YEAR}/import")
        form = FormData()
        form.add_field("csrf", self.csrf)
        form.add_field("kind", kind)
        form.add_field("file", data, filename=name)
        if check:
            form.add_field("check", "yes")
        return await self.post(f"{YEAR}/import", form)


@asynccontextmanager
async def opened_copy(
    filled: Path, folder: Path, redis_url: str, **settings: Any
) -> AsyncIterator[Console]:
    """A browser over a copy of a filled data folder, which the test may change."""
    await asyncio.to_thread(shutil.copytree, filled, folder)
    async with (
        build(Settings(data=folder, redis_url=redis_url, **settings), Clock()) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        yield Console(client, service)


def texts(page: str) -> str:
    """Return the text of a page, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))
