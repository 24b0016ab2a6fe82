"""HTTP caching by entity tags (RFC 9110, section 13)."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from aiohttp import web


def etag_of(*parts: bytes) -> str:
    """Returns the entity tag of an answer that is made from these bytes."""
    return f'"{sha256(b"|".join(parts)).hexdigest()[:32]}"'


def not_modified_or(
    request: web.Request, tag: str, made: Callable[[], web.Response]
) -> web.Response:
    """Returns the answer with its tag, or 304 when the client has this version."""
    response = web.Response(status=304) if matches_etag(request, tag) else made()
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def matches_etag(request: web.Request, tag: str) -> bool:
    """Returns whether the client has this version."""
    return bool(tag) and tag in [
        part.strip().removeprefix("W/")
        for part in request.headers.get("If-None-Match", "").split(",")
    ]
