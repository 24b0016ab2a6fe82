"""The citizens' web chat over HTTP, as a browser without JavaScript sends it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from redis.asyncio import Redis
from sqlalchemy import select

from bot.campaigns.lifecycle import close_campaign
from bot.conversations.conductor import Unavailable
from bot.core.settings import Settings
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.web.server import make_web
from bot.web.shared.middleware import client_address, increment_counter
from bot.web.shared.templates import assets, page_words
from survey_flows.campaign_definition import Lost
from survey_flows.wording import Wording
from tests.web_city import NOW, City, Clock, city

CROWD = int(os.environ.get("CROWD", "41"))
"""How many come from one address: the 31st was turned away once. `CROWD=200` plays a whole hall."""
BUTTON = re.compile(r'<button class="[^"]*" name="(press|topic)" value="([^"]*)">([^<]*)')


@dataclass
class Browser:
    """A citizen's browser: keeps cookies, follows redirections, finds buttons by their words."""

    client: TestClient
    city: City
    page: str = ""
    status: int = 0

    async def open(self, path: str, **headers: str) -> str:
        return await self.read(
            await self.client.get(path, headers={"Accept-Language": "en", **headers})
        )

    async def read(self, response: ClientResponse) -> str:
        self.page, self.status = await response.text(), response.status
        return self.page

    async def post(self, path: str, data: dict[str, str], **headers: str) -> str:
        own = {"Origin": str(self.client.make_url("/")).rstrip("/"), "Accept-Language": "en"}
        return await self.read(await self.client.post(path, data=data, headers=own | headers))

    async def begin(self, unit: str = "FIN") -> str:
        await self.open(f"/r/{self.city.link}/{unit}")
        return await self.post("/start", self.hidden())

    def hidden(self) -> dict[str, str]:
        return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', self.page))

    def button(self, label: str) -> dict[str, str]:
        for name, value, words in BUTTON.findall(self.page):
            if label in unescape(words):
                return {"id": self.hidden()["id"], name: unescape(value)}
        raise AssertionError(f"no button «{label}» on:\n{self.page}")

    async def press(self, *labels: str) -> str:
        for label in labels:
            data = self.button(label)
            await self.post("/ask" if "topic" in data else "/answer", data)
        return self.page

    async def review(self) -> str:
        await self.begin()
        return await self.press("Used a service", "Very satisfied", *["Satisfied"] * 3, "Skip")


@pytest.fixture
async def browser(tmp_path: Path, valkey_url: str) -> AsyncIterator[Browser]:
    async with (
        city(tmp_path, valkey_url) as town,
        TestClient(TestServer(make_web(town.service))) as client,
    ):
        yield Browser(client, town)


async def test_a_rating_without_javascript_is_stored(browser: Browser) -> None:
    await browser.review()
    page = await browser.press("Submit")
    assert "has been received" in page
    assert await browser.city.ballots() == [("FIN", "VS S S S")]


async def test_the_start_page_begins_nothing(browser: Browser) -> None:
    for path in (
        "/",
        f"/r/{browser.city.link}",
        f"/r/{browser.city.link}/FIN",
        "/c?l=x&u=FIN",
        "/privacy",
        "/help",
    ):
        response = await browser.client.get(path)
        assert (response.status, response.cookies) == (200, {})
    assert await browser.city.conversations() == 0


async def test_after_a_loss_the_first_page_says_so_unasked(browser: Browser) -> None:
    definitions = browser.city.service.live_campaigns._known.definitions
    lost = Lost(NOW - timedelta(hours=2), NOW - timedelta(hours=1))
    path = f"/r/{browser.city.link}/FIN"
    assert "from a backup" not in await browser.open(path)
    definitions["2026"] = replace(definitions["2026"], lost=lost)
    told = "What was rated between 22 November 2026, 23:00 UTC and 23 November 2026, 00:00 UTC may"
    assert told in await browser.open(path)
    assert "2026年11月22日 23:00 UTC至2026年11月23日 00:00 UTC之间" in await browser.open(
        f"{path}?lang=zh-Hans"
    )
    definitions["2026"] = replace(definitions["2026"], state="closed")
    assert "from a backup" not in await browser.open(path)


