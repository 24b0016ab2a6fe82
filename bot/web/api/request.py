"""What each request of a program begins with: whose token is it, is it good for this, does it ask for what there is."""

from __future__ import annotations

import importlib
import logging
import re
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from bot.accounts.api_tokens import ApiToken, find_token
from bot.accounts.audit_log import DONE, FAILED, REFUSED, AuditRecord, append_record
from bot.campaigns.lifecycle import CampaignSummary, show_campaign
from bot.service.composition import Service
from bot.web.api import models as api_models
from bot.web.api.operation import Operation
from bot.web.api.rate_limit import seconds_to_wait
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.caching import etag_of, not_modified_or
from bot.web.shared.middleware import is_over_limit
from bot.web.shared.problems import problem
from survey_flows.errors import BadInput

log = logging.getLogger(__name__)
MOST_BYTES = 256 * 1024
MOST_WRONG = 60
"""Requests without a good token from one address in an hour."""
ROLE = "token"
KEY = re.compile(r"[\x21-\x7e]{8,64}")
PARTS = {
    "campaign": (
        re.compile(r"[a-z0-9][a-z0-9-]{0,31}"),
        "a campaign's name has 1 to 32 characters: a–z, 0–9 and -",
    ),
    "year": (re.compile(r"(19[9][0-9]|2[0-9]{3})"), "a year is a number from 1990 to 2999"),
}
T = TypeVar("T")


