"""Signatures equal those of the clouds' own SDKs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from bot.messengers.aliyun import signature as aliyun
from bot.messengers.tencent import signature as tencent

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
