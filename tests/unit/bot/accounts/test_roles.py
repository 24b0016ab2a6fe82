"""Every role asks for every route of the staff pages over HTTP.

Nobody gets more than the table of rights says.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from bot.accounts.roles import ROLES, may
from bot.accounts.staff import add_staff
from bot.core.settings import Settings
from bot.service.composition import Service, build
from bot.web.admin.routes import PAGES
from bot.web.server import make_web
from tests.console import PASSWORD, Console, make_data
from tests.web_city import Clock

PARTS = {
    "campaign": "city-2010",
    "case": "00c0ffee",
    r"year:\d{4}": "2010",
    "subject": "CME",
    r"appeal:\d{1,9}": "1",
    r"approval:\d{1,9}": "1",
    "unit": "CME",
    "name": "ABCDEFGH",
}
PARTS |= {"token": "none", "provider": "none"}
PARTS |= {"login": "li", "kind": "units", "list": "import", "model": "scheme"}
PARTS |= {"questionnaire": "general", "link": "none", "place:web|telegram": "web"}
OPEN = {"/admin/first", "/admin/sign-in", "/admin/sign-in/code"}
OPEN |= {f"/admin/sign-in/{way}/{{provider}}" for way in ("with", "back", "out")}
EVERYBODY = {"/admin/sign-out", "/admin/password", "/admin/second-factor", "/admin/sessions"}
EVERYBODY |= {"/admin/recusal", "/admin/logo.png"}
OPENINGS = "/admin/campaigns/{campaign}/openings.zip"
YEAR_WITH_PERSONS = r"/admin/years/{year:\d{4}}/auditors.zip"
ADMINISTRATION = {"/admin/approvals", "/admin/people", "/admin/people/{login}", "/admin/settings"}
ADMINISTRATION |= {"/admin/challenges"}
AUDIENCE = {
    "/admin/drafts",
    "/admin/drafts/{model}.yaml",
    "/admin/campaigns/{campaign}/draft",
    "/admin/campaigns/{campaign}/discard",
    "/admin/campaigns/{campaign}/scheme",
    "/admin/campaigns/{campaign}/posters",
    "/admin/campaigns/{campaign}/links/{link}/{place:web|telegram}.svg",
    "/admin/campaigns/{campaign}/questionnaires",
    "/admin/campaigns/{campaign}/questionnaires/{questionnaire}",
    "/admin/campaigns/{campaign}/questionnaires/{questionnaire}/preview",
    "/admin/contacts",
    "/admin/contacts/{list}.xlsx",
    "/admin/templates",
    "/admin/campaigns/{campaign}/push",
    "/admin/campaigns/{campaign}/push/live",
    "/admin/campaigns/{campaign}/push/sample.json",
    "/admin/campaigns/{campaign}/push/plan",
    "/admin/campaigns/{campaign}/push/invite",
    "/admin/campaigns/{campaign}/push/begin",
    "/admin/campaigns/{campaign}/push/turn",
    "/admin/campaigns/{campaign}/push/handouts",
    "/admin/campaigns/{campaign}/responses",
    "/admin/campaigns/{campaign}/responses/live",
    "/admin/campaigns/{campaign}/responses/quotas",
    "/admin/campaigns/{campaign}/responses/targets",
}
APPROVALS, SIGNATURE = {"/admin/approvals"}, {r"/admin/approvals/{approval:\d{1,9}}"}
WORDS = {"/admin/requests", "/admin/requests/{name}"}
CAMPAIGN_PAGES = {"/admin/campaigns", "/admin/campaigns/{campaign}"}
YEAR_PAGE = r"/admin/years/{year:\d{4}}"
LOOKS = {
    "staff": {"/admin", "/admin/", *CAMPAIGN_PAGES, YEAR_PAGE, *AUDIENCE, *EVERYBODY},
    "checker": {"/admin/cases", "/admin/cases/{case}", *APPROVALS, *EVERYBODY},
    "approver": {
        "/admin/start",
        "/admin/audit",
        YEAR_PAGE,
        *CAMPAIGN_PAGES,
        "/admin/campaigns/{campaign}/scores",
        *APPROVALS,
        *EVERYBODY,
    },
    "office": {*WORDS, "/admin/themes", *EVERYBODY},
    "unit": {"/admin/unit", *EVERYBODY},
    "auditor": {
        "/admin/start",
        "/admin/audit",
        YEAR_PAGE,
        *CAMPAIGN_PAGES,
        "/admin/campaigns/{campaign}/scores",
        "/admin/campaigns/{campaign}/ranking.{form:png|svg|pdf}",
        "/admin/campaigns/{campaign}/export.{form:xlsx|zip|sav|parquet}",
        "/admin/campaigns/{campaign}/bundle.zip",
        OPENINGS,
        YEAR_WITH_PERSONS,
        *EVERYBODY,
    },
}
ACTS = {
    "administrator": {path for method, path, _ in PAGES if method == "POST"}
    - {
        "/admin/cases/{case}",
        "/admin/cases/{case}/reopen",
        "/admin/requests/{name}",
        "/admin/unit",
    },
    "observer": EVERYBODY,
    "auditor": EVERYBODY,
    "staff": {"/admin/campaigns/{campaign}/links", *AUDIENCE, *EVERYBODY},
    "checker": {"/admin/cases/{case}", "/admin/cases/{case}/reopen", *SIGNATURE, *EVERYBODY},
    "approver": {*SIGNATURE, *EVERYBODY},
    "office": {"/admin/requests/{name}", *EVERYBODY},
    "unit": {"/admin/unit", *EVERYBODY},
}
HOMES = {
    "approver": "/admin/start",
    "auditor": "/admin/start",
    "checker": "/admin/cases",
    "office": "/admin/requests",
    "unit": "/admin/unit",
}


def expected(role: str, method: str, path: str) -> bool:
    if method == "POST":
        return path in ACTS[role]
    if role in ("observer", "administrator"):
        mine = role == "administrator" or not (
            path.startswith("/admin/cases") or path in ADMINISTRATION
        )
        return mine and path not in (
            *WORDS,
            "/admin/start",
            "/admin/unit",
            OPENINGS,
            YEAR_WITH_PERSONS,
        )
    return path in LOOKS[role]


def address(path: str) -> str:
    form = "svg" if "ranking" in path else "html" if "|html" in path else "zip"
    filled = re.sub(r"\{form:[^}]+\}", form, path)
    for name, value in PARTS.items():
        filled = filled.replace("{" + name + "}", value)
    assert "{" not in filled
    return filled


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, valkey_server: str) -> Path:
    folder = tmp_path_factory.mktemp("rights")
    make_data(folder, valkey_server)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(city: Path, valkey_server: str) -> AsyncIterator[Service]:
    """One service for all roles, which keeps what it has computed of the year."""
    async with build(Settings(data=city, redis_url=valkey_server), Clock()) as service:
        yield service


@pytest_asyncio.fixture(loop_scope="module")
async def console(service: Service, valkey_url: str) -> AsyncIterator[Console]:
    async with TestClient(TestServer(make_web(service))) as client:
        yield Console(client, service)


def _ends_the_session(page: tuple[str, str, str]) -> bool:
    """Say whether the form ends a session: such forms come last, each after a sign-in."""
    method, path, _ = page
    return method == "POST" and path in EVERYBODY


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("role", ROLES)
async def test_a_role_gets_what_the_table_says_and_nothing_else(
    console: Console, role: str
) -> None:
    login = f"one.{role}"
    await add_staff(console.service.roster, login, PASSWORD, role, "CME" if role == "unit" else "")
    await console.sign_in(login)
    await console.open("/admin/password")  # has the token of the session's forms
    for method, path, _ in sorted(PAGES, key=_ends_the_session):
        if path in OPEN or path.endswith("/live"):
            continue  # the sign-in is everybody's, and the live part never ends
        if _ends_the_session((method, path, "")):
            await console.sign_in(login)
            await console.open("/admin/password")
        if method == "GET":
            async with console.client.get(address(path), allow_redirects=False) as response:
                status, location = response.status, response.headers.get("Location", "")
        else:
            headers = {"Origin": str(console.client.make_url("/")).rstrip("/")}
            form = {"csrf": console.csrf}
            async with console.client.post(
                address(path), data=form, headers=headers, allow_redirects=False
            ) as response:
                status, location = response.status, response.headers.get("Location", "")
        if not _ends_the_session((method, path, "")):
            assert not location.startswith("/admin/sign-in"), f"{path} ended the session"
        refused = status == 403 or (path.rstrip("/") == "/admin" and location == HOMES.get(role))
        known = (
            status == 404 and "review" in path
        )  # administrators and observers are told that there is no such case
        assert (not refused) == expected(role, method, path) or known, (
            f"{role} {method} {path}: {status}"
        )
        assert status < 500
        assert may(role, method, address(path)) == expected(role, method, path)


@pytest.mark.asyncio(loop_scope="module")
async def test_nobody_gets_anything_without_a_session_or_with_another_s_form(
    console: Console,
) -> None:
    for method, path, _ in PAGES:
        if path in OPEN:
            continue
        async with console.client.request(method, address(path), allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, "/admin/sign-in"), path
    await console.sign_in()
    for method, path, _ in PAGES:
        if method == "POST" and path not in OPEN:
            async with console.client.post(
                address(path),
                data={"csrf": "x" * 43},
                headers={"Origin": str(console.client.make_url("/")).rstrip("/")},
            ) as response:
                assert response.status == 403, path


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "your role does not see this page; it is for: office"),
        ("zh-Hans", "您的角色不能查看此页；可查看的角色有：承办单位"),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_page_of_another_role_says_whose_it_is(
    console: Console, lang: str, said: str
) -> None:
    await console.sign_in()
    assert said in await console.open(f"/admin/requests?lang={lang}")
    assert console.status == 403


def test_an_unknown_role_may_nothing() -> None:
    assert not any(may("", method, address(path)) for method, path, _ in PAGES)
