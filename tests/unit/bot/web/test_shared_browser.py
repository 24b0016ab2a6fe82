"""Several ratings, and several people, in one browser without JavaScript."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.campaigns.links import create_link
from bot.web.server import make_web
from tests.unit.bot.web.test_public import Browser, put_off
from tests.web_city import city

ANSWERS = ("Used a service", "Very satisfied", *["Satisfied"] * 3)
SECRET = "The queue was long on Tuesday"
OTHER = re.compile(r'<form class="answers" method="post" action="/start">(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@pytest.fixture
async def browser(tmp_path: Path, valkey_url: str) -> AsyncIterator[Browser]:
    async with (
        city(tmp_path, valkey_url) as town,
        TestClient(TestServer(make_web(town.service))) as client,
    ):
        yield Browser(client, town)


def cookies(browser: Browser) -> dict[str, str]:
    return {cookie.key: cookie.value for cookie in browser.client.session.cookie_jar}


async def rated(browser: Browser, unit: str = "FIN") -> str:
    await browser.begin(unit)
    return await browser.press(*ANSWERS, "Skip", "Submit")


async def another_person(browser: Browser) -> str:
    """Presses «Another person rates», which is a form of its own."""
    form = OTHER.search(browser.page)
    assert form is not None, browser.page
    return await browser.post("/start", {k: unescape(v) for k, v in HIDDEN.findall(form[1])})


async def test_two_units_ratings_go_on_side_by_side(browser: Browser) -> None:
    await browser.begin("FIN")
    await browser.press("Used a service", "Very satisfied")
    finance = browser.page
    await browser.begin("EDU")
    assert "its answers are kept" in browser.page
    await browser.press("Rate Education Bureau first", "Used a service")
    police = browser.page
    for page, label in ((finance, "Satisfied"), (police, "Very satisfied")):
        browser.page = page
        await browser.press(label)
    await browser.press("Not submitted yet (1)")
    assert "Not submitted: go on with Finance Bureau" in browser.page
    await browser.open("/")
    assert "Not submitted: go on with Education Bureau" in browser.page
    await browser.press("Not submitted: go on with Finance Bureau")
    await browser.press("Satisfied", "Satisfied", "Skip", "Submit")
    await browser.press("Not submitted yet (1)")
    await browser.press("Not submitted: go on with Education Bureau")
    await browser.press("Satisfied", "Satisfied", "Satisfied", "Skip", "Submit")
    assert sorted(await browser.city.ballots()) == [("EDU", "VS S S S"), ("FIN", "VS S S S")]


async def test_a_reload_and_the_back_button_lose_no_answer(browser: Browser) -> None:
    await browser.begin("FIN")
    first = browser.page
    await browser.press("Used a service")
    second = browser.page
    await browser.press("Very satisfied", "Satisfied")
    browser.page = first
    await browser.press("Used a service")  # pressed again on the page that Back shows
    assert 'value="4"' in browser.page, "a form that is sent twice counts once"
    browser.page = second
    await browser.press("Very satisfied")
    await browser.open("/")
    assert 'value="4"' in browser.page, "the reload shows the fourth step"
    await browser.press("Satisfied", "Satisfied", "Skip", "Submit")
    assert await browser.city.ballots() == [("FIN", "VS S S S")]


async def test_words_of_an_older_tab_reach_the_rating_of_their_page(browser: Browser) -> None:
    await browser.begin("FIN")
    await browser.press(*ANSWERS)
    box = browser.page
    await browser.begin("EDU")
    await browser.press("Rate Education Bureau first", "Used a service")
    browser.page = box
    fields = browser.hidden()
    page = await browser.post("/answer", {**fields, "text": SECRET})
    assert SECRET in page
    assert "Finance Bureau" in page
    await browser.press("Count them by theme only", "Submit", "Not submitted yet (1)")
    await browser.press("Not submitted: go on with Education Bureau")
    assert SECRET not in browser.page
    await browser.press("Very satisfied", *["Satisfied"] * 3)
    assert SECRET not in browser.page


async def test_the_same_unit_again_is_asked_about_and_changing_it_replaces_it(
    browser: Browser,
) -> None:
    await rated(browser)
    before = cookies(browser)
    page = await browser.begin("FIN")
    assert "Finance Bureau has been rated from this browser" in unescape(page)
    assert "Hello!" not in page
    assert "Change my rating" in page
    assert "Another person rates" in page
    await browser.press("Change my rating", "Used a service", "Dissatisfied")
    await browser.press(*["Satisfied"] * 3, "Skip", "Submit")
    assert cookies(browser) == before
    assert await browser.city.ballots() == [("FIN", "D S S S")]


async def test_rating_again_from_the_receipt_and_from_the_list_is_asked_about_too(
    browser: Browser,
) -> None:
    await rated(browser)
    page = await browser.press("Rate this unit again")
    assert "has been rated from this browser" in page
    page = await browser.press("Not now, show other units")
    assert "Education Bureau" in page
    assert "found" not in page.partition("<main")[2]
    page = await browser.press("Finance Bureau")
    assert "has been rated from this browser" in page


async def test_another_person_rates_beside_the_first_and_sees_nothing_of_theirs(
    browser: Browser,
) -> None:
    await browser.begin("FIN")
    await browser.press(*ANSWERS)
    await browser.post("/answer", {**browser.hidden(), "text": SECRET})
    await browser.press("Count them by theme only", "Submit")
    receipt = re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{1,4})+", browser.page)[0]
    await browser.begin("EDU")
    await browser.press("Used a service", "Dissatisfied")  # left unfinished
    await browser.begin("FIN")
    await browser.press("Rate Finance Bureau first")
    question = browser.page
    before = cookies(browser)
    page = await another_person(browser)
    seen = [question, page]
    assert set(cookies(browser)) == set(before)
    assert cookies(browser) != before
    for path in ("/", "/requests"):
        seen.append(await browser.open(path))
    await browser.open("/")
    for label in ("Used a service", "Dissatisfied", *["Satisfied"] * 3, "Skip"):
        seen.append(await browser.press(label))
    seen.append(await browser.press("Submit"))
    for page in seen:
        assert SECRET not in page
        assert receipt not in page
        assert "chosen" not in page.partition("<main")[2].replace("now chosen", "")
        assert "Not submitted: go on" not in page
        assert "Not submitted yet (" not in page
    assert sorted(await browser.city.ballots()) == [("FIN", "D S S S"), ("FIN", "VS S S S")]


async def test_another_person_inherits_no_invitation(browser: Browser) -> None:
    """What an invitation vouches for is one person's; the next one comes as anybody."""
    await rated(browser)
    page = await browser.begin("FIN")
    form = OTHER.search(page)
    assert form is not None
    assert dict(HIDDEN.findall(form[1]))["l"] == browser.city.link
    on = browser.city.service
    hall = await create_link(on.database, "2026", "deputy", "", on.desk, on.clock)
    await on.mixer.turn()
    await on.live_campaigns.refresh()
    await browser.open(f"/r/{hall.token}/FIN")
    await browser.post("/start", browser.hidden())
    form = OTHER.search(browser.page)
    assert form is not None
    assert dict(HIDDEN.findall(form[1]))["l"] == ""


async def test_behind_a_crowded_address_another_person_waits_like_anybody(
    tmp_path: Path, valkey_url: str
) -> None:
    async with (
        city(tmp_path, valkey_url, web_rate=1) as town,
        TestClient(TestServer(make_web(town.service))) as client,
    ):
        browser = Browser(client, town)
        await rated(browser)
        await browser.begin("FIN")
        first = cookies(browser)
        await another_person(browser)
        assert put_off(browser.page) is not None
        assert not set(cookies(browser).values()) & set(first.values()), "the first one is gone"
