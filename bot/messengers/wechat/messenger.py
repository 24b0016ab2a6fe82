"""A messenger for WeChat's subscription notices (message/subscribe/bizsend).

It reaches people who subscribed in the account's own pages and nobody else. One consent to a
one-time template is good for one notice; a second one is refused with the code of an opt-out from
notices, so that code ends the address and not the person's wish to be asked.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

from bot.fieldwork.audience.addresses import WECHAT
from bot.fieldwork.outreach.messenger import (
    TEMPLATE,
    UNKNOWN,
    Answer,
    ApprovedTemplate,
    DeliveryOutcome,
    OutgoingMessage,
)
from bot.fieldwork.outreach.short_texts import CODE
from bot.fieldwork.outreach.template_texts import MOST_TEXT, read_fields
from bot.messengers.account_files import AccountFile
from bot.messengers.contract import (
    NO_TEMPLATE,
    BadReceipt,
    Hooked,
    Request,
    Verdict,
    answer_by_code,
)
from bot.messengers.http import JSON, HttpCaller, Response, answer_by_status, text_at
from bot.messengers.tokens import Tokens

URL = "https://api.weixin.qq.com"
TOKEN_PATH = "/cgi-bin/stable_token"  # noqa: S105  (a path)
SEND_PATH = "/cgi-bin/message/subscribe/bizsend"
HOUR, MINUTE = 3_600.0, 60.0
STALE = ("40001", "40014", "42001")
"""The token is unknown or has ended before its time."""
REFUSED = ("40013", "40037", "40125", "40164", "40165", "41030", "47003", "48001", "89503")
"""Application, secret, address of the server, permission, template, or page."""
CODES = {
    "-1": Verdict(DeliveryOutcome.LATER),
    **dict.fromkeys(("40003", "43101"), Verdict(DeliveryOutcome.UNREACHABLE)),
    "45009": Verdict(DeliveryOutcome.SILENCE, HOUR),
    "45011": Verdict(DeliveryOutcome.SILENCE, MINUTE),
    **dict.fromkeys(REFUSED, Verdict(DeliveryOutcome.REFUSED)),
}


class WechatMessenger(HttpCaller):
    """Sends a card of an approved template; a press on it opens the personal link.

    The token is the stable one, which asking for does not end for other programs of the account.

    Args:
        file: the account: secrets ``app_id`` and ``app_secret``.

    Raises:
        BadInput: one of these is missing.
    """

    def __init__(self, file: AccountFile) -> None:
        super().__init__(file.declare(WECHAT, MOST_TEXT, TEMPLATE), "", file.tls_pin)
        self._url = file.url or URL
        self._app, self._secret = file.secret("app_id"), file.secret("app_secret")
        self._tokens = Tokens(self._ask, "access_token", "errcode", CODES, STALE)

    async def send(self, address: str, message: OutgoingMessage, /) -> Answer:
        """Send a card once; a token that has ended is renewed, and the card sent then."""
        if message.template is None:
            return NO_TEMPLATE
        body = written(address, message, message.template)

        async def post(token: str) -> Response:
            query = urlencode({"access_token": token})
            return await self.post(f"{self._url}{SEND_PATH}?{query}", body, JSON)

        found = await self._tokens.call(post)
        return found if isinstance(found, Answer) else read_answer(found)

    async def _ask(self) -> Response:
        said = {"grant_type": "client_credential", "appid": self._app, "secret": self._secret}
        return await self.post(f"{self._url}{TOKEN_PATH}", json.dumps(said).encode(), JSON)

    def read_hook(self, _request: Request, /) -> Hooked:
        """Nothing is told later; words that people write come to the channel of the same name."""
        raise BadReceipt


def written(address: str, message: OutgoingMessage, template: ApprovedTemplate) -> bytes:
    """Return the body of the request for a card."""
    fields = read_fields(template.text)
    said = {
        "touser": address,
        "template_id": template.id,
        "page": message.link,
        "data": {name: {"value": fields[name].replace(CODE, message.token)} for name in fields},
    }
    return json.dumps(said, ensure_ascii=False).encode()


def read_answer(response: Response) -> Answer:
    """Return what an answer means."""
    code = text_at(response.said, "errcode")
    if response.status == 200 and code == "0":
        return Answer(DeliveryOutcome.ACCEPTED)
    known = answer_by_status(response) or answer_by_code(code, CODES)
    return known or Answer(DeliveryOutcome.LATER, reason=UNKNOWN)


def make(file: AccountFile, _data: Path) -> WechatMessenger:
    """Return the messenger of an account; raises `BadInput` as `WechatMessenger`."""
    return WechatMessenger(file)
