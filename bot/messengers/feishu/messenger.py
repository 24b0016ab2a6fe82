"""A messenger for the messages of a Feishu application (im/v1/messages)."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from bot.fieldwork.audience.addresses import FEISHU
from bot.fieldwork.outreach.messenger import UNKNOWN, Answer, DeliveryOutcome, OutgoingMessage
from bot.messengers.account_files import AccountFile
from bot.messengers.contract import BadReceipt, Hooked, Request, Verdict, answer_by_code
from bot.messengers.http import JSON, HttpCaller, Response, answer_by_status, text_at
from bot.messengers.tokens import Tokens

URL = "https://open.feishu.cn"
TOKEN_PATH = "/open-apis/auth/v3/tenant_access_token/internal"  # noqa: S105  (a path)
SEND_PATH = "/open-apis/im/v1/messages?receive_id_type=user_id"
MINUTE = 60.0
STALE = ("99991661", "99991663", "99991664", "99991668")
"""The token is missing, unknown, or has ended before its time."""
REFUSED = ("10003", "10014", "99991672", "230002", "230006", "230018", "230027", "230028")
"""Application, permission, or text."""
CODES = {
    "230013": Verdict(DeliveryOutcome.UNREACHABLE),  # the application is not available to them
    **dict.fromkeys(("99991400", "230020"), Verdict(DeliveryOutcome.SILENCE, MINUTE)),
    **dict.fromkeys(REFUSED, Verdict(DeliveryOutcome.REFUSED)),
}


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
        self._tokens = Tokens(self._ask, "tenant_access_token", "code", CODES, STALE)

    async def send(self, address: str, message: OutgoingMessage, /) -> Answer:
        """Send a message once; a token that has ended is renewed, and the message sent then."""
        body = written(address, message)

        async def post(token: str) -> Response:
            headers = {**JSON, "Authorization": f"Bearer {token}"}
            return await self.post(f"{self._url}{SEND_PATH}", body, headers)

        found = await self._tokens.call(post)
        return found if isinstance(found, Answer) else read_answer(found)

    async def _ask(self) -> Response:
        body = json.dumps({"app_id": self._app, "app_secret": self._secret}).encode()
        return await self.post(f"{self._url}{TOKEN_PATH}", body, JSON)

    def read_hook(self, _request: Request, /) -> Hooked:
        """Nothing is told later."""
        raise BadReceipt


def written(address: str, message: OutgoingMessage) -> bytes:
    """Return the body of the request for a message; the same one twice is shown once."""
    content = json.dumps({"text": message.with_links}, ensure_ascii=False)
    said = {"receive_id": address, "msg_type": "text", "content": content}
    return json.dumps({**said, "uuid": secrets.token_hex(16)}, ensure_ascii=False).encode()


def read_answer(response: Response) -> Answer:
    """Return what an answer means; Feishu says a code with status 400, too."""
    code = text_at(response.said, "code")
    if response.status == 200 and code == "0":
        return Answer(DeliveryOutcome.ACCEPTED)
    known = answer_by_code(code, CODES) or answer_by_status(response)
    return known or Answer(DeliveryOutcome.LATER, reason=UNKNOWN)


def make(file: AccountFile, _data: Path) -> FeishuMessenger:
    """Return the messenger of an account; raises `BadInput` as `FeishuMessenger`."""
    return FeishuMessenger(file)
