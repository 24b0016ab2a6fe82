"""Accounts by command: read as the service reads them, and tried on oneself."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from bot.commands.messengers import run_check, run_test
from bot.core.settings import Settings
from survey_flows.errors import BadInput
from tests.standins import plain
from tests.standins.server import StandIn
from tests.unit.bot.messengers.test_account_files import SITE, written
from tests.unit.bot.messengers.test_messengers import CASES, HOOK


def chosen(account: str, address: str) -> argparse.Namespace:
    return argparse.Namespace(account=account, address=address)


async def test_accounts_are_listed_and_tried_on_oneself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data=tmp_path, public_url=SITE)
    assert await run_check(settings, chosen("", "")) == 0
    assert capsys.readouterr().out == "no account has a file\n"
    answers = [(200, {"status": "accepted", "id": "m"}), (200, {"status": "text-refused"})]
    async with StandIn(plain.check, answers) as provider:
        text = CASES["plain"].account.format(url=provider.url, hook=HOOK)
        written(tmp_path, "city", text)
        await run_check(settings, chosen("", ""))
        assert capsys.readouterr().out == "city: SMS, 10 a second, 00:00-23:59\n"
        assert await run_test(settings, chosen("city", "138 0013 8000")) == 0
        assert capsys.readouterr().out == "taken; look whether it arrives\n"
        with pytest.raises(BadInput, match="not taken: refused"):
            await run_test(settings, chosen("city", "13800138000"))
        with pytest.raises(BadInput, match="not a mobile telephone"):
            await run_test(settings, chosen("city", "12345"))
        with pytest.raises(BadInput, match="there is no such account"):
            await run_test(settings, chosen("other", "13800138000"))
        assert provider.violations == []
        assert all(f"{SITE}/k".encode() in body for body in provider.requests)
        assert len(provider.requests) == 2
