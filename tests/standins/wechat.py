"""WeChat's subscription notices (bizsend) and stable token, as their pages describe them."""

from __future__ import annotations

import json
import re
from typing import Any

from aiohttp import web

PATH = "/cgi-bin/stable_token"
TOKEN = {"access_token": "W" * 512, "expires_in": 7200}
LIMITS = {"thing": 20, "character_string": 32, "phrase": 5}


def check(request: web.Request, body: bytes) -> list[str]:
    said: dict[str, Any] = json.loads(body)
    wrong = [] if request.method == "POST" else [request.method]
    if request.path == PATH:
        right = {"grant_type": "client_credential", "appid": "wx-test", "secret": "secret-of-wx"}
        # With force_refresh the token of every other program of the account would end.
        return wrong + ([] if said == right and not request.query else ["token"])
    if request.path != "/cgi-bin/message/subscribe/bizsend":
        return [*wrong, request.path]
    if dict(request.query) != {"access_token": TOKEN["access_token"]}:
        wrong.append("access_token")
    if set(said) != {"touser", "template_id", "page", "data"}:
        return [*wrong, "shape"]
    if not re.fullmatch(r"[\w-]{28}", said["touser"]) or not re.fullmatch(
        r"[\w-]{43}", said["template_id"]
    ):
        wrong.append("touser, template_id")
    if not re.fullmatch(r"https://[^\s]+", said["page"]):
        wrong.append("page")
    for name, field in said["data"].items():
        kind = re.fullmatch(r"([a-z_]+)\d+", name)
        fits = kind and set(field) == {"value"} and 0 < len(field["value"]) <= LIMITS[kind[1]]
        if not fits or "\n" in field["value"] or "{" in field["value"]:
            wrong.append(name)
    return wrong + ([] if said["data"] else ["data"])
