"""Requests to the Bot API over one aiohttp session, in place of python-telegram-bot's httpx."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any

import aiohttp
import orjson
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter
from yarl import URL

from bot.channels.telegram.json import read_json
from bot.channels.telegram.rate_limit import RateLimitPause
from survey_flows.errors import Misuse

TRIES = 3
CONNECTIONS = 64
READ_SECONDS = 8.0
KEEP_ALIVE_SECONDS = 60.0
LONGEST_PAUSE = 20.0
"""The longest pause of a 429 that a call waits for, in seconds; else calls fail at once."""
TOO_MANY = 429
HTTP_ERROR = 400
JSON = {"Content-Type": "application/json"}


@lru_cache(maxsize=256)
def _parsed(url: str) -> URL:
    return URL(url)


class RateLimited(TelegramError):
    """Telegram refuses all calls for now.

    The library's own error for this warns that it will change.
    """

    def __init__(self) -> None:
        super().__init__("Telegram wants to hear nothing for now")


class TelegramRequest(BaseRequest):
    """One session for all calls. A 429 pauses every call until Telegram takes them again.

    A session that is not ``patient`` makes each call once and reports a 429 at once.
    ``reached`` says whether the last call got an answer, whatever that was.

    Telegram's addresses hold the bot's token, and aiohttp's errors hold addresses. So errors leave
    here with the name of their kind alone, and without a cause.
    """

    def __init__(self, base_url: str, pause: RateLimitPause, patient: bool = True) -> None:
        self._base_url = base_url
        self._patient = patient
        self.reached = True
        self._session: aiohttp.ClientSession | None = None
        self._pause = pause

    @property
    def read_timeout(self) -> float:
        """Seconds that a call may take, unless it names its own."""
        return READ_SECONDS

    async def initialize(self) -> None:
        """Open the session; a second call does nothing."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE_SECONDS
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=JSON,
                skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
            )

    async def shutdown(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(self, method: str, params: dict[str, Any], seconds: float = READ_SECONDS) -> Any:
        """Returns the result of one Bot API method as plain JSON.

        Raises:
            telegram.error.TelegramError: as python-telegram-bot's own methods do.
        """
        parameters = [RequestParameter(name, value, None) for name, value in params.items()]
        try:
            return await self.post(
                f"{self._base_url}/{method}", RequestData(parameters), read_timeout=seconds
            )
        except TelegramError:
            raise
        except Exception as error:
            # The library does not check the shape of answers.
            raise NetworkError(
                f"Telegram's answer cannot be read ({type(error).__name__})"
            ) from None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002  (its signature)
        connect_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002  (its signature)
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002  (its signature)
    ) -> tuple[int, bytes]:
        """Status and body of one call; python-telegram-bot calls this."""
        if method != "POST" or (request_data is not None and request_data.contains_files):
            raise Misuse("this channel sends and fetches no files")
        payload = orjson.dumps(request_data.parameters if request_data is not None else {})
        seconds = float(read_timeout) if isinstance(read_timeout, int | float) else READ_SECONDS
        for _ in range(TRIES if self._patient else 1):
            await self._sit_out_a_pause()
            code, body = await self._send(url, payload, seconds)
            if code != TOO_MANY:
                _require_telegrams_own(code, body)
                return code, body
            await self._pause.begin(_retry_after(body))
        raise RateLimited

    async def _send(self, url: str, payload: bytes, seconds: float) -> tuple[int, bytes]:
        if self._session is None:
            raise NetworkError("the connection to Telegram is closed")
        try:
            limit = aiohttp.ClientTimeout(seconds)
            # A redirect would take the token elsewhere.
            async with self._session.post(
                _parsed(url), data=payload, timeout=limit, allow_redirects=False
            ) as response:
                body = await response.read()
        except TimeoutError:
            self.reached = False
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            self.reached = False
            raise NetworkError(f"Telegram cannot be reached ({type(error).__name__})") from None
        self.reached = True
        return response.status, body

    async def _sit_out_a_pause(self) -> None:
        while left := self._pause.seconds_left:
            if left > LONGEST_PAUSE or not self._patient:
                raise RateLimited
            await asyncio.sleep(left)

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """Returns the answer as JSON; the library's own method would log a body that is none."""
        try:
            return read_json(payload)
        except ValueError:
            raise TelegramError("Telegram's answer is not JSON") from None


def _retry_after(body: bytes) -> float:
    try:
        return float(orjson.loads(body)["parameters"]["retry_after"])
    except (ValueError, KeyError, TypeError):
        return 1.0


def _require_telegrams_own(code: int, body: bytes) -> None:
    """Raises `NetworkError` unless a refusal is Telegram's own.

    A proxy's 403 does not say that a citizen has blocked the bot.
    """
    if code < HTTP_ERROR:
        return
    try:
        answer = orjson.loads(body)
    except ValueError:
        answer = None
    if not (
        isinstance(answer, dict) and answer.get("ok") is False and answer.get("error_code") == code
    ):
        raise NetworkError(f"something else than Telegram answered {code}")