async def test_every_entry_page_says_who_asks(browser: Browser) -> None:
    line = "Run by Qingshui Appraisal Office · 0731-12345678 · privacy: 0731-12345679 · 湘ICP备"
    for path in ("/", f"/r/{browser.city.link}/FIN", "/u/FIN", "/help"):
        assert line in await browser.open(path), path


async def test_the_first_question_stands_at_once_below_nothing_that_was_just_said(
    browser: Browser,
) -> None:
    for unit in ("FIN", ""):
        page = await browser.begin(unit)
        assert "data-notice" not in page
        assert "Run by" not in page


async def test_after_a_deletion_the_pages_go_on_in_the_browsers_language(browser: Browser) -> None:
    await browser.review()
    page = await browser.press("Submit", "Delete my ratings", "Delete them all")
    assert "Welcome to" in page
    assert 'lang="en"' in page
    page = await browser.open("/requests")
    assert "No request of yours" in page
    assert "留言" not in page
    page = await browser.press("Stop all of it")
    assert "You have stopped all of it" in page
    assert "全部停止" not in page


async def test_one_cookie_for_ninety_days_and_only_after_the_start(browser: Browser) -> None:
    await browser.open(f"/r/{browser.city.link}/FIN")
    own = {"Origin": str(browser.client.make_url("/")).rstrip("/")}
    begun = await browser.client.post(
        "/start", data=browser.hidden(), headers=own, allow_redirects=False
    )
    assert [cookie["max-age"] for cookie in begun.cookies.values()] == [str(90 * 86400)]
    for path in ("/", "/help", "/privacy", "/receipt", "/results", "/requests"):
        response = await browser.client.get(path)
        assert (response.status, response.cookies) == (200, {}), path


async def test_a_page_speaks_of_no_words_to_send_and_no_commands(browser: Browser) -> None:
    await browser.begin()
    await browser.press("Used a service", "Very satisfied", *["Satisfied"] * 3)
    await browser.post("/answer", {"id": browser.hidden()["id"], "text": "No ramp at the door"})
    assert "under “My requests”, which says if it is late" in browser.page
    page = await browser.press("Give them to the office", "Submit")
    assert "You will find the answers under “My requests”." in page
    assert "press “Check a receipt”" in page
    assert "send it here" not in page
    assert "/followup" not in await browser.press("Delete my ratings")
    assert "/followup" not in await browser.press("Delete them all")
    for lang in ("en", "zh-Hans"):
        for topic in ("/help", "/privacy"):
            page = await browser.open(f"{topic}?lang={lang}")
            for word in ("/start ", "/delete", "/followup", "the app you use", "聊天软件"):
                assert word not in page


async def test_the_start_page_names_the_unit_of_the_link(browser: Browser) -> None:
    assert "You will rate: Finance Bureau" in await browser.open(f"/r/{browser.city.link}/FIN")
    assert "您将评价：市财政局" in await browser.open(
        f"/c?l={browser.city.link}&u=FIN&lang=zh-Hans"
    )


async def test_a_reload_shows_the_same_question(browser: Browser) -> None:
    await browser.begin()
    asked = await browser.press("Used a service")
    again = await browser.open("/")
    assert [row[1:] for row in BUTTON.findall(asked)] == [row[1:] for row in BUTTON.findall(again)]


async def test_a_double_submit_stores_one_ballot_and_shows_its_receipt(browser: Browser) -> None:
    await browser.review()
    submit = browser.button("Submit")
    first = await browser.post("/answer", submit)
    second = await browser.post("/answer", submit)
    receipt = re.compile(r'<p class="receipt">([^<]+)')
    assert receipt.findall(first) == receipt.findall(second) != []
    assert await browser.city.ballots() == [("FIN", "VS S S S")]


async def test_a_promise_is_a_link_a_code_and_a_file_once_it_is_asked_for(
    browser: Browser,
) -> None:
    own = {"Origin": str(browser.client.make_url("/")).rstrip("/")}
    await browser.review()
    assert "/p/" not in await browser.press("Submit")
    unasked = await browser.client.post("/promise", headers=own, allow_redirects=False)
    assert (unasked.status, unasked.headers["Location"]) == (303, "/")
    assert "/p/" not in await browser.press("Get a signed promise")
    page = await browser.press("Show it")
    (address,) = set(re.findall(r'href="(/p/[^"]+)"', page))
    assert re.fullmatch(r"/p/2026#[A-Za-z0-9_-]{111}", address)
    drawn = scanned(re.findall(r'<div class="qr">(<svg.*?</svg>)', page, re.DOTALL)[0])
    assert drawn == str(browser.client.make_url("/")).rstrip("/") + address
    file = await browser.client.post("/promise", headers=own)
    assert file.headers["Content-Disposition"] == 'attachment; filename="minping-promise.txt"'
    text = await file.text()
    assert text.startswith("minping-promise/1\nminping\n2026\n")
    assert (await browser.client.post("/promise")).status == 403, "another site asks for none"
    browser.client.session.cookie_jar.clear()
    stranger = await browser.client.post("/promise", headers=own, allow_redirects=False)
    assert (stranger.status, await stranger.text()) == (303, "")


