"""Twilio's Messages resource, as its pages describe it."""

from __future__ import annotations

import base64
import re
from urllib.parse import parse_qsl

from aiohttp import web


def check(request: web.Request, body: bytes) -> list[str]:
    path = "/2010-04-01/Accounts/AC-test/Messages.json"
    wrong = [] if (request.method, request.path) == ("POST", path) else [request.path]
    login = request.headers.get("Authorization", "").removeprefix("Basic ")
    if base64.b64decode(login) != b"AC-test:token-of-test":
        wrong.append("Authorization")
    said = dict(parse_qsl(body.decode(), strict_parsing=True))
    if set(said) != {"To", "From", "Body", "StatusCallback"}:
        wrong.append("fields")
    if not re.fullmatch(r"\+[1-9]\d{6,14}", said["To"]) or not 0 < len(said["Body"]) <= 1600:
        wrong.append("To or Body")
    return wrong + ([] if said["StatusCallback"].startswith("https://") else ["StatusCallback"])
