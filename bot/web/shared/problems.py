"""Errors for programs: problem details as RFC 9457 has them."""

from __future__ import annotations

import json
from http import HTTPStatus

from aiohttp import web

KIND = "application/problem+json"
PREFIX = "/api/v1"
SENTENCES = {
    404: "there is nothing at this address; /api/v1/openapi.json lists what there is",
    405: "this address cannot be asked in this way; the header Allow says how",
    413: "the request is too large",
    500: "something went wrong here; nothing was told of it to anybody",
    503: "the service cannot reach its database just now; try again in a moment",
}


def is_for_programs(request: web.Request) -> bool:
    """Whether a program asks, which reads no page."""
    return request.path.startswith(f"{PREFIX}/")


def problem(status: int, detail: str = "", where: str = "") -> web.Response:
    """The answer that says why a request was not met."""
    title = HTTPStatus(status).phrase
    told = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail or SENTENCES.get(status, title),
    }
    body = json.dumps(told | {"where": where}, ensure_ascii=False)
    return web.Response(status=status, text=body, content_type=KIND)
