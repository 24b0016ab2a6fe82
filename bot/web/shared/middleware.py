"""Middleware of every page: security headers, the same-origin rule, limits, pages of errors."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import traceback
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import BodyPartReader, MultipartReader, web, web_request
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDictProxy
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.conversations.conductor import Unavailable
from bot.core.events import REQUEST, event, fault
from bot.core.settings import Settings
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.problems import is_for_programs, problem
from bot.web.shared.templates import render

log = logging.getLogger(__name__)


class FormPart(BodyPartReader):
    """A part of a form, whose text is UTF-8 whatever it says: browsers send no other to our pages.

    Of the encodings that Python knows, punycode takes minutes for two megabytes.
    """

    def get_charset(self, default: str) -> str:
        """Returns the encoding of a part's text."""
        return default


class FormWithFiles(MultipartReader):
    """A form with files. It begins with its boundary, as all browsers send it.

    Lines before the first boundary would be read one by one: eight million take seconds.
    """

    part_reader_cls = FormPart

    async def _read_until_first_boundary(self) -> None:
        line = (await self._readline()).rstrip()
        if line not in (self._boundary, self._boundary + b"--"):
            raise ValueError("something stands before the first boundary")
        self._at_eof = line != self._boundary


web_request.MultipartReader = FormWithFiles  # type: ignore[attr-defined]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Form = MultiDictProxy[str | bytes | bytearray | web.FileField]

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    # Not no-referrer: then browsers send «Origin: null» with our own forms, and `is_cross_origin`
    # could not tell them from forms of other sites.
    "Referrer-Policy": "same-origin",
    # A phone may be shared: neither «Back» nor a proxy may show a page again.
    "Cache-Control": "no-store",
}
SECURE_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HOUR = 3600
PATIENCE = 0.25
"""Seconds that Redis may leave a page waiting."""
STATUSES_WITH_PAGES = frozenset({403, 404, 405, 413, 415, 429})


def is_secure(settings: Settings) -> bool:
    """Returns whether browsers reach the service by https, so that cookies may insist on it."""
    return settings.public_url.startswith("https://")


def security_headers(settings: Settings) -> Callable[..., Awaitable[None]]:
    """Returns a signal handler that adds the headers that a response has not set itself."""
    wanted = HEADERS | (SECURE_HEADERS if is_secure(settings) else {})

    async def add(_request: web.Request, response: web.StreamResponse) -> None:
        for name, value in wanted.items():
            response.headers.setdefault(name, value)
        response.headers["Server"] = "minping"

    return add


@web.middleware
async def error_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns errors into pages that a person can read; a failure is logged without the request."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return with_allowed_methods(error_page(request, error.status), error)
    except (Unavailable, RedisError):
        return error_page(request, 503)
    except Exception as error:
        if isinstance(error, ConnectionError) and is_gone(request):
            # It left, or was too slow, amid its body: no fault of ours, and nobody reads the page.
            return error_page(request, 400)
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error(
            "a page failed: %s at %s:%s",
            type(error).__name__,
            place.name,
            place.lineno,
            extra=event("page_failed", at=f"{place.name}:{place.lineno}", **fault(error)),
        )
        return error_page(request, 500)


