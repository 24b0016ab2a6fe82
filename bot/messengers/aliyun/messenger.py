"""A messenger for Alibaba Cloud's SendSms (2017-05-25)."""

from __future__ import annotations

import hashlib
import json
import secrets
from pathlib import Path

from bot.core.clock import Clock, SystemClock
from bot.fieldwork.audience.addresses import IN_CHINA, SMS, returned_number
from bot.fieldwork.outreach.messenger import (
    TEMPLATE,
    UNKNOWN,
    Answer,
    ApprovedTemplate,
    DeliveryOutcome,
    OutgoingMessage,
)
from bot.fieldwork.outreach.template_texts import code_parts
from bot.messengers.account_files import AccountFile
from bot.messengers.aliyun.signature import authorization, canonical_query
from bot.messengers.contract import NO_TEMPLATE, BadReceipt, Hooked, Request, Verdict
from bot.messengers.http import HttpCaller, Response, answer_by_status, parse_json, text_at
from bot.messengers.operator_codes import outcome_of

HOST = "dysmsapi.aliyuncs.com"
URL = f"https://{HOST}"
ACTION, VERSION = "SendSms", "2017-05-25"
TAKEN = '{"code":0,"msg":"成功"}'
DAY, HOUR, MINUTE = 86_400.0, 3_600.0, 60.0
WHOLE = ("DAY_LIMIT_CONTROL", "MONTH_LIMIT_CONTROL", "OUT_OF_SERVICE", "AMOUNT_NOT_ENOUGH")
REFUSED = (
    "BLACK_KEY_CONTROL",
    "TEMPLATE",
    "SIGN",
    "RAM_PERMISSION_DENY",
    "DENY_IP_RANGE",
    "PARAM_NOT_SUPPORT_URL",
    "INVALID_PARAMETERS",
    "PRODUCT_UN_SUBSCRIPT",
    "ACCOUNT_",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "Forbidden",
)
PARTS = {
    "MOBILE_NUMBER_ILLEGAL": Verdict(DeliveryOutcome.UNREACHABLE),
    **dict.fromkeys(WHOLE, Verdict(DeliveryOutcome.SILENCE, HOUR)),
    "Throttling": Verdict(DeliveryOutcome.SILENCE, MINUTE),
    **dict.fromkeys(REFUSED, Verdict(DeliveryOutcome.REFUSED)),
}
"""What parts of codes mean, the first one that is there (the page of error codes of SendSms)."""


class AliyunMessenger(HttpCaller):
    """Sends approved templates. The URL of a request names the telephone, so none is logged.

    Args:
        file: the account: secrets ``access_key_id`` and ``access_key_secret``, setting ``sign``.
        clock: for the date that is signed; Alibaba takes a quarter of an hour.

    Raises:
        BadInput: one of these is missing.
    """

    def __init__(self, file: AccountFile, clock: Clock | None = None) -> None:
        super().__init__(file.declare(SMS, 500, TEMPLATE), file.hook, file.tls_pin)
        self._url = file.url or URL
        self._key_id, self._secret = (
            file.secret("access_key_id"),
            file.secret("access_key_secret"),
        )
        self._sign = file.setting("sign")
        self._clock = clock or SystemClock()

    async def send(self, address: str, message: OutgoingMessage, /) -> Answer:
        """Send a message once."""
        if message.template is None:
            return NO_TEMPLATE
        query, headers = self.written(address, message, message.template)
        return read_answer(await self.post(f"{self._url}/?{canonical_query(query)}", b"", headers))

    def written(
        self, address: str, message: OutgoingMessage, template: ApprovedTemplate
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return query and headers of the request for a message."""
        values = code_parts(template.text, message.token)
        query = {
            "PhoneNumbers": address.removeprefix(IN_CHINA).removeprefix("+"),
            "SignName": self._sign,
            "TemplateCode": template.id,
            "TemplateParam": json.dumps(values, ensure_ascii=False, separators=(",", ":")),
        }
        headers = {
            "host": self._url.partition("://")[2].rstrip("/"),
            "x-acs-action": ACTION,
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
            "x-acs-date": self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-version": VERSION,
        }
        signed = authorization(self._key_id, self._secret, query, headers, b"")
        return query, {**headers, "Authorization": signed, "accept": "application/json"}

    def read_hook(self, request: Request) -> Hooked:
        """Read reports (SmsReport) and words that people sent back (SmsUp)."""
        said = parse_json(request.body)
        if not isinstance(said, list):
            raise BadReceipt
        receipts, words = [], []
        for item in said:
            reference, text = text_at(item, "biz_id"), text_at(item, "content")
            sender = returned_number(text_at(item, "phone_number"))
            if text and sender:
                words.append((sender, text))
            elif reference:
                arrived = text_at(item, "success") == "true"
                receipts.append((reference, outcome_of(arrived, text_at(item, "err_code"))))
        return Hooked(tuple(receipts), tuple(words), TAKEN, json=True)


def read_answer(response: Response) -> Answer:
    """Return what an answer means."""
    plain = answer_by_status(response)
    if plain is not None:
        return plain
    code, words = text_at(response.said, "Code"), text_at(response.said, "Message")
    if code == "OK":
        return Answer(DeliveryOutcome.ACCEPTED, text_at(response.said, "BizId"))
    if "BUSINESS_LIMIT_CONTROL" in code:
        seconds = DAY if "天" in words else HOUR if "小时" in words else MINUTE
        return Verdict(DeliveryOutcome.LIMITED, seconds).answer(code)
    verdict = next((one for part, one in PARTS.items() if part in code), None)
    return verdict.answer(code) if verdict else Answer(DeliveryOutcome.LATER, reason=UNKNOWN)


def make(file: AccountFile, _data: Path) -> AliyunMessenger:
    """Return the messenger of an account; raises `BadInput` as `AliyunMessenger`."""
    return AliyunMessenger(file)