def scanned(drawing: str) -> str:
    """What a phone reads of a QR code that is drawn as SVG."""
    size = int(re.findall(r'width="(\d+)"', drawing)[0])
    scale = 4
    picture = np.full((size, size), 255, np.uint8)
    (path,) = re.findall(r'd="([^"]+)"', drawing)[-1:]
    x, y = 0.0, 0.0
    for verb, numbers in re.findall(r"([MmHh])([-\d. ]+)", path):
        found = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if verb == "M":
            x, y = found
        elif verb == "m":
            x, y = x + found[0], y + found[1]
        else:
            row = int((y - 0.5) * scale)
            picture[row : row + scale, int(x * scale) : int((x + found[0]) * scale)] = 0
            x += found[0]
    (code,) = zxingcpp.read_barcodes(picture)
    return str(code.text)


async def test_the_page_of_a_promise_knows_nothing_of_one(browser: Browser) -> None:
    page = await browser.open("/p/2026")
    assert "A signed promise about a rating" in page
    assert 'data-gate="minping/gate"' in page
    assert browser.client.session.cookie_jar.filter_cookies(browser.client.make_url("/")) == {}
    assert page == await browser.open("/p/2026")
    assert (await browser.client.get("/p/none")).status == 404


async def test_another_choice_in_the_same_form_is_no_replay(browser: Browser) -> None:
    await browser.begin()
    await browser.press("Used a service")
    satisfied, other = browser.button("Satisfied"), browser.button("Dissatisfied")
    await browser.post("/answer", satisfied)
    assert "That button is out of date" in await browser.post("/answer", other)


async def test_a_notice_is_shown_once_after_the_redirection(browser: Browser) -> None:
    await browser.begin()
    assert "Nothing was submitted" in await browser.press("Stop")
    assert "Nothing was submitted" not in await browser.open("/")


async def test_typed_words_find_a_unit_and_commands_are_understood(browser: Browser) -> None:
    await browser.begin(unit="")
    found = await browser.post("/answer", {"id": browser.hidden()["id"], "text": "education"})
    assert "One unit found" in found
    assert "Education Bureau" in found
    assert "Your privacy" in await browser.post("/answer", {"text": "/privacy"})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        *(("帮助", "choose a unit"), ("help", "Press an option to choose it")),
        *(("/receipt", "16 characters of your receipt"), ("删除", "Delete them all")),
        *(("/followup", "Stop all of it"), ("中文", "请选择您要评价的单位")),
        *(("你好", "your name is not asked"), ("How much does it cost", "take no money")),
        *(
            ("我害怕被报复", "do not ask your name"),
            ("Is it safe? I fear reprisal", "identifies you"),
        ),
        *(("退订", "sends no invitations"), ("恢复", "sends no invitations")),
        *(("UNSUBSCRIBE", "no address of yours"), ("不评了", "just leave")),
    ],
)
@pytest.mark.parametrize("scripts", [True, False])
async def test_the_search_understands_what_is_no_unit(
    browser: Browser, words: str, said: str, scripts: bool
) -> None:
    await browser.begin(unit="")
    headers = {"X-Fragment": "1"} if scripts else {}
    data = {"id": browser.hidden()["id"], "text": words}
    page = unescape(await browser.post("/answer", data, **headers))
    assert said.casefold() in page.casefold()
    assert "No unit matches" not in page
    async with reading(browser.city.service.database) as connection:
        assert (await connection.execute(select(tables.persons))).all() == [], "nothing is stored"
        assert (await connection.execute(select(tables.search_misses))).all() == []


