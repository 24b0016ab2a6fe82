"""Accounts by command: read as the service reads them, and tried on oneself."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from bot.commands.messengers import run_check, run_state, run_templates, run_test, run_write
from bot.commands.migrate import run as run_migrate
from bot.core.settings import Settings
from bot.fieldwork.outreach.accounts import announce_accounts
from bot.fieldwork.outreach.messenger import Account
from bot.service.composition import open_store
from bot.storage.database import writing
from survey_flows.errors import BadInput
from tests.standins import aliyun, plain
from tests.standins.server import StandIn
from tests.unit.bot.messengers.test_account_files import SITE, written
from tests.unit.bot.messengers.test_messengers import CASES, HOOK


def chosen(account: str, address: str) -> argparse.Namespace:
    return argparse.Namespace(account=account, address=address)


async def test_a_template_is_written_noted_as_approved_and_tried_on_oneself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data=tmp_path, public_url=SITE)
    await run_migrate(settings, argparse.Namespace(apply=True, backed_up=True))
    async with open_store(settings) as database, writing(database) as connection:
        await announce_accounts(connection, [Account("cloud", "sms", "aliyun", "template", 500)])
    capsys.readouterr()
    place = {"account": "cloud", "kind": "invitation", "lang": "zh-Hans"}
    (tmp_path / "text").write_text("请评价：https://mp.cs.cn/k 编码 ${a}${b}", "utf-8")
    async with StandIn(aliyun.check, [CASES["aliyun"].taken]) as provider:
        text = CASES["aliyun"].account.format(url=provider.url, hook=HOOK)
        written(tmp_path, "cloud", text)
        assert await run_templates(settings, chosen("", "")) == 0
        assert capsys.readouterr().out == "no template is written yet\n"
        with pytest.raises(BadInput, match="not taken: refused"):
            await run_test(settings, chosen("cloud", "13800138000"))
        await run_write(settings, argparse.Namespace(**place, file=tmp_path / "text"))
        for state, note in (("filed", ""), ("approved", "云通信〔2026〕12号")):
            given = {"state": state, "id": "SMS_1", "note": note}
            await run_state(settings, argparse.Namespace(**place, **given))
        shown = capsys.readouterr().out.splitlines()[-2:]
        assert shown[0].startswith("cloud, invitation, zh-Hans: approved; id SMS_1; cli:")
        assert shown[0].endswith("; 36 characters, 1 parts")
        assert shown[1] == "  请评价：https://mp.cs.cn/k 编码 7K3M9P2QXB"
        assert await run_test(settings, chosen("cloud", "13800138000")) == 0
        assert provider.violations == []
        assert len(provider.requests) == 1


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
