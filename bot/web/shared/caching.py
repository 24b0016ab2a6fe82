"""HTTP caching: entity tags, and the answer «not modified»."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from aiohttp import web


def etag_of(*parts: bytes) -> str:
    """An entity tag of what an answer is made from."""
    return f'"{sha256(b"|".join(parts)).hexdigest()[:32]}"'


def not_modified_or(
    request: web.Request, tag: str, made: Callable[[], web.Response]
) -> web.Response:
    """The answer with its tag, or that it is still the same."""
    response = web.Response(status=304) if matches_etag(request, tag) else made()
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def matches_etag(request: web.Request, tag: str) -> bool:
    """Whether whoever asks has this version."""
    return bool(tag) and tag in [
        part.strip().removeprefix("W/")
        for part in request.headers.get("If-None-Match", "").split(",")
    ]