class RequestRefused(Exception):
    """A request is not met, for a reason that its sender is told."""

    def __init__(self, status: int, detail: str, where: str = "", **headers: str) -> None:
        super().__init__(detail)
        self.status, self.detail, self.where, self.headers = status, detail, where, headers

    def response(self) -> web.Response:
        """The problem that is answered."""
        response = problem(self.status, self.detail, self.where)
        response.headers.update(
            {name.replace("_", "-"): value for name, value in self.headers.items()}
        )
        return response


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One request of a program whose token is good for it; ``query`` and ``body`` are models as they were asked for."""

    request: web.Request
    service: Service
    token: ApiToken
    query: Any
    body: Any
    raw: bytes

    def path_param(self, name: str) -> str:
        """A part of the path."""
        return self.request.match_info[name]

    def may(self, scope: str) -> bool:
        """Whether the token is good for this, too."""
        return scope in self.token.scopes

    async def summary(self) -> CampaignSummary:
        """The campaign that the path names."""
        try:
            return await show_campaign(self.service.database, self.path_param("campaign"))
        except BadInput as error:
            raise RequestRefused(404, error.what, error.where) from error

    def paged(self, rows: list[T]) -> tuple[list[T], str | None]:
        """The rows of the page that is asked for, and the address of the next."""
        page, limit = self.query.page, self.query.limit
        more = page * limit < len(rows)
        following = self.request.rel_url.update_query(page=str(page + 1), limit=str(limit))
        return rows[(page - 1) * limit : page * limit], str(following) if more else None

    def response(self, model: BaseModel, status: int = 200) -> web.Response:
        """The answer; one that was sent before, and is still the same, is not sent again."""
        body = model.model_dump_json(by_alias=True).encode()
        if self.request.method != "GET":
            return web.Response(body=body, status=status, content_type="application/json")
        return not_modified_or(
            self.request,
            etag_of(body),
            lambda: web.Response(body=body, content_type="application/json"),
        )


async def answer(request: web.Request, operation: Operation) -> web.StreamResponse:
    """Meet a request, or say in one sentence why not; what changes something is noted either way."""
    token: ApiToken | None = None
    outcome = FAILED
    try:
        token = await _token(request)
        _check_scope(token, operation)
        await _spare(request, token)
        handler: Callable[[ApiCall], Awaitable[web.StreamResponse]] = _handler(operation)
        response = await handler(await _call(request, operation, token))
        outcome = DONE
    except RequestRefused as refusal:
        response, outcome = refusal.response(), REFUSED
    except BadInput as error:
        response, outcome = problem(409, error.what, error.where), REFUSED
    except (OperationalError, RedisError):
        response = problem(503)
    except web.HTTPException:
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error(
            "the interface failed: %s at %s:%s", type(error).__name__, place.name, place.lineno
        )
        response = problem(500)
    if token is not None and operation.method != "GET":
        await _note(request, operation, token, outcome)
    return response


def _handler(operation: Operation) -> Any:
    module, _, name = operation.does.rpartition(".")
    return getattr(importlib.import_module(f"bot.web.{module}"), name)


async def _token(request: web.Request) -> ApiToken:
    service, kind, given = request.app[SERVICE], *_authorization(request)
    found = None
    if kind.lower() == "bearer":
        found = await find_token(service.database, given, service.clock, service.settings.timezone)
    if found is not None:
        return found
    if await is_over_limit(request, "api", MOST_WRONG):
        raise RequestRefused(
            429, "too many requests without a good token came from this address", Retry_After="3600"
        )
    raise RequestRefused(
        401,
        "send a token that is good: the header Authorization: Bearer minping_…",
        "Authorization",
        WWW_Authenticate='Bearer realm="minping"',
    )


def _authorization(request: web.Request) -> tuple[str, str]:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    return kind, given.strip()


def _check_scope(token: ApiToken, operation: Operation) -> None:
    if operation.scope and operation.scope not in token.scopes:
        raise RequestRefused(403, f"this token is not good for {operation.scope}", "Authorization")


async def _spare(request: web.Request, token: ApiToken) -> None:
    service = request.app[SERVICE]
    wait = await seconds_to_wait(service.redis, token.name, service.settings.api_rate)
    if wait:
        raise RequestRefused(
            429, f"this token asks too often; wait {wait} s", Retry_After=str(wait)
        )


async def _call(request: web.Request, operation: Operation, token: ApiToken) -> ApiCall:
    _check_path(request)
    raw = await _read(request)
    query = _query(request, operation.query)
    body = _body(request, raw, operation.body)
    return ApiCall(request, request.app[SERVICE], token, query, body, raw)


def _check_path(request: web.Request) -> None:
    for name, value in request.match_info.items():
        shape, sentence = PARTS[name]
        if not shape.fullmatch(value):
            raise RequestRefused(400, sentence, name)


async def _read(request: web.Request) -> bytes:
    if request.method == "GET":
        return b""
    try:
        return await request.clone(client_max_size=MOST_BYTES).read()
    except web.HTTPRequestEntityTooLarge:
        raise RequestRefused(413, f"the body is larger than {MOST_BYTES} bytes") from None


def _query(request: web.Request, model: str) -> Any:
    given = request.query
    twice = sorted({name for name in given if len(given.getall(name)) > 1})
    if twice:
        raise RequestRefused(400, "this parameter stands twice in the address", twice[0][:40])
    if not model:
        if given:
            raise RequestRefused(400, "there is no such parameter here", min(given)[:40])
        return None
    return _fitting(lambda: getattr(api_models, model).model_validate(dict(given)))


def _body(request: web.Request, raw: bytes, model: str) -> Any:
    if not model:
        if raw.strip():
            raise RequestRefused(
                400, "nothing but the address is asked for here; send no body", "body"
            )
        return None
    if request.content_type != "application/json":
        raise RequestRefused(415, "send the body as application/json", "Content-Type")
    return _fitting(lambda: getattr(api_models, model).model_validate_json(raw, strict=True))


def _fitting(read: Callable[[], T]) -> T:
    """What was sent, as its model; what is wrong is told without what was sent."""
    try:
        return read()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:120]
        message = str(first["msg"])
        raise RequestRefused(400, message[:1].lower() + message[1:], where or "body") from None


def idempotency_key(call: ApiCall) -> str:
    """The key by which a request that makes something is known when it comes again."""
    key = call.request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise RequestRefused(
            400,
            "send a header Idempotency-Key of 8 to 64 printable ASCII characters, another for each thing to be made",
            "Idempotency-Key",
        )
    return key


async def _note(request: web.Request, operation: Operation, token: ApiToken, outcome: str) -> None:
    what = " ".join(
        value for name, value in request.match_info.items() if PARTS[name][0].fullmatch(value)
    )
    act = AuditRecord(
        f"api:{token.name}", ROLE, f"{operation.method} {operation.full_path}", what, outcome
    )
    service = request.app[SERVICE]
    await append_record(service.database, act, service.clock)
