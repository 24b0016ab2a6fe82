"""Errors for programs: problem details after RFC 9457, with the place of the error as data."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from aiohttp import web

from survey_flows.errors import BadInput, Message
from survey_flows.messages import ENGLISH, catalogue, render

CONTENT_TYPE = "application/problem+json"
PREFIX = "/api/v1"
SENTENCES = {
    404: Message("web-no-such-address"),
    405: Message("web-method-not-allowed"),
    413: Message("web-request-too-large"),
    415: Message("web-body-compressed"),
    500: Message("web-failed"),
    503: Message("web-database-away"),
}
"""The details of errors that have none of their own, by status."""


def is_for_programs(request: web.Request) -> bool:
    """Returns whether the answer is for a program, which reads no page."""
    return request.path.startswith(f"{PREFIX}/")


def program_language(request: web.Request) -> str:
    """Returns the first language of Accept-Language that messages are worded in, else English."""
    for part in request.headers.get("Accept-Language", "").split(",")[:8]:
        base = part.split(";")[0].strip().split("-")[0].lower()
        for lang in catalogue().languages:
            if base and lang.split("-")[0].lower() == base:
                return lang
    return ENGLISH


def problem(request: web.Request, status: int, error: BadInput | None = None) -> web.Response:
    """Returns the answer that says why a request was not met.

    Its `detail` is one sentence, or a line for each problem when there are several; `place` has the
    parts of `survey_flows.messages.Place` that apply.
    """
    title, lang = HTTPStatus(status).phrase, program_language(request)
    details: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    details["detail"] = _detail(error, lang) if error else _usual_detail(status, lang)
    details["place"] = error.place.as_data() if error else {}
    body = json.dumps(details, ensure_ascii=False)
    response = web.Response(status=status, text=body, content_type=CONTENT_TYPE)
    response.headers["Content-Language"] = lang
    return response


def _detail(error: BadInput, lang: str) -> str:
    if len(error.problems) > 1:
        return error.render(lang)
    return render(error.message, lang)


def _usual_detail(status: int, lang: str) -> str:
    message = SENTENCES.get(status)
    return render(message, lang) if message else HTTPStatus(status).phrase
