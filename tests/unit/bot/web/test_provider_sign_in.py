"""Signing in to the console by an identity provider: the whole way over HTTP, and attacks."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from bot.accounts.acts import describe_act
from bot.accounts.audit_log import DONE, REFUSED, read_records
from bot.accounts.provider_accounts import GroupRole
from bot.accounts.staff import add_staff, disable_staff, list_accounts
from bot.core.settings import Settings
from bot.openid.client import AGAIN
from bot.service.composition import build
from tests.console import PASSWORD, texts
from tests.provided import SITE, Browser, browsers, provider_of
from tests.standins.openid import SECRET, OpenIdProvider, ec_jwk, part, signed
from tests.web_city import Clock

WITH, BACK = "/admin/sign-in/with/city", "/admin/sign-in/back/"
ROLES = {"minping": GroupRole("staff"), "lookers": GroupRole("observer")}
LI = {"sub": "0001", "preferred_username": "li.na", "name": "李娜", "groups": ["all", "minping"]}


class Town:
    """A service with two providers of one city, and two browsers."""

    def __init__(self, clock: Clock, standin: OpenIdProvider, other: OpenIdProvider) -> None:
        self.clock, self.standin, self.other = clock, standin, other
        self.mine: Browser
        self.yours: Browser

    async def acts(self) -> list[tuple[str, str, str]]:
        """Who signed in or tried to, the newest first; in words."""
        found = await read_records(self.mine.console.service.database)
        return [(it.who, describe_act(it, "en"), it.outcome) for it in found]

    @property
    def signed_in(self) -> bool:
        jar = self.mine.console.client.session.cookie_jar
        return "staff" in jar.filter_cookies(self.mine.console.client.make_url("/"))


@pytest.fixture
async def town(tmp_path: Path, valkey_url: str) -> AsyncIterator[Town]:
    clock = Clock()
    backs = {f"{SITE}{BACK}{name}" for name in ("city", "other")}
    async with (
        OpenIdProvider(clock.now, backs, LI) as standin,
        OpenIdProvider(clock.now, backs, LI) as other,
        build(Settings(data=tmp_path, redis_url=valkey_url), clock) as service,
    ):
        await add_staff(service.roster, "zhou", PASSWORD, "administrator")
        providers = [
            provider_of(standin, "city", roles=ROLES),
            provider_of(other, "other", roles=ROLES),
        ]
        made = Town(clock, standin, other)
        async with browsers(service, standin, providers) as (made.mine, made.yours):
            yield made
        assert standin.violations == other.violations == []


async def test_signing_in_and_out(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    mine, console = town.mine, town.mine.console
    page = await console.open("/admin/sign-in?lang=zh-Hans")
    assert texts(page).count("用市统一身份认证登录") == 2
    at = await mine.begin(f"{WITH}?lang=zh-Hans")
    assert at.query["ui_locales"] == "zh-CN zh"
    page = await mine.back(await mine.answer(at))
    assert 'content="0;url=/admin?lang=zh-Hans"' in page
    assert "李娜 · 工作人员" in texts(await console.open("/admin?lang=zh-Hans"))
    assert console.status == 200
    for path in ("/admin/password", "/admin/second-factor"):
        assert "has neither a password nor a second factor here" in texts(
            await console.open(f"{path}?lang=en")
        )
        assert 'type="password"' not in console.page
    assert await town.acts() == [("li.na", "signs in with the identity provider: city", DONE)]
    # A second sign-in finds the same account; whoever is signed in needs none.
    response = await console.client.get(WITH, allow_redirects=False)
    assert response.headers["Location"] == "/admin"
    await mine.back(await town.yours.answer(await town.yours.begin(WITH)))
    assert console.status == 403
    await town.yours.sign_in(WITH)
    assert len(await list_accounts(console.service.database)) == 2
    # Signing out here says that it may not be one there, and leads there.
    await console.open("/admin/sessions")
    page = await console.post("/admin/sign-out", {"csrf": console.csrf})
    assert "With the city's sign-in you may still be signed in" in texts(page)
    response = await console.client.get("/admin/sign-in/out/city", allow_redirects=False)
    assert response.headers["Location"].startswith(f"{town.standin.issuer}/out?client_id=")
    assert "Sign in to administration" in await console.open("/admin")
    # The account has no password that anybody could type, and an administrator gives it none.
    for typed in ("", "None", PASSWORD):
        await console.sign_in("li.na", typed)
        assert console.status == 401
    await console.sign_in()
    assert "李娜" in texts(await console.open("/admin/people"))
    page = await console.open("/admin/people/li.na")
    assert "signs in with an identity provider (city)" in texts(page)
    assert 'value="password"' not in page
    assert 'value="change"' not in page
    form = {"csrf": console.csrf, "act": "password"}
    assert "gets neither a password" in texts(await console.post("/admin/people/li.na", form))
    # A person who is closed here stays out, and the groups do not open the account again.
    await disable_staff(console.service.roster, "li.na")
    await town.yours.console.open("/admin")
    page = await town.yours.sign_in(f"{WITH}?lang=zh-Hans")
    assert (town.yours.console.status, "您在本系统的账号已停用" in texts(page)) == (403, True)
    assert (await town.acts())[0] == (
        "li.na",
        "signs in with the identity provider: city",
        REFUSED,
    )
    # Nothing that opens anything, and no name of a person, was logged.
    for secret in (SECRET, LI["sub"], "李娜", "eyJ"):
        assert str(secret) not in caplog.text


async def test_what_the_token_lacks_is_asked_for(town: Town) -> None:
    mine, console = town.mine, town.mine.console
    town.standin.person = {"sub": "0002"}
    town.standin.told = {"preferred_username": "wang", "groups": "lookers", "name": "王芳"}
    await mine.sign_in(WITH)
    assert "王芳 · read only" in texts(await console.open("/admin?lang=en"))
    assert [(one.login, one.role) for one in await list_accounts(console.service.database)] == [
        ("wang", "observer"),
        ("zhou", "administrator"),
    ]
    # Claims of another person are not taken for this one.
    town.standin.person, town.standin.told = {"sub": "0003"}, {"sub": "0002", "groups": "minping"}
    page = await town.yours.sign_in(WITH)
    assert "answer was not accepted" in texts(page)
    town.standin.told = {}
    page = await town.yours.sign_in(WITH)
    assert (town.yours.console.status, "is in no group" in texts(page)) == (403, True)


LIES: dict[str, dict[str, Any]] = {
    "nonce": {"nonce": "another"},
    "issuer": {"iss": "https://evil.example"},
    "audience": {"aud": "another client"},
    "expired": {"exp": 1},
    "old": {"iat": 1},
}


async def test_answers_that_are_not_to_this_sign_in(town: Town) -> None:
    mine, standin = town.mine, town.standin
    stranger = generate_private_key(SECP256R1())

    async def refused(page: str, said: str) -> None:
        assert said in texts(page)
        assert mine.console.status in (403, 503)
        assert "Traceback" not in page
        assert not town.signed_in
        assert 'name="password"' in page

    untrue = "answer was not accepted"
    for name, lie in LIES.items():
        standin.forge = lambda header, claims, key, lie=lie: signed(header, claims | lie, key)
        await refused(await mine.sign_in(WITH), untrue), name
    for forge in (
        lambda header, claims, _: signed(header, claims, stranger),
        lambda _, claims, __: f"{part({'alg': 'none'})}.{part(claims)}.",
        lambda *_: "",
    ):
        standin.forge = forge
        await refused(await mine.sign_in(WITH), untrue)
    standin.forge = signed
    over = "This sign-in is over, or began in another browser"
    # A stranger's sign-in is not taken in this browser (login CSRF), and nobody can take it after.
    theirs = await town.yours.answer(await town.yours.begin(WITH))
    await refused(await mine.back(theirs), over)
    await town.yours.back(theirs)
    assert town.yours.console.status == 403
    # An answer is taken once, and only within ten minutes, with the provider that was asked.
    to = await mine.answer(await mine.begin(WITH))
    await refused(await mine.back(to.update_query(state="0" * 43)), over)
    await refused(await mine.back(to.with_path(f"{BACK}other").with_query(to.query)), over)
    await refused(await mine.back(to), over)
    to = await mine.answer(await mine.begin(WITH))
    await refused(await mine.back(to.without_query_params("code")), untrue)
    # A mix-up: the honest provider's answer comes with the name of the other one, or with none.
    for changed in ({"iss": town.other.issuer}, {"iss": ""}):
        to = await mine.answer(await mine.begin(WITH))
        await refused(await mine.back(to.update_query(changed)), untrue)
    to = await mine.answer(await mine.begin(WITH))
    await refused(await mine.back(to.without_query_params("iss")), untrue)
    # A code of another sign-in: its verifier is not ours.
    stolen = await town.yours.answer(await town.yours.begin(WITH))
    to = await mine.answer(await mine.begin(WITH))
    await refused(await mine.back(to.update_query(code=stolen.query["code"])), untrue)
    # A code that was used is used up at the provider, too.
    to = await mine.answer(await mine.begin(WITH))
    await mine.back(to)
    assert town.signed_in
    page = await town.yours.back(
        (await town.yours.answer(await town.yours.begin(WITH))).update_query(code=to.query["code"])
    )
    assert untrue in texts(page)


async def test_no_session_is_kept_and_nobody_is_led_elsewhere(town: Town) -> None:
    mine, console = town.mine, town.mine.console
    jar = console.client.session.cookie_jar
    site = console.client.make_url("/")
    # Session fixation: a cookie that somebody put here opens nothing, before and after.
    jar.update_cookies({"staff": "fixed"}, site)
    where = "&".join(f"{name}=https://evil.example" for name in ("next", "redirect_uri", "return"))
    at = await mine.begin(f"{WITH}?{where}&state=mine&nonce=mine")
    assert at.query["redirect_uri"] == f"{SITE}{BACK}city"
    assert (at.host, at.path) == ("127.0.0.1", "/authorize")
    to = await mine.answer(at)
    page = await mine.back(to.update_query({"next": "https://evil.example"}))
    assert "evil.example" not in f"{at}{page}"
    token = jar.filter_cookies(site)["staff"].value
    assert token != "fixed"
    assert "openid" not in jar.filter_cookies(site)
    for path in (f"{WITH}x", "/admin/sign-in/back/x", "/admin/sign-in/out/x"):
        await console.open(path)
        assert console.status == 404


async def test_a_provider_that_is_away_or_turns_its_keys(town: Town) -> None:
    mine, console, standin = town.mine, town.mine.console, town.standin
    for changed in ({"issuer": "https://evil.example"}, {"jwks_uri": "http://evil.example/"}):
        standin.metadata = changed
        page = await console.open(f"{WITH}?lang=zh-Hans")
        assert (console.status, "身份认证平台没有正常应答" in texts(page)) == (503, True)
    standin.metadata = {}
    # Somebody who declines, and an error of the provider's own.
    for error, said in (("access_denied", "was declined"), ("server_error", "does not answer")):
        standin.answer = {"error": error, "error_description": "<b>call 0100</b>"}
        page = await mine.sign_in(WITH)
        assert said in texts(page)
        assert "0100" not in page
    standin.answer = {}
    await mine.sign_in(WITH)
    assert town.signed_in
    # A new key is found, at most once in a minute; the old one is gone then.
    standin.key, standin.kid = generate_private_key(SECP256R1()), "two"
    standin.keys = [ec_jwk(standin.key, "two")]
    assert standin.asked.count("keys") == 1
    for _ in range(2):
        assert "not accepted" in texts(await town.yours.sign_in(WITH))
    assert standin.asked.count("keys") == 1
    town.clock.time += timedelta(seconds=AGAIN)
    await town.yours.sign_in(WITH)
    assert town.yours.console.status == 200
    assert standin.asked.count("keys") == 2
    assert standin.asked.count("discovery") == 3
    # The provider is gone: passwords open the console as before.
    console.client.session.cookie_jar.clear()
    to = await mine.answer(await mine.begin(WITH))
    await standin._runner.cleanup()
    page = await mine.back(to)
    assert "does not answer as it should" in texts(page)
    assert "Sign in to administration" in page
    await console.sign_in()
    assert console.status == 200
    assert town.signed_in


async def test_the_button_is_there_only_when_a_provider_is_set_up(
    tmp_path: Path, valkey_url: str
) -> None:
    async with build(Settings(data=tmp_path, redis_url=valkey_url), Clock()) as service:
        standin = OpenIdProvider(Clock().now, set(), issuer="https://id.example")
        citizens = replace(provider_of(standin, "city", roles=ROLES), use="citizens")
        async with browsers(service, standin, [citizens], 1) as (mine,):
            page = await mine.console.open("/admin/sign-in")
            assert "/admin/sign-in/with" not in page
            await mine.console.open(WITH)
            assert mine.console.status == 404
