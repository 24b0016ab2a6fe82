"""DingTalk's work notices, as its pages describe them."""

from __future__ import annotations

import json
import re
from typing import Any

from aiohttp import web

PATH = "/gettoken"
RESULT = "/topapi/message/corpconversation/getsendresult"
TOKEN = {"errcode": 0, "errmsg": "ok", "access_token": "D" * 32, "expires_in": 7200}
AGENT, TASK = 836390886, 256271667526
LISTS = ("invalid", "forbidden", "failed", "read", "unread")
MOST_BYTES = 2048


def result(**names: list[str]) -> dict[str, Any]:
    """The result of a task: people by what became of their notice."""
    said: dict[str, Any] = {f"{one}_user_id_list": names.get(one, []) for one in LISTS}
    said |= {"invalid_dept_id_list": [], "forbidden_list": []}
    return {"errcode": 0, "errmsg": "ok", "request_id": "r", "send_result": said}


def check(request: web.Request, body: bytes) -> list[str]:
    if request.path == PATH:
        right = {"appkey": "ding-test", "appsecret": "secret-of-ding"}
        return [] if (request.method, dict(request.query)) == ("GET", right) else ["gettoken"]
    wrong = [] if request.method == "POST" else [request.method]
    if dict(request.query) != {"access_token": TOKEN["access_token"]}:
        wrong.append("access_token")
    if not request.headers.get("Content-Type", "").startswith("application/json"):
        wrong.append("Content-Type")
    said = json.loads(body)
    if request.path == RESULT:
        return wrong + ([] if said == {"agent_id": AGENT, "task_id": TASK} else ["result"])
    if request.path != "/topapi/message/corpconversation/asyncsend_v2":
        return [*wrong, request.path]
    if set(said) != {"agent_id", "userid_list", "msg"} or said["agent_id"] != AGENT:
        return [*wrong, "shape"]
    content = said["msg"].get("text", {}).get("content", "")
    if said["msg"] != {"msgtype": "text", "text": {"content": content}} or not content:
        wrong.append("msg")
    if len(json.dumps(said["msg"], ensure_ascii=False).encode()) > MOST_BYTES:
        wrong.append("too long")
    if len(re.findall(r"https://\S+", content)) != 2:
        wrong.append("links")
    return wrong + ([] if re.fullmatch(r"[\w.@-]{1,64}", said["userid_list"]) else ["userid_list"])
