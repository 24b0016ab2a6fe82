"""Requests to providers. Addresses and secrets are not logged, nor is any URL: some name them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
from yarl import URL

from bot.fieldwork.outreach.messenger import Account, Answer, DeliveryOutcome

JSON = {"Content-Type": "application/json; charset=utf-8"}
SECONDS = 20.0
"""Seconds after which a provider that has not answered is not waited for."""
MOST_BYTES = 100_000
"""Bytes of the longest answer that is read."""
PAUSE = 60.0
"""Seconds of silence of an account that is asked too often and is not told for how long."""


@dataclass(frozen=True, slots=True)
class Response:
    """A provider's answer: its status, and the JSON that it holds, None if it holds none.

    Status 0 is that of no answer.
    """

    status: int
    said: Any = None
    retry_after: str = ""


NO_ANSWER = Response(0)


class HttpCaller:
    """Calls one provider over HTTPS. Enter it before the first call.

    Args:
        account: what is declared to the sender.
        hook: the secret part of our address for receipts.
        tls_pin: SHA-256 of the certificate that is trusted alone; empty for the system's.
    """

    pause_seconds = 0.0

    def __init__(self, account: Account, hook: str = "", tls_pin: str = "") -> None:
        self.account = account
        self.hook = hook
        self._pin = bytes.fromhex(tls_pin)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=SECONDS), cookie_jar=aiohttp.DummyCookieJar()
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Response:
        """Post a request; `NO_ANSWER` if none came."""
        return await self._call("POST", url, body, headers)

    async def get(self, url: str) -> Response:
        """Get an answer; `NO_ANSWER` if none came."""
        return await self._call("GET", url, None, {})

    async def _call(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Response:
        if self._session is None:
            raise RuntimeError("the messenger was not entered")
        ssl: Any = aiohttp.Fingerprint(self._pin) if self._pin else True
        where = URL(url, encoded=True)
        try:
            async with self._session.request(
                method, where, data=body, headers=headers, ssl=ssl, allow_redirects=False
            ) as response:
                data = await read_answer(response)
                after = response.headers.get("Retry-After", "")
                return Response(response.status, parse_json(data), after)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return NO_ANSWER


async def read_answer(response: aiohttp.ClientResponse) -> bytes:
    """Return an answer to its end; of a longer one than `MOST_BYTES` what comes first."""
    data = bytearray()
    async for chunk in response.content.iter_any():
        data += chunk
        if len(data) > MOST_BYTES:
            break
    return bytes(data)


def parse_json(data: bytes) -> Any:
    """Return the JSON in these bytes, or None."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def answer_by_status(response: Response) -> Answer | None:
    """Return what an answer's status alone says; None where the body has to tell."""
    if response.status in (NO_ANSWER.status, 408) or response.status >= 500:
        return Answer(DeliveryOutcome.LATER)
    if response.status == 429:
        after = response.retry_after
        seconds = float(after) if after.isascii() and after.isdigit() else PAUSE
        return Answer(DeliveryOutcome.SILENCE, seconds=seconds, reason="http 429")
    if 300 <= response.status < 500 and response.said is None:
        return Answer(DeliveryOutcome.REFUSED, reason=f"http {response.status}")
    return None


def at_path(said: Any, path: str) -> Any:
    """Return what stands at a path such as ``data.0.code``; None if nothing does."""
    for part in path.split(".") if path else ():
        if isinstance(said, dict):
            said = said.get(part)
        elif isinstance(said, list) and part.isdigit() and int(part) < len(said):
            said = said[int(part)]
        else:
            return None
    return said


def text_at(said: Any, path: str) -> str:
    """Return the text or number at a path as text; empty for anything else."""
    found = at_path(said, path)
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, str | int) else ""
