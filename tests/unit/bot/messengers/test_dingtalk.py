"""DingTalk drops notices that it took: what became of each is asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.fieldwork.outreach.messenger import DeliveryOutcome as To
from bot.messengers.account_files import read_account
from bot.messengers.dingtalk.messenger import MOST_BYTES, written
from bot.messengers.registry import PROVIDERS
from survey_flows.errors import BadInput
from tests.standins.dingtalk import PATH, RESULT, TOKEN, result
from tests.unit.bot.messengers.test_messengers import CASES, MESSAGE, messenger_of

CASE = CASES["dingtalk"]
WHO = CASE.address


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.messengers.dingtalk.messenger.WAITS", (0.0,) * 3)


def forbidden(code: str) -> dict[str, Any]:
    said = result(forbidden=[WHO])
    said["send_result"]["forbidden_list"] = [{"code": code, "count": 500, "userid": WHO}]
    return said


@pytest.mark.parametrize(
    ("said", "outcome", "asked"),
    [
        (result(unread=["other", WHO]), To.DELIVERED, 1),
        (result(read=[WHO]), To.DELIVERED, 1),
        (result(invalid=[WHO]), To.UNREACHABLE, 1),
        (result(failed=[WHO]), To.LATER, 1),
        (result(forbidden=[WHO]), To.LIMITED, 1),
        (forbidden("143105"), To.LIMITED, 1),
        (forbidden("143103"), To.SILENCE, 1),
        (forbidden("143106"), To.ACCEPTED, 1),
        (forbidden("999"), To.LIMITED, 1),
        (result(invalid=["other"]), To.ACCEPTED, 3),
        ({"errcode": 0, "send_result": {"invalid_user_id_list": WHO}}, To.UNREACHABLE, 1),
        ({"errcode": -1}, To.ACCEPTED, 3),
        ("no object", To.ACCEPTED, 3),
    ],
)
async def test_what_became_of_a_notice_is_asked_until_it_is_told(
    tmp_path: Path, said: Any, outcome: To, asked: int
) -> None:
    case = replace(CASE, before={PATH: TOKEN, RESULT: said})
    async with (
        case.provider(case.taken) as provider,
        messenger_of(case, provider.url, tmp_path) as messenger,
    ):
        answer = await messenger.send(WHO, MESSAGE)
        assert (answer.outcome, answer.reference) == (outcome, "")
        assert (answer.seconds > 0) == (outcome in (To.LIMITED, To.SILENCE))
        assert (len(provider.requests), provider.asked.count(RESULT)) == (1, asked)
        assert provider.violations == []


@pytest.mark.parametrize("sign", ["字", "\n", '"', "😀"])
def test_the_words_give_way_and_the_links_stay(sign: str) -> None:
    notice = written(replace(MESSAGE, text=sign * 2000))
    size = len(json.dumps(notice, ensure_ascii=False).encode())
    assert MOST_BYTES - 8 < size <= MOST_BYTES
    content = notice["text"]["content"]
    assert content.startswith(sign * 400)
    assert content.endswith(f"{MESSAGE.link}\n\n{MESSAGE.stop}\n{MESSAGE.leave}")
    assert written(MESSAGE)["text"]["content"] == MESSAGE.with_links


def test_an_application_has_a_number() -> None:
    text = CASE.account.format(url="https://x.example", hook="").replace("836390886", "mine")
    with pytest.raises(BadInput, match="AgentId is a number"):
        PROVIDERS["dingtalk"](read_account(text, "ding"), Path())
