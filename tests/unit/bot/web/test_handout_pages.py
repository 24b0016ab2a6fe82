"""The console's part for files with invitations: asked for, allowed, made, and what came back."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
from openpyxl import load_workbook

from bot.accounts.staff import add_staff
from bot.core.identity import Address
from bot.fieldwork.audience.contacts import Contact
from bot.web.server import make_web
from tests.console import PASSWORD, Console, texts
from tests.unit.bot.web.test_code_door import invited_city

PUSH = "/admin/campaigns/2026/push"
LETTERS = [
    Contact(Address("letter", f"Hill Road {n}"), "en", "deputy", "", "", "2026-01-02", "")
    for n in range(12)
]


@pytest.fixture
async def console(tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    async with (
        invited_city(tmp_path, valkey_url, LETTERS) as town,
        TestClient(TestServer(make_web(town.service))) as client,
    ):
        for login, role in (("zhou", "administrator"), ("chen", "approver"), ("li", "staff")):
            await add_staff(town.service.roster, login, PASSWORD, role)
        yield Console(client, town.service)


async def signed_in(console: Console, login: str) -> Console:
    console.client.session.cookie_jar.clear()
    await console.sign_in(login)
    return console


async def download(console: Console, step: str) -> tuple[int, bytes]:
    origin = {"Origin": str(console.client.make_url("/")).rstrip("/")}
    form = {"csrf": console.csrf, "act": "make", "step": step}
    async with console.client.post(f"{PUSH}/handouts", data=form, headers=origin) as response:
        return response.status, await response.read()


async def test_staff_ask_an_approver_allows_and_staff_make_the_file(console: Console) -> None:
    await console.service.officers.set_profile("city", "zhou")
    page = texts(await (await signed_in(console, "li")).open(PUSH))
    assert "Files with invitations" in page
    form = {"csrf": console.csrf, "act": "ask", "form": "merge letter", "purpose": "By post"}
    await console.post(f"{PUSH}/handouts", form)
    assert "Prepared" in texts(console.page)
    assert (await download(console, "0"))[0] == 422, "nobody has allowed it"
    page = texts(await (await signed_in(console, "chen")).open("/admin/approvals"))
    for said in ("File with invitations: 2026", "Table for mail merge", "Letter", "By post"):
        assert said in page
    seen = console.page.partition('name="seen" value="')[2].partition('"')[0]
    path = console.page.partition('action="/admin/approvals/')[2].partition('"')[0]
    await console.post(
        f"/admin/approvals/{path}", {"csrf": console.csrf, "act": "approve", "seen": seen}
    )
    await (await signed_in(console, "zhou")).open(PUSH)
    assert "Make and download" not in texts(console.page), "only who asked makes it"
    assert (await download(console, "0"))[0] == 422
    page = texts(await (await signed_in(console, "li")).open(PUSH))
    assert "allowed, not made" in page
    assert "By post · asked for by li" in page
    status, data = await download(console, "0")
    rows = list(load_workbook(io.BytesIO(data)).worksheets[0].values)
    assert (status, len(rows)) == (200, 13)
    assert {row[0] for row in rows[1:]} == {f"Hill Road {n}" for n in range(12)}
    page = await console.open(PUSH)
    assert "Download again" in texts(page)
    assert not [row for row in rows[1:] if str(row[0]) in page or str(row[2]) in page]
    back = FormData()
    back.add_field("csrf", console.csrf)
    back.add_field("act", "returns")
    back.add_field(
        "file", f"reference,outcome\n{rows[1][5]},returned\n".encode(), filename="back.csv"
    )
    assert "The returns are stored" in texts(await console.post(f"{PUSH}/handouts", back))


async def test_letters_are_a_pdf_and_wrong_forms_are_told(console: Console) -> None:
    await (await signed_in(console, "zhou")).open(PUSH)
    form = {"csrf": console.csrf, "act": "ask", "form": "letters letter", "purpose": "By post"}
    await console.post(f"{PUSH}/handouts", {**form, "purpose": ""})
    assert (console.status, "what the file is for" in texts(console.page)) == (422, True)
    await console.open(PUSH)
    await console.post(f"{PUSH}/handouts", form)
    assert "The file may be made" in texts(console.page)
    assert (await download(console, "0"))[1].startswith(b"%PDF")
    await console.open(PUSH)
    await console.post(f"{PUSH}/handouts", {"csrf": console.csrf, "act": "drop", "step": "0"})
    assert (console.status, "made already" in texts(console.page)) == (422, True)