async def test_help_on_a_page_speaks_of_no_box_where_there_is_none(browser: Browser) -> None:
    for lang, said, never in (
        ("en", "to find a unit, you can also type", "type its number"),
        ("zh-Hans", "找单位时，也可以输入名称", "输入序号"),
    ):
        page = await browser.open(f"/help?lang={lang}")
        assert said in page
        assert never not in page
    await browser.begin()
    page = await browser.press("Help")
    assert "to find a unit, you can also type" in page
    assert "type its number" not in page
    assert "<textarea" not in page
    assert 'type="search"' not in page


async def test_a_poster_of_an_unknown_unit_is_said_to_be_one_at_once(browser: Browser) -> None:
    for path in ("/u/NOPE", "/?u=NOPE", f"/r/{browser.city.link}/NOPE"):
        assert "The unit of this code or link was not found" in await browser.open(path)
    assert "没有找到二维码或链接中的单位" in await browser.open("/u/NOPE?lang=zh-Hans")
    for path in ("/u/FIN", "/", f"/r/{browser.city.link}"):
        assert "was not found" not in await browser.open(path)


async def test_deleting_takes_the_ballots_away(browser: Browser) -> None:
    await browser.review()
    page = await browser.press("Submit", "Delete my ratings", "Delete them all")
    assert "record of the chat is deleted" in page
    assert "record of the chat is deleted" not in await browser.open("/"), "said once"
    assert await browser.city.ballots() == []


async def test_the_language_changes_in_the_middle(browser: Browser) -> None:
    await browser.begin()
    page = await browser.press("语言 Language", "中文")
    assert '<html lang="zh-Hans">' in page
    assert "过去12个月您与市财政局打过交道吗？" in page


async def test_a_fragment_answers_our_script(browser: Browser) -> None:
    await browser.begin()
    page = await browser.post("/answer", browser.button("Used a service"), **{"X-Fragment": "1"})
    assert page.lstrip().startswith("<header")
    assert "Overall, how satisfied" in page


async def test_answers_are_never_kept_by_a_browser(browser: Browser) -> None:
    await browser.review()
    response = await browser.client.get("/")
    assert response.headers["Cache-Control"] == "no-store"
    assert "Satisfied" not in re.sub(r"(?s).*<title>(.*?)</title>.*", r"\1", await response.text())


async def test_headers_of_every_page(browser: Browser) -> None:
    for path, status in (("/", 200), ("/nothing", 404), ("/privacy", 200), ("/healthz", 200)):
        response = await browser.client.get(path)
        headers = response.headers
        assert response.status == status
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        assert "aiohttp" not in headers["Server"]


async def test_no_page_holds_inline_code_or_another_host(browser: Browser) -> None:
    pages = [
        await browser.open("/"),
        await browser.review(),
        await browser.press("Submit"),
        await browser.open("/no"),
    ]
    for page in pages:
        assert not re.search(r"<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|https?://", page)


async def test_static_files_are_kept_for_good_under_an_address_of_their_own(
    browser: Browser,
) -> None:
    for name in assets():
        response = await browser.client.get(f"/static/{name}")
        assert (response.status, "immutable" in response.headers["Cache-Control"]) == (200, True)
    assert (await browser.client.get("/static/nothing.css")).status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
    ],
)
async def test_a_form_from_another_site_is_refused(
    browser: Browser, headers: dict[str, str]
) -> None:
    await browser.begin()
    before = await browser.press("Used a service")
    page = await browser.post("/answer", browser.button("Very satisfied"), **headers)
    assert (browser.status, "That was not accepted" in page) == (403, True)
    assert BUTTON.findall(await browser.open("/")) == BUTTON.findall(before)


async def without_origin(browser: Browser, path: str, data: dict[str, str]) -> str:
    """Post as an old browser in an app, which says nothing of where the form came from."""
    return await browser.read(
        await browser.client.post(path, data=data, headers={"Accept-Language": "en"})
    )


async def test_an_old_browser_that_says_no_origin_rates_to_the_end(browser: Browser) -> None:
    await browser.open(f"/r/{browser.city.link}/FIN")
    assert "Used a service" in unescape(await without_origin(browser, "/start", browser.hidden()))
    for label in ("Used a service", "Very satisfied", *["Satisfied"] * 3):
        await without_origin(browser, "/answer", browser.button(label))
        assert browser.status == 200
    await without_origin(browser, "/answer", {**browser.hidden(), "text": "Open on Saturdays"})
    assert "Open on Saturdays" in browser.page
    for label in ("Count them by theme only", "Submit"):
        await without_origin(browser, "/answer", browser.button(label))
    assert "has been received" in browser.page
    assert await browser.city.ballots() == [("FIN", "VS S S S")]


