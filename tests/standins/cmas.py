"""China Mobile's 云MAS, norsubmit and tmpsubmit, as its pages describe it.

The MAC is made again from them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re

from aiohttp import web

FIELDS = {
    "/sms/norsubmit": ["ecName", "apId", "secretKey", "mobiles", "content", "sign", "addSerial"],
    "/sms/tmpsubmit": ["ecName", "apId", "secretKey", "templateId", "mobiles", "params", "sign"],
}
FIELDS["/sms/tmpsubmit"].append("addSerial")
"""In the order in which the MAC is made of them."""
MOST_NUMBERS = 5000


def check(request: web.Request, body: bytes) -> list[str]:
    wrong = []
    if request.method != "POST" or request.path not in FIELDS:
        return [f"{request.method} {request.path}"]
    fields = FIELDS[request.path]
    try:
        said = json.loads(base64.b64decode(body, validate=True))
    except ValueError:
        return [*wrong, "the body is no base64 of JSON"]
    if list(said) != [*fields, "mac"]:
        wrong.append(f"fields {list(said)}")
    numbers = said["mobiles"].split(",")
    if len(numbers) > MOST_NUMBERS or not all(re.fullmatch(r"1[3-9]\d{9}", n) for n in numbers):
        wrong.append("mobiles")
    if "content" in fields and not said["content"]:
        wrong.append("content")
    if "params" in fields:
        params = json.loads(said["params"])
        if not said["templateId"] or not all(isinstance(one, str) and one for one in params):
            wrong.append("template")
    text = "".join(said[name] for name in fields)
    if said["mac"] != hashlib.md5(text.encode("utf-8")).hexdigest():
        wrong.append("mac")
    return wrong
