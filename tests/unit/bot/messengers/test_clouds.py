"""Signatures equal those of the clouds' own SDKs, and what a cloud forbids is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from bot.fieldwork.outreach.messenger import OutgoingMessage
from bot.messengers.account_files import read_account
from bot.messengers.aliyun import signature as aliyun
from bot.messengers.cloud_templates import read_templates
from bot.messengers.registry import PROVIDERS
from bot.messengers.tencent import signature as tencent
from survey_flows.errors import BadInput
from tests.unit.bot.messengers.test_messengers import CASES

CAUGHT = json.loads(Path("tests/golden/clouds/sdk_requests.json").read_text("utf-8"))


@pytest.mark.parametrize("caught", CAUGHT["aliyun"])
def test_alibaba_s_sdk_signs_alike(caught: dict[str, Any]) -> None:
    headers = caught["headers"]
    names = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    query = dict(parse_qsl(caught["path"].partition("?")[2]))
    signed = {name: headers[name] for name in names}
    made = aliyun.authorization(*CAUGHT["keys"]["aliyun"], query, signed, caught["body"].encode())
    assert made == headers["authorization"]
    query["SignName"] += "x"
    other = aliyun.authorization(*CAUGHT["keys"]["aliyun"], query, signed, b"")
    assert other != headers["authorization"]


@pytest.mark.parametrize("caught", CAUGHT["tencent"])
def test_tencent_s_sdk_signs_alike(caught: dict[str, Any]) -> None:
    headers = caught["headers"]
    on = (headers["host"], caught["body"].encode(), int(headers["x-tc-timestamp"]))
    keys = CAUGHT["keys"]["tencent"]
    assert tencent.authorization(*keys, *on) == headers["authorization"]
    assert tencent.authorization(*keys, on[0], on[1] + b" ", on[2]) != headers["authorization"]


def account(name: str) -> str:
    return CASES[name].account.format(url="https://sms.example", hook="A" * 22)


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_without_the_cloud_s_written_approval_nothing_is_set_up(name: str) -> None:
    text = account(name)
    assert PROVIDERS[name](read_account(text, "cloud"), Path()).account.link == "template"
    without = text.replace("  approval: 云通信〔2026〕12号\n", "")
    assert without != text
    with pytest.raises(BadInput, match="forbid surveys in templates and personal links"):
        PROVIDERS[name](read_account(without, "cloud"), Path())
    for kind in ("invitation", "reminder"):
        less = "\n".join(line for line in text.split("\n") if f"{kind}:" not in line)
        with pytest.raises(BadInput, match="the account needs this value"):
            PROVIDERS[name](read_account(less, "cloud"), Path())


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_for_codes_alone_a_cloud_needs_no_approval_and_writes_to_nobody_else(name: str) -> None:
    gone = ("approval:", "invitation:", "reminder:", "variables:")
    kept = [line for line in account(name).split("\n") if not line.strip().startswith(gone)]
    text = "\n".join(kept).replace("settings:", "settings:\n  code: SMS_9\n  code_variable: yzm")
    found = PROVIDERS[name](read_account(text, "cloud"), Path())
    assert (found.account.kind, found.account.codes) == ("code", True)
    message = OutgoingMessage("", "", "012345", "", words="no words of ours", kind="code")
    query, _headers = found.written("+8613800138000", message)
    asked = query if name == "aliyun" else json.loads(query)
    told = {
        "aliyun": ("SMS_9", '{"yzm":"012345"}'),
        "tencent": ("SMS_9", ["012345"]),
    }[name]
    names = {
        "aliyun": ("TemplateCode", "TemplateParam"),
        "tencent": ("TemplateId", "TemplateParamSet"),
    }
    assert tuple(asked[one] for one in names[name]) == told
    # Beside invitations the same template serves codes, and one without it sends none.
    both = account(name).replace("settings:", "settings:\n  code: SMS_9")
    for said, codes in ((both, True), (account(name), False)):
        with_codes = PROVIDERS[name](read_account(said, "cloud"), Path()).account
        assert (with_codes.kind, with_codes.codes) == ("sms", codes)


@pytest.mark.parametrize(
    ("variables", "parts"),
    [
        ("code", ["7K3M9P2QXB"]),
        ("a, b", ["7K3M9", "P2QXB"]),
        ("a,b,c", ["7K3M", "9P2", "QXB"]),
    ],
)
def test_a_code_stands_in_the_variables_that_a_template_has(
    variables: str, parts: list[str]
) -> None:
    text = account("aliyun").replace('"a, b"', f'"{variables}"')
    found = read_templates(read_account(text, "cloud"))
    message = OutgoingMessage("", "", "7K3M9P2QXB", "", kind="reminder")
    assert (list(found.values_for(message).values()), found.id_for(message)) == (parts, "SMS_2")


@pytest.mark.parametrize("variables", ["a,,b", "a,b,c,d,e", ","])
def test_variables_that_no_template_has_are_refused(variables: str) -> None:
    text = account("aliyun").replace('"a, b"', f'"{variables}"')
    with pytest.raises(BadInput, match="1 to 4 variables"):
        read_templates(read_account(text, "cloud"))
