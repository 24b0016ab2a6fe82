"""The import's page: what organs have reported, and the list before the close of the material."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.accounts.staff import add_staff
from bot.commands.material import run_close, run_none
from bot.core.settings import Settings
from bot.service.composition import build
from bot.web.server import make_web
from survey_flows.errors import BadInput
from tests.console import PASSWORD, Console, texts
from tests.contract.test_year_tables import INDICATORS, LEADERS, UNITS, YEAR, bring
from tests.sealing import nothing_else
from tests.web_city import Clock

PAGE = f"/admin/years/{YEAR}/import"
REPORTS, CLOSE = f"/admin/years/{YEAR}/reports", f"/admin/years/{YEAR}/material"
FOUND = "id,kind,subject,date,source\nF1,criminal_offence,L1,2026-05-01,判决书\n"


@pytest.fixture
async def console(tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    """A year whose organs have reported one offence, and nothing else."""
    async with (
        build(Settings(data=tmp_path, redis_url=valkey_url), Clock()) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        await bring(service.database, "units", UNITS, 0)
        await bring(service.database, "leaders", LEADERS)
        await bring(service.database, "indicators", INDICATORS)
        await bring(service.database, "findings", FOUND)
        await nothing_else(service.database, YEAR)
        await add_staff(service.roster, "zhou", PASSWORD, "administrator")
        yield Console(client, service)


async def test_row_collect_the_page_names_what_is_missing_and_closes_what_is_whole(
    console: Console,
) -> None:
    await console.sign_in()
    shown = texts(await console.open(PAGE))
    assert "criminal offence: 1 handed in" in shown
    assert "investigations and sanctions: none (市纪委监委, 情况说明)" in shown
    said = {"csrf": console.csrf, "kind": "discipline", "organ": "市纪委监委"}
    said |= {"document": "更正函", "act": "take-back"}
    assert "taken back" in texts(await console.post(REPORTS, said))
    shown = texts(await console.open(PAGE))
    assert "investigations and sanctions: missing" in shown
    assert "nobody has said that there is nothing: investigations and sanctions" in shown
    assert '<button class="danger" disabled>' in console.page
    seen = re.findall(r'name="seen" value="([0-9a-f]{16})"', console.page)[0]
    closing = {"csrf": console.csrf, "typed": str(YEAR), "seen": seen}
    assert "nobody has said" in texts(await console.post(CLOSE, closing))
    wrong = texts(await console.post(REPORTS, said | {"act": "none", "organ": " "}))
    assert "name the organ and its document" in wrong
    assert "nothing to report" in texts(await console.post(REPORTS, said | {"act": "none"}))
    assert "has changed since you saw it" in texts(await console.post(CLOSE, closing))
    await console.open(PAGE)
    seen = re.findall(r'name="seen" value="([0-9a-f]{16})"', console.page)[0]
    assert "The material is closed." in texts(await console.post(CLOSE, closing | {"seen": seen}))
    acts = texts(await console.open("/admin/audit"))
    assert "records that there is nothing to report of 2026 discipline, or takes that back" in acts


async def test_row_collect_the_command_prints_the_list_and_closes_with_its_digest(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = console.service.settings
    none = Namespace(year=YEAR, kind="veto", organ="市委办", document="函复", take_back=True)
    assert await run_none(settings, none) == 0
    assert capsys.readouterr().out.startswith("veto  ")
    close = Namespace(year=YEAR, typed="", list="")
    assert await run_close(settings, close) == 1
    out = capsys.readouterr().out
    assert "veto" in out
    assert "--list" not in out
    none.take_back = False
    assert await run_none(settings, none) == 0
    assert "市委办" in capsys.readouterr().out
    assert await run_close(settings, close) == 0
    close.typed, digest = str(YEAR), capsys.readouterr().out.split("--list ")[1].strip()
    close.list = "0" * 16
    with pytest.raises(BadInput, match="has changed since you saw it"):
        await run_close(settings, close)
    close.list = digest
    assert await run_close(settings, close) == 0
