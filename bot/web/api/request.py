"""The pipeline of every API request: authenticate, authorise, rate-limit, validate, call, record.

A request passes the steps in this order, and the first that fails answers with a problem:

1. the token is one of ours, in force and not revoked (401; 429 after many wrong ones);
2. the token has the operation's scope (403);
3. the token has not used up its rate (429 with Retry-After);
4. path, query and body have the form of the models (400, 413, 415).

Only then does the handler run. Every request with a good token that is no GET stands in the audit
log with its outcome, whatever that is. No problem repeats what was sent.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from bot.accounts.api_tokens import ApiToken, find_token
from bot.accounts.audit_log import DONE, FAILED, REFUSED, AuditRecord, append_record
from bot.core.checked_input import refuse_forbidden
from bot.core.events import event, fault
from bot.web.api.call import ApiCall, RequestRefused
from bot.web.api.operation import Operation
from bot.web.api.rate_limit import seconds_to_wait
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.lazy_routes import loaded
from bot.web.shared.middleware import is_gone, is_over_limit
from bot.web.shared.problems import problem
from survey_flows.errors import BadInput, Message, Place

log = logging.getLogger(__name__)
MAX_BYTES = 256 * 1024
MAX_REFUSED_TOKENS = 60
"""Requests without a good token from one address in an hour."""
ROLE = "token"
PATH_PARAMETERS = {
    "campaign": (re.compile(r"[a-z0-9][a-z0-9-]{0,31}"), Message("api-campaign-name-form")),
    "appeal": (re.compile(r"[1-9][0-9]{0,8}"), Message("api-appeal-form")),
    "approval": (re.compile(r"[1-9][0-9]{0,8}"), Message("api-approval-form")),
    "year": (re.compile(r"(19[9][0-9]|2[0-9]{3})"), Message("api-year-form")),
}
"""The form of each part of a path, and the sentence for one that does not have it."""
OF_THE_FORM = ("missing", "extra_forbidden", "json_invalid", "string_type", "int_type")
"""Errors of a request's form, which have no sentence in the domain."""
T = TypeVar("T", bound=BaseModel)
M = TypeVar("M", bound=BaseModel)


async def answer(request: web.Request, operation: Operation) -> web.StreamResponse:
    """Answers a request by its operation, or by a problem; records it unless it only reads."""
    token: ApiToken | None = None
    outcome = FAILED
    response: web.StreamResponse
    try:
        token = await _authenticate(request)
        _authorise(token, operation)
        await _limit_rate(request, token)
        response = await loaded(operation.handler)(await _validate(request, operation, token))
        outcome = DONE
    except RequestRefused as refusal:
        response, outcome = refusal.response(request), REFUSED
    except BadInput as error:
        response, outcome = problem(request, 409, error), REFUSED
    except (OperationalError, RedisError):
        response = problem(request, 503)
    except web.HTTPException:
        raise
    except Exception as error:
        if isinstance(error, ConnectionError) and is_gone(request):
            raise
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error(
            "the interface failed: %s at %s:%s",
            type(error).__name__,
            place.name,
            place.lineno,
            extra=event(
                "page_failed", area="api", at=f"{place.name}:{place.lineno}", **fault(error)
            ),
        )
        response = problem(request, 500)
    if token is not None and operation.method != "GET":
        await _record(request, operation, token, outcome)
    return response


async def _authenticate(request: web.Request) -> ApiToken:
    service, kind, given = request.app[SERVICE], *_authorization(request)
    found = None
    if kind.lower() == "bearer":
        found = await find_token(service.roster, given, service.clock, service.settings.timezone)
    if found is not None:
        return found
    if await is_over_limit(request, "api", MAX_REFUSED_TOKENS):
        raise RequestRefused(429, Message("api-too-many-without-token"), Retry_After="3600")
    raise RequestRefused(
        401,
        Message("api-token-needed"),
        Place(field="Authorization"),
        WWW_Authenticate='Bearer realm="minping"',
    )


def _authorization(request: web.Request) -> tuple[str, str]:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    return kind, given.strip()


def _authorise(token: ApiToken, operation: Operation) -> None:
    if operation.scope and operation.scope not in token.scopes:
        raise RequestRefused(
            403,
            Message("api-scope-missing", scope=operation.scope),
            Place(field="Authorization"),
        )


async def _limit_rate(request: web.Request, token: ApiToken) -> None:
    service = request.app[SERVICE]
    wait = await seconds_to_wait(service.redis, token.name, service.settings.api_rate)
    if wait:
        raise RequestRefused(
            429, Message("api-token-too-often", seconds=wait), Retry_After=str(wait)
        )


