"""A messenger for Twilio's Messages resource (2010-04-01)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from bot.fieldwork.audience.addresses import SMS, returned_number
from bot.fieldwork.outreach.messenger import UNKNOWN, Answer, DeliveryOutcome, OutgoingMessage
from bot.messengers.account_files import AccountFile
from bot.messengers.contract import BadReceipt, Hooked, Request, Verdict, answer_by_code
from bot.messengers.http import HttpCaller, Response, answer_by_status, text_at

URL = "https://api.twilio.com"
LONGEST = 1600
MINUTE = 60.0
REFUSED = ("20003", "20404", "21212", "21408", "21603", "21606", "21611", "21617", "30007", "30034")
"""Sign-in, sender, permission for a country, text, and filters of the operators."""
OF_ONE = {
    "21610": Verdict(DeliveryOutcome.OPTED_OUT),
    **dict.fromkeys(("21211", "21614", "30005", "30006"), Verdict(DeliveryOutcome.UNREACHABLE)),
}
CODES = {
    **OF_ONE,
    **dict.fromkeys(("20429", "14107"), Verdict(DeliveryOutcome.SILENCE, MINUTE)),
    **dict.fromkeys(REFUSED, Verdict(DeliveryOutcome.REFUSED)),
}
EMPTY = ""
"""Twilio would send any other answer to the person who wrote."""


class TwilioMessenger(HttpCaller):
    """Sends from a number or a messaging service.

    Twilio signs what it posts to our hook. The secret in its address is checked all the same.

    Args:
        file: the account: secrets ``account_sid`` and ``auth_token``, setting ``from``, a number
            or the id of a messaging service, and ``site``, our address, where a hook is set.

    Raises:
        BadInput: one of these is missing.
    """

    def __init__(self, file: AccountFile) -> None:
        super().__init__(file.declare(SMS, LONGEST), file.hook, file.tls_pin)
        self._sid, self._token = file.secret("account_sid"), file.secret("auth_token")
        self._from = file.setting("from")
        self._url = f"{file.url or URL}/2010-04-01/Accounts/{self._sid}/Messages.json"
        self._callback = ""
        if file.hook:
            site = file.setting("site").rstrip("/")
            self._callback = f"{site}/hooks/{file.name}/{file.hook}"

    async def send(self, address: str, message: OutgoingMessage, /) -> Answer:
        """Send a message once."""
        body, headers = self.written(address, message)
        return read_answer(await self.post(self._url, body, headers))

    def written(self, address: str, message: OutgoingMessage) -> tuple[bytes, dict[str, str]]:
        """Return body and headers of the request for a message."""
        sender = "MessagingServiceSid" if self._from.startswith("MG") else "From"
        fields = {"To": address, sender: self._from, "Body": message.words}
        if self._callback:
            fields["StatusCallback"] = self._callback
        login = base64.b64encode(f"{self._sid}:{self._token}".encode()).decode()
        headers = {
            "Authorization": f"Basic {login}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return urlencode(fields).encode(), headers

    def read_hook(self, request: Request) -> Hooked:
        """Read a status, or words that somebody sent back, which Twilio has signed."""
        try:
            said = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        except UnicodeDecodeError:
            raise BadReceipt from None
        given = request.headers.get("x-twilio-signature", "").encode()
        if not hmac.compare_digest(signature(self._token, self._callback, said).encode(), given):
            raise BadReceipt
        reference = said.get("MessageSid", "")
        words, status = said.get("Body", ""), said.get("MessageStatus", "")
        sender = returned_number(said.get("From", ""))
        if words and sender and not status:
            return Hooked((), ((sender, words),), EMPTY)
        outcome = outcome_of(status, said.get("ErrorCode", ""))
        return Hooked(((reference, outcome),) if reference and outcome else (), (), EMPTY)


def signature(token: str, url: str, fields: dict[str, str]) -> str:
    """Return the header X-Twilio-Signature of a form posted to an address."""
    text = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def outcome_of(status: str, code: str) -> DeliveryOutcome | None:
    """Return what a status means; None for those that are not the last."""
    if status == "delivered":
        return DeliveryOutcome.DELIVERED
    if status not in ("undelivered", "failed"):
        return None
    return OF_ONE.get(code, Verdict(DeliveryOutcome.LATER)).outcome


def read_answer(response: Response) -> Answer:
    """Return what an answer means."""
    reference = text_at(response.said, "sid")
    if response.status in (200, 201) and reference:
        return Answer(DeliveryOutcome.ACCEPTED, reference)
    known = answer_by_code(text_at(response.said, "code"), CODES) or answer_by_status(response)
    return known or Answer(DeliveryOutcome.LATER, reason=UNKNOWN)


def make(file: AccountFile, _data: Path) -> TwilioMessenger:
    """Return the messenger of an account; raises `BadInput` as `TwilioMessenger`."""
    return TwilioMessenger(file)
