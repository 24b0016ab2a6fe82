"""What goes into the audit log: every form, every sign-in, every command that changes something; nothing typed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.__main__ import main, make_parser
from bot.accounts.audit_log import read_records
from bot.accounts.staff import add_staff
from bot.terminal.audited_commands import CHANGING, LOOKING, audited_command
from bot.web.server import make_web
from tests.desk import PASSWORD, Desk
from tests.unit.test_docs import commands
from tests.web_city import city


@pytest.fixture
async def desk(tmp_path: Path, valkey_url: str) -> AsyncIterator[Desk]:
    async with (
        city(tmp_path, valkey_url) as made,
        TestClient(TestServer(make_web(made.service))) as client,
    ):
        for login, role in (("zhou", "administrator"), ("li", "observer")):
            await add_staff(made.service.database, login, PASSWORD, role)
        yield Desk(client, made.service)


async def told(desk: Desk) -> list[tuple[str, str, str, str]]:
    acts = await read_records(desk.service.database)
    return [(act.who, act.act, act.what, act.outcome) for act in reversed(acts)]


async def test_every_form_is_noted_with_its_outcome_and_without_what_was_typed(desk: Desk) -> None:
    await desk.sign_in("zhou", "a password in vain")
    await desk.sign_in("my-password-in-the-wrong-field", "x")
    await desk.sign_in()
    await desk.open("/admin/campaigns/2026")
    csrf = desk.csrf
    await desk.post("/admin/campaigns/2026/pause", {"csrf": csrf, "act": "pause"})
    await desk.post("/admin/campaigns/2026/pause", {"csrf": csrf, "act": "pause"})
    await desk.post(
        "/admin/campaigns/2026/close", {"csrf": csrf, "name": "secret words", "act": "NO BUTTON!"}
    )
    await desk.post("/admin/campaigns/2026/links", {"csrf": "forged", "group": "deputy"})
    await desk.sign_in("li")
    await desk.open("/admin/campaigns/2026")
    await desk.post("/admin/campaigns/2026/links", {"csrf": desk.csrf, "group": "deputy"})
    assert await told(desk) == [
        ("zhou", "/admin/sign-in", "", "refused"),
        ("", "/admin/sign-in", "", "refused"),
        ("zhou", "/admin/sign-in", "", "done"),
        ("zhou", "/admin/campaigns/{campaign}/pause pause", "2026", "done"),
        ("zhou", "/admin/campaigns/{campaign}/pause pause", "2026", "refused"),
        ("zhou", "/admin/campaigns/{campaign}/close", "2026", "refused"),
        ("zhou", "/admin/campaigns/{campaign}/links", "2026", "refused"),
        ("li", "/admin/sign-in", "", "done"),
        ("li", "/admin/campaigns/{campaign}/links", "2026", "refused"),
    ]
    page = await desk.open("/admin/audit?login=li")
    assert "/admin/campaigns/{campaign}/links" in page
    assert "zhou" not in page
    assert "secret words" not in str(await told(desk))


def test_every_command_is_known_to_change_something_or_not() -> None:
    every = {command.removeprefix("minping ") for command in commands(make_parser())}
    assert every <= CHANGING | LOOKING, every - CHANGING - LOOKING
    assert not CHANGING & LOOKING


def test_a_command_is_noted_by_its_name_and_what_it_is_about() -> None:
    assert audited_command(["campaign", "open", "2026"]) == ("campaign open", "2026")
    assert audited_command(["contacts", "import", "people.csv"]) == ("contacts import", "")
    assert audited_command(["import", "units", "units.csv"]) == ("import units", "")
    assert audited_command(["push", "show", "2026"]) == ("", "")


def test_commands_are_noted_done_and_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["staff", "add", "zhou", "--role", "administrator"]) == 0
    assert main(["staff", "add", "zhou", "--role", "administrator"]) == 1
    capsys.readouterr()
    assert main(["audit", "show"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert ["staff add  zhou  refused" in lines[0], "staff add  zhou  done" in lines[1]] == [
        True,
        True,
    ]
    assert main(["audit", "verify"]) == 0
    assert capsys.readouterr().out == "ok    2 rows, each rests on the one before\n"
    assert main(["audit", "show", "--since", "tomorrow"]) == 1
