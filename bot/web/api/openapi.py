"""The OpenAPI document of the interface, made from the operations and their models."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.accounts.api_tokens import SCOPES
from bot.web.api.call import IDEMPOTENCY_KEY
from bot.web.api.models import ProblemDetails
from bot.web.api.operation import FILES, VERSION, Operation
from bot.web.api.operation_table import OPERATIONS
from bot.web.api.request import PATH_PARAMETERS
from bot.web.shared.caching import etag_of, not_modified_or
from bot.web.shared.lazy_routes import loaded, name_of
from bot.web.shared.problems import CONTENT_TYPE
from bot.web.shared.templates import render

JSON = "application/json"
SCHEMA = "#/components/schemas/{model}"
MEANINGS = {
    400: "The request does not have the form that is described here",
    401: "No token, or none that is good now",
    403: "The token lacks the scope",
    404: "There is no such thing",
    409: "It is not in a state for this",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "The request has the right form, and what it says cannot be",
    429: "Too many requests; Retry-After says how many seconds to wait",
    503: "The database cannot be reached",
}
ALWAYS = (401, 429, 503)
INTRODUCTION = (
    "Campaigns, results and files of Minping 民评 for other programs of the city. "
    "Send a token with each request: `Authorization: Bearer minping_…`. "
    "An administrator makes tokens at /admin/tokens or by `minping token add`. "
    "Times are in UTC, figures are exact decimals in strings, "
    "and `null` stands for a count that is suppressed because few people stand behind it. "
    "Errors are problem details (RFC 9457) with the place of the error as data, "
    "in the language of Accept-Language (en or zh); nothing is stored then."
)


@cache
def document() -> dict[str, Any]:
    """Returns the whole document, OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.full_path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Minping 民评", "version": VERSION, "description": INTRODUCTION},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "tags": [
            {"name": name} for name in dict.fromkeys(_tag(operation) for operation in OPERATIONS)
        ],
    }


def written() -> bytes:
    """Returns the document as it is served and printed."""
    return json.dumps(document(), ensure_ascii=False, indent=1).encode() + b"\n"


def _schemas() -> dict[str, Any]:
    bodies = {loaded(operation.body) for operation in OPERATIONS} - {None}
    answers = {loaded(operation.answer) for operation in OPERATIONS} - {None} | {ProblemDetails}
    models = [(model, "validation") for model in sorted(bodies, key=_name)]
    models += [(model, "serialization") for model in sorted(answers, key=_name)]
    _, found = models_json_schema(models, ref_template=SCHEMA)  # type: ignore[arg-type]
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def _name(model: type[BaseModel] | None) -> str:
    return model.__name__ if model else ""


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": SCHEMA.format(model=loaded(model).__name__)}


def _tag(operation: Operation) -> str:
    return operation.path.split("/")[1]


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [_tag(operation)],
        "description": f"Needs {operation.scope}." if operation.scope else "Any token will do.",
        "security": [{"token": []}],
        "parameters": list(_parameters(operation)),
        "responses": dict(sorted(_responses(operation).items())),
    }
    if operation.body:
        content = {JSON: {"schema": _reference(operation.body)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(operation: Operation) -> Iterable[dict[str, Any]]:
    for name, (form, message) in PATH_PARAMETERS.items():
        if f"{{{name}}}" in operation.path:
            schema = {"type": "string", "pattern": f"^{form.pattern}$"}
            yield {
                "name": name,
                "in": "path",
                "required": True,
                "description": str(message),
                "schema": schema,
            }
    if operation.query:
        fields = loaded(operation.query).model_json_schema()["properties"]
        for name, schema in fields.items():
            yield {"name": name, "in": "query", "required": False, "schema": _plain(schema)}
    if operation.repeats:
        described = (
            "another for each thing to be made; "
            "the same once more makes nothing and is answered as before"
        )
        schema = {"type": "string", "pattern": f"^{IDEMPOTENCY_KEY.pattern}$"}
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "description": described,
            "schema": schema,
        }


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Returns a parameter's schema without null: a parameter is left out instead."""
    choices = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    rest = {
        name: value
        for name, value in schema.items()
        if name not in ("anyOf", "title") and value is not None
    }
    return rest | (choices[0] if choices else {})


def _responses(operation: Operation) -> dict[str, Any]:
    found = {str(status): _problem(status) for status in _statuses(operation)}
    found[str(operation.status)] = {"description": "Done", "content": _content(operation)}
    if operation.status == 201:
        found["200" if operation.method == "PUT" else "201"] = {
            "description": "Made",
            "content": _content(operation),
        }
    if operation.method == "GET":
        tag = {
            "description": "changes with the answer; send it as If-None-Match",
            "schema": {"type": "string"},
        }
        found[str(operation.status)]["headers"] = {"ETag": tag}
        found["304"] = {"description": "What you have is what there is"}
    return found


def _statuses(operation: Operation) -> set[int]:
    found = {*ALWAYS, *operation.refuses, 400}
    if operation.scope:
        found.add(403)
    if operation.method != "GET":
        # A body's texts may hide characters, whatever the operation asks for.
        found |= {413, 415, 422} if operation.body else {413}
    return found


def _problem(status: int) -> dict[str, Any]:
    schema = _reference(ProblemDetails)
    described: dict[str, Any] = {
        "description": MEANINGS[status],
        "content": {CONTENT_TYPE: {"schema": schema}},
    }
    if status == 429:
        described["headers"] = {"Retry-After": {"required": True, "schema": {"type": "integer"}}}
    if status == 401:
        described["headers"] = {
            "WWW-Authenticate": {"required": True, "schema": {"type": "string"}}
        }
    return described


def _content(operation: Operation) -> dict[str, Any]:
    if operation.answer:
        return {JSON: {"schema": _reference(operation.answer)}}
    kind = FILES[operation.path.rpartition(".")[2]]
    return {kind: {"schema": {"type": "string", "format": "binary"}}}


async def send_document(request: web.Request) -> web.Response:
    """Answers with the document; anybody may read it, for it has addresses and no data."""
    body = written()
    return not_modified_or(
        request, etag_of(body), lambda: web.Response(body=body, content_type=JSON)
    )


async def show_document(request: web.Request) -> web.Response:
    """Answers with the document as a page."""
    described = document()
    tags: dict[str, list[tuple[Operation, dict[str, Any]]]] = {}
    for operation in OPERATIONS:
        details = described["paths"][operation.full_path][operation.method.lower()]
        tags.setdefault(_tag(operation), []).append((operation, details))
    schemas = described["components"]["schemas"]
    return render(
        request,
        "api.html",
        tags=tags,
        schemas=schemas,
        scopes=SCOPES,
        version=VERSION,
        shape=shape,
        name_of=name_of,
    )


def shape(schema: dict[str, Any]) -> str:
    """Returns the type of a field in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(shape(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if schema.get("type") == "array":
        return f"[{shape(schema['items'])}]"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"{{string: {shape(schema['additionalProperties'])}}}"
    return str(schema.get("format") or schema.get("type") or "any")
