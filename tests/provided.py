"""A browser that signs in by the stand-in of an identity provider."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from bot.openid.provider_files import Provider
from bot.service.composition import Service
from bot.web.server import make_web
from tests.console import Console
from tests.standins.openid import CLIENT, SECRET, OpenIdProvider

SITE = "http://127.0.0.1:8080"
"""Our own address, by the settings of a test."""


def provider_of(standin: OpenIdProvider, name: str, **changed: Any) -> Provider:
    labels = {"zh-Hans": "市统一身份认证", "en": "the city's sign-in"}
    return Provider(name, standin.issuer, CLIENT, SECRET, labels, **changed)


@dataclass
class Browser:
    """A browser of its own; it follows what a provider says as far as our own address."""

    console: Console
    standin: OpenIdProvider

    async def begin(self, path: str) -> URL:
        """The address to which a press of our button leads."""
        english = {"Accept-Language": "en"}
        response = await self.console.client.get(path, headers=english, allow_redirects=False)
        assert response.status == 303, await response.text()
        return URL(response.headers["Location"])

    async def answer(self, at: URL) -> URL:
        """Our address to which the provider sends the browser back."""
        async with ClientSession() as session, session.get(at, allow_redirects=False) as response:
            assert response.status == 303
            return URL(response.headers["Location"])

    async def back(self, to: URL) -> str:
        """Our page for the answer."""
        assert str(to).startswith(f"{SITE}/")
        return await self.console.open(to.raw_path_qs)

    async def sign_in(self, path: str) -> str:
        return await self.back(await self.answer(await self.begin(path)))


@asynccontextmanager
async def browsers(
    service: Service, standin: OpenIdProvider, providers: Iterable[Provider], how_many: int = 2
) -> AsyncIterator[list[Browser]]:
    """Browsers over one server."""
    server = TestServer(make_web(service, providers=providers))
    made: list[Browser] = []
    async with server:
        for _ in range(how_many):
            client = TestClient(server)
            made.append(Browser(Console(client, service), standin))
        try:
            yield made
        finally:
            for one in made:
                await one.console.client.session.close()