@web.middleware
async def refuse_encodings(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses a compressed body unopened: 0.3 MB of it may be gigabytes, and no browser sends it.

    Raises:
        aiohttp.web.HTTPUnsupportedMediaType: a Content-Encoding other than identity.
    """
    encodings = request.headers.getall("Content-Encoding", [])
    if any(name.strip().lower() not in ("identity", "") for name in ",".join(encodings).split(",")):
        raise web.HTTPUnsupportedMediaType
    return await handler(request)


def is_gone(request: web.Request) -> bool:
    """Returns whether the client's connection is closed."""
    return request.transport is None or request.transport.is_closing()


def with_allowed_methods(response: web.Response, error: web.HTTPException) -> web.Response:
    """Adds the header Allow to an answer about a wrong method."""
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def error_page(request: web.Request, status: int) -> web.Response:
    """Returns the page of an error; problem details where a program asks."""
    if is_for_programs(request):
        return problem(request, status)
    known = (
        status if status in STATUSES_WITH_PAGES or status == 503 else 400 if status < 500 else 500
    )
    number = str(REQUEST.get() or "") if status >= 500 else ""
    response = render(request, "error.html", status=status, error=str(known), number=number)
    if status in (429, 503):
        response.headers["Retry-After"] = "3600" if status == 429 else "10"
    return response


def is_cross_origin(request: web.Request, settings: Settings) -> bool:
    """Returns whether another site, or no browser at all, sent this form."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    sent_by = request.headers.get("Origin") or request.headers.get("Referer", "")
    own = {request.host.lower(), urlsplit(settings.public_url).netloc.lower()} - {""}
    try:
        return urlsplit(sent_by).netloc.lower() not in own
    except ValueError:
        return True  # «http://[» and the like are nobody's address


def says_no_origin(request: web.Request) -> bool:
    """Returns whether a browser does not say where a form came from, as old ones in apps do."""
    return not any(name in request.headers for name in ("Sec-Fetch-Site", "Origin", "Referer"))


async def read_form(
    request: web.Request, max_bytes: int, *, unsaid: bool = False, files: bool = False
) -> Form:
    """Returns the form that a page of ours sent; what it may not be is refused unread.

    Args:
        request: the request.
        max_bytes: the most bytes of its body.
        unsaid: the caller itself checks forms whose browser does not say where they came from.
        files: whether a form of the caller's pages has a file.

    Raises:
        aiohttp.web.HTTPForbidden: sent from another site.
        aiohttp.web.HTTPBadRequest: no form, or in another encoding than UTF-8.
        aiohttp.web.HTTPRequestEntityTooLarge: more than ``max_bytes``.
        aiohttp.web.HTTPLengthRequired: a form with files does not say how long it is.
        aiohttp.web.HTTPUnsupportedMediaType: written as forms with files are, where none is.
    """
    trusted = unsaid and says_no_origin(request)
    if not trusted and is_cross_origin(request, request.app[SERVICE].settings):
        raise web.HTTPForbidden
    if (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise web.HTTPBadRequest  # as in `FormPart`
    size = request.content_length
    if size is not None and size > max_bytes:
        raise web.HTTPRequestEntityTooLarge(max_bytes, size)
    if request.content_type.startswith("multipart/"):
        if not files:
            raise web.HTTPUnsupportedMediaType
        if size is None:
            raise web.HTTPLengthRequired
    try:
        return await request.clone(client_max_size=max_bytes).post()
    # Not a form, in no known encoding, or with parts that are encoded or headed as none can be.
    except (ValueError, LookupError, RuntimeError, HttpProcessingError) as error:
        raise web.HTTPBadRequest from error


def close_files(form: Form) -> None:
    """Closes the uploaded files of a form."""
    for value in form.values():
        if isinstance(value, web.FileField):
            value.file.close()


def client_address(request: web.Request, settings: Settings) -> str:
    """Returns the client's address as the outermost trusted proxy saw it; of IPv6 the /64 network.

    A client has its whole IPv6 network, and could pass a limit by the next address.
    """
    return address_network(_address(request, settings))


def _address(request: web.Request, settings: Settings) -> str:
    if settings.trusted_proxies:
        seen = [
            part.strip()
            for part in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
        ]
        if len(seen) >= settings.trusted_proxies and seen[-settings.trusted_proxies]:
            return seen[-settings.trusted_proxies]
    return request.remote or ""


def address_network(address: str) -> str:
    """Returns an IPv4 address as it is, and of an IPv6 address its network of 64 bits."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address.encode("utf-8", "replace").decode()
    if known.version == 4:
        return str(known)
    return str(known.ipv4_mapped or ipaddress.IPv6Address(int(known) >> 64 << 64))


async def increment_counter(redis: Redis, key: str, seconds: int) -> int:
    """Adds one to a counter that expires ``seconds`` after its first count. Returns the number.

    Raises:
        redis.exceptions.RedisError: Redis is away.
    """
    async with redis.pipeline(transaction=True) as pipe:
        pipe.incr(key)
        pipe.expire(key, seconds, nx=True)
        return int((await pipe.execute())[0])


async def is_over_limit(request: web.Request, act: str, limit: int) -> bool:
    """Counts an act of this address. Returns whether it is over ``limit`` this hour.

    While Redis is away, the answer is no: a limit must not keep citizens out.
    """
    service = request.app[SERVICE]
    name = service.keys.passing_name("address", client_address(request, service.settings)).hex()
    try:
        async with asyncio.timeout(PATIENCE):
            return await increment_counter(service.redis, f"minping:web:{act}:{name}", HOUR) > limit
    except (RedisError, OSError):
        return False
