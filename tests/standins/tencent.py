"""Tencent Cloud's SendSms, as its pages describe it: the signature is made again step by step."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from datetime import UTC, datetime

from aiohttp import web

AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=AKID-test/(\d{4}-\d\d-\d\d)/sms/tc3_request, "
    r"SignedHeaders=content-type;host, Signature=([0-9a-f]{64})"
)
FIELDS = {"PhoneNumberSet", "SmsSdkAppId", "TemplateId", "SignName", "TemplateParamSet"}


def signed(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def check(request: web.Request, body: bytes) -> list[str]:
    said, head = json.loads(body), request.headers
    wrong = [] if set(said) == FIELDS and request.path == "/" else ["shape"]
    fixed = {"X-TC-Action": "SendSms", "X-TC-Version": "2021-01-11"}
    wrong += [name for name, value in fixed.items() if head.get(name) != value]
    wrong += [] if head.get("X-TC-Region") else ["X-TC-Region"]
    found, at = AUTHORIZATION.fullmatch(head.get("Authorization", "")), head["X-TC-Timestamp"]
    if found is None or abs(time.time() - int(at)) > 300:
        return [*wrong, "Authorization"]
    day = datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%d")
    canonical = f"POST\n/\n\ncontent-type:{head['Content-Type']}\nhost:{head['Host']}\n\n"
    canonical += "content-type;host\n" + hashlib.sha256(body).hexdigest()
    text = f"TC3-HMAC-SHA256\n{at}\n{day}/sms/tc3_request\n"
    text += hashlib.sha256(canonical.encode()).hexdigest()
    key = signed(signed(signed(b"TC3key-of-test", day), "sms"), "tc3_request")
    if found[1] != day or hmac.new(key, text.encode(), hashlib.sha256).hexdigest() != found[2]:
        wrong.append("Signature")
    numbers = said["PhoneNumberSet"]
    if len(numbers) > 200 or not all(re.fullmatch(r"\+861[3-9]\d{9}", one) for one in numbers):
        wrong.append("PhoneNumberSet")
    return wrong + ([] if said["TemplateParamSet"] == ["7K3M9P2QXB"] else ["TemplateParamSet"])
