"""The administrators' pages over HTTP: who may see and do what, and what is changed by it."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis
from sqlalchemy import select

from bot.accounts.staff import add_staff
from bot.campaigns.links import create_link
from bot.core.settings import Settings
from bot.service.composition import build
from bot.storage.database import writing
from bot.storage.schema import all as tables
from bot.web.server import make_web
from tests.desk import CAMPAIGN, PASSWORD, YEAR, Desk, make_data, texts
from tests.web_city import Clock, city


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, valkey_server: str) -> Path:
    folder = tmp_path_factory.mktemp("city")
    make_data(folder, valkey_server)
    return folder


@pytest.fixture
async def desk(filled: Path, tmp_path: Path, valkey_url: str) -> AsyncIterator[Desk]:
    folder = tmp_path / "data"
    await asyncio.to_thread(shutil.copytree, filled, folder)
    async with (
        build(
            Settings(data=folder, redis_url=valkey_url, telegram_name="minping_bot"), Clock()
        ) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        yield Desk(client, service)


async def test_every_page_asks_for_a_sign_in(desk: Desk) -> None:
    paths = sorted(
        {
            route.resource.canonical.replace("{campaign}", "city-2010").replace("{year}", "2010")
            for route in make_web(desk.service).router.routes()
            if route.resource
            and route.resource.canonical.startswith("/admin")
            and "sign-in" not in route.resource.canonical
        }
    )
    assert len(paths) > 12
    for path in paths:
        for form in ("xlsx", "zip", "png"):
            response = await desk.client.get(
                path.replace("{form}", form).replace("{subject}", "FIN"), allow_redirects=False
            )
            body = await response.text()
            assert response.status in (303, 404, 405), path
            assert "csrf" not in body
    response = await desk.client.get("/admin", allow_redirects=False)
    assert response.headers["Location"] == "/admin/sign-in"


async def test_signing_in_shows_the_overview(desk: Desk) -> None:
    page = texts(await desk.sign_in())
    assert desk.status == 200
    assert "Ratings 2010" in page
    assert "20,000+" in page


async def test_the_cookie_of_a_session_is_kept_from_scripts_and_other_sites(desk: Desk) -> None:
    response = await desk.client.post(
        "/admin/sign-in",
        data={"login": "zhou", "password": PASSWORD},
        headers={"Sec-Fetch-Site": "same-origin"},
        allow_redirects=False,
    )
    assert re.fullmatch(
        r"staff=[\w-]{43}; HttpOnly; Path=/; SameSite=Strict", response.headers["Set-Cookie"]
    )


async def test_unknown_login_and_wrong_password_get_the_same_page(desk: Desk) -> None:
    wrong, unknown = await desk.sign_in(password="wrong"), await desk.sign_in(login="nobody")
    assert desk.status == 401
    assert wrong.replace("zhou", "nobody") == unknown


async def test_a_login_is_closed_after_too_many_tries(desk: Desk) -> None:
    for _ in range(10):
        await desk.sign_in(password="wrong")
    assert "Too many failed tries" in await desk.sign_in()
    assert desk.status == 429


async def test_signing_out_ends_the_session(desk: Desk) -> None:
    await desk.sign_in()
    await desk.post("/admin/sign-out", {"csrf": desk.csrf})
    assert "Sign in to administration" in await desk.open("/admin")


async def test_an_idle_session_ends(desk: Desk) -> None:
    await desk.sign_in()
    clock = desk.service.clock
    assert isinstance(clock, Clock)
    clock.time = clock.time.replace(hour=clock.time.hour + 1)
    assert "Sign in to administration" in await desk.open("/admin")


async def test_a_form_without_the_sessions_token_is_refused(desk: Desk) -> None:
    await desk.sign_in()
    for token in ("", "x" * 43, "é"):
        await desk.post("/admin/sign-out", {"csrf": token})
        assert desk.status == 403
    await desk.open("/admin")
    await desk.post("/admin/sign-out", {"csrf": desk.csrf}, **{"Sec-Fetch-Site": "cross-site"})
    assert desk.status == 403
    assert "Ratings 2010" in await desk.open("/admin")


async def test_a_new_password_ends_other_sessions_and_keeps_this_one(desk: Desk) -> None:
    await desk.sign_in()
    await desk.open("/admin/password")
    new = {
        "csrf": desk.csrf,
        "old": PASSWORD,
        "new": "another long password",
        "again": "another long password",
    }
    assert "two new passwords differ" in await desk.post("/admin/password", new | {"again": "x"})
    assert "present password is wrong" in await desk.post("/admin/password", new | {"old": "x"})
    assert "other sessions have ended" in await desk.post("/admin/password", new)
    desk.client.session.cookie_jar.clear()
    await desk.sign_in()
    assert desk.status == 401
    await desk.sign_in(password="another long password")
    assert desk.status == 200


async def test_without_redis_administrators_are_told_and_nobody_gets_in(desk: Desk) -> None:
    away = replace(desk.service, redis=Redis(host="127.0.0.1", port=1, retry=None))
    async with TestClient(TestServer(make_web(away))) as client:
        other = Desk(client, away)
        await other.sign_in()
    assert (other.status, "Not available just now" in other.page) == (503, True)


async def test_a_decision_is_recorded_with_name_reason_and_time(desk: Desk) -> None:
    await desk.sign_in()
    page = await desk.open(f"{YEAR}/proposals?status=proposed&kind=verification_review")
    key = unescape(re.findall(r'name="proposal" value="([^"]+)"', page)[0])
    back = unescape(re.findall(r'name="back" value="([^"]+)"', page)[0])
    decision = {
        "csrf": desk.csrf,
        "proposal": key,
        "verdict": "confirmed",
        "reason": "材料属实",
        "back": back,
    }
    assert "needs the name" in await desk.post(f"{YEAR}/decisions", decision)
    assert desk.status == 422
    done = await desk.post(f"{YEAR}/decisions", decision | {"name": "周正平"})
    assert "The decision was recorded" in done
    assert key not in done
    confirmed = texts(
        await desk.open(f"{YEAR}/proposals?status=confirmed&kind=verification_review")
    )
    assert "周正平 (zhou) · 2026-11-23T01:00:00+00:00 材料属实" in confirmed


async def test_a_decision_never_leads_to_another_site(desk: Desk) -> None:
    await desk.sign_in()
    page = await desk.open(f"{YEAR}/proposals")
    key = unescape(re.findall(r'name="proposal" value="([^"]+)"', page)[0])
    decision = {
        "csrf": desk.csrf,
        "proposal": key,
        "verdict": "declined",
        "reason": "r",
        "name": "n",
    }
    for back in (
        "https://evil.example/",
        "//evil.example",
        "/admin/years/2010/proposals@evil.example",
    ):
        response = await desk.client.post(
            f"{YEAR}/decisions",
            data=decision | {"back": back},
            headers={"Sec-Fetch-Site": "same-origin"},
            allow_redirects=False,
        )
        assert response.headers["Location"] == f"{YEAR}/proposals?done=decided"


async def test_an_import_is_stored_and_counts_at_once(desk: Desk) -> None:
    await desk.sign_in()
    assert "62.42" not in texts(await desk.open(f"{YEAR}/explain/CME"))
    assert "The data was stored" in await desk.upload(
        "indicators", "points.csv", b"subject,indicator,value\nCME,objective,50\n"
    )
    assert "50 × 50% = 25" in texts(await desk.open(f"{YEAR}/explain/CME"))


async def test_an_open_campaign_shows_counts_and_never_scores(
    tmp_path: Path, valkey_url: str
) -> None:
    async with (
        city(tmp_path, valkey_url) as town,
        TestClient(TestServer(make_web(town.service))) as client,
    ):
        await add_staff(town.service.database, "zhou", PASSWORD, "administrator")
        desk = Desk(client, town.service)
        await desk.sign_in()
        page = await desk.open("/admin/campaigns/2026")
        assert "never scores" in page
        assert f"http://127.0.0.1:8080/r/{town.link}" in page
        await desk.open("/admin/campaigns/2026/scores")
        assert desk.status == 409
        for form in ("ranking.png", "export.xlsx"):
            assert (await client.get(f"/admin/campaigns/2026/{form}")).status == 409
        assert (await client.get("/admin/years/2026")).status == 409


async def test_closing_asks_for_the_name_and_is_for_good(tmp_path: Path, valkey_url: str) -> None:
    async with (
        city(tmp_path, valkey_url) as town,
        TestClient(TestServer(make_web(town.service))) as client,
    ):
        await add_staff(town.service.database, "zhou", PASSWORD, "administrator")
        desk = Desk(client, town.service)
        await desk.sign_in()
        await desk.open("/admin/campaigns/2026")
        csrf = desk.csrf
        assert "nothing was done" in await desk.post(
            "/admin/campaigns/2026/close", {"csrf": csrf, "name": "2025"}
        )
        assert town.service.live_campaigns.get("2026").state == "open"  # type: ignore[union-attr]
        assert "is closed; scores" in await desk.post(
            "/admin/campaigns/2026/close", {"csrf": csrf, "name": "2026"}
        )
        assert town.service.live_campaigns.get("2026").state == "closed"  # type: ignore[union-attr]
        await desk.post("/admin/campaigns/2026/open", {"csrf": csrf})
        assert desk.status == 422


async def test_an_invited_link_vouches_for_its_group(tmp_path: Path, valkey_url: str) -> None:
    async with city(tmp_path, valkey_url, telegram_name="minping_bot") as town:
        await add_staff(town.service.database, "zhou", PASSWORD, "administrator")
        async with TestClient(TestServer(make_web(town.service))) as client:
            desk = Desk(client, town.service)
            await desk.sign_in()
            await desk.open("/admin/campaigns/2026")
            csrf = desk.csrf
            page = await desk.post(
                "/admin/campaigns/2026/links", {"csrf": csrf, "group": "deputy", "stratum": "party"}
            )
            assert "The link was made" in page
            assert len(re.findall(r'value="https://t.me/minping_bot\?start=\w{10}"', page)) == 2
            await desk.post("/admin/campaigns/2026/links", {"csrf": csrf, "group": "kings"})
            assert desk.status == 422
        await town.service.live_campaigns.refresh()


async def test_who_only_looks_on_is_shown_no_invitation(tmp_path: Path, valkey_url: str) -> None:
    async with city(tmp_path, valkey_url) as town:
        link = await create_link(town.service.database, "2026", "deputy", "", town.clock)
        await add_staff(town.service.database, "zhou", PASSWORD, "administrator")
        await add_staff(town.service.database, "li", PASSWORD, "observer")
        seen = {}
        for login in ("zhou", "li"):
            async with TestClient(TestServer(make_web(town.service))) as client:
                desk = Desk(client, town.service)
                await desk.sign_in(login)
                page = await desk.open("/admin/campaigns/2026")
                seen[login] = (town.link in page, link.token in page)
        assert seen == {"zhou": (True, True), "li": (True, False)}


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("/admin/campaigns/city-2010/push/plan", {"size": "²"}),
        ("/admin/appeals", {"act": "notice", "year": "²²²²"}),
        ("/admin/tokens", {"name": "x", "days": "²"}),
    ],
)
async def test_a_raised_figure_is_no_number(desk: Desk, page: str, form: dict[str, str]) -> None:
    """Python calls it a digit, and makes no number of it."""
    await desk.sign_in()
    await desk.open("/admin/appeals")
    await desk.post(page, {"csrf": desk.csrf, **form})
    assert desk.status == 422
    assert (await desk.client.get("/admin/audit?before=²")).status == 200


async def test_a_zero_byte_is_no_failure_where_the_database_keeps_none(
    tmp_path: Path, valkey_url: str, postgres_url: str
) -> None:
    async with city(tmp_path, valkey_url, database_url=postgres_url) as town:
        await add_staff(town.service.database, "zhou", PASSWORD, "administrator")
        async with TestClient(TestServer(make_web(town.service))) as client:
            desk = Desk(client, town.service)
            await desk.sign_in("zh\x00ou")
            assert desk.status == 401
            await desk.sign_in()
            await desk.open("/admin/campaigns/2026")
            form = {"csrf": desk.csrf, "group": "deputy", "stratum": "par\x00ty"}
            assert "party" in await desk.post("/admin/campaigns/2026/links", form)


async def test_after_the_close_units_are_named_of_which_many_say_they_were_told_how_to_rate(
    desk: Desk,
) -> None:
    await desk.sign_in()
    units = {"SAFE": 9, "CME": 27}
    rows = [
        {"campaign": "city-2010", "unit": unit, "voter": f"{unit} {n}".encode().ljust(32, b".")}
        for unit, count in units.items()
        for n in range(count)
    ]
    assert "Pressure reports" not in await desk.open(CAMPAIGN)
    async with writing(desk.service.database) as connection:
        known = set((await connection.execute(select(tables.ballots.c.unit).distinct())).scalars())
        few, many = sorted(known)[:2]
        names = {"SAFE": few, "CME": many}
        await connection.execute(
            tables.pressure.insert(), [row | {"unit": names[str(row["unit"])]} for row in rows]
        )
    panel = (await desk.open(CAMPAIGN)).partition("Pressure reports")[2]
    assert re.findall(r'<td class="num">([^<]+)</td>', panel) == ["20+"]