@pytest.mark.parametrize("given", ["", "x" * 22, "x" * 22 + "-" + "0" * 16])
async def test_a_form_without_an_origin_is_taken_from_the_citizens_own_page_alone(
    browser: Browser, given: str
) -> None:
    await browser.begin()
    before, pressed = browser.page, browser.button("Used a service")
    page = await without_origin(browser, "/answer", pressed | {"id": given})
    assert (browser.status, "That was not accepted" in page) == (403, True)
    assert BUTTON.findall(await browser.open("/")) == BUTTON.findall(before)
    other = pressed["id"]
    browser.client.session.cookie_jar.clear()
    await browser.begin()
    await without_origin(browser, "/answer", browser.button("Used a service") | {"id": other})
    assert browser.status == 403, "another citizen's page"


async def test_the_public_address_counts_as_our_own_behind_a_proxy(
    tmp_path: Path, valkey_url: str
) -> None:
    async with (
        city(tmp_path, valkey_url, public_url="https://city.example") as town,
        TestClient(TestServer(make_web(town.service))) as client,
    ):
        response = await client.post(
            "/start",
            data={"lang": "en"},
            headers={"Origin": "https://city.example"},
            allow_redirects=False,
        )
        cookie = response.headers["Set-Cookie"]
    assert response.status == 303
    assert re.fullmatch(
        r"__Host-m=\S+; HttpOnly; Max-Age=7776000; Path=/; SameSite=Lax; Secure", cookie
    )
    assert "max-age" in response.headers["Strict-Transport-Security"]


async def test_a_made_up_cookie_is_nobody(browser: Browser) -> None:
    for value in (
        "abcdefghijklmnopqrstuv",
        "abcdefghijklmnopqrstuv.0123456789abcdef0123456789abcdef",
        ".",
        "é.é",
    ):
        response = await browser.client.get("/", headers={"Cookie": f"m={value}"})
        assert "开始评价" in await response.text()
    assert await browser.city.conversations() == 0


REFRESH = re.compile(r'<meta http-equiv="refresh" content="(\d+);url=([^"]*)">')


def put_off(page: str) -> tuple[int, str] | None:
    """The seconds and the address of a waiting page."""
    found = REFRESH.search(page)
    return (int(found[1]), unescape(found[2])) if found else None


async def test_a_crowd_from_one_address_finishes_half_of_it_without_scripts(
    tmp_path: Path, valkey_url: str
) -> None:
    async with (
        city(tmp_path, valkey_url) as town,
        TestClient(TestServer(make_web(town.service))) as client,
    ):
        for number in range(CROWD):
            client.session.cookie_jar.clear()
            browser = Browser(client, town)
            script = {"X-Fragment": "1"} if number % 2 else {}
            await browser.begin()
            for label in ("Used a service", "Very satisfied", *["Satisfied"] * 3, "Skip", "Submit"):
                await browser.post("/answer", browser.button(label), **script)
            assert "has been received" in browser.page, number
        assert await town.ballots() == [("FIN", "VS S S S")] * CROWD
        assert not [key for key in await town.service.redis.keys("*") if b"127.0.0.1" in key]


@pytest.fixture
async def crowded(tmp_path: Path, valkey_url: str) -> AsyncIterator[Browser]:
    """A browser behind an address from which the hour's starts have been made."""
    async with (
        city(tmp_path, valkey_url, web_rate=0) as town,
        TestClient(TestServer(make_web(town.service))) as client,
    ):
        yield Browser(client, town)


def later(browser: Browser, seconds: int) -> None:
    assert isinstance(browser.city.service.clock, Clock)
    browser.city.service.clock.time += timedelta(seconds=seconds)


async def test_beyond_the_rate_a_page_goes_on_by_itself(crowded: Browser) -> None:
    page = await crowded.begin()
    assert crowded.status == 200
    assert "begins by itself in about 20 seconds" in page
    assert "<script" not in page
    seconds, address = put_off(page) or (0, "")
    assert (seconds, await crowded.city.conversations()) == (20, 0)
    later(crowded, 5)
    assert put_off(await crowded.open(address)) == (15, address)
    assert await crowded.city.conversations() == 0
    later(crowded, 15)
    assert "Used a service" in unescape(await crowded.open(address))
    assert await crowded.city.conversations() == 1
    await crowded.press("Used a service", "Very satisfied", *["Satisfied"] * 3, "Skip", "Submit")
    assert await crowded.city.ballots() == [("FIN", "VS S S S")]


