"""Alibaba Cloud's SendSms, as its pages describe it: the signature is made again step by step."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from aiohttp import web

SECRET = b"secret-of-test"
FIELDS = {"PhoneNumbers", "SignName", "TemplateCode", "TemplateParam"}
AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=LTAI-test,SignedHeaders=([a-z0-9;-]+),Signature=([0-9a-f]{64})"
)
DEMANDED = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-version"}
DEMANDED |= {"x-acs-signature-nonce"}


def check(request: web.Request, body: bytes) -> list[str]:
    raw = request.raw_path.partition("?")[2]
    query = parse_qsl(raw, keep_blank_values=True, strict_parsing=True)
    said = dict(query)
    wrong = [] if set(said) == FIELDS and not body and request.path == "/" else ["shape"]
    found = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
    if found is None:
        return [*wrong, "Authorization"]
    names = found[1].split(";")
    if not set(names) >= DEMANDED or names != sorted(names):
        wrong.append("SignedHeaders")
    encoded = [(quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in query]
    lines = "".join(f"{name}:{request.headers[name]}\n" for name in names)
    canonical = "POST\n/\n" + "&".join("=".join(pair) for pair in sorted(encoded)) + "\n"
    canonical += f"{lines}\n{found[1]}\n" + hashlib.sha256(b"").hexdigest()
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    if hmac.new(SECRET, text.encode(), hashlib.sha256).hexdigest() != found[2]:
        wrong.append("Signature")
    at = datetime.strptime(request.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if abs((datetime.now(UTC) - at).total_seconds()) > 900:
        wrong.append("x-acs-date")
    values = json.loads(said["TemplateParam"])
    if "".join(values.values()) != "7K3M9P2QXB" or "http" in said["TemplateParam"]:
        wrong.append("TemplateParam")
    return wrong + ([] if re.fullmatch(r"1[3-9]\d{9}", said["PhoneNumbers"]) else ["PhoneNumbers"])
