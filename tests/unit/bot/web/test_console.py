"""The administrators' pages over HTTP: rights, acts, and their effects."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis
from sqlalchemy import select

from bot.accounts.staff import add_staff
from bot.campaigns.links import create_link
from bot.storage.database import writing
from bot.storage.schema import all as tables
from bot.web.server import make_web
from tests.console import CAMPAIGN, PASSWORD, YEAR, Console, make_data, opened_copy, texts
from tests.web_city import Clock, city


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, valkey_server: str) -> Path:
    folder = tmp_path_factory.mktemp("city")
    make_data(folder, valkey_server)
    return folder


@pytest.fixture
async def console(filled: Path, tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    given = (filled, tmp_path / "data", valkey_url)
    async with opened_copy(*given, telegram_name="minping_bot") as console:
        yield console


async def test_every_page_asks_for_a_sign_in(console: Console) -> None:
    paths = sorted(
        {
            route.resource.canonical.replace("{campaign}", "city-2010").replace("{year}", "2010")
            for route in make_web(console.service).router.routes()
            if route.resource
            and route.resource.canonical.startswith("/admin")
            and "sign-in" not in route.resource.canonical
        }
    )
    assert len(paths) > 12
    for path in paths:
        for form in ("xlsx", "zip", "png"):
            response = await console.client.get(
                path.replace("{form}", form).replace("{subject}", "FIN"), allow_redirects=False
            )
            body = await response.text()
            assert response.status in (303, 404, 405), path
            assert "csrf" not in body
    response = await console.client.get("/admin", allow_redirects=False)
    assert response.headers["Location"] == "/admin/sign-in"


async def test_signing_in_shows_the_overview(console: Console) -> None:
    page = texts(await console.sign_in())
    assert console.status == 200
    assert "Ratings 2010" in page
    page = texts(await console.open("/admin/campaigns"))
    assert "Ratings 2010" in page
    assert "20,000+" in page


async def test_the_cookie_of_a_session_is_kept_from_scripts_and_other_sites(
    console: Console,
) -> None:
    response = await console.client.post(
        "/admin/sign-in",
        data={"login": "zhou", "password": PASSWORD},
        headers={"Sec-Fetch-Site": "same-origin"},
        allow_redirects=False,
    )
    assert re.fullmatch(
        r"staff=[\w-]{43}; HttpOnly; Path=/; SameSite=Strict", response.headers["Set-Cookie"]
    )


async def test_unknown_login_and_wrong_password_get_the_same_page(console: Console) -> None:
    wrong, unknown = await console.sign_in(password="wrong"), await console.sign_in(login="nobody")
    assert console.status == 401
    assert wrong.replace("zhou", "nobody") == unknown


async def test_a_login_is_closed_after_too_many_tries(console: Console) -> None:
    for _ in range(10):
        await console.sign_in(password="wrong")
    assert "Too many failed tries" in await console.sign_in()
    assert console.status == 429


async def test_signing_out_ends_the_session(console: Console) -> None:
    await console.sign_in()
    await console.post("/admin/sign-out", {"csrf": console.csrf})
    assert "Sign in to administration" in await console.open("/admin")


async def test_an_idle_session_ends(console: Console) -> None:
    await console.sign_in()
    clock = console.service.clock
    assert isinstance(clock, Clock)
    clock.time = clock.time.replace(hour=clock.time.hour + 1)
    assert "Sign in to administration" in await console.open("/admin")


async def test_a_form_without_the_sessions_token_is_refused(console: Console) -> None:
    await console.sign_in()
    for token in ("", "x" * 43, "é"):
        await console.post("/admin/sign-out", {"csrf": token})
        assert console.status == 403
    await console.open("/admin")
    await console.post(
        "/admin/sign-out", {"csrf": console.csrf}, **{"Sec-Fetch-Site": "cross-site"}
    )
    assert console.status == 403
    assert "Ratings 2010" in await console.open("/admin")


async def test_a_new_password_ends_other_sessions_and_keeps_this_one(console: Console) -> None:
    await console.sign_in()
    await console.open("/admin/password")
    new = {
        "csrf": console.csrf,
        "old": PASSWORD,
        "new": "another long password",
        "again": "another long password",
    }
    assert "two new passwords differ" in await console.post("/admin/password", new | {"again": "x"})
    assert "present password is wrong" in await console.post("/admin/password", new | {"old": "x"})
    assert "other sessions have ended" in await console.post("/admin/password", new)
    console.client.session.cookie_jar.clear()
    await console.sign_in()
    assert console.status == 401
    await console.sign_in(password="another long password")
    assert console.status == 200


async def test_without_redis_administrators_are_told_and_nobody_gets_in(console: Console) -> None:
    away = replace(console.service, redis=Redis(host="127.0.0.1", port=1, retry=None))
    async with TestClient(TestServer(make_web(away))) as client:
        other = Console(client, away)
        await other.sign_in()
    assert (other.status, "Not available just now" in other.page) == (503, True)


async def test_a_decision_is_recorded_with_name_reason_and_time(console: Console) -> None:
    await console.sign_in()
    page = await console.open(f"{YEAR}/proposals?status=proposed&kind=verification_review")
    key = unescape(re.findall(r'name="proposal" value="([^"]+)"', page)[0])
    back = unescape(re.findall(r'name="back" value="([^"]+)"', page)[0])
    decision = {
        "csrf": console.csrf,
        "proposal": key,
        "verdict": "confirmed",
        "reason": "材料属实",
        "seen": seen(page),
        "back": back,
    }
    unexplained = await console.post(f"{YEAR}/decisions", decision | {"reason": " "})
    assert (console.status, "the reason" in unexplained) == (422, True)
    done = await console.post(f"{YEAR}/decisions", decision | {"name": "not who signed in"})
    assert "The decision was recorded" in done
    assert key not in done
    confirmed = texts(
        await console.open(f"{YEAR}/proposals?status=confirmed&kind=verification_review")
    )
    assert "zhou · 2026-11-23T09:00:00+08:00 材料属实" in confirmed
    again = await console.post(f"{YEAR}/decisions", decision)
    assert (console.status, "look at it again" in texts(again)) == (422, True)


def seen(page: str) -> str:
    """What the form of the first proposal says of what was seen."""
    return re.findall(r'name="seen" value="([^"]+)"', page)[0]


async def test_many_proposals_are_decided_with_one_reason_after_they_were_read(
    console: Console,
) -> None:
    await console.sign_in()
    of_kind = f"{YEAR}/proposals?kind=commendation"
    page = await console.open(of_kind)
    ticked = [unescape(it) for it in re.findall(r'name="pick" value="([^"]+)"', page)]
    assert len(ticked) == 25
    assert "checked" not in page
    assert (
        len(re.findall(r'name="pick"[^>]* checked', await console.open(f"{of_kind}&tick=all")))
        == 25
    )
    form = [("csrf", console.csrf), ("verdict", "confirmed"), ("reason", "研究同意")]
    form += [("pick", it) for it in ticked]
    listed = await console.post(f"{YEAR}/decisions", FormData([*form, ("act", "review")]))
    assert "These 25 proposals: confirmed. Who decides: zhou" in texts(listed)
    assert re.findall(r'name="pick" value="([^"]+)"', listed) == ticked
    assert "研究同意" in listed
    done = await console.post(f"{YEAR}/decisions", FormData([*form, ("act", "together")]))
    assert "The decision was recorded" in done
    confirmed = texts(await console.open(f"{YEAR}/proposals?status=confirmed&kind=commendation"))
    assert confirmed.count("zhou · 2026-11-23T09:00:00+08:00 研究同意") == 25
    again = await console.post(f"{YEAR}/decisions", FormData([*form, ("act", "together")]))
    assert (console.status, "look at it again" in texts(again)) == (422, True)


async def test_nothing_ticked_and_what_is_decided_alone_decide_nothing(console: Console) -> None:
    await console.sign_in()
    page = await console.open(f"{YEAR}/proposals?status=all&kind=admonition_talk")
    binding = await console.open(f"{YEAR}/proposals?status=all&weight=binding")
    assert 'name="pick"' not in binding
    single = unescape(re.findall(r'name="proposal" value="([^"]+)"', binding)[0])
    form = {"csrf": console.csrf, "verdict": "confirmed", "reason": "由"}
    for act in ("review", "together"):
        await console.post(f"{YEAR}/decisions", form | {"act": act})
        assert console.status == 422
    both = [*form.items(), ("pick", f"{single} {seen(binding)}")]
    both += [("pick", unescape(it)) for it in re.findall(r'name="pick" value="([^"]+)"', page)]
    listed = texts(await console.post(f"{YEAR}/decisions", FormData([*both, ("act", "review")])))
    assert "One is not among them" in listed


async def test_a_decision_never_leads_to_another_site(console: Console) -> None:
    await console.sign_in()
    page = await console.open(f"{YEAR}/proposals")
    key = unescape(re.findall(r'name="proposal" value="([^"]+)"', page)[0])
    decision = {
        "csrf": console.csrf,
        "proposal": key,
        "verdict": "declined",
        "reason": "r",
        "name": "n",
    }
    mark = seen(page).rpartition("-")[0]
    others = ("https://evil.example/", "//evil.example", "/admin/years/2010/proposals@evil.example")
    for number, back in enumerate(others):
        response = await console.client.post(
            f"{YEAR}/decisions",
            data=decision | {"back": back, "seen": f"{mark}-{number}"},
            headers={"Sec-Fetch-Site": "same-origin"},
            allow_redirects=False,
        )
        assert response.headers["Location"] == f"{YEAR}/proposals?done=decided"


async def test_an_import_is_stored_and_counts_at_once(console: Console) -> None:
    await console.sign_in()
    assert "62.42" not in texts(await console.open(f"{YEAR}/explain/CME"))
    assert "The data was stored" in await console.upload(
        "indicators", "points.csv", b"subject,indicator,value\nCME,objective,50\n"
    )
    assert "50 × 50% = 25" in texts(await console.open(f"{YEAR}/explain/CME"))


async def test_an_open_campaign_shows_counts_and_never_scores(
    tmp_path: Path, valkey_url: str
) -> None:
    async with (
        city(tmp_path, valkey_url) as town,
        TestClient(TestServer(make_web(town.service))) as client,
    ):
        await add_staff(town.service.roster, "zhou", PASSWORD, "administrator")
        console = Console(client, town.service)
        await console.sign_in()
        page = await console.open("/admin/campaigns/2026")
        assert "never scores" in page
        assert f"http://127.0.0.1:8080/r/{town.link}" in page
        await console.open("/admin/campaigns/2026/scores")
        assert console.status == 409
        for form in ("ranking.png", "export.xlsx"):
            assert (await client.get(f"/admin/campaigns/2026/{form}")).status == 409
        assert (await client.get("/admin/years/2026/ranking")).status == 409


async def test_closing_asks_for_the_name_and_is_for_good(tmp_path: Path, valkey_url: str) -> None:
    async with (
        city(tmp_path, valkey_url) as town,
        TestClient(TestServer(make_web(town.service))) as client,
    ):
        await add_staff(town.service.roster, "zhou", PASSWORD, "administrator")
        console = Console(client, town.service)
        await console.sign_in()
        await console.open("/admin/campaigns/2026")
        csrf = console.csrf
        assert "nothing was done" in await console.post(
            "/admin/campaigns/2026/close", {"csrf": csrf, "name": "2025"}
        )
        assert town.service.live_campaigns.get("2026").state == "open"  # type: ignore[union-attr]
        unexplained = {"csrf": csrf, "name": "2026", "reason": " "}
        await console.post("/admin/campaigns/2026/close", unexplained)
        assert console.status == 422
        assert town.service.live_campaigns.get("2026").state == "open"  # type: ignore[union-attr]
        assert "is closed; scores" in await console.post(
            "/admin/campaigns/2026/close", {"csrf": csrf, "name": "2026", "reason": "typhoon"}
        )
        assert town.service.live_campaigns.get("2026").state == "closed"  # type: ignore[union-attr]
        page = texts(await console.open("/admin/campaigns/2026"))
        assert "to 2026-11-23 09:00 (planned 2026-12-13 09:00)" in page
        assert "Closed early: typhoon" in page
        await console.post("/admin/campaigns/2026/open", {"csrf": csrf})
        assert console.status == 422


async def test_an_invited_link_vouches_for_its_group(tmp_path: Path, valkey_url: str) -> None:
    async with city(tmp_path, valkey_url, telegram_name="minping_bot") as town:
        await add_staff(town.service.roster, "zhou", PASSWORD, "administrator")
        async with TestClient(TestServer(make_web(town.service))) as client:
            console = Console(client, town.service)
            await console.sign_in()
            await console.open("/admin/campaigns/2026")
            csrf = console.csrf
            page = await console.post(
                "/admin/campaigns/2026/links", {"csrf": csrf, "group": "deputy", "stratum": "party"}
            )
            assert "The link was made" in page
            assert len(re.findall(r'value="https://t.me/minping_bot\?start=\w{10}"', page)) == 2
            await console.post("/admin/campaigns/2026/links", {"csrf": csrf, "group": "kings"})
            assert console.status == 422
        await town.service.live_campaigns.refresh()


async def test_who_only_looks_on_is_shown_no_invitation(tmp_path: Path, valkey_url: str) -> None:
    async with city(tmp_path, valkey_url) as town:
        link = await create_link(
            town.service.database, "2026", "deputy", "", town.service.desk, town.clock
        )
        await add_staff(town.service.roster, "zhou", PASSWORD, "administrator")
        await add_staff(town.service.roster, "li", PASSWORD, "observer")
        seen = {}
        for login in ("zhou", "li"):
            async with TestClient(TestServer(make_web(town.service))) as client:
                console = Console(client, town.service)
                await console.sign_in(login)
                page = await console.open("/admin/campaigns/2026")
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
async def test_a_raised_figure_is_no_number(
    console: Console, page: str, form: dict[str, str]
) -> None:
    """Python calls «²» a digit and makes no number of it."""
    await console.sign_in()
    await console.open("/admin/appeals")
    await console.post(page, {"csrf": console.csrf, **form})
    assert console.status == 422
    assert (await console.client.get("/admin/audit?before=²")).status == 200


async def test_a_zero_byte_is_no_failure_where_the_database_keeps_none(
    tmp_path: Path, valkey_url: str, postgres_url: str
) -> None:
    async with city(tmp_path, valkey_url, database_url=postgres_url) as town:
        await add_staff(town.service.roster, "zhou", PASSWORD, "administrator")
        async with TestClient(TestServer(make_web(town.service))) as client:
            console = Console(client, town.service)
            await console.sign_in("zh\x00ou")
            assert console.status == 401
            await console.sign_in()
            await console.open("/admin/campaigns/2026")
            form = {"csrf": console.csrf, "group": "deputy", "stratum": "par\x00ty"}
            assert "party" in await console.post("/admin/campaigns/2026/links", form)


@pytest.mark.parametrize(("sign", "shown"), [("\u202e", "U+202E"), ("\x0b", "U+000B")])
async def test_a_character_that_no_text_may_hold_is_refused_by_its_number(
    console: Console, sign: str, shown: str
) -> None:
    await console.sign_in()
    await console.open("/admin/campaigns/2026")
    form = {"csrf": console.csrf, "group": "deputy", "stratum": f"par{sign}ty"}
    said = await console.post("/admin/campaigns/2026/links", form)
    assert (console.status, shown in said) == (422, True)
    assert "party" not in await console.open("/admin/campaigns/2026")


async def test_after_the_close_units_are_named_of_which_many_say_they_were_told_how_to_rate(
    console: Console,
) -> None:
    await console.sign_in()
    assert "Pressure reports" not in await console.open(CAMPAIGN)
    async with writing(console.service.database) as connection:
        known = set((await connection.execute(select(tables.ballots.c.unit).distinct())).scalars())
        await connection.execute(
            tables.pressure_counts.insert(),
            [{"campaign": "city-2010", "unit": sorted(known)[0], "count": 20}],
        )
    panel = (await console.open(CAMPAIGN)).partition("Pressure reports")[2]
    assert re.findall(r'<td class="num">([^<]+)</td>', panel) == ["20+"]