async def test_the_waiting_page_speaks_chinese(crowded: Browser) -> None:
    await crowded.open(f"/r/{crowded.city.link}/FIN?lang=zh-Hans")
    page = await crowded.post("/start", crowded.hidden(), **{"Accept-Language": "zh-CN"})
    assert "约 20 秒后自动继续" in page
    assert put_off(page) is not None


async def test_a_page_that_is_loaded_twice_begins_once(crowded: Browser) -> None:
    _, address = put_off(await crowded.begin()) or (0, "")
    later(crowded, 20)
    jar = crowded.client.session.cookie_jar
    ticket = {cookie.key: cookie.value for cookie in jar}
    for _ in range(2):
        jar.clear()
        jar.update_cookies(ticket, crowded.client.make_url("/"))
        assert "Used a service" in unescape(await crowded.open(address))
    assert await crowded.city.conversations() == 1
    assert "w" not in {cookie.key for cookie in jar}, "the ticket is gone from the browser"


async def test_a_ticket_begins_nothing_but_what_was_pressed(crowded: Browser) -> None:
    _, address = put_off(await crowded.begin()) or (0, "")
    later(crowded, 20)
    jar = crowded.client.session.cookie_jar
    [ticket] = [cookie.value for cookie in jar]
    user, second, stamp = ticket.split(".")
    made_up = (
        f"{user}x.{second}.{stamp}",
        f"{user}.{int(second) - 60}.{stamp}",
        f"{user}.{second}.{'0' * 32}",
        f"{user}.x.{stamp}",
        "..",
        "é.1.é",
        f"{user}.{'9' * 5000}.{stamp}",
    )
    for value in made_up:
        jar.clear()
        headers = {"Cookie": f"w={value}"}
        assert "So that you can go on" in await crowded.open(address, **headers), value
    jar.clear()
    jar.update_cookies({"w": ticket}, crowded.client.make_url("/"))
    assert "So that you can go on" in await crowded.open(address.replace("u=FIN", "u=TAX"))
    async with crowded.client.head(address) as answer:
        assert answer.status == 405
    later(crowded, 3600)
    assert "So that you can go on" in await crowded.open(address)
    assert await crowded.city.conversations() == 0


async def test_a_browser_that_refuses_the_ticket_sees_the_start_page(crowded: Browser) -> None:
    _, address = put_off(await crowded.begin()) or (0, "")
    crowded.client.session.cookie_jar.clear()
    later(crowded, 20)
    page = await crowded.open(address)
    assert "did not accept our random number" in page
    assert await crowded.city.conversations() == 0


async def test_citizens_are_served_while_redis_is_away(browser: Browser) -> None:
    away = replace(browser.city.service, redis=Redis(host="127.0.0.1", port=1))
    async with TestClient(TestServer(make_web(away))) as client:
        other = Browser(client, browser.city)
        await other.review()
        assert "has been received" in await other.press("Submit")
    assert await browser.city.ballots() == [("FIN", "VS S S S")]


