"""Feishu's im/v1/messages, as its pages describe it."""

from __future__ import annotations

import json
import re

from aiohttp import web

PATH = "/open-apis/auth/v3/tenant_access_token/internal"
TOKEN = {"code": 0, "msg": "ok", "tenant_access_token": "t-" + "B" * 40, "expire": 7200}


def check(request: web.Request, body: bytes) -> list[str]:
    said = json.loads(body)
    if request.path == PATH:
        return [] if said == {"app_id": "cli-test", "app_secret": "secret-of-app"} else ["token"]
    wrong = [] if request.path == "/open-apis/im/v1/messages" else [request.path]
    if dict(request.query) != {"receive_id_type": "user_id"}:
        wrong.append("receive_id_type")
    if request.headers.get("Authorization") != f"Bearer {TOKEN['tenant_access_token']}":
        wrong.append("Authorization")
    if set(said) != {"receive_id", "msg_type", "content", "uuid"} or said["msg_type"] != "text":
        wrong.append("shape")
    if set(json.loads(said["content"])) != {"text"} or len(said["content"].encode()) > 150_000:
        wrong.append("content")
    return wrong + ([] if re.fullmatch(r"\w{1,64}", said["receive_id"]) else ["receive_id"])
