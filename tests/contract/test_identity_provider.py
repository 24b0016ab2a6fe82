"""One account with an identity provider is one person on several channels, and stored nowhere."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from re import findall
from typing import Any

import pytest
from aiohttp import ClientSession, web
from sqlalchemy import select
from yarl import URL

from bot.campaigns.lifecycle import close_campaign, create_campaign
from bot.campaigns.opening import show_opening
from bot.serving import announce_provider
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.web.public.citizen_cookie import set_cookie
from survey_flows.errors import BadInput
from survey_flows.events import Started
from tests.conftest import Backend
from tests.contract.test_identity import OTHERS, PHONE, SITE, Town, files_with, open_town
from tests.provided import provider_of
from tests.standins.openid import OpenIdProvider, signed
from tests.web_city import Clock, make_draft

BACK = f"{SITE}/i/back/city"
LI, WANG = "subject-0001-li", "subject-0002-wang"


@dataclass
class Citizen:
    """Somebody with an account in a channel, and the browser in which they confirm."""

    town: Town
    standin: OpenIdProvider
    channel: str
    user: str
    cookie: str = ""

    def headers(self, bound: bool = True) -> dict[str, str]:
        given = web.Response()
        if self.channel == "web":
            set_cookie(given, self.town.service, self.user)
        cookies = [f"{name}={value.value}" for name, value in given.cookies.items()]
        cookies += [f"__Host-openid={self.cookie}"] if bound and self.cookie else []
        return {"Cookie": "; ".join(cookies), "Accept-Language": "en"}

    async def leave(self, path: str = "") -> URL:
        """Presses the button on the page, and returns where it leads."""
        path = path or await self.town.page_of(self.channel, self.user)
        async with self.town.client.get(path, headers=self.headers()) as response:
            page = await response.text()
        assert "Confirm with the city&#39;s sign-in" in page
        headers = self.headers() | {"Sec-Fetch-Site": "same-origin"}
        form = {"provider": "go"}
        async with self.town.client.post(path, data=form, headers=headers) as response:
            page = await response.text()
            assert response.status == 200, page
            self.cookie = response.cookies["__Host-openid"].value
        [where] = findall(r'http-equiv="refresh" content="0;url=([^"]+)"', page)
        return URL(unescape(where))

    async def answer(self, at: URL, person: str, **claims: Any) -> URL:
        self.standin.person = {"sub": person} | claims
        async with ClientSession() as session, session.get(at, allow_redirects=False) as response:
            assert response.status == 303, await response.text()
            return URL(response.headers["Location"])

    async def back(self, to: URL, bound: bool = True) -> tuple[int, str]:
        assert str(to).startswith(f"{SITE}/i/back/")
        path = to.raw_path_qs
        async with self.town.client.get(path, headers=self.headers(bound)) as response:
            return response.status, unescape(await response.text())

    async def confirm(self, person: str, **claims: Any) -> str:
        status, page = await self.back(await self.answer(await self.leave(), person, **claims))
        assert status == 200, page
        await self.town.press(self.channel, self.user, "Back")
        return page


@asynccontextmanager
async def provided(
    backend: Backend, folder: Path, takes: tuple[str, ...] = ("openid",)
) -> AsyncIterator[tuple[Town, OpenIdProvider]]:
    clock = Clock()
    async with OpenIdProvider(clock.now, {BACK}) as standin:
        scopes = ("openid", "phone") if "phone" in takes else ("openid",)
        by = provider_of(standin, "city", use="citizens", scopes=scopes)
        async with open_town(backend, folder, takes, by=by) as town:
            yield town, standin
        assert standin.violations == []


def citizens(town: Town, standin: OpenIdProvider) -> list[Citizen]:
    places = (("telegram", "4711"), ("wechat", "o6_bmj"), ("web", "rand0m"))
    return [Citizen(town, standin, *place) for place in places]


async def test_one_account_on_three_channels_is_one_ballot_and_is_stored_nowhere(
    backend: Backend, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with provided(backend, tmp_path) as (town, standin):
        await town.rate("telegram", "4711", first="Dissatisfied")
        for number, one in enumerate(citizens(town, standin)):
            if one.channel != "telegram":
                await town.tell(
                    one.channel, one.user, Started(link=town.link, unit="FIN", lang="en")
                )
            page = await one.confirm(LI, name="李娜", phone_number="+8613800138000")
            assert "You are confirmed" in page
            assert ("is being withdrawn" in page) == (number == 0)
            word = ("Very dissatisfied", "Dissatisfied", "Very satisfied")[number]
            await town.rate(one.channel, one.user, first=word)
        assert await town.ballots() == [("FIN", "verified", "VS S S S")]
        # Another account there is another person, and who shows none is who they were.
        await town.rate("telegram", "0815")
        other = Citizen(town, standin, "wechat", "another")
        await other.confirm(WANG)
        await town.rate("wechat", "another", first="Dissatisfied")
        assert await town.ballots() == [
            ("FIN", "open", "VS S S S"),
            ("FIN", "verified", "D S S S"),
            ("FIN", "verified", "VS S S S"),
        ]
        # One under way, so that all that is kept meanwhile is looked at as well.
        await other.answer(await other.leave(), LI)
        found = [record.getMessage() for record in caplog.records if "asyncio" not in record.name]
        async with reading(town.service.database) as connection:
            for table in tables.metadata.sorted_tables:
                found += [repr(tuple(row)) for row in await connection.execute(select(table))]
        async for name in town.service.redis.scan_iter("minping:openid:*"):
            found.append(f"{name!r} {await town.service.redis.get(name)!r}")
        assert any("openid:flow" in one for one in found)
        for one in found:
            for secret in (LI, WANG, "李娜", "13800138000"):
                assert secret not in one
            assert "another" not in one or "openid:flow" not in one
        assert not files_with(LI.encode(), tmp_path)
        # The service does not begin again with another issuer meanwhile, and does with this one.
        by = provider_of(standin, "city", use="citizens")
        with pytest.raises(BadInput, match="could count twice"):
            await announce_provider(town.service, [replace(by, issuer="https://other.example")])
        await announce_provider(town.service, [by])
        # Nothing but who they are was asked for, and the provider was not asked again.
        assert standin.asked == ["discovery", "keys"]


async def test_a_telephone_and_the_account_that_has_it_are_one_person(
    sqlite_url: str, valkey_url: str, tmp_path: Path
) -> None:
    backend = Backend(sqlite_url, valkey_url)
    async with provided(backend, tmp_path, ("phone", "openid")) as (town, standin):
        first, second, _ = citizens(town, standin)
        await town.confirm("telegram", "4711", PHONE)
        await town.rate("telegram", "4711", first="Dissatisfied")
        page = await second.confirm(LI, phone_number="138 0013 8000", phone_number_verified=True)
        assert "You are confirmed" in page
        await town.rate("wechat", "o6_bmj")
        assert await town.ballots() == [("FIN", "verified", "VS S S S")]
        # What the provider has not checked, or does not say, shows nobody.
        standin.told = {"phone_number": f"+86{OTHERS}"}
        for claims in (
            {},
            {"phone_number": PHONE},
            {"phone_number": PHONE, "phone_number_verified": "true"},
            {"phone_number": "none", "phone_number_verified": True},
        ):
            to = await first.answer(await first.leave(), WANG, **claims)
            status, page = await first.back(to)
            assert (status, "has no checked telephone of yours" in page) == (422, True)
            assert "Back to the ways to confirm" in page
        standin.told |= {"phone_number_verified": True}
        assert "You are confirmed" in await first.confirm(WANG)


async def test_the_provider_learns_of_no_unit_and_no_campaign(
    sqlite_url: str, valkey_url: str, tmp_path: Path
) -> None:
    async with provided(Backend(sqlite_url, valkey_url), tmp_path) as (town, standin):
        first, _, browser = citizens(town, standin)
        await town.tell("telegram", "4711", Started(link=town.link, unit="FIN", lang="en"))
        told = []
        for one in (first, browser):
            at = await one.leave()
            told.append({name: value for name, value in at.query.items() if len(value) < 40})
            assert set(at.query) == set(told[0]) | {"state", "nonce", "code_challenge"}
        # What is not drawn for this confirmation alone is the same for everybody.
        assert told[0] == told[1]
        assert told[0]["scope"] == "openid"
        assert not {"FIN", "2026", "4711", "telegram", town.link} & {*told[0].values()}
        async with town.client.get(await town.page_of("telegram", "4711")) as response:
            assert response.headers["Referrer-Policy"] == "same-origin"


async def test_what_attacks_a_confirmation(
    sqlite_url: str, valkey_url: str, tmp_path: Path
) -> None:
    async with provided(Backend(sqlite_url, valkey_url), tmp_path) as (town, standin):
        mine, theirs, browser = citizens(town, standin)

        async def refused(found: tuple[int, str], status: int, said: str) -> None:
            assert (found[0], said in found[1]) == (status, True), found[1]
            assert "You are confirmed" not in found[1]

        over = "began in another browser"
        # A stranger's confirmation is not taken in this browser, and nobody can take it after.
        to = await theirs.answer(await theirs.leave(), WANG)
        await mine.leave()
        await refused(await mine.back(to), 403, over)
        await refused(await theirs.back(to), 403, over)
        # Nor without the cookie, nor twice.
        to = await mine.answer(await mine.leave(), LI)
        await refused(await mine.back(to, bound=False), 403, over)
        to = await mine.answer(await mine.leave(), LI)
        assert (await mine.back(to))[0] == 200
        await refused(await mine.back(to), 403, over)
        # A page of another site cannot begin one for whoever is signed in there.
        path = await town.page_of("telegram", "4711")
        for site in ("cross-site", "same-site"):
            headers = mine.headers() | {"Sec-Fetch-Site": site}
            form = {"provider": "go"}
            async with town.client.post(path, data=form, headers=headers) as response:
                assert response.status == 403
        # A ticket of a browser is good in that browser alone, there and back.
        to = await browser.answer(await browser.leave(), LI)
        browser.user = "0ther"
        await refused(await browser.back(to), 410, "This page is no longer good")
        # Tokens that lie.
        for lie in ({"nonce": "x"}, {"iss": "https://evil.example"}, {"aud": "x"}, {"exp": 1}):
            standin.forge = lambda header, claims, key, lie=lie: signed(header, claims | lie, key)
            to = await mine.answer(await mine.leave(), LI)
            await refused(await mine.back(to), 403, "answer was not accepted")
        standin.forge = signed
        # Who declines, and a provider that is away: rating goes on without.
        standin.answer = {"error": "access_denied"}
        to = await mine.answer(await mine.leave(), LI)
        await refused(await mine.back(to), 403, "can rate all the same")
        standin.answer = {}
        # The close ends what is under way: the key is gone.
        to = await mine.answer(await mine.leave(), LI)
        service = town.service
        await close_campaign(service.database, "2026", service.desk, town.clock, "for a test")
        await service.mixer.turn()
        await service.live_campaigns.refresh()
        await refused(await mine.back(to), 410, "This page is no longer good")


async def test_a_provider_that_is_away_leaves_ratings_and_telephones_alone(
    sqlite_url: str, valkey_url: str, tmp_path: Path
) -> None:
    backend = Backend(sqlite_url, valkey_url)
    async with provided(backend, tmp_path, ("phone", "openid")) as (town, standin):
        standin.metadata = {"issuer": "https://evil.example"}
        path = await town.page_of("telegram", "4711")
        status, page = await town.post(path, provider="go")
        assert (status, "does not answer now" in page) == (503, True)
        await town.confirm("telegram", "4711", PHONE)
        await town.rate("telegram", "4711")
        assert await town.ballots() == [("FIN", "verified", "VS S S S")]
        # A campaign that takes it is not opened while no provider is set up.
        draft = replace(make_draft(), id="next", identity=("openid",))
        database = town.service.database
        await create_campaign(database, draft, town.clock)
        await announce_provider(town.service, [provider_of(standin, "desk")])
        said = [one.render("en") for one in (await show_opening(database, "next")).stops]
        assert any("no identity provider is set up for citizens" in one for one in said), said
        # Gone or not: by another issuer somebody who has confirmed could count once more.
        by = provider_of(standin, "city", use="citizens")
        with pytest.raises(BadInput, match="the campaign 2026 takes the word of"):
            await announce_provider(town.service, [replace(by, issuer="https://other.example")])
        await announce_provider(town.service, [provider_of(standin, "desk"), by])
        said = [one.render("en") for one in (await show_opening(database, "next")).stops]
        assert not any("identity provider" in one for one in said), said
        await close_campaign(database, "2026", town.service.desk, town.clock, "for a test")
        await town.service.mixer.turn()
        await announce_provider(town.service, [replace(by, issuer="https://other.example")])
