"""The simplest gateway that the product describes."""

from __future__ import annotations

import hashlib
import hmac
import json
import re

from aiohttp import web

KEY = b"a key of the city"


def check(request: web.Request, body: bytes) -> list[str]:
    said = json.loads(body)
    wrong = [] if re.fullmatch(r"\+[1-9]\d{6,14}", said["to"]) else ["to"]
    over = (said["to"] + said["text"]).encode()
    if request.headers.get("X-Signature") != hmac.new(KEY, over, hashlib.sha256).hexdigest():
        wrong.append("signature")
    return wrong + ([] if request.content_type == "application/json" else ["type"])
