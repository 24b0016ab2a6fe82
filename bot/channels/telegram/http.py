"""Requests to the Bot API over one aiohttp session, in place of python-telegram-bot's httpx.

Answers to presses, of which there is one a tap, go by connections of their own (`quick_calls`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import aiohttp
import orjson
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter
from yarl import URL

from bot.channels.telegram.json import read_json
from bot.channels.telegram.quick_calls import NoAnswer, QuickCalls
from bot.channels.telegram.rate_limit import Limits, chat_scope, method_scope
from survey_flows.errors import Misuse

CONNECTIONS = 64
READ_SECONDS = 8.0
KEEP_ALIVE_SECONDS = 60.0
TOO_MANY = 429
HTTP_ERROR = 400
REPEATABLE = "answerCallbackQuery"
"""The method that does no harm when it is called twice."""
JSON = {"Content-Type": "application/json"}


@lru_cache(maxsize=256)
def _parsed(url: str) -> URL:
    return URL(url)


_chat: ContextVar[int | str] = ContextVar("chat", default=0)
"""The chat of the present call, whose limit counts; 0 for a call without a chat."""


class RateLimited(TelegramError):
    """Telegram refuses calls of this chat or method for ``seconds``.

    The library's own error for this warns that it will change.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__("Telegram wants to hear nothing of this for now")
        self.seconds = seconds


class TelegramRequest(BaseRequest):
    """One session for all calls; each is made once, unless a limit says that it would be refused.

    ``reached`` says whether the last call got an answer, whatever that was.

    Telegram's addresses hold the bot's token, and aiohttp's errors hold addresses. So errors leave
    here with the name of their kind alone, and without a cause.
    """

    def __init__(self, base_url: str, limits: Limits) -> None:
        self._base_url = base_url
        self.reached = True
        self._session: aiohttp.ClientSession | None = None
        self._limits = limits
        self._quick = QuickCalls(base_url)

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
        """Close the session and the other connections."""
        self._quick.close()
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(
        self,
        method: str,
        params: dict[str, Any],
        seconds: float = READ_SECONDS,
        chat: int | str = 0,
    ) -> Any:
        """Returns the result of one Bot API method as plain JSON.

        ``chat`` is whose limit counts where the parameters name none.

        Raises:
            RateLimited: Telegram refuses calls of this chat or method for now.
            telegram.error.TelegramError: as python-telegram-bot's own methods do.
        """
        concerned = _chat.set(params.get("chat_id", chat))
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
        finally:
            _chat.reset(concerned)

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
        chat = _chat.get()
        scope = chat_scope(chat) if chat else method_scope(url.rpartition("/")[2])
        if left := self._limits.seconds_left(scope):
            raise RateLimited(left)
        code, body = await self._send(url, payload, seconds)
        if code == TOO_MANY:
            await self._limits.refuse(scope, _retry_after(body), is_chat=bool(chat))
            raise RateLimited(_retry_after(body))
        _require_telegrams_own(code, body)
        return code, body

    async def _send(self, url: str, payload: bytes, seconds: float) -> tuple[int, bytes]:
        if self._session is None:
            raise NetworkError("the connection to Telegram is closed")
        if url.endswith(REPEATABLE):
            with suppress(NoAnswer):
                return await self._ask_quickly(payload, seconds)
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

    async def _ask_quickly(self, payload: bytes, seconds: float) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(seconds):
                answer = await self._quick.ask(REPEATABLE, payload)
        except TimeoutError:
            self.reached = False
            raise TimedOut from None
        self.reached = True
        return answer

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
