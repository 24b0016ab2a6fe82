"""A messenger for the messages of a Feishu application (im/v1/messages)."""

from __future__ import annotations

import asyncio
import json
import secrets
from pathlib import Path

from bot.fieldwork.audience.addresses import FEISHU
from bot.fieldwork.outreach.messenger import (
    UNKNOWN,
    Answer,
    DeliveryOutcome,
    OutgoingMessage,
)
from bot.messengers.account_files import AccountFile
from bot.messengers.contract import BadReceipt, Hooked, Request
from bot.messengers.http import HttpCaller, Response, answer_by_status, text_at

URL = "https://open.feishu.cn"
TOKEN_PATH = "/open-apis/auth/v3/tenant_access_token/internal"  # noqa: S105  (a path)
SEND_PATH = "/open-apis/im/v1/messages?receive_id_type=user_id"
JSON = {"Content-Type": "application/json; charset=utf-8"}
MINUTE = 60.0
STALE = ("99991661", "99991663", "99991664", "99991668")
"""The token is missing, unknown, or has ended before its time."""
UNREACHABLE = ("230013",)
"""The application is not available to this person."""
TOO_OFTEN = ("99991400", "230020")
REFUSED = ("10003", "10014", "99991672", "230002", "230006", "230018", "230027", "230028")
"""Application, permission, or text."""


class FeishuMessenger(HttpCaller):
    """Writes to one person at a time, with two links in the text.

    Args:
        file: the account: secrets ``app_id`` and ``app_secret``.

    Raises:
        BadInput: one of these is missing.
    """

    def __init__(self, file: AccountFile) -> None:
        super().__init__(file.declare(FEISHU, 2000), "", file.tls_pin)
        self._url = file.url or URL
        self._app, self._secret = file.secret("app_id"), file.secret("app_secret")
        self._token = ""
        self._renewing = asyncio.Lock()

    async def send(self, address: str, message: OutgoingMessage, /) -> Answer:
        """Send a message once; a token that has ended is renewed, and the message sent then."""
        body = written(address, message)
        for _ in range(2):
            used = self._token
            if not used:
                refusal = await self._renew(used)
                if refusal is not None:
                    return refusal
                used = self._token
            headers = {**JSON, "Authorization": f"Bearer {used}"}
            response = await self.post(f"{self._url}{SEND_PATH}", body, headers)
            if response is None or text_at(response.said, "code") not in STALE:
                return read_answer(response)
            if self._token == used:
                self._token = ""
        return Answer(DeliveryOutcome.REFUSED, reason="token")

    async def _renew(self, used: str) -> Answer | None:
        """Ask for a token, once for all who wait; returns why there is none."""
        async with self._renewing:
            if self._token != used:
                return None
            body = json.dumps({"app_id": self._app, "app_secret": self._secret}).encode()
            response = await self.post(f"{self._url}{TOKEN_PATH}", body, JSON)
            token = "" if response is None else text_at(response.said, "tenant_access_token")
            if token:
                self._token = token
                return None
            plain = answer_by_status(response)
            return plain or Answer(DeliveryOutcome.REFUSED, reason="token")

    def read_hook(self, _request: Request, /) -> Hooked:
        """Nothing is told later."""
        raise BadReceipt


def written(address: str, message: OutgoingMessage) -> bytes:
    """Return the body of the request for a message; the same one twice is shown once."""
    ways = ((message.begin, message.link), (message.stop, message.leave))
    text = "\n\n".join((message.text, *(f"{label}\n{link}" for label, link in ways)))
    content = json.dumps({"text": text}, ensure_ascii=False)
    said = {"receive_id": address, "msg_type": "text", "content": content}
    return json.dumps({**said, "uuid": secrets.token_hex(16)}, ensure_ascii=False).encode()


def read_answer(response: Response | None) -> Answer:
    """Return what an answer means; Feishu says a code with status 400, too."""
    code = "" if response is None else text_at(response.said, "code")
    if response is not None and response.status == 200 and code == "0":
        return Answer(DeliveryOutcome.ACCEPTED)
    if code in UNREACHABLE:
        return Answer(DeliveryOutcome.UNREACHABLE, reason=code)
    if code in TOO_OFTEN:
        return Answer(DeliveryOutcome.SILENCE, seconds=MINUTE, reason=code)
    if code in REFUSED:
        return Answer(DeliveryOutcome.REFUSED, reason=code)
    return answer_by_status(response) or Answer(DeliveryOutcome.LATER, reason=UNKNOWN)


def make(file: AccountFile, _data: Path) -> FeishuMessenger:
    """Return the messenger of an account; raises `BadInput` as `FeishuMessenger`."""
    return FeishuMessenger(file)
