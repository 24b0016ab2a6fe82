"""China Mobile's 云MAS, norsubmit, as its pages describe it: the MAC is made again from them."""

from __future__ import annotations

import base64
import hashlib
import json
import re

from aiohttp import web

FIELDS = ["ecName", "apId", "secretKey", "mobiles", "content", "sign", "addSerial"]
MOST_NUMBERS = 5000


def check(request: web.Request, body: bytes) -> list[str]:
    wrong = []
    if (request.method, request.path) != ("POST", "/sms/norsubmit"):
        wrong.append(f"{request.method} {request.path}")
    try:
        said = json.loads(base64.b64decode(body, validate=True))
    except ValueError:
        return [*wrong, "the body is no base64 of JSON"]
    if list(said) != [*FIELDS, "mac"]:
        wrong.append(f"fields {list(said)}")
    numbers = said["mobiles"].split(",")
    if len(numbers) > MOST_NUMBERS or not all(re.fullmatch(r"1[3-9]\d{9}", n) for n in numbers):
        wrong.append("mobiles")
    if not said["content"]:
        wrong.append("content")
    text = said["ecName"] + said["apId"] + said["secretKey"] + said["mobiles"]
    text += said["content"] + said["sign"] + said["addSerial"]
    if said["mac"] != hashlib.md5(text.encode("utf-8")).hexdigest():
        wrong.append("mac")
    return wrong
