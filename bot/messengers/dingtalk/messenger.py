"""A messenger for DingTalk's work notices (corpconversation/asyncsend_v2).

DingTalk takes a notice that it then drops, and says so only when it is asked for the result. So
each notice is asked for until its fate is known, for `WAITS` in all.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bot.fieldwork.audience.addresses import DINGTALK
from bot.fieldwork.outreach.messenger import UNKNOWN, Answer, DeliveryOutcome, OutgoingMessage
from bot.messengers.account_files import AccountFile
from bot.messengers.contract import BadReceipt, Hooked, Request, Verdict, answer_by_code
from bot.messengers.http import JSON, HttpCaller, Response, answer_by_status, at_path, text_at
from bot.messengers.tokens import Tokens

URL = "https://oapi.dingtalk.com"
TOKEN_PATH = "/gettoken"  # noqa: S105  (a path)
NOTICES = "/topapi/message/corpconversation"
MOST_BYTES = 2048
"""Bytes of a notice as JSON."""
WAITS = (0.5, 1.0, 2.0, 4.0)
"""Seconds before each question for the result."""
DAY, MINUTE = 86_400.0, 60.0
NO_ACCESS = "88"
"""The code under which another one tells why there is no access."""
STALE = ("40001", "40014", "42001")
"""The token is unknown or has ended before its time."""
REFUSED = ("40035", "40056", "40078", "40089", "60011", "60020", "34016", "1430002")
"""Application, secret, permission, address of the server, or text."""
REPEATED = ("143106", "143206")
"""The same words to the same person on one day: they went before, and no two people's are alike."""
CODES = {
    "-1": Verdict(DeliveryOutcome.LATER),
    **dict.fromkeys(("33012", "40003"), Verdict(DeliveryOutcome.UNREACHABLE)),
    **dict.fromkeys(
        ("143103", "143104", "143203", "143204", "90018"),
        Verdict(DeliveryOutcome.SILENCE, MINUTE),
    ),
    **dict.fromkeys(("143105", "143205"), Verdict(DeliveryOutcome.LIMITED, DAY)),
    **dict.fromkeys(REPEATED, Verdict(DeliveryOutcome.ACCEPTED)),
    **dict.fromkeys(REFUSED, Verdict(DeliveryOutcome.REFUSED)),
}


class DingtalkMessenger(HttpCaller):
    """Writes to one person at a time, with two links in the text.

    Args:
        file: the account: secrets ``app_key`` and ``app_secret``, setting ``agent_id``.

    Raises:
        BadInput: one of these is missing, or the application's number is none.
    """

    def __init__(self, file: AccountFile) -> None:
        super().__init__(file.declare(DINGTALK, MOST_BYTES // 3), "", file.tls_pin)
        self._url = file.url or URL
        self._key, self._secret = file.secret("app_key"), file.secret("app_secret")
        self._agent = file.agent()
        self._tokens = Tokens(self._ask, "access_token", "errcode", CODES, STALE)

    async def send(self, address: str, message: OutgoingMessage, /) -> Answer:
        """Send a notice once, and ask what became of it; a token that has ended is renewed."""
        said = {"userid_list": address, "msg": written(message)}
        found = await self._asked_of("asyncsend_v2", said)
        task = None if isinstance(found, Answer) else at_path(found.said, "task_id")
        if isinstance(found, Answer):
            return found
        if text_at(found.said, "errcode") != "0" or not isinstance(task, int):
            return read_refusal(found)
        for seconds in WAITS:
            await asyncio.sleep(seconds)
            result = await self._asked_of("getsendresult", {"task_id": task})
            answer = None if isinstance(result, Answer) else read_result(result, address)
            if answer is not None:
                return answer
        return Answer(DeliveryOutcome.ACCEPTED)

    async def _asked_of(self, method: str, said: dict[str, Any]) -> Response | Answer:
        body = json.dumps({"agent_id": self._agent, **said}, ensure_ascii=False).encode()

        async def post(token: str) -> Response:
            query = urlencode({"access_token": token})
            return _plain(await self.post(f"{self._url}{NOTICES}/{method}?{query}", body, JSON))

        return await self._tokens.call(post)

    async def _ask(self) -> Response:
        query = urlencode({"appkey": self._key, "appsecret": self._secret})
        return _plain(await self.get(f"{self._url}{TOKEN_PATH}?{query}"))

    def read_hook(self, _request: Request, /) -> Hooked:
        """Nothing is told later."""
        raise BadReceipt


def written(message: OutgoingMessage) -> dict[str, Any]:
    """Return the notice, of `MOST_BYTES` at most; the words give way, the links stay."""
    room = MOST_BYTES - _bytes_of(_notice(replace(message, text="")))
    used = accumulate(_bytes_of(one) - len('""') for one in message.text)
    fitting = sum(1 for so_far in used if so_far <= room)
    return _notice(replace(message, text=message.text[:fitting]))


def _notice(message: OutgoingMessage) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": message.with_links}}


def _bytes_of(said: object) -> int:
    return len(json.dumps(said, ensure_ascii=False).encode())


def _plain(response: Response) -> Response:
    """Return an answer whose code says why there is no access, where it says that there is none."""
    inner = text_at(response.said, "sub_code")
    if text_at(response.said, "errcode") != NO_ACCESS or not inner:
        return response
    return replace(response, said={"errcode": inner})


def read_refusal(response: Response) -> Answer:
    """Return what it means that a notice was not taken."""
    plain = answer_by_status(response)
    known = plain or answer_by_code(text_at(response.said, "errcode"), CODES)
    return known or Answer(DeliveryOutcome.LATER, reason=UNKNOWN)


def read_result(response: Response, address: str) -> Answer | None:
    """Return what became of a notice to a person; None where that is not known yet."""
    said = at_path(response.said, "send_result")
    if _names(said, "read_user_id_list", address) or _names(said, "unread_user_id_list", address):
        return Answer(DeliveryOutcome.DELIVERED)
    if _names(said, "invalid_user_id_list", address):
        return Answer(DeliveryOutcome.UNREACHABLE)
    reasons = at_path(said, "forbidden_list")
    for one in reasons if isinstance(reasons, list) else ():
        if text_at(one, "userid") == address:
            known = answer_by_code(text_at(one, "code"), CODES)
            return known or Verdict(DeliveryOutcome.LIMITED, DAY).answer(text_at(one, "code"))
    if _names(said, "forbidden_user_id_list", address):
        return Answer(DeliveryOutcome.LIMITED, seconds=DAY)
    if _names(said, "failed_user_id_list", address):
        return Answer(DeliveryOutcome.LATER)
    return None


def _names(said: Any, path: str, address: str) -> bool:
    """Return whether a list names a person; DingTalk writes short ones as one text, too."""
    found = at_path(said, path)
    names = found.split(",") if isinstance(found, str) else found
    return isinstance(names, list) and address in names


def make(file: AccountFile, _data: Path) -> DingtalkMessenger:
    """Return the messenger of an account; raises `BadInput` as `DingtalkMessenger`."""
    return DingtalkMessenger(file)