async def _validate(request: web.Request, operation: Operation, token: ApiToken) -> ApiCall:
    _check_path(request)
    raw = await _read(request)
    query = _query(request, loaded(operation.query))
    body = _body(request, raw, loaded(operation.body))
    return ApiCall(request, request.app[SERVICE], token, query, body, raw)


def _check_path(request: web.Request) -> None:
    for name, value in request.match_info.items():
        form, message = PATH_PARAMETERS[name]
        if not form.fullmatch(value):
            raise RequestRefused(400, message, Place(field=name))


async def _read(request: web.Request) -> bytes:
    if request.method == "GET":
        return b""
    try:
        return await request.clone(client_max_size=MAX_BYTES).read()
    except web.HTTPRequestEntityTooLarge:
        raise RequestRefused(413, Message("api-body-too-large", bytes=MAX_BYTES)) from None


def _query(request: web.Request, model: type[BaseModel] | None) -> Any:
    given = request.query
    twice = sorted({name for name in given if len(given.getall(name)) > 1})
    if twice:
        raise RequestRefused(400, Message("api-parameter-twice"), Place(field=twice[0][:40]))
    if model is None:
        if given:
            raise RequestRefused(
                400, Message("api-no-such-parameter"), Place(field=min(given)[:40])
            )
        return None
    found = _validated(model, lambda: model.model_validate(dict(given)))
    return _without_hidden(found, 400)


def _body(request: web.Request, raw: bytes, model: type[BaseModel] | None) -> Any:
    if model is None:
        if raw.strip():
            raise RequestRefused(400, Message("api-no-body-here"), Place(field="body"))
        return None
    if request.content_type != "application/json":
        raise RequestRefused(415, Message("api-body-not-json"), Place(field="Content-Type"))
    found = _validated(model, lambda: model.model_validate_json(raw, strict=True))
    return _without_hidden(found, 422)  # the form, which the document tells, is right


def _validated(model: type[BaseModel], read: Callable[[], T]) -> T:
    try:
        return read()
    except ValidationError as error:
        # Without the input: a problem must not carry what was sent into logs of proxies.
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])[:120]
        known: Mapping[str, Message] = getattr(model, "problems", {})
        message = _message_of(first) if first["type"] in OF_THE_FORM else known.get(field)
        raise RequestRefused(
            400, message or _message_of(first), Place(field=field or "body")
        ) from None


def _without_hidden(found: M, status: int) -> M:
    """Returns what was read, refused with this status where a text hides characters."""
    try:
        refuse_forbidden(found.model_dump())
    except BadInput as error:
        raise RequestRefused(status, error.problems[0].message, error.problems[0].place) from None
    return found


def _message_of(error: ErrorDetails) -> Message:
    """Returns the sentence for one of pydantic's errors; its values are limits of the models."""
    limits = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return Message("api-field-missing")
        case "extra_forbidden":
            return Message("api-field-unknown")
        case "string_pattern_mismatch":
            return Message("api-field-pattern", pattern=str(limits["pattern"]))
        case "string_too_short" | "too_short":
            return Message("api-field-too-short", n=limits["min_length"])
        case "string_too_long" | "too_long":
            return Message("api-field-too-long", n=limits["max_length"])
        case "greater_than_equal":
            return Message("api-field-too-small", n=limits["ge"])
        case "less_than_equal":
            return Message("api-field-too-large", n=limits["le"])
        case "literal_error" | "enum":
            return Message("api-field-choices", choices=str(limits["expected"]))
        case "int_type" | "int_parsing" | "int_from_float":
            return Message("api-field-whole-number")
        case "string_type":
            return Message("api-field-text")
        case "bool_type" | "bool_parsing":
            return Message("api-field-true-or-false")
        case "timezone_aware" | "datetime_type" | "datetime_parsing" | "datetime_from_date_parsing":
            return Message("api-field-moment")
        case "json_invalid" if "recursion limit" in str(limits.get("error")):
            return Message("api-body-too-deep")
        case "json_invalid":
            return Message("api-body-broken-json")
    return Message("api-field-form")


async def _record(
    request: web.Request, operation: Operation, token: ApiToken, outcome: str
) -> None:
    about = " ".join(
        value
        for name, value in request.match_info.items()
        if PATH_PARAMETERS[name][0].fullmatch(value)
    )
    act = AuditRecord(
        f"api:{token.name}", ROLE, f"{operation.method} {operation.full_path}", about, outcome
    )
    service = request.app[SERVICE]
    await append_record(service.database, act, service.desk, service.clock)
