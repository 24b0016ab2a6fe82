"""A messenger for the application messages of WeCom (message/send)."""

from __future__ import annotations

import asyncio
import json
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from bot.fieldwork.audience.addresses import WECOM
from bot.fieldwork.outreach.messenger import (
    UNKNOWN,
    Answer,
    DeliveryOutcome,
    OutgoingMessage,
)
from bot.messengers.account_files import AccountFile
from bot.messengers.contract import BadReceipt, Hooked, Request
from bot.messengers.http import HttpCaller, Response, answer_by_status, text_at
from survey_flows.errors import BadInput, Message

URL = "https://qyapi.weixin.qq.com"
MOST_BYTES = 2048
"""Bytes of a text; WeCom cuts off what is longer."""
HOUR, MINUTE = 3_600.0, 60.0
STALE = ("40001", "40014", "42001")
"""The token is unknown or has ended before its time."""
BUSY = ("-1",)
TOO_OFTEN = {"45009": HOUR, "45033": MINUTE}
REFUSED = ("40056", "40013", "40091", "48002", "60011", "60020", "301002", "44004", "40008")
"""Application, permission, address of the server, or text."""


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
        agent = file.setting("agent_id")
        if not (agent.isascii() and agent.isdigit()):
            raise BadInput(Message("messengers-agent"), file.place("settings.agent_id"))
        self._agent = int(agent)
        self._token = ""
        self._renewing = asyncio.Lock()

    async def send(self, address: str, message: OutgoingMessage, /) -> Answer:
        """Send a message once; a token that has ended is renewed, and the message sent then."""
        for _ in range(2):
            used = self._token
            if not used:
                refusal = await self._renew(used)
                if refusal is not None:
                    return refusal
                used = self._token
            query = urlencode({"access_token": used})
            body = self.written(address, message)
            headers = {"Content-Type": "application/json; charset=utf-8"}
            where = f"{self._url}/cgi-bin/message/send?{query}"
            response = await self.post(where, body, headers)
            if response is None or text_at(response.said, "errcode") not in STALE:
                return read_answer(response, address)
            if self._token == used:
                self._token = ""
        return Answer(DeliveryOutcome.REFUSED, reason="token")

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

    async def _renew(self, used: str) -> Answer | None:
        """Ask for a token, once for all who wait; returns why there is none."""
        async with self._renewing:
            if self._token != used:
                return None
            query = urlencode({"corpid": self._corp, "corpsecret": self._secret})
            response = await self.get(f"{self._url}/cgi-bin/gettoken?{query}")
            token = "" if response is None else text_at(response.said, "access_token")
            if token:
                self._token = token
                return None
            found = read_answer(response, "")
            wrong = found.outcome is DeliveryOutcome.LATER and found.reason == UNKNOWN
            return Answer(DeliveryOutcome.REFUSED, reason="token") if wrong else found

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


def read_answer(response: Response | None, address: str) -> Answer:
    """Return what an answer means for one person."""
    plain = answer_by_status(response)
    if plain is not None or response is None:
        return plain or Answer(DeliveryOutcome.LATER)
    code = text_at(response.said, "errcode")
    if code == "0" and address:
        lost = text_at(response.said, "invaliduser").lower().split("|")
        gone = address.lower() in lost
        return Answer(DeliveryOutcome.UNREACHABLE if gone else DeliveryOutcome.ACCEPTED)
    if code in TOO_OFTEN:
        return Answer(DeliveryOutcome.SILENCE, seconds=TOO_OFTEN[code], reason=code)
    if code in REFUSED:
        return Answer(DeliveryOutcome.REFUSED, reason=code)
    # 81013 is said of people who left and of an application that sees nobody: burn nobody by it.
    return Answer(DeliveryOutcome.LATER, reason="" if code in BUSY else UNKNOWN)


def make(file: AccountFile, _data: Path) -> WecomMessenger:
    """Return the messenger of an account; raises `BadInput` as `WecomMessenger`."""
    return WecomMessenger(file)
