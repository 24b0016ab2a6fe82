"""WeCom's message/send, as its pages describe it."""

from __future__ import annotations

import json
import re

from aiohttp import web

FIELDS = {"touser", "msgtype", "agentid", "text", "enable_duplicate_check"}
TOKEN = {"errcode": 0, "errmsg": "ok", "access_token": "T" * 64, "expires_in": 7200}
LINK = re.compile(r'<a href="https://[^"<>]+">[^<>]+</a>')


def check(request: web.Request, body: bytes) -> list[str]:
    if request.path == "/cgi-bin/gettoken":
        given = dict(request.query)
        right = {"corpid": "ww-test", "corpsecret": "secret-of-corp"}
        return [] if (request.method, given) == ("GET", right) else ["gettoken"]
    wrong = [] if request.path == "/cgi-bin/message/send" else [request.path]
    if dict(request.query) != {"access_token": TOKEN["access_token"]}:
        wrong.append("access_token")
    said = json.loads(body)
    if set(said) != FIELDS or said["msgtype"] != "text" or not isinstance(said["agentid"], int):
        wrong.append("shape")
    text = said["text"]["content"]
    if not text or len(text.encode()) > 2048 or len(LINK.findall(text)) != 2:
        wrong.append("content")
    return wrong + ([] if re.fullmatch(r"[A-Za-z0-9][\w.@-]{0,63}", said["touser"]) else ["touser"])
