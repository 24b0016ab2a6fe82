"""Whoever reads a page or a file finds names: no key of the data, of the scheme or of a flag."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from aiohttp import ClientTimeout
from aiohttp.test_utils import TestClient, TestServer

from bot.accounts.staff import find_account
from bot.appraisal.sensitivity import sensitivity
from bot.appraisal.year import AppraisedYear, open_year
from bot.core.settings import Settings
from bot.publication.exports import (
    Audience,
    Book,
    campaign_book,
    sensitivity_book,
    year_book,
)
from bot.publication.exports.book import Page
from bot.service.composition import Service, build
from bot.web.admin.sessions import open_session
from bot.web.server import make_web
from tests.every_page import addresses, fill_pages
from tests.web_city import Clock

RAW = re.compile(
    r"\b(?:units|indicators|public|personal|leaders|history|categories|leagues|rules|min_n"
    r"|evidence|inner|unit_quota|adjustments)\.[A-Za-z]\w*"  # a place of the data or the scheme
    r"|\b\d{4}/[a-z_]+/[a-z_]+/\w+"  # the key of a decision
    r"|\b[a-z0-9]+(?:_[a-z0-9]+)+\b(?::\w+)?"  # a code, such as group_below_floor:deputy
)
NAMES = {"minping_bot", "minping_verify", "personal_code"}
"""What looks like a key and is the name of a program or an account."""
ROBOTS = ("/api", "/static", "/admin/calendar.ics")
WAITS = re.compile(r"/live|/u/|/out/")
"""Addresses that answer later or never end."""
LANGUAGES = ("zh-Hans", "en")


def raw_keys(text: str) -> set[str]:
    return {found[0] for found in RAW.finditer(text)} - NAMES


@pytest.mark.parametrize(
    "text",
    ["units.ADM.rank", "group_below_floor:deputy", "indicators.U1.objective", "rules.first_grade",
     "2010/first_grade/commendation/L1", "min_n.unit"],
)  # fmt: skip
def test_a_key_is_found_in_a_text(text: str) -> None:
    assert [text.startswith(key) for key in raw_keys(f"依据 {text}，办法")] == [True]


def words_of(page: str) -> str:
    """What a person sees of a page; code and names of files are shown as such."""
    shown = re.sub(r"(?s)<(script|style|code|pre)\b.*?</\1>", " ", page)
    return unescape(re.sub(r"<[^>]+>", " ", shown))


async def test_no_page_and_no_export_shows_a_raw_key(tmp_path: Path, valkey_url: str) -> None:
    settings = Settings(data=tmp_path, redis_url=valkey_url, telegram_name="minping_bot")
    async with build(settings, Clock()) as service:
        link = await fill_pages(service)
        found = await on_pages(service, link)
        year = await open_year(service.database, 2010)
        for book in books(year):
            found |= in_book(book)
    assert found == {}


async def on_pages(service: Service, link: str) -> dict[str, set[str]]:
    """The keys on every page of an administrator, a checker and a citizen, by address."""
    app, found, seen = make_web(service), {}, 0
    asked = [
        it for it in addresses(app, link) if not it.startswith(ROBOTS) and not WAITS.search(it)
    ]
    async with TestClient(TestServer(app), timeout=ClientTimeout(60)) as client:
        for login in ("", "zhou", "chen"):
            client.session.cookie_jar.clear()
            if login:
                account = await find_account(service.database, login)
                assert account is not None
                token = await open_session(service, account)
                client.session.cookie_jar.update_cookies(
                    {"staff": token}, client.make_url("/admin")
                )
            for address in asked:
                for lang in LANGUAGES:
                    mark = "&" if "?" in address else "?"
                    answer = await client.get(f"{address}{mark}lang={lang}", allow_redirects=False)
                    if answer.content_type != "text/html" or answer.status >= 300:
                        continue
                    seen += 1
                    if keys := raw_keys(words_of(await answer.text())):
                        found[f"{login} {address} {lang}"] = keys
    assert seen > 100
    return found


def books(year: AppraisedYear) -> Iterator[Book]:
    """Every book that is exported."""
    zone = "Asia/Shanghai"
    for audience in Audience:
        yield year_book(year, audience, zone)
    yield sensitivity_book(year, sensitivity(year), zone)
    yield from (campaign_book(scored, zone) for scored in year.campaigns)


def in_book(book: Book) -> dict[str, set[str]]:
    """The keys in what people read of a book: titles, headings and words."""
    found = {}
    for page in book.pages:
        texts = [page.zh, *(text for column in page.columns for text in (column.zh, column.en))]
        texts += [str(row[at]) for row in page.rows for at in read_by_people(page)]
        if keys := set().union(*map(raw_keys, texts)):
            found[f"{book.title} {page.name}"] = keys
    return found


def read_by_people(page: Page) -> list[int]:
    """The columns in words: all but those of codes and keys, whose words stand beside them.

    The data dictionary is about columns, and names them.
    """
    if page.name == "columns":
        return []
    names = [column.name for column in page.columns]
    return [
        at
        for at, name in enumerate(names)
        if name.endswith(("_zh", "_en")) or not (f"{name}_zh" in names or name in KEYS)
    ]


KEYS = {"key", "code", "other", "campaign", "questionnaire", "question", "id", "scale", "show_if"}
"""Columns by which programs join tables; nothing is told by them."""
