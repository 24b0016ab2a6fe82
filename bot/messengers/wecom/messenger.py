"""A messenger for the application messages of WeCom (message/send)."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from bot.fieldwork.audience.addresses import WECOM
from bot.fieldwork.outreach.messenger import UNKNOWN, Answer, DeliveryOutcome, OutgoingMessage
from bot.messengers.account_files import AccountFile
from bot.messengers.contract import BadReceipt, Hooked, Request, Verdict, answer_by_code
from bot.messengers.http import JSON, HttpCaller, Response, answer_by_status, text_at
from bot.messengers.tokens import Tokens

URL = "https://qyapi.weixin.qq.com"
MOST_BYTES = 2048
"""Bytes of a text; WeCom cuts off what is longer."""
HOUR, MINUTE = 3_600.0, 60.0
STALE = ("40001", "40014", "42001")
"""The token is unknown or has ended before its time."""
REFUSED = ("40056", "40013", "40091", "48002", "60011", "60020", "301002", "44004", "40008")
"""Application, permission, address of the server, or text."""
CODES = {
    "-1": Verdict(DeliveryOutcome.LATER),
    "45009": Verdict(DeliveryOutcome.SILENCE, HOUR),
    "45033": Verdict(DeliveryOutcome.SILENCE, MINUTE),
    **dict.fromkeys(REFUSED, Verdict(DeliveryOutcome.REFUSED)),
}


class WecomMessenger(HttpCaller):
    """Writes to one person at a time, with two links in the text.

    Args:
        file: the account: secrets ``corp_id`` and ``corp_secret``, setting ``agent_id``.

    Raises:
        BadInput: one of these is missing, or the application's number is none.
    """

    def __init__(self, file: AccountFile) -> None:
        super().__init__(file.declare(WECOM, MOST_BYTES // 3), "", file.tls_pin)
        self._url = file.url or URL
        self._corp, self._secret = file.secret("corp_id"), file.secret("corp_secret")
        self._agent = file.agent()
        self._tokens = Tokens(self._ask, "access_token", "errcode", CODES, STALE)

    async def send(self, address: str, message: OutgoingMessage, /) -> Answer:
        """Send a message once; a token that has ended is renewed, and the message sent then."""
        body = self.written(address, message)

        async def post(token: str) -> Response:
            query = urlencode({"access_token": token})
            return await self.post(f"{self._url}/cgi-bin/message/send?{query}", body, JSON)

        found = await self._tokens.call(post)
        return found if isinstance(found, Answer) else read_answer(found, address)

    async def _ask(self) -> Response:
        query = urlencode({"corpid": self._corp, "corpsecret": self._secret})
        return await self.get(f"{self._url}/cgi-bin/gettoken?{query}")

    def written(self, address: str, message: OutgoingMessage) -> bytes:
        """Return the body of the request for a message."""
        said = {
            "touser": address,
            "msgtype": "text",
            "agentid": self._agent,
            "text": {"content": written_text(message)},
            "enable_duplicate_check": 0,
        }
        return json.dumps(said, ensure_ascii=False).encode()

    def read_hook(self, _request: Request, /) -> Hooked:
        """Nothing is told later; words that people write come to the channel of the same name."""
        raise BadReceipt


def written_text(message: OutgoingMessage) -> str:
    """Return text and links in `MOST_BYTES` at most; the words give way, the links stay."""
    ways = ((message.link, message.begin), (message.leave, message.stop))
    links = "".join(f'\n\n<a href="{escape(link)}">{escape(label)}</a>' for link, label in ways)
    room = MOST_BYTES - len(links.encode())
    words = message.text.encode()
    short = words[:room].decode(errors="ignore") if len(words) > room else message.text
    return short + links


def read_answer(response: Response, address: str) -> Answer:
    """Return what an answer means for one person."""
    plain = answer_by_status(response)
    if plain is not None:
        return plain
    code = text_at(response.said, "errcode")
    if code == "0":
        lost = text_at(response.said, "invaliduser").lower().split("|")
        gone = address.lower() in lost
        return Answer(DeliveryOutcome.UNREACHABLE if gone else DeliveryOutcome.ACCEPTED)
    # 81013 is said of people who left and of an application that sees nobody: burn nobody by it.
    return answer_by_code(code, CODES) or Answer(DeliveryOutcome.LATER, reason=UNKNOWN)


def make(file: AccountFile, _data: Path) -> WecomMessenger:
    """Return the messenger of an account; raises `BadInput` as `WecomMessenger`."""
    return WecomMessenger(file)
