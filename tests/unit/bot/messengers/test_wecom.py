"""WeCom, WeChat, DingTalk, Feishu: one token for all who wait, renewed when it ends."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.fieldwork.outreach.messenger import DeliveryOutcome as To
from bot.messengers.account_files import read_account
from bot.messengers.registry import PROVIDERS
from bot.messengers.wecom.messenger import MOST_BYTES, written_text
from survey_flows.errors import BadInput
from tests.standins import dingtalk, feishu, wechat
from tests.unit.bot.messengers.test_messengers import (
    CASES,
    MESSAGE,
    dingtalk_answer,
    feishu_answer,
    messenger_of,
    wechat_answer,
    wecom_answer,
)

CASE = CASES["wecom"]
ENDED = {
    "wecom": wecom_answer(42001),
    "wechat": wechat_answer(40001),
    "dingtalk": dingtalk_answer(88, "40014"),
    "feishu": feishu_answer(99991663),
}
TOKENS = {
    "wecom": "/cgi-bin/gettoken",
    "wechat": wechat.PATH,
    "dingtalk": dingtalk.PATH,
    "feishu": feishu.PATH,
}
WRONG = {
    "wecom": {"/cgi-bin/gettoken": {"errcode": 40001, "errmsg": "x"}},
    "wechat": {wechat.PATH: {"errcode": 40125, "errmsg": "x"}},
    "dingtalk": {dingtalk.PATH: {"errcode": 40089, "errmsg": "x"}},
    "feishu": {feishu.PATH: {"code": 10014, "msg": "app secret invalid"}},
}
SAID = {"wecom": "token", "wechat": "40125", "dingtalk": "40089", "feishu": "10014"}
BUSY = {
    "wecom": {"/cgi-bin/gettoken": {"errcode": 45009, "errmsg": "x"}},
    "wechat": {wechat.PATH: {"errcode": 45009, "errmsg": "x"}},
    "dingtalk": {dingtalk.PATH: {"errcode": 88, "sub_code": "90018", "errmsg": "x"}},
    "feishu": {feishu.PATH: {"code": 99991400, "msg": "x"}},
}
EACH = pytest.mark.parametrize("name", ENDED)


@EACH
async def test_all_who_wait_ask_for_one_token(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    async with (
        case.provider(case.taken) as provider,
        messenger_of(case, provider.url, tmp_path) as messenger,
    ):
        answers = await asyncio.gather(*(CASES[name].send(messenger) for _ in range(8)))
        assert {answer.outcome for answer in answers} == {To.ACCEPTED}
        assert (provider.asked.count(TOKENS[name]), len(provider.requests)) == (1, 8)
        assert provider.violations == []


@EACH
async def test_a_token_that_ended_is_renewed_and_the_message_sent(
    tmp_path: Path, name: str
) -> None:
    case, ended = CASES[name], (200, ENDED[name])
    async with (
        case.provider(ended, case.taken) as provider,
        messenger_of(case, provider.url, tmp_path) as messenger,
    ):
        assert (await CASES[name].send(messenger)).outcome is To.ACCEPTED
        assert (provider.asked.count(TOKENS[name]), len(provider.requests)) == (2, 2)
    async with (
        case.provider(ended) as provider,
        messenger_of(case, provider.url, tmp_path) as messenger,
    ):
        assert (await CASES[name].send(messenger)).outcome is To.REFUSED
        assert len(provider.requests) == 2, "it does not ask without end"


@EACH
async def test_a_wrong_secret_stops_the_step(tmp_path: Path, name: str) -> None:
    wrong = replace(CASES[name], before=WRONG[name])
    async with (
        wrong.provider(CASE.taken) as provider,
        messenger_of(wrong, provider.url, tmp_path) as messenger,
    ):
        answer = await CASES[name].send(messenger)
        assert (answer.outcome, answer.reason) == (To.REFUSED, SAID[name])
        assert provider.requests == []


@EACH
async def test_a_token_that_is_asked_for_too_often_is_a_pause_and_stops_no_step(
    tmp_path: Path, name: str
) -> None:
    busy = replace(CASES[name], before=BUSY[name])
    async with (
        busy.provider(CASE.taken) as provider,
        messenger_of(busy, provider.url, tmp_path) as messenger,
    ):
        answer = await CASES[name].send(messenger)
        assert (answer.outcome, answer.seconds > 0) == (To.SILENCE, True)
        assert provider.requests == []


def test_the_words_give_way_and_the_links_stay() -> None:
    text = written_text(replace(MESSAGE, text="字" * 2000))
    assert len(text.encode()) <= MOST_BYTES
    assert text.endswith(written_text(replace(MESSAGE, text="")))
    assert text.startswith("字" * 500)
    quoted = written_text(replace(MESSAGE, begin="<b>&"))
    assert "&lt;b&gt;&amp;</a>" in quoted


def test_an_application_has_a_number() -> None:
    text = CASE.account.format(url="https://x.example", hook="").replace("1000002", "mine")
    with pytest.raises(BadInput, match="AgentId is a number"):
        PROVIDERS["wecom"](read_account(text, "wecom"), Path())