async def test_what_could_not_be_stored_can_be_sent_again_as_it_was(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await browser.begin()
    await browser.press("Used a service", *["Satisfied"] * 4)
    words = '周六也开门 "<b>'

    async def unavailable(_: object) -> None:
        raise Unavailable("the database cannot be reached")

    with monkeypatch.context() as broken:
        broken.setattr(
            type(browser.city.service.conductor),
            "handle",
            lambda _self, incoming: unavailable(incoming),
        )
        page = await browser.post("/answer", {"id": browser.hidden()["id"], "text": words})
        assert (browser.status, "not saved yet" in page) == (503, True)
        await browser.open("/")
        assert browser.status == 503
        browser.page = page
    again = {name: unescape(value) for name, value in browser.hidden().items()}
    assert again["text"] == words
    assert words in unescape(await browser.post("/answer", again))


async def test_no_failure_shows_its_insides(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret of user 4711")

    await browser.begin()
    monkeypatch.setattr(type(browser.city.service.conductor), "handle", fail)
    page = await browser.open("/")
    assert browser.status == 500
    assert not re.search("Traceback|RuntimeError|4711|site-packages", page)


async def test_a_form_that_is_too_long_is_refused_kindly(browser: Browser) -> None:
    await browser.begin()
    page = await browser.post("/answer", {"text": "长" * 20_000})
    assert (browser.status, "too long" in page) == (413, True)


async def test_strange_requests_get_an_answer(browser: Browser) -> None:
    await browser.begin()
    for data in (
        {},
        {"press": "nonsense"},
        {"id": "x" * 500, "press": "\x00"},
        {"text": ""},
        {"press": "a" * 9000},
    ):
        await browser.post("/answer", data)
        assert browser.status == 200, data
    await browser.post("/ask", {"topic": "nonsense"})
    assert browser.status == 400
    assert (await browser.client.get("/answer")).status == 405


async def test_an_answer_without_a_conversation_leads_to_the_start_page(browser: Browser) -> None:
    await browser.open("/")
    assert "Please give your rating" in await browser.post("/answer", {"press": "start:en"})
    assert await browser.city.conversations() == 0


async def test_a_browser_that_refuses_cookies_is_told_so(browser: Browser) -> None:
    assert "did not accept" in await browser.open("/?begun=1")


async def test_a_closed_campaign_says_so_on_the_start_page(browser: Browser) -> None:
    await close_campaign(
        browser.city.service.database,
        "2026",
        browser.city.service.desk,
        browser.city.service.clock,
        "for a test",
    )
    await browser.city.service.live_campaigns.refresh()
    page = await browser.open(f"/r/{browser.city.link}/FIN")
    assert "has closed" in page
    assert "/start" not in page


def test_every_language_has_the_same_sentences() -> None:
    folder = Path(__file__).parents[4] / "bot" / "web" / "wording"
    keys = {
        file.stem: re.findall(r"(?m)^([a-z][a-z0-9_-]*) =", file.read_text("utf-8"))
        for file in folder.glob("*.ftl")
    }
    assert set(keys["en"]) == set(keys["zh-Hans"])
    # Of two sentences with one id, Fluent shows the later one alone.
    assert {lang: len(found) - len(set(found)) for lang, found in keys.items()} == {
        "en": 0,
        "zh-Hans": 0,
    }
    assert isinstance(page_words(), Wording)


async def test_what_was_sent_cannot_be_guessed_from_the_keys_of_updates(browser: Browser) -> None:
    await browser.begin()
    await browser.press("Used a service", *["Satisfied"] * 4)
    words = "周六也开门"
    await browser.post("/answer", {"id": browser.hidden()["id"], "text": words})
    given = json.dumps(["/answer", None, words, None, None, None, None])
    async with reading(browser.city.service.database) as connection:
        keys = (await connection.execute(select(tables.updates.c.key))).scalars().all()
    assert len(keys) > 6
    assert not [key for key in keys if hashlib.sha256(given.encode()).hexdigest()[:16] in key]


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::"),
        ("unknown", "unknown"),
    ],
)
def test_one_ipv6_network_counts_as_one_address(sent: str, seen: str) -> None:
    headers = {"X-Forwarded-For": f"198.51.100.7, {sent}"}
    request = make_mocked_request("GET", "/", headers=headers)
    assert client_address(request, Settings(trusted_proxies=1)) == seen


async def test_a_counter_always_ends(valkey_url: str) -> None:
    async with Redis.from_url(valkey_url) as redis:
        await redis.decr("tries")  # as a sign-in does that succeeds when its window has just ended
        assert await increment_counter(redis, "tries", 900) == 0
        assert await increment_counter(redis, "tries", 5) == 1
        assert 890 < await redis.ttl("tries") <= 900


@pytest.mark.parametrize("path", ["/", "/admin", "/admin/sign-in"])
async def test_a_damaged_cookie_is_nobody(browser: Browser, path: str) -> None:
    url = browser.client.make_url("/")
    reader, writer = await asyncio.open_connection(url.host, url.port)
    cookies = b"m=ab\xff.cd\xff; staff=ab\xff"
    writer.write(
        b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: %s\r\n\r\n"
        % (path.encode(), cookies)
    )
    status = (await reader.readline()).split()[1]
    writer.close()
    await writer.wait_closed()
    assert status in (b"200", b"303")
